"""The examples of the language reference: what stands in blocks marked ``aefl``.

They carry what they must do as the files of the corpus do (``tests/conformance/corpus.py``). A block marked
``aefl file=shapes.aefl`` is a file that the next program of the chapter imports.

``python -m tests.engine.docs.examples`` writes what every example does into the chapters, to be read before it is
committed; with names of chapters, into those.
"""

from __future__ import annotations

import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.conformance.corpus import CorpusFile, build, observed, problems_in_words, read_program, rewritten

DOCS = Path(__file__).parents[3] / "resources/docs"
CHAPTERS = sorted((DOCS / "language").glob("*.md"))

_BLOCK = re.compile(r"^```aefl(?: file=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Example:
    """A program of a chapter, with the files that it imports. ``start`` and ``end`` are its place in the chapter."""

    chapter: Path
    line: int
    text: str
    files: tuple[tuple[str, str], ...]
    start: int
    end: int

    @property
    def name(self) -> str:
        """``actors.md:12``."""
        return f"{self.chapter.name}:{self.line}"

    def program(self, folder: Path) -> CorpusFile:
        """The example as a program in that folder, which gets its other files."""
        for name, text in self.files:
            (folder / name).write_text(text, encoding="utf-8")
        path = folder / "main.aefl"
        path.write_text(self.text, encoding="utf-8")
        return read_program(path, self.text)


def examples_of(chapter: Path) -> list[Example]:
    """All programs of a chapter, in their order."""
    text = chapter.read_text(encoding="utf-8")
    found: list[Example] = []
    files: list[tuple[str, str]] = []
    for block in _BLOCK.finditer(text):
        if block[1]:
            files.append((block[1], block[2]))
            continue
        line = text.count("\n", 0, block.start()) + 1
        found.append(Example(chapter, line, block[2], tuple(files), *block.span(2)))
        files = []
    return found


def write(chapter: Path) -> None:
    """Writes what its examples do into a chapter, and shows what the compiler says of those it refuses."""
    text = chapter.read_text(encoding="utf-8")
    for example in reversed(examples_of(chapter)):
        with tempfile.TemporaryDirectory() as folder:
            program = example.program(Path(folder))
            text = text[: example.start] + rewritten(program, observed(program)) + text[example.end :]
            for problem in problems_in_words(build(program)):
                print(f"{example.name}: {problem}")
    chapter.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for path in CHAPTERS:
        if path.stem in sys.argv[1:] or not sys.argv[1:]:
            write(path)
