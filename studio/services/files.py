"""Opening, saving and watching files: the model's ``FilePort``.

The disk is touched on the background thread only. What goes wrong is a notice that says what, where and why; the text
stays in the editor in every case. Files that change outside are noticed when the window is entered and before saving:
an unchanged document takes the new text over, a changed one is marked as being in conflict, and the user decides.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from studio.model.difference import difference
from studio.model.document import DiskState, Document, Place, TextFormat
from studio.model.documents import new_id
from studio.model.session_state import OpenFile, with_recent
from studio.model.studio import StudioModel
from studio.model.workspace import HIDDEN, SUFFIXES, Entry, Example, FoundFiles, describe_example, sort_entries
from studio.services.background import Background
from studio.services.journal import JournalEntry
from studio.services.text_files import LoadedText, absolute, look_at, read_text_file, why, write_text_file

TRACE_SUFFIX = ".aft"
FILES_MAX = 2_000
FOLDERS_MAX = 2_000
Ready = Callable[[Document, bool], None]


class Files:
    """The files of the open documents."""

    def __init__(self, model: StudioModel, background: Background) -> None:
        self._model = model
        self._background = background
        self._examples = Path(os.path.realpath(model.examples))
        self._opening: dict[Path, list[Ready]] = {}
        """What to do once a file that is being read has its document."""
        self._close_when_saved: set[str] = set()
        self._last_written: dict[str, str] = {}
        """The digest of what was last written of a document; of the background's thread."""
        self._unreadable: dict[str, DiskState] = {}
        """What could not be shown of a document's file when it changed outside; told once."""

    @property
    def busy(self) -> bool:
        """Whether something is being read or written."""
        return self._background.busy

    def open(self, path: Path, line: int | None = None, column: int = 1) -> None:
        """Opens a program, or a recorded run, or brings it to the front."""
        if path.suffix == TRACE_SUFFIX:
            known = self._absolute(path, "opened")
            if known is None:
                return
            path = known
            self._remember(path)
            self._model.run.open_trace(path)
            return

        def ready(document: Document, is_new: bool) -> None:
            self._model.documents.activate(document)
            assert document.path is not None, "a file that was opened has a path"
            self._remember(document.path)
            if line is not None:
                document.reveal(line, column)

        self._with_document(path, ready)

    def open_and_run(self, path: Path) -> None:
        """Opens a program and runs it as soon as it is there."""

        def ready(document: Document, is_new: bool) -> None:
            self._model.documents.activate(document)
            self._model.run.start(document.text, document.file, unsaved=self._model.documents.texts())

        self._with_document(path, ready)

    def with_document(self, path: Path, then: Callable[[Document], None]) -> None:
        """Hands over the document of a file later, opened behind the others if it was not; not if it cannot be read."""
        self._with_document(path, lambda document, is_new: then(document), is_wanted=False)

    def _with_document(self, path: Path, ready: Ready, is_wanted: bool = True) -> None:
        """Calls ``ready`` with the document of a file and whether it was opened for that.

        A file has one document, whatever it is called this time. One that cannot be read is told if it ``is_wanted``.
        """
        known = self._absolute(path, "opened", is_wanted)
        if known is None:
            return
        path = known
        document = self._model.documents.find(path)
        if document is not None:
            ready(document, False)
        elif path in self._opening:
            self._opening[path].append(ready)
        else:
            self._opening[path] = [ready]
            self._background.submit(
                lambda: read_text_file(path),
                lambda loaded: self._opened(path, loaded),
                lambda error: self._failed_to_open(path, error, is_wanted),
            )

    def _absolute(self, path: Path, done: str, is_wanted: bool = True) -> Path | None:
        """The path from the root; None, which is told if it ``is_wanted``, where there can be no such file."""
        try:
            return absolute(path)
        except OSError as error:
            if is_wanted:
                self._model.recent = tuple(other for other in self._model.recent if other != str(path))
                self._model.notice.emit("error", f"{path.name} cannot be {done}: {why(error)}.")
            return None

    def _opened(self, path: Path, loaded: LoadedText) -> None:
        """A file was read: if it is open under another name, that document is the one."""
        documents = self._model.documents
        same = documents.find(path) or documents.find_real(loaded.disk.real)
        twin = next((d for d in documents.items if d.disk is not None and d.disk.inode == loaded.disk.inode), None)
        other = twin.path if twin is not None else None
        if same is not None or other is None:
            self._ready(path, same or self._add(path, loaded), is_new=same is None)
            return

        def found(is_same: bool) -> None:  # the number of a file may have gone to another meanwhile
            document = twin if is_same and twin in documents.items else None
            self._ready(path, document or self._add(path, loaded), is_new=document is None)

        self._background.submit(lambda: _is_same_file(path, other), found)

    def _add(self, path: Path, loaded: LoadedText) -> Document:
        """A document of a file that was read; it comes to the front only if nothing else is there."""
        path = Path(loaded.disk.real) if ".." in path.parts else path
        document = Document(new_id(), path, loaded.text, "", loaded.format, loaded.disk, loaded.read_only)
        document.is_example = self._is_example(loaded.disk)
        self._model.documents.add(document, activate=False)
        if self._model.workspace.folder is None and not document.is_example:
            self._model.workspace.set_folder(path.parent)
        if loaded.remark:
            self._model.notice.emit("info", f"{path.name} {loaded.remark}")
        return document

    def _is_example(self, disk: DiskState) -> bool:
        return Path(disk.real).is_relative_to(self._examples)

    def _ready(self, path: Path, document: Document, is_new: bool) -> None:
        self._model.trouble_over(f"read {path}")
        for number, ready in enumerate(self._opening.pop(path, [])):
            ready(document, is_new and number == 0)

    def _failed_to_open(self, path: Path, error: OSError, is_wanted: bool) -> None:
        several = len(self._opening.pop(path, [])) > 1
        if is_wanted or several:
            self._model.recent = tuple(other for other in self._model.recent if other != str(path))
            self._model.trouble(f"read {path}", f"{path} cannot be opened: {why(error)}.")

    def _remember(self, path: Path) -> None:
        self._model.recent = with_recent(self._model.recent, str(path))

    def restore(self, file: OpenFile) -> None:
        """Opens a file as it was left; one that is gone by now is left out."""

        def ready(document: Document, is_new: bool) -> None:
            if is_new:
                document.return_to(Place(file.line, file.column), file.first_visible_line)

        self._with_document(Path(file.path), ready, is_wanted=False)

    def after(self, then: Callable[[], None]) -> None:
        """Calls something once all that was asked for so far is done."""
        self._background.submit(lambda: None, lambda _: then())

    def recover(self, entry: JournalEntry, place: Callable[[Document], None]) -> None:
        """Opens an unsaved text again; its file, if it has one, is looked at so that a change there is told.

        The document knows the file as it was when the edit began, not as it is now: only so does a later look at the
        disk, or a save, still see the change.
        """

        def work() -> LoadedText | None:
            try:
                return read_text_file(entry.path) if entry.path is not None else None
            except OSError:
                return None

        def then(loaded: LoadedText | None) -> None:
            disk = loaded.disk if loaded is not None else None
            known = loaded is not None and loaded.disk.digest == entry.disk_digest
            format = loaded.format if loaded is not None and known else entry.format
            read_only = loaded is not None and loaded.read_only
            path, title, documents = entry.path, entry.title, self._model.documents
            if path is not None and (documents.find(path) or documents.find_real(disk.real if disk else "")):
                title = f"{path.name} (recovered)"  # a file has one tab, and no text is dropped
                path, disk = None, None
            known_disk = _disk_as_it_was(disk, entry.disk_digest) if path is not None else None
            document = Document(entry.id, path, entry.text, title, format, known_disk, read_only and path is not None)
            document.is_example = disk is not None and self._is_example(disk)
            place(document)
            if path is not None and disk is not None and loaded is not None and loaded.text == entry.text:
                document.set_file(path, disk, format)  # it was saved in the last moment: nothing is to be recovered
                return
            document.mark_unsaved()
            if path is not None and entry.disk_digest and (disk is None or disk.digest != entry.disk_digest):
                document.set_conflict("removed" if disk is None else "changed")

        self._background.submit(work, then)

    def save(self, document: Document, path: Path | None = None) -> None:
        """Writes a document; while it is being written one may go on typing."""
        target = self._absolute(path, "saved") if path is not None else document.path
        if target is None and path is not None:
            return
        if target is None or (path is None and document.is_example):
            self._model.shell.ask_save(document)  # the examples belong to the installation
            return
        if path is None and document.conflict == "changed":
            self._close_when_saved.discard(document.id)
            document.state_changed.emit()  # the question comes back if it was closed
            self._model.notice.emit("warning", f"{target.name} is not saved: choose first which version to keep.")
            return
        if path is None:
            self._write(document, target, document.conflict == "removed")
            return

        def then(real: str) -> None:
            other = self._model.documents.find(target) or self._model.documents.find_real(real)
            if other is not None and other is not document:
                self._model.notice.emit("error", f"{target.name} is open in another tab; close it to save over it.")
            else:
                self._write(document, target, overwrite=True)

        self._background.submit(lambda: os.path.realpath(target), then)

    def _write(self, document: Document, target: Path, overwrite: bool) -> None:
        text, format, revision, known = document.text, document.format, document.revision, document.disk

        def work() -> tuple[DiskState, TextFormat] | None:
            if not overwrite and known is not None:
                now = look_at(target, known)
                if now is not None and now.digest not in (known.digest, self._last_written.get(document.id)):
                    return None
            disk, written = write_text_file(target, text, format)
            self._last_written[document.id] = disk.digest
            return disk, written

        def then(outcome: tuple[DiskState, TextFormat] | None) -> None:
            if outcome is None:
                self._close_when_saved.discard(document.id)
                document.set_conflict("changed")
                return
            disk, written = outcome
            document.read_only = False
            document.is_example = self._is_example(disk)
            document.set_file(target, disk, written)
            if document.revision == revision:
                document.mark_saved()
            self._remember(target)
            is_open = document in self._model.documents.items
            if document.id in self._close_when_saved and is_open and not document.dirty:
                self._model.documents.remove(document)
            self._close_when_saved.discard(document.id)
            self._model.trouble_over(f"save {document.id}")
            changed = "" if written.encoding == format.encoding else " as UTF-8, which has all its characters"
            self._model.notice.emit("info", f"Saved {target.name}{changed}.")

        def failed(error: OSError) -> None:
            self._close_when_saved.discard(document.id)
            self._model.trouble(
                f"save {document.id}",
                f"{target.name} could not be saved: {why(error)}. The file is as it was and your text is still here; "
                "Save As puts it elsewhere.",
            )

        self._background.submit(work, then, failed)

    def save_and_close(self, document: Document) -> None:
        """Writes a document and closes it once it is written."""
        self._close_when_saved.add(document.id)
        self.save(document)

    def compare(self, document: Document) -> None:
        """Shows how the text differs from the file on the disk, as a unified difference."""
        path, text = document.path, document.text
        assert path is not None, "only a file can be compared with"

        def work() -> str:
            old = read_text_file(path).text
            return difference(old, text, f"{path.name} on the disk", f"{path.name} in the editor")

        def then(difference: str) -> None:
            self._model.shell.show_text(f"{path.name} (difference)", (difference or "There is no difference.") + "\n")

        def failed(error: OSError) -> None:
            self._model.notice.emit("error", f"{path.name} cannot be read: {why(error)}.")

        self._background.submit(work, then, failed)

    def reload(self, document: Document) -> None:
        """Takes the text from the disk again."""
        path = document.path
        assert path is not None, "only a file can be read again"

        def then(loaded: LoadedText) -> None:
            self._model.trouble_over(f"read {path}")
            self._show_again(document, path, loaded)

        def failed(error: OSError) -> None:
            self._model.trouble(f"read {path}", f"{path.name} cannot be read again: {why(error)}.")

        self._background.submit(lambda: read_text_file(path), then, failed)

    def _show_again(self, document: Document, path: Path, loaded: LoadedText) -> None:
        document.set_text(loaded.text, dirty=False)
        document.read_only = loaded.read_only
        document.set_file(path, loaded.disk, loaded.format)

    def keep_mine(self, document: Document) -> None:
        """The user wants the text as it is here: the next save writes over what is on the disk."""
        path, known = document.path, document.disk
        assert path is not None, "only a file can be in conflict"
        assert known is not None, "only a file that was read can be in conflict"

        def then(now: DiskState | None) -> None:
            document.set_file(path, now, document.format)
            document.mark_unsaved()

        self._background.submit(lambda: look_at(path, known), then)

    def check_disk(self) -> None:
        """Looks at the files of all open documents; called when the window is entered."""
        for document in self._model.documents.items:
            if document.path is not None and document.disk is not None:
                self._check(document, document.path, document.disk)

    def _check(self, document: Document, path: Path, known: DiskState) -> None:
        def then(now: DiskState | None) -> None:
            if document.disk != known or document not in self._model.documents.items:
                return
            if now is None:
                if document.conflict != "removed":
                    document.set_conflict("removed")
                    document.mark_unsaved()
            elif now.digest == known.digest:
                document.disk = now
                document.set_conflict("")
            elif document.dirty:
                document.set_conflict("changed")
            else:
                self._take_over(document, path, now)

        self._background.submit(lambda: look_at(path, known), then)

    def _take_over(self, document: Document, path: Path, now: DiskState) -> None:
        """An unchanged document takes over what its file is now. A file that cannot be shown is told once."""

        def then(loaded: LoadedText) -> None:
            if document.dirty:
                document.set_conflict("changed")
                return
            self._show_again(document, path, loaded)
            self._model.notice.emit("info", f"{path.name} was changed outside and reloaded.")

        def failed(error: OSError) -> None:
            if self._unreadable.get(document.id) != now:
                self._unreadable[document.id] = now
                text = f"{path.name} was changed outside and cannot be shown: {why(error)}. The tab keeps the old text."
                self._model.notice.emit("error", text)

        self._background.submit(lambda: read_text_file(path), then, failed)

    def list_folder(self, folder: Path, then: Callable[[tuple[Entry, ...]], None]) -> None:
        """Lists a folder; one that cannot be read is told and counts as empty."""

        def failed(error: OSError) -> None:
            self._model.notice.emit("warning", f"{folder} cannot be listed: {why(error)}.")
            then(())

        self._background.submit(lambda: sort_entries({p: p.is_dir() for p in folder.iterdir()}), then, failed)

    def find_files(self, folder: Path, then: Callable[[FoundFiles], None]) -> None:
        """Looks for programs and recordings below a folder."""
        self._background.submit(lambda: find_files(folder), then)

    def read_examples(self) -> None:
        """Reads what examples there are."""
        folder = self._model.examples
        self._background.submit(lambda: read_examples(folder), self._model.workspace.set_examples)


