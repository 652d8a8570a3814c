"""Going to a moment: the nearest checkpoint, then a replay of what is between.

A ``Player`` has one machine and knows where it stands. On its way it leaves checkpoints that are denser than those of
the recording, and compares the hash marks that it passes with the recorded ones, so that a wrong replay is never shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from engine.base.errors import Interrupted, MachineError
from engine.base.events import Status
from engine.timetravel.checkpoints import Checkpoint, seeking_distance
from engine.timetravel.history import History, Line
from engine.timetravel.pacing import Pacer, Stopwatch
from engine.vm.machine import LOG_NOTHING, Batch, Machine, Sink
from engine.vm.program import Program
from engine.vm.stopping import StopSignal

LONG_REPLAY_SECONDS = 0.02
"""After that much replay a checkpoint is left even where the distance in events is short: its turns are long."""
LONG_SHARE = 5
"""… but not before this many times of what a checkpoint costs here."""


class Player:
    """A machine that can be anywhere in a history."""

    def __init__(self, program: Program, seed: int, history: History, signal: StopSignal) -> None:
        self._program = program
        self._seed = seed
        self._history = history
        self._signal = signal
        self._pacer = Pacer()
        self._machine: Machine | None = None
        self._line: Line | None = None
        """The branch that the machine stands in, None where memory is nobody's moment."""

    @property
    def memory_bytes(self) -> int:
        """The size of the machine's heap; nothing as long as there is no machine."""
        return self._machine.heap_bytes if self._machine is not None else 0

    @property
    def machine(self) -> Machine:
        """The machine; made when it is first needed, at the beginning of the run."""
        if self._machine is None:
            self._machine = Machine(self._program, self._seed, self._signal)
        return self._machine

    def stands_in(self, line: Line) -> bool:
        """Whether the machine is at some moment that this branch owns."""
        return self._line is line and self.machine.usable

    def settle(self, line: Line | None) -> None:
        """Says whose moment the machine now stands at; None after something was changed that nobody keeps."""
        self._line = line

    def restore(self, line: Line, checkpoint: Checkpoint) -> None:
        """Goes to a checkpoint."""
        self._line = None
        image = checkpoint.image
        self.machine.restore(image.cells, image.heap_length, lambda heap: self._history.store.write(image, heap))
        self._line = line

    def capture(self, placed: bool) -> None:
        """Leaves a checkpoint where the machine stands."""
        line, machine = self._line, self.machine
        assert line is not None
        like = line.checkpoints.before(machine.events)
        if like.n == machine.events and (like.placed or not placed):
            return
        image = self._history.store.capture(*machine.picture(), like.image)
        line.checkpoints.add(Checkpoint(machine.events, machine.tick, image, placed))
        self._history.keep_within_budget()

    def seek(self, branch: int, n: int) -> Machine:
        """The machine at moment ``(branch, n)``. Raises SeekError if there is none, Interrupted if stopped."""
        line = self._history.owner_of_moment(branch, n)
        checkpoint = line.checkpoints.before(n)
        near = self.stands_in(line) and checkpoint.n <= self.machine.events <= n
        if not near:
            self.restore(line, checkpoint)
        self.replay(n, densify=True)
        if self.machine.is_asking and self.machine.open_tick is None:
            self._history.reply(line, self.machine)
        return self.machine

    def seek_end_of_tick(self, line: Line, tick: int) -> int:
        """Goes to the moment in a branch's own part after which no event of ``tick`` is left; gives its number."""
        self.restore(line, line.checkpoints.before_tick(tick))
        self.replay(line.total, densify=True, until_tick=tick)
        return self.machine.events

    def replay(
        self, until: int, sink: Sink | None = None, densify: bool = False, until_tick: int | None = None
    ) -> None:
        """Runs the recorded part on to event ``until`` (or the end of ``until_tick``); the branch owns all of it.
        Drops what is written down, or hands it to ``sink``."""
        line, machine, history = self._line, self.machine, self._history
        assert line is not None
        machine.outside = partial(history.reply, line)

        def take(batch: Batch) -> None:
            if len(batch.marks):
                history.check_marks(line, batch.marks)
            if sink is not None:
                sink(batch)

        self._line = None
        pacer, since_capture, watch = self._pacer, Stopwatch(), Stopwatch()
        capture_seconds = 0.0
        distance = seeking_distance(line.checkpoints.before(machine.events).image.bytes)
        while machine.events < until:
            start = machine.events
            stop = min(until, start + pacer.events, (start // distance + 1) * distance) if densify else until
            watch.restart()
            outcome = machine.run(until_tick, stop, take)
            if outcome is Status.INTERRUPTED:
                raise Interrupted("going to that moment was stopped")
            if machine.events < stop and outcome is Status.AT_LIMIT:
                break
            if machine.events < stop:
                raise MachineError(
                    f"the replay of {line.name} ended at event {machine.events:,}, but the recording goes on"
                )
            pacer.ran(stop - start, watch.seconds)
            if not densify:
                continue
            if stop % distance == 0 or since_capture.seconds > max(LONG_REPLAY_SECONDS, LONG_SHARE * capture_seconds):
                watch.restart()
                self._line = line
                self.capture(placed=False)
                self._line = None
                capture_seconds = watch.seconds
                since_capture.restart()
        if machine.events == line.total and machine.execution_hash != line.execution_hash:
            raise MachineError(f"the replay of {line.name} came to another hash than was recorded")
        self._line = line

    @contextmanager
    def logging(self, level: int) -> Iterator[None]:
        """Inside, the kernel writes down that much of every turn."""
        self.machine.logging = level
        try:
            yield
        finally:
            self.machine.logging = LOG_NOTHING
