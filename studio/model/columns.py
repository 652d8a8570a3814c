"""Columns: Qt and editors' protocols count UTF-16 units, people and the engine count code points.

Both count from 0 here. A character outside the basic plane, such as an emoji, is two units and one code point.
"""

from __future__ import annotations

import re
from bisect import bisect_left

_WIDE = re.compile("[\U00010000-\U0010ffff]")


def _is_plain(text: str) -> bool:
    return text.isascii() or max(text) <= "\uffff"


def to_utf16(text: str, column: int) -> int:
    """How many UTF-16 units the first ``column`` code points of a line take."""
    if _is_plain(text):
        return min(column, len(text))
    head = text[:column]
    return len(head) + sum(char > "\uffff" for char in head)


def from_utf16(text: str, units: int) -> int:
    """How many code points stand in the first ``units`` UTF-16 units of a line; half a pair counts as whole."""
    if _is_plain(text):
        return min(units, len(text))
    seen = 0
    for column, char in enumerate(text):
        if seen >= units:
            return column
        seen += 2 if char > "\uffff" else 1
    return len(text)


class Utf16Map:
    """Offsets of one text from code points to UTF-16 units and back, for many of them."""

    def __init__(self, text: str) -> None:
        self._wide = [] if text.isascii() else [found.start() for found in _WIDE.finditer(text)]

    def to_utf16(self, offset: int) -> int:
        """Units before this code point."""
        return offset + bisect_left(self._wide, offset)

    def from_utf16(self, units: int) -> int:
        """Code points before this unit."""
        wide = self._wide
        passed = bisect_left(range(len(wide)), units, key=lambda index: wide[index] + index + 1)
        return units - passed
