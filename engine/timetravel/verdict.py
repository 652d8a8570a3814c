"""A test of a program, run to its end: passed, or in plain words why not, and where.

A test fails with its own faults, with a broken invariant (which is the test's fault too), and with an assertion that
fails anywhere. Other actors may fail as they are meant to.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

from engine.base.events import Status
from engine.timetravel.session import Session
from engine.timetravel.views import FaultInfo

TEST_EVENTS_MAX = 1_000_000
"""A test may have so many events where nothing else is said."""
SLICE_EVENTS = 100_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a test."""

    message: str = ""
    """Why it failed, in plain words; empty where it did not."""
    fault: FaultInfo | None = None
    """The turn that failed, where it was one."""
    rendered: tuple[str, ...] = ()
    events: int = 0
    """A run of so many events ends where this was found out."""
    endless: bool = False
    """Whether it had more events than it may have."""
    stopped: bool = False
    """Whether it was ended before anything was found out."""

    @property
    def passed(self) -> bool:
        """Whether nothing was wrong."""
        return not self.message and not self.stopped


def seed_of_test(name: str, project_seed: int = 0) -> int:
    """The seed that a test always has."""
    return project_seed + zlib.crc32(name.encode("utf-8", "surrogatepass"))


def judge(session: Session, events_max: int = TEST_EVENTS_MAX, goes_on: Callable[[], bool] = lambda: True) -> Verdict:
    """Runs a session of a test until it is clear what came of it. It ends early when ``goes_on`` says no, which is
    asked now and then, and when the session is interrupted."""
    rendered: list[str] = []
    while goes_on():
        progress = session.advance(max_events=min(SLICE_EVENTS, events_max - session.total()))
        fault = next((o.fault for o in progress.outputs if o.fault is not None and _fails(o.fault)), None)
        rendered += (o.text for o in progress.outputs if o.fault is None)
        shown = tuple(rendered)
        if fault is not None:
            return Verdict(fault.message, fault, shown, fault.n + 1)
        if progress.status is Status.INTERRUPTED:
            break
        if progress.waits:
            return Verdict("the test waits for an answer that cannot come", None, shown, progress.total)
        if progress.status is not Status.RUNNING:
            return Verdict("", None, shown, progress.total)
        if progress.total >= events_max:
            message = f"not idle after {progress.total:,} events, at tick {progress.tick:,}: write `run for …` where"
            return Verdict(f"{message} timers never end", None, shown, progress.total, endless=True)
    return Verdict(rendered=tuple(rendered), events=session.total(), stopped=True)


def _fails(fault: FaultInfo) -> bool:
    return fault.actor == 0 or fault.kind == "assert_failed"
