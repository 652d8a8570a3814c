"""The language reference as Studio shows it: its chapters in order, where a link leads, and where a word is.

The chapters are Markdown. The first of them lists the others; what it does not name is not shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from studio.model.signal import Signal

START = "README.md"
GRAMMAR = "grammar.ebnf"
_LINK = re.compile(r"\[([^]]+)\]\(([^)]+)\)")
_HEADING = re.compile(r"^# +(.+)$", re.MULTILINE)
_MARKS = re.compile(r"`|\*\*")


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter; ``name`` is that of its file."""

    name: str
    title: str
    text: str

    @property
    def plain(self) -> str:
        """What a reader sees of it, roughly: without the marks of Markdown."""
        return _MARKS.sub("", _LINK.sub(r"\1", self.text))


class Reference:
    """The chapters; none until they have been read."""

    def __init__(self) -> None:
        self.changed: Signal[[]] = Signal()
        self.chapters: tuple[Chapter, ...] = ()

    def set_texts(self, texts: Mapping[str, str]) -> None:
        """Takes in the files of the reference, by name."""
        names = [START, *(file_of(target) for _, target in _LINK.findall(texts.get(START, "")))]
        self.chapters = tuple(_chapter(name, texts[name]) for name in dict.fromkeys(names) if name in texts)
        self.changed.emit()

    def chapter(self, name: str) -> Chapter | None:
        """A chapter by its name."""
        return next((chapter for chapter in self.chapters if chapter.name == name), None)

    def holding(self, words: str) -> tuple[str, ...]:
        """The names of the chapters in which a text is, whatever its case; all for an empty one."""
        wanted = words.casefold()
        return tuple(chapter.name for chapter in self.chapters if wanted in chapter.plain.casefold())


def file_of(target: str) -> str:
    """The name of the file that a link leads to; empty for one into the same chapter."""
    return target.partition("#")[0].rsplit("/", 1)[-1]


def anchor_of(heading: str) -> str:
    """What a link to a heading says behind its ``#``."""
    return re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", heading.strip().lower()))


def _chapter(name: str, text: str) -> Chapter:
    if name == GRAMMAR:
        text = f"# Grammar\n\nThe syntax in one piece.\n\n```ebnf\n{text.rstrip()}\n```\n"
    heading = _HEADING.search(text)
    return Chapter(name, heading[1] if heading is not None else name, text)
