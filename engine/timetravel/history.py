"""The lines of history of a session: a tree of branches, each with what is known of its own part.

A branch leaves its parent at a moment and owns the events from there on; what was before is its parent's and never
changes. Hash marks and the totals are the record; events, outputs and checkpoints can always be computed again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from engine.base.counts import counted
from engine.base.errors import MachineError, SeekError
from engine.base.events import MARK_DTYPE, Status
from engine.base.hashes import of_run
from engine.timetravel.checkpoints import STORE_BYTES_MAX, Checkpoint, Checkpoints
from engine.timetravel.pages import PagedImage, PageStore
from engine.timetravel.views import Branch, Change, Output
from engine.trace.columns import EventColumns
from engine.vm.machine import Machine


class Marks:
    """The hash marks of a branch's own part: ``(tick, events, hash)``, ascending."""

    def __init__(self, rows: npt.NDArray[np.void] | None = None) -> None:
        self._pieces: list[npt.NDArray[np.void]] = [] if rows is None else [rows]
        self.last_event = int(rows["events"][-1]) if rows is not None and len(rows) else -1
        """How far they reach."""

    @property
    def rows(self) -> npt.NDArray[np.void]:
        """All of them in one array."""
        if len(self._pieces) != 1:
            self._pieces = [np.concatenate(self._pieces) if self._pieces else np.empty(0, MARK_DTYPE)]
        return self._pieces[0]

    def add(self, rows: npt.NDArray[np.void]) -> None:
        """Takes those that reach further than the ones that are known; there is at least one."""
        numbers = rows["events"]
        if int(numbers[-1]) <= self.last_event:
            return
        fresh = rows if int(numbers[0]) > self.last_event else rows[numbers > self.last_event]
        self._pieces.append(fresh.copy())
        self.last_event = int(numbers[-1])

    def are_missing(self, rows: npt.NDArray[np.void], at: int, total: int) -> bool:
        """Whether a replay of events ``at < n < total`` has marks behind the last one that is known."""
        events = rows["events"]
        return bool(((events > max(at, self.last_event)) & (events < total)).any())

    def after(self, event: int) -> npt.NDArray[np.void]:
        """Those that reach further than an event."""
        fresh: list[npt.NDArray[np.void]] = []
        for piece in reversed(self._pieces):
            if not len(piece) or int(piece["events"][-1]) <= event:
                break
            fresh.append(piece[np.searchsorted(piece["events"], event, side="right") :])
        return np.concatenate(fresh[::-1]) if fresh else np.empty(0, MARK_DTYPE)

    def up_to(self, event: int) -> npt.NDArray[np.void]:
        """Those that reach no further than an event."""
        return self.rows[: np.searchsorted(self.rows["events"], event, side="right")]

    def first_mismatch(self, rows: npt.NDArray[np.void]) -> int | None:
        """The place in ``rows`` of the first one that is recorded otherwise; None if all that are known agree."""
        known = self.rows
        if not len(known) or not len(rows):
            return None
        places = np.searchsorted(known["events"], rows["events"])
        inside = places < len(known)
        at = known[np.minimum(places, len(known) - 1)]
        same_event = inside & (at["events"] == rows["events"])
        wrong = same_event & ((at["hash"] != rows["hash"]) | (at["tick"] != rows["tick"]))
        wrong |= inside & ~same_event & (rows["events"] > known["events"][0])
        return int(np.flatnonzero(wrong)[0]) if wrong.any() else None


@dataclass(frozen=True, slots=True)
class Answer:
    """The recorded answer to a request to the outside: the handler and payload of both messages, of the second without
    its ticket."""

    request: int
    arguments: bytes
    handler: int
    payload: bytes

    @property
    def plain(self) -> tuple[int, bytes, int, bytes]:
        """The same as a trace file has it."""
        return self.request, self.arguments, self.handler, self.payload


@dataclass
class Line:
    """A branch and what is known of it. ``outputs``, where they are kept, are complete up to moment ``outputs_to``."""

    id: int
    name: str
    parent: int | None
    at: int
    change: Change | None
    change_text: str
    total: int
    tick: int
    status: Status
    execution_hash: int
    checkpoints: Checkpoints
    columns: EventColumns
    marks: Marks = field(default_factory=Marks)
    outputs: list[Output] = field(default_factory=list)
    outputs_to: int = 0
    answers: list[Answer] = field(default_factory=list)
    """What the outside has answered in this branch's own part; ``answered`` were before."""
    answered: int = 0
    open_tick: int | None = None
    """The tick that the moment where it leaves its parent is in the middle of; None between two ticks."""
    digest: int | None = None
    """Of the state at the end, where it was computed."""
    is_cut_off: bool = False
    """Whether it came out of a file that ends before it does, so that nothing is recorded of its end."""

    @property
    def run_hash(self) -> int:
        """The hash of the whole run, or, where it can still go on at once, of what it has delivered and put out so
        far."""
        if self.digest is None or self.status in (Status.RUNNING, Status.INTERRUPTED):
            return self.execution_hash
        return of_run(self.execution_hash, self.digest)

    def branch(self) -> Branch:
        """The branch as a value."""
        return Branch(
            id=self.id,
            name=self.name,
            parent=self.parent,
            at=self.at,
            change=self.change_text,
            total=self.total,
            tick=self.tick,
            status=self.status,
            execution_hash=self.run_hash,
        )


