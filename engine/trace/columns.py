"""Events as columns: rows of one structured array, in blocks that can be dropped and computed again.

A run of ten million events is 400 MB of rows. Nothing has to be kept that a replay can bring back, so blocks are a
cache: the oldest unused go when there are too many, and ``missing`` says what must be computed before a ``read``. Blocks
hold plain words, because numpy copies structured rows field by field.
"""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
import numpy.typing as npt

from engine.base.events import EVENT_DTYPE

Events = npt.NDArray[np.void]

_WORDS = EVENT_DTYPE.itemsize // 8

BLOCK_EVENTS = 131_072
"""Five megabytes: large enough for numpy to ask the system for large pages, which spares a thousand faults."""
BLOCKS_MAX = 80
"""About ten million events, 420 MB."""


class EventColumns:
    """The events of one branch from number ``first`` on."""

    def __init__(self, first: int, blocks_max: int = BLOCKS_MAX) -> None:
        self.first = first
        self._blocks_max = max(2, blocks_max)
        self._blocks: OrderedDict[int, tuple[npt.NDArray[np.int64], int]] = OrderedDict()

    def put(self, number: int, events: Events) -> None:
        """Takes events from ``number`` on. What would leave a gap in a block is ignored: it can be computed later."""
        words = events.view(np.int64).reshape(len(events), _WORDS)
        done = 0
        while done < len(events):
            index, offset = divmod(number + done - self.first, BLOCK_EVENTS)
            count = min(len(events) - done, BLOCK_EVENTS - offset)
            block, filled = self._blocks.get(index) or (np.empty((BLOCK_EVENTS, _WORDS), np.int64), 0)
            if offset <= filled:
                block[offset : offset + count] = words[done : done + count]
                self._blocks[index] = (block, max(filled, offset + count))
                self._blocks.move_to_end(index)
            done += count
        while len(self._blocks) > self._blocks_max:
            self._blocks.popitem(last=False)

    def missing(self, start: int, stop: int) -> tuple[int, int] | None:
        """The first range inside ``start <= number < stop`` that is not there, at most a block long, or None."""
        while start < stop:
            index, offset = divmod(start - self.first, BLOCK_EVENTS)
            block_start = start - offset
            wanted = min(stop, block_start + BLOCK_EVENTS)
            filled = self._filled(index)
            if block_start + filled < wanted:
                return block_start + filled, wanted
            start = wanted
        return None

    def _filled(self, index: int) -> int:
        entry = self._blocks.get(index)
        return 0 if entry is None else entry[1]

    def read(self, start: int, stop: int) -> Events:
        """The events ``start <= number < stop``, which must be there; read-only, a view where they lie in one block."""
        pieces = []
        while start < stop:
            index, offset = divmod(start - self.first, BLOCK_EVENTS)
            count = min(stop - start, BLOCK_EVENTS - offset)
            block, filled = self._blocks[index]
            assert offset + count <= filled, "events are read that were never put there"
            self._blocks.move_to_end(index)
            pieces.append(block[offset : offset + count])
            start += count
        return read_only(join([piece.reshape(-1).view(EVENT_DTYPE) for piece in pieces]))


def join(pieces: list[Events]) -> Events:
    """One array of several; the piece itself where there is one."""
    if not pieces:
        return np.empty(0, EVENT_DTYPE)
    if len(pieces) == 1:
        return pieces[0]
    return np.concatenate([piece.view(np.int64) for piece in pieces]).view(EVENT_DTYPE)


def read_only(array: npt.NDArray[np.void]) -> npt.NDArray[np.void]:
    """A view that cannot be written."""
    view = array.view()
    view.flags.writeable = False
    return view
