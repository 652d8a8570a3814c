"""What the engine's thread does: the session, what each command does to it, and the answers that gather meanwhile.

The run advances in slices of about 6 ms of work: the number of events of the next slice follows from how long the
last one took. A failure from outside becomes a sentence for the user; a bug becomes one too, and is reported as a bug.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter, thread_time

import numpy as np

from engine import api
from engine.project.sources import IS_SOURCE, is_source
from studio.model import engine_port as port
from studio.services import programs
from studio.services.memory_watch import MemoryWatch
from studio.services.run_files import RunFiles
from studio.services.text_files import look_at_file, why
from studio.services.turn_watch import TurnWatch

SLICE_SECONDS = 0.006
LEAST_EVENTS, MOST_EVENTS = 1, 400_000
LIVE_SECONDS = 0.08
LIVE_SHARE = 5
LIVE_ACTORS = 1_000_000
"""While running, the live moment is read so many seconds apart, takes at most one part in so many of the time, and with
so many actors is read once a second, because whoever draws them has work with them too."""
CHUNK_EVENTS = 1 << 17
_OF_ALL_RUNS = (
    port.NotOpened, port.NotCompiled, port.PutAway, port.Saved, port.Recovered, port.NotRecovered, port.NotRecorded,
)  # fmt: skip
"""What is told whichever run is shown."""
RATE_SECONDS = 0.4
STOPS_MAX = 3
"""A crashed run's recording is put aside after its opening was stopped this many times."""


@dataclass(frozen=True, slots=True)
class _Loading:
    """Events of a branch that are being sent, and how far that is."""

    branch: int
    at: int
    stop: int


@dataclass(frozen=True, slots=True)
class _Kept:
    """A run that was put away."""

    session: api.Session
    state: str
    branch: int


