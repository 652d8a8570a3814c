"""Large pages for large memories, where the system has them (Linux).

A page of 4 KiB is made when it is first touched, at half a microsecond or more: a run that spawns a million actors
spends half of its time there. With pages of 2 MiB that falls to a tenth. The first megabytes stay as they are, so that
a small program takes no more memory than it needs.
"""

from __future__ import annotations

import ctypes
import sys

SMALL_BYTES = 8 << 20
LARGE_PAGE = 2 << 20
MEMORY_MAX = 2 << 30
"""How far the heap of a machine can grow."""
_MADV_HUGEPAGE = 14


def prefer_large_pages(address: int) -> None:
    """Asks for large pages behind the first ``SMALL_BYTES`` of a memory at an address. A system that does not know them
    or will not give them leaves everything as it is: no result depends on it."""
    if not sys.platform.startswith("linux"):
        return
    advise = getattr(ctypes.CDLL(None), "madvise", None)
    if advise is None:
        return
    advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    start = -(-(address + SMALL_BYTES) // LARGE_PAGE) * LARGE_PAGE
    advise(start, address + MEMORY_MAX - start, _MADV_HUGEPAGE)
