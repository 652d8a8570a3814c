"""Numbers of things in sentences."""

from __future__ import annotations


def counted(number: int, thing: str, things: str = "") -> str:
    """``1 event``, ``2 events``; ``things`` is the plural where it is not the word with an s."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {things or f'{thing}s'}"


def counted_or_no(number: int, thing: str) -> str:
    """``no values``, ``1 value``, ``2 values``."""
    return counted(number, thing) if number else f"no {thing}s"
