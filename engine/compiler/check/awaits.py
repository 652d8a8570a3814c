"""``await``: what can be awaited, where, and which functions await by what they call.

A turn can end at an ``await`` and go on later, and so can a function that awaits or calls one that does; nobody writes
that down. What only gives a value cannot: the first value of a state, the time of an ``every``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace

from engine.base.diagnostics import Fix
from engine.base.source import Span
from engine.compiler.check import tree
from engine.compiler.check.body import FUNCTION, HANDLER, TOP, Body, describe, expression
from engine.compiler.check.calls import Sent, check_call
from engine.compiler.check.inference import head
from engine.compiler.check.report import Report
from engine.compiler.check.types import ERROR, ActorType, Type
from engine.compiler.syntax import ast

_EXAMPLE = "as in `let n = await server.add(1)`"


@expression(ast.AwaitExpr)
def _await(body: Body, node: ast.AwaitExpr, expected: Type | None) -> tree.Expr:
    if body.outer is not None:
        message = "a function value cannot await: whoever calls it goes on at once with what it gives"
        body.report.error("E0321", node.span, message, "write a `fn` with a name, or a loop in its place")
    elif body.kind not in (FUNCTION, HANDLER, TOP):
        body.report.error("E0321", node.span, "the turn cannot end here, so nothing can be awaited", _WAY_OUT)
    if not isinstance(node.value, ast.Call):
        return _nothing_to_await(body, node, body.expr(node.value))
    outer, body.awaited = body.awaited, node.value
    found = check_call(body, node.value, None)
    body.awaited = outer
    assert not isinstance(found, Sent), "an awaited call is no send"
    if isinstance(found, tree.Await):
        return replace(found, span=node.span)
    if found.type is ERROR or _is_ask(found):
        return found
    return _nothing_to_await(body, node, found)


_WAY_OUT = "await in a handler, at the top level, or in a function that these call, and keep the answer there"


def _is_ask(e: tree.Expr) -> bool:
    """Whether a call was ``actor?.message()``, which is wrapped in what looks for the actor."""
    match e:
        case tree.BlockExpr(value=tree.IfElse(otherwise=tree.Wrap(value=value) | value)):
            return isinstance(value, tree.Await)
        case tree.BlockExpr(value=None, statements=(*_, tree.If(then=(tree.Evaluate(value=value),)))):
            return isinstance(value, tree.Await)
    return False


def _nothing_to_await(body: Body, node: ast.AwaitExpr, found: tree.Expr) -> tree.Expr:
    if found.type is ERROR:
        return found
    fix = None
    what = f"this is {describe(found.type)}"
    if isinstance(head(found.type), ActorType):
        note = f"name the message that it answers, {_EXAMPLE}"
    else:
        note = f"`await` waits for an actor's answer, {_EXAMPLE}"
        fix = Fix("remove `await`", Span(node.span.start, node.value.span.start), "")
    body.report.error("E0320", node.span, f"{what}, and there is nothing to wait for", note, fix)
    return body.nothing(node.span)


# --- which functions await --------------------------------------------------------------------


def suspending(functions: Mapping[tree.FunctionRef, tree.Function]) -> frozenset[tree.FunctionRef]:
    """The functions in which a turn may end: those that await, and those that call one of them."""
    calls: dict[tree.FunctionRef, list[tree.FunctionRef]] = {}
    found: dict[tree.FunctionRef, None] = {}
    for ref, function in functions.items():
        for node in nodes_of(function.body):
            if isinstance(node, tree.Await):
                found[ref] = None
            elif isinstance(node, tree.Call):
                calls.setdefault(node.function, []).append(ref)
    waiting = list(found)
    while waiting:
        for caller in calls.get(waiting.pop(), ()):
            if caller not in found:
                found[caller] = None
                waiting.append(caller)
    return frozenset(found)


def nodes_of(node: object) -> Iterator[object]:
    """All nodes in a body, an expression or a statement, the outermost first."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tuple):
            waiting.extend(reversed(node))
        elif is_dataclass(node) and not isinstance(node, (Type, tree.Local, Span, tree.FunctionRef)):
            yield node
            waiting.extend(getattr(node, part.name) for part in reversed(fields(node)))


def check_places(program: tree.Program, report: Report) -> None:
    """Reports calls of functions that await where the turn cannot end: in first values and in times of timers."""
    awaiting = suspending(program.functions) if program.asked else frozenset()
    if not awaiting:
        return
    for actor in program.actors:
        fixed: list[object] = [turn.interval for turn in actor.turns if turn.interval is not None]
        if actor.id != 0:
            fixed.append(actor.turns[0].body)
        for name, span in _calls((*fixed, *actor.default_args), awaiting):
            report.error("E0321", span, f"`{name}` awaits, and the turn cannot end here", _WAY_OUT)
    bodies = [turn.body for actor in program.actors for turn in actor.turns]
    for node in nodes_of((*(function.body for function in program.functions.values()), *bodies)):
        if isinstance(node, tree.ClosureBody):
            for name, span in _calls(node.body, awaiting):
                message = f"`{name}` awaits, which a function value cannot"
                report.error("E0321", span, message, "call it by its name, in a loop where there are several values")


def _calls(body: object, functions: frozenset[tree.FunctionRef]) -> Iterator[tuple[str, Span]]:
    """The names and places of calls of these functions."""
    for node in nodes_of(body):
        if isinstance(node, tree.Call) and node.function in functions:
            yield node.function.name.rpartition(".")[2], node.span
