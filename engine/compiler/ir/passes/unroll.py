"""Unrolling: of a loop without checks, several rounds at a time, so that counting and looking whether to stop happen
less often.

    loop                                    loop                            # if there are eight, while there are four
      x = load items + i * 8                  x = load items + i * 8
      …                                       …
      i = i + 1                        →      x = load items + (i + 1) * 8
      br loop if i < end                      …
                                              i = i + 4
                                              br loop if i < end - 3
                                            … the loop as it was, if there are rounds left
"""

from __future__ import annotations

from dataclasses import replace

from engine.compiler.ir.nodes import I32, I64, Block, Break, Const, Expr, Function, Get, If, Local, Loop, Op, Set, Stmt
from engine.compiler.ir.passes.copies import FREE, REST, Copy, counted, is_version
from engine.compiler.ir.passes.limits import limited
from engine.compiler.ir.walk import Rewriter, nodes

ROUNDS = 4
ROUNDS_MIN = 8
"""With fewer left it would not pay to begin."""
SIZE_MAX = 100
"""Larger bodies stay as they are."""


def unroll(function: Function) -> Function:
    """The function with such loops unrolled; the very same where there are none."""
    unroller = _Unroller(function)
    body = unroller.body(function.body)
    return function if body is function.body else replace(function, body=body, locals=tuple(unroller.locals))


class _Unroller(Rewriter):
    """Goes through a function for its innermost loops."""

    def __init__(self, function: Function) -> None:
        self.locals = list(function.locals)

    def statement(self, node: Stmt) -> list[Stmt]:
        if not isinstance(node, Loop) or not is_version(node.label, FREE) or is_version(node.label, REST):
            return super().statement(node)
        count = counted(node)
        inside = nodes(node.body)
        if count is None or any(isinstance(part, Loop) for part in inside) or len(inside) > SIZE_MAX:
            return super().statement(node)
        counter, step, end = count
        if step != 1 or counter.type != I64:
            return [node]
        self.locals.append(Local("stop", I64))
        stop = Get(I64, len(self.locals) - 1)
        before, body = limited(node.body, self.locals)
        node = Loop(node.label, body)
        rounds: list[Stmt] = []
        for number in range(ROUNDS):
            rounds += _Round(counter, number).body(body[:-2])
        again = (Set(counter.local, _ahead(counter, ROUNDS)), Break(node.label, Op(I32, "i64.lt_s", (counter, stop))))
        many = Loop(node.label, (*rounds, *again))
        enough = Op(I64, "i64.sub", (end, Const(I64, ROUNDS_MIN)))
        past, done = f"{node.label}~many", f"{node.label}~done"
        return [
            *before,
            Set(stop.local, Op(I64, "i64.sub", (end, Const(I64, ROUNDS - 1)))),
            Block(past, (Break(past, Op(I32, "i64.gt_s", (counter, enough))), many)),
            Block(done, (Break(done, Op(I32, "i64.ge_s", (counter, end))), *Copy(REST).statement(node))),
        ]


class _Round(Copy):
    """The body of a loop, so many rounds ahead of its counter; who leaves the loop sets the counter right."""

    def __init__(self, counter: Get, number: int) -> None:
        super().__init__(f"~{number}")
        self.counter = counter
        self.number = number

    def expr(self, node: Expr) -> Expr:
        """The expression, with what the counter will be."""
        if self.number and isinstance(node, Get) and node.local == self.counter.local:
            return _ahead(self.counter, self.number)
        return super().expr(node)

    def statement(self, node: Stmt) -> list[Stmt]:
        """The statement in its round."""
        made = super().statement(node)
        if self.number and isinstance(node, Break) and node.label not in self.inside:
            right = Set(self.counter.local, _ahead(self.counter, self.number))
            (jump,) = made
            assert isinstance(jump, Break)
            return [If(jump.condition, (right, Break(jump.label)))] if jump.condition else [right, jump]
        return made


def _ahead(counter: Get, by: int) -> Expr:
    return Op(I64, "i64.add", (counter, Const(I64, by)))