class EngineWorker:
    """Owned by the engine's thread, but for ``interrupt``. ``is_calm`` tells whether no command waits; runs that are
    not saved are recorded in ``folder``, if there is one."""

    def __init__(self, is_calm: Callable[[], bool], folder: Path | None = None) -> None:
        self._answers: list[port.Answer] = []
        self._telling_lock = threading.Lock()
        self._is_calm = is_calm
        self._run = 0
        self._session: api.Session | None = None
        self._kept: dict[int, _Kept] = {}
        self.files = RunFiles(folder)
        self._to_recover: list[port.Recover] = []
        self._recoveries_stopped = 0
        """How often the opening of the next of them was stopped."""
        self._came_to_rest = False
        """Whether the file of the run is to be made whole, after it was told that the run rests."""
        self._opening: api.StopSignal | None = None
        """What stops the opening of a trace, whose program runs before there is a session."""
        self.is_saving = False
        """Whether a file is being written, for any thread."""
        self._state = "none"
        self._branch = 0
        self._slice_events = 2_000
        self._events_max: int | None = None
        self._cut: api.WaitingMessage | None = None
        self._watch = TurnWatch()
        self.memory_watch = MemoryWatch()
        self._loading: _Loading | None = None
        self._rate = 0.0
        self._rate_from = (0.0, 0)
        self._live_not_before = 0.0
        self._live_wish: port.Seek | None = None
        """What the playhead wants to see that rides at the end of the run."""

    @property
    def busy(self) -> bool:
        """Whether ``go_on`` has something to do."""
        is_at_work = self._state == "running" or self._loading is not None
        return is_at_work or self._came_to_rest or bool(self._to_recover)

    def interrupt(self) -> None:
        """Stops the work that the session does now, from any thread."""
        session, opening = self._session, self._opening
        if opening is not None:
            opening.request()
        elif session is not None:
            session.interrupt()

    def look_in(self) -> None:
        """Interrupts a slice whose turn does not end, so that the events before it are told; from any thread."""
        session = self._session
        if session is not None:
            self._watch.interrupt_if_late(session.interrupt)

    def close(self) -> None:
        """Studio is closed, so its runs are not wanted any more."""
        for kept in self._kept.values():
            kept.session.drop_recording()
        if self._session is not None:
            self._session.drop_recording()
        self.files.remove_all()

    @property
    def has_answers(self) -> bool:
        """Whether something is to be told."""
        return bool(self._answers)

    @property
    def has_news(self) -> bool:
        """Whether something is to be told that should not wait for the next frame."""
        return any(not isinstance(answer, port.Grown) for answer in tuple(self._answers))

    def batch(self) -> port.Batch:
        """The answers so far, as one batch, for any thread; what a branch grew by in pieces is one piece in it."""
        with self._telling_lock:
            run, answers, self._answers = self._run, self._answers, []
        merged: list[port.Answer] = []
        pieces: list[port.Grown] = []
        for answer in answers:
            if isinstance(answer, port.Grown):
                if pieces and answer.branch == pieces[-1].branch and answer.first == _end(pieces[-1]):
                    pieces.append(answer)
                    continue
                merged.extend(_joined(pieces))
                pieces = [answer]
            else:
                merged.extend(_joined(pieces))
                pieces = []
                merged.append(answer)
        merged.extend(_joined(pieces))
        return port.Batch(run, tuple(merged))

    # --- commands ---------------------------------------------------------------------------------

    def do(self, command: port.Command) -> None:
        """Does a command; what goes wrong is told."""
        with self._telling():
            self._do(command)

    def _do(self, command: port.Command) -> None:
        match command:
            case port.Start():
                with self._refusing(command.run):
                    self._compile(command)
            case port.OpenTrace():
                with self._refusing(command.run):
                    self._open(command)
            case port.Recover():
                self._to_recover.append(command)
            case port.ShowRun():
                self._show_run(command.run)
            case port.ForgetRun():
                kept = self._kept.pop(command.run, None)
                if kept is not None:
                    self.files.drop(command.run, kept.session)
            case port.SaveTrace():
                self._save(command)
            case port.Stop():
                self._end("stopped")
            case _:
                if self._session is not None:
                    self._do_with(self._session, command)

    def _do_with(self, session: api.Session, command: port.Command) -> None:
        """The commands that need a session."""
        match command:
            case port.Pause():
                if self._state == "running":
                    self._end("paused")
            case port.Resume():
                self._resume(command.branch)
            case port.StepEvent():
                self._branch = command.branch
                self._advance(session, 1)
                if self._state != "finished":
                    self._end("paused", is_step=True)
            case port.Fork():
                self._fork(session, command)
            case port.ShowBranch():
                self._show(session, command.branch, command.have)
            case port.Compare():
                difference = session.first_difference(command.left, command.right)
                self._tell(port.Compared(command.left, command.right, difference))
            case port.Verify():
                self._tell(port.Verified(command.branch, session.verify(command.branch)))

    def _save(self, command: port.SaveTrace) -> None:
        kept = self._kept.get(command.run)
        session = kept.session if kept is not None else self._session
        if session is None:
            return
        if is_source(command.path):
            raise api.TraceFileError(f"{command.path.name} {IS_SOURCE}.")
        self.is_saving = True
        try:
            session.save(command.path)
        finally:
            self.is_saving = False
        self.files.drop(command.run or self._run, session)
        self._tell(port.Saved(command.path, command.run))

    # --- one run after another ----------------------------------------------------------------------

    @contextlib.contextmanager
    def _refusing(self, run: int) -> Iterator[None]:
        """If a run cannot be opened, that is told, and the one before stays as it is."""
        try:
            yield
        except Exception as error:
            if self._run == run:
                raise
            sentence = _sentence(error)
            self._tell(port.NotOpened(run, sentence if sentence is not None else _mistake(error)))
            if sentence is None:
                _report(error)

    def _put_away(self, run: int) -> None:
        """Makes way for another run; what is still to be told of the one before is read again when it is shown."""
        before, session = self._run, self._session
        with self._telling_lock:
            self._run = run
            self._answers = [answer for answer in self._answers if isinstance(answer, _OF_ALL_RUNS)]
        if session is not None:
            state = "paused" if self._state == "running" else self._state
            self._kept[before] = _Kept(session, state, self._branch)
            if self._state == "running" or self._came_to_rest:
                self.files.rest(before, session)
            self._tell(port.PutAway(before, session.memory_bytes))
        self._session = self._live_wish = None
        self._came_to_rest = False
        self._loading = None
        self._branch = 0
        self._events_max = None
        self._cut = None
        self._state = "none"

    def _show_run(self, run: int) -> None:
        kept = self._kept.pop(run, None)
        if kept is not None:
            self._put_away(run)
            self._session, self._branch = kept.session, kept.branch
            self._tell(port.BranchesChanged(kept.session.branches()))
            self._set_state(kept.state)

    def _compile(self, command: port.Start) -> None:
        build = programs.compile(command.text, command.file, command.unsaved, command.test)
        if build.program is None or build.summary is None:
            self._tell(port.NotOpened(command.run, ""), port.NotCompiled(build.problems))
            return
        outside = _outside(command.file) if command.test is None else None
        session = api.Session.start(build.program, command.seed, outside=outside)
        self._put_away(command.run)
        self._session = session
        self._events_max = command.events
        opened = port.Opened(command.file, command.text, command.seed, build.summary, None, (), _sources(session))
        self._tell(opened, port.BranchesChanged(session.branches()))
        self._resume(0)

    def _open(self, command: port.OpenTrace) -> None:
        path = command.path
        try:
            session = self._load_recording(path)
        except api.TraceFileError as error:
            raise api.TraceFileError(f"{path.name} cannot be opened: {error}") from error
        self._put_away(command.run)
        self._session = session
        self._tell(_opened(session, path), port.BranchesChanged(session.branches()))
        self._set_state(_state_of(session))
        self._show(session, 0, 0)

    def _load_recording(self, path: Path) -> api.Session:
        """The session of a recording: the one way in. ``interrupt`` stops it. Raises AeroFlowError with the reason."""
        self._opening = signal = api.StopSignal()
        try:
            look_at_file(path)
            return api.Session.load(path, signal=signal)
        except OSError as error:
            raise api.TraceFileError(why(error)) from error
        finally:
            self._opening = None

    def _recover(self) -> None:
        """Takes the next recording that a crash left. One whose opening was stopped is tried again later, a few times,
        because nothing else is done meanwhile."""
        command = self._to_recover.pop(0)
        try:
            session = self._load_recording(command.path)
        except api.Interrupted:
            self._recoveries_stopped += 1
            if self._recoveries_stopped < STOPS_MAX:
                self._to_recover.insert(0, command)
                return
            self._recoveries_stopped = 0
            self._tell(port.NotRecovered(command.run, _put_aside(command.path, "opening it was stopped")))
            return
        except api.AeroFlowError as error:
            self._tell(port.NotRecovered(command.run, _put_aside(command.path, str(error))))
            return
        self._recoveries_stopped = 0
        self.files.adopt(command.run, command.path)
        state = _state_of(session)
        self._kept[command.run] = _Kept(session, state, 0)
        opened, branches = _opened(session, None), session.branches()
        self._tell(port.Recovered(command.run, opened, branches, state, session.memory_bytes))

    def _resume(self, branch: int) -> None:
        self._branch = branch
        self._rate, self._rate_from = 0.0, (perf_counter(), 0)
        self._watch.restart()
        self.memory_watch.restart()
        self._set_state("running")

    def _fork(self, session: api.Session, command: port.Fork) -> None:
        try:
            branch = session.fork(command.branch, command.n, command.change)
        except (api.ForkError, api.SeekError) as error:
            self._tell(port.ForkRefused(str(error)))
            return
        self.files.forked(self._run, session)
        self._tell(port.BranchesChanged(session.branches()), port.Forked(branch.id))
        self._resume(branch.id)

    def _show(self, session: api.Session, branch: int, have: int) -> None:
        self._tell(port.OutputsRead(branch, session.outputs(branch)))
        self._loading = _Loading(branch, have, session.total(branch))

    # --- going on ---------------------------------------------------------------------------------

    def go_on(self) -> None:
        """One slice of running, and one piece of what is being sent."""
        with self._telling():
            session = self._session
            if session is not None and self._loading is not None:
                self._load(session, self._loading)
            if session is not None and self._state == "running":
                self._run_slice(session)
            elif session is not None and self._came_to_rest:
                self._came_to_rest = False
                self.files.rest(self._run, session)
                self._tell_of_files()
            elif self._to_recover:
                self._recover()

    def _run_slice(self, session: api.Session) -> None:
        """Runs on for about 6 ms of work; waiting for the interpreter, which the GUI may hold, is none."""
        started = thread_time()
        left = None if self._events_max is None or self._branch else self._events_max - session.total(0)
        with self._watch.slice():
            count = self._advance(session, self._slice_events if left is None else min(self._slice_events, left))
        if self._watch.has_interrupted and self._cut is not None and self._state == "running":
            self._name_turn(session, self._cut)
            return
        if left is not None and count >= left and self._state == "running":
            self._events_max = None  # whoever lets it go on wants to see more
            self._end("stopped")
        elif self.memory_watch.is_over and self._state == "running":
            self._tell(port.Trouble(self.memory_watch.sentence(session.total(self._branch))))
            self._end("paused")
        seconds = max(thread_time() - started, 1e-6)
        if count >= self._slice_events or seconds > SLICE_SECONDS:
            wanted = self._slice_events * SLICE_SECONDS / seconds
            wanted = min(max(wanted, self._slice_events / 8), self._slice_events * 2)
            self._slice_events = int(min(max(wanted, LEAST_EVENTS), MOST_EVENTS))

    def _name_turn(self, session: api.Session, turn: api.WaitingMessage) -> None:
        """Says which turn does not end, and shows what came before it; the turn begins again in a slice of its own."""
        self._slice_events = LEAST_EVENTS
        self._watch.turn_is_known()
        branch, total = self._branch, session.total(self._branch)
        self._tell_live_moment(session)
        name = session.actor_name(branch, total, turn.receiver)
        self._tell(port.TurnRunning(branch, total, turn.receiver, name, turn.text))

    def _advance(self, session: api.Session, events: int) -> int:
        """Runs on by so many events at most; gives how many it were."""
        progress = self.files.advance(self._run, session, events, self._branch)
        self._tell_of_files()
        self._cut = progress.cut
        self._measure(len(progress.events))
        self.memory_watch.count(len(progress.events), progress.outputs)
        self._tell(
            port.Grown(
                progress.branch,
                progress.first,
                progress.events,
                progress.outputs,
                progress.total,
                progress.tick,
                progress.execution_hash,
                self._rate,
            )
        )
        if progress.status is api.Status.FINISHED:
            for line in api.stuck(progress.waits):
                self._tell(port.Trouble(f"Nothing can run any more: {line}."))
            self._end("finished")
        return len(progress.events)

    def _measure(self, count: int) -> None:
        """Events a second over the last moments, for people to look at."""
        started, events = self._rate_from
        seconds = perf_counter() - started
        self._rate_from = (started, events + count)
        if seconds > RATE_SECONDS:
            self._rate = (events + count) / seconds
            self._rate_from = (perf_counter(), 0)

    def _load(self, session: api.Session, loading: _Loading) -> None:
        stop = min(loading.at + CHUNK_EVENTS, loading.stop)
        events = session.events(loading.branch, loading.at, stop)
        branch = session.branches()[loading.branch]
        self._tell(
            port.Grown(loading.branch, loading.at, events, (), stop, branch.tick, branch.execution_hash, self._rate)
        )
        self._loading = replace(loading, at=stop) if stop < loading.stop else None

    def _tell_of_files(self) -> None:
        self._tell(*map(port.NotRecorded, self.files.take_news()))

    def _end(self, state: str, is_step: bool = False) -> None:
        if self._session is not None:
            if not is_step:
                self._tell_live_moment(self._session)
            self._tell(port.BranchesChanged(self._session.branches()))
            self._set_state(state)
            self._tell_cut(self._session)
            if is_step:
                self.files.stepped(self._run, self._session)
                self._tell_of_files()
            else:
                self._came_to_rest = True
        elif self._state != "none":
            self._set_state("none")

    def _tell_live_moment(self, session: api.Session) -> None:
        """Reads the moment at the end of the run for a playhead that rides along: its last events are shown with it."""
        wish = self._live_wish
        if wish is not None and wish.branch == self._branch:
            with contextlib.suppress(api.AeroFlowError):
                self._tell(_read_moment(session, wish, session.total(wish.branch)))

    def _tell_cut(self, session: api.Session) -> None:
        """Says in whose turn the run was stopped, if it was in the middle of one."""
        cut, self._cut = self._cut, None
        if cut is not None:
            branch = self._branch
            name = session.actor(branch, session.total(branch), cut.receiver).name
            handler = session.summary.handlers[cut.handler]
            self._tell(port.TurnCut(branch, cut.receiver, name, cut.text, handler.file, handler.line))

    def _set_state(self, state: str) -> None:
        self._state = state
        self._tell(port.StateChanged(state))

    # --- wishes -----------------------------------------------------------------------------------

    def may_seek(self, seek: port.Seek) -> bool:
        """Whether a wish is served now: while running, looking along takes a small part of the time."""
        return self._state != "running" or not seek.live or perf_counter() >= self._live_not_before

    def seek(self, seek: port.Seek) -> None:
        """Reads a moment."""
        started, actors = perf_counter(), 0
        with self._telling(goes_on=True):
            session = self._session
            if session is not None and seek.branch < len(session.branches()):
                self._live_wish = seek if seek.live else None
                n = session.total(seek.branch)
                moment = _read_moment(session, seek, n if seek.live else min(seek.n, n))
                actors = len(moment.picture.actors) if moment.picture is not None else 0
                self._tell(moment)
        now = perf_counter()
        self._live_not_before = now + max(LIVE_SECONDS, LIVE_SHARE * (now - started), actors / LIVE_ACTORS)

    def read_texts(self, wish: port.ReadTexts) -> port.ReadTexts | None:
        """Writes out messages until something more urgent comes; gives what is left of the wish."""
        session = self._session
        if session is None or wish.branch >= len(session.branches()):
            return None
        texts: list[tuple[int, str]] = []
        rows = tuple(n for n in wish.rows if n < session.total(wish.branch))
        with self._telling(goes_on=True):
            for n in rows:
                if texts and not self._is_calm():
                    break
                texts.append((n, session.message_text(wish.branch, n)))
        if not texts:
            return None
        self._tell(port.TextsRead(wish.branch, tuple(texts)))
        return replace(wish, rows=rows[len(texts) :]) if len(texts) < len(rows) else None

    # --- telling ----------------------------------------------------------------------------------

    def _tell(self, *answers: port.Answer) -> None:
        with self._telling_lock:
            self._answers.extend(answers)

    @contextlib.contextmanager
    def _telling(self, goes_on: bool = False) -> Iterator[None]:
        """Turns what goes wrong inside into a sentence; a run then stops, unless it ``goes_on`` untouched by it."""
        try:
            yield
        except api.Interrupted:
            return
        except Exception as error:  # noqa: BLE001 - the boundary of the thread: a bug must not end it
            sentence = _sentence(error)
            if sentence is not None:
                self._fail(sentence, goes_on)
            else:
                self._fail(f"{_mistake(error)} The run is stopped.", False)
                _report(error)

    def _fail(self, sentence: str, goes_on: bool) -> None:
        self._tell(port.Trouble(sentence))
        if not goes_on:
            self._loading = None
        if self._state == "running" and not goes_on:
            self._end("stopped")


