"""How much to run at once: time is looked at only to keep slices short, never to decide what happens in them."""

from __future__ import annotations

from time import perf_counter

SLICE_SECONDS = 0.012
_FIRST_SLICE = 4_096
_SLICE_MAX = 1 << 20


class Pacer:
    """Says how many events to run next, so that a slice takes about ``SLICE_SECONDS``."""

    def __init__(self, budget_seconds: float = float("inf")) -> None:
        self._events = _FIRST_SLICE
        self._end = perf_counter() + budget_seconds

    @property
    def events(self) -> int:
        """The size of the next slice."""
        return self._events

    @property
    def is_over(self) -> bool:
        """Whether the budget is spent."""
        return perf_counter() >= self._end

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

    def restart(self) -> float:
        """Starts again; gives what it showed."""
        shown = self.seconds
        self._start += shown
        return shown
