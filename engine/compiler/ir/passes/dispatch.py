"""The call of a handler by its number, as a search among direct calls.

A call through the function table checks the index, the entry and its signature, and nothing can be inlined. With a
handful of handlers it is faster to compare: ``turn.run`` becomes

    if handler < 3:  if handler < 2: …  else: Node.on:token(mail)   else: …

so that small handlers become part of the scheduler's loop (inline.py). Programs with more handlers keep the table.
"""

from __future__ import annotations

from dataclasses import replace

from engine.compiler.ir.nodes import I32, Call, CallIndirect, Const, Eval, Expr, Function, If, Module, Op, Stmt
from engine.compiler.ir.walk import Rewriter

RUNNER = "turn.run"
HANDLERS_MAX = 24
COUNT_CELL = "handler_count"


def searched_handlers(module: Module) -> tuple[str, ...]:
    """The handlers of a program that has few enough of them, by their numbers."""
    count = next((int(cell.value) for cell in module.cells if cell.name == COUNT_CELL), 0)
    return module.table[:count] if count <= HANDLERS_MAX else ()


def call_handlers_directly(module: Module) -> Module:
    """The module with a search in the place of the call through the table."""
    handlers = searched_handlers(module)
    if not handlers:
        return module
    functions = tuple(
        _with_search(function, handlers) if function.name == RUNNER else function for function in module.functions
    )
    return replace(module, functions=functions)


def _with_search(function: Function, handlers: tuple[str, ...]) -> Function:
    return replace(function, body=_Searcher(handlers).body(function.body))


class _Searcher(Rewriter):
    def __init__(self, handlers: tuple[str, ...]) -> None:
        self.handlers = handlers

    def statement(self, node: Stmt) -> list[Stmt]:
        if isinstance(node, Eval) and isinstance(node.value, CallIndirect):
            return [self._search(node.value.index, node.value.args, 0, len(self.handlers))]
        return super().statement(node)

    def _search(self, index: Expr, args: tuple[Expr, ...], low: int, high: int) -> Stmt:
        if high - low == 1:
            return Eval(Call(None, self.handlers[low], args))
        middle = (low + high) // 2
        return If(
            Op(I32, "i32.lt_s", (index, Const(I32, middle))),
            (self._search(index, args, low, middle),),
            (self._search(index, args, middle, high),),
        )
