"""Does the recording tell the truth? A replay from the very start on a fresh machine, compared hash by hash."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from engine.base.errors import Interrupted, MachineError
from engine.base.events import Status
from engine.timetravel.changes import apply_change
from engine.timetravel.history import Line
from engine.timetravel.views import Verification
from engine.vm.machine import Batch, Machine

if TYPE_CHECKING:
    from engine.timetravel.session import Session


class _Differs(Exception):
    """The replay is not the recording; says where."""


def verify(session: Session, branch: int) -> Verification:
    """Replays a branch with the changes that led to it. No checkpoint is used, so wrong ones are found too."""
    line = session.history.line(branch)
    machine = Machine(session.program, session.seed, session.signal)
    compared = 0
    try:
        for part, end in session.history.ancestry(branch):
            if part.change is not None:
                apply_change(machine, session.describer, part.change)
            machine.outside = partial(session.history.reply, part)
            compared += _replay(machine, part, end)
        _compare_end(session, machine, line)
    except (_Differs, MachineError) as difference:
        return Verification(False, machine.events, str(difference))
    marks = f"{compared:,} hash mark{'' if compared == 1 else 's'} and "
    return Verification(
        True, machine.events, f"verified {line.total:,} of {line.total:,} events: {marks}the end are the same"
    )


def _replay(machine: Machine, line: Line, end: int) -> int:
    """Replays a branch's own part; gives how many marks were compared."""
    compared = 0

    def take(batch: Batch) -> None:
        nonlocal compared
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
        compared += len(rows)

    if machine.run(None, end, take) is Status.INTERRUPTED:
        raise Interrupted("verifying was stopped")
    if machine.events < end:
        raise _Differs(f"the replay ends after {machine.events:,} events, the recording has {line.total:,}")
    return compared


def _compare_end(session: Session, machine: Machine, line: Line) -> None:
    if machine.execution_hash != line.execution_hash:
        raise _Differs(
            f"the replay ends with the hash {machine.execution_hash:016x}, "
            f"the recording with {line.execution_hash:016x}"
        )
    if machine.digest() != session.end_digest(line):
        raise _Differs("every event is the same, but the states of the actors at the end are not")
