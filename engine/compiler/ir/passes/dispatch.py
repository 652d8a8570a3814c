"""Calls by a number that few functions share, as a search among direct calls.

A call through the function table checks the index, the entry and its signature, and nothing can be inlined. With a
handful of handlers it is faster to compare: ``turn.run`` becomes

    if handler < 3:  if handler < 2: …  else: Node.on:token(mail)   else: …

so that small handlers become part of the scheduler's loop (inline.py), and ``actor.release`` becomes the same over the
types of actors. Programs with more handlers, or types, keep the table.
"""

from __future__ import annotations

from dataclasses import replace

from engine.compiler.ir.nodes import I32, Call, CallIndirect, Const, Eval, Expr, Function, Get, If, Module, Op, Stmt
from engine.compiler.ir.walk import Rewriter

RUNNER, HANDLER_COUNT = "turn.run", "handler_count"
RELEASER, TYPE_COUNT = "actor.release", "actor_type_count"
TYPE_FUNCTIONS = 4
"""So many entries of each type of actors follow the handlers; the first one releases its state."""
SEARCHED_MAX = 24


def searched_handlers(module: Module) -> tuple[str, ...]:
    """The handlers of a program that has few enough of them, by their numbers."""
    count = _cell(module, HANDLER_COUNT)
    return module.table[:count] if count <= SEARCHED_MAX else ()


def searched_releases(module: Module) -> tuple[str, ...]:
    """What releases the state of each type of actors, where there are few enough of them."""
    start, count = _cell(module, HANDLER_COUNT), _cell(module, TYPE_COUNT)
    return module.table[start : start + count * TYPE_FUNCTIONS : TYPE_FUNCTIONS] if count <= SEARCHED_MAX else ()


def call_directly(module: Module) -> Module:
    """The module with searches in the place of calls through the table."""
    searched = {RUNNER: searched_handlers(module), RELEASER: searched_releases(module)}
    return replace(module, functions=tuple(_with_search(f, searched.get(f.name, ())) for f in module.functions))


def _cell(module: Module, name: str) -> int:
    return next((int(cell.value) for cell in module.cells if cell.name == name), 0)


def _with_search(function: Function, called: tuple[str, ...]) -> Function:
    return replace(function, body=_Searcher(function, called).body(function.body)) if called else function


class _Searcher(Rewriter):
    def __init__(self, function: Function, called: tuple[str, ...]) -> None:
        self.by_type = function.name == RELEASER
        self.called = called

    def statement(self, node: Stmt) -> list[Stmt]:
        if isinstance(node, Eval) and isinstance(node.value, CallIndirect):
            number = Get(I32, 0) if self.by_type else node.value.index
            return [self._search(number, node.value.args, 0, len(self.called))]
        return super().statement(node)

    def _search(self, number: Expr, args: tuple[Expr, ...], low: int, high: int) -> Stmt:
        if high - low == 1:
            return Eval(Call(None, self.called[low], args))
        middle = (low + high) // 2
        return If(
            Op(I32, "i32.lt_s", (number, Const(I32, middle))),
            (self._search(number, args, low, middle),),
            (self._search(number, args, middle, high),),
        )
