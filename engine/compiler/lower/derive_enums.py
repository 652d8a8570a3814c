"""The operations of ``derive`` for enums that carry something.

A value is the number of its variant, in the place of the stamp, and a slot for each thing that the variant carries. It
never changes, so it needs no stamp. Variants that carry nothing are objects in static data: they are made, kept and
freed for nothing.

Values are ordered by their variants as declared, then by what these carry. Outside, a value is an array: the number of
the variant, then what it carries.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.compiler.check.declared import variants_of
from engine.compiler.check.tree import Variant
from engine.compiler.check.types import INT, JSON, EnumType, Type, is_plain_enum, is_reference, plain_name
from engine.compiler.ir import nodes as ir
from engine.compiler.lower import derive as derived
from engine.compiler.lower.functions import FunctionBuilder, i32, i64, load32, op32, op64
from engine.compiler.lower.layouts import (
    ARENA,
    HEAP,
    VARIANT,
    block_size,
    load_slot,
    slot_offset,
    store_slot,
)

if TYPE_CHECKING:
    from engine.compiler.lower.derive import Derive

Variants = tuple[Variant, ...]

_JSON_LIST = 5
"""The first of the variants of ``json`` that a value may turn out to be."""


def fill(derive: Derive, f: FunctionBuilder, op: str, t: EnumType) -> None:
    """The body of the function for an operation."""
    _OPERATIONS[op](derive, f, t, variants_of(derive.lowering.declared, t))


def bare_variant(number: int) -> ir.StaticAddress:
    """The one value of a variant that carries nothing, in an enum where others do."""
    return ir.StaticAddress(number.to_bytes(8, "little"))


def new_variant(f: FunctionBuilder, number: int, slots: int, region: int = ARENA) -> ir.Get:
    """A value without what it carries."""
    name = "heap.alloc" if region == HEAP else "turn.alloc"
    block = f.temp(f.library(name, i32(block_size(slots))), "variant")
    f.emit(ir.Store("i64.store", block, i64(number), VARIANT))
    return block


def _each(
    f: FunctionBuilder, variants: Variants, tag: ir.Expr, fill_in: Callable[[int, Variant], None], *, bare: bool = False
) -> None:
    """Branches over the variants that carry something, or with ``bare`` over all; each has to return."""
    held = f.stable(tag, "tag")
    for number, variant in enumerate(variants):
        if not variant.fields and not bare:
            continue
        with f.gather() as body:
            fill_in(number, variant)
        f.emit(ir.If(op32("i32.eq", held, i32(number)), tuple(body)))


def variant_number(f: FunctionBuilder, t: Type, value: ir.Expr) -> ir.Expr:
    """The number of a value's variant. A value of JSON may be unread until then (``json_tape.aefl``)."""
    return f.library("json_tape.variant", value) if t == JSON else load32(value, VARIANT)


def is_variant(f: FunctionBuilder, t: Type, value: ir.Expr, number: int) -> ir.Expr:
    """Whether a value, which is an address, is of the variant with that number. What is unread is a list or an object
    of JSON, and need not be read where something else is asked for."""
    found = load32(value, VARIANT) if number < _JSON_LIST else variant_number(f, t, value)
    return op32("i32.eq", found, i32(number))


def _equal(derive: Derive, f: FunctionBuilder, t: EnumType, variants: Variants) -> None:
    a, b = f.param("a", ir.I32), f.param("b", ir.I32)
    if not derived.has_float(t, derive.lowering.declared):
        f.emit(ir.If(op32("i32.eq", a, b), (ir.Return(i32(1)),)))
    tag = f.temp(variant_number(f, t, a), "tag")
    f.emit(ir.If(op32("i32.ne", tag, variant_number(f, t, b)), (ir.Return(i32(0)),)))

    def compare(number: int, variant: Variant) -> None:
        for i, (_, part) in enumerate(variant.fields):
            at = slot_offset(i)
            same = derive.apply(f, "equal", part, load_slot(part, a, at), load_slot(part, b, at))
            f.emit(ir.If(op32("i32.eqz", same), (ir.Return(i32(0)),)))
        f.emit(ir.Return(i32(1)))

    _each(f, variants, tag, compare)
    f.emit(ir.Return(i32(1)))


def _compare(derive: Derive, f: FunctionBuilder, t: EnumType, variants: Variants) -> None:
    a, b = f.param("a", ir.I32), f.param("b", ir.I32)
    tag = f.temp(variant_number(f, t, a), "tag")
    other = f.temp(variant_number(f, t, b), "other")
    apart = op64("i64.extend_i32_s", op32("i32.sub", tag, other))
    f.emit(ir.If(op32("i32.ne", tag, other), (ir.Return(apart),)))

    def compare(number: int, variant: Variant) -> None:
        for i, (_, part) in enumerate(variant.fields):
            at = slot_offset(i)
            order = f.temp(derive.apply(f, "compare", part, load_slot(part, a, at), load_slot(part, b, at)))
            f.emit(ir.If(op32("i64.ne", order, i64(0)), (ir.Return(order),)))
        f.emit(ir.Return(i64(0)))

    _each(f, variants, tag, compare)
    f.emit(ir.Return(i64(0)))


