"""Operators on numbers and bools.

An ``int`` never silently wraps: additions look at the signs of operands and sum, one comparison is enough where an
operand is known, and products of two small factors are not looked at further. ``i32`` exists in library files only, and
wraps.
"""

from __future__ import annotations

from engine.base.source import Span
from engine.compiler.check.types import BOOL, DURATION, FLOAT, INT, ActorType, Type, is_plain_enum
from engine.compiler.check.types import I32 as I32_TYPE
from engine.compiler.ir import nodes as ir
from engine.compiler.lower.functions import FunctionBuilder, do, i32, i64, op32, op64

INT_MIN, INT_MAX = -(2**63), 2**63 - 1

_COMPARISONS = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
_INT_PLAIN = {"+%": "add", "-%": "sub", "*%": "mul", "&": "and", "|": "or", "^": "xor"}
_I32_OPS = {
    "+": "add", "-": "sub", "*": "mul", "/": "div_s", "%": "rem_s", "&": "and", "|": "or", "^": "xor",
    "<<": "shl", ">>": "shr_s", "+%": "add", "-%": "sub", "*%": "mul",
}  # fmt: skip
_FLOAT_OPS = {"+": "add", "-": "sub", "*": "mul", "/": "div"}


def binary(f: FunctionBuilder, op: str, t: Type, left: ir.Expr, right: ir.Expr, span: Span) -> ir.Expr:
    """``left op right``, both of type ``t``; ``left`` is evaluated first."""
    if op in _COMPARISONS:
        return compare(op, t, left, right)
    if t == FLOAT:
        return ir.Op(ir.F64, f"f64.{_FLOAT_OPS[op]}", (left, right))
    if t == I32_TYPE:
        return op32(f"i32.{_I32_OPS[op]}", left, right)
    if t == BOOL:
        return op32(f"i32.{_INT_PLAIN[op]}", left, right)
    assert t in (INT, DURATION), t
    if op in _INT_PLAIN:
        return op64(f"i64.{_INT_PLAIN[op]}", left, right)
    with f.gather() as body:
        value = _CHECKED[op](f, left, right, span)
    return do(body, value)


def compare(op: str, t: Type, left: ir.Expr, right: ir.Expr) -> ir.Expr:
    """A comparison as an i32."""
    name = _COMPARISONS[op]
    if t == FLOAT:
        return op32(f"f64.{name}", left, right)
    signed = "" if op in ("==", "!=") else "_s"
    machine = "i64" if t in (INT, DURATION) or isinstance(t, ActorType) or is_plain_enum(t) else "i32"
    if machine == "i32" and right == i32(0) and op == "==":
        return op32("i32.eqz", left)
    return op32(f"{machine}.{name}{signed}", left, right)


def compare_order(f: FunctionBuilder, t: Type, left: ir.Expr, right: ir.Expr) -> ir.Expr:
    """-1, 0 or 1 as an i64, for ints, durations, bools and actor references."""
    with f.gather() as body:
        a, b = operands(f, left, right)
        above, below = compare(">", t, a, b), compare("<", t, a, b)
    return do(body, op64("i64.extend_i32_s", op32("i32.sub", above, below)))


def operands(f: FunctionBuilder, left: ir.Expr, right: ir.Expr) -> tuple[ir.Expr, ir.Expr]:
    """Both evaluated, in order, and readable more than once."""
    if isinstance(left, ir.Get) and isinstance(right, ir.Get | ir.Const):
        return left, right
    a = f.stable(left)
    return a, right if isinstance(right, ir.Get) else f.stable(right)


def negate(f: FunctionBuilder, t: Type, value: ir.Expr, span: Span) -> ir.Expr:
    """``-value``."""
    if t == FLOAT:
        return ir.Op(ir.F64, "f64.neg", (value,))
    if t == I32_TYPE:
        return op32("i32.sub", i32(0), value)
    if isinstance(value, ir.Const) and value.value != INT_MIN:
        return i64(-int(value.value))
    with f.gather() as body:
        a = f.stable(value)
        _overflow_if(f, op32("i64.eq", a, i64(INT_MIN)), "n", span)
    return do(body, op64("i64.sub", i64(0), a))


def invert(t: Type, value: ir.Expr) -> ir.Expr:
    """``not`` of a bool, or all bits of a number turned over."""
    if t == BOOL:
        return op32("i32.eqz", value)
    if t == I32_TYPE:
        return op32("i32.xor", value, i32(-1))
    return op64("i64.xor", value, i64(-1))


def truncate(f: FunctionBuilder, value: ir.Expr, span: Span) -> ir.Expr:
    """An int of a float; faults where no int is near."""
    with f.gather() as body:
        a = f.stable(value)
        fits = op32(
            "i32.and",
            op32("f64.ge", a, ir.Const(ir.F64, -(2.0**63))),
            op32("f64.lt", a, ir.Const(ir.F64, 2.0**63)),
        )  # false for NaN too
        with f.gather() as fault:
            f.eval(f.library("text.begin"))
            f.eval(f.library("float.write_text", a))
            f.emit(f.fault("bad_conversion", span, f.temp(f.library("text.finish"))))
        f.emit(ir.If(op32("i32.eqz", fits), tuple(fault)))
    return do(body, op64("i64.trunc_f64_s", a))


