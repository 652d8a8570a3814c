"""One thread for work with files, so that the GUI's thread never waits for a disk.

Jobs are done in order. What comes of a job is handed back on the GUI's thread, by a queued signal to an object that
lives there.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal, Slot

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class _Job:
    run: Callable[[], Callable[[], None]]
    """Does the work and gives what to do about it on the GUI's thread."""


class Background(QObject):
    """A queue of jobs and the thread that does them. ``close`` joins the thread."""

    _finished = Signal(object)

    def __init__(self, name: str = "aeroflow-files") -> None:
        super().__init__()
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._open = 0
        self._submitted = 0
        self._posted = 0
        self._progress = threading.Condition()
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._work, name=name)
        self._thread.start()

    def submit(
        self,
        work: Callable[[], Result],
        then: Callable[[Result], None] | None = None,
        failed: Callable[[OSError], None] | None = None,
    ) -> None:
        """Does ``work`` on the thread, then calls ``then`` with its result, or ``failed`` with what the system said."""

        def run() -> Callable[[], None]:
            try:
                result = work()
            except OSError as error:
                problem = error
                return lambda: failed(problem) if failed is not None else None
            return lambda: then(result) if then is not None else None

        self._open += 1
        self._submitted += 1
        self._jobs.put(_Job(run))

    @property
    def busy(self) -> bool:
        """Whether something is still to be done or handed back."""
        return self._open > 0

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._finished.emit(_outcome(job))
            with self._progress:
                self._posted += 1
                self._progress.notify()

    @Slot(object)
    def _deliver(self, outcome: Callable[[], None]) -> None:
        self._open -= 1
        outcome()

    def drain(self) -> None:
        """Waits until all is done and handed back; for the end of the program and for tests."""
        while self._open:
            with self._progress:
                self._progress.wait_for(lambda: self._posted >= self._submitted)
            QCoreApplication.sendPostedEvents(self)

    def close(self) -> None:
        """Does what is queued, then ends the thread."""
        self.drain()
        self._jobs.put(None)
        self._thread.join()


def _outcome(job: _Job) -> Callable[[], None]:
    """What a job gives; a bug in it is raised again where everybody sees it, on the GUI's thread."""
    try:
        return job.run()
    except Exception as error:  # noqa: BLE001 - the boundary of the thread
        bug = error

        def raise_it() -> None:
            raise bug

        return raise_it
