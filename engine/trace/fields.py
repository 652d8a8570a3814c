"""The fields of a part of a trace file, read by their types: what is something else is nonsense, never converted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.trace.limits import Nonsense

I64_MAX = 2**63 - 1
U64_MAX = 2**64 - 1
TEXT_MAX = 2**24


class Fields:
    """The fields of one dict that a file holds. ``what`` names it in messages."""

    def __init__(self, plain: Any, what: str) -> None:
        if type(plain) is not dict:
            raise Nonsense(f"{what} is not a list of named fields")
        self._plain: dict[str, Any] = plain
        self._what = what

    def _get(self, name: str) -> Any:
        if name not in self._plain:
            raise Nonsense(f"{self._what} has no {name}")
        return self._plain[name]

    def whole(self, name: str, low: int = 0, high: int = I64_MAX) -> int:
        """A whole number within bounds, both included."""
        return whole(self._get(name), low, high, f"the {name} of {self._what}")

    def optional_whole(self, name: str, low: int = 0, high: int = I64_MAX) -> int | None:
        """The same, or None."""
        return None if self._get(name) is None else self.whole(name, low, high)

    def text(self, name: str) -> str:
        """A text."""
        return text(self._get(name), f"the {name} of {self._what}")

    def optional_text(self, name: str) -> str | None:
        """The same, or None."""
        return None if self._get(name) is None else self.text(name)

    def data(self, name: str, length: int | None = None) -> bytes:
        """Bytes, of a certain length if one is said."""
        value = self._get(name)
        if type(value) is not bytes or (length is not None and len(value) != length):
            raise Nonsense(f"the {name} of {self._what} is not {'' if length is None else f'{length} '}bytes")
        return value

    def flag(self, name: str) -> bool:
        """True or false."""
        value = self._get(name)
        if type(value) is not bool:
            raise Nonsense(f"the {name} of {self._what} is neither true nor false")
        return value

    def rows(self, name: str) -> list[Any]:
        """A list of anything."""
        return rows(self._get(name), f"the {name} of {self._what}")

    def wholes(self, name: str, high: int) -> tuple[int, ...]:
        """A list of whole numbers from 0 up to, not including, ``high``: indexes into something of that length."""
        what = f"the {name} of {self._what}"
        return tuple(whole(value, 0, high - 1, what) for value in self.rows(name))

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        what = f"the {name} of {self._what}"
        return tuple(text(value, what) for value in self.rows(name))

    def parts(self, name: str, what: str) -> Iterator[Fields]:
        """A list of dicts, each of which is ``what``."""
        for value in self.rows(name):
            yield Fields(value, what)

    def plain(self, name: str) -> dict[str, Any]:
        """A dict as it is."""
        value = self._get(name)
        if type(value) is not dict:
            raise Nonsense(f"the {name} of {self._what} is not a list of named fields")
        return value

    def has(self, name: str) -> bool:
        """Whether there is a field of that name."""
        return name in self._plain


def whole(value: Any, low: int, high: int, what: str) -> int:
    """A value that is a whole number within bounds, both included."""
    if type(value) is not int or not low <= value <= high:
        raise Nonsense(f"{what} is not a whole number that can stand there")
    return value


def text(value: Any, what: str) -> str:
    """A value that is a text of a length that fits a screen or a file of source."""
    if type(value) is not str or len(value) > TEXT_MAX:
        raise Nonsense(f"{what} is not a text")
    return value


def rows(value: Any, what: str) -> list[Any]:
    """A value that is a list."""
    if type(value) is not list:
        raise Nonsense(f"{what} is not a list")
    return value
