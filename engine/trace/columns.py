"""Events as columns: rows of one structured array, in blocks that can be dropped and computed again.

A run of ten million events is 400 MB of rows. Nothing has to be kept that a replay can bring back, so this is a cache:
the oldest unused rows go when there are too many, and ``missing`` says what must be computed before a ``read``. Rows
are computed by *blocks* and kept in *slabs* of many blocks, so that most reads are views. They are copied as plain
words, because numpy copies structured rows field by field.

Memory that the system has to find first takes longer to fill than the run takes that fills it. So a whole slab that
nobody looks at any more, neither the columns nor a view, is kept for the next run.
"""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.base.events import EVENT_DTYPE

Events = npt.NDArray[np.void]
Words = npt.NDArray[np.int64]

_WORDS = EVENT_DTYPE.itemsize // 8

BLOCK_EVENTS = 65_536
SLAB_EVENTS = 16 * BLOCK_EVENTS
"""42 MB, of which the system gives only what is written to."""
SLABS_MAX = 10
SPARE_SLABS_MAX = 1
_FEWEST_ROWS = 2_048

_spare: list[Words] = []
"""Whole slabs without an owner, for this process."""


class EventColumns:
    """The events of one branch from number ``first`` on."""

    def __init__(self, first: int, slabs_max: int = SLABS_MAX) -> None:
        self.first = first
        self._slabs_max = slabs_max
        self._slabs: OrderedDict[int, Words] = OrderedDict()
        self._filled: dict[int, int] = {}
        """How many rows a block has, from its beginning."""

    def put(self, number: int, events: Events) -> None:
        """Takes events from ``number`` on. What would leave a gap in a block is ignored: it can be computed later."""
        words = events.view(np.int64).reshape(len(events), _WORDS)
        done = 0
        while done < len(events):
            place = number + done - self.first
            block, offset = divmod(place, BLOCK_EVENTS)
            count = min(len(events) - done, BLOCK_EVENTS - offset)
            filled = self._filled.get(block, 0)
            if offset <= filled:
                start = place % SLAB_EVENTS
                self._slab(place // SLAB_EVENTS, start + count)[start : start + count] = words[done : done + count]
                self._filled[block] = max(filled, offset + count)
            done += count

    def _slab(self, index: int, rows: int) -> Words:
        """A slab with room for that many rows; a short run takes little, what was read before stays as it was."""
        slab = self._slabs.get(index)
        if slab is None or len(slab) < rows:
            room = _FEWEST_ROWS
            while room < rows:
                room *= 8
            grown = _whole_slab() if room >= SLAB_EVENTS or _spare else np.empty((room, _WORDS), np.int64)
            if slab is not None:
                grown[: len(slab)] = slab
            slab = self._slabs[index] = grown
            while len(self._slabs) > self._slabs_max:
                gone, _ = self._slabs.popitem(last=False)
                for block in range(gone * SLAB_EVENTS // BLOCK_EVENTS, (gone + 1) * SLAB_EVENTS // BLOCK_EVENTS):
                    self._filled.pop(block, None)
        self._slabs.move_to_end(index)
        return slab

    def missing(self, start: int, stop: int) -> tuple[int, int] | None:
        """The first range inside ``start <= number < stop`` that is not there, at most a block long, or None."""
        while start < stop:
            block, offset = divmod(start - self.first, BLOCK_EVENTS)
            block_start = start - offset
            wanted = min(stop, block_start + BLOCK_EVENTS)
            filled = self._filled.get(block, 0)
            if block_start + filled < wanted:
                return block_start + filled, wanted
            start = wanted
        return None

    def pieces(self, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """The range in parts that can each be read as a view."""
        while start < stop:
            end = min(stop, start + SLAB_EVENTS - (start - self.first) % SLAB_EVENTS)
            yield start, end
            start = end

    def read(self, start: int, stop: int) -> Events:
        """The events of one of the ``pieces``, which must be there; a read-only view."""
        assert self.missing(start, stop) is None, "events are read that were never put there"
        index, offset = divmod(start - self.first, SLAB_EVENTS)
        rows = self._slab(index, offset + stop - start)[offset : offset + stop - start]
        return read_only(rows.reshape(-1).view(EVENT_DTYPE))


class _Lease:
    """Stands between the memory of a slab and all arrays on it: it ends with the last of them."""

    def __init__(self, memory: Words) -> None:
        self.__array_interface__: dict[str, Any] = memory.__array_interface__


def _whole_slab() -> Words:
    try:
        memory = _spare.pop()
    except IndexError:
        memory = np.empty((SLAB_EVENTS, _WORDS), np.int64)
    lease = _Lease(memory)
    weakref.finalize(lease, _take_back, memory).atexit = False
    return np.asarray(lease)


def _take_back(memory: Words) -> None:
    if len(_spare) < SPARE_SLABS_MAX:
        _spare.append(memory)


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