def _sentence(error: Exception) -> str | None:
    """What went wrong outside, as a sentence, empty for what a person stopped; None for a mistake of our own."""
    if isinstance(error, api.Interrupted):
        return ""
    if isinstance(error, api.AeroFlowError):
        return str(error)
    if isinstance(error, OSError):
        return f"{error.filename or 'the file'}: {error.strerror or error}"
    return None


def _mistake(error: Exception) -> str:
    return f"Studio made a mistake ({type(error).__name__}: {error})."


def _report(error: Exception) -> None:
    details = (type(error), error, error.__traceback__, threading.current_thread())
    threading.excepthook(threading.ExceptHookArgs(details))


def _read_moment(session: api.Session, seek: port.Seek, n: int) -> port.Moment:
    """A moment as the views want it: the event that led there, then what stands there."""
    event = session.event(seek.branch, n - 1) if n > 0 else None
    actor = seek.actor if seek.actor is not None else event.actor if event is not None else None
    picture = session.picture(seek.branch, n)
    state = None
    waiting: tuple[api.WaitingMessage, ...] = ()
    before = None
    if actor is not None and actor < len(picture.actors):
        if event is not None and event.fault is not None and event.actor == actor:
            before = session.actor(seek.branch, n - 1, actor)
        state = session.actor(seek.branch, n, actor)
        waiting = session.waiting(seek.branch, n, actor)
    following = session.following(seek.branch, n) if seek.following else None
    shown = picture if seek.picture else None
    return port.Moment(
        seek.generation, seek.branch, n, shown, state, event, following, waiting, before, picture.actors["type"]
    )