@dataclass
class History:
    """All branches, by id, and the store of their checkpoints' pages."""

    store: PageStore = field(default_factory=PageStore)
    lines: list[Line] = field(default_factory=list)
    marks_may_be_missing: bool = False
    """Whether the recording is known to be not whole."""

    def line(self, branch: int) -> Line:
        """A branch by its id. Raises SeekError if there is none."""
        if not 0 <= branch < len(self.lines):
            raise SeekError(f"there is no branch {branch}; there are {len(self.lines)}")
        return self.lines[branch]

    def check(self, branch: int, n: int) -> Line:
        """The branch, if it has moment ``n``. Raises SeekError otherwise."""
        line = self.line(branch)
        if not 0 <= n <= line.total:
            raise SeekError(f"there is no moment {n:,}: the branch {line.name} has {counted(line.total, 'event')}")
        return line

    def owner_of_moment(self, branch: int, n: int) -> Line:
        """The branch that moment ``n`` really belongs to; where a branch begins, its change is already made."""
        line = self.check(branch, n)
        while n < line.at:
            assert line.parent is not None
            line = self.lines[line.parent]
        return line

    def owner_of_event(self, branch: int, n: int) -> Line:
        """The branch that event ``n`` belongs to. Raises SeekError if there is no such event."""
        line = self.line(branch)
        if not 0 <= n < line.total:
            raise SeekError(f"there is no event {n:,}: the branch {line.name} has {counted(line.total, 'event')}")
        while n < line.at:
            assert line.parent is not None
            line = self.lines[line.parent]
        return line

    def ancestry(self, branch: int) -> list[tuple[Line, int]]:
        """From the first branch to this one, each with the moment up to which it counts."""
        line = self.line(branch)
        path = [(line, line.total)]
        while line.parent is not None:
            path.append((self.lines[line.parent], line.at))
            line = self.lines[line.parent]
        return path[::-1]

    def segments(self, branch: int, start: int, stop: int) -> list[tuple[Line, int, int]]:
        """The parts of ``start <= event < stop`` by the branches that own them."""
        found = []
        for line, end in self.ancestry(branch):
            first, last = max(start, line.at), min(stop, end)
            if first < last:
                found.append((line, first, last))
        return found

    def add(
        self, name: str, parent: int | None, at: int, change: Change | None, change_text: str, image: PagedImage,
        machine: Machine,
    ) -> Line:  # fmt: skip
        """A new branch that has only its beginning, where ``machine`` stands; ``image`` is a picture of it."""
        line = Line(
            id=len(self.lines),
            name=name,
            parent=parent,
            at=at,
            change=change,
            change_text=change_text,
            total=at,
            tick=machine.tick,
            status=Status.RUNNING,
            execution_hash=machine.execution_hash,
            checkpoints=Checkpoints(self.store),
            columns=EventColumns(at),
            outputs_to=at,
            answered=machine.answered,
            open_tick=machine.open_tick,
        )
        line.checkpoints.add(Checkpoint(at, machine.tick, image, placed=True))
        self.lines.append(line)
        return line

    def answer(self, line: Line, number: int) -> Answer | None:
        """The recorded answer to a request, by its number since the start of the run."""
        while number < line.answered:
            assert line.parent is not None
            line = self.lines[line.parent]
        place = number - line.answered
        return line.answers[place] if place < len(line.answers) else None

    def reply(self, line: Line, machine: Machine) -> bool:
        """Gives a machine that stands still for the outside the recorded answers; False where the record ends before.
        Raises MachineError where what is asked is not what was recorded."""
        requests = machine.requests()
        answers = [self.answer(line, machine.answered + i) for i in range(len(requests))]
        for request, answer in zip(requests, answers, strict=True):
            if answer is None:
                return False
            if (answer.request, answer.arguments) != (request.handler, request.payload):
                raise MachineError(f"the replay of {line.name} asks the outside for something else than was recorded")
        for answer in answers:
            assert answer is not None
            machine.reply(answer.handler, answer.payload)
        return True

    def check_marks(self, line: Line, rows: npt.NDArray[np.void]) -> None:
        """Raises MachineError if a replay of a branch came to other hashes than were recorded."""
        if not self.marks_may_be_missing and line.marks.are_missing(rows, line.at, line.total):
            raise MachineError(
                f"the recording has no hash marks behind event {max(line.at, line.marks.last_event):,}, where its run "
                "has some; it cannot be trusted there"
            )
        wrong = line.marks.first_mismatch(rows)
        if wrong is not None:
            raise MachineError(
                f"the replay differs from the recording before event {int(rows['events'][wrong]):,} "
                f"(tick {int(rows['tick'][wrong]):,}); the recording cannot be trusted here"
            )

    def keep_within_budget(self) -> None:
        """Thins checkpoints out where their pages take too much memory."""
        while self.store.bytes_used > STORE_BYTES_MAX:
            before = self.store.bytes_used
            for line in self.lines:
                line.checkpoints.thin()
            if self.store.bytes_used == before:
                return
