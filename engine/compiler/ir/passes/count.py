"""For benchmarks: every entry of a function of the program counts, so that nobody can call inlining cheating.

A mark is put at each entry before all other passes, and travels with a body that is inlined. At the end the marks of
a function become additions to a local, which goes into the cell ``calls`` where the function returns. Functions that
start from outside (handlers, exports) are not calls and do not count; neither does what a fault cuts off.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from engine.compiler.ir.nodes import (
    I32,
    I64,
    CellInit,
    Const,
    Effect,
    Function,
    Get,
    Load,
    Local,
    Module,
    Op,
    Return,
    Set,
    Stmt,
    Store,
)
from engine.compiler.ir.walk import Rewriter, walk

CALLS_CELL = "calls"
MARK = "count.call"
"""An effect that exists between the two halves of this pass only."""


def mark_calls(module: Module, files: Collection[str]) -> Module:
    """The module with a mark at every entry of a function written in one of ``files``."""
    marked = tuple(
        replace(function, body=(Effect(MARK, ()), *function.body))
        if function.file in files and not function.exported and function.name not in module.table
        else function
        for function in module.functions
    )
    return replace(module, functions=marked)


def count_marks(module: Module) -> Module:
    """The module with the marks counted in the cell ``calls``, an i64, which it gets if it has none."""
    cell = next((cell for cell in module.cells if cell.name == CALLS_CELL), None)
    if cell is None:
        address = max((other.address for other in module.cells), default=56) + 8
        cell = CellInit(CALLS_CELL, address, I64, 0)
        module = replace(module, cells=(*module.cells, cell))
    return replace(module, functions=tuple(_counted(function, cell.address) for function in module.functions))


def _counted(function: Function, cell: int) -> Function:
    if not any(isinstance(node, Effect) and node.name == MARK for node in walk(function.body)):
        return function
    locals_ = (*function.locals, Local("calls", I64))
    counter = _Counter(cell, len(function.locals), function.result)
    if function.result is not None:
        locals_ = (*locals_, Local("result", function.result))
    body = (Set(counter.local, Const(I64, 0)), *counter.body(function.body), counter.keep())
    return replace(function, locals=locals_, body=body)


class _Counter(Rewriter):
    def __init__(self, cell: int, local: int, result: str | None) -> None:
        self.cell = Const(I32, cell)
        self.local = local
        self.result = result

    def keep(self) -> Stmt:
        """Adds what was counted to the cell."""
        return Store(
            "i64.store", self.cell, Op(I64, "i64.add", (Load(I64, "i64.load", self.cell), Get(I64, self.local)))
        )

    def statement(self, node: Stmt) -> list[Stmt]:
        """A mark becomes an addition; returning keeps the count after all that the result needed."""
        if isinstance(node, Effect) and node.name == MARK:
            return [Set(self.local, Op(I64, "i64.add", (Get(I64, self.local), Const(I64, 1))))]
        new = self.parts(node)
        if isinstance(new, Return):
            if new.value is None:
                return [self.keep(), new]
            assert self.result is not None
            result = self.local + 1
            return [Set(result, new.value), self.keep(), Return(Get(self.result, result))]
        return [new]
