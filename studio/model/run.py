"""The open run: the truth that timeline, graph, inspector, tables and editor show.

There is one *playhead*, a moment of the shown branch: the state after ``playhead`` events. While ``live`` it rides at
the end of the run. Moving it is instant here; what the engine has to compute for it (actors, fields, texts) follows
as a *moment*, and only the latest wish is served. Answers carry a generation: one that is older than what is shown is
dropped, a newer one is shown even if the playhead has moved on meanwhile, so that views keep up with a drag.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from engine.api import (
    ActorState,
    Branch,
    Change,
    EventDetail,
    Output,
    Picture,
    Problem,
    ProgramSummary,
    WaitingMessage,
)
from studio.model import engine_port as port
from studio.model.branches import Comparison, common_moment
from studio.model.cast import Program
from studio.model.engine_port import EnginePort
from studio.model.event_store import EventStore
from studio.model.recovery import RecoveredRun
from studio.model.run_words import cut_text, errors_text, file_name
from studio.model.runs import KEPT_RUNS, KeptRuns, RunEntry
from studio.model.signal import Signal
from studio.model.visited import Place, Visited

TEXTS_KEPT = 20_000

_AT_ONCE = (port.Start, port.OpenTrace, port.Recover, port.Stop, port.SaveTrace, port.ForgetRun)
"""What can be told the engine at any time."""


class RunModel:
    """The open run. All of it lives on the GUI's thread; ``attach`` connects it to the engine's."""

    def __init__(self) -> None:
        self.changed: Signal[[]] = Signal()
        self.store_changed: Signal[[]] = Signal()
        """``events`` and ``outputs`` are those of another run or branch. Comes before every other signal of that
        change: whoever keeps rows or counts of the store before lets go of them here."""
        self.events_added: Signal[[int, int]] = Signal()
        self.playhead_moved: Signal[[int]] = Signal()
        self.picture_changed: Signal[[]] = Signal()
        self.frame: Signal[[]] = Signal()
        """The live run has moved on in every part of this model; views that gather changes show them now, so that
        all that is on the screen is of one moment."""
        self.branches_changed: Signal[[]] = Signal()
        self.outputs_changed: Signal[[]] = Signal()
        self.selection_changed: Signal[[]] = Signal()
        self.texts_changed: Signal[[]] = Signal()
        self.problem: Signal[[str]] = Signal()
        self.not_compiled: Signal[[tuple[Problem, ...]]] = Signal()
        """The program has these errors, so nothing runs."""
        self.message: Signal[[str]] = Signal()
        self.fork_asked: Signal[[]] = Signal()
        self.forked: Signal[[]] = Signal()
        self.fork_refused: Signal[[str]] = Signal()
        self.runs_changed: Signal[[]] = Signal()
        """Which runs are kept beside the shown one."""
        self.recovered: Signal[[]] = Signal()
        """A run that a crash interrupted is back."""
        self.at_risk: Signal[[str]] = Signal()
        """A run would be lost in a crash, until it is saved."""
        self.not_recovered: Signal[[str]] = Signal()
        self.run_number = 0
        """The number of the run that was asked for last."""
        self.shown_run = 0
        """The number of the run that is shown: another one, while the one asked for is still being compiled."""
        self.kept = KeptRuns()
        self.has_dropped_runs = False
        """Whether it was told that old runs go."""
        self._titles: dict[int, str] = {}
        self._recovering: list[int] = []
        """The runs that are to come back, and …"""
        self.recovered_runs: list[RecoveredRun] = []
        """… those that are back."""
        self._beginning = False
        """Whether the run that was asked for last is still to come; the shown one stays until then."""
        self._last_opened = 0
        self._state_before = "none"
        """What the engine does with the shown run while another begins."""
        self._held: list[port.Command] = []
        """What was asked of the shown run meanwhile; done if the other one does not come."""
        self._engine: EnginePort | None = None
        self._generation = 0
        self._picture_wanted = 0
        self._following_wanted = 0
        others = set(vars(self))
        self._clear()
        self._of_a_run = tuple(name for name in vars(self) if name not in others)

    def _clear(self) -> None:
        self.state = "none"
        self.source_name = ""
        self.source_text = ""
        self.sources: dict[str, str] = {}
        """The texts of all files of the program, by name."""
        self.seed = 0
        self.path: Path | None = None
        self.summary: ProgramSummary | None = None
        self.program = Program()
        self.branches: tuple[Branch, ...] = ()
        self.branch = 0
        self.playhead = 0
        self.live = True
        self.tick = 0
        self.rate = 0.0
        self.execution_hash = 0
        self.verified: bool | None = None
        self.events = EventStore()
        self.outputs: Sequence[Output] = []
        self.picture: Picture | None = None
        self.event_detail: EventDetail | None = None
        self.following: WaitingMessage | None = None
        self.actor_state: ActorState | None = None
        """The state of ``subject``, and …"""
        self.state_before: ActorState | None = None
        """… where its turn at the playhead failed, its state before that turn."""
        self.waiting: tuple[WaitingMessage, ...] = ()
        self.cut: port.TurnCut | None = None
        """The turn in whose middle the run was stopped."""
        self.turn_running: port.TurnRunning | None = None
        """The turn that has been running for long."""
        self.actor_count: int | None = None
        """How many actors there are at the moment that was read last, those that have not started included."""
        self.selected_actor: int | None = None
        self.pinned = False
        """Whether the selected actor stays selected wherever the playhead goes."""
        self.comparison: Comparison | None = None
        self._stores: dict[int, EventStore] = {0: self.events}
        self._unshown: list[port.Grown] = []
        """What the live run has grown by since the moment that is shown; it is shown together with the next one."""
        self._texts: dict[int, str] = {}
        self._shown_generation = 0
        self._going_to_end = False
        """Whether a recording is being read that nobody has looked into yet: it opens at its end, as a run leaves
        it."""
        self._visited = Visited()

    def attach(self, engine: EnginePort) -> None:
        """Connects the model to the engine."""
        self._engine = engine
        engine.listen(self._receive)

    # --- what can be asked -----------------------------------------------------------------------

    @property
    def total(self) -> int:
        """How many events the shown branch has."""
        return self.events.total

    @property
    def is_open(self) -> bool:
        """Whether there is a run to look at."""
        return self.summary is not None

    @property
    def is_busy(self) -> bool:
        """Whether the engine is compiling or running."""
        return self.state in ("compiling", "running")

    @property
    def in_the_past(self) -> bool:
        """Whether the playhead stands before the end."""
        return self.playhead < self.total

    @property
    def shown_branch(self) -> Branch | None:
        """The branch that is shown."""
        return next((b for b in self.branches if b.id == self.branch), None)

    @property
    def acting(self) -> int | None:
        """The actor of the event at the playhead; None before the first event."""
        return self.events.row(self.playhead - 1).actor if 0 < self.playhead <= self.total else None

    @property
    def subject(self) -> int | None:
        """The actor that the inspector shows: the selected one, else the one of the event that was read last."""
        if self.selected_actor is not None:
            return self.selected_actor
        return self.event_detail.actor if self.event_detail is not None else None

    def playhead_tick(self) -> int:
        """The tick of the event that led to the playhead's moment; the first tick before any event."""
        if self.playhead <= 0 or not self.total:
            return self.events.first_tick
        return self.events.tick_of(min(self.playhead, self.total) - 1)

    def text_of(self, n: int) -> str | None:
        """The message of event ``n`` with its arguments, if it has been read; ``want_texts`` asks for it."""
        return self._texts.get(n)

    # --- running -----------------------------------------------------------------------------------

    def start(self, text: str, file: str, seed: int = 0, unsaved: Mapping[str, str] | None = None) -> None:
        """Compiles a text and runs it; ``unsaved`` are texts, by file, that it may import. The run before is shown
        until the new one is there, and kept then."""
        self._begin(file, file_name(file))
        self._post(port.Start(self.run_number, text, file, seed, unsaved or {}))

    def start_test(self, text: str, file: str, unsaved: Mapping[str, str], test: str, seed: int, events: int) -> None:
        """Runs a test of a text up to an event, where the playhead then stands."""
        self._begin(file, f"{file_name(file)}: {test}")
        self._post(port.Start(self.run_number, text, file, seed, unsaved, test, events))

    def open_trace(self, path: Path) -> None:
        """Opens a recording."""
        self._begin(path.name, path.name)
        self._post(port.OpenTrace(self.run_number, path))

    def recover(self, paths: Sequence[Path]) -> None:
        """Opens recordings that a crash left, the oldest first: ``recovered`` follows for each. They are kept, and the
        last one is shown, unless another run is open by then."""
        for path in paths:
            self.run_number += 1
            self._recovering.append(self.run_number)
            self._post(port.Recover(self.run_number, path))

    def save_trace(self, path: Path) -> None:
        """Writes the recording into a file, behind the scenes."""
        self._post(port.SaveTrace(path, self.shown_run))

    def pause(self) -> None:
        """Holds the run; ``resume`` goes on."""
        self._post(port.Pause())

    def resume(self) -> None:
        """Runs the end of the shown branch on, with the playhead riding along."""
        if self.is_open and self.state != "running":
            self.live = True
            self._set_playhead(self.total)
            self._post(port.Resume(self.branch))

    def stop(self) -> None:
        """Ends the run, also out of an endless loop."""
        self._post(port.Stop())

    def verify(self) -> None:
        """Replays the shown branch and compares every hash; ``verified`` tells."""
        if self.is_open:
            self._post(port.Verify(self.branch))

    # --- moving the playhead -------------------------------------------------------------------------

    def seek(self, n: int, remember: bool = False) -> None:
        """Moves the playhead to the moment after ``n`` events; ``remember`` enters the old place in the history."""
        if not self.is_open:
            return
        self._going_to_end = False
        n = max(0, min(n, self.total))
        if remember and n != self.playhead:
            self._visited.leave(self._here)
        self.live = self.state == "running" and n == self.total
        if not self.live:
            self._show_unshown()
        if n != self.playhead:
            self._set_playhead(n)
            self._follow_event()
        self._ask_moment()

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
            self._post(port.StepEvent(self.branch))
        else:
            self.seek(self.playhead + delta)

    def to_start(self) -> None:
        """Moves before the first event."""
        self.seek(0, remember=True)

    def to_end(self) -> None:
        """Moves to the last event, and along with the run if it is running."""
        self.seek(self.total, remember=True)

    go_live = to_end

    @property
    def can_go_back(self) -> bool:
        """Whether there is a place to return to."""
        return self._visited.can_go_back(self._here)

    @property
    def can_go_forward(self) -> bool:
        """Whether there is a return to undo."""
        return self._visited.can_go_forward(self._here)

    def back(self) -> None:
        """Returns to where a jump came from."""
        self._go_to(self._visited.back(self._here))

    def forward(self) -> None:
        """Undoes ``back``."""
        self._go_to(self._visited.forward(self._here))

    @property
    def _here(self) -> Place:
        return self.branch, self.playhead

    def _go_to(self, place: Place | None) -> None:
        if place is not None:
            self.show_branch(place[0])
            self.seek(place[1])

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

    def select_actor(self, actor: int | None, ask: bool = True) -> None:
        """Selects an actor in every view."""
        if actor == self.selected_actor:
            return
        self.selected_actor = actor
        self.pinned = self.pinned and actor is not None
        if self.actor_state is not None and self.actor_state.id != self.subject:
            self._forget_actor()
        self.selection_changed.emit()
        if ask and self.is_open:
            self._ask_moment()

    def pin(self, pinned: bool) -> None:
        """Keeps the actor that the inspector shows selected wherever the playhead goes, or lets it go again."""
        subject = self.subject
        self.pinned = pinned and subject is not None
        if pinned and subject != self.selected_actor:
            self.select_actor(subject)
        else:
            self.selection_changed.emit()
        if not pinned and self.is_open:
            self._follow_event()
            self._ask_moment()

    def _follow_event(self) -> None:
        """Ends the selection if it is not pinned and the event at the playhead is another actor's."""
        if not self.pinned and self.selected_actor not in (None, self.acting):
            self.select_actor(None, ask=False)

    # --- branches ------------------------------------------------------------------------------------

    def ask_fork(self) -> None:
        """Shows the card that asks what to change."""
        self.fork_asked.emit()

    def fork(self, change: Change | None) -> None:
        """Makes a branch at the playhead with a change and runs it on; ``forked`` or ``fork_refused`` follows."""
        if self.is_open:
            self._post(port.Fork(self.branch, self.playhead, change))

    def show_branch(self, branch: int) -> None:
        """Shows another branch, at the same moment where it has one."""
        if branch != self.branch and any(b.id == branch for b in self.branches):
            self._show(branch)
            self._set_playhead(min(self.playhead, self.total))
            self._ask_moment()

    def compare(self, other: int) -> None:
        """Looks for the first difference between the shown branch and another; ``comparison`` tells."""
        if other != self.branch and any(b.id == other for b in self.branches):
            self._post(port.Compare(self.branch, other))

    def end_comparison(self) -> None:
        """Takes the marks of a comparison away."""
        self.comparison = None
        self.branches_changed.emit()

    # --- what views want to be read ---------------------------------------------------------------

    def want_picture(self, wanted: bool) -> None:
        """A view that shows all actors says when it is to be seen and when no longer; unseen it costs nothing."""
        self._picture_wanted += 1 if wanted else -1
        if wanted and self.is_open:
            self._ask_moment()

    def want_following(self, wanted: bool) -> None:
        """The same for a view that shows the message that is handled next."""
        self._following_wanted += 1 if wanted else -1
        if wanted and self.is_open:
            self._ask_moment()

    def want_texts(self, rows: Sequence[int]) -> None:
        """Asks for the texts of messages that are not known yet; ``texts_changed`` follows."""
        missing = tuple(n for n in rows if n not in self._texts)
        if missing and self._engine is not None:
            self._engine.read_texts(port.ReadTexts(self.branch, missing))

    # --- from the engine ------------------------------------------------------------------------------

    def _receive(self, batch: port.Batch) -> None:
        for answer in batch.answers:
            if isinstance(answer, port.NotOpened):
                self._take_not_opened(answer)
            elif isinstance(answer, port.PutAway):
                self._take_put_away(answer)
            elif isinstance(answer, port.Recovered):
                self._take_recovered(answer)
            elif isinstance(answer, port.NotRecovered):
                self.not_recovered.emit(answer.reason)
                self._is_back(answer.run)
            elif isinstance(answer, port.NotRecorded):
                self.at_risk.emit(answer.reason)
            elif isinstance(answer, port.NotCompiled):
                self._take(answer)
            elif isinstance(answer, port.Saved) and answer.run not in (0, self.shown_run):
                self.message.emit(f"Recording saved as {answer.path.name}.")
            elif isinstance(answer, port.Opened) and self._last_opened < batch.run <= self.run_number:
                self._make_way(batch.run)
                self._take(answer)
            elif batch.run == self.shown_run:
                self._take(answer)

    def _take(self, answer: port.Answer) -> None:
        if not isinstance(answer, port.Grown | port.Moment | port.TextsRead):
            self._show_unshown()
        match answer:
            case port.Grown():
                self._take_events(answer)
            case port.Moment():
                self._take_moment(answer)
            case port.StateChanged():
                self._take_state(answer.state)
            case port.Opened():
                self._take_opened(answer)
            case port.OutputsRead():
                if answer.branch == self.branch:
                    self.outputs = list(answer.outputs)
                    self.outputs_changed.emit()
            case port.BranchesChanged():
                self.branches = answer.branches
                self._take_hash()
                self.branches_changed.emit()
            case port.TextsRead():
                self._take_texts(answer)
            case port.Forked():
                self._take_fork(answer.branch)
            case port.ForkRefused():
                self.fork_refused.emit(answer.reason)
            case port.Compared() if answer.left == self.branch:
                self.comparison = Comparison(answer.right, answer.difference)
                self.branches_changed.emit()
            case port.Verified() if answer.branch == self.branch:
                self.verified = answer.verification.ok
                (self.message if self.verified else self.problem).emit(answer.verification.message)
                self.changed.emit()
            case port.Saved():
                self.path = answer.path
                self.message.emit(f"Recording saved as {answer.path.name}.")
                self.changed.emit()
            case port.NotCompiled():
                errors = tuple(problem for problem in answer.problems if problem.severity == "error")
                self.problem.emit(errors_text(errors))
                self.not_compiled.emit(errors)
            case port.TurnCut():
                self.cut = answer
                self.message.emit(f"{cut_text(answer)}.")
                self.picture_changed.emit()
            case port.TurnRunning():
                self.turn_running = answer
                self.picture_changed.emit()
                self.changed.emit()
            case port.Trouble():
                self.problem.emit(answer.text)

    def _take_opened(self, answer: port.Opened) -> None:
        self._enter(answer)
        self._tell_all()
        for warning in answer.warnings:
            self.problem.emit(warning)
        self.runs_changed.emit()

    def _enter(self, answer: port.Opened) -> None:
        """Makes a run the one that this model speaks of."""
        self.source_name = answer.file
        self.source_text = answer.text
        self.sources = {answer.file: answer.text, **dict(answer.sources)}
        self.seed = answer.seed
        self.path = answer.path
        self._going_to_end = answer.path is not None
        self.summary = answer.summary
        self.program = Program(answer.summary)
        self.events = EventStore(self.program)
        self._stores = {0: self.events}

    def _take_state(self, state: str) -> None:
        if self._beginning:
            self._state_before = state
            return
        self.state = state
        self.cut = self.turn_running = None
        if state != "running":
            self.rate = 0.0
            self.live = False
            if self.is_open:
                self._ask_moment()
        else:
            self.live = self.playhead >= self.total
            if self.live:
                self._ask_moment()
        self.changed.emit()

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
            self.seek(self.total)
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

    def _take_fork(self, branch: int) -> None:
        self._show(branch)
        self.live = True
        self._set_playhead(self.total)
        self.forked.emit()

    def _take_hash(self) -> None:
        shown = self.shown_branch
        if shown is not None and self.state != "running":
            self.execution_hash = shown.execution_hash
            self.tick = shown.tick

    # --- runs -----------------------------------------------------------------------------------------

    @property
    def runs(self) -> tuple[RunEntry, ...]:
        """All runs there are, the shown one among them, in the order in which they were started."""
        shown = (self._entry(),) if self.is_open else ()
        return tuple(sorted((*self.kept.entries, *shown), key=lambda entry: entry.number))

    def show_run(self, number: int) -> None:
        """Goes back to a run that is kept, as it was left; the one that is shown is kept."""
        if number not in self.kept:
            return
        fields = self.kept.take(number)
        self._put_away()
        vars(self).update(fields)
        self.shown_run = number
        self._shown_generation = self._generation
        if self._beginning:
            self._state_before, self.state = self.state, "compiling"
        self._post(port.ShowRun(number))
        self._post(port.ShowBranch(self.branch, self.events.total))
        self._tell_all()
        self.runs_changed.emit()
        self._ask_moment()

    def forget_run(self, number: int) -> None:
        """Drops a run that is kept, with its forks."""
        if number in self.kept:
            self.kept.take(number)
            self._post(port.ForgetRun(number))
            self.runs_changed.emit()

    def _entry(self) -> RunEntry:
        title = self._titles.get(self.shown_run, file_name(self.source_name))
        return RunEntry(self.shown_run, title, max(0, len(self.branches) - 1), self._stores[0].total)

    def _put_away(self) -> None:
        """Keeps the shown run, which the engine lets rest from now on."""
        if not self.is_open:
            return
        self._enter_events(self._unshown)
        fields = {name: vars(self)[name] for name in self._of_a_run}
        state = self._state_before if self._beginning else self.state
        fields |= {"state": "paused" if state == "running" else state, "live": False, "rate": 0.0}
        self.kept.put(self._entry(), fields)
        self._drop_surplus()

    def _drop_surplus(self) -> None:
        surplus = self.kept.surplus()
        if surplus and not self.has_dropped_runs:
            self.has_dropped_runs = True
            self.message.emit(f"Run #{surplus[0]} was dropped. {KEPT_RUNS}")
        for number in surplus:
            self.forget_run(number)

    def _make_way(self, number: int) -> None:
        """A run that was asked for is there: it is shown, and the one before is kept."""
        self._put_away()
        self._clear()
        self._shown_generation = self._generation
        self.shown_run = self._last_opened = number
        self.state = "compiling"
        self._held.clear()
        self._beginning = number < self.run_number
        self._state_before = "none"

    def _take_not_opened(self, answer: port.NotOpened) -> None:
        """A run did not begin: the one before goes on as if nothing had been asked."""
        self._titles.pop(answer.run, None)
        if answer.reason:
            self.problem.emit(answer.reason)
        if answer.run == self.run_number and self._beginning:
            self._beginning = False
            held, self._held = self._held, []
            for command in held:
                self._post(command)
            self._take_state(self._state_before)

    def _take_put_away(self, answer: port.PutAway) -> None:
        if answer.run in self.kept:
            self.kept.measure(answer.run, answer.memory_bytes)
            self._drop_surplus()
        elif answer.run != self.shown_run:
            self._post(port.ForgetRun(answer.run))

    def _take_recovered(self, answer: port.Recovered) -> None:
        """A run is back: it is kept as if it had been put away, and shown if it is the last one and no other is."""
        shown = {name: vars(self)[name] for name in self._of_a_run}
        self._clear()
        self._enter(answer.opened)
        self.branches, self.state, self._going_to_end = answer.branches, answer.state, True
        fields = {name: vars(self)[name] for name in self._of_a_run}
        vars(self).update(shown)
        name, events = file_name(answer.opened.file), answer.branches[0].total
        title = self._titles[answer.run] = f"{name} (recovered)"
        self.kept.put(RunEntry(answer.run, title, len(answer.branches) - 1, events, answer.memory_bytes), fields)
        self.recovered_runs.append(RecoveredRun(answer.run, name, events, answer.opened.warnings))
        self._drop_surplus()
        self.runs_changed.emit()
        self._is_back(answer.run)
        self.recovered.emit()

    def _is_back(self, run: int) -> None:
        """One run less is to come back; after the last one, the newest of them is shown."""
        self._recovering.remove(run)
        newest = next((run.number for run in reversed(self.recovered_runs) if run.number in self.kept), None)
        if not self._recovering and newest is not None and not self.is_open and not self._beginning:
            self.show_run(newest)

    # --- pieces ---------------------------------------------------------------------------------------

    def _begin(self, name: str, title: str) -> None:
        self.run_number += 1
        self._titles[self.run_number] = title
        if not self._beginning:
            self._beginning, self._state_before = True, self.state
        if self.is_open:
            self.state = "compiling"
            self.changed.emit()
            return
        self._clear()
        self._shown_generation = self._generation
        self.source_name = name
        self.state = "compiling"
        self._tell_all()

    def _tell_all(self) -> None:
        """Another run is shown."""
        self.store_changed.emit()
        self.selection_changed.emit()
        self.branches_changed.emit()
        self.outputs_changed.emit()
        self.events_added.emit(0, self.total)
        self.playhead_moved.emit(self.playhead)
        self.picture_changed.emit()
        self.changed.emit()

    def _show(self, branch: int) -> None:
        """Puts a branch's events in place: those it shares with its parent at once, the rest is asked for."""
        self._enter_events(self._unshown)
        if branch not in self._stores:
            chosen = next(b for b in self.branches if b.id == branch)
            parent = self._stores.get(chosen.parent) if chosen.parent is not None else None
            self._stores[branch] = parent.fork(chosen.at) if parent is not None else EventStore(self.program)
        self._leave_actor(branch)
        self.branch = branch
        self.events = self._stores[branch]
        self.outputs = []
        self._texts.clear()
        self._forget_moment()
        self.comparison = None
        self.verified = None
        self.live = False
        self.store_changed.emit()
        self._post(port.ShowBranch(branch, self.events.total))
        self._take_hash()
        self.branches_changed.emit()
        self.outputs_changed.emit()
        self.events_added.emit(0, self.events.total)
        self.picture_changed.emit()
        self.changed.emit()

    def _leave_actor(self, branch: int) -> None:
        """Ends the selection if the branch that is shown next does not have the actor from before they parted: what has
        its number there is another one."""
        selected, cast = self.selected_actor, self.events.cast
        if selected is None:
            return
        first = int(cast.first[selected]) if selected < cast.count else -1
        if not 0 <= first < common_moment(self.branches, self.branch, branch):
            self.select_actor(None, ask=False)

    def _forget_moment(self) -> None:
        """Drops what was read of a moment, because it is one of another run or branch."""
        self.picture = None
        self.event_detail = None
        self.following = None
        self.actor_count = None
        self._forget_actor()

    def _forget_actor(self) -> None:
        self.actor_state = None
        self.state_before = None
        self.waiting = ()

    def _set_playhead(self, n: int) -> None:
        self.playhead = n
        self.playhead_moved.emit(n)

    def _ask_moment(self) -> None:
        if self._engine is None:
            return
        self._generation += 1
        self._engine.seek(
            port.Seek(
                self._generation,
                self.branch,
                self.playhead,
                self.selected_actor,
                self._picture_wanted > 0,
                self._following_wanted > 0,
                self.live,
            )
        )

    def _post(self, command: port.Command) -> None:
        """Tells the engine; what concerns the shown run waits while it is not known which run the engine will have."""
        if self._beginning and self.is_open and not isinstance(command, _AT_ONCE):
            self._held.append(command)
        elif self._engine is not None:
            self._engine.post(command)
