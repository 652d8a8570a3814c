"""What was made of functions, kept for the next program: most functions of a program are the library's, and in an
edited one nearly all are the same as before.

A function is looked up by what it is when it comes in (``known``). From then on one object stands for all that are
equal to it, and everything else goes by its identity, which costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from engine.compiler.ir.nodes import Function
from engine.compiler.ir.walk import Summary

T = TypeVar("T")

ENTRIES_MAX = 40_000
"""About ten for each function."""
DEPTH_MAX = 500
"""Functions that are nested deeper are not looked up: to compare them would take the interpreter's own stack."""


class Memo:
    """What was made, by function and by what it was for."""

    def __init__(self) -> None:
        self._known: dict[Function, Function] = {}
        self._made: dict[tuple[int, Hashable], tuple[Function, Any]] = {}

    def make_room(self) -> None:
        """Forgets everything when it has become much. Between two calls of this nothing is forgotten."""
        if len(self._made) > ENTRIES_MAX:
            self._known.clear()
            self._made.clear()

    def known(self, function: Function) -> Function:
        """The function that stands for all that are equal to this one."""
        summary = Summary(function)
        if summary.depth <= DEPTH_MAX:
            function = self._known.setdefault(function, function)
        self._made[id(function), Summary] = (function, summary)
        return function

    def made(self, function: Function, what: Hashable, make: Callable[[Function], T]) -> T:
        """What ``make`` gives for a function, which is made once for each ``what``."""
        key = (id(function), what)  # the number belongs to the function that is kept beside it
        entry = self._made.get(key)
        if entry is None:
            entry = self._made[key] = (function, make(function))
        made: T = entry[1]
        return made

    def summary(self, function: Function) -> Summary:
        """What a function refers to."""
        return self.made(function, Summary, Summary)
