"""Whether the patterns of a ``match`` cover every value, and which of its arms can be reached.

Patterns are turned into ``Shape`` values. A row of shapes stands for one arm; the columns are the parts still to be
looked at. This is the matrix method of Maranget, "Compiling pattern matching to good decision trees" (2008): a column
in which the first row asks for something is split by the *constructors* of its type, the ways a value of it can be
made. Those that no row mentions are all alike, so they are looked at together. Where the first row asks for nothing
more, its arm is reached, and the rows behind it are not looked at. Where no rows are left, cases are missing.

There are patterns for which this takes for ever, and nothing better is known: the search gives up after ``WORK_MAX``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, product

from engine.compiler.check.inference import head
from engine.compiler.check.types import BOOL, EnumType, OptionalType, StructType, TupleType, Type
from engine.compiler.check.world import World

WORK_MAX = 600_000
"""How many rows are looked at, each as often as it is looked at, before there are too many cases. About a second."""


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


@dataclass(frozen=True, slots=True)
class _Constructor:
    """A way to make a value: its shape without parts, the types of the parts, and how it begins in the source."""

    shape: Shape
    parts: tuple[Type, ...] = ()
    name: str = ""

    def written(self, parts: tuple[str, ...]) -> str:
        """The pattern for values made this way, of patterns for the parts."""
        if self.shape.kind == "some":
            return SOMETHING if parts[0] == "_" else parts[0]
        return f"{self.name}({', '.join(parts)})" if self.parts else self.name


class TooManyCases(Exception):
    """The patterns are such that going through all cases would take too long."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The first cases that no arm takes, as patterns, and the numbers of the arms that some value reaches."""

    missing: tuple[str, ...]
    reached: frozenset[int]


def coverage(world: World, arms: Sequence[tuple[Shape, bool]], subject: Type, limit: int) -> Coverage:
    """What arms cover, each given by its shape and whether it ``is_guarded``: a guard may turn any value away.

    Up to ``limit`` cases are named. Raises ``TooManyCases``.
    """
    search = _Search(world)
    rows = [_Row(number, is_guarded, (shape,)) for number, (shape, is_guarded) in enumerate(arms)]
    missing = search.missing(rows, (subject,), limit)
    return Coverage(tuple(case for (case,) in missing), frozenset(search.reached))


Case = tuple[str, ...]
"""Values that no row accepts, as a pattern for each column."""


@dataclass(frozen=True, slots=True)
class _Row:
    """What is left to be looked at of an arm."""

    number: int
    is_guarded: bool
    shapes: tuple[Shape, ...]

    def split(self, column: int, parts: tuple[Shape, ...]) -> _Row:
        """The row with the parts of a column in the column's place."""
        shapes = self.shapes
        return _Row(self.number, self.is_guarded, (*shapes[:column], *parts, *shapes[column + 1 :]))


class _Search:
    """One walk through all cases of a ``match``."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.reached: set[int] = set()
        self.work = 0
        self.known: dict[Type, dict[Shape, _Constructor]] = {}

    def constructors(self, t: Type) -> dict[Shape, _Constructor]:
        """The ways to make a value of a type, by their shapes."""
        t = head(t)
        if t not in self.known:
            self.known[t] = {made.shape: made for made in _constructors(self.world, t)}
        return self.known[t]

    def missing(self, rows: list[_Row], types: tuple[Type, ...], limit: int) -> list[Case]:
        """What no row accepts, up to ``limit`` cases; notes which rows are reached."""
        self.work += (len(rows) + 1) * (len(types) // 8 + 1)
        if self.work > WORK_MAX:
            raise TooManyCases
        first = 0
        while first < len(rows):
            row = rows[first]
            column = next((i for i, shape in enumerate(row.shapes) if shape.kind != "any"), None)
            if column is not None:
                if limit == 0 and all(row.number in self.reached for row in rows[first:]):
                    return []
                return self.mentioned(rows[first:], column, types, limit)
            self.reached.add(row.number)
            if not row.is_guarded:
                return []
            first += 1
        return self.all_cases(types, limit)

    def all_cases(self, types: tuple[Type, ...], limit: int) -> list[Case]:
        """The first cases of all that there are."""
        if limit == 0:
            return []
        ways = [[c.written(("_",) * len(c.parts)) for c in self.constructors(t).values()] or ["_"] for t in types]
        return list(islice(product(*ways), limit))

    def mentioned(self, rows: list[_Row], column: int, types: tuple[Type, ...], limit: int) -> list[Case]:
        """``split`` without the columns of which no row asks anything: there all values are missing alike."""
        asks = [any(row.shapes[i].kind != "any" for row in rows) for i in range(len(types))] if limit else [True]
        if all(asks):
            return self.split(rows, column, types, limit)
        kept = [i for i, is_asked in enumerate(asks) if is_asked]
        fewer = [_Row(row.number, row.is_guarded, tuple(row.shapes[i] for i in kept)) for row in rows]
        found = self.split(fewer, kept.index(column), tuple(types[i] for i in kept), limit)
        return [tuple(case[kept.index(i)] if asks[i] else "_" for i in range(len(types))) for case in found]

    def split(self, rows: list[_Row], column: int, types: tuple[Type, ...], limit: int) -> list[Case]:
        """``missing`` by what is in a column."""
        constructors = self.constructors(types[column])
        by_shape, rest = _parted(rows, column, constructors)
        before, behind = types[:column], types[column + 1 :]
        others: list[Case] = []
        if not constructors or len(by_shape) < len(constructors):
            others = self.missing(rest, (*before, *behind), limit)
        found: list[Case] = []
        for shape, made in constructors.items():
            count = len(made.parts)
            if shape in by_shape:
                cases = self.missing(by_shape[shape], (*before, *made.parts, *behind), limit - len(found))
            else:
                cases = [(*case[:column], *("_",) * count, *case[column:]) for case in others]
            for case in cases[: limit - len(found)]:
                end = column + count
                found.append((*case[:column], made.written(case[column:end]), *case[end:]))
        if constructors:
            return found
        for inside in by_shape.values():
            self.missing(inside, (*before, *behind), 0)
        return [(*case[:column], "_", *case[column:]) for case in others]


def _parted(
    rows: list[_Row], column: int, constructors: dict[Shape, _Constructor]
) -> tuple[dict[Shape, list[_Row]], list[_Row]]:
    """The rows by the constructors that they accept in a column, with what that is made of in its place; and the rows
    that accept all others too, without the column."""
    by_shape: dict[Shape, list[_Row]] = {}
    rest: list[_Row] = []
    anything: list[_Row] = []

    def count(shape: Shape) -> int:
        return len(constructors[shape].parts) if shape in constructors else 0

    for row in rows:
        shape = row.shapes[column]
        if shape.kind == "any":
            anything.append(row)
            rest.append(row.split(column, ()))
            for made, inside in by_shape.items():
                inside.append(row.split(column, (ANY,) * count(made)))
            continue
        bare = Shape(shape.kind, shape.value)
        if bare not in by_shape:
            by_shape[bare] = [before.split(column, (ANY,) * count(bare)) for before in anything]
        wanted = count(bare)
        parts = shape.parts if len(shape.parts) == wanted else (ANY,) * wanted
        by_shape[bare].append(row.split(column, parts))
    return by_shape, rest


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
