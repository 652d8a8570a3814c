"""A payload from a file is accepted only if it is exactly the encoding of values of its types."""

from __future__ import annotations

import math
import random
import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import api
from engine.base.errors import MachineError
from engine.compiler.metadata import HandlerInfo
from engine.vm.payloads import check_payload
from engine.vm.plain import pack_arguments, unpack
from tests.engine.timetravel.programs import program

TEXT = """\
struct Point { x: int, y: float, name: string? }
enum Colour { red, green }
enum Shape { dot, circle(r: float), named(string, list<int>) }
actor A {
    on all(
        n: int, f: float, b: bool, d: duration, c: Colour, m: Colour?, o: int?, s: string, raw_: bytes,
        items: list<string>, numbers: list<float>, colours: list<Colour>, seen: set<int>, ages: dict<string, int>,
        pair: (int, string), p: Point, shape: Shape
    ) {}
    on meet(other: A) {}
    on call(f: fn(int) -> int) {}
}
spawn A()
"""

ints = st.integers(-(2**63), 2**63 - 1)
texts = st.text(max_size=40)
floats = st.floats().map(lambda x: math.nan if math.isnan(x) else x)
colours = st.integers(0, 1)
arguments = st.tuples(
    ints, floats, st.booleans(), ints, colours, st.none() | colours, st.none() | ints, texts, st.binary(max_size=300),
    st.lists(texts), st.lists(floats), st.lists(colours), st.lists(ints, unique=True),
    st.lists(st.tuples(texts, ints), unique_by=lambda pair: pair[0]), st.tuples(ints, texts),
    st.tuples(ints, floats, st.none() | texts),
    st.just([0]) | floats.map(lambda r: [1, r]) | st.tuples(texts, st.lists(ints)).map(lambda two: [2, *two]),
)  # fmt: skip


def handler(name: str) -> HandlerInfo:
    """A message of the program."""
    return next(info for info in program(TEXT).metadata.handlers if info.name == name)


def is_accepted(payload: bytes) -> bool:
    """Whether bytes are taken as the arguments of ``all``."""
    try:
        check_payload(program(TEXT).metadata, handler("all").params, payload)
    except MachineError:
        return False
    return True


@given(values=arguments)
@settings(max_examples=100, deadline=None)
def test_what_the_host_encodes_is_accepted(values: tuple[Any, ...]) -> None:
    params = handler("all").params
    assert len(params) == len(values)
    check_payload(program(TEXT).metadata, params, pack_arguments(program(TEXT).metadata, params, values))


@given(values=arguments, seed=st.integers(0, 2**32))
@settings(max_examples=300, deadline=None)
def test_changed_bytes_are_refused_or_encode_what_they_decode_to(values: tuple[Any, ...], seed: int) -> None:
    """Each value has one encoding: bytes that are accepted come out of their own values again."""
    metadata, params = program(TEXT).metadata, handler("all").params
    payload = bytearray(pack_arguments(metadata, params, values))
    rng = random.Random(seed)
    for _ in range(rng.randrange(1, 4)):
        start = rng.randrange(len(payload) + 1)
        payload[start : start + rng.randrange(3)] = rng.randbytes(rng.randrange(3))
    if is_accepted(bytes(payload)):
        assert pack_arguments(metadata, params, unpack(metadata, params, bytes(payload))) == payload


def test_what_a_program_sends_is_accepted() -> None:
    """The kernel's encoder and this check agree, for every message of a run."""
    sender = 'let a = spawn A()\na.all(-5, 0.0 / 0.0, true, 10ms, Colour.green, none, -1, "é", "x".bytes(), ["a"], '
    sender += '[1.5], [Colour.red], {70000}, {"k": 9000000000}, (1, ""), Point(1, 2.0, none), '
    sender += 'Shape.named("n", [1, 2]))\n'
    session = api.Session.start(program(TEXT.replace("spawn A()\n", sender)))
    while session.advance().status is api.Status.RUNNING:
        pass
    kinds = session.events(0, 0, session.total())["type"]
    payloads = session.payloads(0, 0, session.total())
    handlers = session.metadata.handlers
    assert "all" in [handlers[int(kind)].name for kind in kinds]
    for kind, payload in zip(kinds, payloads, strict=True):
        check_payload(session.metadata, handlers[int(kind)].params, payload)


@pytest.mark.parametrize("name", ["meet", "call"])
def test_references_and_functions_come_from_no_file(name: str) -> None:
    with pytest.raises(MachineError, match="cannot come from outside"):
        check_payload(program(TEXT).metadata, handler(name).params, struct.pack("<q", 1))
