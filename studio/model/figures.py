"""Numbers as people read them."""

from __future__ import annotations

THIN_SPACE = "\u202f"
WHOLE_MOST = 2**63 - 1


def whole(digits: str, most: int = WHOLE_MOST) -> int:
    """The number that decimal digits say, at most ``most``; Python refuses to read more than a few thousand digits."""
    digits = digits.lstrip("0")
    return min(int(digits or "0"), most) if len(digits) <= 40 else most


def grouped(number: int) -> str:
    """``1 204 331``, in groups of three."""
    return f"{number:,}".replace(",", THIN_SPACE)


def counted(number: int, thing: str) -> str:
    """``1 event``, ``2 events``."""
    return f"{grouped(number)} {thing}" if number == 1 else f"{grouped(number)} {thing}s"


def short(number: float) -> str:
    """``950``, ``3.1 k``, ``27 M``."""
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= limit:
            value = number / limit
            return f"{value:.1f} {unit}" if value < 10 else f"{value:.0f} {unit}"
    return f"{number:.0f}"
