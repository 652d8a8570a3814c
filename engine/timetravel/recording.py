"""The live end of a run: running branches on, and leaving what going back needs.

Running goes in slices between which checkpoints are left: *placed* ones at distances that make seeking quick, and
*safety* ones by time, so that stopping in the middle of a long turn is undone without a long replay.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from engine.base.errors import AeroFlowError
from engine.base.events import Status
from engine.timetravel.checkpoints import recording_distance
from engine.timetravel.describe import Describer
from engine.timetravel.history import History, Line
from engine.timetravel.outside import Performer
from engine.timetravel.pacing import Stopwatch
from engine.timetravel.rendered import Rendered
from engine.timetravel.replay import Player
from engine.vm.machine import LOG_EVENTS, LOG_NOTHING, Batch, Machine
from engine.vm.program import Program
from engine.vm.stopping import StopSignal

ADVANCE_SECONDS = 0.05
"""Running comes back after about that long, so that its caller can show what happened."""
SAFE_SECONDS = 0.1
"""After that long without a checkpoint one is left, so that stopping in the middle of a turn is undone quickly."""
SAFE_SHARE = 20
"""… but not more often than every this many times of what it costs."""
FIRST_BRANCH = "original"
_FAR = 2**62


class Recorder:
    """Runs the branches of a history on, on a machine of its own. With ``keep_events`` their events are kept as they
    come; without ``record`` no checkpoints are placed."""

    def __init__(
        self,
        program: Program,
        seed: int,
        history: History,
        signal: StopSignal,
        describer: Describer,
        performer: Performer,
        *,
        keep_events: bool,
        record: bool,
    ) -> None:
        self._player = Player(program, seed, history, signal)
        self._history = history
        self._signal = signal
        self._describer = describer
        self._performer = performer
        self._keep_events = keep_events
        self._record = record
        self.is_cut = False
        """Whether the latest ``run`` was interrupted in the middle of a turn, which then did not happen."""
        self._since_capture = Stopwatch()
        self._capture_seconds = 0.0
        self._rendered: list[tuple[bytes, int]] = []

    @property
    def memory_bytes(self) -> int:
        """The size of the heap at the live end."""
        return self._player.memory_bytes

    @property
    def machine(self) -> Machine:
        """The machine at the live end."""
        return self._player.machine

    def stands_at_end(self, line: Line) -> bool:
        """Whether the machine is at the end of a branch, with nothing asked of the outside."""
        machine = self.machine
        return self._player.stands_in(line) and machine.events == line.total and not machine.is_asking

    def begin(self) -> None:
        """Makes the first branch of the history, at the beginning of the run."""
        image = self._history.store.capture(*self.machine.picture(), None)
        self._player.settle(self._history.add(FIRST_BRANCH, None, 0, None, "", image, self.machine))

    def go_to_end(self, line: Line) -> None:
        """Brings the machine to the end of a branch. Raises Interrupted if stopped."""
        self.is_cut = False
        if not (self._player.stands_in(line) and self.machine.events == line.total):
            self.machine.logging = LOG_NOTHING
            self._player.seek(line.id, line.total)
            self._since_capture.restart()

    def run(self, line: Line, until: int, until_tick: int | None) -> Status:
        """Runs a branch on from its end, where the machine stands, up to event ``until`` and the end of ``until_tick``,
        for about ``ADVANCE_SECONDS``; gives why it stopped."""
        machine, watch = self.machine, Stopwatch()
        machine.logging = LOG_EVENTS if self._keep_events else LOG_NOTHING

        def pause() -> bool:
            return watch.seconds > ADVANCE_SECONDS or self._needs_safety()

        while True:
            goal = min(until, self._next_checkpoint(line))
            before = len(self._rendered)
            machine.outside = partial(self._performer.answer, line)
            try:
                outcome = machine.run(until_tick, goal, self._writer(line), pause)
                if not machine.usable:
                    del self._rendered[before:]
                    self._undo_half_turn(line)
                    self.is_cut = True
                self._note_end(line)
            except AeroFlowError:
                del self._rendered[before:]
                raise
            self._place_checkpoints(line)
            if outcome is Status.INTERRUPTED and self._has_ended():
                return Status.FINISHED  # nothing was left to be stopped
            if outcome in (Status.FINISHED, Status.INTERRUPTED):
                return outcome
            if outcome is Status.RUNNING and self._performer.is_announcing:
                return outcome  # what came before a question is shown before its answer is there
            if outcome is Status.AT_LIMIT and line.total < goal:
                return Status.AT_LIMIT
            if line.total >= until or watch.seconds > ADVANCE_SECONDS:
                return Status.RUNNING

    def _has_ended(self) -> bool:
        """Whether nothing is left to do."""
        machine = self.machine
        return not machine.is_asking and machine.waits_for_rest is None and machine.peek() is None

    def take_rendered(self) -> Rendered:
        """What was rendered since it was taken the last time."""
        rendered, self._rendered = Rendered(self._describer, self.machine, self._rendered), []
        return rendered

    def _writer(self, line: Line) -> Callable[[Batch], None]:
        """Puts what the kernel writes down into a branch."""
        machine = self.machine

        def take(batch: Batch) -> None:
            if len(batch.marks):
                line.marks.add(batch.marks)
            if len(batch.events):
                line.columns.put(batch.first, batch.events)
            if len(batch.outputs):
                self._rendered.append((batch.outputs.tobytes(), machine.events))

        return take

    def _note_end(self, line: Line) -> None:
        """The branch now ends where the machine stands."""
        machine = self.machine
        execution_hash = machine.execution_hash
        if line.total != machine.events:
            line.digest = None
            line.is_cut_off = False
        line.total = machine.events
        line.tick = machine.tick
        line.execution_hash = execution_hash

    def _undo_half_turn(self, line: Line) -> None:
        """The machine was stopped in the middle of a turn: goes to the end of the last whole one."""
        machine, reached = self.machine, self.machine.events
        self._signal.clear()
        level, machine.logging = machine.logging, LOG_NOTHING
        self._player.restore(line, line.checkpoints.before(line.total))
        self._player.replay(line.total)
        machine.logging = level
        self._player.replay(reached, self._writer(line))

    # --- checkpoints ------------------------------------------------------------------------------

    def _next_checkpoint(self, line: Line) -> int:
        """The event before which the next one is placed."""
        if not self._record:
            return _FAR
        last = line.checkpoints.last_placed
        return last.n + recording_distance(last.image.bytes)

    def _needs_safety(self) -> bool:
        """Whether stopping in the middle of a turn would cost a long replay."""
        return self._since_capture.seconds > max(SAFE_SECONDS, SAFE_SHARE * self._capture_seconds)

    def _place_checkpoints(self, line: Line) -> None:
        if self.machine.is_asking:
            return
        due = line.total >= self._next_checkpoint(line)
        if not due and not self._needs_safety():
            return
        before = line.checkpoints.before(line.total)
        watch = Stopwatch()
        self._player.capture(placed=due)
        self._capture_seconds = watch.seconds
        self._since_capture.restart()
        if not self._record and not before.placed:
            line.checkpoints.remove(before.n)
