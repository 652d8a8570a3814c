"""Calls of the module `math`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conformance.generator.types import BOOL, FLOAT, INT, Type

if TYPE_CHECKING:
    from tests.conformance.generator.expressions import Expressions

FLOATS_OF_ONE = (
    "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "exp", "exp2",
    "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt", "fract", "degrees", "radians",
)  # fmt: skip
FLOATS_OF_TWO = ("pow", "atan2", "hypot", "fmod", "copysign")
INTS_OF_FLOAT = ("floor", "ceil", "round", "trunc", "sign")
INTS_OF_ONE = ("factorial", "isqrt", "sign")
INTS_OF_TWO = ("gcd", "lcm", "ipow")
BOOLS_OF_FLOAT = ("is_nan", "is_infinite", "is_finite")


def call(e: Expressions, t: Type, depth: int) -> str:
    """A float, an int or a bool of the module."""
    c = e.c
    x = e.expr(FLOAT, depth - 1)
    if t == BOOL:
        return f"math.{c.one(BOOLS_OF_FLOAT)}({x})"
    if t == FLOAT:
        way = c.below(4)
        if way < 2:
            return f"math.{c.one(FLOATS_OF_ONE)}({x})"
        if way == 2:
            return f"math.{c.one(FLOATS_OF_TWO)}({x}, {e.expr(FLOAT, depth - 1)})"
        return c.one((f"math.clamp({x}, -1.0, {e.atom(FLOAT)})", "math.pi", "math.e"))
    a = e.expr(INT, depth - 1)
    way = c.below(3)
    if way == 0:
        return f"math.{c.one(INTS_OF_FLOAT)}({x})"
    if way == 1:
        return f"math.{c.one(INTS_OF_TWO)}({a}, {e.expr(INT, depth - 1)})"
    return c.one((f"math.{c.one(INTS_OF_ONE)}({a})", f"math.clamp({a}, 0, {e.atom(INT)})"))
