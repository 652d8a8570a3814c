"""Division, the slowest that a processor does with integers, is done less often or by floats.

A remainder whose quotient is at hand is made from it. Whether one number divides another is asked of floats, which
divide in half the time: where both are less than 2**51 and not negative, the quotient is exact if there is no
remainder. (Adding 1.5 * 2**52 rounds it to a whole number, which is then in the low bits.)

    q = i64.div_s(a, b)                           q = i64.div_s(a, b)
    r = i64.rem_s(a, b)                    →      r = a - q * b

    if i64.rem_s(a, b) == 0                       block no
      …                                             if a and b are small
                                             →        br no if round(float(a) / float(b)) * b != a
                                                    else
                                                      br no if i64.rem_s(a, b) != 0
                                                    …
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from engine.compiler.ir.nodes import (
    F64,
    I32,
    I64,
    Block,
    Break,
    Choose,
    Const,
    Expr,
    Function,
    Get,
    If,
    Loop,
    Op,
    Set,
    Stmt,
)
from engine.compiler.ir.walk import Rewriter, nodes, set_locals

FLOAT_BITS = 51
ROUNDING = 1.5 * 2**52
ROUNDING_BITS = 0x4338000000000000


def divide_less(function: Function) -> Function:
    """The function with such divisions rewritten; the very same where there are none."""
    names = {node.name for node in nodes(function.body) if isinstance(node, Op)}
    if "i64.rem_s" not in names:
        return function
    body = _Divider(function).body(function.body)
    return function if body is function.body else replace(function, body=body)


class _Divider(Rewriter):
    """Goes through a function in the order of execution. ``quotients`` are the locals that hold the quotient of two
    others, or of a local and a number."""

    def __init__(self, function: Function) -> None:
        self.labels = {node.label for node in nodes(function.body) if isinstance(node, Block | Loop)}
        self.quotients: dict[tuple[Expr, Expr], Get] = {}

    def expr(self, node: Expr) -> Expr:
        match node:
            case Op(_, "i64.rem_s", (left, right)) if (left, right) in self.quotients:
                product = Op(I64, "i64.mul", (self.quotients[left, right], right))
                return Op(I64, "i64.sub", (left, product))
            case Choose(type_, condition, then, otherwise):
                parts = (self.expr(condition), self.apart((then,)), self.apart((otherwise,)))
                same = all(a is b for a, b in zip(parts, (condition, then, otherwise), strict=True))
                return node if same else Choose(type_, *parts)
        return super().expr(node)

    def apart(self, arm: tuple[Expr]) -> Expr:
        """An arm of a choice; what is computed in it is not at hand behind it."""
        before = self.quotients.copy()
        new = self.expr(arm[0])
        self.quotients = before
        self.forget(set_locals(arm))
        return new

    def statement(self, node: Stmt) -> list[Stmt]:
        match node:
            case Set(local, value):
                new = super().statement(node)
                self.forget((local,))
                match value:
                    case Op(_, "i64.div_s", (Get(_, left) as a, Get() | Const() as b)) if left != local:
                        if not isinstance(b, Get) or b.local != local:
                            self.quotients[a, b] = Get(I64, local)
                return new
            case If(condition, then, otherwise):
                condition = self.expr(condition)
                before = self.quotients.copy()
                then = self.body(then)
                self.quotients = before.copy()
                otherwise = self.body(otherwise)
                self.quotients = before
                self.forget(set_locals((*then, *otherwise)))
                same = condition is node.condition and then is node.then and otherwise is node.otherwise
                return self.if_(node if same else If(condition, then, otherwise))
            case Block() | Loop():
                inside = set_locals(node.body)
                if isinstance(node, Loop):
                    self.forget(inside)
                new = super().statement(node)
                self.forget(inside)
                return new
            case Break(label, Op(_, "i64.eqz", (Op(_, "i64.rem_s", (Get() as a, Get() as b)),))):
                if (a, b) not in self.quotients:
                    no = self.label()
                    return [Block(no, (*_unless_divides(no, a, b), Break(label)))]
        return super().statement(node)

    def if_(self, node: If) -> list[Stmt]:
        """A branch on whether one number divides another."""
        match node:
            case If(Op(_, "i64.eqz", (Op(_, "i64.rem_s", (Get() as a, Get() as b)),)), then, otherwise):
                no = self.label()
                if not otherwise:
                    return [Block(no, (*_unless_divides(no, a, b), *then))]
                done = self.label()
                yes = Block(no, (*_unless_divides(no, a, b), *then, Break(done)))
                return [Block(done, (yes, *otherwise))]
        return [node]

    def label(self) -> str:
        """A label that the function does not have yet."""
        number = len(self.labels)
        while (name := f"undivided{number}") in self.labels:
            number += 1
        self.labels.add(name)
        return name

    def forget(self, given: Iterable[int]) -> None:
        """Locals get other values."""
        changed = set(given)
        for (left, right), quotient in list(self.quotients.items()):
            used = {part.local for part in (left, right, quotient) if isinstance(part, Get)}
            if used & changed:
                del self.quotients[left, right]


def _unless_divides(label: str, a: Get, b: Get) -> tuple[Stmt, ...]:
    """A jump if ``b`` does not divide ``a``; it is not 0."""
    large = Op(I64, "i64.shr_u", (Op(I64, "i64.or", (a, b)), Const(I64, FLOAT_BITS)))
    quotient = Op(F64, "f64.div", (Op(F64, "f64.convert_i64_s", (a,)), Op(F64, "f64.convert_i64_s", (b,))))
    rounded = Op(I64, "i64.reinterpret_f64", (Op(F64, "f64.add", (quotient, Const(F64, ROUNDING))),))
    product = Op(I64, "i64.mul", (Op(I64, "i64.sub", (rounded, Const(I64, ROUNDING_BITS))), b))
    rest = Op(I64, "i64.rem_s", (a, b))
    in_floats = (Break(label, Op(I32, "i64.ne", (product, a))),)
    return (If(Op(I32, "i64.eqz", (large,)), in_floats, (Break(label, Op(I32, "i64.ne", (rest, Const(I64, 0)))),)),)
