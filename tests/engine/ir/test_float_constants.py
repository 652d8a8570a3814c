"""Folding of floats: the compiler and the machine give the same bits, or the compiler gives nothing."""

from __future__ import annotations

import math
import random
import struct
from itertools import product

import pytest
import wasmtime

from engine.compiler.ir.float_constants import evaluate_float
from engine.compiler.ir.nodes import F64, I32, V128, ValueType
from engine.compiler.ir.ops import IMPURE, OPS
from engine.vm.engine import shared_engine

FLOATS = (
    0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, 0.3, -0.3, 1e-320, -1e-320, 5e-324, 2.2250738585072014e-308, 1e300,
    4503599627370497.5, 9007199254740993.0, 1.7976931348623157e308, 3.14159, math.inf, -math.inf, math.nan,
)  # fmt: skip
INTS = (0, 1, -1, 7, 2**31 - 1, -(2**31))
LONG_INTS = (*INTS, 2**53 + 1, 2**63 - 1, -(2**63), 0x7FF0000000000000, 0x7FF8000000000001, 0x3FF0000000000000)
NAMES = sorted(
    name
    for name, (taken, given) in OPS.items()
    if (F64 in taken or given == F64) and given != V128 and name not in IMPURE and taken
)


def _values(type_: ValueType) -> list[int | float]:
    chance = random.Random(5)
    if type_ == F64:
        return [*FLOATS, *(chance.uniform(-100, 100) for _ in range(20)), *(chance.gauss(0, 1e-9) for _ in range(5))]
    return [*(INTS if type_ == I32 else LONG_INTS), *(chance.randrange(-(2**31), 2**31) for _ in range(10))]


def _bits(value: int | float) -> bytes:
    return struct.pack("<d", value) if isinstance(value, float) else struct.pack("<q", value)


def _has_no_constant(value: int | float) -> bool:
    return isinstance(value, float) and (not math.isfinite(value) or _bits(value) == _bits(-0.0))


@pytest.mark.parametrize("name", NAMES)
def test_a_folded_instruction_has_the_bits_that_the_machine_gives(name: str) -> None:
    taken, given = OPS[name]
    params = " ".join(f"(param {type_})" for type_ in taken)
    gets = " ".join(f"local.get {number}" for number in range(len(taken)))
    text = f'(module (func (export "f") {params} (result {given}) {gets} {name}))'
    store = wasmtime.Store(shared_engine())
    run = wasmtime.Instance(store, wasmtime.Module(shared_engine(), text), []).exports(store)["f"]
    assert isinstance(run, wasmtime.Func)
    for args in product(*map(_values, taken)):
        folded, real = evaluate_float(name, args), run(store, *args)
        assert folded is None or _bits(folded) == _bits(real), (args, folded, real)
        assert folded is None or not _has_no_constant(real), (args, real)


@pytest.mark.parametrize(
    ("name", "args", "value"),
    [
        ("f64.add", (0.1, 0.2), 0.30000000000000004),
        ("f64.div", (1.0, 3.0), 0.3333333333333333),
        ("f64.sqrt", (2.0,), 1.4142135623730951),
        ("f64.nearest", (2.5,), 2.0),
        ("f64.lt", (1.0, 2.0), 1),
        ("f64.convert_i64_s", (2**53 + 1,), 9007199254740992.0),
        ("i64.reinterpret_f64", (1.0,), 0x3FF0000000000000),
        ("f64.reinterpret_i64", (0x4000000000000000,), 2.0),
    ],
)
def test_what_has_a_constant_is_folded(name: str, args: tuple[int | float, ...], value: int | float) -> None:
    assert evaluate_float(name, args) == value


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("f64.div", (1.0, 0.0)),
        ("f64.mul", (1e300, 1e300)),
        ("f64.mul", (-1.0, 0.0)),
        ("f64.neg", (0.0,)),
        ("f64.trunc", (math.inf,)),
        ("f64.sqrt", (-1.0,)),
        ("f64.nearest", (-0.3,)),
        ("f64.reinterpret_i64", (0x7FF8000000000000,)),
    ],
)
def test_infinities_nan_and_the_negative_zero_are_left_to_the_machine(name: str, args: tuple[int | float, ...]) -> None:
    assert evaluate_float(name, args) is None
