"""The tests of the open programs: which there are, what came of each, and running them.

A test is known by its document and its name. What came of it stays while the text is edited, marked as old, until it
runs again: texts, seed and length of the run are kept with it, so that the very run that failed can be opened, whatever
the text is now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from engine.api import Analysis
from studio.model.document import Document
from studio.model.documents import Documents
from studio.model.run import RunModel
from studio.model.signal import Signal

Key = tuple[str, str]
"""The id of a document and the name of a test in it."""


@dataclass(frozen=True, slots=True)
class Case:
    """A test as it stands in the text."""

    document: str
    name: str
    line: int

    @property
    def key(self) -> Key:
        """What the test is known by."""
        return self.document, self.name


@dataclass(frozen=True, slots=True)
class Wish:
    """A test to run. ``revision`` is that of the text; ``number`` tells one round of running from another."""

    number: int
    key: Key
    line: int
    revision: int
    text: str
    file: str
    unsaved: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a test. ``state`` is ``passed``, ``failed`` or ``stopped``; ``place`` is the file, line and column
    of what was wrong. ``events`` is how long the run is that shows it; 0 where there is none."""

    wish: Wish
    state: str
    message: str = ""
    place: tuple[str, int, int] = ("", 0, 0)
    code: str = ""
    rendered: tuple[str, ...] = ()
    seed: int = 0
    events: int = 0
    seconds: float = 0.0


class Tester(Protocol):
    """Runs tests behind the scenes, one after the other."""

    def run(self, wishes: Iterable[Wish]) -> None:
        """Queues tests; each is told when it begins and when it is done."""

    def stop(self) -> None:
        """Ends the test that runs and forgets those that wait; each is told as stopped."""

    def listen(self, began: Callable[[Wish], None], done: Callable[[Outcome], None]) -> None:
        """From now on these are called, on the GUI's thread."""


