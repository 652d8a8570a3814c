"""What instructions on floats give for constants.

A machine that rounds as IEEE 754 says gives the same bits for each of these, and so does Python. Left to the machine is
what gives infinity, NaN (whose bits differ), or -0.0, and what is made of them, but for comparisons.
"""

from __future__ import annotations

import math
import operator
import struct
from collections.abc import Callable

_BINARY: dict[str, Callable[[float, float], float]] = {
    "f64.add": operator.add,
    "f64.sub": operator.sub,
    "f64.mul": operator.mul,
    "f64.div": operator.truediv,
    "f64.min": min,
    "f64.max": max,
    "f64.copysign": math.copysign,
}
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "f64.eq": operator.eq,
    "f64.ne": operator.ne,
    "f64.lt": operator.lt,
    "f64.gt": operator.gt,
    "f64.le": operator.le,
    "f64.ge": operator.ge,
}
_UNARY: dict[str, Callable[[float], float]] = {
    "f64.abs": abs,
    "f64.neg": operator.neg,
    "f64.sqrt": math.sqrt,
    "f64.ceil": lambda x: math.copysign(math.ceil(x), x),
    "f64.floor": lambda x: math.copysign(math.floor(x), x),
    "f64.trunc": lambda x: math.copysign(math.trunc(x), x),
    "f64.nearest": lambda x: math.copysign(round(x), x),
}


def evaluate_float(name: str, args: tuple[int | float, ...]) -> int | float | None:
    """What an instruction that takes or gives a float gives for constants; None where that is left to the machine."""
    match name, args:
        case _, (a, b) if name in _COMPARE:
            return int(_COMPARE[name](a, b))
        case _ if not all(map(math.isfinite, args)):
            return None
        case "f64.div", (_, 0):
            return None
        case _, (a, b) if name in _BINARY:
            return _constant(_BINARY[name](float(a), float(b)))
        case "f64.sqrt", (a,) if a < 0:
            return None
        case _, (a,) if name in _UNARY:
            return _constant(_UNARY[name](float(a)))
        case "f64.convert_i32_s" | "f64.convert_i64_s", (a,):
            return float(a)
        case "i64.reinterpret_f64", (a,):
            return int(struct.unpack("<q", struct.pack("<d", a))[0])
        case "f64.reinterpret_i64", (a,):
            return _constant(struct.unpack("<d", struct.pack("<q", a))[0])
    return None


def _constant(value: float) -> float | None:
    """The value, if a constant can stand for it."""
    is_negative_zero = value == 0 and math.copysign(1.0, value) < 0
    return value if math.isfinite(value) and not is_negative_zero else None
