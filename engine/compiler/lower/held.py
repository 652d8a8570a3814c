"""Which variables nobody but themselves holds, all the while that a body runs.

What a field of the state is replaced by is a copy, and the old value is freed at the end of the turn: a local may still
hold a part of it. Where no local ever does, it can be freed at once, so that a loop such as ``grid = step(grid)`` needs
memory for two grids and not for all that ever were. And a string that only its variable holds can grow in its place.

The analysis looks at a whole body without regard to order. A local holds what the expression it is given mentions, as
far as that could be part of the value; so do containers in locals, and loops over values. What a statement inside an
expression changes counts as held, since a value that was read before may still be needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.compiler.check.tree import (
    Assign,
    BlockExpr,
    Call,
    Derived,
    Expr,
    ForEach,
    Let,
    LocalRead,
    StateRead,
    Stmt,
    TextNew,
)
from engine.compiler.check.types import STRING, is_reference
from engine.compiler.lower.places import Root, changed_roots, parts_of, root_of


def held_roots(body: Sequence[Stmt]) -> frozenset[Root]:
    """The locals and fields of the state of whose values something else may hold a part."""
    return frozenset(_held(tuple(body)))


def _held(node: object) -> Iterator[Root]:
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tuple):
            waiting.extend(node)
            continue
        match node:
            case Let(value=value):
                yield from _mentioned(value)
            case Assign(place=place, value=value) if not _is_of_state(place):
                yield from _mentioned(value)
            case ForEach(values=values):
                yield from _mentioned(values)
            case Call(changes_first=True, args=args) if not _is_of_state(args[0]):
                yield from _mentioned(args[1:])
            case BlockExpr(statements=statements):
                yield from changed_roots(statements)
        waiting.extend(parts_of(node))


def _is_of_state(place: Expr) -> bool:
    """Whether what is stored there is copied."""
    return isinstance(root_of(place), int)


def _mentioned(e: object) -> Iterator[Root]:
    """The roots of whose values the value of an expression may hold a part."""
    waiting = [e]
    while waiting:
        e = waiting.pop()
        if isinstance(e, tuple):
            waiting.extend(e)
        if not isinstance(e, Expr) or not is_reference(e.type):
            continue
        match e:
            case LocalRead(local=local):
                yield local
            case StateRead(field=field):
                yield field.index
            case TextNew():
                continue
            case Derived(op="text", of=of) if of != STRING:
                continue
            case BlockExpr(value=value):
                waiting.append(value)
            case _:
                waiting.extend(parts_of(e))
