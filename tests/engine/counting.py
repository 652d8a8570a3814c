"""How much work something is, as a number of calls: it is the same on every machine, where a time is not."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType


class TooMuchWork(Exception):
    """The work took more calls than it may."""


def calls_of(work: Callable[[], object], most: int = 20_000_000) -> int:
    """How many calls of Python functions ``work`` makes. Raises ``TooMuchWork`` after ``most``."""
    count = 0

    def look(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        if event == "call":
            count += 1
            if count > most:
                sys.setprofile(None)
                raise TooMuchWork(f"more than {most:,} calls")

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count
