"""Small constructors for IR by hand, and machines to run it on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import wasmtime

from engine.compiler.ir.nodes import (
    I32,
    I64,
    ITEM,
    Call,
    CellInit,
    Const,
    Do,
    Expr,
    Fault,
    Function,
    Get,
    If,
    Load,
    Local,
    Module,
    Op,
    Return,
    Set,
    Site,
    Stmt,
    Store,
)
from engine.compiler.ir.ops import OPS
from engine.compiler.ir.validate import validate
from engine.compiler.wasm.emit import emit
from engine.vm.assemble import assemble
from engine.vm.engine import shared_engine

FILE = "fib.aefl"
CELLS = (
    CellInit("fault_kind", 64, I32, 0),
    CellInit("fault_site", 72, I32, 0),
    CellInit("fault_a", 80, I64, 0),
    CellInit("fault_b", 88, I64, 0),
    CellInit("static_end", 96, I32, 0),
)
SITES = (Site(FILE, 0, 0, ""), Site(FILE, 1, 1, "fib"))


def i32(value: int) -> Const:
    return Const(I32, value)


def i64(value: int) -> Const:
    return Const(I64, value)


def op(name: str, *args: Expr) -> Op:
    return Op(OPS[name][1], name, args)


def item(items: Expr, index: Expr) -> Load:
    """An int of a list whose items lie at ``items``."""
    return Load(I64, "i64.load", op("i32.add", items, op("i32.shl", op("i32.wrap_i64", index), i32(3))), 0, ITEM)


def function(name: str, params: str, body: tuple[Stmt, ...], more: str = "", result: str | None = I64) -> Function:
    """``params`` and ``more`` (other locals) are like ``n:i64 depth:i32``; a function named ``run`` is exported."""
    locals_ = tuple(Local(*each.split(":")) for each in f"{params} {more}".split())
    exported = name if name == "run" else None
    return Function(name, len(params.split()), locals_, result, body, exported=exported, file=FILE, line=3)


def _note(offset: int, type_: str, local: int) -> Store:
    return Store(f"{type_}.store", i32(64 + offset), Get(type_, local))


RAISE = Function(
    "fault.raise",
    4,
    (Local("kind", I32), Local("site", I32), Local("a", I64), Local("b", I64)),
    None,
    (_note(0, I32, 0), _note(8, I32, 1), _note(16, I64, 2), _note(24, I64, 3)),
)


def module(*functions: Function, table: tuple[str, ...] = ()) -> Module:
    """A module with cells for the last fault."""
    places = (Site(function.file, function.line, 1, function.name) for function in functions)
    return Module((*functions, RAISE), table, (*SITES, *places), CELLS)


def checked(kind: str, left: Expr, right: Expr, first: int) -> Do:
    """``left + right`` or ``left - right`` with a fault on overflow; three i64 locals from ``first`` on are its own."""
    a, b, r = (Get(I64, first + number) for number in range(3))
    other = op("i64.xor", b, r) if kind == "add" else op("i64.xor", a, b)
    wraps = op("i64.lt_s", op("i64.and", op("i64.xor", a, r), other), i64(0))
    return Do(
        I64,
        (
            Set(first, left),
            Set(first + 1, right),
            Set(first + 2, op(f"i64.{kind}", a, b)),
            If(wraps, (Fault("overflow", 1, i64(ord("+"))),)),
        ),
        r,
    )


def fib_module() -> Module:
    """``fn fib(n) -> int: n if n < 2 else fib(n - 1) + fib(n - 2)``, as it is lowered, exported as ``run``."""
    n = Get(I64, 0)
    left = Call(I64, "fib", (checked("sub", n, i64(1), 1),))
    right = Call(I64, "fib", (checked("sub", n, i64(2), 4),))
    body = (If(op("i64.lt_s", n, i64(2)), (Return(n),)), Return(checked("add", left, right, 7)))
    temporaries = " ".join(f"t{number}:i64" for number in range(9))
    run = function("run", "n:i64", (Return(Call(I64, "fib", (n,))),))
    return module(function("fib", "n:i64", body, temporaries), run)


@dataclass
class Machine:
    """An instance of a module that was built by hand."""

    store: wasmtime.Store
    exports: Any

    def run(self, *args: int) -> int | None:
        """What the export ``run`` gives."""
        result: int | None = self.exports["run"](self.store, *args)
        return result

    def memory(self, start: int, end: int) -> bytes:
        """Bytes of memory."""
        return bytes(self.exports["memory"].read(self.store, start, end))

    def cell(self, address: int) -> int:
        """An i64 in memory."""
        return int.from_bytes(self.memory(address, address + 8), "little", signed=True)


def start(m: Module) -> Machine:
    """Validates, emits, assembles and instantiates."""
    validate(m)
    store = wasmtime.Store(shared_engine())
    native = wasmtime.Module(shared_engine(), assemble(emit(m)))
    return Machine(store, wasmtime.Instance(store, native, []).exports(store))
