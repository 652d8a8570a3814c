"""What names stand for inside a body: locals in nested blocks, and fields of the running actor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.base.source import Span
from engine.compiler.check.tree import Local, StateField


@dataclass(frozen=True, slots=True)
class Variable:
    """A local with what a message about it needs. ``kind``: let, var, parameter, loop variable, pattern.
    ``statement`` is the place of the ``let`` statement, for a fix that turns it into ``var``."""

    local: Local
    span: Span
    kind: str
    statement: Span | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the running actor's state. ``kind``: state, parameter, let, var (the last two for top-level names)."""

    field: StateField
    kind: str
    statement: Span | None = None

    @property
    def mutable(self) -> bool:
        """Whether handlers may change it."""
        return self.kind in ("state", "var")


Binding = Variable | Field


class Scope:
    """The names of one block; looks outward for the rest."""

    __slots__ = ("names", "outer", "there")

    def __init__(self, outer: Scope | None = None, there: frozenset[str] = frozenset()) -> None:
        self.names: dict[str, Binding] = {}
        self.outer = outer
        self.there = there
        """Names that are known not to be ``none`` in this block."""

    def add(self, name: str, binding: Binding) -> None:
        """Makes a name visible from here on."""
        self.names[name] = binding
        self.there -= {name}

    def is_there(self, name: str) -> bool:
        """Whether the value of a name is known not to be ``none`` here."""
        scope: Scope | None = self
        while scope is not None and name not in scope.there:
            if name in scope.names:
                return False
            scope = scope.outer
        return scope is not None

    def find(self, name: str) -> Binding | None:
        """What the name stands for here or further out."""
        scope: Scope | None = self
        while scope is not None:
            found = scope.names.get(name)
            if found is not None:
                return found
            scope = scope.outer
        return None

    def all_names(self) -> Iterator[str]:
        """Every name that can be seen from here."""
        scope: Scope | None = self
        while scope is not None:
            yield from scope.names
            scope = scope.outer
