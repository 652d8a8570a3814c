"""Where the choices of a random program come from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


class Choices:
    """Choices made by ``below(n)``, which gives a number from 0 to n - 1; smaller ones are simpler."""

    def __init__(self, below: Callable[[int], int]) -> None:
        self.below = below

    def one(self, items: Sequence[T]) -> T:
        """One of them; the first is the simplest."""
        return items[self.below(len(items))] if len(items) > 1 else items[0]

    def often(self, times: int) -> bool:
        """True so many times out of ten; False is simpler."""
        return self.below(10) >= 10 - times

    def between(self, low: int, high: int) -> int:
        """A number from ``low`` to ``high``; ``low`` is the simplest."""
        return low + self.below(high - low + 1)
