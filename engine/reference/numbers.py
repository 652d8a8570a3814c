"""The numeric instructions of the IR in Python: an i32 or i64 is an int in the signed range, an f64 a float, a v128 an
unsigned int whose lowest byte is the first of its sixteen.

``TEMPLATES`` says for an instruction what it is as an expression over the texts of its operands. What takes more than
an expression, or may trap, is a function here.
"""

from __future__ import annotations

import math
import operator
import struct
from collections.abc import Callable


class Trap(Exception):
    """The code cannot go on: it says why."""


_LONG, _DOUBLE = struct.Struct("<q"), struct.Struct("<d")
_TWO_LONGS, _TWO_DOUBLES = struct.Struct("<qq"), struct.Struct("<dd")
_BITS = {"i32": 32, "i64": 64}
_COMPARED = ("eq", "ne", "lt", "gt", "le", "ge")
_LONG_COMPARED = ("eq", "ne", "lt_s", "gt_s", "le_s", "ge_s")


def _wrapped(expression: str, bits: int) -> str:
    """The number modulo 2**bits, in the signed range."""
    return f"(({expression} + {1 << bits - 1:#x} & {(1 << bits) - 1:#x}) - {1 << bits - 1:#x})"


def _integer_templates(type_: str) -> dict[str, str]:
    bits = _BITS[type_]
    mask, count = f"{(1 << bits) - 1:#x}", bits - 1
    comparisons = {"lt": "<", "gt": ">", "le": "<=", "ge": ">="}
    return {
        "add": _wrapped("{0} + {1}", bits),
        "sub": _wrapped("{0} - {1}", bits),
        "mul": _wrapped("{0} * {1}", bits),
        "and": "{0} & {1}",
        "or": "{0} | {1}",
        "xor": "{0} ^ {1}",
        "shl": _wrapped(f"({{0}} << ({{1}} & {count}))", bits),
        "shr_s": f"{{0}} >> ({{1}} & {count})",
        "shr_u": _wrapped(f"(({{0}} & {mask}) >> ({{1}} & {count}))", bits),
        "eq": "{0} == {1}",
        "ne": "{0} != {1}",
        **{f"{name}_s": f"{{0}} {sign} {{1}}" for name, sign in comparisons.items()},
        **{f"{name}_u": f"({{0}} & {mask}) {sign} ({{1}} & {mask})" for name, sign in comparisons.items()},
        "eqz": "{0} == 0",
        "popcnt": f"({{0}} & {mask}).bit_count()",
        "clz": f"{bits} - ({{0}} & {mask}).bit_length()",
        "ctz": f"count_trailing_zeros({{0}}, {bits})",
        "rotl": f"rotate_left({{0}}, {{1}}, {bits})",
        "rotr": f"rotate_left({{0}}, -{{1}}, {bits})",
        "div_s": f"divide({{0}}, {{1}}, {bits})",
        "rem_s": "remainder({0}, {1})",
        "div_u": _wrapped(f"divide({{0}} & {mask}, {{1}} & {mask}, {bits + 1})", bits),
        "rem_u": _wrapped(f"remainder({{0}} & {mask}, {{1}} & {mask})", bits),
        "extend8_s": _wrapped("{0}", 8),
        "extend16_s": _wrapped("{0}", 16),
        "extend32_s": _wrapped("{0}", 32),
        "trunc_f64_s": f"truncate({{0}}, {-(1 << bits - 1)}, {(1 << bits - 1) - 1})",
        "trunc_f64_u": _wrapped(f"truncate({{0}}, 0, {mask})", bits),
        "trunc_sat_f64_s": f"truncate_saturating({{0}}, {-(1 << bits - 1)}, {(1 << bits - 1) - 1})",
        "trunc_sat_f64_u": _wrapped(f"truncate_saturating({{0}}, 0, {mask})", bits),
    }


