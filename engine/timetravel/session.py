"""A run that can be looked at, at any of its moments, and continued from any of them.

Nothing is kept that can be computed again: a session holds the program, the seed, the hash marks, a few checkpoints
and the changes of its branches. One thread owns it; only ``interrupt`` may be called from others. Two machines serve
it: one stands at the live end of the branch that runs, the other goes wherever somebody looks.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial, wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import numpy as np
import numpy.typing as npt

from engine.base.counts import counted
from engine.base.errors import ForkError, Interrupted, MachineError, SeekError, TraceFileError
from engine.base.events import EVENT_DTYPE, Status
from engine.base.outside import Outside
from engine.base.source import SourceFile
from engine.compiler.metadata import Metadata
from engine.timetravel import diff, storage, verify
from engine.timetravel.changes import apply_change
from engine.timetravel.describe import STATUS_NAMES, Describer, changed_fields, summary
from engine.timetravel.history import History, Line
from engine.timetravel.live_recording import LiveRecording
from engine.timetravel.message_texts import MessageTexts
from engine.timetravel.misbehaviour import MISBEHAVIOUR, misbehaviour
from engine.timetravel.origin import Origin
from engine.timetravel.outputs import each_output, keep_outputs, unless_stopped
from engine.timetravel.outside import Performer
from engine.timetravel.pacing import coming_up_for_air
from engine.timetravel.recording import Recorder
from engine.timetravel.replay import Player
from engine.timetravel.views import (
    ActorState,
    Branch,
    Change,
    Difference,
    EventDetail,
    FaultInfo,
    FieldValue,
    Output,
    Picture,
    ProgramSummary,
    Progress,
    Verification,
    Wait,
    WaitingMessage,
)
from engine.trace import causality
from engine.trace.columns import Events, join, read_only
from engine.trace.limits import BRANCHES_MAX
from engine.trace.search import Query, search
from engine.vm.machine import FAULTED, LOG_EVENTS, LOG_PAYLOADS, Batch, Machine
from engine.vm.plain import ANY_ACTOR, reference_text
from engine.vm.program import Program
from engine.vm.records import read_outputs
from engine.vm.stopping import StopSignal

_FEW_EVENTS = 4
"""So few are not worth a thread that makes the code come up for air."""

P = ParamSpec("P")
R = TypeVar("R")


def work(method: Callable[Concatenate[Session, P], R]) -> Callable[Concatenate[Session, P], R]:
    """Marks what ``interrupt`` stops: from its beginning to its end, with all that it calls. Earlier requests are
    forgotten when it begins."""

    @wraps(method)
    def working(self: Session, /, *args: P.args, **kwargs: P.kwargs) -> R:
        if not self._working:
            self.signal.clear()
        self._working += 1
        try:
            return method(self, *args, **kwargs)
        except MISBEHAVIOUR as error:
            if self.origin is None:
                raise
            raise MachineError(misbehaviour(error)) from error
        finally:
            self._working -= 1

    return working


class Session:
    """A program's run with all its branches."""

    def __init__(
        self,
        program: Program,
        seed: int,
        keep_events: bool,
        record: bool,
        outside: Outside | None = None,
        signal: StopSignal | None = None,
    ) -> None:
        self.program = program
        self.seed = seed
        self.keep_events = keep_events
        self.warnings: tuple[str, ...] = ()
        self.not_compared = ""
        """Of a recording that was not compared with a replay when it was opened, a sentence that says so."""
        self.history = History()
        self.signal = signal or StopSignal()
        self.scratch = Player(program, seed, self.history, self.signal)
        # a method of this session would make a circle, and its memory would not go at once
        self.describer = Describer(program.metadata, partial(_kind_of, self.scratch, program.metadata))
        self.origin: Origin | None = None
        """Where the program comes from, if it is out of a trace file."""
        self.recorder = Recorder(
            program,
            seed,
            self.history,
            self.signal,
            self.describer,
            Performer(program.metadata, self.history, outside),
            keep_events=keep_events,
            record=record,
        )
        self._current = 0
        self._working = 0
        self._interrupting = threading.Lock()
        self._unstoppable = 0
        self._live: LiveRecording | None = None
        self._texts = MessageTexts()

    @staticmethod
    def start(
        program: Program,
        seed: int = 0,
        *,
        keep_events: bool = True,
        record: bool = True,
        outside: Outside | None = None,
        signal: StopSignal | None = None,
    ) -> Session:
        """A run at its beginning. ``outside`` performs what it asks for; without one that is refused. With
        ``keep_events`` events and outputs are kept as they come, otherwise they are computed when they are asked for;
        without ``record`` no checkpoints are kept."""
        session = Session(program, seed, keep_events, record, outside, signal)
        session.recorder.begin()
        return session

    @staticmethod
    def load(
        path: Path, salvage: bool = False, signal: StopSignal | None = None, *, keep_events: bool = True
    ) -> Session:
        """A recorded run. Raises OSError where the file cannot be read and TraceFileError where it is not whole;
        ``warnings`` tell of what was lost. With ``salvage`` what is whole of a damaged file is used.
        ``keep_events`` is that of ``start``."""
        return storage.load(path, salvage, signal, keep_events)

    @work
    def save(self, path: Path) -> None:
        """Writes the run and its branches, whole or not at all. Raises TraceFileError with the reason. Nothing stops
        it once it has begun."""
        with self._without_interrupts():
            storage.save(self, path)

    # --- recording while it runs ------------------------------------------------------------------

    def record_into(self, path: Path, durable: bool = True) -> None:
        """From now on writes the run into a file while it goes on; ``advance`` sees to it. Raises TraceFileError where
        it cannot be written, as ``advance`` does when that happens later. One that is not ``durable`` waits for no disk
        now, and may be lost in a power cut of its first second."""
        self._live = LiveRecording(self, path, durable)

    @work
    def finish_recording(self) -> Path | None:
        """Completes the file that is written; gives where it is, None where none was written. Nothing stops it."""
        live, self._live = self._live, None
        if live is not None:
            with self._without_interrupts():
                live.finish()
        return None if live is None else live.path

    def leave_recording(self) -> Path | None:
        """Closes the file after a failure, as a recording that was cut off; gives where it is."""
        live, self._live = self._live, None
        if live is not None:
            live.leave()
        return None if live is None else live.path

    @work
    def rest_recording(self) -> None:
        """Makes the file whole until the run goes on. Nothing stops it. Raises TraceFileError as ``advance`` does."""
        with self._without_interrupts():
            self._note_recording(LiveRecording.rest)

    def write_recording(self) -> None:
        """Writes all that is new into the file at once. Raises TraceFileError as ``advance`` does."""
        self._note_recording(LiveRecording.write)

    def drop_recording(self) -> None:
        """Removes the file that is written: the run goes on without one."""
        live, self._live = self._live, None
        if live is not None:
            live.drop()

    @property
    def recording_bytes(self) -> int | None:
        """How long the file is that is written; None where none is."""
        return None if self._live is None else self._live.size

    def _note_recording(self, note: Callable[[LiveRecording], None] = LiveRecording.note) -> None:
        if self._live is not None:
            try:
                note(self._live)
            except TraceFileError:
                self._live = None
                raise

    # --- what it is -------------------------------------------------------------------------------

    @property
    def source(self) -> SourceFile:
        """The text of the file that was started."""
        return self.program.source

    @property
    def sources(self) -> tuple[SourceFile, ...]:
        """The texts of all files of the program, the started one first."""
        return self.program.sources.files

    @property
    def metadata(self) -> Metadata:
        """What the compiler says about the program."""
        return self.program.metadata

    @property
    def summary(self) -> ProgramSummary:
        """What the program consists of."""
        return summary(self.metadata)

    def branches(self) -> tuple[Branch, ...]:
        """All branches; the position is the id."""
        return tuple(line.branch() for line in self.history.lines)

    def total(self, branch: int = 0) -> int:
        """How many events a branch has."""
        return self.history.line(branch).total

    def execution_hash(self, branch: int = 0) -> int:
        """The hash of a branch, an unsigned number of 64 bits: over its deliveries and outputs and, where it has
        finished or reached a limit, over the states of its actors."""
        return self.history.line(branch).run_hash

    @property
    def memory_bytes(self) -> int:
        """About how much memory the session holds: its two machines, its checkpoints and its events."""
        events = sum(line.total for line in self.history.lines) * EVENT_DTYPE.itemsize if self.keep_events else 0
        return self.recorder.memory_bytes + self.scratch.memory_bytes + self.history.store.bytes_used + events

    # --- running on -------------------------------------------------------------------------------

    def interrupt(self) -> None:
        """Stops what the session is doing now, from any thread; the run ends at its last whole turn. Saving goes on."""
        with self._interrupting:
            if not self._unstoppable:
                self.signal.request()

    @contextmanager
    def _without_interrupts(self) -> Iterator[None]:
        """Inside, nothing is stopped, and requests of before are forgotten."""
        with self._interrupting:
            self._unstoppable += 1
            self.signal.clear()
        try:
            yield
        finally:
            with self._interrupting:
                self._unstoppable -= 1

    @work
    def advance(self, max_events: int = 100_000, until_tick: int | None = None, branch: int | None = None) -> Progress:
        """Runs the live end of a branch on (the one that ran or was forked last, if none is said), for at most
        ``max_events`` events and about a twentieth of a second, and not beyond the end of ``until_tick``."""
        self._note_recording()
        line = self.history.line(self._current if branch is None else branch)
        self._current = line.id
        first = line.total
        self.recorder.take_rendered()
        try:
            self.recorder.go_to_end(line)
            with coming_up_for_air() if max_events > _FEW_EVENTS else nullcontext():
                line.status = self.recorder.run(line, first + max_events, until_tick)
            if line.status in (Status.FINISHED, Status.AT_LIMIT) and line.digest is None:
                line.digest = self.recorder.machine.digest()
        except Interrupted:
            if line.status is not Status.FINISHED:
                line.status = Status.INTERRUPTED
        rendered = self.recorder.take_rendered()
        if self.keep_events and line.outputs_to == first:
            try:
                line.outputs.extend(tuple(unless_stopped(self, rendered)))
                line.outputs_to = line.total
            except Interrupted:  # they are computed when they are asked for
                if line.status is Status.RUNNING:
                    line.status = Status.INTERRUPTED
        return Progress(
            branch=line.id,
            status=line.status,
            first=first,
            events=self.events(line.id, first, line.total) if self.keep_events else read_only(np.empty(0, EVENT_DTYPE)),
            rendered=rendered,
            total=line.total,
            tick=line.tick,
            execution_hash=line.run_hash,
            waits=self._stuck(line),
            cut=self._cut(line),
            dead_letters=self.recorder.machine.dead_letters,
            unchecked=self.describer.unchecked(self.recorder.machine) if line.status is Status.AT_LIMIT else 0,
        )

    def _cut(self, line: Line) -> WaitingMessage | None:
        """The message of the turn in whose middle the work was interrupted."""
        machine = self.recorder.machine
        if line.status is not Status.INTERRUPTED or not (self.recorder.is_cut and machine.usable):
            return None
        try:
            message = machine.peek()
        except Interrupted:  # a module from elsewhere, which takes its time
            return None
        return None if message is None else self.describer.waiting(message)

    def _stuck(self, line: Line) -> tuple[Wait, ...]:
        """Who awaits an answer that cannot come, as nothing is left to do. Where a test is over, something may be."""
        machine = self.recorder.machine
        if line.status is not Status.FINISHED or machine.peek() is not None:
            return ()
        return self.describer.waits(machine)

    # --- looking ----------------------------------------------------------------------------------

    @work
    def events(self, branch: int, start: int, stop: int) -> npt.NDArray[np.void]:
        """The events ``start <= n < stop`` of a branch (``EVENT_DTYPE``), read-only; computed by a replay where they
        are not kept. Raises SeekError where the branch has no such events."""
        self._check_range(branch, start, stop)
        pieces: list[Events] = []
        for line, first, last in self.history.segments(branch, start, stop):
            for begin, end in line.columns.pieces(first, last):
                while (gap := line.columns.missing(begin, end)) is not None:
                    self._compute_events(line, *gap)
                pieces.append(line.columns.read(begin, end))
        return read_only(join(pieces))

    def _check_range(self, branch: int, start: int, stop: int) -> None:
        line = self.history.line(branch)
        if not 0 <= start <= stop <= line.total:
            raise SeekError(
                f"there are no events {start:,} to {stop:,}: the branch {line.name} has {counted(line.total, 'event')}"
            )

    def _compute_events(self, line: Line, start: int, stop: int) -> None:
        self.replay_window(line, start, stop, LOG_EVENTS, lambda batch: line.columns.put(batch.first, batch.events))

    def replay_window(self, line: Line, start: int, stop: int, level: int, sink: Callable[[Batch], None]) -> None:
        """Replays events ``start <= n < stop`` that a branch owns, and hands over what the kernel writes down."""
        self.scratch.seek(line.id, start)
        with self.scratch.logging(level):
            self.scratch.replay(stop, sink)

    @work
    def outputs(self, branch: int = 0) -> tuple[Output, ...]:
        """All that a branch rendered, and its faults, in order; computed by a replay where it is not kept."""
        if self.keep_events:
            for line, _ in self.history.ancestry(branch):
                keep_outputs(self, line)
        return tuple(each_output(self, branch))

    @work
    def picture(self, branch: int, n: int) -> Picture:
        """All actors at a moment."""
        machine = self._at(branch, n)
        return Picture(branch, n, machine.tick, read_only(machine.actors()))

    @work
    def actor(self, branch: int, n: int, actor: int) -> ActorState:
        """One actor at a moment, with what the event before it changed. Raises SeekError if there is no such actor."""
        before: tuple[FieldValue, ...] = ()
        if n > 0:
            machine = self._at(branch, n - 1)
            message, record = machine.peek(), machine.actor_record(actor)
            if record is not None and message is not None and message.receiver == actor:
                before = self.describer.fields(machine, record)
        machine = self._at(branch, n)
        record = machine.actor_record(actor)
        if record is None:
            raise SeekError(f"there is no actor {actor} at this moment; there are {len(machine.actors()):,}")
        state = self.describer.actor(machine, actor, record)
        if state.status == STATUS_NAMES[FAULTED]:
            return replace(state, fields=self._fields_before_fault(branch, n, actor))
        return replace(state, fields=changed_fields(before, state.fields))

    @work
    def actors(self, branch: int, n: int) -> tuple[ActorState, ...]:
        """All actors at a moment with their states, by id; for many actors ``picture`` is quicker."""
        machine = self._at(branch, n)
        records = machine.actor_records()
        states = [
            self.describer.actor(machine, actor, records[actor])
            for actor in range(len(records))
            if records[actor]["status"]
        ]
        return tuple(
            replace(state, fields=self._fields_before_fault(branch, n, state.id))
            if state.status == STATUS_NAMES[FAULTED]
            else state
            for state in states
        )

    def _fields_before_fault(self, branch: int, n: int, actor: int) -> tuple[FieldValue, ...]:
        """The state of an actor that has faulted: the one before that turn, which never happened."""
        faults = [o.fault for o in each_output(self, branch) if o.fault is not None and o.fault.actor == actor]
        for fault in reversed([fault for fault in faults if fault.n < n]):
            machine = self._at(branch, fault.n)
            record = machine.actor_record(actor)
            if record is not None and record["status"] != FAULTED:  # not a broken invariant, which is told for main
                return self.describer.fields(machine, record)
        return ()

    @work
    def event(self, branch: int, n: int) -> EventDetail:
        """One event in full. Raises SeekError if there is no such event."""
        line = self.history.owner_of_event(branch, n)
        machine = self._at(branch, n)
        message = machine.peek()
        if message is None:
            raise MachineError(f"the recording has an event {n + 1:,}, but the replay has nothing left to do")
        record = machine.actor_record(message.receiver)
        before = () if record is None else self.describer.fields(machine, record)
        rows: list[Events] = []
        outputs: list[Output] = []

        def take(batch: Batch) -> None:
            rows.append(batch.events.copy())
            records = read_outputs(batch, machine.events)
            outputs.extend(self.describer.output(record, machine) for record in records)

        self.replay_window(line, n, n + 1, LOG_EVENTS, take)
        row = rows[0][0]
        record = machine.actor_record(message.receiver)
        failed = record is not None and int(record["status"]) == FAULTED
        after = before if failed or record is None else self.describer.fields(machine, record)
        handler = self.metadata.handlers[int(row["type"])]

        def read(start: int, stop: int) -> Events:
            return self.events(branch, start, stop)

        return EventDetail(
            n=n,
            tick=int(row["tick"]),
            actor=int(row["actor"]),
            seq=int(row["seq"]),
            sender=int(row["sender"]),
            type=self.describer.handler_names[int(row["type"])],
            arguments=self.describer.arguments(int(row["type"]), message.payload),
            flags=int(row["flags"]),
            cause=causality.cause(read, n),
            effects=causality.effects(read, n, self.total(branch)),
            file=handler.file,
            line=handler.line,
            end_line=handler.end_line,
            fault=_fault_of(outputs),
            changes=tuple(field for field in changed_fields(before, after) if field.before is not None or not before),
            text=self.describer.message_text(int(row["type"]), message.payload),
        )

    @work
    def waits(self, branch: int, n: int) -> tuple[Wait, ...]:
        """What the actors await that do so at a moment, by their ids."""
        return self.describer.waits(self._at(branch, n))

    @work
    def waiting(self, branch: int, n: int, actor: int) -> tuple[WaitingMessage, ...]:
        """The messages that an actor has not handled yet at a moment, in their order."""
        machine = self._at(branch, n)
        return tuple(map(self.describer.waiting, machine.mailbox(actor)))

    @work
    def following(self, branch: int, n: int) -> WaitingMessage | None:
        """The message that is handled next at a moment, or None if nothing is left to do."""
        message = self._at(branch, n).peek()
        return None if message is None else self.describer.waiting(message)

    @work
    def actor_name(self, branch: int, n: int, actor: int) -> str:
        """``Counter#3``: an actor at a moment; ``main`` for the program itself, ``outside`` for what is no actor."""
        self._at(branch, n)
        return reference_text(_kind_of(self.scratch, self.metadata, actor) or ANY_ACTOR, actor)

    def _at(self, branch: int, n: int) -> Machine:
        return self.scratch.seek(branch, n)

    # --- finding ----------------------------------------------------------------------------------

    @work
    def find(self, branch: int, tick: int, actor: int | None = None, seq: int | None = None) -> int:
        """The moment at the end of a tick, or after the event that an actor and a seq name (the actor's last in that
        tick, if no seq is said). Raises SeekError, saying what there is, if there is no such event or tick."""
        line = self.history.line(branch)
        if tick < 0 or (tick > line.tick and line.status is not Status.FINISHED):
            raise SeekError(f"there is no tick {tick:,}: the run has come to tick {line.tick:,}")
        end = self._end_of_tick(branch, tick)
        if actor is None:
            return end
        start = self._end_of_tick(branch, tick - 1) if tick > 0 else 0
        events = self.events(branch, start, end)
        places = np.flatnonzero(events["actor"] == actor)
        seqs = [int(value) for value in events["seq"][places]]
        if not seqs:
            raise SeekError(f"actor {actor} handled no message in tick {tick:,}")
        if seq is not None and seq not in seqs:
            there = str(seqs[0]) if len(seqs) == 1 else f"{seqs[0]} to {seqs[-1]}"
            raise SeekError(f"actor {actor} handled no message {seq} in tick {tick:,}; there it handled {there}")
        place = places[-1] if seq is None else places[seqs.index(seq)]
        return start + int(place) + 1

    def _end_of_tick(self, branch: int, tick: int) -> int:
        """The moment after all events up to the end of a tick."""
        line = self.history.line(branch)
        if tick >= line.tick:
            return line.total
        while line.at > 0 and line.checkpoints.before(line.at).tick > tick:
            assert line.parent is not None
            line = self.history.line(line.parent)
        return self.scratch.seek_end_of_tick(line, tick)

    @work
    def search(self, branch: int, query: Query, start: int = 0, limit: int = 1000) -> tuple[int, ...]:
        """The numbers of the first events from ``start`` on that a query asks for."""
        return search(lambda a, b: self.events(branch, a, b), start, self.total(branch), query, limit)

    @work
    def causes(self, branch: int, start: int, stop: int) -> npt.NDArray[np.int64]:
        """The number of the cause of every event in a window; -1 for those from outside or long before the window."""
        self._check_range(branch, start, stop)
        return causality.causes(lambda a, b: self.events(branch, a, b), start, stop)

    def message_text(self, branch: int, n: int) -> str:
        """The message of event ``n``: ``deposit(5)``."""
        return self.message_texts(branch, n, n + 1)[0]

    @work
    def message_texts(self, branch: int, start: int, stop: int) -> tuple[str, ...]:
        """The messages of the events ``start <= n < stop``."""
        self._check_range(branch, start, stop)
        texts: list[str] = []
        for line, first, last in self.history.segments(branch, start, stop):
            texts.extend(self._texts.of(line, first, last, self._read_texts))
        return tuple(texts)

    @work
    def payloads(self, branch: int, start: int, stop: int) -> list[bytes]:
        """The encoded arguments of the events ``start <= n < stop``."""
        self._check_range(branch, start, stop)
        found: list[bytes] = []

        def take(batch: Batch) -> None:
            for row in batch.events:
                offset = int(row["payload_offset"])
                found.append(batch.payloads[offset : offset + int(row["payload_length"])].tobytes())

        for line, first, last in self.history.segments(branch, start, stop):
            self.replay_window(line, first, last, LOG_PAYLOADS, take)
        return found

    def _read_texts(self, line: Line, start: int, stop: int) -> Iterator[str]:
        types = self.events(line.id, start, stop)["type"]
        payloads = self.payloads(line.id, start, stop)
        return (self.describer.message_text(int(kind), payload) for kind, payload in zip(types, payloads, strict=True))

    @work
    def state_digest(self, branch: int, n: int) -> int:
        """A hash over the states of all actors at a moment, as an unsigned number of 64 bits."""
        return self._at(branch, n).digest()

    def end_digest(self, line: Line) -> int:
        """The same at the end of a branch, where a recording knows it already."""
        if line.digest is None and self.recorder.stands_at_end(line):
            line.digest = self.recorder.machine.digest()
        elif line.digest is None:
            line.digest = self.state_digest(line.id, line.total)
        return line.digest

    # --- other histories --------------------------------------------------------------------------

    @work
    def fork(self, branch: int, n: int, change: Change | None = None, name: str | None = None) -> Branch:
        """A new branch that leaves a branch at a moment, with a change or without; ``advance`` runs it on.

        Raises ForkError with a sentence where the change cannot be made there, SeekError if there is no such moment.
        """
        if len(self.history.lines) >= BRANCHES_MAX:
            raise ForkError(f"a run has at most {BRANCHES_MAX:,} branches, and this one has them")
        parent = self.history.owner_of_moment(branch, n)
        machine = self._at(branch, n)
        text = ""
        if change is not None:
            self.scratch.settle(None)
            text = apply_change(machine, self.describer, change)
        image = self.history.store.capture(*machine.picture(), parent.checkpoints.before(n).image)
        line = self.history.add(name or f"fork {len(self.history.lines)}", parent.id, n, change, text, image, machine)
        self.scratch.settle(line)
        self._current = line.id
        return line.branch()

    @work
    def first_difference(self, left: int, right: int, other: Session | None = None) -> Difference | None:
        """The first event in which two branches differ, or None; ``right`` is a branch of ``other`` if one is given."""
        return diff.first_difference(self, left, other or self, right)

    @work
    def verify(self, branch: int = 0) -> Verification:
        """Replays a branch from the start on a fresh machine and compares every recorded hash."""
        return verify.verify(self, branch)

    @work
    def export_chrome(self, path: Path, branch: int = 0) -> None:
        """Writes a branch as ``trace.json``. Raises OSError where that fails."""
        storage.export_chrome(self, path, branch)


def _kind_of(player: Player, metadata: Metadata, actor: int) -> str | None:
    """The type of an actor at the moment where a player stands."""
    record = player.machine.actor_record(actor)
    return None if record is None else metadata.actors[int(record["type"])].name


def _fault_of(outputs: list[Output]) -> FaultInfo | None:
    return next((output.fault for output in outputs if output.fault is not None), None)
