"""Timers: sends that leave later, once (``after``) or again and again (``every``)."""

from __future__ import annotations

from dataclasses import replace

from engine.compiler.check import tree
from engine.compiler.check.body import Body, expression, statement
from engine.compiler.check.calls import Sent, check_call
from engine.compiler.check.types import DURATION, ERROR, StructType, Type
from engine.compiler.syntax import ast

Statements = list[tree.Stmt]

TIMER_STRUCT = "Timer"


@statement(ast.AfterStmt)
def _after(body: Body, node: ast.AfterStmt, out: Statements) -> bool:
    delay = body.typed(node.delay, DURATION, "the time after `after`")
    sent = _sent(body, node.send, "after")
    if sent is not None:
        out.extend(_delayed(s, delay) for s in sent.statements)
    return False


@statement(ast.EveryStmt)
def _every(body: Body, node: ast.EveryStmt, out: Statements) -> bool:
    first = node.body.statements[0] if node.body.statements else None
    if isinstance(first, ast.ExprStmt) and first.span == node.body.span:
        timer = ast.TimerExpr(node.span, node.interval, first.value, repeats=True)
        out.append(tree.Evaluate(node.span, body.expr(timer)))
        return False
    note = "a handler can repeat a message: `every 10ms self.tick()`"
    body.report.error("E0307", node.span, "`every` with a block stands at the top level or directly in an actor", note)
    return False


@expression(ast.TimerExpr)
def _timer(body: Body, node: ast.TimerExpr, expected: Type | None) -> tree.Expr:
    word = "every" if node.repeats else "after"
    time = body.typed(node.delay, DURATION, f"the time after `{word}`")
    if node.repeats:
        check_interval(body, time)
    sent = _sent(body, node.send, word)
    if sent is None:
        return body.nothing(node.span)
    send = sent.statements[-1]
    if not isinstance(send, tree.Send):
        note = "look first whether there is an actor, as in `match worker { none => …, w => … }`"
        body.report.error("E0302", node.send.span, "a timer that can be cancelled needs an actor that is there", note)
        return body.nothing(node.span)
    timer = tree.TimerNew(StructType(TIMER_STRUCT), node.span, replace(send, delay=time), node.repeats)
    before = sent.statements[:-1]
    return tree.BlockExpr(timer.type, node.span, before, timer) if before else timer


def check_interval(body: Body, interval: tree.Expr, what: str = "`every`") -> None:
    """Reports an interval that is known not to be longer than nothing."""
    time = known_number(interval)
    if time is not None and time <= 0:
        body.report.error("E0202", interval.span, f"{what} needs a time longer than nothing")


def known_number(e: tree.Expr) -> int | None:
    """An int, or the microseconds of a time, that is written out, as `-5ms` is, which is `0ms - 5ms`."""
    if isinstance(e, tree.Const):
        return e.value if isinstance(e.value, int) and e.type is not ERROR else None
    if isinstance(e, tree.Unary) and e.op == "neg":
        number = known_number(e.operand)
        return None if number is None else -number
    if isinstance(e, tree.Binary) and e.op in ("+", "-"):
        left, right = known_number(e.left), known_number(e.right)
        if left is not None and right is not None:
            return left + right if e.op == "+" else left - right
    return None


def _sent(body: Body, node: ast.Expr, word: str) -> Sent | None:
    """The send behind a time; None, reported, where there is something else."""
    found = check_call(body, node, None) if isinstance(node, ast.Call) else body.expr(node)
    if isinstance(found, Sent):
        return found
    if found.type is not ERROR:
        message = f"after the time comes a send, as in `{word} 20ms server.add(1)`"
        body.report.error("E0302", node.span, message)
    return None


def _delayed(node: tree.Stmt, delay: tree.Expr) -> tree.Stmt:
    if isinstance(node, tree.Send):
        return replace(node, delay=delay)
    if isinstance(node, tree.If):
        return replace(node, then=tuple(_delayed(s, delay) for s in node.then))
    return node
