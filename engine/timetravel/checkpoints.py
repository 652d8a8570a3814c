"""Where checkpoints are: sparse while a run is recorded, denser where somebody looks.

A checkpoint costs about as much as reading the machine's memory once. While recording that must stay a small part of
the run, so the distance grows with the memory. Going to a moment replays at most one distance, and leaves denser
checkpoints on its way, so that the neighbourhood is close from then on. These rules see events and bytes only, so the
same run has the same checkpoints.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from dataclasses import dataclass

from engine.timetravel.pages import PagedImage, PageStore

STORE_BYTES_MAX = 768 * 2**20
"""How much memory pages may take before checkpoints are thinned out."""


def recording_distance(memory_bytes: int) -> int:
    """How many events apart checkpoints are while recording."""
    return max(262_144, memory_bytes // 8)


def seeking_distance(memory_bytes: int) -> int:
    """How many events apart checkpoints are where a seek has been."""
    return max(8_192, memory_bytes // 64)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The machine after ``n`` events of a branch. ``placed`` marks those that recording placed by its rule; the others,
    left by seeks and before long turns, are only there to save time."""

    n: int
    tick: int
    image: PagedImage
    placed: bool


class Checkpoints:
    """The checkpoints of one branch, by moment. The first, where the branch begins, always stays."""

    def __init__(self, store: PageStore) -> None:
        self._store = store
        self._numbers: list[int] = []
        self._by_number: dict[int, Checkpoint] = {}
        self._last_placed = -1

    @property
    def last_placed(self) -> Checkpoint:
        """The last one that recording placed."""
        return self._by_number[self._last_placed]

    def add(self, checkpoint: Checkpoint) -> None:
        """Takes a checkpoint; one at the same moment is replaced only to note that it is ``placed``."""
        if checkpoint.placed:
            self._last_placed = max(self._last_placed, checkpoint.n)
        known = self._by_number.get(checkpoint.n)
        if known is None:
            insort(self._numbers, checkpoint.n)
            self._by_number[checkpoint.n] = checkpoint
            return
        if checkpoint.placed and not known.placed:
            self._store.release(known.image)
            self._by_number[checkpoint.n] = checkpoint
        else:
            self._store.release(checkpoint.image)

    def before(self, n: int) -> Checkpoint:
        """The last one at or before moment ``n``."""
        return self._by_number[self._numbers[bisect_right(self._numbers, n) - 1]]

    def moments(self) -> tuple[int, ...]:
        """Where there is one, ascending."""
        return tuple(self._numbers)

    def replace(self, checkpoint: Checkpoint) -> None:
        """Puts another one in the place of the one at the same moment."""
        self._store.release(self._by_number[checkpoint.n].image)
        self._by_number[checkpoint.n] = checkpoint

    def has(self, n: int) -> bool:
        """Whether there is one at exactly that moment."""
        return n in self._by_number

    def before_tick(self, tick: int) -> Checkpoint:
        """The last one whose tick is not after ``tick``; the first one if there is none."""
        place = bisect_right(self._numbers, tick, key=lambda n: self._by_number[n].tick)
        return self._by_number[self._numbers[max(0, place - 1)]]

    def placed(self) -> list[Checkpoint]:
        """Those that recording placed, the first included."""
        return [self._by_number[n] for n in self._numbers if self._by_number[n].placed]

    def remove(self, n: int) -> None:
        """Gives one up, unless it is the first or the one from which recording counts on."""
        if n not in (self._numbers[0], self._last_placed) and n in self._by_number:
            self._numbers.remove(n)
            self._store.release(self._by_number.pop(n).image)

    def thin(self) -> None:
        """Gives up every second one, those that were not placed first."""
        loose = [n for n in self._numbers[1:] if not self._by_number[n].placed]
        for n in loose[::2] or self._numbers[2::2]:
            self.remove(n)

    def __len__(self) -> int:
        return len(self._numbers)
