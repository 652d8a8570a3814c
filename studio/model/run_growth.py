"""How events, moments and texts that the engine has read come into view.

While the playhead rides at the end of a live run, its events wait for the moment behind them and are shown together
with it, so that all views show one moment. Events of other branches go into the stores of those. A moment that is
older than what is shown is dropped; a newer one is shown even if the playhead has moved on meanwhile, so that views
keep up with a drag.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.api import Output
from studio.model import engine_port as port
from studio.model.run_moment import RunMoment

TEXTS_KEPT = 20_000


class GrowingRun(RunMoment):
    """The open run, which takes in what the engine has read of it."""

    def _take_events(self, answer: port.Grown) -> None:
        if answer.branch != self.branch:
            self._append(answer)
        elif self._rides:
            if answer.first <= self._known_total:
                self._unshown.append(answer)
            self._ask_moment()
        else:
            self._show_events((answer,))

    @property
    def _rides(self) -> bool:
        """Whether the playhead rides at the end of a run that goes on: events are shown with the moment behind them."""
        return self.live and (self._state_before if self._beginning else self.state) == "running"

    @property
    def _known_total(self) -> int:
        """How many events of the shown branch have come, shown or not."""
        return max((grown.first + len(grown.events) for grown in self._unshown), default=self.total)

    def _show_unshown(self) -> None:
        """Shows what the run has grown by, without the moment behind it."""
        if self._unshown:
            self._show_events(self._unshown)

    def _append(self, answer: port.Grown) -> int:
        """Adds what is new of some events to their store; how many that is."""
        store = self._stores.get(answer.branch)
        if store is None or answer.first > store.total:
            return 0
        fresh = answer.events[store.total - answer.first :]
        store.append(fresh)
        return len(fresh)

    def _enter_events(self, answers: Sequence[port.Grown]) -> bool:
        """Takes in what the shown branch grew by, and tells nothing yet; whether there are outputs among it."""
        outputs: list[Output] = []
        for answer in answers:
            if answer.first > self.events.total:
                continue
            self._append(answer)
            self.tick = answer.tick
            self.rate = answer.rate
            self.execution_hash = answer.execution_hash
            outputs += answer.outputs
        self._unshown = []
        if self.turn_running is not None and self.total > self.turn_running.n:
            self.turn_running = None
        if outputs:
            assert isinstance(self.outputs, list)
            self.outputs.extend(outputs)
        return bool(outputs)

    def _show_events(self, answers: Sequence[port.Grown]) -> None:
        """Shows what the shown branch grew by; the playhead comes along if it is live."""
        first = self.events.total
        has_outputs = self._enter_events(answers)
        if self.live:
            self.playhead = self.total
        self._tell_events(first, has_outputs)
        shown = self.shown_branch
        if self._going_to_end and shown is not None and self.total >= shown.total:
            self._going_to_end = False
            self._move_to(self.total)
        if self.live:
            self.playhead_moved.emit(self.playhead)
            self._ask_moment()
        self.changed.emit()

    def _tell_events(self, first: int, has_outputs: bool) -> None:
        if self.total > first:
            self.verified = None
            self.events_added.emit(first, self.total - first)
        if has_outputs:
            self.outputs_changed.emit()

    def _move_to(self, n: int) -> None:
        self.live = self.state == "running" and n == self.total
        if not self.live:
            self._show_unshown()
        if n != self.playhead:
            self._set_playhead(n)
            self._follow_event()
        self._ask_moment()

    def _take_moment(self, answer: port.Moment) -> None:
        age = answer.generation - self._shown_generation
        if answer.branch != self.branch or age < 0 or (age == 0 and not self._rides):
            return
        if not self._rides:
            self._enter_moment(answer)
            self.picture_changed.emit()
            return
        if answer.n != self._known_total:
            return  # a moment that was asked for before, or one whose events are still to come
        first, has_outputs = self.total, self._enter_events(self._unshown)
        self.playhead = self.total
        self._enter_moment(answer)
        self._tell_events(first, has_outputs)
        self.playhead_moved.emit(self.playhead)
        self.picture_changed.emit()
        self.changed.emit()
        self.frame.emit()

    def _enter_moment(self, answer: port.Moment) -> None:
        self._shown_generation = answer.generation
        self.events.cast.learn(answer.types)
        self.actor_count = len(answer.types)
        self.picture = answer.picture
        self.event_detail = answer.event
        self.following = answer.following
        shown = answer.actor is not None and answer.actor.id == self.subject
        self.actor_state = answer.actor if shown else None
        self.state_before = answer.before if shown else None
        self.waiting = answer.waiting if shown else ()

    def _take_texts(self, answer: port.TextsRead) -> None:
        if answer.branch != self.branch:
            return
        if len(self._texts) > TEXTS_KEPT:
            self._texts.clear()
        self._texts.update(answer.texts)
        self.texts_changed.emit()