def _hash(derive: Derive, f: FunctionBuilder, t: EnumType, variants: Variants) -> None:
    value = f.param("value", ir.I32)
    tag = f.temp(variant_number(f, t, value), "tag")

    def mix(number: int, variant: Variant) -> None:
        total: ir.Expr = i64(number)
        for i, (_, part) in enumerate(variant.fields):
            total = derived.mixed(total, derive.apply(f, "hash", part, load_slot(part, value, slot_offset(i))))
        f.emit(ir.Return(total))

    _each(f, variants, tag, mix)
    f.emit(ir.Return(op64("i64.mul", op64("i64.extend_i32_u", tag), i64(derived.HASH_FACTOR))))


def _write_text(derive: Derive, f: FunctionBuilder, t: EnumType, variants: Variants) -> None:
    value = f.param("value", ir.I64 if is_plain_enum(t) else ir.I32)

    def write(number: int, variant: Variant) -> None:
        between = f"{plain_name(t.name)}.{variant.name}("
        for i, (name, part) in enumerate(variant.fields):
            derived.write_static(f, between + (f"{name}: " if variant.is_named else ""))
            derive.effect(f, "write_quoted", part, load_slot(part, value, slot_offset(i)))
            between = ", "
        derived.write_static(f, ")" if variant.fields else between.removesuffix("("))
        f.emit(ir.Return())

    tag = op32("i32.wrap_i64", value) if is_plain_enum(t) else variant_number(f, t, value)
    _each(f, variants, tag, write, bare=True)


def _encode(derive: Derive, f: FunctionBuilder, t: EnumType, variants: Variants) -> None:
    value = f.param("value", ir.I32)

    def encode(number: int, variant: Variant) -> None:
        f.eval(f.library("array.encode_header", i32(1 + len(variant.fields))))
        derive.effect(f, "encode", INT, i64(number))
        for i, (_, part) in enumerate(variant.fields):
            derive.effect(f, "encode", part, load_slot(part, value, slot_offset(i)))
        f.emit(ir.Return())

    _each(f, variants, variant_number(f, t, value), encode, bare=True)


def _decode(derive: Derive, f: FunctionBuilder, t: EnumType, variants: Variants) -> None:
    f.eval(f.library("array.decode_header"))
    tag = f.temp(op32("i32.wrap_i64", derive.apply(f, "decode", INT)), "tag")

    def decode(number: int, variant: Variant) -> None:
        if not variant.fields:
            f.emit(ir.Return(bare_variant(number)))
            return
        block = new_variant(f, number, len(variant.fields))
        for i, (_, part) in enumerate(variant.fields):
            f.emit(store_slot(part, block, derive.apply(f, "decode", part), slot_offset(i)))
        f.emit(ir.Return(block))

    _each(f, variants, tag, decode, bare=True)
    f.emit(ir.Effect("unreachable", ()))


def _adopt(derive: Derive, f: FunctionBuilder, t: EnumType, variants: Variants) -> None:
    value = f.param("value", ir.I32)

    def adopt(number: int, variant: Variant) -> None:
        block = new_variant(f, number, len(variant.fields), HEAP)
        for i, (_, part) in enumerate(variant.fields):
            at = slot_offset(i)
            f.emit(store_slot(part, block, derive.keep(f, part, load_slot(part, value, at), i32(HEAP)), at))
        f.emit(ir.Return(block))

    _each(f, variants, variant_number(f, t, value), adopt)
    f.emit(ir.Return(value))


def _release(derive: Derive, f: FunctionBuilder, t: EnumType, variants: Variants) -> None:
    value = f.param("value", ir.I32)

    def release(number: int, variant: Variant) -> None:
        for i, (_, part) in enumerate(variant.fields):
            if is_reference(part):
                derive.effect(f, "release", part, load_slot(part, value, slot_offset(i)))
        f.eval(f.library("heap.free", value, i32(block_size(len(variant.fields)))))
        f.emit(ir.Return())

    _each(f, variants, variant_number(f, t, value), release)


_Operation = Callable[["Derive", FunctionBuilder, EnumType, Variants], None]
_OPERATIONS: dict[str, _Operation] = {
    "equal": _equal,
    "compare": _compare,
    "hash": _hash,
    "write_text": _write_text,
    "encode": _encode,
    "decode": _decode,
    "adopt": _adopt,
    "release": _release,
}
