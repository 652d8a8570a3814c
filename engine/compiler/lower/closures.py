"""Function values: what they are in memory, and how they are called.

Every place of the source that makes a function value is a *kind*, with a number. A function value is an object with the
number of its kind and what it captured, slots in the turn arena or the heap like a tuple's; one that captures nothing
lies in static data. All kinds of a program are known, so a call goes through a function for each function type,
``call:fn(int) -> int``, which looks at the number and calls the right one directly. There are no calls through the
function table: the passes see every call, inline where there is one kind only, and the recursion limit holds by itself.

What follows a value's parts (``adopt``, ``release``, ``encode``, ``decode``) is done in the same way. A function value
is encoded as ``[number, captured…]``. Numbers are given in the order in which lowering comes to the kinds, which
depends on the program alone.

The library's functions are lowered again for each kind that is passed to them (``list.map<int, int>[fn 3]``): there the
call is direct, and the passes inline it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.base.source import Span
from engine.compiler.check.tree import CallValue, Closure, ClosureBody, Expr, LocalRead
from engine.compiler.check.types import INT, FnType, Type
from engine.compiler.ir import nodes as ir
from engine.compiler.lower import expressions, statements, strings
from engine.compiler.lower.derive import new_block, write_static
from engine.compiler.lower.functions import SITE_CELL, FunctionBuilder, do, i32, i64, load32, op32
from engine.compiler.lower.layouts import (
    ARENA,
    HEAP,
    block_size,
    load_slot,
    result_type,
    slot_offset,
    store_slot,
    value_type,
)
from engine.compiler.metadata import TypeInfo, VariantInfo

if TYPE_CHECKING:
    from engine.compiler.lower.program import Lowering

KIND = slot_offset(0)
CAPTURED = 1
"""The slot of the first captured value; the first slot of all holds the number."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A place of the source that makes function values."""

    number: int
    type: FnType
    function: ClosureBody

    @property
    def name(self) -> str:
        """The name in the IR of the function that does what the value does."""
        return f"fn {self.number}"

    @property
    def slots(self) -> int:
        """How many slots a value of this kind has."""
        return CAPTURED + len(self.function.captured)

    def captured(self) -> list[tuple[Type, int]]:
        """The types of what is captured, and where it lies in the object."""
        return [(local.type, slot_offset(slot)) for slot, local in enumerate(self.function.captured, CAPTURED)]

    def static(self) -> ir.StaticAddress:
        """The one value of a kind that captures nothing."""
        return ir.StaticAddress(bytes(KIND) + self.number.to_bytes(8, "little"))


