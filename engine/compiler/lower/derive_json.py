"""The operations ``to_json`` and ``from_json`` of ``derive`` for structs, tuples, optionals and enums.

A struct is an object of its fields, a tuple a list, ``none`` is null. A variant of an enum that carries nothing is its
name; another is an object with its name alone, and as value what it carries: an object where that has names, the value
itself where it is one, otherwise a list.

Going back, a problem is noted in the library's cell (``json_types.aefl``), and what is given then is zero, which nobody
looks at. A field that is not there is ``none`` where it may be, and what is there beside the fields is passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from engine.compiler.check.declared import Fields, fields_of, variants_of
from engine.compiler.check.tree import Variant
from engine.compiler.check.types import EnumType, OptionalType, StructType, TupleType, Type, is_plain_enum
from engine.compiler.ir import nodes as ir
from engine.compiler.lower import derive as derived
from engine.compiler.lower import derive_enums
from engine.compiler.lower.functions import FunctionBuilder, i32, i64, load32, op32
from engine.compiler.lower.layouts import VARIANT, load_slot, slot_offset, store_slot, string_object, value_type, zero

if TYPE_CHECKING:
    from engine.compiler.lower.derive import Derive

OPERATIONS = ("to_json", "from_json")

_NULL = 0
"""The number of the variant ``json.Null``."""


def fill(derive: Derive, f: FunctionBuilder, op: str, t: Type) -> None:
    """The body of the function for an operation."""
    _FILL[op, type(t)](derive, f, t)


def _text(text: str) -> ir.StaticAddress:
    return ir.StaticAddress(string_object(text))


def _null() -> ir.StaticAddress:
    return derive_enums.bare_variant(_NULL)


# --- what lies in slots: structs, tuples, what a variant carries ------------------------------


def _list_of(derive: Derive, f: FunctionBuilder, parts: Sequence[Type], block: ir.Expr) -> ir.Expr:
    items = f.temp(f.library("json_list.new"), "items")
    for i, part in enumerate(parts):
        item = derive.apply(f, "to_json", part, load_slot(part, block, slot_offset(i)))
        f.eval(f.library("json_list.add", items, item))
    return f.library("json_list.value", items)


def _object_of(derive: Derive, f: FunctionBuilder, fields: Fields, block: ir.Expr) -> ir.Expr:
    entries = f.temp(f.library("json_object.new"), "entries")
    for i, (name, part) in enumerate(fields):
        member = derive.apply(f, "to_json", part, load_slot(part, block, slot_offset(i)))
        f.eval(f.library("json_object.add", entries, _text(name), member))
    return f.library("json_object.value", entries)


def _stop(f: FunctionBuilder, condition: ir.Expr, *notes: ir.Expr | None) -> None:
    """Gives up with a problem that was noted, or is noted by ``notes``."""
    with f.gather() as body:
        for note in notes:
            if note is not None:
                f.eval(note)
        assert f.result is not None
        f.emit(ir.Return(zero(value_type(f.result))))
    f.emit(ir.If(condition, tuple(body)))


def _fill_from_list(
    derive: Derive, f: FunctionBuilder, parts: Sequence[Type], value: ir.Expr, block: ir.Get, within: ir.Expr | None
) -> None:
    """``within`` puts the name of what holds the list into the path of a problem."""
    items = f.temp(f.library("json_list.exactly", value, i32(len(parts))), "items")
    _stop(f, op32("i32.eqz", items), within)
    for i, part in enumerate(parts):
        item = f.temp(derive.apply(f, "from_json", part, f.library("json_list.at", items, i32(i))))
        _stop(f, f.library("json_problem.in_item", i32(i)), within)
        f.emit(store_slot(part, block, item, slot_offset(i)))


def _fill_from_object(
    derive: Derive, f: FunctionBuilder, fields: Fields, value: ir.Expr, block: ir.Get, within: ir.Expr | None
) -> None:
    _stop(f, op32("i32.eqz", f.library("json_object.is_one", value)), within)
    for i, (name, part) in enumerate(fields):
        member = f.temp(f.library("json_object.member", value, _text(name)), name)
        if not isinstance(part, OptionalType):
            _stop(f, op32("i32.eqz", member), f.library("json_problem.missing", _text(name)), within)
        read = f.temp(derive.apply(f, "from_json", part, member))
        _stop(f, f.library("json_problem.in_field", _text(name)), within)
        f.emit(store_slot(part, block, read, slot_offset(i)))


# --- structs and tuples -----------------------------------------------------------------------


def _struct_to_json(derive: Derive, f: FunctionBuilder, t: Type) -> None:
    assert isinstance(t, StructType)
    value = f.param("value", ir.I32)
    f.emit(ir.Return(_object_of(derive, f, fields_of(derive.lowering.declared, t), value)))


def _tuple_to_json(derive: Derive, f: FunctionBuilder, t: Type) -> None:
    assert isinstance(t, TupleType)
    value = f.param("value", ir.I32)
    f.emit(ir.Return(_list_of(derive, f, t.items, value)))


def _struct_from_json(derive: Derive, f: FunctionBuilder, t: Type) -> None:
    assert isinstance(t, StructType)
    value = f.param("value", ir.I32)
    fields = fields_of(derive.lowering.declared, t)
    block = derived.new_block(f, len(fields))
    _fill_from_object(derive, f, fields, value, block, None)
    f.emit(ir.Return(block))


def _tuple_from_json(derive: Derive, f: FunctionBuilder, t: Type) -> None:
    assert isinstance(t, TupleType)
    value = f.param("value", ir.I32)
    block = derived.new_block(f, len(t.items))
    _fill_from_list(derive, f, t.items, value, block, None)
    f.emit(ir.Return(block))


# --- optionals --------------------------------------------------------------------------------


def _optional_to_json(derive: Derive, f: FunctionBuilder, t: Type) -> None:
    assert isinstance(t, OptionalType)
    value = f.param("value", value_type(t))
    f.emit(ir.If(op32(f"{value.type}.eqz", value), (ir.Return(_null()),)))
    f.emit(ir.Return(derive.apply(f, "to_json", t.inner, derived.unwrapped(t, value))))


def _optional_from_json(derive: Derive, f: FunctionBuilder, t: Type) -> None:
    """The address 0 stands for a member that is not there."""
    assert isinstance(t, OptionalType)
    value = f.param("value", ir.I32)
    none = zero(value_type(t))
    f.emit(ir.If(op32("i32.eqz", value), (ir.Return(none),)))
    f.emit(ir.If(op32("i32.eqz", load32(value, VARIANT)), (ir.Return(none),)))
    f.emit(ir.Return(derived.wrapped(f, t, derive.apply(f, "from_json", t.inner, value))))


# --- enums ------------------------------------------------------------------------------------


def _enum_to_json(derive: Derive, f: FunctionBuilder, t: Type) -> None:
    assert isinstance(t, EnumType)
    value = f.param("value", value_type(t))
    tag = f.temp(op32("i32.wrap_i64", value) if is_plain_enum(t) else load32(value, VARIANT), "tag")
    for number, variant in enumerate(variants_of(derive.lowering.declared, t)):
        with f.gather() as body:
            f.emit(ir.Return(_variant_to_json(derive, f, variant, value)))
        f.emit(ir.If(op32("i32.eq", tag, i32(number)), tuple(body)))
    f.emit(ir.Effect("unreachable", ()))


def _variant_to_json(derive: Derive, f: FunctionBuilder, variant: Variant, value: ir.Expr) -> ir.Expr:
    name = _text(variant.name)
    parts = [part for _, part in variant.fields]
    if not parts:
        return f.library("string.to_json", name)
    if variant.is_named:
        carried = _object_of(derive, f, variant.fields, value)
    elif len(parts) == 1:
        carried = derive.apply(f, "to_json", parts[0], load_slot(parts[0], value, slot_offset(0)))
    else:
        carried = _list_of(derive, f, parts, value)
    return f.library("json_variant.value", name, carried)


def _enum_from_json(derive: Derive, f: FunctionBuilder, t: Type) -> None:
    assert isinstance(t, EnumType)
    value = f.param("value", ir.I32)
    name = f.temp(f.library("json_variant.name", value), "name")
    _stop(f, f.library("json_problem.is_there"))
    carried = f.temp(f.library("json_variant.carried", value), "carried")
    for number, variant in enumerate(variants_of(derive.lowering.declared, t)):
        with f.gather() as body:
            _variant_from_json(derive, f, t, number, variant, carried)
        f.emit(ir.If(f.library("string.equal", name, _text(variant.name)), tuple(body)))
    f.eval(f.library("json_variant.unknown", name, _text(t.name)))
    f.emit(ir.Return(zero(value_type(t))))


def _variant_from_json(
    derive: Derive, f: FunctionBuilder, t: EnumType, number: int, variant: Variant, carried: ir.Expr
) -> None:
    name = _text(variant.name)
    carries = bool(variant.fields)
    wrong = op32("i32.eqz", carried) if carries else carried
    _stop(f, wrong, f.library("json_variant.wrong", name, i32(int(carries))))
    if not carries:
        f.emit(ir.Return(i64(number) if is_plain_enum(t) else derive_enums.bare_variant(number)))
        return
    block = derive_enums.new_variant(f, number, len(variant.fields))
    within = f.library("json_problem.in_field", name)
    if variant.is_named:
        _fill_from_object(derive, f, variant.fields, carried, block, within)
    elif len(variant.fields) == 1:
        part = variant.fields[0][1]
        f.emit(store_slot(part, block, f.temp(derive.apply(f, "from_json", part, carried)), slot_offset(0)))
        _stop(f, within)
    else:
        _fill_from_list(derive, f, [part for _, part in variant.fields], carried, block, within)
    f.emit(ir.Return(block))


_FILL: dict[tuple[str, type[Type]], Callable[[Derive, FunctionBuilder, Type], None]] = {
    ("to_json", StructType): _struct_to_json,
    ("to_json", TupleType): _tuple_to_json,
    ("to_json", OptionalType): _optional_to_json,
    ("to_json", EnumType): _enum_to_json,
    ("from_json", StructType): _struct_from_json,
    ("from_json", TupleType): _tuple_from_json,
    ("from_json", OptionalType): _optional_from_json,
    ("from_json", EnumType): _enum_from_json,
}
