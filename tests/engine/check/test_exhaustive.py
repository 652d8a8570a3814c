"""What the matrix method says about patterns is what trying all values says."""

from __future__ import annotations

import random
from itertools import product

import pytest

from engine.base.source import SourceFile
from engine.compiler.check.declarations import collect
from engine.compiler.check.exhaustive import ANY, NONE, Shape, is_useful, missing_cases
from engine.compiler.check.report import Report
from engine.compiler.check.types import BOOL, EnumType, OptionalType, StructType, TupleType, Type
from engine.compiler.check.world import World
from engine.compiler.syntax.parser import parse
from tests.engine.check.world import small_library

TEXT = """
enum Side { Buy, Sell }
enum Shape { Dot, Flag(on: bool), Pair(Side, bool?), Tagged(at: (bool, bool)) }
enum Only { One(side: Side) }
struct Order { side: Side, done: bool }
"""

SIDE = EnumType("Side", (), True)
TYPES: list[Type] = [
    SIDE,
    EnumType("Shape"),
    OptionalType(EnumType("Shape")),
    TupleType((SIDE, OptionalType(SIDE), BOOL)),
    StructType("Order"),
    TupleType((StructType("Order"), EnumType("Only"))),
]


def _world() -> World:
    source = SourceFile("types.aefl", TEXT)
    module, problems = parse(source)
    world = World(Report(source.name), source, small_library())
    collect(world, module)
    assert problems == []
    assert world.report.diagnostics == []
    return world


WORLD = _world()


def _ways(t: Type) -> list[tuple[Shape, tuple[Type, ...]]]:
    """The ways to make a value: what it is, and the types of its parts."""
    match t:
        case OptionalType(inner):
            return [(NONE, ()), (Shape("some"), (inner,))]
        case TupleType(items):
            return [(Shape("tuple"), items)]
        case StructType(name):
            return [(Shape("tuple"), tuple(field.type for field in WORLD.structs[name].fields))]
        case EnumType(name):
            variants = WORLD.enums[name].variants
            return [(Shape("variant", v.number), tuple(field.type for field in v.fields)) for v in variants]
    return [(Shape("literal", True), ()), (Shape("literal", False), ())]


def _values(t: Type) -> list[Shape]:
    found: list[Shape] = []
    for shape, parts in _ways(t):
        found += [Shape(shape.kind, shape.value, inner) for inner in product(*map(_values, parts))]
    return found


def _accepts(pattern: Shape, value: Shape) -> bool:
    if pattern.kind == "any":
        return True
    if (pattern.kind, pattern.value) != (value.kind, value.value):
        return False
    return all(map(_accepts, pattern.parts, value.parts))


def _pattern(chance: random.Random, t: Type) -> Shape:
    if chance.random() < 0.35:
        return ANY
    shape, parts = chance.choice(_ways(t))
    return Shape(shape.kind, shape.value, tuple(_pattern(chance, part) for part in parts))


@pytest.mark.parametrize("seed", range(40))
def test_missing_cases_and_useless_arms_are_those_that_all_values_show(seed: int) -> None:
    chance = random.Random(seed)
    for t in TYPES:
        values = _values(t)
        rows: list[tuple[Shape, ...]] = []
        for _ in range(chance.randrange(1, 14)):
            row = (_pattern(chance, t),)
            left = [value for value in values if not any(_accepts(r[0], value) for r in rows)]
            assert is_useful(WORLD, rows, row, (t,)) == any(_accepts(row[0], value) for value in left), (rows, row)
            assert (missing_cases(WORLD, rows, (t,), 100) == []) == (not left), rows
            rows.append(row)


def test_missing_cases_are_named_as_patterns_in_the_order_of_declaration() -> None:
    flag = Shape("variant", 1, (Shape("literal", True),))
    pair = Shape("variant", 2, (ANY, NONE))
    cases = missing_cases(WORLD, [(flag,), (pair,)], (EnumType("Shape"),), 10)
    assert cases == [("Dot",), ("Flag(false)",), ("Pair(_, it)",), ("Tagged(_)",)]
    assert missing_cases(WORLD, [(flag,), (pair,)], (EnumType("Shape"),), 2) == cases[:2]
    assert missing_cases(WORLD, [], (SIDE,), 5) == [("Buy",), ("Sell",)]
