"""Recursion: a recursive function's own body inside itself.

``fib`` calls itself twice, so with ``n`` copies of it inside itself, most calls are jumps. WebAssembly engines do not
do this by themselves. How far it goes is bounded by code size; the same calls are made, in the same order.

Where a function begins by asking whether it has anything to do, the calls that are left ask that first themselves: half
of the calls in a binary tree are such leaves. And half of those that are left then call nothing but leaves. They are
done without a call too, where that can be told from the arguments:

    r = fib(x)          block fib.7
                          br fib.7 (r = x) if i64.lt_s(x, 2)
                   →      if i64.lt_s(x - 1, 2) and i64.lt_s(x - 2, 2)
                            r = …                                          # the body, with such calls
                          else
                            r = fib(x)
"""

from __future__ import annotations

from dataclasses import replace

from engine.compiler.ir.nodes import I32, Call, Choose, Const, Eval, Expr, Function, Get, If, Load, Return, Set, Stmt
from engine.compiler.ir.passes.dead import drop_unused_locals
from engine.compiler.ir.passes.fold import fold
from engine.compiler.ir.passes.inline import Template, inline_calls
from engine.compiler.ir.walk import Rewriter, Summary, children, is_pure, nodes, set_locals, size

LEVELS = 4
NODES_MAX = 2000
"""Recursion is unrolled to at most so many levels, and so many nodes."""
GUARDS_MAX = 24
"""Nodes of what a function begins with that are repeated before its calls of itself."""
SHALLOW_MAX = 48
"""Nodes of what is put in the place of a call, with the body for calls of leaves."""


def inline_self(function: Function) -> Function:
    """A directly recursive function with its own body in the place of its calls, some levels deep."""
    summary = Summary(function)
    count, nodes_ = summary.calls.get(function.name, 0), summary.size
    result, total, copies = function, nodes_, 1
    for _ in range(LEVELS if count else 0):
        copies *= count
        total += nodes_ * copies
        if total > NODES_MAX:
            break
        result = _with_calls_as(function, result)
    guards = _guards(function)
    if result is function or not guards:
        return result
    asking = replace(function, body=(*guards, _again(function)))
    return _with_calls_as(result, _shallow(function, guards, asking) or asking)


def _with_calls_as(function: Function, other: Function) -> Function:
    """The function with the body of another in the place of its calls of itself."""
    return inline_calls(function, {function.name: Template(other, size(other.body))})


def _again(function: Function) -> Stmt:
    """The call of a function with the arguments that it was given."""
    args = tuple(Get(param.type, number) for number, param in enumerate(function.params))
    call = Call(function.result, function.name, args)
    return Eval(call) if function.result is None else Return(call)


def _guards(function: Function) -> tuple[If, ...]:
    """The ways out without a call that a function begins with."""
    guards: list[If] = []
    for node in function.body:
        if not isinstance(node, If) or not _is_guard(node):
            break
        guards.append(node)
    return tuple(guards) if size(guards) <= GUARDS_MAX else ()


def _is_guard(node: If) -> bool:
    if node.otherwise or len(node.then) != 1 or not isinstance(node.then[0], Return):
        return False
    value = node.then[0].value
    return is_pure(node.condition) and (value is None or is_pure(value))


def _shallow(function: Function, guards: tuple[If, ...], asking: Function) -> Function | None:
    """The function for calls all of whose calls return at once, and a call of it for others; None where that cannot be
    told, or is much. A function that calls itself once comes to such a call but once."""
    conditions = _conditions(function, guards)
    if len(conditions) < 2:
        return None
    once = _with_calls_as(function, asking)
    test = conditions[0]
    for more in conditions[1:]:
        test = Choose(I32, test, more, Const(I32, 0))
    body = (*guards, If(test, once.body[len(guards) :]), _again(function))
    made = drop_unused_locals(fold(replace(once, body=body)))
    return made if size(made.body) <= SHALLOW_MAX else None


def _conditions(function: Function, guards: tuple[If, ...]) -> list[Expr]:
    """For each call that a function makes of itself, when it returns at once; empty where one cannot be told before."""
    if any(isinstance(part, Load) for part in nodes(guards)):
        return []
    changed = set_locals(function.body)
    known: dict[int, Expr] = {
        number: Get(param.type, number) for number, param in enumerate(function.params) if number not in changed
    }
    found: list[Expr] = []
    for node in function.body[len(guards) :]:
        for call in nodes(children(node)):
            if isinstance(call, Call) and call.function == function.name:
                args = [_told(arg, known) for arg in call.args]
                if not isinstance(node, Set) or None in args:
                    return []
                found.append(_any(guards, {number: arg for number, arg in enumerate(args) if arg is not None}))
        for local in set_locals((node,)):
            known.pop(local, None)
        if isinstance(node, Set) and (value := _told(node.value, known)) is not None:
            known[node.local] = value
    return found


def _told(value: Expr, known: dict[int, Expr]) -> Expr | None:
    """A value in terms of the arguments, if it is a formula of nothing else: a load may have to wait for a check."""
    parts = nodes((value,))
    if not is_pure(value) or any(isinstance(part, Load) for part in parts):
        return None
    return _Instead(known).expr(value) if all(part.local in known for part in parts if isinstance(part, Get)) else None


def _any(guards: tuple[If, ...], args: dict[int, Expr]) -> Expr:
    """Whether one of the guards holds for some arguments."""
    conditions = [_Instead(args).expr(guard.condition) for guard in guards]
    test = conditions[0]
    for more in conditions[1:]:
        test = Choose(I32, test, Const(I32, 1), more)
    return test


class _Instead(Rewriter):
    """Puts expressions in the place of locals."""

    def __init__(self, values: dict[int, Expr]) -> None:
        self.values = values

    def expr(self, node: Expr) -> Expr:
        return self.values[node.local] if isinstance(node, Get) else super().expr(node)
