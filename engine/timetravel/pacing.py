"""How much to run at once: time is looked at only to keep slices short, never to decide what happens in them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

from engine.vm.stopping import come_up_for_air

AIR_SECONDS = 0.01
"""How often running code looks whether it should pause."""
SLICE_SECONDS = 0.012
INSIST_SECONDS = 0.02
_FIRST_SLICE = 512
_SLICE_MAX = 1 << 20


class Pacer:
    """Says how many events to replay next, so that a slice takes about ``SLICE_SECONDS``."""

    def __init__(self) -> None:
        self._events = _FIRST_SLICE

    @property
    def events(self) -> int:
        """The size of the next slice."""
        return self._events

    def ran(self, events: int, seconds: float) -> None:
        """Learns from a slice."""
        if seconds < SLICE_SECONDS / 2 and events >= self._events:
            self._events = min(_SLICE_MAX, self._events * 2)
        elif seconds > SLICE_SECONDS * 2:
            self._events = max(1, int(events * SLICE_SECONDS / seconds))


class Stopwatch:
    """How long something took."""

    def __init__(self) -> None:
        self._start = perf_counter()

    @property
    def seconds(self) -> float:
        """Since it was made or last restarted."""
        return perf_counter() - self._start

    def restart(self) -> None:
        """Starts again."""
        self._start = perf_counter()


@contextmanager
def coming_up_for_air() -> Iterator[None]:
    """Inside, a thread makes running code come up for air every ``AIR_SECONDS``, at the end of a turn."""
    done = threading.Event()

    def body() -> None:
        while not done.wait(AIR_SECONDS):
            come_up_for_air()

    thread = threading.Thread(target=body, name="air", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


@contextmanager
def interrupting_after(seconds: float, interrupt: Callable[[], None]) -> Iterator[threading.Event]:
    """Inside, a thread calls ``interrupt`` when so many seconds are over, and again and again from then on, as one call
    may come just before the work that it is to stop begins. Gives what is set when that time is over."""
    done, late = threading.Event(), threading.Event()

    def body() -> None:
        wait = min(seconds, threading.TIMEOUT_MAX)
        while not done.wait(wait):
            late.set()
            interrupt()
            wait = INSIST_SECONDS

    thread = threading.Thread(target=body, name="time limit", daemon=True)
    thread.start()
    try:
        yield late
    finally:
        done.set()
        thread.join()
