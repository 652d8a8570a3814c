"""Between the engine's thread and the GUI's: an object of the GUI's thread that batches are queued to.

One signal carries each batch (never each event), the connection is queued, the receiver is a slot: so the engine's
thread touches nothing of Qt's but the queue. The next batch comes only after this one was handled.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from studio.model import engine_port as port
from studio.services.engine_thread import EngineThread

FLUSH_MS = 50
"""While the engine works, so often is looked whether a turn that takes long holds back what is to be told."""


class EngineBridge(QObject):
    """The engine as the model sees it (``EnginePort``). ``close`` must be called before the application ends. Runs
    that are not saved are recorded in ``folder``."""

    _arrived = Signal(object)

    def __init__(self, parent: QObject | None = None, folder: Path | None = None) -> None:
        super().__init__(parent)
        self._receive: Callable[[port.Batch], None] | None = None
        self._arrived.connect(self._on_arrived, Qt.ConnectionType.QueuedConnection)
        self._thread = EngineThread(self._arrived.emit, folder)
        self._flushing = QTimer(self)
        self._flushing.setInterval(FLUSH_MS)
        self._flushing.timeout.connect(self._flush)

    def post(self, command: port.Command) -> None:
        """Queues a command."""
        self._thread.post(command)
        self._flushing.start()

    def seek(self, seek: port.Seek) -> None:
        """Asks for a moment."""
        self._thread.seek(seek)

    def read_texts(self, wish: port.ReadTexts) -> None:
        """Asks for the texts of messages."""
        self._thread.read_texts(wish)

    def listen(self, receive: Callable[[port.Batch], None]) -> None:
        """From now on ``receive`` is called with every batch, on the thread of this object."""
        self._receive = receive

    def close(self) -> bool:
        """Stops the run, ends the thread and waits for it; whether it ended in time."""
        self._receive = None
        self._flushing.stop()
        return self._thread.close()

    @Slot()
    def _flush(self) -> None:
        self._thread.flush()
        if self._thread.is_idle:
            self._flushing.stop()

    @Slot(object)
    def _on_arrived(self, batch: port.Batch) -> None:
        try:
            if self._receive is not None:
                self._receive(batch)
        finally:
            self._thread.taken()
