"""Places in source text.

Inside the engine a place is a pair of code point offsets into one file. Editors and people
count differently, so conversion to lines and columns happens here and nowhere else.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The half-open range ``start <= offset < end``, in code points of one file."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        """The smallest span that covers both."""
        return Span(min(self.start, other.start), max(self.end, other.end))


NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Position:
    """A place as people write it: line and column, both counted from 1, columns in code points."""

    line: int
    column: int


@dataclass(frozen=True)
class SourceFile:
    """One source text with the name shown in messages; the text was read by somebody else."""

    name: str
    text: str
    _line_starts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        starts = [0]
        starts.extend(i + 1 for i, char in enumerate(self.text) if char == "\n")
        object.__setattr__(self, "_line_starts", tuple(starts))

    def position(self, offset: int) -> Position:
        """Line and column of an offset; an offset past the end gives the place after the last character."""
        offset = max(0, min(offset, len(self.text)))
        line = bisect_right(self._line_starts, offset) - 1
        return Position(line + 1, offset - self._line_starts[line] + 1)

    def offset(self, position: Position) -> int:
        """The offset of a position, clamped to the text."""
        line = max(1, min(position.line, len(self._line_starts)))
        return min(self._line_starts[line - 1] + max(0, position.column - 1), len(self.text))

    def line_text(self, line: int) -> str:
        """The text of a line (from 1) without its line break; empty outside the file."""
        if not 1 <= line <= len(self._line_starts):
            return ""
        start = self._line_starts[line - 1]
        end = self._line_starts[line] - 1 if line < len(self._line_starts) else len(self.text)
        return self.text[start:end]
