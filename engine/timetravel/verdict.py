"""A test of a program, run to its end: passed, or in plain words why not, and where.

A test is over when its own turn is, with the tick of that turn: what others would do later is no part of it, so timers
may go on for ever. It fails with its own faults, with a broken invariant (which is the test's fault too), and with an
assertion that fails anywhere. Other actors may fail as they are meant to.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from engine.base.counts import counted
from engine.base.events import Status
from engine.timetravel.pacing import interrupting_after
from engine.timetravel.session import Session
from engine.timetravel.views import FaultInfo

TEST_EVENTS_MAX = 1_000_000
"""A test may have so many events where nothing else is said."""
TEST_SECONDS_MAX = 60.0
"""It may take so long where nothing else is said. That ends turns that never end, which have no events to count."""
SLICE_EVENTS = 100_000
IDLE_ADVICE = ": write `run for …` in the place of `run until idle` where timers never end"


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
    faults: tuple[FaultInfo, ...] = ()
    """What went wrong in other actors before that, which alone does not fail a test."""
    limit: str = ""
    """The limit that it came to, ``events`` or ``seconds``, if it did."""
    stopped: bool = False
    """Whether it was ended before anything was found out."""

    @property
    def passed(self) -> bool:
        """Whether nothing was wrong."""
        return not self.message and not self.stopped


def seed_of_test(name: str, project_seed: int = 0) -> int:
    """The seed that a test always has."""
    return project_seed + zlib.crc32(name.encode("utf-8", "surrogatepass"))


def judge(
    session: Session,
    events_max: int = TEST_EVENTS_MAX,
    seconds_max: float = TEST_SECONDS_MAX,
    goes_on: Callable[[], bool] = lambda: True,
) -> Verdict:
    """Runs a session of a test until its own turn is over, and with it that tick. It ends early with the first failure,
    at a limit, when ``goes_on`` says no, which is asked now and then, and when the session is interrupted."""
    rendered: list[str] = []
    faults: list[FaultInfo] = []
    with interrupting_after(seconds_max, session.interrupt) as late:
        verdict = _judge(session, events_max, lambda: goes_on() and not late.is_set(), rendered, faults)
    if verdict.stopped and late.is_set():
        verdict = replace(verdict, message=_overtime(session, seconds_max), limit="seconds", stopped=False)
    return replace(verdict, rendered=tuple(rendered), faults=tuple(faults))


def _judge(
    session: Session,
    events_max: int,
    goes_on: Callable[[], bool],
    rendered: list[str],
    faults: list[FaultInfo],
) -> Verdict:
    while goes_on():
        progress = session.advance(max_events=min(SLICE_EVENTS, events_max - session.total()))
        for output in progress.outputs:
            if output.fault is None:
                rendered.append(output.text)
            elif _fails(output.fault):
                return Verdict(output.fault.message, output.fault, events=output.fault.n + 1)
            else:
                faults.append(output.fault)
        if progress.status is Status.INTERRUPTED:
            break
        if progress.waits:
            return Verdict("the test waits for an answer that cannot come", events=progress.total)
        if progress.status is not Status.RUNNING:
            return Verdict(events=progress.total)
        if progress.total >= events_max:
            message = f"not over after {counted(progress.total, 'event')}, at tick {progress.tick:,}"
            return Verdict(message + IDLE_ADVICE, events=progress.total, limit="events")
    return Verdict(events=session.total(), stopped=True)


def _overtime(session: Session, seconds: float) -> str:
    """What is said of a test that took too long: the turn that does not end, if it is one."""
    following = session.following(0, session.total())
    turn = "" if following is None else f", in the turn `{following.type}`"
    return f"not over after {seconds:g} s, at tick {session.branches()[0].tick:,}{turn}"


def _fails(fault: FaultInfo) -> bool:
    return fault.actor == 0 or fault.kind == "assert_failed"
