"""Expressions of the typed tree as expressions of the IR.

``value`` gives a value that is looked at and forgotten; ``kept`` one that is stored somewhere, so an object that
somebody else holds is marked as shared; ``effect`` evaluates and drops. What an expression needs to do first is inside
its own ``Do``, so expressions can be put together in the order of the source.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from engine.base.source import Span
from engine.compiler.check.tree import (
    Binary,
    BlockExpr,
    Call,
    CallValue,
    CellRead,
    Closure,
    Const,
    Convert,
    DefaultActor,
    Derived,
    DictNew,
    EnumNew,
    Expr,
    FieldRead,
    IfElse,
    Intrinsic,
    IsNone,
    ItemRead,
    ListNew,
    LocalRead,
    ModelCall,
    PeekField,
    SelfRef,
    SenderRef,
    SetNew,
    Spawn,
    StateRead,
    StructNew,
    TextNew,
    TimerNew,
    TupleNew,
    Unary,
    Unwrap,
    VariantRead,
    Wrap,
)
from engine.compiler.check.types import (
    BOOL,
    DURATION,
    FLOAT,
    INT,
    NEVER,
    STRING,
    DictType,
    FnType,
    ListType,
    OptionalType,
    SetType,
    Type,
    is_plain_enum,
    is_plain_optional,
    is_reference,
    is_shareable,
)
from engine.compiler.check.types import I32 as I32_TYPE
from engine.compiler.ir import nodes as ir
from engine.compiler.lower import arithmetic, closures, intrinsics, places, rows, statements, turns
from engine.compiler.lower.derive import new_block, unwrapped, wrapped
from engine.compiler.lower.derive_enums import bare_variant, is_variant, new_variant, variant_number
from engine.compiler.lower.functions import FunctionBuilder, do, i32, i64, load32, op32, op64, store32
from engine.compiler.lower.layouts import (
    LIST_DATA,
    LIST_LENGTH,
    bytes_object,
    has_value,
    result_type,
    slot_offset,
    store_slot,
    string_object,
    value_type,
    zero,
)

AT_ONCE_MAX = 64
"""How many items of a list, or entries of a dict, are all evaluated before the first is stored."""

__all__ = ["do", "effect", "kept", "operands", "unwrapped", "value", "write_texts"]


def value(f: FunctionBuilder, e: Expr) -> ir.Expr:
    """The value of an expression that has one; where it does not come back, a zero stands for it."""
    match e:
        case Const():
            return constant(e)
        case LocalRead() | StateRead() | CellRead() | FieldRead() | ItemRead():
            return places.read(f, e)
        case Unary(op=op, operand=operand):
            held = value(f, operand)
            return arithmetic.negate(f, e.type, held, e.span) if op == "neg" else arithmetic.invert(e.type, held)
        case Binary(op="==", left=VariantRead(value=inner), right=Const(value=int(number))) if is_reference(inner.type):
            return is_variant(f, inner.type, value(f, inner), number)
        case Binary():
            return _binary(f, e)
        case Call():
            return _call(f, e)
        case CallValue():
            return closures.call(f, e)
        case IfElse():
            return _if_else(f, e, value)
        case BlockExpr():
            return _block(f, e, value)
        case Unwrap(value=inner):
            assert isinstance(inner.type, OptionalType)
            return unwrapped(inner.type, value(f, inner))
        case IsNone(value=inner):
            return op32(f"{value_type(inner.type)}.eqz", value(f, inner))
        case VariantRead(value=inner):
            held = value(f, inner)
            return held if is_plain_enum(inner.type) else op64("i64.extend_i32_u", variant_number(f, inner.type, held))
        case Convert(value=inner):
            return _convert(f, inner.type, e.type, value(f, inner), e.span)
    with f.gather() as body:
        result = _made(f, e)
    return do(body, result)


def _made(f: FunctionBuilder, e: Expr) -> ir.Expr:
    """The value of an expression that needs statements; these are emitted."""
    match e:
        case PeekField():
            return turns.peek(f, e)
        case Derived():
            return _derived(f, e)
        case Intrinsic():
            return intrinsics.lower(f, e)
        case Wrap(value=inner):
            assert isinstance(e.type, OptionalType)
            return wrapped(f, e.type, value(f, inner))
        case TextNew(parts=parts):
            return text(f, parts, e.span)
        case ListNew():
            return _list(f, e)
        case DictNew():
            return _dict(f, e)
        case SetNew():
            return _set(f, e)
        case TupleNew(items=parts) | StructNew(fields=parts):
            held_parts = operands(f, parts, keep=True)
            block = new_block(f, len(parts))
            for i, (part, held) in enumerate(zip(parts, held_parts, strict=True)):
                f.emit(store_slot(part.type, block, held, slot_offset(i)))
            return block
        case EnumNew(variant=variant, fields=parts):
            return _enum(f, e.type, variant, parts)
        case Closure():
            return closures.make(f, e)
        case SelfRef():
            return f.library("actor.self")
        case SenderRef():
            return f.library("actor.sender")
        case DefaultActor(actor=actor):
            return i64(f.lowering.default_ids[actor])
        case Spawn():
            return turns.spawn(f, e)
        case TimerNew():
            return turns.timer(f, e)
        case ModelCall(model=model, args=args):
            for arg in args:
                effect(f, arg)
            f.emit(f.fault("model_missing", e.span, ir.StaticAddress(string_object(model))))
            return zero(value_type(e.type))
    raise AssertionError(e)


def kept(f: FunctionBuilder, e: Expr) -> ir.Expr:
    """The value, to be stored: an object that somebody else may hold is marked."""
    match e:
        case IfElse():
            return _if_else(f, e, kept)
        case BlockExpr():
            return _block(f, e, kept)
        case Wrap(value=inner) if is_reference(inner.type):
            return kept(f, inner)
    if not is_shareable(e.type) or not places.is_alias(e, f):
        return value(f, e)
    with f.gather() as body:
        result = f.lowering.derive.shared(f, e.type, value(f, e))
    return do(body, result)


def moved(f: FunctionBuilder, e: Expr) -> ir.Expr:
    """The value, to be handed out by a function that ends: what only its own locals hold needs no mark."""
    match e:
        case IfElse():
            return _if_else(f, e, moved)
        case BlockExpr():
            return _block(f, e, moved)
        case LocalRead(local=local) if local not in f.borrowed and not local.is_param:
            return value(f, e)
    return kept(f, e)


def effect(f: FunctionBuilder, e: Expr) -> None:
    """Evaluates and drops the value."""
    match e:
        case IfElse(condition=condition, then=then, otherwise=otherwise):
            statements.branch(f, condition, lambda: effect(f, then), lambda: effect(f, otherwise))
        case BlockExpr(statements=body, value=result):
            statements.block(f, body)
            if result is not None:
                effect(f, result)
        case Intrinsic():
            f.eval(intrinsics.lower(f, e))
        case Call():
            f.eval(_call(f, e))
        case CallValue():
            f.eval(closures.call(f, e))
        case _ if has_value(e.type):
            f.eval(value(f, e))
        case Const():
            pass
        case _:
            f.eval(_made(f, e))


def operands(f: FunctionBuilder, parts: Sequence[Expr], *, keep: bool = False) -> list[ir.Expr]:
    """All evaluated in order, each readable later; emits. An object that a later part may change is marked first."""
    results: list[ir.Expr] = []
    # what is behind the last part that does something: evaluating these is nothing that others could notice
    plain_from = max((i for i, part in enumerate(parts) if not isinstance(part, Const | LocalRead)), default=-1)
    changes = _Changes(parts)
    for i, part in enumerate(parts):
        plain = i >= plain_from
        mark = keep or (not plain and is_shareable(part.type) and changes.behind(i, places.root_of(part)))
        result = f.flat(kept(f, part) if mark else value(f, part))
        results.append(result if plain and isinstance(result, ir.Get) else f.stable(result))
    return results


class _Changes:
    """Which parts change what; found out when it is first asked for."""

    def __init__(self, parts: Sequence[Expr]) -> None:
        self.parts = parts
        self.last: dict[places.Root, int] | None = None
        """The last part that changes a root."""

    def behind(self, index: int, root: places.Root | None) -> bool:
        """Whether a part behind that one changes the root."""
        if self.last is None:
            self.last = {changed: i for i, part in enumerate(self.parts) for changed in places.changed_roots(part)}
        return root is not None and self.last.get(root, -1) > index


def constant(e: Const) -> ir.Expr:
    """A literal."""
    literal = e.value
    if literal is None and is_plain_optional(e.type):
        return i64(0)
    if literal is None or e.type == NEVER:
        return i32(0)
    if isinstance(literal, str):
        return ir.StaticAddress(string_object(literal))
    if isinstance(literal, bytes):
        return ir.StaticAddress(bytes_object(literal))
    if e.type == FLOAT:
        return float_constant(float(literal))
    return ir.Const(value_type(e.type), int(literal))


def float_constant(number: float) -> ir.Expr:
    """A float. Equal IR must mean the same, and 0.0 equals -0.0, so that one is an instruction."""
    if number == 0.0 and math.copysign(1.0, number) < 0:
        return ir.Op(ir.F64, "f64.neg", (ir.Const(ir.F64, 0.0),))
    return ir.Const(ir.F64, math.nan if math.isnan(number) else number)


# --- operators --------------------------------------------------------------------------------


def _binary(f: FunctionBuilder, e: Binary) -> ir.Expr:
    """Operators from left to right. In a long row, what is there after each few operators gets a local."""
    row = [e]
    while isinstance(left := row[-1].left, Binary) and not isinstance(left.left, VariantRead):
        row.append(left)
    if len(row) > rows.ROW_NESTED_MAX:
        return rows.operators(f, row)
    result = value(f, row[-1].left)
    for link in reversed(row):
        result = combined(f, link, result)
    return result


def combined(f: FunctionBuilder, e: Binary, left: ir.Expr) -> ir.Expr:
    """An operator, whose left side is computed already."""
    if e.op == "and":
        return ir.Choose(ir.I32, left, value(f, e.right), i32(0))
    if e.op == "or":
        return ir.Choose(ir.I32, left, i32(1), value(f, e.right))
    return arithmetic.binary(f, e.op, e.left.type, left, value(f, e.right), e.span)


def _if_else(f: FunctionBuilder, e: IfElse, lower: intrinsics.Lower) -> ir.Expr:
    row = rows.values(e)
    if row is not None:
        return rows.chosen(f, row, lambda way: _branch(f, way, value_type(e.type), lower))
    known = known_condition(e.condition)
    if known is not None:
        return lower(f, e.then if known else e.otherwise)
    machine = value_type(e.type)
    condition = value(f, e.condition)
    return ir.Choose(machine, condition, _branch(f, e.then, machine, lower), _branch(f, e.otherwise, machine, lower))


def _branch(f: FunctionBuilder, e: Expr, machine: ir.ValueType, lower: intrinsics.Lower) -> ir.Expr:
    if has_value(e.type):
        return lower(f, e)
    with f.gather() as body:
        effect(f, e)
    return do(body, zero(machine))


def known_condition(e: Expr) -> bool | None:
    """What a condition is, where the compiler knows."""
    match e:
        case Const(value=bool(known)):
            return known
        case Intrinsic(op="is_reference", of=of):
            assert of is not None
            return is_reference(of)
        case Unary(op="not", operand=operand):
            known_operand = known_condition(operand)
            return None if known_operand is None else not known_operand
        case Binary(op="and" | "or" as op, left=left, right=right):
            first, second = known_condition(left), known_condition(right)
            decides = op == "or"
            if first is decides:
                return decides
            return second if first is not None else None
    return None


def _block(f: FunctionBuilder, e: BlockExpr, lower: intrinsics.Lower) -> ir.Expr:
    with f.gather() as body:
        statements.block(f, e.statements)
        if e.value is None or not has_value(e.value.type):
            if e.value is not None:
                effect(f, e.value)
            result: ir.Expr = zero(result_type(e.type) or ir.I32)
        elif lower is kept and isinstance(e.value, LocalRead) and statements.declares(e.statements, e.value.local):
            result = value(f, e.value)  # its only holder goes out of scope
        else:
            result = lower(f, e.value)
        result = f.flat(result)
    return do(body, result)


def _convert(f: FunctionBuilder, source: Type, target: Type, held: ir.Expr, span: Span) -> ir.Expr:
    if source == target:
        return held
    if target == FLOAT:
        if source == I32_TYPE:
            return ir.Op(ir.F64, "f64.convert_i32_s", (held,))
        return ir.Op(ir.F64, "f64.convert_i64_s", (held,))
    if source == FLOAT:
        wide = arithmetic.truncate(f, held, span)
        return op32("i32.wrap_i64", wide) if target == I32_TYPE else wide
    narrow_source, narrow_target = source in (I32_TYPE, BOOL), target in (I32_TYPE, BOOL)
    if narrow_source and not narrow_target:
        return op64("i64.extend_i32_s", held)
    if narrow_target and not narrow_source:
        return op32("i32.wrap_i64", held)
    assert (source in (INT, DURATION) and target in (INT, DURATION)) or narrow_source, (source, target)
    return held


def _derived(f: FunctionBuilder, e: Derived) -> ir.Expr:
    if e.op == "text":
        return value(f, e.args[0]) if e.of == STRING else text(f, e.args, e.span)
    args = operands(f, e.args)
    return f.lowering.derive.apply(f, e.op, e.of, *args, span=e.span)


# --- calls ------------------------------------------------------------------------------------


def _call(f: FunctionBuilder, e: Call) -> ir.Expr:
    kinds = tuple(closures.known_kind(f, arg) for arg in e.args if isinstance(arg.type, FnType))
    name, target = f.lowering.called(e.function, kinds)
    with f.gather() as body:
        args = _receiver_and_args(f, e) if e.changes_first else arguments(f, e.args)
        call = f.call_name(name, result_type(target.result), args, e.span if target.is_library else None)
        if call.type is None:
            f.eval(call)
            result: ir.Expr = i32(0)
        else:
            result = call
    if call.type is None and len(body) == 1 and isinstance(body[0], ir.Eval):
        return call
    return do(body, result)


def arguments(f: FunctionBuilder, args: Sequence[Expr]) -> list[ir.Expr]:
    """Arguments stay nested in the call, unless one of them changes what an earlier one holds."""
    if any(next(places.changed_roots(arg), None) is not None for arg in args[1:]):
        return operands(f, args)
    return [value(f, arg) for arg in args]


def _receiver_and_args(f: FunctionBuilder, e: Call) -> list[ir.Expr]:
    """The indexes in the receiver's path, then the other arguments; then the receiver is made ours to change."""
    receiver, others = e.args[0], e.args[1:]
    path = places.prepare(f, receiver)
    root = places.root_of(receiver)
    results = []
    for i, part in enumerate(others):
        alias = is_shareable(part.type) and root is not None
        later = tuple(others[i + 1 :])
        same = alias and (places.root_of(part) == root or places.may_change(later, places.root_of(part)))
        results.append(f.stable(kept(f, part) if same else value(f, part)))
    return [f.stable(places.own(f, path)), *results]


