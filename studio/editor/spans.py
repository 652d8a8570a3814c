"""Marked stretches of a text that move along when it is edited: underlined problems, found words.

Positions are Qt's (UTF-16 units from the start of the document). Only those in view are ever looked at, so that a
thousand marks cost a key press nothing but a few additions.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(slots=True)
class Marked:
    """``start <= position < end``; ``key`` is what the owner wants to know again."""

    start: int
    end: int
    key: int


class Spans:
    """Stretches sorted by their start."""

    def __init__(self, items: Iterable[Marked] = ()) -> None:
        self.items = sorted(items, key=lambda s: (s.start, s.end))
        self._longest = max((s.end - s.start for s in self.items), default=0)

    def __len__(self) -> int:
        return len(self.items)

    def between(self, start: int, end: int) -> Iterator[Marked]:
        """Those that touch ``start <= position < end``."""
        index = bisect_left(self.items, start - self._longest, key=lambda s: s.start)
        while index < len(self.items):
            span = self.items[index]
            index += 1
            if span.start >= end:
                return
            if span.end > start or span.start == span.end:
                yield span

    def shift(self, position: int, removed: int, added: int) -> None:
        """The text changed: what stands behind moves, what was in it shrinks."""
        delta, after = added - removed, position + removed
        for span in self.items:
            span.start = span.start + delta if span.start >= after else min(span.start, position + added)
            span.end = span.end + delta if span.end >= after else min(span.end, position + added)
        self._longest = max((s.end - s.start for s in self.items), default=0)
