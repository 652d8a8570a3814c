"""Operations that exist for every type and follow its parts, from ``equal`` to ``own``.

For scalars they are an instruction or a library function, for strings, lists, dicts and sets a library function. For
structs, tuples and optionals they are made here, one IR function for each type, named ``equal:Order``, and for enums in
``derive_enums``.

- ``equal``, ``compare``, ``hash``, ``write_text``, ``encode`` and ``decode`` do what they say;
- ``adopt`` gives a deep copy in the heap, ``release`` frees such a value with its parts;
- ``own`` gives a copy of an object that is shared, with the same parts, which are shared from then on. The copy is made
  in the region of what holds it. Where a copy in the heap takes the place of an object in the heap, that one's own
  bytes are freed at the end of the turn;
- ``put`` stores a value into a slot of an object, in the heap by adopting it and releasing what was there at the end of
  the turn; ``replace`` releases it at once;
- ``to_json`` and ``from_json`` are in ``derive_json``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from engine.base.source import Span
from engine.compiler.check.declared import Declared, Fields, fields_of, held_types
from engine.compiler.check.inference import parts
from engine.compiler.check.tree import FunctionRef
from engine.compiler.check.types import (
    BOOL,
    BYTES,
    DURATION,
    FLOAT,
    INT,
    JSON,
    STRING,
    ActorType,
    DictType,
    EnumType,
    FnType,
    ListType,
    OptionalType,
    SetType,
    StructType,
    TupleType,
    Type,
    is_plain_enum,
    is_plain_optional,
    is_reference,
    is_shareable,
    plain_name,
)
from engine.compiler.check.types import I32 as I32_TYPE
from engine.compiler.ir import nodes as ir
from engine.compiler.lower import arithmetic, derive_enums, derive_json
from engine.compiler.lower.functions import FunctionBuilder, i32, i64, load32, op32, op64, store32
from engine.compiler.lower.layouts import (
    ARENA,
    HEAP,
    REGION,
    STAMP,
    block_size,
    load_slot,
    result_type,
    slot_offset,
    store_slot,
    string_object,
    value_type,
    zero,
)

if TYPE_CHECKING:
    from engine.compiler.lower.program import Lowering

RESULTS: dict[str, Type | None] = {
    "equal": BOOL,
    "compare": INT,
    "hash": INT,
    "write_text": None,
    "write_quoted": None,
    "encode": None,
    "release": None,
    "put": None,
    "replace": None,
    "to_json": JSON,
}
"""The results of operations; those that are missing give a value of the type itself."""

HASH_FACTOR = -7046029254386353131  # 2**64 divided by the golden ratio, as a signed number


def container_ref(op: str, t: Type) -> FunctionRef | None:
    """The library function for a string, bytes, list, dict or set."""
    if op == "write_quoted" and t != STRING:
        op = "write_text"
    if t == JSON and op == "write_text":
        return FunctionRef("json_text.write_shown")
    match t:
        case ListType(item):
            return FunctionRef(f"list.{op}", (item,))
        case SetType(item):
            return FunctionRef(f"set.{op}", (item,))
        case DictType(key, value):
            return FunctionRef(f"dict.{op}", (key, value))
    return FunctionRef(f"{t}.{op}") if t in (STRING, BYTES) else None


class Derive:
    """Finds or makes the function for an operation on a type."""

    def __init__(self, lowering: Lowering) -> None:
        self.lowering = lowering

    def apply(self, f: FunctionBuilder, op: str, t: Type, *args: ir.Expr, span: Span | None = None) -> ir.Expr:
        """The operation on these arguments, inside ``f``; an expression of no type where it gives nothing.

        Some operations emit statements: call this at the level of statements, or gather what it emits."""
        if t == JSON and op in derive_json.OPERATIONS:
            return args[0]
        if is_plain_enum(t):
            return self._plain_enum(f, op, t, args)
        if is_plain_optional(t):
            return self._plain_optional(f, op, t, args)
        if not is_reference(t):
            return _scalar(f, op, t, args)
        return f.call_name(self.function(op, t), _machine(op, t), args, span)

    def effect(self, f: FunctionBuilder, op: str, t: Type, *args: ir.Expr, span: Span | None = None) -> None:
        """The operation as a statement."""
        if op == "release" and not is_reference(t):
            return
        f.eval(self.apply(f, op, t, *args, span=span))

    def function(self, op: str, t: Type) -> str:
        """The name of the function for a type whose values are addresses."""
        is_slot = op in ("put", "replace")
        ref = None if is_slot else container_ref(op, t)
        if ref is not None:
            self.lowering.function(ref)
            return str(ref)
        if op == "write_quoted" and t != OptionalType(STRING):
            op = "write_text"
        if isinstance(t, FnType) and not is_slot:
            return self.lowering.closures.function(op, t)
        name = f"{op}:{t}"
        return self.lowering.made(name, lambda: self._make(name, op, t))

    def release_index(self, t: Type) -> ir.FunctionIndex:
        """The place in the function table of the release function of a type, for ``heap.release_later``."""
        return ir.FunctionIndex(self.function("release", t))

    def release_later(self, f: FunctionBuilder, t: Type, value: ir.Expr) -> None:
        """Frees a heap value at the end of the turn."""
        if is_reference(t):
            index = self.release_index(t)
            f.callees[index.function] = None
            f.eval(f.library("heap.release_later", index, value))

    def keep(self, f: FunctionBuilder, t: Type, value: ir.Expr, region: ir.Expr) -> ir.Expr:
        """A value that may be stored in an object of that region."""
        if not is_reference(t):
            return value
        if isinstance(region, ir.Const):
            return self.apply(f, "adopt", t, value) if region.value == HEAP else self.shared(f, t, value)
        held = f.stable(value)
        with f.gather() as marks:
            kept = self.shared(f, t, held)
        return ir.Choose(
            ir.I32, region, self.apply(f, "adopt", t, held), ir.Do(ir.I32, tuple(marks), kept) if marks else kept
        )

    def shared(self, f: FunctionBuilder, t: Type, value: ir.Expr) -> ir.Expr:
        """The value, marked as held from more than one place where that matters."""
        if not is_shareable(t):
            return value
        address = f.stable(value)
        assert isinstance(address, ir.Get)
        f.mark_shared(address, may_be_none=isinstance(t, OptionalType))
        return address

    def put(
        self,
        f: FunctionBuilder,
        t: Type,
        address: ir.Expr,
        offset: int,
        region: ir.Expr,
        value: ir.Expr,
        *,
        op: str = "put",
        part: str = "",
    ) -> None:
        """Stores into a slot, in that part, of an object in ``region``; the value is already marked where an alias is
        kept. With the ``op`` "replace" nobody may hold a part of what was there."""
        if not is_reference(t) or region == i32(ARENA):
            f.emit(store_slot(t, address, value, offset, part))
            return
        slot = address if offset == 0 else op32("i32.add", address, i32(offset))
        f.eval(f.call_name(self.function(op, t), None, (slot, region, value)))

    # --- making functions ---------------------------------------------------------------------

    def _make(self, name: str, op: str, t: Type) -> FunctionBuilder:
        f = FunctionBuilder(self.lowering, name, is_library=True, result=RESULTS.get(op, t))
        if op in derive_json.OPERATIONS:
            derive_json.fill(self, f, op, t)
        elif op in ("put", "replace"):
            self._put(f, t, at_once=op == "replace")
        elif isinstance(t, OptionalType):
            _OPTIONAL[op](self, f, t)
        elif isinstance(t, EnumType):
            derive_enums.fill(self, f, op, t)
        else:
            _BLOCK[op](self, f, self._fields(t), t)
        return f

    def _plain_enum(self, f: FunctionBuilder, op: str, t: Type, args: Sequence[ir.Expr]) -> ir.Expr:
        """An enum that is only a number is an int in everything but its text."""
        op = "write_text" if op == "write_quoted" else op
        if op != "write_text" and op not in derive_json.OPERATIONS:
            return _scalar(f, op, INT, args)
        name = f"{op}:{t}"
        return f.call_name(self.lowering.made(name, lambda: self._make(name, op, t)), _machine(op, t), args)

    def _plain_optional(self, f: FunctionBuilder, op: str, t: Type, args: Sequence[ir.Expr]) -> ir.Expr:
        """An optional that is a number is an int in what needs no look into it."""
        if op in ("adopt", "own", "equal", "compare", "hash"):
            return _scalar(f, op, INT, args)
        op = "write_text" if op == "write_quoted" else op
        name = f"{op}:{t}"
        return f.call_name(self.lowering.made(name, lambda: self._make(name, op, t)), _machine(op, t), args)

    def _fields(self, t: Type) -> Fields:
        if isinstance(t, TupleType):
            return tuple((str(i), item) for i, item in enumerate(t.items))
        assert isinstance(t, StructType), t
        return fields_of(self.lowering.declared, t)

    def _put(self, f: FunctionBuilder, t: Type, *, at_once: bool) -> None:
        slot, region, value = f.param("slot", ir.I32), f.param("region", ir.I32), f.param("value", ir.I32)
        with f.gather() as in_heap:
            kept = f.temp(self.apply(f, "adopt", t, value))
            old = f.temp(load32(slot))
            with f.gather() as release:
                if at_once:
                    self.effect(f, "release", t, old)
                else:
                    self.release_later(f, t, old)
            f.emit(ir.If(old, tuple(release)))
            f.emit(store32(slot, kept))
            f.emit(ir.Return())
        f.emit(ir.If(region, tuple(in_heap)))
        f.emit(store32(slot, value))

    def product_overflows(self) -> str:
        """The slow check of a product: whether ``a * b`` is not ``product``."""

        def make() -> FunctionBuilder:
            f = FunctionBuilder(self.lowering, "int.product_overflows", is_library=True, result=BOOL)
            a, b, product = f.param("a", ir.I64), f.param("b", ir.I64), f.param("product", ir.I64)
            f.emit(ir.If(op32("i64.eqz", a), (ir.Return(i32(0)),)))
            smallest = i64(arithmetic.INT_MIN)
            f.emit(
                ir.If(
                    op32("i32.and", op32("i64.eq", a, i64(-1)), op32("i64.eq", product, smallest)),
                    (ir.Return(op32("i64.eq", b, smallest)),),
                )
            )
            f.emit(ir.Return(op32("i64.ne", op64("i64.div_s", product, a), b)))
            return f

        return self.lowering.made("int.product_overflows", make)

    # --- structs and tuples -------------------------------------------------------------------

    def _block_equal(self, f: FunctionBuilder, fields: Fields, t: Type) -> None:
        a, b = f.param("a", ir.I32), f.param("b", ir.I32)
        if not has_float(t, self.lowering.declared):
            f.emit(ir.If(op32("i32.eq", a, b), (ir.Return(i32(1)),)))
        for i, (_, part) in enumerate(fields):
            at = slot_offset(i)
            same = self.apply(f, "equal", part, load_slot(part, a, at), load_slot(part, b, at))
            f.emit(ir.If(op32("i32.eqz", same), (ir.Return(i32(0)),)))
        f.emit(ir.Return(i32(1)))

    def _block_compare(self, f: FunctionBuilder, fields: Fields, t: Type) -> None:
        a, b = f.param("a", ir.I32), f.param("b", ir.I32)
        for i, (_, part) in enumerate(fields):
            at = slot_offset(i)
            order = f.temp(self.apply(f, "compare", part, load_slot(part, a, at), load_slot(part, b, at)))
            f.emit(ir.If(op32("i64.ne", order, i64(0)), (ir.Return(order),)))
        f.emit(ir.Return(i64(0)))

    def _block_hash(self, f: FunctionBuilder, fields: Fields, t: Type) -> None:
        value = f.param("value", ir.I32)
        total: ir.Expr = i64(len(fields))
        for i, (_, part) in enumerate(fields):
            total = mixed(total, self.apply(f, "hash", part, load_slot(part, value, slot_offset(i))))
        f.emit(ir.Return(total))

    def _block_write_text(self, f: FunctionBuilder, fields: Fields, t: Type) -> None:
        value = f.param("value", ir.I32)
        named = isinstance(t, StructType)
        between = f"{plain_name(t.name)}(" if isinstance(t, StructType) else "("
        for i, (name, part) in enumerate(fields):
            write_static(f, between + (f"{name}: " if named else ""))
            self.effect(f, "write_quoted", part, load_slot(part, value, slot_offset(i)))
            between = ", "
        write_static(f, ")" if fields else f"{between})")

    def _block_encode(self, f: FunctionBuilder, fields: Fields, t: Type) -> None:
        value = f.param("value", ir.I32)
        f.eval(f.library("array.encode_header", i32(len(fields))))
        for i, (_, part) in enumerate(fields):
            self.effect(f, "encode", part, load_slot(part, value, slot_offset(i)))

    def _block_decode(self, f: FunctionBuilder, fields: Fields, t: Type) -> None:
        f.eval(f.library("array.decode_header"))
        block = new_block(f, len(fields))
        for i, (_, part) in enumerate(fields):
            f.emit(store_slot(part, block, self.apply(f, "decode", part), slot_offset(i)))
        f.emit(ir.Return(block))

    def _block_adopt(self, f: FunctionBuilder, fields: Fields, t: Type) -> None:
        value = f.param("value", ir.I32)
        block = new_block(f, len(fields), HEAP)
        for i, (_, part) in enumerate(fields):
            at = slot_offset(i)
            kept = self.keep(f, part, load_slot(part, value, at), i32(HEAP))
            f.emit(store_slot(part, block, kept, at))
        f.emit(ir.Return(block))

    def _block_release(self, f: FunctionBuilder, fields: Fields, t: Type) -> None:
        value = f.param("value", ir.I32)
        for i, (_, part) in enumerate(fields):
            if is_reference(part):
                self.effect(f, "release", part, load_slot(part, value, slot_offset(i)))
        f.eval(f.library("heap.free", value, i32(block_size(len(fields)))))

    def _block_own(self, f: FunctionBuilder, fields: Fields, t: Type) -> None:
        value, region = f.param("value", ir.I32), f.param("region", ir.I32)
        size = i32(block_size(len(fields)))
        block = f.temp(f.library("region.alloc", size, region), "block")
        f.emit(store32(block, i32(0), STAMP))
        f.emit(store32(block, region, REGION))
        for i, (_, part) in enumerate(fields):
            at = slot_offset(i)
            f.emit(store_slot(part, block, self.shared(f, part, load_slot(part, value, at)), at))
        with f.gather() as in_heap:
            f.eval(f.library("heap.free_later", value, size))
        f.emit(ir.If(op32("i32.and", region, load32(value, REGION)), tuple(in_heap)))
        f.emit(ir.Return(block))

    # --- optionals ----------------------------------------------------------------------------

    def _optional_equal(self, f: FunctionBuilder, t: OptionalType) -> None:
        a, b = f.param("a", ir.I32), f.param("b", ir.I32)
        either_none = op32("i32.or", op32("i32.eqz", a), op32("i32.eqz", b))
        f.emit(ir.If(either_none, (ir.Return(op32("i32.eq", a, b)),)))
        f.emit(ir.Return(self.apply(f, "equal", t.inner, unwrapped(t, a), unwrapped(t, b))))

    def _optional_compare(self, f: FunctionBuilder, t: OptionalType) -> None:
        a, b = f.param("a", ir.I32), f.param("b", ir.I32)
        either_none = op32("i32.or", op32("i32.eqz", a), op32("i32.eqz", b))
        order = op32("i32.sub", op32("i32.ne", a, i32(0)), op32("i32.ne", b, i32(0)))  # none comes first
        f.emit(ir.If(either_none, (ir.Return(op64("i64.extend_i32_s", order)),)))
        f.emit(ir.Return(self.apply(f, "compare", t.inner, unwrapped(t, a), unwrapped(t, b))))

    def _optional_hash(self, f: FunctionBuilder, t: OptionalType) -> None:
        value = f.param("value", ir.I32)
        f.emit(ir.If(op32("i32.eqz", value), (ir.Return(i64(1)),)))
        f.emit(ir.Return(self.apply(f, "hash", t.inner, unwrapped(t, value))))

    def _optional_write_text(self, f: FunctionBuilder, t: OptionalType) -> None:
        self._write_optional(f, t, "write_text")

    def _optional_write_quoted(self, f: FunctionBuilder, t: OptionalType) -> None:
        self._write_optional(f, t, "write_quoted")

    def _write_optional(self, f: FunctionBuilder, t: OptionalType, op: str) -> None:
        """A value that is there has the text that it has without being optional."""
        value = f.param("value", value_type(t))
        with f.gather() as there:
            self.effect(f, op, t.inner, unwrapped(t, value))
        with f.gather() as none:
            write_static(f, "none")
        f.emit(ir.If(is_there(t, value), tuple(there), tuple(none)))

    def _optional_encode(self, f: FunctionBuilder, t: OptionalType) -> None:
        value = f.param("value", value_type(t))
        with f.gather() as there:
            self.effect(f, "encode", t.inner, unwrapped(t, value))
        with f.gather() as none:
            f.eval(f.library("none.encode"))
        f.emit(ir.If(is_there(t, value), tuple(there), tuple(none)))

    def _optional_decode(self, f: FunctionBuilder, t: OptionalType) -> None:
        f.emit(ir.If(f.library("none.try_decode"), (ir.Return(zero(value_type(t))),)))
        f.emit(ir.Return(wrapped(f, t, self.apply(f, "decode", t.inner))))

    def _optional_adopt(self, f: FunctionBuilder, t: OptionalType) -> None:
        value = f.param("value", ir.I32)
        f.emit(ir.If(op32("i32.eqz", value), (ir.Return(i32(0)),)))
        if is_reference(t.inner):
            f.emit(ir.Return(self.apply(f, "adopt", t.inner, value)))
        else:
            f.emit(ir.Return(new_box(f, t.inner, unwrapped(t, value), HEAP)))

    def _optional_release(self, f: FunctionBuilder, t: OptionalType) -> None:
        value = f.param("value", ir.I32)
        f.emit(ir.If(op32("i32.eqz", value), (ir.Return(),)))
        if is_reference(t.inner):
            self.effect(f, "release", t.inner, value)
        else:
            f.eval(f.library("heap.free", value, i32(block_size(1))))

    def _optional_own(self, f: FunctionBuilder, t: OptionalType) -> None:
        value, region = f.param("value", ir.I32), f.param("region", ir.I32)
        f.emit(ir.If(op32("i32.eqz", value), (ir.Return(i32(0)),)))
        f.emit(ir.Return(self.apply(f, "own", t.inner, value, region)))


def mixed(total: ir.Expr, of_part: ir.Expr) -> ir.Expr:
    """The hash of some parts and one more."""
    product = op64("i64.mul", op64("i64.xor", total, of_part), i64(HASH_FACTOR))
    return op64("i64.rotl", product, i64(29))


def has_float(t: Type, declared: Declared) -> bool:
    """Whether a value of this type may differ from itself, because a NaN is in it."""
    seen: set[Type] = set()

    def look(t: Type) -> bool:
        if t in seen:
            return False
        seen.add(t)
        if isinstance(t, StructType | EnumType):
            return any(map(look, held_types(declared, t)))
        return t == FLOAT or any(map(look, parts(t)))

    return look(t)


def _machine(op: str, t: Type) -> ir.ValueType | None:
    result = RESULTS.get(op, t)
    return None if result is None else result_type(result)


def write_static(f: FunctionBuilder, text: str) -> None:
    """Writes a text that is known at compile time."""
    if text:
        f.eval(f.library("string.write_text", ir.StaticAddress(string_object(text))))


def new_block(f: FunctionBuilder, slots: int, region: int = ARENA) -> ir.Get:
    """An unshared struct, tuple or box without its slots' values."""
    name = "heap.alloc" if region == HEAP else "turn.alloc"
    block = f.temp(f.library(name, i32(block_size(slots))), "block")
    f.emit(ir.Store("i64.store", block, i64(region << 32), STAMP))  # stamp 0 and region at once
    return block


