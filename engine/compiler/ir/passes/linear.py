"""Linear forms: a sum of whole multiples of 64-bit locals and a constant, as indexes mostly are.

``3 * i + n - 1`` is ``Linear(((i, 3), (n, 1)), -1)``. Where the locals that take part are between ``-2**31`` and
``2**31``, it can be told that a form never wraps around.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.compiler.ir.nodes import I64, Const, Expr, Get, Op

Terms = tuple[tuple[Get, int], ...]
SYMBOL_MAX = 2**31
FORM_MAX = 2**62
"""No form is larger, whatever its locals are."""


@dataclass(frozen=True, slots=True)
class Linear:
    """``terms`` are locals in ascending order with their factors, none of which is 0; a 32-bit local stands for its
    number without sign."""

    terms: Terms
    const: int

    @property
    def is_small(self) -> bool:
        """Whether it cannot come near to the largest number."""
        return sum(abs(factor) for _, factor in self.terms) * SYMBOL_MAX + abs(self.const) <= FORM_MAX

    def factor(self, local: Get) -> int:
        """How often a local is in it."""
        return next((factor for symbol, factor in self.terms if symbol == local), 0)

    def plus(self, other: Linear, times: int = 1) -> Linear:
        """This and so many times the other."""
        factors = dict(self.terms)
        for symbol, factor in other.terms:
            factors[symbol] = factors.get(symbol, 0) + factor * times
        terms = sorted(((s, factor) for s, factor in factors.items() if factor), key=lambda term: term[0].local)
        return Linear(tuple(terms), self.const + other.const * times)

    def replaced(self, local: Get, by: Linear) -> Linear:
        """The same with another form in the place of a local."""
        factor = self.factor(local)
        return self.plus(Linear(((local, factor),), 0), -1).plus(by, factor) if factor else self

    def expr(self) -> Expr:
        """The form as an expression, an i64."""
        total: Expr | None = None
        for symbol, factor in self.terms:
            term: Expr = symbol if symbol.type == I64 else Op(I64, "i64.extend_i32_u", (symbol,))
            if factor != 1:
                term = Op(I64, "i64.mul", (term, Const(I64, factor)))
            total = term if total is None else Op(I64, "i64.add", (total, term))
        if total is None:
            return Const(I64, self.const)
        return Op(I64, "i64.add", (total, Const(I64, self.const))) if self.const else total


def constant(value: int) -> Linear:
    """A number."""
    return Linear((), value)


def symbol(local: Get) -> Linear:
    """A local."""
    return Linear(((local, 1),), 0)
