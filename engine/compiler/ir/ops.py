"""The numeric instructions of the IR: their types, and what they give for constants.

The names are WebAssembly's. Integer constants are kept signed.
"""

from __future__ import annotations

import operator
from collections.abc import Callable

from engine.compiler.ir.float_constants import evaluate_float
from engine.compiler.ir.nodes import F64, I32, I64, V128, ValueType

WIDTH = {I32: 32, I64: 64}
LOWEST = {I32: -(2**31), I64: -(2**63)}
HIGHEST = {I32: 2**31 - 1, I64: 2**63 - 1}


def signed(value: int, type_: ValueType) -> int:
    """The number modulo 2**32 or 2**64, in the signed range."""
    span = 1 << WIDTH[type_]
    value &= span - 1
    return value - span if value >= span >> 1 else value


def unsigned(value: int, type_: ValueType) -> int:
    """The same bits read without a sign."""
    return value & ((1 << WIDTH[type_]) - 1)


_INT_BINARY = "add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr"
_INT_COMPARE = "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u"
_INT_UNARY = "clz ctz popcnt extend8_s extend16_s"
_FLOAT_BINARY = "add sub mul div min max copysign"
_FLOAT_COMPARE = "eq ne lt gt le ge"
_FLOAT_UNARY = "abs neg ceil floor trunc nearest sqrt"
_VECTOR_BINARY = (
    "i8x16.eq i8x16.lt_u i8x16.sub v128.and v128.or v128.xor i64x2.add i64x2.sub "
    "i64x2.eq i64x2.ne i64x2.lt_s i64x2.gt_s i64x2.le_s i64x2.ge_s "
    "f64x2.eq f64x2.ne f64x2.lt f64x2.gt f64x2.le f64x2.ge"
)
_EVERY_BYTE = 0x01010101010101010101010101010101
_BOTH_LANES = 1 << 64 | 1


def _signatures() -> dict[str, tuple[tuple[ValueType, ...], ValueType]]:
    table: dict[str, tuple[tuple[ValueType, ...], ValueType]] = {}
    for t in (I32, I64):
        table |= {f"{t}.{name}": ((t, t), t) for name in _INT_BINARY.split()}
        table |= {f"{t}.{name}": ((t, t), I32) for name in _INT_COMPARE.split()}
        table |= {f"{t}.{name}": ((t,), t) for name in _INT_UNARY.split()}
        table[f"{t}.eqz"] = ((t,), I32)
        for sign in "su":
            table[f"{t}.trunc_f64_{sign}"] = table[f"{t}.trunc_sat_f64_{sign}"] = ((F64,), t)
            table[f"f64.convert_{t}_{sign}"] = ((t,), F64)
    table |= {f"f64.{name}": ((F64, F64), F64) for name in _FLOAT_BINARY.split()}
    table |= {f"f64.{name}": ((F64, F64), I32) for name in _FLOAT_COMPARE.split()}
    table |= {f"f64.{name}": ((F64,), F64) for name in _FLOAT_UNARY.split()}
    table |= dict.fromkeys(_VECTOR_BINARY.split(), ((V128, V128), V128))
    table |= {
        "i64.extend32_s": ((I64,), I64),
        "i64.extend_i32_s": ((I32,), I64),
        "i64.extend_i32_u": ((I32,), I64),
        "i32.wrap_i64": ((I64,), I32),
        "i64.reinterpret_f64": ((F64,), I64),
        "f64.reinterpret_i64": ((I64,), F64),
        "i8x16.splat": ((I32,), V128),
        "i8x16.bitmask": ((V128,), I32),
        "i64x2.splat": ((I64,), V128),
        "f64x2.splat": ((F64,), V128),
        "i64x2.bitmask": ((V128,), I32),
        "v128.not": ((V128,), V128),
        "memory.size": ((), I32),
        "memory.grow": ((I32,), I32),
    }
    return table


OPS = _signatures()
"""Operand types and result type of every instruction that ``Op`` may name."""

