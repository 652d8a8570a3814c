"""How the playhead moves over the shown branch: by events, ticks, causes, actors and faults.

Moving it is instant here; what the engine has to compute for the new moment follows.
"""

from __future__ import annotations

import numpy as np

from studio.model import engine_port as port
from studio.model.run_growth import GrowingRun
from studio.model.visited import Place


class RunPlayhead(GrowingRun):
    """The open run, whose playhead can be moved."""

    def seek(self, n: int, remember: bool = False) -> None:
        """Moves the playhead to the moment after ``n`` events; ``remember`` enters the old place in the history."""
        if not self.is_open:
            return
        n = max(0, min(n, self.total))
        if remember and n != self.playhead:
            self._visited.leave(self._here)
        self.sought.emit(n)
        self.scrub(n)

    def scrub(self, n: int) -> None:
        """Moves the playhead within a drag, which ends with ``seek``."""
        if self.is_open:
            self._going_to_end = False
            self._move_to(max(0, min(n, self.total)))

    def seek_tick(self, tick: int) -> None:
        """Moves to the end of a tick; one behind the last is the end."""
        tick = min(tick, self.events.last_tick)
        self.seek(int(self.events.before_tick(np.array([tick + 1], np.int64))[0]), remember=True)

    def step(self, delta: int) -> None:
        """Moves by events; a step forward at the end of a paused run makes the next event happen."""
        if delta > 0 and self.playhead >= self.total and self.state == "paused":
            self.live = True
            if not self.pinned:
                self.select_actor(None, ask=False)
            self.sought.emit(self.total + 1)
            self._post(port.StepEvent(self.branch))
        else:
            self.seek(self.playhead + delta)

    def to_start(self) -> None:
        """Moves before the first event."""
        self.seek(0, remember=True)

    def to_end(self) -> None:
        """Moves to the last event, and along with the run if it is running."""
        self.seek(self.total, remember=True)

    @property
    def _here(self) -> Place:
        return self.branch, self.playhead

    def to_cause(self) -> None:
        """Moves to the event in whose turn the message being handled was sent."""
        if self.event_detail is not None and self.event_detail.cause is not None:
            self.show_event(self.event_detail.cause)

    def to_effect(self) -> None:
        """Moves to the first event that handles what this one sent."""
        if self.event_detail is not None and self.event_detail.effects:
            self.show_event(self.event_detail.effects[0])

    def show_event(self, n: int) -> None:
        """Moves to the moment after event number ``n`` and selects its actor."""
        if 0 <= n < self.total:
            if not self.pinned:
                self.select_actor(self.events.row(n).actor, ask=False)
            self.seek(n + 1, remember=True)

    def neighbour_of_actor(self, step: int) -> int | None:
        """The number of the event that ``next_of_actor`` moves to; None if there is none."""
        actor = self.selected_actor
        if actor is None and self.playhead:
            actor = self.events.row(self.playhead - 1).actor
        return None if actor is None else self.events.next_of_actor(self.playhead - 1, actor, step)

    def next_of_actor(self, step: int) -> None:
        """Moves to the next (1) or previous (-1) event of the selected actor, else of the one at the playhead."""
        found = self.neighbour_of_actor(step)
        if found is not None:
            self.seek(found + 1)

    def next_fault(self, step: int) -> None:
        """Moves to the next (1) or previous (-1) event whose turn failed."""
        faults = self.events.faults
        later = faults[faults > self.playhead - 1] if step > 0 else faults[faults < self.playhead - 1][::-1]
        if len(later):
            self.show_event(int(later[0]))

    def to_difference(self) -> None:
        """Moves to the first event that differs from the branch compared with."""
        if self.comparison is not None and self.comparison.difference is not None:
            self.seek(self.comparison.difference.n + 1, remember=True)
