"""The open texts and which of them is in front."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Hashable, Iterable
from pathlib import Path
from typing import TypeVar

from engine.api import plain_name
from studio.model.document import Document
from studio.model.signal import Signal

Key = TypeVar("Key", bound=Hashable)


class Documents:
    """All open documents in the order of their tabs."""

    def __init__(self) -> None:
        self.opened: Signal[[Document]] = Signal()
        self.closed: Signal[[Document]] = Signal()
        self.active_changed: Signal[[]] = Signal()
        self.changed: Signal[[Document]] = Signal()
        """A document was edited, saved, renamed or analysed."""
        self.close_wanted: Signal[[Document]] = Signal()
        """Somebody wants to close a document that is not saved: ask."""
        self._items: list[Document] = []
        self._active: Document | None = None
        self.with_keyboard = True
        """Whether the document that came to the front last is to have the keyboard, wherever that was."""
        self._unwire: dict[str, list[Callable[[], None]]] = {}

    @property
    def items(self) -> tuple[Document, ...]:
        """The open documents."""
        return tuple(self._items)

    @property
    def active(self) -> Document | None:
        """The document in front."""
        return self._active

    def find(self, path: Path) -> Document | None:
        """The open document of a file."""
        return next((d for d in self._items if d.path == path), None)

    def find_real(self, real: str) -> Document | None:
        """The open document of a file by its path without links."""
        return next((d for d in self._items if d.disk is not None and d.disk.real == real != ""), None)

    def by_file(self, file: str) -> Document | None:
        """The open document that problems and runs call so."""
        return next((d for d in self._items if d.file == file), None)

    def label(self, document: Document) -> str:
        """The name of a document as tabs show it: with as much of its folder as tells it from others of that name."""
        return distinct_names([(d.id, d.name, d.path) for d in self._items])[document.id]

    def texts(self) -> dict[str, str]:
        """The texts of all programs that have a file, by file: saved or not, they are what counts."""
        return {d.file: d.text for d in self._items if d.is_program and d.path is not None}

    def new(self, text: str = "", title: str = "", read_only: bool = False, plain: bool = False) -> Document:
        """Opens a text that has no file yet."""
        document = Document(new_id(), None, text, title or self._free_title(), read_only=read_only, plain=plain)
        self.add(document)
        return document

    def new_recorded(self, file: str, text: str, activate: bool = True) -> Document:
        """Opens a text that a recording brought along."""
        name = file.replace("\\", "/").rsplit("/", 1)[-1]
        document = Document(new_id(), None, text, f"{name} (recorded)", read_only=True, recorded=file)
        self.add(document, activate)
        return document

    def _free_title(self) -> str:
        taken = {d.title for d in self._items}
        number = 1
        while f"untitled-{number}.aefl" in taken:
            number += 1
        return f"untitled-{number}.aefl"

    def add(self, document: Document, activate: bool = True) -> None:
        """Opens a document."""
        self._items.append(document)

        def changed() -> None:
            self.changed.emit(document)

        signals = (document.edited, document.state_changed, document.analysed)
        self._unwire[document.id] = [signal.connect(changed) for signal in signals]
        self.opened.emit(document)
        if activate or self._active is None:
            self.activate(document)

    def activate(self, document: Document | None, with_keyboard: bool = True) -> None:
        """Brings a document to the front. Without the keyboard, that stays in the panel or field where it is."""
        assert document is None or document in self._items, "only an open document can be in front"
        if document is not self._active:
            self._active = document
            self.with_keyboard = with_keyboard
            self.active_changed.emit()

    def request_close(self, document: Document) -> None:
        """Closes a document, or asks first if its text would be lost."""
        if document.would_be_lost:
            self.activate(document)
            self.close_wanted.emit(document)
        else:
            self.remove(document)

    def remove(self, document: Document) -> None:
        """Closes a document; a text that is not saved is gone."""
        index = self._items.index(document)
        self._items.remove(document)
        for disconnect in self._unwire.pop(document.id):
            disconnect()
        if document is self._active:
            neighbour = self._items[min(index, len(self._items) - 1)] if self._items else None
            self._active = neighbour
            self.with_keyboard = True
            self.closed.emit(document)
            self.active_changed.emit()
        else:
            self.closed.emit(document)

    def move(self, document: Document, index: int) -> None:
        """Puts a document's tab at another place."""
        self._items.remove(document)
        self._items.insert(index, document)

    def cycle(self, step: int) -> None:
        """Brings the next or previous document to the front."""
        if self._active is not None:
            self.activate(self._items[(self._items.index(self._active) + step) % len(self._items)])

    def reveal(self, line: int, column: int = 1) -> None:
        """Shows a line of the document in front."""
        if self._active is not None:
            self._active.reveal(line, column)


def distinct_names(files: Iterable[tuple[Key, str, Path | None]]) -> dict[Key, str]:
    """Names of files by key; those that are equal get the end of their folders, as much as makes them differ."""
    groups: dict[str, list[tuple[Key, Path | None]]] = {}
    for key, name, path in files:
        groups.setdefault(name, []).append((key, path))
    found: dict[Key, str] = {}
    for name, group in groups.items():
        parts = {key: path.parent.parts if path is not None else () for key, path in group}
        depth = 0
        shown = {key: name for key, _ in group}
        while len(set(shown.values())) < len(group) and depth < max(map(len, parts.values())):
            depth += 1
            shown = {key: _with_folder(name, folder[-depth:]) for key, folder in parts.items()}
        found |= {key: plain_name(text) for key, text in shown.items()}
    return found


def _with_folder(name: str, folder: tuple[str, ...]) -> str:
    return f"{name} — {os.path.join(*folder)}" if folder else name


def new_id() -> str:
    """A name for a document that no other has, also not in another Studio."""
    return uuid.uuid4().hex