_FLOAT_TEMPLATES = {
    "add": "{0} + {1}",
    "sub": "{0} - {1}",
    "mul": "{0} * {1}",
    "div": "divide_float({0}, {1})",
    "min": "lower({0}, {1})",
    "max": "higher({0}, {1})",
    "copysign": "copysign({0}, {1})",
    "eq": "{0} == {1}",
    "ne": "{0} != {1}",
    "lt": "{0} < {1}",
    "gt": "{0} > {1}",
    "le": "{0} <= {1}",
    "ge": "{0} >= {1}",
    "abs": "abs({0})",
    "neg": "-{0}",
    "sqrt": "square_root({0})",
    "floor": "whole({0}, floor)",
    "ceil": "whole({0}, ceil)",
    "trunc": "whole({0}, trunc)",
    "nearest": "whole({0}, round)",
    "convert_i32_s": "float({0})",
    "convert_i64_s": "float({0})",
    "convert_i32_u": "float({0} & 0xffffffff)",
    "convert_i64_u": "float({0} & 0xffffffffffffffff)",
    "reinterpret_i64": "float_of_bits({0})",
}

TEMPLATES: dict[str, str] = {
    **{f"i32.{name}": text for name, text in _integer_templates("i32").items()},
    **{f"i64.{name}": text for name, text in _integer_templates("i64").items()},
    **{f"f64.{name}": text for name, text in _FLOAT_TEMPLATES.items()},
    "i64.extend_i32_s": "{0}",
    "i64.extend_i32_u": "{0} & 0xffffffff",
    "i32.wrap_i64": _wrapped("{0}", 32),
    "i64.reinterpret_f64": "bits_of_float({0})",
    "v128.and": "{0} & {1}",
    "v128.or": "{0} | {1}",
    "v128.xor": "{0} ^ {1}",
    "v128.not": f"{{0}} ^ {(1 << 128) - 1:#x}",
    "i64x2.splat": "two_longs(operator.or_, ({0}, {0}), (0, 0))",
    "f64x2.splat": "two_longs(operator.or_, (bits_of_float({0}),) * 2, (0, 0))",
    "i64x2.add": "two_longs(operator.add, longs_of({0}), longs_of({1}))",
    "i64x2.sub": "two_longs(operator.sub, longs_of({0}), longs_of({1}))",
    "i64x2.bitmask": "{0} >> 126 & 2 | {0} >> 63 & 1",
    **{
        f"i64x2.{name}": f"two_truths(operator.{name[:2]}, longs_of({{0}}), longs_of({{1}}))" for name in _LONG_COMPARED
    },
    **{f"f64x2.{name}": f"two_truths(operator.{name}, doubles_of({{0}}), doubles_of({{1}}))" for name in _COMPARED},
    "i8x16.splat": "({0} & 0xff) * 0x01010101010101010101010101010101",
    "i8x16.eq": "each_byte(equal_byte, {0}, {1})",
    "i8x16.lt_u": "each_byte(less_byte, {0}, {1})",
    "i8x16.sub": "each_byte(subtract_byte, {0}, {1})",
    "i8x16.bitmask": "high_bits({0})",
    "memory.size": "memory.pages",
    "memory.grow": "memory.grow({0})",
}
"""What an instruction is in Python. The memory's own are methods of ``memory``."""


def count_trailing_zeros(value: int, bits: int) -> int:
    """How many of the lowest bits are 0; all of them in 0."""
    return (value & -value).bit_length() - 1 if value else bits


def rotate_left(value: int, count: int, bits: int) -> int:
    """The bits moved round."""
    mask = (1 << bits) - 1
    value, count = value & mask, count % bits
    turned = (value << count | value >> (bits - count)) & mask
    return turned - (1 << bits) if turned >> (bits - 1) else turned


def divide(a: int, b: int, bits: int) -> int:
    """The quotient toward zero. Traps where there is none, or where it does not fit."""
    if b == 0:
        raise Trap("division by zero")
    quotient = abs(a) // abs(b)
    if (a < 0) != (b < 0):
        return -quotient
    if quotient >> (bits - 1):
        raise Trap("integer overflow")
    return quotient


def remainder(a: int, b: int) -> int:
    """What a division toward zero leaves, with the sign of ``a``."""
    if b == 0:
        raise Trap("division by zero")
    rest = abs(a) % abs(b)
    return -rest if a < 0 else rest


def divide_float(a: float, b: float) -> float:
    """Division by IEEE 754, which has a result for everything."""
    if b != 0.0:
        return a / b
    if a == 0.0 or a != a:
        return math.nan
    return math.copysign(math.inf, a) * math.copysign(1.0, b)


def lower(a: float, b: float) -> float:
    """The minimum, with -0.0 below 0.0, and NaN if one is NaN."""
    if a != a or b != b:
        return math.nan
    if a == b == 0.0:
        return a if math.copysign(1.0, a) < 0 else b
    return min(a, b)


