"""What the matrix method says about patterns is what trying all values says."""

from __future__ import annotations

import random
from itertools import product

import pytest

from engine.base.source import SourceFile
from engine.compiler.check.declarations import collect
from engine.compiler.check.exhaustive import ANY, NONE, Shape, TooManyCases, coverage
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
        left = _values(t)
        arms: list[tuple[Shape, bool]] = []
        reached: set[int] = set()
        for number in range(chance.randrange(1, 14)):
            shape, is_guarded = _pattern(chance, t), chance.random() < 0.2
            arms.append((shape, is_guarded))
            taken = [value for value in left if _accepts(shape, value)]
            if taken:
                reached.add(number)
            if not is_guarded:
                left = [value for value in left if value not in taken]
            found = coverage(WORLD, arms, t, 100)
            assert found.reached == reached, arms
            assert (found.missing == ()) == (not left), arms
            assert coverage(WORLD, arms, t, 0).reached == reached


def _missing(shapes: list[Shape], t: Type, limit: int) -> list[str]:
    return list(coverage(WORLD, [(shape, False) for shape in shapes], t, limit).missing)


def test_missing_cases_are_named_as_patterns_in_the_order_of_declaration() -> None:
    flag = Shape("variant", 1, (Shape("literal", True),))
    pair = Shape("variant", 2, (ANY, NONE))
    cases = _missing([flag, pair], EnumType("Shape"), 10)
    assert cases == ["Dot", "Flag(false)", "Pair(_, it)", "Tagged(_)"]
    assert _missing([flag, pair], EnumType("Shape"), 2) == cases[:2]
    assert _missing([], SIDE, 5) == ["Buy", "Sell"]


def test_many_columns_of_which_each_arm_asks_for_one_are_few_cases() -> None:
    truth = Shape("literal", True)
    arms = [Shape("tuple", parts=(*(ANY,) * i, truth, *(ANY,) * (39 - i))) for i in range(40)]
    assert _missing(arms, TupleType((BOOL,) * 40), 9) == [f"({', '.join(['false'] * 40)})"]
    assert _missing([*arms, ANY], TupleType((BOOL,) * 40), 9) == []


def test_cases_that_nobody_could_go_through_are_given_up() -> None:
    chance = random.Random(1)
    arms: list[tuple[Shape, bool]] = []
    for _ in range(400):
        parts = [ANY] * 80
        for column in chance.sample(range(80), 3):
            parts[column] = Shape("literal", chance.random() < 0.5)
        arms.append((Shape("tuple", parts=tuple(parts)), False))
    with pytest.raises(TooManyCases):
        coverage(WORLD, arms, TupleType((BOOL,) * 80), 9)
