"""One test of a program, run to its end: passed, or why and where not. It runs in a process of its own."""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass, replace
from pathlib import Path

from engine import api
from engine.cli.engine_thread import on_engine_thread
from engine.cli.outputs import RECORDING, files_of, why_not
from engine.files.reading import read_text

NAME_LETTERS = 60
NAME_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Case:
    """A test to run. ``seed`` is None where the test's own counts."""

    path: Path
    name: str
    line: int
    seed: int | None
    events_max: int
    seconds_max: float
    traces: Path


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a test. ``place`` and ``code`` are where it failed; ``trace`` is its recording."""

    case: Case
    seed: int
    message: str = ""
    place: str = ""
    code: str = ""
    rendered: tuple[str, ...] = ()
    faults: tuple[api.FaultInfo, ...] = ()
    """What went wrong in other actors before the failure."""
    problems: tuple[str, ...] = ()
    """The errors of a program that cannot run."""
    trace: Path | None = None
    not_recorded: str = ""
    """Why there is no recording."""
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether nothing was wrong."""
        return not self.message


def run_case(case: Case) -> Outcome:
    """Runs a test, on a thread with a stack that is deep enough."""
    try:
        return on_engine_thread(lambda: _run(case))
    except api.AeroFlowError as error:
        return Outcome(case, case.seed or 0, f"the test could not be run: {error}", f"{case.path}:{case.line}:1")


def _run(case: Case) -> Outcome:
    started = time.perf_counter()
    text = read_text(case.path)
    seed = api.seed_of_test(case.name, api.project_of(case.path).seed) if case.seed is None else case.seed
    build = api.compile_in_project(text, str(case.path), test=case.name)
    if build.program is None:
        errors = [problem for problem in build.problems if problem.severity == "error"]
        places = [f"{problem.file}:{problem.range.line}:{problem.range.column}" for problem in errors]
        told = tuple(
            f"{place}: {problem.code} {problem.message}" for place, problem in zip(places, errors, strict=True)
        )
        return Outcome(case, seed, f"{errors[0].code} {errors[0].message}", places[0], problems=told)
    session = api.Session.start(build.program, seed, keep_events=False, record=False)
    verdict = api.judge(session, case.events_max, case.seconds_max)
    seconds = time.perf_counter() - started
    if verdict.passed:
        return Outcome(case, seed, rendered=verdict.rendered, seconds=seconds)
    fault, place, code = verdict.fault, f"{case.path}:{case.line}:1", ""
    if fault is not None:
        place, code = f"{fault.file}:{fault.line}:{fault.column}", _line(build.program, fault)
    message = verdict.message + (f", or allow more with --{verdict.limit}" if verdict.limit else "")
    outcome = Outcome(case, seed, message, place, code, verdict.rendered, verdict.faults, seconds=seconds)
    try:
        return replace(outcome, trace=_record(build.program, case, seed, verdict.events))
    except (OSError, api.AeroFlowError) as error:
        return replace(outcome, not_recorded=str(error))


def _line(program: api.Program, fault: api.FaultInfo) -> str:
    source = program.sources.named(fault.file)
    return source.line_text(fault.line).strip() if source is not None else ""


def _record(program: api.Program, case: Case, seed: int, events: int) -> Path:
    """A recording that ends with the failure, where it opens. Raises OSError or AeroFlowError if it cannot be made."""
    path = case.traces / f"{_file_name(case)}.aft"
    session = api.Session.start(program, seed)
    while session.total() < events:
        session.advance(max_events=events - session.total())
    path.parent.mkdir(parents=True, exist_ok=True)
    if reason := why_not(path, RECORDING, files_of(case.path, program)):
        raise api.AeroFlowError(reason)
    session.save(path)
    return path


def _file_name(case: Case) -> str:
    """The name of a test's recording: short, readable where the test's name is in Latin letters, and in every file
    system another one for every test."""
    readable = re.sub(r"[^A-Za-z0-9]+", "_", f"{case.path.stem} {case.name}").strip("_")[:NAME_LETTERS].rstrip("_")
    exact = hashlib.sha256(f"{case.path.as_posix()}\0{case.name}".encode("utf-8", "surrogatepass"))
    return "-".join(filter(None, (readable, exact.hexdigest()[:NAME_DIGITS])))
