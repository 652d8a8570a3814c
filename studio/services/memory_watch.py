"""Notices that a run has taken much memory since it was let go on.

Views need every event of the shown branch at hand, so a program that never ends would take all memory of the machine.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.api import EVENT_DTYPE, Output
from studio.model.figures import counted

MEMORY_MAX = 2 << 30
"""How many bytes a run may take before it is paused: those of fifty million events."""
OUTPUT_BYTES = 600
"""About what an output takes besides its text: an object and its row in a table."""


class MemoryWatch:
    """Counts what a run takes in bytes, roughly."""

    def __init__(self, memory_max: int = MEMORY_MAX) -> None:
        self._memory_max = memory_max
        self._taken = 0

    def restart(self) -> None:
        """The run goes on, with as much room as at first."""
        self._taken = 0

    def count(self, events: int, outputs: Sequence[Output]) -> None:
        """The run has grown by so much."""
        self._taken += events * EVENT_DTYPE.itemsize
        self._taken += sum(OUTPUT_BYTES + len(output.text) for output in outputs)

    @property
    def is_over(self) -> bool:
        """Whether the run has taken all that it may."""
        return self._taken >= self._memory_max

    def sentence(self, total: int) -> str:
        """Why the run is paused."""
        size, events = f"{self._memory_max / (1 << 30):.3g} GiB", counted(total, "event")
        return f"Paused after {events}: the last ones take about {size} of memory. Continue runs on for as much again."
