"""Pictures of memory as pages: what did not change since the picture before is stored once.

A picture is the machine's two ranges of memory, cut into pages of 4 KiB. Comparing memory with the pages of an earlier picture
runs at the speed of memory, so a checkpoint costs little more than what really changed. Pages live in segments that
never move; a page that no picture holds any more is used again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Ids = npt.NDArray[np.int64]
Pages = npt.NDArray[np.uint64]

PAGE = 4096
_WORDS = PAGE // 8
_SEGMENT_BITS = 10
_SEGMENT_PAGES = 1 << _SEGMENT_BITS
_CHUNK_PAGES = 1024
"""How many pages are compared at a time: 4 MiB, which stays in the cache."""

ZERO_PAGE = 0


@dataclass(frozen=True, slots=True)
class PagedImage:
    """A picture: the lengths of the two ranges, and the ids of their pages, first range first."""

    low_length: int
    heap_length: int
    ids: Ids

    @property
    def bytes(self) -> int:
        """How much memory it is a picture of."""
        return self.low_length + self.heap_length


def page_count(length: int) -> int:
    """How many pages a range of that length has."""
    return -(-length // PAGE)


class PageStore:
    """Where pages are kept. Every ``capture`` is undone by one ``release``."""

    def __init__(self) -> None:
        self._segments: list[Pages] = [np.empty((_SEGMENT_PAGES, _WORDS), np.uint64)]
        self._segments[0][ZERO_PAGE] = 0
        self._used = 1  # the first page is the one of zeros
        self._references = np.zeros(_SEGMENT_PAGES, np.int32)
        self._free: list[Ids] = []
        self._free_count = 0
        # Fresh memory costs a fault for every page, so what is needed for comparing is kept.
        self._before = np.empty((_CHUNK_PAGES, _WORDS), np.uint64)
        self._unequal = np.empty((_CHUNK_PAGES, _WORDS), np.bool_)

    @property
    def bytes_used(self) -> int:
        """How much memory the pages take that some picture holds."""
        return (self._used - self._free_count) * PAGE

    def capture(self, low: Bytes, heap: Bytes, like: PagedImage | None) -> PagedImage:
        """A picture of two ranges of memory; ``like`` is an earlier one that is probably similar."""
        low_pages = page_count(len(low))
        before = like.ids if like is not None else np.empty(0, np.int64)
        ids = np.concatenate([self._range(low, before[:low_pages]), self._range(heap, before[low_pages:])])
        self._references[ids] += 1  # no page but that of zeros is in one picture twice
        return PagedImage(len(low), len(heap), ids)

    def write(self, image: PagedImage, low: Bytes, heap: Bytes) -> None:
        """Puts a picture back into memory; the ranges have the picture's lengths."""
        low_pages = page_count(image.low_length)
        self._write_range(low, image.ids[:low_pages])
        self._write_range(heap, image.ids[low_pages:])

    def release(self, image: PagedImage) -> None:
        """Gives up a picture."""
        ids = image.ids[image.ids != ZERO_PAGE]
        self._references[ids] -= 1
        unused = ids[self._references[ids] == 0]
        self._free.append(unused)
        self._free_count += len(unused)

    def pages(self, ids: Ids) -> Pages:
        """A copy of the contents of pages, 512 words each."""
        out = np.empty((len(ids), _WORDS), np.uint64)
        self._gather(ids, out)
        return out

    # --- one range --------------------------------------------------------------------------------

    def _range(self, memory: Bytes, before: Ids) -> Ids:
        """The ids of a range's pages, most of them hopefully those of ``before``."""
        whole = len(memory) // PAGE
        ids = np.empty(page_count(len(memory)), np.int64)
        words = memory[: whole * PAGE].view(np.uint64).reshape(whole, _WORDS)
        for start in range(0, whole, _CHUNK_PAGES):
            stop = min(whole, start + _CHUNK_PAGES)
            ids[start:stop] = self._chunk(words[start:stop], before[start:stop])
        if whole < len(ids):
            last = np.zeros((1, _WORDS), np.uint64)
            last.view(np.uint8)[0, : len(memory) - whole * PAGE] = memory[whole * PAGE :]
            ids[whole:] = self._chunk(last, before[whole : whole + 1])
        return ids

    def _chunk(self, pages: Pages, before: Ids) -> Ids:
        ids = np.empty(len(pages), np.int64)
        ids[: len(before)] = before
        changed = np.ones(len(pages), bool)
        known = len(before)
        self._gather(before, self._before[:known])
        np.not_equal(pages[:known], self._before[:known], out=self._unequal[:known])
        self._unequal[:known].any(axis=1, out=changed[:known])
        fresh = pages[changed]
        if len(fresh):
            filled = fresh.any(axis=1)
            new_ids = np.full(len(fresh), ZERO_PAGE, np.int64)
            new_ids[filled] = self._store(fresh[filled])
            ids[changed] = new_ids
        return ids

    def _write_range(self, memory: Bytes, ids: Ids) -> None:
        whole = len(memory) // PAGE
        words = memory[: whole * PAGE].view(np.uint64).reshape(whole, _WORDS)
        for start in range(0, whole, _CHUNK_PAGES):
            stop = min(whole, start + _CHUNK_PAGES)
            self._gather(ids[start:stop], words[start:stop])
        if whole < len(ids):
            memory[whole * PAGE :] = self.pages(ids[whole:]).view(np.uint8)[0, : len(memory) - whole * PAGE]

    # --- segments ---------------------------------------------------------------------------------

    def _gather(self, ids: Ids, out: Pages) -> None:
        if not len(ids):
            return
        segments = ids >> _SEGMENT_BITS
        rows = ids & (_SEGMENT_PAGES - 1)
        first = int(segments[0])
        if (segments == first).all():
            np.take(self._segments[first], rows, axis=0, out=out, mode="clip")
            return
        for segment in np.unique(segments):
            here = np.flatnonzero(segments == segment)
            out[here] = self._segments[int(segment)][rows[here]]

    def _store(self, pages: Pages) -> Ids:
        ids = self._allocate(len(pages))
        segments = ids >> _SEGMENT_BITS
        for segment in np.unique(segments):
            here = np.flatnonzero(segments == segment)
            self._segments[int(segment)][ids[here] & (_SEGMENT_PAGES - 1)] = pages[here]
        return ids

    def _allocate(self, count: int) -> Ids:
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
        if needed:
            pieces.append(np.arange(self._used, self._used + needed, dtype=np.int64))
            self._used += needed
            while len(self._segments) * _SEGMENT_PAGES < self._used:
                self._segments.append(np.empty((_SEGMENT_PAGES, _WORDS), np.uint64))
            if len(self._references) < self._used:
                grown = np.zeros(max(self._used, 2 * len(self._references)), np.int32)
                grown[: len(self._references)] = self._references
                self._references = grown
        return np.concatenate(pieces)