def is_there(t: OptionalType, optional: ir.Expr) -> ir.Expr:
    """Whether an optional is not ``none``, as a condition."""
    return op32("i64.ne", optional, i64(0)) if is_plain_optional(t) else optional


def unwrapped(t: OptionalType, optional: ir.Expr) -> ir.Expr:
    """What is in an optional that is not ``none``."""
    if is_plain_optional(t):
        return op64("i64.sub", optional, i64(1))
    return optional if is_reference(t.inner) else load_slot(t.inner, optional, slot_offset(0))


def wrapped(f: FunctionBuilder, t: OptionalType, value: ir.Expr) -> ir.Expr:
    """An optional that is there; emits."""
    if is_plain_optional(t):
        return op64("i64.add", value, i64(1))
    return value if is_reference(t.inner) else new_box(f, t.inner, value)


def new_box(f: FunctionBuilder, inner: Type, value: ir.Expr, region: int = ARENA) -> ir.Get:
    """An optional of a scalar that is there."""
    held = f.stable(value)
    box = new_block(f, 1, region)
    f.emit(store_slot(inner, box, held, slot_offset(0)))
    return box


# --- scalars ----------------------------------------------------------------------------------


def _scalar(f: FunctionBuilder, op: str, t: Type, args: Sequence[ir.Expr]) -> ir.Expr:
    if op in ("adopt", "own"):
        return args[0]
    if op == "equal":
        return arithmetic.compare("==", t, *args)
    if op == "compare" and t != FLOAT:
        return arithmetic.compare_order(f, t, *args)
    if op == "write_quoted":
        op = "write_text"
    if op == "write_text" and isinstance(t, ActorType):
        if t.name == "any":
            return f.call_name(_any_actor_writer(f.lowering), None, tuple(args))
        return f.library("actor.write_text", *args, ir.StaticAddress(string_object(t.name)))
    owner = str(t)
    if isinstance(t, ActorType) or (t == DURATION and op != "write_text"):
        owner = "int"
    if t == I32_TYPE or (t == BOOL and op == "hash"):
        owner = "int"
        args = [op64("i64.extend_i32_s", arg) for arg in args]
    value = f.library(f"{owner}.{op}", *args)
    return op32("i32.wrap_i64", value) if t == I32_TYPE and op == "decode" else value


