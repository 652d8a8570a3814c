"""One test of a program, run to its end: passed, or why and where not. It runs in a process of its own."""

from __future__ import annotations

import re
import threading
import time
import zlib
from dataclasses import dataclass
from pathlib import Path

from engine import api
from engine.cli.engine_thread import STACK_BYTES

SLICE_EVENTS = 100_000


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


def seed_of(case: Case, project_seed: int) -> int:
    """The seed that was asked for, or one that the test always has: of the project and its name."""
    return case.seed if case.seed is not None else project_seed + zlib.crc32(case.name.encode())


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
    seed = seed_of(case, api.project_of(case.path).seed)
    build = api.compile_in_project(text, str(case.path), test=case.name)
    if build.program is None:
        first = next(problem for problem in build.problems if problem.severity == "error")
        place = f"{first.file}:{first.range.line}:{first.range.column}"
        return Outcome(case, seed, f"{first.code} {first.message}", place)
    session = api.Session.start(build.program, seed, keep_events=False, record=False)
    rendered: list[str] = []
    while True:
        progress = session.advance(max_events=min(SLICE_EVENTS, case.events_max - session.total()))
        failure = next((o.fault for o in progress.outputs if o.fault is not None and _fails(o.fault)), None)
        rendered += (o.text for o in progress.outputs if o.fault is None)
        if failure is not None or progress.status is not api.Status.RUNNING or progress.total >= case.events_max:
            break
    seconds = time.perf_counter() - started
    shown = tuple(rendered)
    if failure is not None:
        trace = _record(build.program, case, seed, failure.n + 1)
        place = f"{failure.file}:{failure.line}:{failure.column}"
        return Outcome(case, seed, failure.message, place, _line(build.program, failure), shown, trace, seconds)
    place = f"{case.path}:{case.line}:1"
    if progress.status is api.Status.RUNNING:
        message = f"not idle after {progress.total:,} events, at tick {progress.tick:,}: write `run for …` where timers"
        message += " never end, or allow more with --events"
        trace = _record(build.program, case, seed, progress.total)
        return Outcome(case, seed, message, place, "", shown, trace, seconds)
    if progress.waits:
        message = "the test waits for an answer that cannot come"
        trace = _record(build.program, case, seed, session.total())
        return Outcome(case, seed, message, place, "", shown, trace, seconds)
    return Outcome(case, seed, rendered=shown, seconds=seconds)


def _fails(fault: api.FaultInfo) -> bool:
    """The test itself failed, an invariant, or an assertion anywhere; other actors may fail as they are meant to."""
    return fault.actor == 0 or fault.kind == "assert_failed"


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
