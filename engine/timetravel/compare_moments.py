"""Is a checkpoint out of a trace file the moment that it says it is?

It is compared with a machine that came there by a replay from the start. Mostly all bytes are the same. Where they are
not, which free memory may be reason enough for, everything that can be looked at is compared, and what follows is run
from both. The checkpoint then makes way for a picture of the machine that replayed.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from engine.base.errors import Interrupted, MachineError
from engine.base.events import Status
from engine.timetravel.checkpoints import Checkpoint
from engine.timetravel.history import Line
from engine.vm.machine import Batch, Machine

if TYPE_CHECKING:
    from engine.timetravel.session import Session


class Follower:
    """A machine that goes on from a checkpoint, beside the one that replays from the start."""

    def __init__(self, session: Session, line: Line, machine: Machine, n: int) -> None:
        self._session = session
        self._line = line
        self._machine = machine
        self._n = n

    def catch_up(self, machine: Machine) -> None:
        """Goes to where another machine stands. Raises MachineError if it is another moment there."""
        follower = self._machine
        follower.outside = partial(self._session.history.reply, self._line)
        if follower.run(None, machine.events, self._take) is Status.INTERRUPTED:
            raise Interrupted("verifying was stopped")
        if (follower.events, follower.execution_hash) != (machine.events, machine.execution_hash):
            raise _wrong(self._n)
        self._session.scratch.settle(None)

    def _take(self, batch: Batch) -> None:
        self._session.history.check_marks(self._line, batch.marks)


def check_checkpoint(session: Session, machine: Machine, line: Line) -> Follower | None:
    """Compares the checkpoint of the moment where a machine stands, if there is one, and puts the truth in its place.
    Gives a machine that goes on from it, where that is needed to be sure. Raises MachineError where it lies."""
    n = machine.events
    if not line.checkpoints.has(n):
        return None
    checkpoint, store = line.checkpoints.before(n), session.history.store
    image = store.capture(*machine.picture(), checkpoint.image)
    same = np.array_equal(image.ids, checkpoint.image.ids) and image.heap_length == checkpoint.image.heap_length
    if same and image.cells == checkpoint.image.cells and machine.tick == checkpoint.tick:
        store.release(image)
        return None
    try:
        session.scratch.restore(line, checkpoint)
        _compare(session, machine, session.scratch.machine, checkpoint)
    except MachineError:
        store.release(image)
        raise
    line.checkpoints.replace(Checkpoint(n, machine.tick, image, checkpoint.placed))
    session.scratch.settle(None)
    return Follower(session, line, session.scratch.machine, n)


def _compare(session: Session, true: Machine, other: Machine, checkpoint: Checkpoint) -> None:
    """Raises MachineError where two machines do not look the same from outside."""
    if (checkpoint.tick, *_numbers(true)) != (true.tick, *_numbers(other)):
        raise _wrong(checkpoint.n)
    actors = true.actors()
    if not np.array_equal(actors, other.actors()) or true.digest() != other.digest():
        raise _wrong(checkpoint.n)
    for row in actors[actors["waiting"] > 0]:
        if true.mailbox(int(row["id"])) != other.mailbox(int(row["id"])):
            raise _wrong(checkpoint.n)
        if session.signal.requested:
            raise Interrupted("verifying was stopped")
    awaiting = session.describer.waits(true)
    if awaiting != session.describer.waits(other) or true.peek() != other.peek():
        raise _wrong(checkpoint.n)


def _numbers(machine: Machine) -> tuple[object, ...]:
    return (
        machine.events,
        machine.tick,
        machine.execution_hash,
        machine.open_tick,
        machine.answered,
        machine.dead_letters,
        machine.waits_for_rest,
        machine.requests(),
    )


def _wrong(n: int) -> MachineError:
    return MachineError(f"the checkpoint at event {n:,} is not the moment that the replay comes to")
