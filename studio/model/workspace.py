"""The folder that is worked in, and the examples that came along: what the explorer and the welcome page show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from studio.model.signal import Signal

SUFFIXES = (".aefl", ".aft")
HIDDEN = frozenset({"__pycache__", "node_modules"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder of a listing."""

    path: Path
    is_folder: bool


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """The programs and recordings below a folder, the nearest first; ``left_out`` says which are not among them."""

    paths: tuple[Path, ...] = ()
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """An example: its programs, what it is called and what it shows."""

    title: str
    about: str
    detail: str
    programs: tuple[Path, ...]


class Workspace:
    """Which folder is open, and the examples once they have been read."""

    def __init__(self) -> None:
        self.changed: Signal[[]] = Signal()
        self.folder: Path | None = None
        self.examples: tuple[Example, ...] = ()

    def set_folder(self, folder: Path | None) -> None:
        """Opens a folder."""
        if folder != self.folder:
            self.folder = folder
            self.changed.emit()

    def set_examples(self, examples: tuple[Example, ...]) -> None:
        """Takes in the examples."""
        self.examples = examples
        self.changed.emit()


def describe_example(name: str, readme: str, programs: tuple[Path, ...]) -> Example:
    """An example from its folder's name and its README: the heading is what it is about, the next lines the detail."""
    paragraphs = [part.strip() for part in readme.split("\n\n") if part.strip()]
    about = next((p.lstrip("# ").split("\n")[0] for p in paragraphs if p.startswith("#")), "")
    detail = next((" ".join(p.split()) for p in paragraphs if not p.startswith(("#", "```"))), "")
    return Example(name.replace("_", " ").capitalize(), about, detail.replace("`", ""), programs)


def sort_entries(entries: Mapping[Path, bool]) -> tuple[Entry, ...]:
    """Folders first, then files, by name; hidden ones left out."""
    shown = (
        Entry(path, folder)
        for path, folder in entries.items()
        if not path.name.startswith(".") and path.name not in HIDDEN
    )
    return tuple(sorted(shown, key=lambda e: (not e.is_folder, e.path.name.casefold(), e.path.name)))
