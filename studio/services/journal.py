"""Journals: texts that are not saved, kept on disk so that neither a crash nor ``kill -9`` loses them.

One file for each unsaved document, written whole at most ``DELAY_MS`` after a change. The first line is JSON with the
digest of the rest; a journal whose digest is wrong is put aside with the ending ``.bad`` and told, never used.

Journals have an owner: each Studio keeps them in a folder of its own, which it locks as long as it lives. A Studio that
starts adopts the journals of those that are dead by moving them into its folder, and never touches those of the living.
The recordings of runs that are not saved (``run_files.py``) lie in the same folders, and are adopted with them.
"""

from __future__ import annotations

import codecs
import contextlib
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Slot

from engine.api import read_json
from engine.files.reading import read_regular
from engine.files.whole import write_whole
from studio.model.document import Document, TextFormat
from studio.model.documents import Documents
from studio.services.background import Background
from studio.services.locks import take_lock
from studio.services.run_files import SUFFIX
from studio.services.text_files import digest, why

DELAY_MS = 300
VERSION = 1
LOCK = "owner.lock"
NUMBER_MAX = 2**31 - 1
ADOPTED = "~"
"""Stands at the end of a recording's name for each time that it was adopted."""
ADOPTIONS_MAX = 3
"""A Studio that ended as often with a recording may have ended because of it."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """An unsaved text as it was found. ``disk_digest`` is of the file that the edit began with, empty without one."""

    id: str
    path: Path | None
    title: str
    format: TextFormat
    disk_digest: str
    line: int
    column: int
    text: str


def dump_entry(entry: JournalEntry) -> bytes:
    """A journal as bytes."""
    body = entry.text.encode("utf-8", "surrogatepass")
    head = {
        "version": VERSION,
        "digest": digest(body),
        "path": str(entry.path) if entry.path is not None else None,
        "title": entry.title,
        "encoding": entry.format.encoding,
        "bom": entry.format.bom,
        "eol": entry.format.eol,
        "disk": entry.disk_digest,
        "line": entry.line,
        "column": entry.column,
    }
    return json.dumps(head).encode() + b"\n" + body


def parse_entry(id: str, data: bytes) -> JournalEntry:
    """A journal of bytes. Raises ``ValueError`` if they are not what was once written."""
    first, _, body = data.partition(b"\n")
    head = read_json(first.decode("utf-8"))
    if not isinstance(head, dict) or head.get("version") != VERSION or head.get("digest") != digest(body):
        raise ValueError("this journal is not whole")
    try:
        path, eol = head["path"], str(head["eol"])
        codecs.lookup(str(head["encoding"]))
        if eol not in ("\n", "\r\n", "\r") or not (path is None or (isinstance(path, str) and "\0" not in path)):
            raise ValueError("this journal is not whole")
        return JournalEntry(
            id,
            Path(path) if path is not None else None,
            str(head["title"]),
            TextFormat(str(head["encoding"]), bool(head["bom"]), eol),
            str(head["disk"]),
            min(max(1, int(head["line"])), NUMBER_MAX),
            min(max(1, int(head["column"])), NUMBER_MAX),
            body.decode("utf-8", "surrogatepass"),
        )
    except (KeyError, TypeError, LookupError, OverflowError) as error:
        raise ValueError("this journal is not whole") from error


class JournalFolder:
    """The folder in which one Studio keeps its journals, locked until ``close``. Raises ``OSError``."""

    def __init__(self, journals: Path) -> None:
        self._journals = journals
        self.path = journals / uuid.uuid4().hex
        self._put_aside: list[str] = []
        lock = take_lock(self.path / LOCK)
        assert lock is not None, "a folder with a new name is nobody else's"
        self._lock = lock

    def adopt(self) -> None:
        """Moves here what Studios left that are dead by now."""
        for folder in sorted(self._journals.iterdir()):
            if folder != self.path and folder.is_dir():
                with contextlib.suppress(OSError):
                    self._adopt_from(folder)
        for path in self._journals.glob("*.journal"):  # of a Studio that had no folders yet
            path.replace(self.path / path.name)

    def _adopt_from(self, folder: Path) -> None:
        lock = take_lock(folder / LOCK)
        if lock is None:
            return
        for path in folder.glob("*.journal"):
            path.replace(self.path / path.name)
        for path in folder.glob(f"*{SUFFIX}"):
            self._adopt_recording(path)
        for path in folder.glob(".*.tmp"):  # of a file that was never whole
            path.unlink()
        lock.path.unlink()
        lock.release()
        folder.rmdir()

    def _adopt_recording(self, path: Path) -> None:
        """Moves a recording here, or out of the way where opening it seems to end Studio."""
        if not path.stem.endswith(ADOPTED * ADOPTIONS_MAX):
            path.replace(self.path / f"{path.stem}{ADOPTED}{SUFFIX}")
            return
        aside = self._journals / f"{path.stem.rstrip(ADOPTED)}{SUFFIX}"
        path.replace(aside)
        self._put_aside.append(
            f"A run that was not saved was open each of the last {ADOPTIONS_MAX + 1} times that Studio ended "
            f"unexpectedly, so it is not opened again. Its recording is kept as {aside}."
        )

    def recordings(self) -> list[Path]:
        """The recordings of runs that a crash left, the oldest first."""
        found = [(path.lstat().st_mtime_ns, path) for path in self.path.glob(f"*{SUFFIX}")]
        return [path for _, path in sorted(found)]

    def read(self) -> tuple[list[JournalEntry], list[str]]:
        """All journals, the oldest first, and sentences about those that were put aside."""
        found: list[tuple[int, JournalEntry]] = []
        wrong: list[str] = [*self._put_aside]
        for path in sorted(self.path.glob("*.journal")):
            try:
                data = read_regular(path)
                found.append((path.stat().st_mtime_ns, parse_entry(path.stem, data)))
            except ValueError:
                aside = self._journals / f"{path.stem}.bad"
                with contextlib.suppress(OSError):
                    path.replace(aside)
                kept = aside if aside.exists() else path
                wrong.append(f"A journal of unsaved text was damaged and could not be used; it is kept as {kept}.")
            except OSError as error:
                wrong.append(f"A journal of unsaved text could not be read: {why(error)}. {path}")
        return [entry for _, entry in sorted(found, key=lambda pair: (pair[0], pair[1].id))], wrong

    def close(self) -> None:
        """Gives the folder up. It stays as long as there are journals in it, or recordings that were not opened."""
        with contextlib.suppress(OSError):
            if not any(self.path.glob("*.journal")) and not any(self.path.glob(f"*{SUFFIX}")):
                self._lock.path.unlink()
                self._lock.release()
                self.path.rmdir()
        self._lock.release()


def entry_of(document: Document) -> JournalEntry:
    """What the journal of a document says now."""
    return JournalEntry(
        document.id,
        document.path,
        document.title,
        document.format,
        document.disk.digest if document.disk is not None else "",
        document.cursor.line,
        document.cursor.column,
        document.text,
    )


class Journal(QObject):
    """Keeps a journal for every document that is not saved, and none for one that is. ``tell`` is called with what the
    user should know: once, until it works again."""

    def __init__(
        self, documents: Documents, folder: Path, background: Background, tell: Callable[[str], object]
    ) -> None:
        super().__init__()
        self._documents = documents
        self._folder = folder
        self._background = background
        self._tell = tell
        """Called with a sentence, and with an empty one when it does not hold any more."""
        self._written: dict[str, int] = {}
        self.trouble = ""
        """Why the last journal could not be written."""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY_MS)
        self._timer.timeout.connect(self.write)
        self._connections = [documents.changed.connect(self._changed), documents.closed.connect(self._closed)]

    def adopt(self, document: Document) -> None:
        """A document was made from its journal, which is still right."""
        self._written[document.id] = document.revision

    def _changed(self, document: Document) -> None:
        if not document.is_editable:
            return
        if document.dirty and self._written.get(document.id) != document.revision and not self._timer.isActive():
            self._timer.start()
        elif not document.dirty:
            self._forget(document)

    def _closed(self, document: Document) -> None:
        self._forget(document)

    def _forget(self, document: Document) -> None:
        if self._written.pop(document.id, None) is not None:
            path = self._path(document.id)
            self._background.submit(lambda: path.unlink(missing_ok=True))

    def _path(self, id: str) -> Path:
        return self._folder / f"{id}.journal"

    @Slot()
    def write(self) -> None:
        """Writes what has changed since the last time; a timer calls this, and the end of the program."""
        self._timer.stop()
        for document in self._documents.items:
            if not document.dirty or self._written.get(document.id) == document.revision:
                continue
            if not document.is_editable:
                continue
            self._written[document.id] = document.revision
            self._submit(entry_of(document))

    def _submit(self, entry: JournalEntry) -> None:
        def work() -> None:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_whole(self._path(entry.id), dump_entry(entry), durable=False)

        def done(_: None) -> None:
            if self.trouble:
                self._tell("")
            self.trouble = ""

        def failed(error: OSError) -> None:
            self._written.pop(entry.id, None)
            if not self.trouble:
                self._tell(f"Text that is not saved would be lost in a crash: {why(error)}. Save what matters.")
            self.trouble = error.strerror or str(error)

        self._background.submit(work, done, failed)

    def close(self) -> None:
        """Writes the rest and stops listening."""
        self.write()
        for disconnect in self._connections:
            disconnect()
