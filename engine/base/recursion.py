"""Python's limit of nested calls, raised for code that follows the nesting of a program.

The limit belongs to the whole process, and code in C counts against it on the thread's own small stack: a parser of
JSON that trusts a high limit overflows it. So the limit is high only while a caller needs it.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_wanted: list[int] = []
_usual = 0


@contextmanager
def deep_recursion(limit: int) -> Iterator[None]:
    """Lets Python functions nest ``limit`` calls deep. Threads may overlap: the last to leave restores the limit."""
    global _usual
    with _lock:
        if not _wanted:
            _usual = sys.getrecursionlimit()
        _wanted.append(limit)
        _set()
    try:
        yield
    finally:
        with _lock:
            _wanted.remove(limit)
            _set()


def _set() -> None:
    """The highest limit that a caller wants. Python refuses one below the depth that the caller has come from."""
    limit = max(_wanted, default=_usual)
    if limit != sys.getrecursionlimit():
        sys.setrecursionlimit(max(limit, _usual))
