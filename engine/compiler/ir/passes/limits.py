"""Limits: where one side of a sum is the same in all rounds of a loop, the other has to be within limits that can be
told before the loop.

    loop                                             lowest = …; span = …          # from the sign and size of a
      t = i64.add(a, x)                       →      loop
      if (a ^ t) & (x ^ t) < 0                         t = i64.add(a, x)
        fault overflow                                 if i64.gt_u(x - lowest, span)
                                                         fault overflow

``x`` may be from ``lowest`` to ``lowest + span``:

    x + a    MIN to MAX - a               where a is negative    MIN - a to MAX
    x - a    MIN + a to MAX               where a is negative    MIN to MAX + a
    a - x    a - MAX to MAX               where a is negative    MIN to a - MIN

They are given values in the two arms of a branch, because formulas without one would be computed in every round again:
the engine takes that for cheaper than keeping a register.
"""

from __future__ import annotations

from itertools import pairwise

from engine.compiler.ir.nodes import I32, I64, Const, Expr, Fault, Get, If, Local, Op, Set, Stmt
from engine.compiler.ir.ops import LOWEST
from engine.compiler.ir.walk import Rewriter, set_locals


def limited(body: tuple[Stmt, ...], locals_: list[Local]) -> tuple[list[Stmt], tuple[Stmt, ...]]:
    """The body of a loop with such checks, and what comes before the loop. ``locals_`` gets the new locals."""
    limiter = _Limiter(set_locals(body), locals_)
    made = limiter.body(body)
    return limiter.before, made


class _Limiter(Rewriter):
    """Goes through a loop. A check stands right behind the sum."""

    def __init__(self, inside: set[int], locals_: list[Local]) -> None:
        self.inside = inside
        self.locals = locals_
        self.before: list[Stmt] = []
        self.limits: dict[tuple[str, Get], tuple[Get, Get]] = {}

    def body(self, body: tuple[Stmt, ...]) -> tuple[Stmt, ...]:
        made = [self.check(before, node) or node for before, node in pairwise((None, *body)) if node is not None]
        same = all(a is b for a, b in zip(made, body, strict=True))
        return super().body(body if same else tuple(made))

    def check(self, before: Stmt | None, node: Stmt) -> Stmt | None:
        """The other form of a check, if it is one that has another."""
        match before, node:
            case (
                Set(local, Op(_, "i64.add" | "i64.sub" as name, (Get() as a, Get() as b))),
                If(Op(_, "i64.lt_s", (Op(_, _, (Op() as left, Op() as right)), Const(_, 0))), (Fault("overflow"),)),
            ) if (a.local in self.inside) != (b.local in self.inside):
                total = Get(I64, local)
                signs = [{a, total}, {b, total} if name == "i64.add" else {a, b}]
                if [set(left.args), set(right.args)] not in (signs, signs[::-1]):
                    return None
                same, other = (a, b) if b.local in self.inside else (b, a)
                way = "+" if name == "i64.add" else "-x" if same is a else "x-"
                lowest, span = self.limit(way, same)
                return If(Op(I32, "i64.gt_u", (_op("sub", other, lowest), span)), node.then)
        return None

    def limit(self, way: str, a: Get) -> tuple[Get, Get]:
        """The lowest value, and how far the highest is from it, as locals."""
        known = self.limits.get((way, a))
        if known is None:
            lowest, span = known = self.limits[way, a] = (self.local("lowest"), self.local("span"))
            least, minus_one = Const(I64, LOWEST[I64]), Const(I64, -1)
            far: Expr = _op("sub", minus_one, a)
            low: Expr = least
            below: Expr = least
            if way == "+":
                below = _op("sub", least, a)
            elif way == "x-":
                low = _op("add", a, least)
            else:
                low = _op("add", a, Const(I64, LOWEST[I64] + 1))
                far = _op("sub", Const(I64, -2), a)
            near = a if way == "-x" else _op("add", a, minus_one)
            is_negative = Op(I32, "i64.lt_s", (a, Const(I64, 0)))
            negative = (Set(lowest.local, below), Set(span.local, near))
            self.before.append(If(is_negative, negative, (Set(lowest.local, low), Set(span.local, far))))
        return known

    def local(self, name: str) -> Get:
        """A new local."""
        self.locals.append(Local(name, I64))
        return Get(I64, len(self.locals) - 1)


def _op(name: str, left: Expr, right: Expr) -> Op:
    return Op(I64, f"i64.{name}", (left, right))
