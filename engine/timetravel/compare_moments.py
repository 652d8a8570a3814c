"""Is a checkpoint out of a trace file the moment that it says it is?

It is compared with a machine that came there by a replay from the start. Mostly all bytes are the same. Where they are
not, the states are compared, and what follows is run from both and compared in full: of one moment there are several
memories, because free memory may hold anything, and a tick is over before or after the run comes back. If all of it is
the same, the checkpoint makes way for a picture of the machine that replayed.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from blake3 import blake3

from engine.base.errors import Interrupted, MachineError
from engine.base.events import Status
from engine.timetravel.checkpoints import Checkpoint
from engine.timetravel.history import Line
from engine.vm.machine import LOG_EVENTS, Batch, Machine

if TYPE_CHECKING:
    from engine.timetravel.session import Session


class Follower:
    """A machine that goes on from a checkpoint, beside the one that replays from the start. Of both the events are
    compared as they are shown: not all that is in them is in a hash. ``truth`` is the checkpoint of that one."""

    def __init__(self, session: Session, line: Line, truth: Checkpoint) -> None:
        self._session = session
        self._line = line
        self._machine = session.scratch.machine
        self._truth = truth
        self._n = truth.n
        self._true_rows, self._rows = blake3(), blake3()

    def take_true(self, batch: Batch) -> None:
        """What the machine that replays has written down."""
        _note(self._true_rows, batch)

    def catch_up(self, machine: Machine) -> None:
        """Goes to where another machine stands. Raises MachineError if it is another moment there."""
        follower = self._machine
        follower.outside = partial(self._session.history.reply, self._line)
        with self._session.scratch.logging(LOG_EVENTS):
            outcome = follower.run(None, machine.events, self._take)
        if outcome is Status.INTERRUPTED:
            raise Interrupted("verifying was stopped")
        if self._rows.digest() != self._true_rows.digest():
            raise _wrong(self._n)
        _compare_all(self._session, machine, follower, self._n)

    def end(self, replaces: bool) -> None:
        """Nothing was found: the checkpoint may make way for the truth."""
        self._session.scratch.settle(None)
        if replaces:
            self._line.checkpoints.replace(self._truth)
        else:
            self._session.history.store.release(self._truth.image)

    def _take(self, batch: Batch) -> None:
        _note(self._rows, batch)
        self._session.history.check_marks(self._line, batch.marks)


def _note(digest: blake3, batch: Batch) -> None:
    """Adds the events of a batch; where their payloads lie in a log is nothing that they are."""
    rows = batch.events.copy()
    rows["payload_offset"] = 0
    digest.update(rows.tobytes())


def check_checkpoint(session: Session, machine: Machine, line: Line) -> Follower | None:
    """Compares the checkpoint of the moment where a machine stands, if there is one. Gives a machine that goes on from
    it, where that is needed to be sure. Raises MachineError where it lies."""
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
        _compare_states(machine, session.scratch.machine, checkpoint)
        if machine.open_tick == session.scratch.machine.open_tick:
            _compare_mail(session, machine, session.scratch.machine, n)
    except MachineError:
        store.release(image)
        raise
    session.scratch.settle(None)
    return Follower(session, line, Checkpoint(n, machine.tick, image, checkpoint.placed))


_STATES = ["id", "type", "status", "handled", "parent"]
"""The columns of an actor that a message on its way does not change."""


def _compare_states(true: Machine, other: Machine, checkpoint: Checkpoint) -> None:
    """Raises MachineError where two machines have not the same past."""
    if checkpoint.tick != other.tick or _numbers(true) != _numbers(other) or true.digest() != other.digest():
        raise _wrong(checkpoint.n)
    if not np.array_equal(true.actors()[_STATES], other.actors()[_STATES]) or true.peek() != other.peek():
        raise _wrong(checkpoint.n)


def _compare_all(session: Session, true: Machine, other: Machine, n: int) -> None:
    """Raises MachineError where two machines that ran on from moment ``n`` do not look the same from outside."""
    same = (true.tick, true.open_tick, true.waits_for_rest) == (other.tick, other.open_tick, other.waits_for_rest)
    if not same or _numbers(true) != _numbers(other) or true.digest() != other.digest():
        raise _wrong(n)
    actors = true.actors()
    if not np.array_equal(actors, other.actors()) or true.requests() != other.requests():
        raise _wrong(n)
    _compare_mail(session, true, other, n)
    if session.describer.waits(true) != session.describer.waits(other) or true.peek() != other.peek():
        raise _wrong(n)


def _compare_mail(session: Session, true: Machine, other: Machine, n: int) -> None:
    """Raises MachineError where the messages on their way in two machines are not the same, as they are shown."""
    actors = true.actors()
    for row in actors[actors["waiting"] > 0]:
        if true.mailbox(int(row["id"])) != other.mailbox(int(row["id"])):
            raise _wrong(n)
        if session.signal.requested:
            raise Interrupted("verifying was stopped")


def _numbers(machine: Machine) -> tuple[int, ...]:
    return machine.events, machine.execution_hash, machine.answered, machine.dead_letters


def _wrong(n: int) -> MachineError:
    return MachineError(f"the checkpoint at event {n:,} is not the moment that the replay comes to")
