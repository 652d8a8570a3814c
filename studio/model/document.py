"""One open text: where it came from, whether it is saved, what is known of it, and what is marked in it.

While an editor shows a document, the editor's buffer is the text and the document asks for it only when somebody
needs it, so that typing copies nothing. Lines and columns count from 1, columns in code points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from engine.api import Analysis, Problem, plain_name
from studio.model.line_ends import LineEnds
from studio.model.signal import Signal


@dataclass(frozen=True, slots=True)
class TextFormat:
    """How a text is written to disk. ``eol`` is the line break in the file; inside it is always ``\\n``.

    ``mixed`` is what ends each line in a file that has several kinds of line breaks.
    """

    encoding: str = "utf-8"
    bom: bool = False
    eol: str = "\n"
    mixed: LineEnds | None = None


@dataclass(frozen=True, slots=True)
class DiskState:
    """What the file was when it was last read or written here. ``digest`` is of its bytes.

    ``real`` is its path without links, ``inode`` its device and number: files can have several names.
    """

    digest: str
    modified_ns: int
    size: int
    real: str = ""
    inode: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class ExecutionMark:
    """The lines of the turn that the playhead is at. ``kind``: ``turn`` or ``fault``."""

    line: int
    end_line: int
    kind: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a text."""

    line: int = 1
    column: int = 1


class Buffer(Protocol):
    """An editor that shows a document."""

    def current_text(self) -> str:
        """The text as it is now."""

    def replace_text(self, text: str) -> None:
        """Puts another text in its place, as one step that can be undone."""

    def reflow(self, text: str) -> None:
        """Puts the same text in another layout in its place, as one step that can be undone; the cursor stays at the
        character where it is, and that in view where it was."""

    def mark_saved(self) -> None:
        """What is in the buffer now is what is saved."""

    def perform(self, action: str) -> None:
        """Does an editing action by name."""

    def can_perform(self, action: str) -> str | None:
        """None if the action makes sense now, else why not."""


