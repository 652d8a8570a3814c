"""Pictures of memory as pages: what did not change since the picture before is stored once.

A picture is the kernel's cells as they are, and the heap cut into pages of 4 KiB. Comparing the heap with the pages of
an earlier picture runs at the speed of memory, so a checkpoint costs little more than what really changed. A page that
no picture holds any more is used again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Ids = npt.NDArray[np.int64]
Pages = npt.NDArray[np.uint64]

PAGE = 4096
WORDS = PAGE // 8
_RESERVED_PAGES = 1 << 18
"""A gigabyte of addresses, of which the system gives only what is written to: pages never have to move."""
_FEWEST_PAGES = 1 << 12
_CHUNK_PAGES = 1_024
"""How many pages are compared at a time: 4 MiB, which stays in the cache."""
_MANY_PAGES = 16
"""From so many new pages on, those of zeros are looked for: a heap that has grown is full of them."""

ZERO_PAGE = 0


@dataclass(frozen=True, slots=True)
class PagedImage:
    """A picture: the kernel's cells, how long the heap is, and the ids of its pages, the last one padded with zeros."""

    cells: bytes
    heap_length: int
    ids: Ids

    @property
    def bytes(self) -> int:
        """How much memory it is a picture of."""
        return len(self.cells) + self.heap_length


def page_count(length: int) -> int:
    """How many pages a heap of that length has."""
    return -(-length // PAGE)


def _reserved() -> Pages:
    """Room for pages: as many as the system lets us reserve."""
    try:
        return np.empty((_RESERVED_PAGES, WORDS), np.uint64)
    except MemoryError:
        return np.empty((_FEWEST_PAGES, WORDS), np.uint64)


class PageStore:
    """Where pages are kept. Every ``capture`` is undone by one ``release``."""

    def __init__(self) -> None:
        self._pool = _reserved()
        self._pool[ZERO_PAGE] = 0
        self._references = np.zeros(len(self._pool), np.int32)
        self._used = 1
        self._free: list[Ids] = []
        self._free_count = 0
        # Fresh memory costs a fault for every page, so what is needed for comparing is kept.
        self._before: Pages = np.empty((_CHUNK_PAGES, WORDS), np.uint64)
        self._unequal = np.empty((_CHUNK_PAGES, WORDS), np.bool_)

    @property
    def bytes_used(self) -> int:
        """How much memory the pages take that some picture holds."""
        return (self._used - self._free_count) * PAGE

    def capture(self, cells: bytes, heap: Bytes, like: PagedImage | None) -> PagedImage:
        """A picture of cells and heap; ``like`` is an earlier one that is probably similar."""
        before = like.ids if like is not None else np.empty(0, np.int64)
        ids = np.empty(page_count(len(heap)), np.int64)
        whole = len(heap) // PAGE
        words = heap[: whole * PAGE].view(np.uint64).reshape(whole, WORDS)
        for start in range(0, whole, _CHUNK_PAGES):
            stop = min(whole, start + _CHUNK_PAGES)
            self._capture_chunk(words[start:stop], before[start:stop], ids[start:stop])
        if whole < len(ids):
            last = np.zeros((1, WORDS), np.uint64)
            last.view(np.uint8)[0, : len(heap) - whole * PAGE] = heap[whole * PAGE :]
            self._capture_chunk(last, before[whole : whole + 1], ids[whole:])
        self._references[ids] += 1  # no page but that of zeros is in one picture twice
        return PagedImage(cells, len(heap), ids)

    def _capture_chunk(self, pages: Pages, before: Ids, ids: Ids) -> None:
        """Sets the ids of pages, most of which are hopefully as ``before``."""
        known = len(before)
        old, unequal = self._before[:known], self._unequal[:known]
        np.take(self._pool, before, axis=0, out=old, mode="clip")
        np.not_equal(pages[:known], old, out=unequal)
        changed = np.flatnonzero(unequal.any(axis=1))
        if known < len(pages):
            changed = np.concatenate([changed, np.arange(known, len(pages))])
        ids[:known] = before
        if len(changed):
            ids[changed] = self._store(pages[changed])

    def _store(self, pages: Pages) -> Ids:
        if len(pages) < _MANY_PAGES:
            ids = self._allocate(len(pages))
            self._pool[ids] = pages
            return ids
        filled = np.flatnonzero(pages.any(axis=1))
        ids = np.full(len(pages), ZERO_PAGE, np.int64)
        ids[filled] = self._allocate(len(filled))
        self._pool[ids[filled]] = pages[filled]
        return ids

    def _allocate(self, count: int) -> Ids:
        if not self._free:
            return self._append(count)
        pieces: list[Ids] = []
        needed = count
        while needed and self._free:
            free = self._free.pop()
            taken, rest = free[:needed], free[needed:]
            if len(rest):
                self._free.append(rest)
            pieces.append(taken)
            needed -= len(taken)
            self._free_count -= len(taken)
        return np.concatenate([*pieces, self._append(needed)])

    def _append(self, count: int) -> Ids:
        start, self._used = self._used, self._used + count
        if self._used > len(self._pool):
            size = max(self._used, 2 * len(self._pool))
            pool, references = np.empty((size, WORDS), np.uint64), np.zeros(size, np.int32)
            pool[:start], references[:start] = self._pool[:start], self._references[:start]
            self._pool, self._references = pool, references
        return np.arange(start, self._used, dtype=np.int64)

    def write(self, image: PagedImage, heap: Bytes) -> None:
        """Puts a picture's heap back into memory of the same length."""
        whole = image.heap_length // PAGE
        if whole:
            words = heap[: whole * PAGE].view(np.uint64).reshape(whole, WORDS)
            np.take(self._pool, image.ids[:whole], axis=0, out=words, mode="clip")
        if whole < len(image.ids):
            last = self._pool[image.ids[-1]].view(np.uint8)
            heap[whole * PAGE :] = last[: len(heap) - whole * PAGE]

    def release(self, image: PagedImage) -> None:
        """Gives up a picture."""
        ids = image.ids[image.ids != ZERO_PAGE]
        self._references[ids] -= 1
        unused = ids[self._references[ids] == 0]
        if len(unused):
            self._free.append(unused)
            self._free_count += len(unused)

    def retain(self, image: PagedImage) -> None:
        """Holds a picture once more; undone by one ``release``."""
        self._references[image.ids[image.ids != ZERO_PAGE]] += 1

    def pages(self, ids: Ids) -> Pages:
        """A copy of the contents of pages, 512 words each."""
        return self._pool[ids]
