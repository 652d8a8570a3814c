"""The engine's thread: it owns the session for life, and nobody else touches it.

Commands come in by a queue, wishes (where to seek, which texts to read) by slots in which only the latest stays. What
the session does is told in batches, at most 60 a second, and not before the batch before was taken: a receiver that
falls behind gets fewer and larger batches, never a backlog.

``Stop``, ``Start`` and the end interrupt the turn that runs, also one that never ends, and insist until the thread
has heard. ``Pause`` waits for the end of the slice, and interrupts only a turn that takes longer than 150 ms; that turn
then did not happen, and happens when the run goes on.
"""

from __future__ import annotations

import contextlib
import queue
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from studio.model import engine_port as port
from studio.services.engine_worker import EngineWorker

STACK_BYTES = 16 * 1024 * 1024
FRAME_SECONDS = 1 / 60
LATE_SECONDS = 0.1
PATIENCE_SECONDS = 0.15
INSIST_SECONDS = 0.02
SWITCH_SECONDS = 0.0003
"""How long a thread may hold the interpreter while another wants it."""
JOIN_SECONDS = 3.0
SAVING_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class _Entry:
    """A place in the queue. ``command`` is None where the thread is only woken; ``last`` ends it."""

    number: int
    command: port.Command | None = None
    last: bool = False


class EngineThread:
    """The thread with its queue. ``deliver`` is called with every batch, on any thread; answer it by ``taken``. Runs
    that are not saved are recorded in ``folder``."""

    def __init__(self, deliver: Callable[[port.Batch], None], folder: Path | None = None) -> None:
        self._deliver = deliver
        self._entries: queue.SimpleQueue[_Entry] = queue.SimpleQueue()
        self._posted = 0
        self._heard = 0
        self._done = 0
        self._lock = threading.Lock()
        self._seek: port.Seek | None = None
        self._texts: port.ReadTexts | None = None
        self._taken = True
        self._delivering = threading.Lock()
        self._delivered_at = 0.0
        self._insisting: list[threading.Thread] = []
        self._worker = EngineWorker(self._is_calm, folder)
        sys.setswitchinterval(SWITCH_SECONDS)
        before = threading.stack_size(STACK_BYTES)
        try:
            self._thread = threading.Thread(target=self._work, name="aeroflow-engine", daemon=True)
            self._thread.start()
        finally:
            threading.stack_size(before)

    # --- from the GUI's thread ----------------------------------------------------------------------

    def post(self, command: port.Command) -> None:
        """Queues a command."""
        self._put(command=command)
        if isinstance(command, port.Stop | port.Start | port.OpenTrace):
            self._insist(0.0)
        elif isinstance(command, port.Pause | port.ShowRun):
            self._insist(PATIENCE_SECONDS)

    def seek(self, seek: port.Seek) -> None:
        """Puts a wish in its slot and wakes the thread."""
        with self._lock:
            self._seek = seek
        self._put()

    def read_texts(self, wish: port.ReadTexts) -> None:
        """Puts a wish in its slot and wakes the thread."""
        with self._lock:
            self._texts = wish
        self._put()

    def taken(self) -> None:
        """The last batch has arrived; the next may come."""
        self._taken = True
        self._put()

    def flush(self) -> None:
        """Delivers what waits while the thread is deep in a turn; to be called now and then while it works."""
        self._worker.look_in()
        self._hand_over(LATE_SECONDS)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being done, asked for or still to be told."""
        return self._done >= self._posted and not self._worker.busy and not self._worker.has_answers

    @property
    def is_daemon(self) -> bool:
        """Whether the process may end before the thread does."""
        return self._thread.daemon

    def close(self) -> bool:
        """Ends the thread and waits for it; whether it ended in time. One that does not, because a foreign program or
        a huge file holds it, is left behind and ends with the process; saving is waited for longer."""
        if self._thread.is_alive():
            self._put(last=True)
            self._insist(0.0)
            started = perf_counter()
            while self._thread.is_alive():
                patience = SAVING_SECONDS if self._worker.is_saving else JOIN_SECONDS
                if perf_counter() - started > patience:
                    self._deliver = _drop
                    self._worker.files.remove_all()
                    return False
                self._thread.join(INSIST_SECONDS)
        for thread in self._insisting:
            thread.join(JOIN_SECONDS)
        return True

    def _put(self, command: port.Command | None = None, last: bool = False) -> None:
        self._posted += 1
        self._entries.put(_Entry(self._posted, command, last))

    def _insist(self, patience: float) -> None:
        """Interrupts the work that runs until the thread has read its queue so far: once could come just too early."""
        number, settled = self._posted, threading.Event()

        def insist() -> None:
            wait = patience
            while not settled.wait(wait) and self._heard < number and self._thread.is_alive():
                self._worker.interrupt()
                wait = INSIST_SECONDS

        self._insisting = [thread for thread in self._insisting if thread.is_alive()]
        thread = threading.Thread(target=insist, name="aeroflow-interrupt", daemon=True)
        self._insisting.append(thread)
        thread.start()

    # --- on the thread --------------------------------------------------------------------------------

    def _work(self) -> None:
        worker = self._worker
        while True:
            entry = self._next_entry()
            if entry is not None:
                self._heard = entry.number
                if entry.last:
                    worker.close()
                    return
                if entry.command is not None:
                    worker.do(entry.command)
                self._done = entry.number
                continue
            self._serve_wishes()
            self._hand_over(0.0 if worker.has_news else FRAME_SECONDS)
            worker.go_on()
            self._hand_over(FRAME_SECONDS)

    def _next_entry(self) -> _Entry | None:
        """What is next in the queue. Waits for it while there is nothing else to do."""
        with contextlib.suppress(queue.Empty):
            return self._entries.get_nowait()
        if self._worker.busy or self._seek is not None or self._texts is not None:
            return None
        if not self._worker.has_answers or not self._taken:
            return self._entries.get()
        with contextlib.suppress(queue.Empty):
            return self._entries.get(timeout=max(0.0005, self._delivered_at + FRAME_SECONDS - perf_counter()))
        return None

    def _is_calm(self) -> bool:
        """Whether nothing waits that is more urgent than what the worker does."""
        return self._entries.empty()

    def _serve_wishes(self) -> None:
        seek = self._seek
        if seek is not None and self._worker.may_seek(seek):
            with self._lock:
                seek, self._seek = self._seek, None
            if seek is not None:
                self._worker.seek(seek)
        with self._lock:
            texts, self._texts = self._texts, None
        rest = self._worker.read_texts(texts) if texts is not None else None
        with self._lock:
            self._texts = self._texts or rest

    def _hand_over(self, apart: float) -> None:
        """Delivers what there is to tell, if the last batch was taken and lies so many seconds back."""
        with self._delivering:
            now = perf_counter()
            if self._worker.has_answers and self._taken and now - self._delivered_at >= apart:
                self._taken = False
                self._delivered_at = now
                self._deliver(self._worker.batch())


def _drop(batch: port.Batch) -> None:
    """Takes what a thread that was left behind has to tell."""
