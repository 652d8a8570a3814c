"""Opening, saving and watching files: the model's ``FilePort``.

The disk is touched on the background thread only. What goes wrong is a notice that says what, where and why; the text
stays in the editor in every case. Files that change outside are noticed when the window is entered and before saving:
an unchanged document takes the new text over, a changed one is marked as being in conflict, and the user decides.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable
from pathlib import Path

from studio.model.document import DiskState, Document, Place
from studio.model.documents import new_id
from studio.model.session_state import OpenFile, with_recent
from studio.model.studio import StudioModel
from studio.model.workspace import HIDDEN, SUFFIXES, Entry, Example, describe_example, sort_entries
from studio.services.background import Background
from studio.services.journal import JournalEntry
from studio.services.text_files import LoadedText, look_at, read_text_file, why, write_text_file

TRACE_SUFFIX = ".aft"
FILES_MAX = 2_000
FOLDERS_MAX = 2_000
DEPTH_MAX = 5


class Files:
    """The files of the open documents."""

    def __init__(self, model: StudioModel, background: Background) -> None:
        self._model = model
        self._background = background
        self._opening: set[Path] = set()
        self._run_when_open: set[Path] = set()
        self._close_when_saved: set[str] = set()

    @property
    def busy(self) -> bool:
        """Whether something is being read or written."""
        return self._background.busy

    def open(self, path: Path, line: int | None = None, column: int = 1) -> None:
        """Opens a program, or a recorded run, or brings it to the front."""
        path = path.expanduser().absolute()
        if path.suffix == TRACE_SUFFIX:
            self._remember(path)
            self._model.run.open_trace(path)
            return
        document = self._model.documents.find(path)
        if document is not None:
            self._model.documents.activate(document)
            if line is not None:
                document.reveal(line, column)
        elif path not in self._opening:
            self._opening.add(path)
            self._background.submit(
                lambda: read_text_file(path),
                lambda loaded: self._opened(path, loaded, line, column),
                lambda error: self._failed_to_open(path, error),
            )

    def open_and_run(self, path: Path) -> None:
        """Opens a program and runs it as soon as it is there."""
        path = path.expanduser().absolute()
        document = self._model.documents.find(path)
        if document is None:
            self._run_when_open.add(path)
        self.open(path)
        if document is not None:
            self._model.run.start(document.text, document.file, unsaved=self._model.documents.texts())

    def _opened(self, path: Path, loaded: LoadedText, line: int | None, column: int) -> None:
        self._opening.discard(path)
        document = Document(new_id(), path, loaded.text, "", loaded.format, loaded.disk, loaded.read_only)
        self._model.documents.add(document)
        self._remember(path)
        if self._model.workspace.folder is None and not path.is_relative_to(self._model.examples):
            self._model.workspace.set_folder(path.parent)
        if loaded.remark:
            self._model.notice.emit("info", f"{path.name} {loaded.remark}")
        if line is not None:
            document.reveal(line, column)
        if path in self._run_when_open:
            self._run_when_open.discard(path)
            self._model.run.start(document.text, document.file, unsaved=self._model.documents.texts())

    def _failed_to_open(self, path: Path, error: OSError) -> None:
        self._opening.discard(path)
        self._run_when_open.discard(path)
        self._model.recent = tuple(other for other in self._model.recent if other != str(path))
        self._model.notice.emit("error", f"{path} cannot be opened: {why(error)}.")

    def _remember(self, path: Path) -> None:
        self._model.recent = with_recent(self._model.recent, str(path))

    def restore(self, file: OpenFile) -> None:
        """Opens a file as it was left; one that is gone by now is left out."""
        path = Path(file.path)

        def then(loaded: LoadedText) -> None:
            document = Document(new_id(), path, loaded.text, "", loaded.format, loaded.disk, loaded.read_only)
            document.cursor = Place(file.line, file.column)
            document.first_visible_line = file.first_visible_line
            self._model.documents.add(document, activate=False)
            if self._model.workspace.folder is None and not path.is_relative_to(self._model.examples):
                self._model.workspace.set_folder(path.parent)

        self._background.submit(lambda: read_text_file(path), then)

    def after(self, then: Callable[[], None]) -> None:
        """Calls something once all that was asked for so far is done."""
        self._background.submit(lambda: None, lambda _: then())

    def recover(self, entry: JournalEntry, place: Callable[[Document], None]) -> None:
        """Opens an unsaved text again; its file, if it has one, is looked at so that a change there is told."""

        def work() -> DiskState | None:
            try:
                return read_text_file(entry.path).disk if entry.path is not None else None
            except OSError:
                return None

        def then(disk: DiskState | None) -> None:
            document = Document(entry.id, entry.path, entry.text, entry.title, entry.format, disk)
            place(document)
            document.mark_unsaved()
            if entry.path is not None and entry.disk_digest and (disk is None or disk.digest != entry.disk_digest):
                document.set_conflict("removed" if disk is None else "changed")

        self._background.submit(work, then)

    def save(self, document: Document, path: Path | None = None) -> None:
        """Writes a document; while it is being written one may go on typing."""
        target = path.absolute() if path is not None else document.path
        assert target is not None, "a document without a file is saved under a name"
        other = self._model.documents.find(target)
        if other is not None and other is not document:
            self._model.notice.emit("error", f"{target.name} is open in another tab; close it to save over it.")
            return
        text, format, revision, known = document.text, document.format, document.revision, document.disk
        overwrite = path is not None or document.conflict != ""

        def work() -> tuple[str, object]:
            if not overwrite and known is not None:
                now = look_at(target, known)
                if now is not None and now.digest != known.digest:
                    return "changed", now
            return "saved", write_text_file(target, text, format)

        def then(outcome: tuple[str, object]) -> None:
            kind, value = outcome
            if kind == "changed":
                document.set_conflict("changed")
                return
            assert isinstance(value, tuple)
            disk, written = value
            document.read_only = False
            document.set_file(target, disk, written)
            if document.revision == revision:
                document.mark_saved()
            self._remember(target)
            if document.id in self._close_when_saved and not document.dirty:
                self._model.documents.remove(document)
            self._close_when_saved.discard(document.id)
            changed = "" if written.encoding == format.encoding else " as UTF-8, which has all its characters"
            self._model.notice.emit("info", f"Saved {target.name}{changed}.")

        def failed(error: OSError) -> None:
            self._close_when_saved.discard(document.id)
            self._model.notice.emit(
                "error",
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
            names = (f"{path.name} on the disk", f"{path.name} in the editor")
            return "\n".join(difflib.unified_diff(old.splitlines(), text.splitlines(), *names, lineterm=""))

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
            document.set_text(loaded.text, dirty=False)
            document.read_only = loaded.read_only
            document.set_file(path, loaded.disk, loaded.format)

        def failed(error: OSError) -> None:
            self._model.notice.emit("error", f"{path.name} cannot be read again: {why(error)}.")

        self._background.submit(lambda: read_text_file(path), then, failed)

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
                self.reload(document)
                self._model.notice.emit("info", f"{path.name} was changed outside and read again.")

        self._background.submit(lambda: look_at(path, known), then)

    def list_folder(self, folder: Path, then: Callable[[tuple[Entry, ...]], None]) -> None:
        """Lists a folder; one that cannot be read is told and counts as empty."""

        def failed(error: OSError) -> None:
            self._model.notice.emit("warning", f"{folder} cannot be listed: {why(error)}.")
            then(())

        self._background.submit(lambda: sort_entries({p: p.is_dir() for p in folder.iterdir()}), then, failed)

    def find_files(self, folder: Path, then: Callable[[tuple[Path, ...]], None]) -> None:
        """Looks for programs and recordings below a folder."""
        self._background.submit(lambda: find_files(folder), then)

    def read_examples(self) -> None:
        """Reads what examples there are."""
        folder = self._model.examples
        self._background.submit(lambda: read_examples(folder), self._model.workspace.set_examples)


def find_files(folder: Path) -> tuple[Path, ...]:
    """Programs and recordings below a folder, a bounded number, hidden folders left out."""
    found: list[Path] = []
    for visited, (place, folders, names) in enumerate(os.walk(folder)):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in HIDDEN)
        found.extend(Path(place, name) for name in sorted(names) if name.endswith(SUFFIXES))
        if len(found) > FILES_MAX or visited > FOLDERS_MAX:
            break
        if len(Path(place).relative_to(folder).parts) >= DEPTH_MAX:
            folders.clear()
    return tuple(found[:FILES_MAX])


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