# --- text -------------------------------------------------------------------------------------


def text(f: FunctionBuilder, parts: Sequence[Expr], span: Span) -> ir.Expr:
    """A string made of the texts of values; emits."""
    write_texts(f, parts, span)
    return f.library("text.finish", span=span)


def write_texts(f: FunctionBuilder, parts: Sequence[Expr], span: Span) -> None:
    """Starts a text and writes values one after another; all are evaluated before the first is written."""
    flat = tuple(_flat_parts(parts))
    held = operands(f, flat)
    f.eval(f.library("text.begin", span=span))
    for part, written in zip(flat, held, strict=True):
        if part != Const(STRING, part.span, ""):
            f.lowering.derive.effect(f, "write_text", part.type, written)


def _flat_parts(parts: Sequence[Expr]) -> list[Expr]:
    """The parts, with texts in texts taken apart: nobody needs those strings."""
    flat: list[Expr] = []
    for part in parts:
        if isinstance(part, TextNew):
            flat.extend(_flat_parts(part.parts))
        elif isinstance(part, Derived) and part.op == "text":
            flat.append(part.args[0])
        else:
            flat.append(part)
    return flat


# --- values with parts ------------------------------------------------------------------------


def _list(f: FunctionBuilder, e: ListNew) -> ir.Expr:
    assert isinstance(e.type, ListType)
    item = e.type.item
    if len(e.items) > AT_ONCE_MAX:
        return _long_list(f, e, item)
    held = operands(f, e.items, keep=True)
    made = f.temp(f.library("list.new", i32(len(held)), types=(item,), span=e.span), "list")
    if held:
        data = f.temp(load32(made, LIST_DATA))
        for i, part in enumerate(held):
            f.emit(store_slot(item, data, part, 8 * i))
        f.emit(store32(made, i32(len(held)), LIST_LENGTH))
    return made


