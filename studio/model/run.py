"""The open run: the truth that timeline, graph, inspector, tables and editor show.

There is one *playhead*, a moment of the shown branch: the state after ``playhead`` events. While ``live`` it rides at
the end of the run. Its layers, each a file that knows those before it: the fields and signals (``run_fields``), the
moment at the playhead (``run_moment``), what the engine has read (``run_growth``), the playhead's ways
(``run_playhead``), and here runs, branches, and where each answer of the engine goes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.api import Change
from studio.model import engine_port as port
from studio.model.branches import Comparison, common_moment
from studio.model.cast import Program
from studio.model.engine_port import EnginePort
from studio.model.event_store import EventStore
from studio.model.recovery import RecoveredRun
from studio.model.run_playhead import RunPlayhead
from studio.model.run_words import cut_text, errors_text, file_name
from studio.model.runs import KEPT_RUNS, RunEntry
from studio.model.visited import Place


class RunModel(RunPlayhead):
    """The open run. All of it lives on the GUI's thread; ``attach`` connects it to the engine's."""

    def attach(self, engine: EnginePort) -> None:
        """Connects the model to the engine."""
        self._engine = engine
        engine.listen(self._receive)

    # --- running ---

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

    # --- branches ---

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

    # --- back and forward ---

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

    def _go_to(self, place: Place | None) -> None:
        if place is not None:
            self.show_branch(place[0])
            self.seek(place[1])

    # --- from the engine ---

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

    # --- runs ---

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