def _opened(session: api.Session, path: Path | None) -> port.Opened:
    """What there is to say of a recording that was opened."""
    source, sources = session.source, _sources(session)
    return port.Opened(source.name, source.text, session.seed, session.summary, path, session.warnings, sources)


def _state_of(session: api.Session) -> str:
    """What a recording does that was opened."""
    status = session.branches()[0].status
    return {api.Status.FINISHED: "finished", api.Status.INTERRUPTED: "stopped"}.get(status, "paused")


def _put_aside(path: Path, reason: str) -> str:
    """Keeps a recording that cannot be used out of the way of the next start; gives a sentence about it."""
    aside = path.parent.parent / f"{path.stem}.bad.aft"
    try:
        path.replace(aside)
    except OSError:
        aside = path
    return f"The recording of a run that was not saved could not be used ({reason}); it is kept as {aside}."


def _outside(file: str) -> api.Outside:
    """What a program may do that runs in Studio: read the files of its project. The input is at its end, for there is
    no place to type it."""
    return api.RealOutside(api.permissions_of(Path(file)), read=lambda prompt: None)


def _sources(session: api.Session) -> tuple[tuple[str, str], ...]:
    return tuple((file.name, file.text) for file in session.sources)


def _end(grown: port.Grown) -> int:
    return grown.first + len(grown.events)


def _joined(pieces: list[port.Grown]) -> list[port.Grown]:
    """Pieces that follow each other as one."""
    if len(pieces) < 2:
        return pieces
    events = np.concatenate([piece.events for piece in pieces])
    outputs = tuple(output for piece in pieces for output in piece.outputs)
    return [replace(pieces[-1], first=pieces[0].first, events=events, outputs=outputs)]
