"""What the models ask of the world outside: files, and the window around the views.

The application puts the real ones in; until then, and in tests of models, nothing happens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from engine.api import Analysis
from studio.model.document import Document
from studio.model.workspace import Entry, FoundFiles


@dataclass(frozen=True, slots=True)
class Language:
    """What an editor has to know of the language."""

    analyse: Callable[[str, str, Mapping[str, str]], Analysis]
    """Text, file name, and the texts of all open files by name in, problems and outline out. It is slow: it belongs on
    a thread."""
    highlight_line: Callable[[str, int], tuple[Iterable[tuple[int, int, str]], int]]
    """A line and the state before it in; ``(start, length, kind)`` in code points and the state after it out."""


class FilePort(Protocol):
    """Reads and writes files in the background; what goes wrong is told as a notice."""

    def open(self, path: Path, line: int | None = None, column: int = 1) -> None:
        """Opens a program or a recorded run, or shows it if it is open."""

    def with_document(self, path: Path, then: Callable[[Document], None]) -> None:
        """Hands over the document of a file later, opened behind the others if it was not; not if it cannot be read."""

    def open_and_run(self, path: Path) -> None:
        """Opens a program and runs it as soon as it is there."""

    def save(self, document: Document, path: Path | None = None) -> None:
        """Writes a document to its file, or to another that becomes its file."""

    def reload(self, document: Document) -> None:
        """Takes the text from the disk again; this can be undone in the editor."""

    def save_and_close(self, document: Document) -> None:
        """Writes a document and closes it once it is written."""

    def compare(self, document: Document) -> None:
        """Shows how the text differs from the file on the disk."""

    def find_files(self, folder: Path, then: Callable[[FoundFiles], None]) -> None:
        """Looks for files below a folder and hands them over later."""

    def keep_mine(self, document: Document) -> None:
        """The text here is right and what is on the disk is not; the next save writes over it."""

    def list_folder(self, folder: Path, then: Callable[[tuple[Entry, ...]], None]) -> None:
        """Lists a folder and hands the entries over later."""


class FormatPort(Protocol):
    """Lays texts out in the one style, in the background; what goes wrong is told as a notice."""

    def format(self, document: Document) -> None:
        """Formats a document, if it has no mistakes."""


class EditTarget(Protocol):
    """What editing commands act on."""

    def perform(self, action: str) -> None:
        """Does an editing action by name: ``undo``, ``redo``, ``cut``, ``copy``, ``paste`` or ``select_all``."""

    def can_perform(self, action: str) -> str | None:
        """None if the action makes sense now, else why not."""


class ShellPort(Protocol):
    """The window: what commands ask of it."""

    def edit_target(self) -> EditTarget | None:
        """What has the keyboard, if it is not the code: editing commands act there."""

    def show_palette(self, prefix: str) -> None:
        """Opens the palette with the beginning of a search."""

    def show_panel(self, id: str) -> None:
        """Brings a panel to the front and gives it the keyboard."""

    def toggle_panel(self, id: str) -> None:
        """Hides a panel, or shows it."""

    def panel_visible(self, id: str) -> bool:
        """Whether a panel can be seen."""

    def reset_layout(self) -> None:
        """Puts every panel where it is at first."""

    def toggle_full_screen(self) -> None:
        """Fills the screen, or no longer."""

    def ask_open(self) -> None:
        """Lets the user choose a file to open."""

    def ask_open_folder(self) -> None:
        """Lets the user choose a folder to work in."""

    def ask_save(self, document: Document) -> None:
        """Lets the user choose where to save a document."""

    def ask_save_recording(self) -> None:
        """Lets the user choose where to keep the recording of the run."""

    def show_welcome(self) -> None:
        """Shows the welcome page."""

    def show_reference(self) -> None:
        """Shows the language reference."""

    def show_text(self, title: str, text: str) -> None:
        """Shows a text that is not a file."""

    def close_window(self) -> None:
        """Closes the window; unsaved text is kept for the next start."""


class NoFiles:
    """Files of a Studio that has none."""

    def open(self, path: Path, line: int | None = None, column: int = 1) -> None:
        """Does nothing."""

    def with_document(self, path: Path, then: Callable[[Document], None]) -> None:
        """Does nothing."""

    def open_and_run(self, path: Path) -> None:
        """Does nothing."""

    def save(self, document: Document, path: Path | None = None) -> None:
        """Does nothing."""

    def reload(self, document: Document) -> None:
        """Does nothing."""

    def save_and_close(self, document: Document) -> None:
        """Does nothing."""

    def compare(self, document: Document) -> None:
        """Does nothing."""

    def find_files(self, folder: Path, then: Callable[[FoundFiles], None]) -> None:
        """Does nothing."""

    def keep_mine(self, document: Document) -> None:
        """Does nothing."""

    def list_folder(self, folder: Path, then: Callable[[tuple[Entry, ...]], None]) -> None:
        """Does nothing."""


class NoFormatting:
    """For a Studio that does not format."""

    def format(self, document: Document) -> None:
        """Does nothing."""


class NoShell:
    """A window that is not there."""

    def edit_target(self) -> EditTarget | None:
        """Nothing has the keyboard."""
        return None

    def show_palette(self, prefix: str) -> None:
        """Does nothing."""

    def show_panel(self, id: str) -> None:
        """Does nothing."""

    def toggle_panel(self, id: str) -> None:
        """Does nothing."""

    def panel_visible(self, id: str) -> bool:
        """No panel can be seen."""
        return False

    def reset_layout(self) -> None:
        """Does nothing."""

    def toggle_full_screen(self) -> None:
        """Does nothing."""

    def ask_open(self) -> None:
        """Does nothing."""

    def ask_open_folder(self) -> None:
        """Does nothing."""

    def ask_save(self, document: Document) -> None:
        """Does nothing."""

    def ask_save_recording(self) -> None:
        """Does nothing."""

    def show_welcome(self) -> None:
        """Does nothing."""

    def show_reference(self) -> None:
        """Does nothing."""

    def show_text(self, title: str, text: str) -> None:
        """Does nothing."""

    def close_window(self) -> None:
        """Does nothing."""
