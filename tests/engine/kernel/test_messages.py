"""Payloads are canonical MessagePack, and come out as they went in."""

from __future__ import annotations

import math
import struct
from typing import Any

import msgpack
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.compiler.metadata import FieldInfo
from engine.vm.plain import unpack
from tests.engine.kernel.running import World, packed, start

PROGRAM = """
struct Part { name: string, size: float?, tags: list<string> }
actor Echo {
    on ready() {}
    on all(i: int, f: float, b: bool, s: string, p: Part, d: dict<string, list<int>>, t: (int, string), o: int?) {
        self.again(i, f, b, s, p, d, t, o)
    }
    on again(i: int, f: float, b: bool, s: string, p: Part, d: dict<string, list<int>>, t: (int, string), o: int?) {}
    on raw(x: bytes, e: Echo, w: set<int>) { self.raw_again(x, e, w) }
    on raw_again(x: bytes, e: Echo, w: set<int>) {}
    on numbers(xs: list<float>, ys: list<list<int>>, z: list<bool>) { self.numbers_again(xs, ys, z) }
    on numbers_again(xs: list<float>, ys: list<list<int>>, z: list<bool>) { render f"{xs} {ys}" }
    on big(xs: list<string>) { self.big_again(xs) }
    on big_again(xs: list<string>) { render xs.len() }
}
Echo.ready()
"""

INTS = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.sampled_from([s * (2**k) + d for k in (5, 7, 8, 15, 16, 31, 32, 62) for d in (-1, 0, 1) for s in (-1, 1)]),
)
TEXT = st.text(max_size=40)
PART = st.tuples(TEXT, st.none() | st.floats(allow_nan=False), st.lists(TEXT, max_size=20))
ARGS = st.tuples(
    INTS, st.floats(), st.booleans(), TEXT, PART, st.dictionaries(TEXT, st.lists(INTS, max_size=4), max_size=20),
    st.tuples(INTS, TEXT), st.none() | INTS,
)  # fmt: skip


def _world() -> World:
    world = start(PROGRAM, logging=2)
    world.run()
    return world


def _params(world: World, handler: str) -> tuple[FieldInfo, ...]:
    return world.program.metadata.handlers[world.handler("Echo", handler)].params


def _packed(world: World, handler: str, args: tuple[Any, ...]) -> bytes:
    canonical = struct.unpack("<d", struct.pack("<Q", 0x7FF8000000000000))[0]
    args = tuple(canonical if isinstance(arg, float) and math.isnan(arg) else arg for arg in args)
    return packed(world.program.metadata, _params(world, handler), args)


@settings(max_examples=150, deadline=None)
@given(ARGS)
def test_what_comes_in_goes_out_as_the_same_bytes(args: tuple[Any, ...]) -> None:
    world = _world()
    world.tell("Echo", "all", *args)
    world.run()
    assert world.payloads[-2] == packed(world.program.metadata, _params(world, "all"), args)
    assert world.payloads[-1] == _packed(world, "all", args)


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 3), st.lists(INTS, max_size=30, unique=True))
def test_bytes_references_and_sets(data: bytes, echo: int, numbers: list[int]) -> None:
    world = _world()
    world.tell("Echo", "raw", data, echo, numbers)
    world.run()
    assert world.payloads[-1] == world.payloads[-2] == _packed(world, "raw", (data, echo, numbers))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(), max_size=70), st.lists(st.lists(INTS, max_size=5)), st.lists(st.booleans()))
def test_lists_of_numbers_travel_as_words(floats: list[float], ints: list[list[int]], bools: list[bool]) -> None:
    world = _world()
    world.tell("Echo", "numbers", floats, ints, bools)
    world.run()
    canonical = struct.unpack("<d", struct.pack("<Q", 0x7FF8000000000000))[0]
    floats = [canonical if math.isnan(x) else x for x in floats]
    again = world.handler("Echo", "numbers_again")
    params = world.program.metadata.handlers[again].params
    assert world.payloads[-1] == packed(world.program.metadata, params, (floats, ints, bools))
    assert world.texts == [f"{floats} {ints}"]
    shown = unpack(world.program.metadata, params, world.payloads[-1])
    assert str(shown) == str([floats, ints, bools])


def test_large_messages_are_whole() -> None:
    for count, size in ((20, 100), (70_000, 1), (300, 800), (3, 80_000)):
        world = _world()
        texts = [f"{n}" + "x" * size for n in range(count)]
        if len(msgpack.packb(texts)) > 262_144:
            texts = texts[: 262_144 // (size + 10)]
        world.tell("Echo", "big", texts)
        world.run()
        assert world.payloads[-1] == msgpack.packb(texts)
        assert world.texts == [str(len(texts))]


def test_messages_of_any_size_fill_the_space_of_a_tick() -> None:
    program = """
    actor Sink {
        state count: int = 0
        on take(n: int, s: string, m: int) {
            count += 1
            if s.len() != n % 211 or m != 4611686018427387904 + n { render f"wrong {n}" }
            if count == 20000 { render "all" }
        }
    }
    let s = spawn Sink()
    for n in 0..20000 { s.take(n, "x".repeat(n % 211), 4611686018427387904 + n) }
    """
    world = start(program)
    world.run()
    assert world.texts == ["all"]


def test_a_payload_may_be_larger_than_the_hosts_buffer() -> None:
    program = """
    actor A {
        on take(s: string) { render s.len() }
    }
    A.take("0123456789".repeat(300000))
    A.take("x")
    """
    world = start(program, logging=2)
    world.run()
    assert world.texts == ["3000000", "1"]
    assert sorted(map(len, world.payloads))[-1] == 3_000_005
