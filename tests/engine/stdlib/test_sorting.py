"""Sorting is stable and gives the order that comparing two items gives, whichever of its ways it takes."""

from __future__ import annotations

import math
import random
import struct

import msgpack
import pytest

from tests.engine.kernel.running import World, start

PROGRAM = """
actor Sink {
    on ints(xs: list<int>) {}
    on floats(xs: list<float>) {}
    on strings(xs: list<string>) {}
    on pairs(xs: list<(int, int)>) {}
}
actor Probe {
    on ready() {}
    on ints(xs: list<int>) { Sink.ints(xs.sort()) }
    on floats(xs: list<float>) { Sink.floats(xs.sort()) }
    on strings(xs: list<string>) { Sink.strings(xs.sort()) }
    on pairs(xs: list<(int, int)>) { Sink.pairs(xs.sort()) }
}
Probe.ready()
"""

LENGTHS = (0, 1, 2, 3, 7, 8, 9, 31, 100, 199, 200, 201, 1000, 3000)


@pytest.fixture(scope="module")
def world() -> World:
    world = start(PROGRAM, logging=2)
    world.run()
    return world


def _sorted(world: World, handler: str, items: list[object]) -> list[object]:
    world.payloads.clear()
    world.tell("Probe", handler, items)
    world.run()
    found = msgpack.unpackb(world.payloads[-1])
    if isinstance(found, bytes):  # a list of numbers is its words
        return [word for (word,) in struct.iter_unpack("<d" if handler == "floats" else "<q", found)]
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("length", LENGTHS)
def test_ints_come_in_ascending_order(world: World, length: int) -> None:
    rng = random.Random(length)
    for bits in (3, 12, 33, 64):
        items: list[object] = [rng.randrange(-(2 ** (bits - 1)), 2 ** (bits - 1)) for _ in range(length)]
        assert _sorted(world, "ints", items) == sorted(items)  # type: ignore[type-var]
        assert _sorted(world, "ints", sorted(items)) == sorted(items)  # type: ignore[type-var]


@pytest.mark.parametrize("length", LENGTHS)
def test_floats_come_in_ascending_order_zeros_as_they_were_and_what_is_no_number_last(
    world: World, length: int
) -> None:
    rng = random.Random(length)
    special = [0.0, -0.0, math.inf, -math.inf, math.nan, 5e-324, -5e-324]
    items: list[float] = [
        rng.choice(special) if rng.random() < 0.3 else rng.uniform(-1, 1) * 10.0 ** rng.randrange(-9, 9)
        for _ in range(length)
    ]
    expected = sorted(items, key=lambda x: (x != x, 0.0 if x != x else x))
    found = _sorted(world, "floats", list(items))
    assert [struct.pack("<d", x) for x in found] == [struct.pack("<d", x) for x in expected]


@pytest.mark.parametrize("length", LENGTHS)
def test_strings_come_in_the_order_of_their_code_points(world: World, length: int) -> None:
    rng = random.Random(length)
    for alphabet in ("ab", "ab\0", "aé\U0001f600z"):
        items: list[object] = ["".join(rng.choices(alphabet, k=rng.randrange(12))) for _ in range(length)]
        items += [f"the same beginning {i % 17}" for i in range(length)]
        assert _sorted(world, "strings", items) == sorted(items)  # type: ignore[type-var]


@pytest.mark.parametrize("length", LENGTHS)
def test_tuples_come_in_order_too(world: World, length: int) -> None:
    rng = random.Random(length)
    items: list[object] = [[rng.randrange(5), i] for i in range(length)]
    assert _sorted(world, "pairs", items) == sorted(items)  # type: ignore[type-var]
