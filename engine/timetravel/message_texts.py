"""The messages of events as text, computed in blocks that are kept for a while: lists and timelines ask for many that
lie near each other, and again for the same."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable

from engine.timetravel.history import Line

BLOCK = 256
BLOCKS_MAX = 512

ReadTexts = Callable[[Line, int, int], Iterable[str]]
"""Computes the texts of the events ``start <= n < stop`` that a branch owns."""


class MessageTexts:
    """Texts of the events that branches own."""

    def __init__(self) -> None:
        self._blocks: OrderedDict[tuple[int, int, int], tuple[str, ...]] = OrderedDict()

    def of(self, line: Line, start: int, stop: int, read: ReadTexts) -> list[str]:
        """Those of the events ``start <= n < stop``; ``read`` computes what is not known."""
        texts: list[str] = []
        while start < stop:
            block_start = start - (start - line.at) % BLOCK
            block_stop = min(block_start + BLOCK, line.total)
            end = min(stop, block_stop)
            texts.extend(self._block(line, block_start, block_stop, read)[start - block_start : end - block_start])
            start = end
        return texts

    def _block(self, line: Line, start: int, stop: int, read: ReadTexts) -> tuple[str, ...]:
        key = (line.id, start, stop)
        known = self._blocks.get(key)
        if known is None:
            known = self._blocks[key] = tuple(read(line, start, stop))
            while len(self._blocks) > BLOCKS_MAX:
                self._blocks.popitem(last=False)
        return known