class Closures:
    """The kinds of function values of a program, and the functions that tell them apart."""

    def __init__(self, lowering: Lowering) -> None:
        self.lowering = lowering
        self.kinds: list[Kind] = []
        self._of: dict[ClosureBody, Kind] = {}
        self._by_type: dict[str, tuple[str, FnType]] = {}

    def kind(self, f: FunctionBuilder, node: Closure) -> Kind:
        """The kind of a function value that is made in ``f``; its function is lowered when it is first seen."""
        kind = self._of.get(node.function)
        if kind is None:
            assert isinstance(node.type, FnType)
            kind = self._of[node.function] = Kind(len(self.kinds), node.type, node.function)
            self.kinds.append(kind)
            self.lowering.made(kind.name, lambda: _function(f, kind), node.function.span)
        return kind

    def function(self, op: str, t: FnType) -> str:
        """The name of the function that does an operation on the values of a type, whatever their kind."""
        name = f"{op}:{t}"
        if name not in self._by_type:
            self._by_type[name] = op, t
            self.lowering.reserve(name)
        return name

    def make_cases(self) -> bool:
        """Makes what the functions by type will call for each kind; whether there was something to make."""
        made = False
        for op, t in list(self._by_type.values()):
            for kind in self.kinds if op in _CASES else ():
                if kind.type == t and not self.lowering.is_made(f"{op}:{kind.name}"):
                    made = True
                    _make_case(self.lowering, op, kind)
        return made

    def functions(self) -> list[FunctionBuilder]:
        """The functions by type, when all kinds are known."""
        return [self._of_type(name, op, t) for name, (op, t) in self._by_type.items()]

    def describe(self) -> None:
        """Completes the metadata of function types with their kinds, so that the host can look into any value."""
        types = self.lowering.types
        if not types.function_types():
            return
        rows = []
        for kind in self.kinds:
            name = f"{kind.function.name} in line {self.lowering.sites.line(kind.function.span)}"
            captured = kind.function.captured
            parts = tuple(types.index(local.type) for local in captured)
            rows.append(VariantInfo(name, parts, tuple(local.name for local in captured)))
        for t, index in types.function_types():
            own = [kind.number for kind in self.kinds if kind.type == t]
            variants = tuple(rows[number] for number in own)
            types.rows[index] = TypeInfo("function", str(t), names=tuple(map(str, own)), variants=variants)

    def _of_type(self, name: str, op: str, t: FnType) -> FunctionBuilder:
        f = FunctionBuilder(self.lowering, name, is_library=True, result=_result(op, t))
        args = [] if op == "decode" else [f.param("value", ir.I32)]
        if op == "call":
            args += [f.param(f"argument_{i}", value_type(param)) for i, param in enumerate(t.params, 1)]
        if op == "write_text":
            write_static(f, str(t))
            return f
        if op == "decode":
            f.eval(f.library("array.decode_header"))
            number = f.temp(op32("i32.wrap_i64", f.library("int.decode")), "kind")
        else:
            number = f.temp(load32(args[0], KIND), "kind")
        kinds = [kind for kind in self.kinds if kind.type == t]
        if kinds:
            _choose(f, op, kinds, number, args)
        if op == "decode":
            f.emit(f.fault("engine", Span(0, 0)))
        elif not kinds:
            f.emit(ir.Effect("unreachable", ()))
        return f


def _choose(f: FunctionBuilder, op: str, kinds: Sequence[Kind], number: ir.Expr, args: Sequence[ir.Expr]) -> None:
    """The call for the right kind, found by halving. What is decoded may be none of them."""
    if len(kinds) > 1:
        middle = len(kinds) // 2
        with f.gather() as lower:
            _choose(f, op, kinds[:middle], number, args)
        f.emit(ir.If(op32("i32.lt_s", number, i32(kinds[middle].number)), tuple(lower)))
        _choose(f, op, kinds[middle:], number, args)
        return
    kind = kinds[0]
    name = kind.name if op == "call" else f"{op}:{kind.name}"
    result = _result(op, kind.type)
    call = f.call_name(name, None if result is None else result_type(result), args)
    found: list[ir.Stmt] = [ir.Return(call)] if call.type is not None else [ir.Eval(call), ir.Return()]
    if op == "decode":
        found = [ir.If(op32("i32.eq", number, i32(kind.number)), tuple(found))]
    f.out.extend(found)


def _result(op: str, t: FnType) -> Type | None:
    if op == "call":
        return t.result
    return t if op in ("adopt", "decode") else None


# --- making and calling -----------------------------------------------------------------------


def make(f: FunctionBuilder, e: Closure) -> ir.Expr:
    """A new function value; emits."""
    kind = f.lowering.closures.kind(f, e)
    if not e.captures:
        return kind.static()
    held = expressions.operands(f, e.captures, keep=True)
    block = _block(f, kind, ARENA)
    for (t, offset), value in zip(kind.captured(), held, strict=True):
        f.emit(store_slot(t, block, value, offset))
    return block


def _block(f: FunctionBuilder, kind: Kind, region: int) -> ir.Get:
    block = new_block(f, kind.slots, region)
    f.emit(ir.Store("i64.store", block, i64(kind.number), KIND))
    return block


def known_kind(f: FunctionBuilder, e: Expr) -> Kind | None:
    """The kind of a function value, where that is known before the program runs."""
    match e:
        case Closure():
            return f.lowering.closures.kind(f, e)
        case LocalRead(local=local):
            return f.known.get(local)
    return None