def higher(a: float, b: float) -> float:
    """The maximum, the same way."""
    return -lower(-a, -b)


def square_root(x: float) -> float:
    """The square root; NaN below zero."""
    return math.sqrt(x) if x >= 0.0 else math.nan


def whole(x: float, rounded: object) -> float:
    """``x`` by a function that gives an int. What has no fraction stays, and a zero keeps its sign."""
    if x != x or abs(x) >= 2.0**52:
        return x
    assert callable(rounded)
    return math.copysign(float(rounded(x)), x)


def truncate(x: float, lowest: int, highest: int) -> int:
    """The int without the fraction. Traps where that is not in the range."""
    if x != x or math.isinf(x):
        raise Trap("invalid conversion to integer")
    value = math.trunc(x)
    if not lowest <= value <= highest:
        raise Trap("integer overflow")
    return value


def truncate_saturating(x: float, lowest: int, highest: int) -> int:
    """The int without the fraction, or the limit that is nearest; 0 for NaN."""
    if x != x:
        return 0
    if math.isinf(x):
        return highest if x > 0 else lowest
    return max(lowest, min(highest, math.trunc(x)))


def bits_of_float(x: float) -> int:
    """The 64 bits."""
    return int(_LONG.unpack(_DOUBLE.pack(x))[0])


def float_of_bits(bits: int) -> float:
    """The float of 64 bits."""
    return float(_DOUBLE.unpack(_LONG.pack(bits))[0])


def each_byte(work: Callable[[int, int], int], a: int, b: int) -> int:
    """A byte from each two bytes of the same place."""
    pairs = zip(a.to_bytes(16, "little"), b.to_bytes(16, "little"), strict=True)
    return int.from_bytes(bytes(work(x, y) for x, y in pairs), "little")


def equal_byte(x: int, y: int) -> int:
    """All bits where they are the same."""
    return 0xFF if x == y else 0


def less_byte(x: int, y: int) -> int:
    """All bits where the first is below."""
    return 0xFF if x < y else 0


def subtract_byte(x: int, y: int) -> int:
    """The difference, wrapped around."""
    return (x - y) & 0xFF


def high_bits(vector: int) -> int:
    """The highest bits of the bytes, the first byte's as the lowest."""
    return sum(byte >> 7 << i for i, byte in enumerate(vector.to_bytes(16, "little")))


def longs_of(vector: int) -> tuple[int, int]:
    """The two numbers with sign in it."""
    first, second = _TWO_LONGS.unpack(vector.to_bytes(16, "little"))
    return first, second


def doubles_of(vector: int) -> tuple[float, float]:
    """The two floats in it."""
    first, second = _TWO_DOUBLES.unpack(vector.to_bytes(16, "little"))
    return first, second


def two_longs(work: Callable[[int, int], int], a: tuple[int, int], b: tuple[int, int]) -> int:
    """A vector of what is made of the first two and of the second two, wrapped around."""
    first, second = (work(x, y) & 0xFFFFFFFFFFFFFFFF for x, y in zip(a, b, strict=True))
    return second << 64 | first


def two_truths(work: Callable[[float, float], bool], a: tuple[float, float], b: tuple[float, float]) -> int:
    """A vector whose halves are all ones where a comparison holds."""
    first, second = (0xFFFFFFFFFFFFFFFF if work(x, y) else 0 for x, y in zip(a, b, strict=True))
    return second << 64 | first


FUNCTIONS: dict[str, object] = {
    "Trap": Trap,
    "count_trailing_zeros": count_trailing_zeros,
    "rotate_left": rotate_left,
    "divide": divide,
    "remainder": remainder,
    "divide_float": divide_float,
    "lower": lower,
    "higher": higher,
    "copysign": math.copysign,
    "square_root": square_root,
    "whole": whole,
    "floor": math.floor,
    "ceil": math.ceil,
    "trunc": math.trunc,
    "truncate": truncate,
    "truncate_saturating": truncate_saturating,
    "bits_of_float": bits_of_float,
    "float_of_bits": float_of_bits,
    "each_byte": each_byte,
    "equal_byte": equal_byte,
    "less_byte": less_byte,
    "subtract_byte": subtract_byte,
    "high_bits": high_bits,
    "longs_of": longs_of,
    "doubles_of": doubles_of,
    "two_longs": two_longs,
    "two_truths": two_truths,
    "operator": operator,
}
"""The names that ``TEMPLATES`` use."""
