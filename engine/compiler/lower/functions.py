"""One IR function while it is being made: its locals, its labels, and the list of statements that grows.

Expressions that need statements of their own gather them into a ``Do``, so the order of evaluation in the IR is always
the order in the source. A statement whose value is a ``Do`` is flattened: the ``Do``'s statements come first.

A function made here knows what it calls. That gives the set of reached functions, and tells which library functions may
fault: before user code calls one of those, the cell ``current_site`` is told where we are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.base.source import Span
from engine.compiler.check.tree import FunctionRef, Local
from engine.compiler.check.types import Type
from engine.compiler.ir import nodes as ir
from engine.compiler.ir.walk import Node, children
from engine.compiler.lower.layouts import STAMP, result_type, string_object, value_type

if TYPE_CHECKING:
    from engine.compiler.lower.closures import Kind
    from engine.compiler.lower.program import Lowering
    from engine.compiler.lower.suspensions import Resumption

SITE_CELL = "current_site"
STAMP_CELL = "turn_stamp"


@dataclass(frozen=True, slots=True)
class LoopLabels:
    """Where ``break`` and ``continue`` go; ``again`` is a block's end or a loop's start."""

    leave: str
    again: str


@dataclass
class FunctionBuilder:
    """An IR function in the making.

    ``borrowed`` locals hold a value that somebody else may hold too, without a mark: parameters and the items of
    loops. ``changing`` are the IR locals of ``var``s. ``fixed`` is the parameter ``var self``: its object is the
    caller's to own, and is changed in place. ``held`` are the variables of whose values others may hold a part, None
    where that may be all of them; ``growing`` are strings that grow in their place, each with two IR locals: the
    address of the string that it alone holds, and where the room behind that ends; ``making`` are lists in the making,
    each with three: its length, its room and where its items are. ``state`` is the local with the
    address of the running actor's state block, made when first asked for. ``known`` are the locals that hold function
    values of a kind that is known. ``answer`` is the handler of the answer that a turn gives to who asks, where it has
    one; ``resumption`` belongs to functions in which the turn may end. Blocks of whose label ``jumps`` knows nothing
    are left out.
    """

    lowering: Lowering
    name: str
    is_library: bool
    title: str = ""
    result: Type | None = None
    locals: list[ir.Local] = field(default_factory=list)
    out: list[ir.Stmt] = field(default_factory=list)
    slots: dict[Local, int] = field(default_factory=dict)
    changing: set[int] = field(default_factory=set)
    loops: list[LoopLabels] = field(default_factory=list)
    jumps: set[str] = field(default_factory=set)
    borrowed: set[Local] = field(default_factory=set)
    fixed: Local | None = None
    held: frozenset[Local | int] | None = None
    growing: dict[Local, tuple[int, int]] = field(default_factory=dict)
    making: dict[Local, tuple[int, ...]] = field(default_factory=dict)
    state: int | None = None
    known: dict[Local, Kind] = field(default_factory=dict)
    answer: int | None = None
    resumption: Resumption | None = None
    callees: dict[str, None] = field(default_factory=dict)
    faults: bool = False
    tells_site: bool = False
    param_count: int = 0
    _labels: int = 0

    # --- locals -------------------------------------------------------------------------------

    def new_local(self, name: str, machine: ir.ValueType) -> int:
        """A fresh local."""
        self.locals.append(ir.Local(name, machine))
        return len(self.locals) - 1

    def param(self, name: str, machine: ir.ValueType) -> ir.Get:
        """The next parameter; all come before other locals."""
        assert self.param_count == len(self.locals)
        self.param_count += 1
        return ir.Get(machine, self.new_local(name, machine))

    def declare(self, local: Local) -> int:
        """The IR local of a source local."""
        known = self.slots.get(local)
        if known is None:
            known = self.slots[local] = self.new_local(local.name, value_type(local.type))
            if local.mutable:
                self.changing.add(known)
        return known

    def temp(self, value: ir.Expr, name: str = "") -> ir.Get:
        """Evaluates now, and keeps the value for later."""
        machine = value.type
        assert machine is not None
        number = self.new_local(name, machine)
        self.set(number, value)
        return ir.Get(machine, number)

    def stable(self, value: ir.Expr, name: str = "") -> ir.Get | ir.Const | ir.StaticAddress:
        """The value as something that can be read twice and never changes."""
        if isinstance(value, ir.Const | ir.StaticAddress):
            return value
        if isinstance(value, ir.Get) and value.local not in self.changing:
            return value
        return self.temp(value, name)

    # --- statements ---------------------------------------------------------------------------

    def emit(self, statement: ir.Stmt) -> None:
        """The next statement."""
        self.out.append(statement)

    def set(self, local: int, value: ir.Expr) -> None:
        """Gives a local its value."""
        self.out.append(ir.Set(local, self.flat(value)))

    def flat(self, value: ir.Expr) -> ir.Expr:
        """The value, with the statements of a ``Do`` put before the statement that is about to be emitted."""
        while isinstance(value, ir.Do):
            self.out.extend(value.body)
            value = value.value
        return value

    def eval(self, value: ir.Expr) -> None:
        """Evaluates for the effect."""
        value = self.flat(value)
        if not isinstance(value, ir.Get | ir.Const | ir.StaticAddress):
            self.out.append(ir.Eval(value))

    @contextmanager
    def gather(self) -> Iterator[list[ir.Stmt]]:
        """Inside, statements go to a list of their own."""
        outer, self.out = self.out, []
        try:
            yield self.out
        finally:
            self.out = outer

    def jump(self, label: str, condition: ir.Expr | None = None) -> None:
        """A branch to a label that is only there if somebody jumps to it."""
        self.jumps.add(label)
        self.emit(ir.Break(label, condition))

    def label(self, name: str) -> str:
        """A label that is unique in the function."""
        self._labels += 1
        return f"{name}{self._labels}"

    # --- faults and sites ---------------------------------------------------------------------

    def site(self, span: Span) -> int:
        """The number of a place in the source; 0 in library functions, whose caller says where it is."""
        return 0 if self.is_library else self.lowering.sites.number(span, self.title)

    def fault(self, kind: str, span: Span, a: ir.Expr | None = None, b: ir.Expr | None = None) -> ir.Fault:
        """A fault at a place."""
        self.faults = True
        return ir.Fault(kind, self.site(span), a, b)

    def division_fault(self, span: Span) -> ir.Fault:
        """A division by zero, which says what was divided as the program has it."""
        text = self.lowering.sites.rows[self.site(span)].text
        return self.fault("division_by_zero", span, ir.StaticAddress(string_object(text)))

    def fault_if(
        self, condition: ir.Expr, kind: str, span: Span, a: ir.Expr | None = None, b: ir.Expr | None = None
    ) -> None:
        """Faults where the condition holds."""
        self.emit(ir.If(condition, (self.fault(kind, span, a, b),)))

    # --- calls --------------------------------------------------------------------------------

    def call(
        self, ref: FunctionRef, args: Sequence[ir.Expr], span: Span | None = None, *, is_user: bool = False
    ) -> ir.Call:
        """A call of a function of the program or the library; emits nothing but the place, where that is needed."""
        target = self.lowering.function(ref)
        return self.call_name(str(ref), result_type(target.result), args, None if is_user else span)

    def call_name(
        self, name: str, machine: ir.ValueType | None, args: Sequence[ir.Expr], span: Span | None = None
    ) -> ir.Call:
        """A call by the name in the IR; with a span, a library call that may fault knows its place."""
        self.callees[name] = None
        if span is not None and not self.is_library and self.lowering.may_fault(name):
            args = self._tell_site(list(args), span)
        return ir.Call(machine, name, tuple(args))

    def library(self, name: str, *args: ir.Expr, types: tuple[Type, ...] = (), span: Span | None = None) -> ir.Call:
        """A call of a library function."""
        return self.call(FunctionRef(name, types), args, span)

    def _tell_site(self, args: list[ir.Expr], span: Span) -> list[ir.Expr]:
        """The store of the place comes after the arguments are evaluated: they may contain calls of their own."""
        self.tells_site = True
        cell = self.lowering.cell(SITE_CELL)
        store = ir.Store("i32.store", ir.Const(ir.I32, cell.address), ir.Const(ir.I32, self.site(span)))
        if not args or all(isinstance(arg, ir.Get | ir.Const | ir.StaticAddress) for arg in args):
            self.emit(store)
            return args
        with self.gather() as body:
            value = self.temp(args[-1])
            self.emit(store)
        return [*args[:-1], ir.Do(value.type, tuple(body), value)]

    # --- stamps -------------------------------------------------------------------------------

    def turn_stamp(self) -> ir.Expr:
        """The number of the running turn."""
        return self.lowering.load_cell(STAMP_CELL)

    def mark_shared(self, address: ir.Get, *, may_be_none: bool = False) -> None:
        """Says that an object is held from more than one place."""
        store = ir.Store("i32.store", address, self.turn_stamp(), STAMP, ir.STAMP_PART)
        self.emit(ir.If(address, (store,)) if may_be_none else store)

    def is_shared(self, address: ir.Expr) -> ir.Expr:
        """Whether an object is held from more than one place."""
        return ir.Op(ir.I32, "i32.eq", (ir.Load(ir.I32, "i32.load", address, STAMP, ir.STAMP_PART), self.turn_stamp()))

    def finish(self, *, exported: str | None = None, file: str = "", line: int = 0) -> ir.Function:
        """The function as it is now."""
        result = result_type(self.result) if self.result is not None else None
        body = tuple(self.out)
        if result is not None and not (body and isinstance(body[-1], ir.Return | ir.Fault)):
            body = (*body, ir.Effect("unreachable", ()))
        return ir.Function(
            self.name,
            self.param_count,
            tuple(self.locals),
            result,
            body,
            exported=exported,
            always_inline=is_tiny(body) and exported is None and self.name not in self.callees,
            file=file,
            line=line,
        )


TINY_NODES = 14
"""A function of at most that many nodes, without loops, is cheaper inlined than called."""


def is_tiny(body: tuple[ir.Stmt, ...]) -> bool:
    """Whether a body is so small that every call should be replaced by it."""
    found: list[Node] = list(body)
    for count, node in enumerate(found, 1):
        if count > TINY_NODES or isinstance(node, ir.Loop | ir.CallIndirect):
            return False
        found += children(node)  # grows while we go through it
    return True


def do(body: list[ir.Stmt], value: ir.Expr) -> ir.Expr:
    """Statements, then a value; just the value where there are no statements."""
    if not body:
        return value
    assert value.type is not None
    if isinstance(value, ir.Do):
        return ir.Do(value.type, (*body, *value.body), value.value)
    return ir.Do(value.type, tuple(body), value)


def i32(value: int) -> ir.Const:
    """A 32-bit constant."""
    return ir.Const(ir.I32, value)


def i64(value: int) -> ir.Const:
    """A 64-bit constant."""
    return ir.Const(ir.I64, value)


def op32(name: str, *args: ir.Expr) -> ir.Op:
    """An instruction that gives an i32."""
    return ir.Op(ir.I32, name, args)


def op64(name: str, *args: ir.Expr) -> ir.Op:
    """An instruction that gives an i64."""
    return ir.Op(ir.I64, name, args)


def load32(address: ir.Expr, offset: int = 0, part: str = "") -> ir.Load:
    """A 32-bit number or address in memory."""
    return ir.Load(ir.I32, "i32.load", address, offset, part)


def store32(address: ir.Expr, value: ir.Expr, offset: int = 0, part: str = "") -> ir.Store:
    """Puts a 32-bit number or address into memory."""
    return ir.Store("i32.store", address, value, offset, part)