def find_files(folder: Path) -> FoundFiles:
    """Programs and recordings below a folder, a bounded number; hidden folders and links to folders are left out."""
    found: list[Path] = []
    folders = deque([str(folder)])
    for _ in range(FOLDERS_MAX):
        if not folders or len(found) > FILES_MAX:
            break
        place, below, names = next(os.walk(folders.popleft()), ("", [], []))
        inside = sorted(name for name in below if not name.startswith(".") and name not in HIDDEN)
        folders.extend(path for name in inside if not os.path.islink(path := os.path.join(place, name)))
        found.extend(Path(place, name) for name in sorted(names) if name.endswith(SUFFIXES))
    if len(found) > FILES_MAX:
        return FoundFiles(tuple(found[:FILES_MAX]), f"Only the nearest {FILES_MAX:,} files of {folder} are searched.")
    if folders:
        return FoundFiles(tuple(found), f"Only the nearest {FOLDERS_MAX:,} folders of {folder} are searched.")
    return FoundFiles(tuple(found))


def _disk_as_it_was(now: DiskState | None, digest: str) -> DiskState | None:
    """The file that an edit began with, known by its digest alone if it has changed since."""
    if now is not None and now.digest == digest:
        return now
    if now is None:
        return DiskState(digest, 0, 0) if digest else None
    return replace(now, digest=digest, modified_ns=0, size=0)


def _is_same_file(left: Path, right: Path) -> bool:
    try:
        return os.path.samefile(left, right)
    except OSError:
        return False


def read_examples(folder: Path) -> tuple[Example, ...]:
    """The examples of a folder: each a folder with programs and a README."""
    found = []
    for place in sorted(p for p in folder.iterdir() if p.is_dir()) if folder.is_dir() else ():
        programs = tuple(sorted(place.glob("*.aefl")))
        if programs:
            readme = place / "README.md"
            text = readme.read_text(encoding="utf-8") if readme.is_file() else ""
            found.append(describe_example(place.name, text, programs))
    return tuple(found)
