"""Whether the patterns of a ``match`` cover every value, and whether one of them can still be reached.

Patterns are turned into ``Shape`` values. A row of shapes stands for one arm; the columns are the parts still to be
looked at. This is the matrix method of Maranget, "Warnings for pattern matching" (2007): the first column is split by
the *constructors* of its type, the ways a value of it can be made. Those that no row mentions are all alike, so they
are looked at together.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.compiler.check.inference import head
from engine.compiler.check.types import BOOL, EnumType, OptionalType, StructType, TupleType, Type
from engine.compiler.check.world import World


@dataclass(frozen=True, slots=True)
class Shape:
    """What a pattern accepts. ``kind``: any, literal (of ``value``), none, some, tuple (a struct too), variant (with
    the number ``value``); ``parts`` are below it."""

    kind: str
    value: object = None
    parts: tuple[Shape, ...] = ()


ANY = Shape("any")
NONE = Shape("none")

SOMETHING = "it"
"""The pattern of a value that is not ``none``, whatever it is: on a ``T?`` a name takes only those."""

Row = tuple[Shape, ...]
Case = tuple[str, ...]
"""Values that no row accepts, as a pattern for each column."""


@dataclass(frozen=True, slots=True)
class _Constructor:
    """A way to make a value: its shape without parts, the types of the parts, and how it begins in the source."""

    shape: Shape
    parts: tuple[Type, ...] = ()
    name: str = ""

    def written(self, parts: Case) -> str:
        """The pattern for values made this way, of patterns for the parts."""
        if self.shape.kind == "some":
            return SOMETHING if parts[0] == "_" else parts[0]
        return f"{self.name}({', '.join(parts)})" if self.parts else self.name


def missing_cases(world: World, rows: list[Row], types: tuple[Type, ...], limit: int) -> list[Case]:
    """What no row accepts, up to ``limit`` cases; empty where all is covered."""
    if not types:
        return [] if rows else [()]
    constructors = _constructors(world, types[0])
    mentioned = _mentioned(rows)
    others: list[Case] = []
    if not constructors or any(c.shape not in mentioned for c in constructors):
        others = missing_cases(world, _rest(rows), types[1:], limit)
    if not constructors or (rows and not mentioned):
        return [("_", *case) for case in others]
    found: list[Case] = []
    for made in constructors:
        count = len(made.parts)
        if made.shape not in mentioned:
            found += [(made.written(("_",) * count), *case) for case in others]
        elif len(found) < limit:
            inside = _specialised(rows, made.shape, count)
            cases = missing_cases(world, inside, (*made.parts, *types[1:]), limit - len(found))
            found += [(made.written(case[:count]), *case[count:]) for case in cases]
    return found[:limit]


def is_useful(world: World, rows: list[Row], row: Row, types: tuple[Type, ...]) -> bool:
    """Whether ``row`` accepts some value that no row before it does."""
    if not types:
        return not rows
    first, constructors = row[0], _constructors(world, types[0])
    if first.kind != "any":
        parts = next((c.parts for c in constructors if c.shape == _bare(first)), ())
        count = len(parts)
        inside = _specialised(rows, first, count)
        return is_useful(world, inside, (*_widened(first, count), *row[1:]), (*parts, *types[1:]))
    mentioned = _mentioned(rows)
    if not constructors or any(c.shape not in mentioned for c in constructors):
        return is_useful(world, _rest(rows), row[1:], types[1:])
    for made in constructors:
        count = len(made.parts)
        inside = _specialised(rows, made.shape, count)
        if is_useful(world, inside, ((ANY,) * count + row[1:]), (*made.parts, *types[1:])):
            return True
    return False


def _constructors(world: World, t: Type) -> tuple[_Constructor, ...]:
    """The ways a value of the type can be made, where they can be listed."""
    t = head(t)
    if t is BOOL:
        return (
            _Constructor(Shape("literal", True), name="true"),
            _Constructor(Shape("literal", False), name="false"),
        )
    if isinstance(t, OptionalType):
        return (_Constructor(NONE, name="none"), _Constructor(Shape("some"), (t.inner,)))
    if isinstance(t, TupleType):
        return (_Constructor(Shape("tuple"), t.items),)
    if isinstance(t, StructType):
        fields = world.shared.structs[t.name].fields_with(t.args)
        return (_Constructor(Shape("tuple"), tuple(f.type for f in fields), t.name),)
    if isinstance(t, EnumType):
        return tuple(
            _Constructor(Shape("variant", v.number), tuple(f.type for f in v.fields), v.name)
            for v in world.shared.enums[t.name].variants_with(t.args)
        )
    return ()


def _bare(shape: Shape) -> Shape:
    return Shape(shape.kind, shape.value)


def _mentioned(rows: list[Row]) -> dict[Shape, None]:
    """The constructors in the first column."""
    return {_bare(row[0]): None for row in rows if row[0].kind != "any"}


def _rest(rows: list[Row]) -> list[Row]:
    """The rows that accept values made in ways that no row mentions, without their first column."""
    return [row[1:] for row in rows if row[0].kind == "any"]


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