def _overflow_if(f: FunctionBuilder, condition: ir.Expr, op: str, span: Span) -> None:
    f.fault_if(condition, "overflow", span, i64(ord(op)))


def _add(f: FunctionBuilder, left: ir.Expr, right: ir.Expr, span: Span) -> ir.Expr:
    if isinstance(left, ir.Const) and not isinstance(right, ir.Const):
        left, right = right, left
    a, b = operands(f, left, right)
    total = f.temp(op64("i64.add", a, b))
    if isinstance(b, ir.Const):
        _overflow_if(f, op32("i64.lt_s" if b.value >= 0 else "i64.gt_s", total, a), "+", span)
    else:
        signs = op64("i64.and", op64("i64.xor", a, total), op64("i64.xor", b, total))
        _overflow_if(f, op32("i64.lt_s", signs, i64(0)), "+", span)
    return total


def _subtract(f: FunctionBuilder, left: ir.Expr, right: ir.Expr, span: Span) -> ir.Expr:
    a, b = operands(f, left, right)
    rest = f.temp(op64("i64.sub", a, b))
    if isinstance(b, ir.Const):
        _overflow_if(f, op32("i64.gt_s" if b.value >= 0 else "i64.lt_s", rest, a), "-", span)
    else:
        signs = op64("i64.and", op64("i64.xor", a, b), op64("i64.xor", a, rest))
        _overflow_if(f, op32("i64.lt_s", signs, i64(0)), "-", span)
    return rest


def _multiply(f: FunctionBuilder, left: ir.Expr, right: ir.Expr, span: Span) -> ir.Expr:
    if isinstance(left, ir.Const) and not isinstance(right, ir.Const):
        left, right = right, left
    a, b = operands(f, left, right)
    if isinstance(b, ir.Const):
        factor = int(b.value)
        if factor in (0, 1):
            return op64("i64.mul", a, b)
        low, high = sorted((_quotient(INT_MIN, factor), _quotient(INT_MAX, factor)))
        high = min(high, INT_MAX)
        # one unsigned comparison says whether a lies in low..high
        outside = op32("i64.gt_u", op64("i64.sub", a, i64(low)), i64(_signed(high - low)))
        _overflow_if(f, outside, "*", span)
        return op64("i64.mul", a, b)
    product = f.temp(op64("i64.mul", a, b))
    small = op32("i32.and", _fits_in_32(a), _fits_in_32(b))
    overflows = f.call_name(f.lowering.derive.product_overflows(), ir.I32, (a, b, product))
    f.emit(ir.If(op32("i32.eqz", small), (ir.If(overflows, (f.fault("overflow", span, i64(ord("*"))),)),)))
    return product


def _signed(bits: int) -> int:
    """64 bits read as a signed number."""
    return bits - 2**64 if bits >= 2**63 else bits


def _quotient(a: int, b: int) -> int:
    """Division toward zero."""
    return -(-a // b) if (a < 0) != (b < 0) and a % b else a // b


def _fits_in_32(a: ir.Expr) -> ir.Expr:
    return op32("i64.eq", op64("i64.extend32_s", a), a)


def _divide(f: FunctionBuilder, left: ir.Expr, right: ir.Expr, span: Span) -> ir.Expr:
    a, b = operands(f, left, right)
    if not isinstance(b, ir.Const) or b.value == 0:
        f.emit(ir.If(op32("i64.eqz", b), (f.division_fault(span),)))
    if not isinstance(b, ir.Const) or b.value == -1:
        smallest = op32("i64.eq", a, i64(INT_MIN))
        overflow = smallest if isinstance(b, ir.Const) else op32("i32.and", op32("i64.eq", b, i64(-1)), smallest)
        _overflow_if(f, overflow, "/", span)
    return f.temp(op64("i64.div_s", a, b))


def _remainder(f: FunctionBuilder, left: ir.Expr, right: ir.Expr, span: Span) -> ir.Expr:
    a, b = operands(f, left, right)
    if not isinstance(b, ir.Const) or b.value == 0:
        f.emit(ir.If(op32("i64.eqz", b), (f.division_fault(span),)))
    return op64("i64.rem_s", a, b)


def _shift(name: str, f: FunctionBuilder, left: ir.Expr, right: ir.Expr, span: Span) -> ir.Expr:
    a, b = operands(f, left, right)
    if not (isinstance(b, ir.Const) and 0 <= b.value <= 63):
        f.fault_if(op32("i64.gt_u", b, i64(63)), "bad_shift", span, b)
    return op64(name, a, b)


def _shift_left(f: FunctionBuilder, left: ir.Expr, right: ir.Expr, span: Span) -> ir.Expr:
    return _shift("i64.shl", f, left, right, span)


def _shift_right(f: FunctionBuilder, left: ir.Expr, right: ir.Expr, span: Span) -> ir.Expr:
    return _shift("i64.shr_s", f, left, right, span)


_CHECKED = {
    "+": _add,
    "-": _subtract,
    "*": _multiply,
    "/": _divide,
    "%": _remainder,
    "<<": _shift_left,
    ">>": _shift_right,
}