def call(f: FunctionBuilder, e: CallValue) -> ir.Expr:
    """A call of a function value. A library function puts back where in the source it was called, which the function
    may have changed."""
    kind = known_kind(f, e.callee)
    machine = result_type(e.type)
    with f.gather() as body:
        args = expressions.arguments(f, (e.callee, *e.args))
        if kind is not None:
            found = f.call_name(kind.name, machine, args)
        else:
            assert isinstance(e.callee.type, FnType)
            name = f.lowering.closures.function("call", e.callee.type)
            found = f.call_name(name, machine, args, e.span)
        f.faults = f.faults or f.is_library
        restores = f.is_library and not (kind is not None and f.lowering.is_quiet(kind.name))
        site = f.temp(f.lowering.load_cell(SITE_CELL), "site") if restores else None
        result: ir.Expr = found
        if machine is None:
            f.eval(found)
            result = i32(0)
        elif site is not None:
            result = f.temp(found)
        if site is not None:
            f.emit(f.lowering.store_cell(SITE_CELL, site))
    return do(body, result)


# --- the functions of a kind ------------------------------------------------------------------


def _function(maker: FunctionBuilder, kind: Kind) -> FunctionBuilder:
    """What a value does when it is called: its first parameter is the value itself."""
    body = kind.function
    f = FunctionBuilder(maker.lowering, kind.name, maker.is_library, title=maker.title, result=body.result)
    value = f.param("value", ir.I32)
    for param in body.params:
        f.param(param.name, value_type(param.type))
        f.slots[param] = f.param_count - 1
        f.borrowed.add(param)
    for local, (t, offset) in zip(body.captured, kind.captured(), strict=True):
        f.set(f.declare(local), load_slot(t, value, offset))
        f.borrowed.add(local)
    if not f.is_library:
        strings.look_at(f, body.body)
    statements.block(f, body.body)
    return f


def _make_case(lowering: Lowering, op: str, kind: Kind) -> None:
    def fill() -> FunctionBuilder:
        f = FunctionBuilder(lowering, f"{op}:{kind.name}", is_library=True, result=_result(op, kind.type))
        _CASES[op](f, kind)
        return f

    lowering.made(f"{op}:{kind.name}", fill)


def _adopt(f: FunctionBuilder, kind: Kind) -> None:
    value: ir.Expr = f.param("value", ir.I32)
    if kind.function.captured:
        block = _block(f, kind, HEAP)
        for t, offset in kind.captured():
            held = f.lowering.derive.keep(f, t, load_slot(t, value, offset), i32(HEAP))
            f.emit(store_slot(t, block, held, offset))
        value = block
    f.emit(ir.Return(value))


def _release(f: FunctionBuilder, kind: Kind) -> None:
    value = f.param("value", ir.I32)
    for t, offset in kind.captured():
        f.lowering.derive.effect(f, "release", t, load_slot(t, value, offset))
    if kind.function.captured:
        f.eval(f.library("heap.free", value, i32(block_size(kind.slots))))


def _encode(f: FunctionBuilder, kind: Kind) -> None:
    value = f.param("value", ir.I32)
    f.eval(f.library("array.encode_header", i32(kind.slots)))
    f.lowering.derive.effect(f, "encode", INT, i64(kind.number))
    for t, offset in kind.captured():
        f.lowering.derive.effect(f, "encode", t, load_slot(t, value, offset))


def _decode(f: FunctionBuilder, kind: Kind) -> None:
    if not kind.function.captured:
        f.emit(ir.Return(kind.static()))
        return
    block = _block(f, kind, ARENA)
    for t, offset in kind.captured():
        f.emit(store_slot(t, block, f.lowering.derive.apply(f, "decode", t), offset))
    f.emit(ir.Return(block))


_CASES: dict[str, Callable[[FunctionBuilder, Kind], None]] = {
    "adopt": _adopt,
    "release": _release,
    "encode": _encode,
    "decode": _decode,
}
