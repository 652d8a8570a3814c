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

Both rounds read their items, though the first one may leave. A loop that compares an index in every round is not of
this kind: in others, all rounds up to the last one are known to reach items.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.compiler.ir.nodes import I32, Block, Break, Const, Expr, Function, Get, If, Loop, Op, Set, Stmt
from engine.compiler.ir.passes.copies import CHECKED, REST, Copy, counted, is_version
from engine.compiler.ir.passes.lanes import NotAlike, Rounds
from engine.compiler.ir.passes.simplify import negate
from engine.compiler.ir.walk import LEAVES, Node, Rewriter, children, nodes, set_locals

SIZE_MAX = 100
"""Larger bodies stay as they are."""


def pair_rounds(function: Function) -> Function:
    """The function with such loops in pairs of rounds; the very same where there are none."""
    pairer = _Pairer(function)
    body = pairer.body(function.body)
    return function if body is function.body else replace(function, body=body, locals=tuple(pairer.locals))


class _Pairer(Rewriter):
    """Goes through a function for its innermost loops."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.locals = list(function.locals)

    def expr(self, node: Expr) -> Expr:
        return node

    def statement(self, node: Stmt) -> list[Stmt]:
        if not isinstance(node, Loop) or is_version(node.label, CHECKED) or is_version(node.label, REST):
            return super().statement(node)
        inside = nodes(node.body)
        if any(isinstance(part, Loop) for part in inside):
            return super().statement(node)
        count = _count(node)
        if count is None or len(inside) > SIZE_MAX:
            return [node]
        given = set_locals(node.body)
        if count.counter.local in set_locals(node.body[:-2]):
            return [node]
        if any(isinstance(part, Get) and part.local in given for part in nodes((count.end,))):
            return [node]
        try:
            return self.paired(node, count, given)
        except NotAlike:
            return [node]

    def paired(self, node: Loop, count: _Count, given: set[int]) -> list[Stmt]:
        """The loop in pairs, and what is left of it. Where somebody reads later what the last round has computed, a
        round is left for that."""
        counter, step, end = count.counter, count.step, count.end
        rounds = Rounds(node.label, counter, step, given, self.locals)
        rounds.all(node.body[:-2])
        if not (rounds.faults or rounds.leaves) or not rounds.loads:
            raise NotAlike
        read = _read_outside(self.function.body, node)
        assert read is not None
        before: list[Stmt] = []
        stop = end
        if not rounds.kept & read <= (rounds.known or set()):
            raise NotAlike
        if rounds.kept & read:
            stop = rounds.local("stop", counter.type)
            before.append(Set(stop.local, count.op("sub", end, step)))
        second = rounds.second
        many, done, pair = (f"{node.label}~{name}" for name in ("many", "done", "pair"))
        loop = Loop(
            pair,
            (
                *rounds.round,
                *rounds.leaving(many, not read & {counter.local, *rounds.kept}),
                *rounds.ahead,
                Set(second.local, count.op("add", second, 2 * step)),
                Break(pair, Op(I32, count.below, (second, stop))),
            ),
        )
        none = Break(many, negate(Op(I32, count.below, (second, stop))))
        before += [
            Set(second.local, count.op("add", counter, step)),
            Block(many, (none, *rounds.before, loop)),
            Set(counter.local, count.op("sub", second, step)),
        ]
        is_over = Break(done, negate(Op(I32, count.below, (counter, end))))
        return [*before, Block(done, (is_over, *Copy(REST).statement(node)))]


@dataclass(frozen=True, slots=True)
class _Count:
    """What a loop counts, by what, and how that is compared with the end. Items' addresses are counted by eights."""

    counter: Get
    step: int
    end: Expr
    below: str

    def op(self, what: str, left: Expr, right: int) -> Op:
        """A sum or difference of the counter's type."""
        return Op(self.counter.type, f"{self.counter.type}.{what}", (left, Const(self.counter.type, right)))


def _count(loop: Loop) -> _Count | None:
    """What a loop counts, if it comes to everything before the end."""
    count = counted(loop)
    if count is not None:
        return _Count(*count, f"{count[0].type}.lt_s") if count[1] == 1 else None
    match loop.body[-2:]:
        case (
            Set(local, Op(_, "i32.add", (Get(_, address), Const(_, 8)))),
            Break(label, Op(_, "i32.ne", (Get(_, compared) as counter, end))),
        ) if local == address == compared and label == loop.label:
            return _Count(counter, 8, end, "i32.lt_u")
    return None


def _read_outside(body: tuple[Stmt, ...], loop: Loop) -> set[int] | None:
    """The locals that may be read behind a loop, outside of all its versions; None where it is not in the body."""
    for i, node in enumerate(body):
        inner: set[int] | None = set() if node is loop else None
        if node is not loop and isinstance(node, Block | Loop):
            inner = _read_outside(node.body, loop)
            if inner is not None and isinstance(node, Loop):
                inner |= _reads(node.body, loop)
        elif isinstance(node, If):
            ways = [_read_outside(way, loop) for way in (node.then, node.otherwise)]
            inner = next((way for way in ways if way is not None), None)
        if inner is not None:
            return inner | _reads(body[i + 1 :], loop)
    return None


def _reads(body: tuple[Stmt, ...], loop: Loop) -> set[int]:
    """The locals that are read outside of all versions of a loop."""
    stem = loop.label.partition("~")[0]
    found: list[Node] = list(body)
    read = set()
    for node in found:  # grows while we go through it
        if isinstance(node, Loop) and node.label.partition("~")[0] == stem:
            continue
        if type(node) not in LEAVES:
            found += children(node)
        elif isinstance(node, Get):
            read.add(node.local)
    return read