def _any_actor_writer(lowering: Lowering) -> str:
    """The function that writes a reference whose type only the actor itself says, as one of that type is written."""

    def make() -> FunctionBuilder:
        f = FunctionBuilder(lowering, "write any actor", is_library=True)
        actor = f.param("actor", ir.I64)
        kind = f.temp(f.library("actor.kind_of", actor), "kind")
        for number, declared in enumerate(lowering.program.actors):
            with f.gather() as write:
                f.eval(f.library("actor.write_text", actor, ir.StaticAddress(string_object(declared.name))))
                f.emit(ir.Return())
            f.emit(ir.If(op32("i32.eq", kind, i32(number)), tuple(write)))
        write_static(f, "outside")
        return f

    return lowering.made("write any actor", make)


_Block = Callable[[Derive, FunctionBuilder, Fields, Type], None]
_BLOCK: dict[str, _Block] = {
    "equal": Derive._block_equal,
    "compare": Derive._block_compare,
    "hash": Derive._block_hash,
    "write_text": Derive._block_write_text,
    "encode": Derive._block_encode,
    "decode": Derive._block_decode,
    "adopt": Derive._block_adopt,
    "release": Derive._block_release,
    "own": Derive._block_own,
}
_OPTIONAL: dict[str, Callable[[Derive, FunctionBuilder, OptionalType], None]] = {
    "equal": Derive._optional_equal,
    "compare": Derive._optional_compare,
    "hash": Derive._optional_hash,
    "write_text": Derive._optional_write_text,
    "write_quoted": Derive._optional_write_quoted,
    "encode": Derive._optional_encode,
    "decode": Derive._optional_decode,
    "adopt": Derive._optional_adopt,
    "release": Derive._optional_release,
    "own": Derive._optional_own,
}
