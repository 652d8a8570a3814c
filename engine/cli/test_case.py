"""One test of a program, run to its end: passed, or why and where not. It runs in a process of its own."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from engine import api
from engine.cli.engine_thread import STACK_BYTES


@dataclass(frozen=True, slots=True)
class Case:
    """A test to run. ``seed`` is None where the test's own counts."""

    path: Path
    name: str
    line: int
    seed: int | None
    events_max: int
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
    trace: Path | None = None
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether nothing was wrong."""
        return not self.message


def run_case(case: Case) -> Outcome:
    """Runs a test, on a thread with a stack that is deep enough."""
    found: list[Outcome] = []
    before = threading.stack_size(STACK_BYTES)
    thread = threading.Thread(target=lambda: found.append(_run(case)))
    thread.start()
    threading.stack_size(before)
    thread.join()
    return found[0]


def _run(case: Case) -> Outcome:
    started = time.perf_counter()
    text = case.path.read_text(encoding="utf-8")
    seed = api.seed_of_test(case.name, api.project_of(case.path).seed) if case.seed is None else case.seed
    build = api.compile_in_project(text, str(case.path), test=case.name)
    if build.program is None:
        first = next(problem for problem in build.problems if problem.severity == "error")
        place = f"{first.file}:{first.range.line}:{first.range.column}"
        return Outcome(case, seed, f"{first.code} {first.message}", place)
    session = api.Session.start(build.program, seed, keep_events=False, record=False)
    verdict = api.judge(session, case.events_max)
    seconds = time.perf_counter() - started
    if verdict.passed:
        return Outcome(case, seed, rendered=verdict.rendered, seconds=seconds)
    fault, place, code = verdict.fault, f"{case.path}:{case.line}:1", ""
    if fault is not None:
        place, code = f"{fault.file}:{fault.line}:{fault.column}", _line(build.program, fault)
    message = verdict.message + (", or allow more with --events" if verdict.endless else "")
    trace = _record(build.program, case, seed, verdict.events)
    return Outcome(case, seed, message, place, code, verdict.rendered, trace, seconds)


def _line(program: api.Program, fault: api.FaultInfo) -> str:
    source = program.sources.named(fault.file)
    return source.line_text(fault.line).strip() if source is not None else ""


def _record(program: api.Program, case: Case, seed: int, events: int) -> Path | None:
    """A recording that ends with the failure, where it opens; None where it cannot be written."""
    name = re.sub(r"[^A-Za-z0-9]+", "_", f"{case.path.stem} {case.name}").strip("_")
    path = case.traces / f"{name}.aft"
    session = api.Session.start(program, seed)
    session.advance(max_events=events)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        session.save(path)
    except (OSError, api.AeroFlowError):
        return None
    return path
