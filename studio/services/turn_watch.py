"""Notices a slice of a run that takes long because one of its turns does not end.

Events come out of the engine at the end of a slice. The slice is then interrupted once: what came before the turn is
told, the turn is named, and it begins again in a slice of its own, which is left alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

PATIENCE_SECONDS = 0.25
"""How long a slice may take at first; twice as long after each that was interrupted, because its turn begins again."""


class TurnWatch:
    """Watches the slices of a run. ``interrupt_if_late`` may be called on any thread."""

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._since: float | None = None
        self._patience = PATIENCE_SECONDS
        self._is_known = False
        """Whether the turn of the next slice has been named."""
        self.has_interrupted = False
        """Whether the last slice was interrupted."""

    def restart(self) -> None:
        """A run begins or goes on."""
        self._patience = PATIENCE_SECONDS
        self._is_known = False

    @contextmanager
    def slice(self) -> Iterator[None]:
        """Watches what is done inside."""
        with self._lock:
            self.has_interrupted = False
            self._since = None if self._is_known else self._clock()
            self._is_known = False
        try:
            yield
        finally:
            with self._lock:
                self._since = None

    def turn_is_known(self) -> None:
        """The turn that comes next has been named."""
        self._is_known = True

    def interrupt_if_late(self, interrupt: Callable[[], None]) -> None:
        """Calls ``interrupt`` if a slice is taking too long, once a slice."""
        with self._lock:
            if self._since is not None and self._clock() - self._since > self._patience:
                self._since = None
                self._patience *= 2
                self.has_interrupted = True
                interrupt()
