"""A row of the palette: something that was found, and what choosing it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PaletteItem:
    """A row: ``keys`` stands at its right, ``refusal`` is why it cannot be chosen; ``places`` are the letters found."""

    title: str
    icon: str
    run: Callable[[], object]
    detail: str = ""
    keys: str = ""
    refusal: str = ""
    places: tuple[int, ...] = ()
    group: str = ""
    """What kind of thing this is, where several kinds are offered."""
    score: int = 0
    """How well it matches, to be compared within its group and between the best of each."""
    is_hint: bool = False
    """Whether this only says something and cannot be chosen."""
