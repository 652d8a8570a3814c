"""Characters of an editor that stand for what Qt's text document cannot hold, or not quickly.

Qt ends a paragraph at U+2029, U+FDD0 and U+FDD1, which a program may have in its strings. And Qt lays out a whole line
for each key, which takes half a second for two million characters. So a *stand-in*, a character that Unicode reserves
for such uses or a private one, takes the place of each of the former, and one takes the place of the *rest* of a line
behind its first 10,000 characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

PARAGRAPH_ENDS = "\u2029\ufdd0\ufdd1"
"""What Qt takes for the end of a paragraph besides line breaks."""
SHOWN_MAX = 10_000
"""How many characters of a line an editor shows."""
REST_MIN = 100
"""A rest of fewer characters is shown."""
_CANDIDATES = tuple(map(chr, chain(range(0xFDD2, 0xFDF0), range(0xE000, 0xF900))))


class StandIns:
    """The stand-ins for one text. ``are_exact`` is false if the text leaves no character free to stand for another."""

    def __init__(self, text: str = "") -> None:
        used = set(text) & {*PARAGRAPH_ENDS, *_CANDIDATES} if not text.isascii() else set()
        self._free = iter([char for char in _CANDIDATES if char not in used])
        pairs = list(zip(PARAGRAPH_ENDS, self._free, strict=False))
        self.are_exact = len(pairs) == len(PARAGRAPH_ENDS) or used.isdisjoint(PARAGRAPH_ENDS)
        self._shown = {ord(char): stand_in for char, stand_in in pairs}
        self._ends = {ord(stand_in): char for char, stand_in in pairs}
        self._meant = dict(self._ends)
        self._stand_ins = {stand_in for _, stand_in in pairs}
        self._rests: dict[str, str] = {}
        """The stand-in of each rest of a line."""
        self._rest: re.Pattern[str] | None = None

    @property
    def hide_text(self) -> bool:
        """Whether there are stand-ins for rests of lines."""
        return bool(self._rests)

    def fit(self, text: str) -> bool:
        """Whether no character of this text is a stand-in already."""
        return text.isascii() or self._stand_ins.isdisjoint(text)

    def shown(self, text: str) -> str:
        """A text as the editor can hold it."""
        held = text if text.isascii() else text.translate(self._shown)
        pieces: list[str] = []
        done = 0
        for start, end in _long_lines(held):
            stand_in = self._stand_in(self.meant(held[start + SHOWN_MAX : end]))
            if stand_in is not None:
                pieces += [held[done : start + SHOWN_MAX], stand_in]
                done = end
        return "".join([*pieces, held[done:]])

    def _stand_in(self, rest: str) -> str | None:
        """The character for the rest of a line; None if none is free."""
        stand_in = self._rests.get(rest) or next(self._free, None)
        if stand_in is not None and rest not in self._rests:
            self._rests[rest] = stand_in
            self._meant[ord(stand_in)] = rest
            self._stand_ins.add(stand_in)
            self._rest = re.compile(f"[{''.join(self._rests.values())}]")
        return stand_in

    def meant(self, raw: str) -> str:
        """The text that the raw text of an editor stands for; Qt's paragraphs are its lines."""
        text = raw.replace("\u2029", "\n")
        return text if text.isascii() or self._stand_ins.isdisjoint(text) else text.translate(self._meant)

    def searched(self, raw: str) -> str:
        """The same text without the rests of lines, so that every character is at its place in the editor."""
        text = raw.replace("\u2029", "\n")
        return text if text.isascii() or self._stand_ins.isdisjoint(text) else text.translate(self._ends)

    def rests(self, line: str) -> Iterator[tuple[int, int]]:
        """Where a line of the editor has a stand-in for the rest of a line, and how many characters that has."""
        if self._rest is not None and not line.isascii():
            for found in self._rest.finditer(line):
                yield found.start(), len(self._meant[ord(found[0])])

    def column_shown(self, line: str, column: int) -> int:
        """Where the editor has a column of the line that is meant; columns count code points from 0."""
        for at, length in self.rests(line):
            if column <= at:
                break
            column = max(at, column - length + 1)
        return min(column, len(line))

    def column_meant(self, line: str, column: int) -> int:
        """The column of the line that is meant, for one of the editor's."""
        return len(self.meant(line[:column])) if self.hide_text else column


def _long_lines(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of the lines that are too long to be shown."""
    start, limit = 0, SHOWN_MAX + REST_MIN
    while len(text) - start >= limit:
        last = text.rfind("\n", start, start + limit)
        if last >= 0:
            start = last + 1
            continue
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield start, end
        start = end + 1
