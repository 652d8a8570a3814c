"""Checks texts behind the scenes while they are edited.

One thread, and a slot rather than a queue: only the latest text of a document is worth checking. The wait after the
last key keeps the checker from competing with typing for the interpreter.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from engine.api import Analysis
from studio.model.document import Document
from studio.model.documents import Documents

DELAY_MS = 220

Analyse = Callable[[str, str, Mapping[str, str]], Analysis]
"""Text, file name, and the texts of all open files in, what is known of it out."""


@dataclass(frozen=True, slots=True)
class _Wish:
    id: str
    revision: int
    text: str
    file: str
    unsaved: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Answer:
    wish: _Wish
    analysis: Analysis | None
    bug: Exception | None = None


class AnalysisService(QObject):
    """Keeps the ``analysis`` of every open program up to date."""

    _done = Signal(object)

    def __init__(self, documents: Documents, analyse: Analyse) -> None:
        super().__init__()
        self._documents = documents
        self._analyse = analyse
        self._wishes: dict[str, _Wish] = {}
        self._asked: dict[str, tuple[object, ...]] = {}
        self._ready = threading.Condition()
        self._closing = False
        self._waiting = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.flush)
        self._done.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self._connections = [documents.changed.connect(self._changed), documents.opened.connect(self._opened)]
        self._thread = threading.Thread(target=self._work, name="aeroflow-analysis")
        self._thread.start()

    def _opened(self, document: Document) -> None:
        if not self._timer.isActive():
            self._timer.start(0)

    def _changed(self, document: Document) -> None:
        if document.is_program and self._asked.get(document.id) != self._key(document):
            self._timer.start(DELAY_MS)

    def _key(self, document: Document) -> tuple[object, ...]:
        """What the analysis of a document depends on: where it imports, on the other documents too."""
        others: tuple[object, ...] = ()
        if "import" in document.text:
            others = tuple((d.id, d.revision) for d in self._documents.items if d.is_program)
        return (document.revision, document.file, others)

    @Slot()
    def flush(self) -> None:
        """Asks for all documents whose text was not checked yet."""
        self._timer.stop()
        with self._ready:
            unsaved = self._documents.texts()
            for document in self._documents.items:
                key = self._key(document)
                if not document.is_program or self._asked.get(document.id) == key:
                    continue
                self._asked[document.id] = key
                if document.id not in self._wishes:
                    self._waiting += 1
                self._wishes[document.id] = _Wish(document.id, document.revision, document.text, document.file, unsaved)
            self._ready.notify()

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come, or a text still to be asked about."""
        return self._waiting > 0 or self._timer.isActive()

    def _work(self) -> None:
        while (wish := self._next()) is not None:
            try:
                answer = _Answer(wish, self._analyse(wish.text, wish.file, wish.unsaved))
            except Exception as bug:  # noqa: BLE001 - the boundary of the thread; raised again where it is seen
                answer = _Answer(wish, None, bug)
            self._done.emit(answer)

    def _next(self) -> _Wish | None:
        with self._ready:
            self._ready.wait_for(lambda: self._wishes or self._closing)
            return None if self._closing else self._wishes.pop(next(iter(self._wishes)))

    @Slot(object)
    def _take(self, answer: _Answer) -> None:
        self._waiting -= 1
        if answer.bug is not None:
            raise answer.bug
        document = next((d for d in self._documents.items if d.id == answer.wish.id), None)
        if document is not None and answer.analysis is not None and document.revision == answer.wish.revision:
            document.set_analysis(answer.analysis)

    def close(self) -> None:
        """Ends the thread after the text it is at."""
        self._timer.stop()
        for disconnect in self._connections:
            disconnect()
        with self._ready:
            self._closing = True
            self._ready.notify()
        self._thread.join()
