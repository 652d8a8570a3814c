"""Runs the tests of programs behind the scenes, as ``aeroflow test`` does: one thread, one test after the other.

Each test has a session of its own that nobody else sees. Ending one insists, as the interruption of a turn that never
ends could come just before the turn begins.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import perf_counter

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from engine import api
from studio.model.program_tests import Outcome, Wish
from studio.services import programs

STACK_BYTES = 16 * 1024 * 1024
INSIST_MS = 20
Began = Callable[[Wish], None]
Done = Callable[[Outcome], None]


@dataclass(frozen=True, slots=True)
class _Bug:
    wish: Wish
    error: Exception


class ProgramTester(QObject):
    """The thread with its queue. ``close`` ends it."""

    _told = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._wishes: deque[Wish] = deque()
        self._ready = threading.Condition()
        self._session: api.Session | None = None
        self._stopping = False
        self._closing = False
        self._open = 0
        self._began: Began = lambda wish: None
        self._done: Done = lambda outcome: None
        self._told.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self._insisting = QTimer(self)
        self._insisting.setInterval(INSIST_MS)
        self._insisting.timeout.connect(self._interrupt)
        before = threading.stack_size(STACK_BYTES)
        try:
            self._thread = threading.Thread(target=self._work, name="aeroflow-tests")
            self._thread.start()
        finally:
            threading.stack_size(before)

    # --- on the GUI's thread ------------------------------------------------------------------------

    def listen(self, began: Began, done: Done) -> None:
        """From now on these are called, on the thread of this object."""
        self._began, self._done = began, done

    def run(self, wishes: Iterable[Wish]) -> None:
        """Queues tests."""
        with self._ready:
            for wish in wishes:
                self._open += 1
                self._wishes.append(wish)
            self._ready.notify()

    def stop(self) -> None:
        """Ends the test that runs and forgets those that wait."""
        with self._ready:
            waiting = tuple(self._wishes)
            self._wishes.clear()
            self._stopping = True
        self._interrupt()
        self._insisting.start()
        for wish in waiting:
            self._told.emit(Outcome(wish, "stopped"))

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._open > 0

    def close(self) -> None:
        """Ends the thread and waits for it."""
        self._insisting.stop()
        with self._ready:
            self._closing = self._stopping = True
            self._wishes.clear()
            self._ready.notify()
        while self._thread.is_alive():
            self._interrupt()
            self._thread.join(INSIST_MS / 1000)

    @Slot()
    def _interrupt(self) -> None:
        session = self._session
        if session is not None and self._stopping:
            session.interrupt()

    @Slot(object)
    def _take(self, told: Wish | Outcome | _Bug) -> None:
        if self._closing:
            return
        if isinstance(told, Wish):
            self._insisting.stop()
            self._began(told)
            return
        self._open -= 1
        if not self._open:
            self._insisting.stop()
        if isinstance(told, _Bug):
            self._done(Outcome(told.wish, "failed", "Studio made a mistake; see the log"))
            raise told.error
        self._done(told)

    # --- on the thread ------------------------------------------------------------------------------

    def _work(self) -> None:
        while (wish := self._next()) is not None:
            self._told.emit(wish)
            try:
                told: Outcome | _Bug = self._outcome(wish)
            except api.AeroFlowError as error:
                told = Outcome(wish, "failed", str(error), (wish.file, wish.line, 1))
            except Exception as error:  # noqa: BLE001 - the boundary of the thread; raised again where it is seen
                told = _Bug(wish, error)
            self._session = None
            self._told.emit(told)

    def _next(self) -> Wish | None:
        with self._ready:
            self._ready.wait_for(lambda: self._wishes or self._closing)
            if self._closing:
                return None
            self._stopping = False
            return self._wishes.popleft()

    def _outcome(self, wish: Wish) -> Outcome:
        started = perf_counter()
        name = wish.key[1]
        build = programs.compile(wish.text, wish.file, wish.unsaved, name)
        if build.program is None:
            first = next(problem for problem in build.problems if problem.severity == "error")
            place = (first.file, first.range.line, first.range.column)
            return Outcome(wish, "failed", f"{first.code} {first.message}", place)
        seed = programs.seed_of_test(wish.file, name)
        self._session = session = api.Session.start(build.program, seed, keep_events=False, record=False)
        verdict = api.judge(session, goes_on=lambda: not self._stopping)
        place, code = (wish.file, wish.line, 1), ""
        if verdict.fault is not None:
            fault = verdict.fault
            place = (fault.file, fault.line, fault.column)
            source = build.program.sources.named(fault.file)
            code = source.line_text(fault.line).strip() if source is not None else ""
        state = "passed" if verdict.passed else "stopped" if verdict.stopped else "failed"
        seconds = perf_counter() - started
        return Outcome(wish, state, verdict.message, place, code, verdict.rendered, seed, verdict.events, seconds)
