"""Pairs: a loop that only looks for something takes two rounds at a time, side by side in one vector.

    loop                                          loop                          # while there are two
      x = load items + i * 8                        x = load128 items + i * 8
      if x == wanted                                leave the loop if either of x == (wanted, wanted)
        return i                         →          i = i + 2
      i = i + 1                                     br loop if i < end - 1
      br loop if i < end                          … the loop as it was, if there are rounds left

Such a loop stores nothing and carries nothing from round to round but what it counts. All that it can do in a round is
to leave: because it has found something, or because of a fault. As long as neither of two rounds leaves, both of them
may be forgotten; where one does, the loop as it was goes on from there and does what is to be done. So faults stay what
they are, and where they are.

Both rounds read their items, though the first one may leave: the indexes of all rounds were compared before the loop.
"""

from __future__ import annotations

from dataclasses import replace

from engine.compiler.ir.nodes import I32, I64, Block, Break, Const, Expr, Function, Get, Loop, Op, Set, Stmt
from engine.compiler.ir.passes.copies import FREE, REST, Copy, counted, is_version
from engine.compiler.ir.passes.lanes import NotAlike, Rounds
from engine.compiler.ir.walk import LEAVES, Node, Rewriter, children, nodes, set_locals

SIZE_MAX = 100
"""Larger bodies stay as they are."""


def pair_rounds(function: Function) -> Function:
    """The function with such loops in pairs of rounds; the very same where there are none."""
    pairer = _Pairer(function)
    body = pairer.body(function.body)
    return function if body is function.body else replace(function, body=body, locals=tuple(pairer.locals))


class _Pairer(Rewriter):
    """Goes through a function for its innermost loops without checks."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.locals = list(function.locals)

    def statement(self, node: Stmt) -> list[Stmt]:
        if not isinstance(node, Loop) or not is_version(node.label, FREE) or is_version(node.label, REST):
            return super().statement(node)
        inside = nodes(node.body)
        if any(isinstance(part, Loop) for part in inside):
            return super().statement(node)
        count = counted(node)
        if count is None or count[0].type != I64 or count[1] != 1 or len(inside) > SIZE_MAX:
            return [node]
        counter, _, end = count
        given = set_locals(node.body)
        if any(isinstance(part, Get) and part.local in given for part in nodes((end,))):
            return [node]
        try:
            return self.paired(node, counter, end, given)
        except NotAlike:
            return [node]

    def paired(self, node: Loop, counter: Get, end: Expr, given: set[int]) -> list[Stmt]:
        """The loop in pairs, and what is left of it. Where somebody reads later what the last round has computed, a
        round is left for that."""
        rounds = Rounds(node.label, counter, given, self.locals)
        rounds.statements(node.body[:-2], True)
        rounds.known &= rounds.vectors.keys()
        if not (rounds.faults or rounds.leaves) or not rounds.loads:
            raise NotAlike
        read = _read_outside(self.function, node.label) & given
        before: list[Stmt] = []
        stop = end
        if not read - {counter.local} <= rounds.known:
            raise NotAlike
        if read - {counter.local}:
            stop = rounds.local("stop", I64)
            before.append(Set(stop.local, Op(I64, "i64.sub", (end, Const(I64, 1)))))
        second = rounds.second
        many, done, pair = (f"{node.label}~{name}" for name in ("many", "done", "pair"))
        loop = Loop(
            pair,
            (
                *rounds.round,
                *rounds.leaving(many, not read),
                *rounds.ahead,
                Set(second.local, Op(I64, "i64.add", (second, Const(I64, 2)))),
                Break(pair, Op(I32, "i64.lt_s", (second, stop))),
            ),
        )
        none = Break(many, Op(I32, "i64.ge_s", (second, stop)))
        before += [
            Set(second.local, Op(I64, "i64.add", (counter, Const(I64, 1)))),
            Block(many, (none, *rounds.before, loop)),
            Set(counter.local, Op(I64, "i64.sub", (second, Const(I64, 1)))),
        ]
        is_over = Break(done, Op(I32, "i64.ge_s", (counter, end)))
        return [*before, Block(done, (is_over, *Copy(REST).statement(node)))]


def _read_outside(function: Function, label: str) -> set[int]:
    """The locals that are read outside of all versions of a loop."""
    stem = label.partition("~")[0]
    found: list[Node] = list(function.body)
    read = set()
    for node in found:  # grows while we go through it
        if isinstance(node, Loop) and node.label.partition("~")[0] == stem:
            continue
        if type(node) not in LEAVES:
            found += children(node)
        elif isinstance(node, Get):
            read.add(node.local)
    return read
