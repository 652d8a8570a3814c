"""Floats as text are what Python's ``repr`` gives, and text becomes the float that Python reads."""

from __future__ import annotations

import math
import random
import struct

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.kernel.running import World, ran

PROGRAM = """
actor Probe {
    on ready() {}
    on show(xs: list<float>) { for x in xs { render f"{x}" } }
    on read(xs: list<string>) { for x in xs { render x.to_float() } }
}
Probe.ready()
"""

SPECIAL = [
    0.0, -0.0, 1.0, -1.0, 0.1, 0.2, 0.1 + 0.2, 1 / 3, 2 / 3, 1.5, 100.0, 1e15, 1e16, 1e17, 123456789012345680.0,
    9007199254740991.0, 9007199254740992.0, 9007199254740993.0, 1e21, 1e22, 1e23, 9.5e-5, 1e-4, 1e-5, 0.00012345,
    5e-324, 1e-323, 2.2250738585072014e-308, 2.225073858507201e-308, 1.7976931348623157e308, 2.0**-44, 2.0**-1022,
    2.0**1023, math.pi, math.e, float("inf"), float("-inf"), float("nan"), 4.35, 4.349999999999999, 0.5, 2.5, 1e100,
]  # fmt: skip


def _any_bits(chooser: random.Random) -> float:
    return float(struct.unpack("<d", chooser.getrandbits(64).to_bytes(8, "little"))[0])


def _world() -> World:
    return ran(PROGRAM)


def test_special_floats_have_pythons_text() -> None:
    assert _world().ask("Probe", "show", SPECIAL) == [repr(x) for x in SPECIAL]


def test_floats_of_any_bits_have_pythons_text() -> None:
    chooser = random.Random(5)
    floats = [_any_bits(chooser) for _ in range(1500)]
    assert _world().ask("Probe", "show", floats) == [repr(x) for x in floats]


def test_powers_of_two_and_their_neighbours_have_pythons_text() -> None:
    floats = [f(2.0**e) for e in range(-1074, 1024, 7) for f in (float, lambda x: math.nextafter(x, 0.0))]
    assert _world().ask("Probe", "show", floats) == [repr(x) for x in floats]


def test_decimals_of_few_digits_have_pythons_text() -> None:
    chooser = random.Random(6)
    floats = [chooser.randrange(10**9) / 10 ** chooser.randrange(14) for _ in range(2000)]
    floats += [float(chooser.randrange(10**17)) for _ in range(500)]
    assert _world().ask("Probe", "show", floats) == [repr(x) for x in floats]


def test_text_is_read_as_python_reads_it() -> None:
    chooser = random.Random(7)
    texts = ["1", "-1.5", "+0.25", ".5", "5.", "1e5", "1E-5", "12345678901234567890", "0.1e1"]
    texts += ["1e400", "-1e400", "1e-400"]
    texts += ["9007199254740993", "9007199254740992.999", "2.4703282292062327e-324", "2.4703282292062328e-324", "-0.0"]
    texts += ["1.7976931348623158e308", "1.797693134862315807e308", "1.7976931348623159e308", "inf", "-inf"]
    texts += ["0." + "0" * 400 + "1e401", "1" + "0" * 400 + "e-400", "3" * 900, "0." + "9" * 900]
    texts += [repr(_any_bits(chooser)) for _ in range(500)]
    texts += [f"{chooser.randrange(10**20)}e{chooser.randrange(-340, 320)}" for _ in range(500)]
    texts += [f"{chooser.getrandbits(200)}.{chooser.getrandbits(100)}e{chooser.randrange(-90, 90)}" for _ in range(200)]
    assert _world().ask("Probe", "read", texts) == [repr(float(t)) for t in texts]


def test_halves_between_floats_round_to_even() -> None:
    texts = [f"{(2**53 + n) * 2 + 1}" for n in range(20)]
    assert _world().ask("Probe", "read", texts) == [repr(float(t)) for t in texts]


def test_what_is_no_number_is_none() -> None:
    texts = ["", "-", ".", "e5", "1e", "1e+", "1.2.3", " 1", "1 ", "0x10", "1_000", "abc", "--1", "infinite", "1f"]
    assert _world().ask("Probe", "read", texts) == ["none"] * len(texts)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(), min_size=1, max_size=40))
def test_text_of_floats_reads_back_to_the_same_bits(xs: list[float]) -> None:
    world = _world()
    shown = world.ask("Probe", "show", xs)
    assert shown == [repr(x) for x in xs]
    assert world.ask("Probe", "read", shown) == shown
