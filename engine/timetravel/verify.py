"""Does the recording tell the truth? A replay from the very start on a fresh machine, compared with all that is shown.

No checkpoint is used, so wrong ones are found too: at each the replay stops and compares. What the session knows by
itself afterwards comes from the replay. Branch names are free words, and hold whatever they say.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from engine.base.counts import counted
from engine.base.errors import ForkError, Interrupted, MachineError, SeekError
from engine.base.events import Status
from engine.timetravel.changes import apply_change
from engine.timetravel.compare_marks import MarksOfReplay
from engine.timetravel.compare_moments import Follower, check_checkpoint
from engine.timetravel.history import Line
from engine.timetravel.views import Verification
from engine.vm.machine import LOG_EVENTS, LOG_NOTHING, Batch, Machine

if TYPE_CHECKING:
    from engine.timetravel.session import Session


_ENDS = (Status.FINISHED, Status.AT_LIMIT)


class _Differs(Exception):
    """The replay is not the recording; says where."""


def verify(session: Session, branch: int, replaces: bool = True) -> Verification:
    """Replays a branch with the changes that led to it, and compares every mark, moment and end on its way. Checkpoints
    make way for pictures of the replay if it ``replaces`` them."""
    line = session.history.line(branch)
    machine = Machine(session.program, session.seed, session.signal)
    marks = MarksOfReplay()
    try:
        for part, end in session.history.ancestry(branch):
            _begin(session, machine, part)
            machine.outside = partial(session.history.reply, part)
            _replay(session, machine, part, end, marks, replaces)
        _compare_end(session, machine, line, marks)
        if session.origin is not None and session.origin.lie:
            raise _Differs(f"every event is the same, but {session.origin.lie}")
    except (_Differs, MachineError, ForkError, SeekError) as difference:
        return Verification(False, machine.events, str(difference))
    return Verification(True, line.total, _sentence(session, line))


def _sentence(session: Session, line: Line) -> str:
    """What was verified."""
    events = "its one event" if line.total == 1 else f"all {line.total:,} events"
    if line.is_cut_off:
        verified = f"Verified: {events} and the outputs up to where the recording was cut off match it"
    else:
        verified = f"Verified: {events}, the outputs and the final state match the recording"
    if session.origin is not None and not session.origin.sources_checked:
        verified += "; the source text and the names could not be checked: another version of AeroFlow compiled them"
    return verified


def _begin(session: Session, machine: Machine, part: Line) -> None:
    """Makes the change with which a branch leaves its parent."""
    text = "" if part.change is None else apply_change(machine, session.describer, part.change)
    if text != part.change_text:
        raise _Differs(f"the change of {part.name} is “{text}”, the recording calls it “{part.change_text}”")
    open_ticks = (None, machine.open_tick, machine.tick)  # it may be noted before or after its last turn is over
    if part.open_tick not in open_ticks or machine.answered != part.answered:
        raise _Differs(f"the branch {part.name} begins at another moment than the recording says")


def _replay(session: Session, machine: Machine, line: Line, end: int, marks: MarksOfReplay, replaces: bool) -> None:
    """Replays a branch's own part, from checkpoint to checkpoint."""
    follower: Follower | None = None

    def take(batch: Batch) -> None:
        marks.take(batch.marks)
        if follower is not None:
            follower.take_true(batch)
        rows = batch.marks[batch.marks["events"] <= line.marks.last_event]
        wrong = line.marks.first_mismatch(rows)
        if wrong is not None:
            known = line.marks.rows
            before = known["events"][known["events"] < rows["events"][wrong]]
            start = int(before[-1]) if len(before) else line.at
            raise _Differs(
                f"the replay differs from the recording between event {start:,} and event "
                f"{int(rows['events'][wrong]):,} (up to tick {int(rows['tick'][wrong]):,})"
            )
        session.history.check_marks(line, batch.marks)

    for stop in sorted({*(n for n in line.checkpoints.moments() if n <= end), end}):
        if machine.events < stop and machine.run(None, stop, take) is Status.INTERRUPTED:
            raise Interrupted("verifying was stopped")
        if machine.events != stop:
            raise _Differs(
                f"the replay ends after {counted(machine.events, 'event')}, the recording has {line.total:,}"
            )
        if follower is not None:
            follower.catch_up(machine)
            follower.end(replaces)
        if session.origin is not None:
            follower = check_checkpoint(session, machine, line)
            machine.logging = LOG_NOTHING if follower is None else LOG_EVENTS
    if follower is not None:
        follower.end(replaces)
    marks.compare_inside(line, end, session.history.marks_may_be_missing)


def _compare_end(session: Session, machine: Machine, line: Line, marks: MarksOfReplay) -> None:
    if machine.execution_hash != line.execution_hash:
        raise _Differs(
            f"the replay ends with the hash {machine.execution_hash:016x}, "
            f"the recording with {line.execution_hash:016x}"
        )
    if machine.is_asking and machine.open_tick is None:
        session.history.reply(line, machine)
    used = machine.answered - line.answered
    if used > len(line.answers) or (used < len(line.answers) and not line.is_cut_off):
        raise _Differs(
            f"the replay uses {counted(used, 'answer')} of the outside, the recording has {len(line.answers):,}"
        )
    if not line.is_cut_off and machine.digest() != session.end_digest(line):
        raise _Differs("every event is the same, but the states of the actors at the end are not")
    tick = machine.tick
    is_over = _run_on(machine, None, line.total, marks) is Status.FINISHED
    if line.status not in _ENDS and is_over and line.total > line.at and not line.is_cut_off:
        raise _Differs("every event is the same, but the recording says that the run goes on, which is finished")
    _compare_tick_and_status(machine, line, tick, marks)
    marks.compare_ends(line)


def _compare_tick_and_status(machine: Machine, line: Line, tick: int, marks: MarksOfReplay) -> None:
    """Whether the run really ended, or stood at the end of a tick with more to come, as the recording says. A run may
    stand in the tick of its last event, or in the next one already."""
    is_open = line.status not in _ENDS
    if is_open and tick == line.tick:
        return
    until_tick = line.tick if line.status is Status.AT_LIMIT else None
    outcome = _run_on(machine, until_tick, line.total + 1, marks)
    if line.tick not in (tick, machine.tick):
        raise _Differs(f"every event is the same, but the run ends in tick {tick:,}, not {line.tick:,}")
    if not is_open and (outcome is not line.status or machine.events != line.total):
        claimed = "is finished" if line.status is Status.FINISHED else "stopped at a limit"
        raise _Differs(f"every event is the same, but the recording says that the run {claimed}, which it is not")


def _run_on(machine: Machine, until_tick: int | None, until_event: int, marks: MarksOfReplay) -> Status:
    """Runs on behind the last event, up to a limit."""
    outcome = machine.run(until_tick, until_event, lambda batch: marks.take(batch.marks))
    if outcome is Status.INTERRUPTED:
        raise Interrupted("verifying was stopped")
    return outcome