class ProgramTests:
    """The tests of all open programs. ``changed`` tells that a test came, went, began or ended."""

    def __init__(self, documents: Documents, run: RunModel) -> None:
        self.changed: Signal[[]] = Signal()
        self.told: Signal[[str, str]] = Signal()
        """What came of the tests that ran together: ``info`` or ``warning``, and a sentence."""
        self._documents = documents
        self._run = run
        self._tester: Tester | None = None
        self._waiting: dict[Key, Wish] = {}
        self._running: Key | None = None
        self._outcomes: dict[Key, Outcome] = {}
        self._round: list[Outcome] = []
        self._number = 0
        self._cases: dict[str, tuple[Analysis, tuple[Case, ...]]] = {}
        self._known: tuple[tuple[Case, bool], ...] = ()
        documents.changed.connect(lambda _: self._look())
        documents.opened.connect(lambda _: self._look())
        documents.closed.connect(self._closed)

    def attach(self, tester: Tester) -> None:
        """Connects the model to who runs tests."""
        self._tester = tester
        tester.listen(self._began, self._done)

    # --- what there is ------------------------------------------------------------------------------

    def cases(self, document: Document) -> tuple[Case, ...]:
        """The tests of a document, in the order of its text."""
        analysis, cases = self._cases.get(document.id, (None, ()))
        if analysis is not document.analysis:
            analysis = document.analysis
            wanted = (symbol for symbol in analysis.outline if symbol.kind == "test" and not document.recorded)
            found = {symbol.name: Case(document.id, symbol.name, symbol.range.line) for symbol in wanted}
            cases = tuple(found.values())
            self._cases[document.id] = analysis, cases
        return cases

    def programs(self) -> tuple[tuple[Document, tuple[Case, ...]], ...]:
        """The open documents that have tests."""
        found = ((document, self.cases(document)) for document in self._documents.items)
        return tuple((document, cases) for document, cases in found if cases)

    def outcome(self, key: Key) -> Outcome | None:
        """What came of a test the last time."""
        return self._outcomes.get(key)

    def state(self, key: Key) -> str:
        """``new``, ``waiting``, ``running``, ``passed``, ``failed`` or ``stopped``."""
        if key == self._running:
            return "running"
        if key in self._waiting:
            return "waiting"
        outcome = self._outcomes.get(key)
        return outcome.state if outcome is not None else "new"

    def is_old(self, key: Key) -> bool:
        """Whether the text of its file has changed since a test ran."""
        outcome = self._outcomes.get(key)
        document = self._document(key)
        return outcome is not None and document is not None and outcome.wish.revision != document.revision

    @property
    def busy(self) -> bool:
        """Whether a test runs or waits."""
        return self._running is not None or bool(self._waiting)

    def counts(self) -> dict[str, int]:
        """How many tests are in each state."""
        found: dict[str, int] = {}
        for _, cases in self.programs():
            for case in cases:
                state = self.state(case.key)
                found[state] = found.get(state, 0) + 1
        return found

    def at_cursor(self) -> Case | None:
        """The test that the cursor is in."""
        document = self._documents.active
        if document is None:
            return None
        line = document.cursor.line
        around = (s for s in document.analysis.outline if s.kind == "test" and s.range.line <= line <= s.range.end_line)
        found = next(around, None)
        return None if found is None else Case(document.id, found.name, found.range.line)

    # --- running ------------------------------------------------------------------------------------

    def run(self, cases: Iterable[Case]) -> None:
        """Runs tests on the texts as they are now."""
        self._number += 1
        unsaved = self._documents.texts()
        wishes = []
        for case in cases:
            document = self._document(case.key)
            if document is not None and case.key != self._running and case.key not in self._waiting:
                wishes.append(
                    Wish(self._number, case.key, case.line, document.revision, document.text, document.file, unsaved)
                )
        if self._tester is not None and wishes:
            self._waiting.update({wish.key: wish for wish in wishes})
            self._tester.run(wishes)
            self.changed.emit()

    def run_all(self) -> None:
        """Runs all tests of the open programs."""
        self.run(case for _, cases in self.programs() for case in cases)

    def run_failed(self) -> None:
        """Runs again what failed or was stopped."""
        self.run(self.failed())

    def failed(self) -> tuple[Case, ...]:
        """The tests that did not pass when they ran."""
        every = (case for _, cases in self.programs() for case in cases)
        return tuple(case for case in every if self.state(case.key) in ("failed", "stopped"))

    def stop(self) -> None:
        """Ends the test that runs, and forgets those that wait."""
        if self._tester is not None and self.busy:
            self._tester.stop()

    def open_run(self, key: Key) -> bool:
        """Opens the run of a test where it failed, or at its end; whether there is one."""
        outcome = self._outcomes.get(key)
        if outcome is None or not outcome.events:
            return False
        wish = outcome.wish
        self._run.start_test(wish.text, wish.file, wish.unsaved, key[1], outcome.seed, outcome.events)
        return True

    # --- from outside ---------------------------------------------------------------------------------

    def _began(self, wish: Wish) -> None:
        self._waiting.pop(wish.key, None)
        self._running = wish.key
        self.changed.emit()

    def _done(self, outcome: Outcome) -> None:
        key = outcome.wish.key
        self._waiting.pop(key, None)
        if self._running == key:
            self._running = None
        if self._document(key) is not None:
            self._outcomes[key] = outcome
        self._round.append(outcome)
        if not self.busy:
            done, self._round = self._round, []
            self.told.emit(*_sentence(done))
        self.changed.emit()

    def _document(self, key: Key) -> Document | None:
        return next((document for document in self._documents.items if document.id == key[0]), None)

    def _closed(self, document: Document) -> None:
        self._cases.pop(document.id, None)
        for key in [key for key in self._outcomes if key[0] == document.id]:
            del self._outcomes[key]
        self._look()

    def _look(self) -> None:
        known = tuple((case, self.is_old(case.key)) for _, cases in self.programs() for case in cases)
        if known != self._known:
            self._known = known
            self.changed.emit()


def _sentence(outcomes: list[Outcome]) -> tuple[str, str]:
    count = f"{len(outcomes)} tests" if len(outcomes) > 1 else f"The test “{outcomes[0].wish.key[1]}”"
    failed = sum(outcome.state == "failed" for outcome in outcomes)
    stopped = sum(outcome.state == "stopped" for outcome in outcomes)
    if len(outcomes) == 1:
        return "warning" if failed else "info", f"{count} {outcomes[0].state}."
    found = ", ".join(f"{number} {word}" for number, word in ((failed, "failed"), (stopped, "stopped")) if number)
    return "warning" if failed else "info", f"{count}: {found}." if found else f"{count} passed."
