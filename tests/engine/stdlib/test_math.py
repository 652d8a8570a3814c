"""The module ``math``: near the true values, exact where it can be, and as IEEE 754 has it at the edges."""

from __future__ import annotations

import math
import struct
import sys
from fractions import Fraction

import numpy as np
import pytest

from tests.engine.kernel.running import World, ran
from tests.engine.stdlib import write_exp_table
from tests.engine.stdlib.math_points import CASES, Case, columns_of, distances, probe, values

EDGES = (
    0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 3.0, -3.0, math.inf, -math.inf, math.nan, 5e-324, -5e-324,
    2.2250738585072014e-308, sys.float_info.max, -sys.float_info.max, 709.782712893384, 709.7827128933841,
    -745.1332191019411, -745.1332191019412, 710.4758600739439, 1e300, 1e22, 9007199254740993.0, 1e-300, math.pi,
    math.pi / 2, 0.999999999999999,
)  # fmt: skip


@pytest.fixture(scope="module")
def world() -> World:
    return probe(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_function_is_within_one_float_of_the_correctly_rounded_value(world: World, case: Case) -> None:
    columns = columns_of(case, np.random.default_rng(2), 3000)
    units, steps = distances(case, columns, values(world, case, columns))
    assert steps.max() <= 1
    assert units.max() < 0.9


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_edges_give_the_zeros_infinities_and_nans_of_ieee_754(world: World, case: Case) -> None:
    if case.arity == 1:
        columns = (np.array(EDGES),)
    else:
        columns = tuple(np.array([pair[k] for pair in [(x, y) for x in EDGES for y in EDGES]]) for k in range(2))
    found = values(world, case, columns)
    _, steps = distances(case, columns, found)
    assert steps.max() <= 1, [(*place, value) for *place, value in zip(*columns, found, strict=True)]
    with np.errstate(all="ignore"):
        true = case.reference(*(column.astype(np.longdouble) for column in columns)).astype(np.float64)
    zeros = (true == 0) & (found == 0)
    assert np.array_equal(np.signbit(true[zeros]), np.signbit(found[zeros]))


def test_powers_that_are_whole_come_out_whole() -> None:
    lines = [
        "render [math.pow(float(n), 2.0) == float(n * n) for n in 0..200]",
        "render [math.log2(math.exp2(float(n))) == float(n) for n in -1074..1024]",
        "render [math.log10(float(math.ipow(10, n))) == float(n) for n in 0..19]",
        "render [math.cbrt(float(n * n * n)) == float(n) for n in -100..100]",
        "render [math.hypot(3.0 * float(n), 4.0 * float(n)) == 5.0 * float(n) for n in 0..100]",
    ]
    assert all("false" not in text for text in ran("\n".join(lines)).texts)


def test_constants_and_small_functions_agree_with_pythons() -> None:
    program = """
    render [math.pi, math.tau, math.e, math.inf, -math.inf, math.nan]
    render [math.floor(-1.5), math.ceil(-1.5), math.round(2.5), math.trunc(-1.5)]
    render [math.fract(-1.25), math.copysign(2.0, -0.0), math.fmod(-7.5, 2.0), math.fmod(1e300, 3.0)]
    render [math.is_nan(math.nan), math.is_finite(math.inf), math.is_infinite(-math.inf), math.is_finite(1.0)]
    render [math.sign(-5), math.sign(0), math.sign(2.5), math.clamp(7, 1, 5), math.clamp(-7, 1, 5)]
    render math.clamp("m", "a", "k")
    render math.clamp(math.nan, 0.0, 1.0)
    render [math.gcd(-12, 18), math.gcd(0, 0), math.gcd(0, 7), math.lcm(4, -6), math.lcm(0, 3)]
    render [math.factorial(0), math.factorial(20), math.isqrt(0), math.isqrt(99), math.isqrt(math.int_max)]
    render [math.ipow(2, 62), math.ipow(-3, 39), math.ipow(7, 0)]
    render [math.degrees(1.0), math.radians(1.0), math.degrees(math.pi)]
    """
    assert ran(program).texts == [
        "[3.141592653589793, 6.283185307179586, 2.718281828459045, inf, -inf, nan]",
        "[-2, -1, 2, -1]",
        f"[-0.25, -2.0, {math.fmod(-7.5, 2.0)}, {math.fmod(1e300, 3.0)}]",
        "[true, false, true, true]",
        "[-1, 0, 1, 5, 1]",
        "k",
        "nan",
        "[6, 0, 7, 12, 0]",
        f"[1, {math.factorial(20)}, 0, 9, {math.isqrt(2**63 - 1)}]",
        f"[{2**62}, {(-3) ** 39}, 1]",
        f"[{math.degrees(1.0)}, {math.radians(1.0)}, 180.0]",
    ]


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        ("math.factorial(-1)", "fail: math.factorial of a number below 0"),
        ("math.factorial(21)", "overflow"),
        ("math.ipow(10, 19)", "overflow"),
        ("math.isqrt(-1)", "fail: math.isqrt of a number below 0"),
        ("math.factorial(math.int_max)", "overflow: the product"),
        ("math.clamp(1, 3, 2)", "fail: math.clamp(x, low, high) with high below low"),
        ("math.clamp(1.0, math.nan, 2.0)", "fail: math.clamp(x, low, high) with NaN as low or high"),
        ("math.clamp(1.0, 0.0, math.nan)", "fail: math.clamp(x, low, high) with NaN as low or high"),
        ("math.gcd(math.int_min, 0)", "overflow: the result"),
    ],
)
def test_what_has_no_answer_is_a_fault(call: str, fault: str) -> None:
    assert [found for found in ran(f"render {call}").faults if found.startswith(fault)]


def test_the_table_of_powers_is_what_its_script_writes() -> None:
    assert write_exp_table.TARGET.read_text(encoding="utf-8") == write_exp_table.written()


def test_rows_of_the_table_of_powers_are_right_to_a_hundred_bits() -> None:
    for part in range(write_exp_table.PARTS):
        lost, bits = struct.unpack("<dq", write_exp_table.row(part))
        (rounded,) = struct.unpack("<d", struct.pack("<q", bits + (part << 46)))
        whole = Fraction(rounded) * (1 + Fraction(lost))
        assert abs(whole**write_exp_table.PARTS / 2**part - 1) < Fraction(1, 2**98)
