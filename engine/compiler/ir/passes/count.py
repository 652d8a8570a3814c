"""For benchmarks: every entry of a function of the program counts, so that nobody can call inlining cheating.

Runs before all other passes; the count stays right because an inlined body brings its counting with it. Functions that
start from outside (handlers, exports) are not calls and do not count.
"""

from __future__ import annotations

from dataclasses import replace

from engine.compiler.ir.nodes import I32, I64, CellInit, Const, Load, Module, Op, Store

CALLS_CELL = "calls"


def count_calls(module: Module, file: str) -> Module:
    """The module with a cell ``calls``, an i64, that counts entries of functions written in ``file``."""
    cell = next((cell for cell in module.cells if cell.name == CALLS_CELL), None)
    cells = module.cells
    if cell is None:
        cell = CellInit(CALLS_CELL, max((other.address for other in cells), default=56) + 8, I64, 0)
        cells = (*cells, cell)
    address = Const(I32, cell.address)
    one_more = Op(I64, "i64.add", (Load(I64, "i64.load", address), Const(I64, 1)))
    count = Store("i64.store", address, one_more)
    functions = tuple(
        replace(function, body=(count, *function.body))
        if function.file == file and not function.exported and function.name not in module.table
        else function
        for function in module.functions
    )
    return replace(module, functions=functions, cells=cells)
