"""Whether the patterns of a ``match`` cover every value, and whether one of them can still be reached.

Patterns are turned into ``Shape`` values. A row of shapes stands for one arm; the columns are the parts still to be
looked at. This is the matrix method of Maranget, "Warnings for pattern matching" (2007), for the few kinds of values
there are.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.compiler.check.inference import head
from engine.compiler.check.types import BOOL, OptionalType, TupleType, Type


@dataclass(frozen=True, slots=True)
class Shape:
    """What a pattern accepts. ``kind``: any, literal (of ``value``), none, some, tuple; ``parts`` are below it."""

    kind: str
    value: object = None
    parts: tuple[Shape, ...] = ()


ANY = Shape("any")
NONE = Shape("none")

Row = tuple[Shape, ...]


def missing_case(rows: list[Row], types: tuple[Type, ...]) -> tuple[str, ...] | None:
    """A value, as a pattern for each column, that no row accepts; None where all are covered."""
    if not types:
        return None if rows else ()
    for constructor in _constructors(types[0]):
        below = _parts(constructor, types[0])
        found = missing_case(_specialised(rows, constructor, len(below)), (*below, *types[1:]))
        if found is not None:
            return (_written(constructor, found[: len(below)]), *found[len(below) :])
    if _constructors(types[0]):
        return None
    found = missing_case([row[1:] for row in rows if row[0].kind == "any"], types[1:])
    return None if found is None else ("_", *found)


def is_useful(rows: list[Row], row: Row, types: tuple[Type, ...]) -> bool:
    """Whether ``row`` accepts some value that no row before it does."""
    if not types:
        return not rows
    first = row[0]
    if first.kind != "any":
        below = _parts(first, types[0])
        return is_useful(
            _specialised(rows, first, len(below)), (*_widened(first, len(below)), *row[1:]), (*below, *types[1:])
        )
    constructors = _constructors(types[0])
    if not constructors:
        return is_useful([r[1:] for r in rows if r[0].kind == "any"], row[1:], types[1:])
    for constructor in constructors:
        below = _parts(constructor, types[0])
        wide = (ANY,) * len(below)
        if is_useful(_specialised(rows, constructor, len(below)), (*wide, *row[1:]), (*below, *types[1:])):
            return True
    return False


def _constructors(t: Type) -> tuple[Shape, ...]:
    """The ways a value of the type can be made, where they can be listed."""
    t = head(t)
    if t is BOOL:
        return (Shape("literal", True), Shape("literal", False))
    if isinstance(t, OptionalType):
        return (NONE, Shape("some"))
    if isinstance(t, TupleType):
        return (Shape("tuple"),)
    return ()


def _parts(shape: Shape, t: Type) -> tuple[Type, ...]:
    t = head(t)
    if shape.kind == "some" and isinstance(t, OptionalType):
        return (t.inner,)
    if shape.kind == "tuple" and isinstance(t, TupleType):
        return t.items
    return ()


def _widened(shape: Shape, count: int) -> Row:
    return shape.parts if len(shape.parts) == count else (ANY,) * count


def _specialised(rows: list[Row], constructor: Shape, count: int) -> list[Row]:
    """The rows that accept this constructor, with its parts as the first columns."""
    kept: list[Row] = []
    for row in rows:
        first = row[0]
        if first.kind == "any":
            kept.append((ANY,) * count + row[1:])
        elif first.kind == constructor.kind and first.value == constructor.value:
            kept.append((*_widened(first, count), *row[1:]))
    return kept


def _written(constructor: Shape, parts: tuple[str, ...]) -> str:
    if constructor.kind == "literal":
        return "true" if constructor.value else "false"
    if constructor.kind == "none":
        return "none"
    return parts[0] if constructor.kind == "some" else f"({', '.join(parts)})"