@dataclass(eq=False)
class Document:
    """An open text. ``id`` names its journal; ``path`` is None until it is first saved."""

    id: str
    path: Path | None
    initial: str = ""
    title: str = ""
    format: TextFormat = field(default_factory=TextFormat)
    disk: DiskState | None = None
    read_only: bool = False
    plain: bool = False
    """Whether this is a text to read rather than a program, such as a difference."""
    is_example: bool = False
    """Whether this is a file of the installation: it can be edited, and saving asks where to."""
    recorded: str = ""
    """The name of the file whose text a recording brought along, where this is such a text."""

    def __post_init__(self) -> None:
        self.edited: Signal[[]] = Signal()
        """The text changed."""
        self.state_changed: Signal[[]] = Signal()
        """Name, saved or not, what is on the disk, or whether it can be written changed."""
        self.analysed: Signal[[]] = Signal()
        self.marks_changed: Signal[[]] = Signal()
        self.cursor_moved: Signal[[]] = Signal()
        self.reveal_wanted: Signal[[Place]] = Signal()
        self.return_wanted: Signal[[Place, int]] = Signal()
        """The document is to be shown as it was left: with the cursor at a place, and a line at the top."""
        self.analysis = Analysis((), ())
        self.mark: ExecutionMark | None = None
        self.inline_values: Mapping[int, str] = {}
        self.cursor = Place()
        self.first_visible_line = 1
        self.revision = 0
        """Grows with every change of the text."""
        self.conflict = ""
        """``changed`` or ``removed`` when the file on the disk is no longer the one that was read."""
        self._dirty = False
        self._buffer: Buffer | None = None
        self._text: str | None = self.initial

    @property
    def name(self) -> str:
        """The file's name, or the title of a text without a file, as it is shown."""
        return plain_name(self.path.name if self.path is not None else self.title)

    @property
    def file(self) -> str:
        """What problems and runs call this text."""
        return str(self.path) if self.path is not None else self.title

    @property
    def is_program(self) -> bool:
        """Whether this is a text that can be checked and run."""
        return not self.plain and (self.path is None or self.path.suffix == ".aefl")

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with this text; its analysis also knows what is wrong with the files that it imports."""
        return tuple(problem for problem in self.analysis.problems if problem.file == self.file)

    @property
    def dirty(self) -> bool:
        """Whether the text differs from what is saved."""
        return self._dirty

    @property
    def is_editable(self) -> bool:
        """Whether a person can change this text. A file that cannot be written can be edited, and saved elsewhere."""
        return not self.read_only or self.path is not None

    @property
    def would_be_lost(self) -> bool:
        """Whether closing this document would lose what a person did to it."""
        return self._dirty and self.is_editable and (self.path is not None or bool(self.text))

    @property
    def buffer(self) -> Buffer | None:
        """The editor that shows this document, if one does."""
        return self._buffer

    @property
    def text(self) -> str:
        """The text as it is now, lines ended by ``\\n``."""
        if self._text is None:
            assert self._buffer is not None, "a text without an editor is kept here"
            self._text = self._buffer.current_text()
        return self._text

    def set_text(self, text: str, dirty: bool = True) -> None:
        """Replaces the text; an editor can undo that."""
        if self._buffer is not None:
            self._buffer.replace_text(text)
            if not dirty:
                self.mark_saved()
            return
        self._text = text
        self.revision += 1
        self._set_dirty(dirty)
        self.edited.emit()

    def reflow(self, text: str) -> None:
        """The same text in another layout; an editor keeps its cursor at the same character."""
        if self._buffer is not None:
            self._buffer.reflow(text)
        else:
            self.set_text(text)

    def attach(self, buffer: Buffer) -> None:
        """From now on the text is in this editor, which has taken it over."""
        self._buffer = buffer

    def detach(self) -> None:
        """The editor goes away; the text is kept here."""
        self._text = self.text
        self._buffer = None

    def note_edit(self, dirty: bool) -> None:
        """The editor says that its text changed."""
        self._text = None
        self.revision += 1
        self._set_dirty(dirty)
        self.edited.emit()

    def note_cursor(self, place: Place) -> None:
        """The editor says where its cursor is."""
        if place != self.cursor:
            self.cursor = place
            self.cursor_moved.emit()

    def mark_saved(self) -> None:
        """The text as it is now is what is on the disk."""
        if self._buffer is not None:
            self._buffer.mark_saved()
        self._set_dirty(False)

    def mark_unsaved(self) -> None:
        """The text is not what is on the disk, whatever the editor's undo history says."""
        self._set_dirty(True)

    def _set_dirty(self, dirty: bool) -> None:
        if dirty != self._dirty:
            self._dirty = dirty
            self.state_changed.emit()

    def set_file(self, path: Path, disk: DiskState | None, format: TextFormat) -> None:
        """Says which file this is and what was last read or written there."""
        self.path, self.disk, self.format, self.conflict = path, disk, format, ""
        self.state_changed.emit()

    def set_conflict(self, conflict: str) -> None:
        """Says what happened to the file: ``changed``, ``removed``, or nothing."""
        if conflict != self.conflict:
            self.conflict = conflict
            self.state_changed.emit()

    def set_analysis(self, analysis: Analysis) -> None:
        """Takes in what the checker found."""
        self.analysis = analysis
        self.analysed.emit()

    def set_marks(self, mark: ExecutionMark | None, inline_values: Mapping[int, str]) -> None:
        """Marks where execution is, and what to show behind which lines."""
        if mark != self.mark or inline_values != self.inline_values:
            self.mark, self.inline_values = mark, inline_values
            self.marks_changed.emit()

    def reveal(self, line: int, column: int = 1) -> None:
        """Brings a place into view and puts the cursor there."""
        if self._buffer is None:
            self.cursor = Place(line, column)
        self.reveal_wanted.emit(Place(line, column))

    def return_to(self, place: Place, first_visible_line: int) -> None:
        """Shows the document as it was left, without bringing it to the front."""
        self.cursor, self.first_visible_line = place, first_visible_line
        self.return_wanted.emit(place, first_visible_line)