def _long_list(f: FunctionBuilder, e: ListNew, item: Type) -> ir.Expr:
    """A list whose items are stored one after the other: to hold them all at once would take a frame of that size."""
    made = f.temp(f.library("list.new", i32(len(e.items)), types=(item,), span=e.span), "list")
    data = f.temp(load32(made, LIST_DATA))
    for i, part in enumerate(e.items):
        f.emit(store_slot(item, data, f.stable(f.flat(kept(f, part))), 8 * i))
    f.emit(store32(made, i32(len(e.items)), LIST_LENGTH))
    return made


def _dict(f: FunctionBuilder, e: DictNew) -> ir.Expr:
    assert isinstance(e.type, DictType)
    types = (e.type.key, e.type.value)
    entries = e.entries if len(e.entries) <= AT_ONCE_MAX else ()
    held = operands(f, [part for entry in entries for part in entry])
    made = f.temp(f.library("dict.new", types=types, span=e.span), "dict")
    for entry in e.entries[len(entries) :]:
        f.eval(f.library("dict.set", made, *operands(f, entry), types=types, span=e.span))
    for key, item in zip(held[::2], held[1::2], strict=True):
        f.eval(f.library("dict.set", made, key, item, types=types, span=e.span))
    return made


def _enum(f: FunctionBuilder, t: Type, variant: int, parts: Sequence[Expr]) -> ir.Expr:
    if is_plain_enum(t):
        return i64(variant)
    if not parts:
        return bare_variant(variant)
    held_parts = operands(f, parts, keep=True)
    block = new_variant(f, variant, len(parts))
    for i, (part, held) in enumerate(zip(parts, held_parts, strict=True)):
        f.emit(store_slot(part.type, block, held, slot_offset(i)))
    return block


def _set(f: FunctionBuilder, e: SetNew) -> ir.Expr:
    assert isinstance(e.type, SetType)
    held = operands(f, e.items)
    made = f.temp(f.library("set.new", types=(e.type.item,), span=e.span), "set")
    for item in held:
        f.eval(f.library("set.add", made, item, types=(e.type.item,), span=e.span))
    return made
