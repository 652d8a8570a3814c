"""The runs that were put away when another one was opened: each can be shown again, as it was left.

A run goes only when there are many or they hold much memory: the oldest first, and never one with forks, which are a
person's work. Those go when they are asked to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

RUNS_MAX = 8
BYTES_MAX = 1 << 30
KEPT_RUNS = f"Studio keeps the last {RUNS_MAX} runs, up to {BYTES_MAX >> 30} GiB, and all that have forks."
"""What a person should know of the limits."""


@dataclass(frozen=True, slots=True)
class RunEntry:
    """A run in the list. ``number`` counts the starts since Studio began; ``forks`` are its branches but the first."""

    number: int
    title: str
    forks: int
    events: int
    memory_bytes: int = 0


class KeptRuns:
    """The runs that are put away, by number, with what the model knew of each."""

    def __init__(self) -> None:
        self._entries: dict[int, RunEntry] = {}
        self._fields: dict[int, Mapping[str, object]] = {}

    @property
    def entries(self) -> tuple[RunEntry, ...]:
        """The runs in the order in which they were started."""
        return tuple(self._entries[number] for number in sorted(self._entries))

    def __contains__(self, number: int) -> bool:
        return number in self._entries

    def put(self, entry: RunEntry, fields: Mapping[str, object]) -> None:
        """Puts a run away."""
        self._entries[entry.number] = entry
        self._fields[entry.number] = fields

    def take(self, number: int) -> Mapping[str, object]:
        """Takes a run out again."""
        del self._entries[number]
        return self._fields.pop(number)

    def measure(self, number: int, memory_bytes: int) -> None:
        """How much memory the engine holds for a run."""
        if number in self._entries:
            self._entries[number] = replace(self._entries[number], memory_bytes=memory_bytes)

    def surplus(self) -> tuple[int, ...]:
        """The runs that have to go: the oldest without forks, until the others are few and small enough."""
        going: list[int] = []
        left = list(self.entries)
        for entry in self.entries:
            if len(left) <= RUNS_MAX and sum(e.memory_bytes for e in left) <= BYTES_MAX:
                break
            if not entry.forks:
                going.append(entry.number)
                left.remove(entry)
        return tuple(going)
