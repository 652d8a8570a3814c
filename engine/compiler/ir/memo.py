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
"""About ten for each function: the library and a program of some ten thousand lines."""
DEPTH_MAX = 500
"""Functions that are nested deeper are not looked up: to compare them would take the interpreter's own stack."""


class Memo:
    """What was made, by function and by what it was for.

    Entries come in two generations: those that the latest programs used, and older ones, which go when there is much.
    A key holds the numbers of objects. They stay right because a program that looks a key up has looked up the entries
    of those objects as well, so that they are never older than the key.
    """

    def __init__(self, entries_max: int = ENTRIES_MAX) -> None:
        self._entries_max = entries_max
        self._known: dict[Function, Function] = {}
        self._made: dict[tuple[int, Hashable], tuple[Function, Any]] = {}
        self._older_known: dict[Function, Function] = {}
        self._older_made: dict[tuple[int, Hashable], tuple[Function, Any]] = {}

    def make_room(self) -> None:
        """Forgets what the program before did not use, when it has become much. Between two calls of this nothing is
        forgotten."""
        if len(self._made) > self._entries_max:
            self._older_known, self._known = self._known, {}
            self._older_made, self._made = self._made, {}

    def known(self, function: Function) -> Function:
        """The function that stands for all that are equal to this one."""
        summary = Summary(function)
        if summary.depth <= DEPTH_MAX:
            function = self._known.get(function) or self._older_known.get(function) or function
            self._known[function] = function
        self._made[id(function), Summary] = (function, summary)
        return function

    def made(self, function: Function, what: Hashable, make: Callable[[Function], T]) -> T:
        """What ``make`` gives for a function, which is made once for each ``what``."""
        key = (id(function), what)  # the number belongs to the function that is kept beside it
        entry = self._made.get(key)
        if entry is None:
            entry = self._made[key] = self._older_made.get(key) or (function, make(function))
        made: T = entry[1]
        return made

    def summary(self, function: Function) -> Summary:
        """What a function refers to."""
        return self.made(function, Summary, Summary)