LOADS: dict[str, ValueType] = {
    **{f"i32.load{part}": I32 for part in ("", "8_s", "8_u", "16_s", "16_u")},
    **{f"i64.load{part}": I64 for part in ("", "8_s", "8_u", "16_s", "16_u", "32_s", "32_u")},
    "f64.load": F64,
    "v128.load": V128,
}
STORES: dict[str, ValueType] = {
    **{f"i32.store{part}": I32 for part in ("", "8", "16")},
    **{f"i64.store{part}": I64 for part in ("", "8", "16", "32")},
    "f64.store": F64,
}
EFFECTS: dict[str, tuple[ValueType, ...]] = {
    "memory.copy": (I32, I32, I32),
    "memory.fill": (I32, I32, I32),
    "unreachable": (),
}
"""Operand types of the instructions that ``Effect`` may name."""

IMPURE = {"memory.size", "memory.grow"} | {
    name for name in OPS if ".div_" in name or ".rem_" in name or ".trunc_f64_" in name
}
"""Instructions that may trap, or whose result depends on when they run."""

NEGATED = {
    f"{t}.{a}": f"{t}.{b}"
    for t in (I32, I64)
    for left, right in (("eq", "ne"), ("lt_s", "ge_s"), ("gt_s", "le_s"), ("lt_u", "ge_u"), ("gt_u", "le_u"))
    for a, b in ((left, right), (right, left))
}
"""The comparison that holds exactly when the other does not."""

SWAPPED = {
    f"{t}.{a}": f"{t}.{b}"
    for t in (I32, I64)
    for left, right in (
        ("eq", "eq"),
        ("ne", "ne"),
        ("lt_s", "gt_s"),
        ("le_s", "ge_s"),
        ("lt_u", "gt_u"),
        ("le_u", "ge_u"),
    )
    for a, b in ((left, right), (right, left))
}
"""The comparison that says the same with its operands exchanged."""


def is_comparison(name: str) -> bool:
    """Whether the instruction gives 0 or 1."""
    return name in NEGATED or name in ("i32.eqz", "i64.eqz") or (name[:4] == "f64." and OPS[name][1] == I32)


_ARITHMETIC: dict[str, Callable[[int, int], int]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "and": operator.and_,
    "or": operator.or_,
    "xor": operator.xor,
}
_COMPARE: dict[str, Callable[[int, int], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "gt": operator.gt,
    "le": operator.le,
    "ge": operator.ge,
}


def evaluate(name: str, args: tuple[int | float, ...]) -> int | float | None:
    """What an instruction gives for constants; None where that is left to the machine.

    Of vectors only those are constant in which a number is repeated.
    """
    signature = OPS.get(name)
    if signature is None or V128 in signature[0] or name in IMPURE:
        return None
    if F64 in signature[0] or signature[1] == F64:
        return evaluate_float(name, args)
    of, what = signature[0][0], name.split(".", 1)[1]
    values = tuple(int(value) for value in args)
    if len(values) == 2:
        return _evaluate_binary(of, what, *values)
    (value,) = values
    match what:
        case "eqz":
            return int(value == 0)
        case "wrap_i64":
            return signed(value, I32)
        case "extend_i32_s":
            return value
        case "extend_i32_u":
            return unsigned(value, I32)
        case "clz":
            return WIDTH[of] - unsigned(value, of).bit_length()
        case "ctz":
            return WIDTH[of] if value == 0 else (value & -value).bit_length() - 1
        case "popcnt":
            return unsigned(value, of).bit_count()
        case "extend32_s":
            return signed(value, I32)
        case "splat":
            return (value & 0xFF) * _EVERY_BYTE if of == I32 else unsigned(value, I64) * _BOTH_LANES
    return None


def _evaluate_binary(of: ValueType, what: str, a: int, b: int) -> int | None:
    if what in _ARITHMETIC:
        return signed(_ARITHMETIC[what](a, b), of)
    compare = _COMPARE.get(what[:2])
    if compare is not None and (len(what) == 2 or what[2] == "_"):
        if what.endswith("_u"):
            a, b = unsigned(a, of), unsigned(b, of)
        return int(compare(a, b))
    count = b % WIDTH[of]
    match what:
        case "shl":
            return signed(a << count, of)
        case "shr_s":
            return a >> count
        case "shr_u":
            return signed(unsigned(a, of) >> count, of)
    return None
