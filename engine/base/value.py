"""Frozen dataclasses that are quick to make, for the trees of the compiler.

``@value(frozen=True, slots=True)`` is to mypy what ``@dataclass(frozen=True, slots=True)`` is: nobody may change one.
At run time nobody is kept from it, because that would cost more than everything else of making one: a frozen dataclass
sets each field by a call. Equality and hash are the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["value"]

if TYPE_CHECKING:
    from dataclasses import dataclass as value
else:
    from dataclasses import dataclass

    def value(*, frozen: bool, **options: bool):
        """The decorator; ``options`` are those of ``dataclass``."""
        assert frozen
        return dataclass(unsafe_hash=True, **options)
