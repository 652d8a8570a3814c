"""What the system is told about large memories, where it listens (Linux). No result depends on it.

A page of 4 KiB is made when it is first touched, at half a microsecond or more: a run that spawns a million actors
spends half of its time there. With pages of 2 MiB that falls to a tenth. The first megabytes stay as they are, so that
a small program takes no more memory than it needs.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from functools import cache

SMALL_BYTES = 8 << 20
LARGE_PAGE = 2 << 20
MEMORY_MAX = 2 << 30
"""How far the heap of a machine can grow."""
_MADV_FREE, _MADV_HUGEPAGE = 8, 14


@cache
def _advise() -> Callable[[int, int, int], int] | None:
    if not sys.platform.startswith("linux"):
        return None
    advise = getattr(ctypes.CDLL(None), "madvise", None)
    if advise is not None:
        advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    return advise


def prefer_large_pages(address: int) -> None:
    """Asks for large pages behind the first ``SMALL_BYTES`` of a memory at an address."""
    advise = _advise()
    if advise is not None:
        start = _behind_small(address)
        advise(start, address + MEMORY_MAX - start, _MADV_HUGEPAGE)


def may_be_taken_back(address: int, size: int) -> None:
    """Says that nobody needs what a memory at an address holds behind its first ``SMALL_BYTES``, but that it may be
    written again: the system takes those pages when it is short of memory, and else leaves them where they are."""
    advise = _advise()
    if advise is not None and size > SMALL_BYTES + LARGE_PAGE:
        start = _behind_small(address)
        advise(start, address + size - start, _MADV_FREE)


def _behind_small(address: int) -> int:
    return -(-(address + SMALL_BYTES) // LARGE_PAGE) * LARGE_PAGE
