"""The operations ``raw.name(…)`` of library files: most are one instruction, some follow a type."""

from __future__ import annotations

from collections.abc import Callable

from engine.compiler.check.tree import Binary, Const, Expr, Intrinsic
from engine.compiler.check.types import Type, is_reference
from engine.compiler.ir import nodes as ir
from engine.compiler.lower import derive_json, expressions
from engine.compiler.lower.functions import FunctionBuilder, do, i32, i64, op32, op64
from engine.compiler.lower.layouts import load_slot, store_slot, value_type, zero

Lower = Callable[[FunctionBuilder, Expr], ir.Expr]

_LOADS = {
    "load8": ("i32", "i32.load8_u"),
    "load16": ("i32", "i32.load16_u"),
    "load32": ("i32", "i32.load"),
    "load64": ("i64", "i64.load"),
    "load_float": ("f64", "f64.load"),
    "load128": ("v128", "v128.load"),
}
_STORES = {
    "store8": "i32.store8",
    "store16": "i32.store16",
    "store32": "i32.store",
    "store64": "i64.store",
    "store_float": "f64.store",
}
_OPS = {
    "memory_pages": ("i32", "memory.size"),
    "memory_grow": ("i32", "memory.grow"),
    "wrap": ("i32", "i32.wrap_i64"),
    "extend": ("i64", "i64.extend_i32_s"),
    "extend_unsigned": ("i64", "i64.extend_i32_u"),
    "less_unsigned": ("i32", "i32.lt_u"),
    "less_unsigned64": ("i32", "i64.lt_u"),
    "divide_unsigned64": ("i64", "i64.div_u"),
    "remainder_unsigned64": ("i64", "i64.rem_u"),
    "shift_right_unsigned": ("i32", "i32.shr_u"),
    "shift_right_unsigned64": ("i64", "i64.shr_u"),
    "shift_left64": ("i64", "i64.shl"),
    "rotate_left64": ("i64", "i64.rotl"),
    "count_leading_zeros": ("i32", "i32.clz"),
    "count_trailing_zeros": ("i32", "i32.ctz"),
    "count_leading_zeros64": ("i64", "i64.clz"),
    "count_trailing_zeros64": ("i64", "i64.ctz"),
    "population64": ("i64", "i64.popcnt"),
    "splat8": ("v128", "i8x16.splat"),
    "equal8": ("v128", "i8x16.eq"),
    "less_unsigned8": ("v128", "i8x16.lt_u"),
    "subtract8": ("v128", "i8x16.sub"),
    "and128": ("v128", "v128.and"),
    "or128": ("v128", "v128.or"),
    "mask8": ("i32", "i8x16.bitmask"),
    "bits_of_number": ("i64", "i64.reinterpret_f64"),
    "from_bits": ("f64", "f64.reinterpret_i64"),
    "truncate": ("i64", "i64.trunc_sat_f64_s"),
    "sqrt": ("f64", "f64.sqrt"),
    "floor": ("f64", "f64.floor"),
    "ceil": ("f64", "f64.ceil"),
    "round_even": ("f64", "f64.nearest"),
    "trunc_float": ("f64", "f64.trunc"),
    "abs_float": ("f64", "f64.abs"),
}
_SAME = {"as_i32", "duration", "microseconds", "address", "at", "actor", "actor_number"}
"""Operations that only change what the compiler thinks of a value."""

_EFFECTS = {"copy": "memory.copy", "fill": "memory.fill"}
_TABLE_CALLS = {"call_1", "call_2"}
_DERIVED = {
    "equal",
    "compare",
    "hash",
    "write_text",
    "write_quoted",
    "encode",
    "decode",
    "release",
    *derive_json.OPERATIONS,
}

CANONICAL_NAN = 0x7FF8000000000000


def lower(f: FunctionBuilder, e: Intrinsic) -> ir.Expr:
    """The operation; emits what comes first, and all of it where there is no value (then a zero is given)."""
    if e.op == "is_reference":
        assert e.of is not None
        return i32(int(is_reference(e.of)))
    if e.op == "default":
        assert e.of is not None
        return zero(value_type(e.of))
    if e.op in _OPS:
        machine, name = _OPS[e.op]
        return ir.Op(machine, name, tuple(_nested(f, e)))
    if e.op in _SAME:
        return expressions.value(f, e.args[0])
    if e.op in _LOADS:
        machine, name = _LOADS[e.op]
        address, offset = _address(f, e.args[0])
        return ir.Load(machine, name, address, offset)
    if e.op in _STORES:
        address, offset = _address(f, e.args[0])
        f.emit(ir.Store(_STORES[e.op], address, expressions.value(f, e.args[1]), offset))
        return i32(0)
    if e.op in _EFFECTS:
        f.emit(ir.Effect(_EFFECTS[e.op], tuple(_nested(f, e))))
        return i32(0)
    if e.op in _TABLE_CALLS:
        index, *args = expressions.operands(f, e.args)
        f.emit(ir.Eval(ir.CallIndirect(None, (ir.I32,) * len(args), index, tuple(args))))
        return i32(0)
    if e.op == "trap":
        f.emit(ir.Effect("unreachable", ()))
        return i32(0)
    if e.op == "as_bool":
        return op32("i32.ne", expressions.value(f, e.args[0]), i32(0))
    if e.op == "bits":
        return _bits(f, e)
    assert e.of is not None, e.op
    return _of_type(f, e, e.of)


def _of_type(f: FunctionBuilder, e: Intrinsic, of: Type) -> ir.Expr:
    """An operation that follows its type argument."""
    derive = f.lowering.derive
    if e.op == "load":
        address, offset = _address(f, e.args[0])
        return load_slot(of, address, offset)
    if e.op == "store":
        address, offset = _address(f, e.args[0])
        f.emit(store_slot(of, address, expressions.value(f, e.args[1]), offset))
        return i32(0)
    args = expressions.operands(f, e.args)
    if e.op == "keep":
        return derive.keep(f, of, args[0], args[1])
    if e.op == "share":
        derive.shared(f, of, args[0])
        return i32(0)
    if e.op == "release_later":
        derive.release_later(f, of, args[0])
        return i32(0)
    assert e.op in _DERIVED, e.op
    if e.op == "release" or e.op.startswith("write") or e.op == "encode":
        derive.effect(f, e.op, of, *args)
        return i32(0)
    return derive.apply(f, e.op, of, *args)


def _nested(f: FunctionBuilder, e: Intrinsic) -> list[ir.Expr]:
    return [expressions.value(f, arg) for arg in e.args]


def _address(f: FunctionBuilder, e: Expr) -> tuple[ir.Expr, int]:
    """An address as a base and a constant offset, where it was written ``base + constant``.

    Addresses below 2**31 only: an offset does not wrap where the sum would.
    """
    if isinstance(e, Binary) and e.op == "+" and isinstance(e.right, Const):
        offset = e.right.value
        if isinstance(offset, int) and 0 <= offset < 4096:
            return expressions.value(f, e.left), offset
    return expressions.value(f, e), 0


def _bits(f: FunctionBuilder, e: Intrinsic) -> ir.Expr:
    """The bits of a float; all NaNs have the same, because which one came about is the machine's affair."""
    with f.gather() as body:
        held = f.stable(expressions.value(f, e.args[0]))
    is_number = op32("f64.eq", held, held)
    return do(body, ir.Choose(ir.I64, is_number, op64("i64.reinterpret_f64", held), i64(CANONICAL_NAN)))
