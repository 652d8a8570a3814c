"""A row of the palette: something that was found, and what choosing it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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


def hint(text: str, group: str = "") -> PaletteItem:
    """A row that says something."""
    return PaletteItem(text, "info", lambda: None, group=group, is_hint=True)


def with_hint(rows: Sequence[PaletteItem], total: int, group: str = "") -> list[PaletteItem]:
    """The first rows of a kind; if there are more, the last one says so."""
    left_out = [hint(f"The first {len(rows):,} of {total:,}; type more to find the others.", group)]
    return [*rows, *left_out] if total > len(rows) else [*rows]
