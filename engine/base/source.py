"""Places in source text.

Inside the engine a place is a pair of code point offsets. The files of one program lie end to end, the started file
first, so an offset says which file it is in, and a piece of one file that ends up in the code of another keeps its
place. Editors and people count differently, so conversion to lines and columns happens here and nowhere else.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate

from engine.base.value import value


@value(frozen=True, slots=True, order=True)
class Span:
    """The half-open range ``start <= offset < end``, in code points; within one file."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        """The smallest span that covers both."""
        return Span(min(self.start, other.start), max(self.end, other.end))


NOWHERE = Span(0, 0)


@value(frozen=True, slots=True)
class Position:
    """A place as people write it: line and column, both counted from 1, columns in code points."""

    line: int
    column: int


@dataclass(frozen=True)
class SourceFile:
    """One source text with the name shown in messages; the text was read by somebody else.

    ``start`` is the offset of its first character: not 0 where it lies behind other files of its program.
    """

    name: str
    text: str
    start: int = 0
    _line_starts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        lengths = [len(line) + 1 for line in self.text.split("\n")]
        object.__setattr__(self, "_line_starts", tuple(accumulate(lengths[:-1], initial=0)))

    @property
    def end(self) -> int:
        """The offset after its last character."""
        return self.start + len(self.text)

    @property
    def span(self) -> Span:
        """The whole text."""
        return Span(self.start, self.end)

    def cut(self, span: Span) -> str:
        """The text at a place."""
        return self.text[span.start - self.start : span.end - self.start]

    def position(self, offset: int) -> Position:
        """Line and column of an offset; an offset past the end gives the place after the last character."""
        offset = max(0, min(offset - self.start, len(self.text)))
        line = bisect_right(self._line_starts, offset) - 1
        return Position(line + 1, offset - self._line_starts[line] + 1)

    def offset(self, position: Position) -> int:
        """The offset of a position, clamped to the text."""
        line = max(1, min(position.line, len(self._line_starts)))
        return self.start + min(self._line_starts[line - 1] + max(0, position.column - 1), len(self.text))

    def line_text(self, line: int) -> str:
        """The text of a line (from 1) without its line break; empty outside the file."""
        if not 1 <= line <= len(self._line_starts):
            return ""
        start = self._line_starts[line - 1]
        end = self._line_starts[line] - 1 if line < len(self._line_starts) else len(self.text)
        return self.text[start:end]


@dataclass(frozen=True)
class Sources:
    """The files of one program, end to end; the first is the one that is started."""

    files: tuple[SourceFile, ...]

    @staticmethod
    def of(texts: Iterable[tuple[str, str]]) -> Sources:
        """Files by name and text, laid end to end."""
        files: list[SourceFile] = []
        for name, text in texts:
            files.append(SourceFile(name, text, files[-1].end + 1 if files else 0))
        return Sources(tuple(files))

    def at(self, offset: int) -> SourceFile:
        """The file that an offset is in."""
        return self.files[max(0, bisect_right(self.files, offset, key=lambda file: file.start) - 1)]

    def position(self, offset: int) -> Position:
        """Line and column in its file."""
        return self.at(offset).position(offset)

    def cut(self, span: Span) -> str:
        """The text at a place."""
        return self.at(span.start).cut(span)

    def named(self, name: str) -> SourceFile | None:
        """The file of that name."""
        return next((file for file in self.files if file.name == name), None)
