"""Results: where the result of a recursive function lies when it calls itself.

From outside it may be called with anything: ``fib(-5)`` is -5. But it calls itself behind a test of its argument:

    fn fib(n)
      if i64.lt_s(n, 2)
        return n                 of inner calls: 0 or 1, because n is 0 or more
      a = fib(i64.sub(n, 1))     an inner call, n - 1 is 1 or more
      b = fib(i64.sub(n, 2))     an inner call, n - 2 is 0 or more
      r = i64.add(a, b)          of inner calls: 0 or more, because a and b are
      if (overflow of r)
        fault overflow
      return r

So inner calls give 0 or more. That is induction on how deep calls go: if the calls inside of an inner call give what we
say, then it does too.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.compiler.ir.nodes import F64, V128, Call, Expr, Function, Return, Stmt
from engine.compiler.ir.ops import HIGHEST, LOWEST
from engine.compiler.ir.passes.facts import NO_RESULTS, Facts, Range, full_range
from engine.compiler.ir.passes.fold import Folder


def results_inside(function: Function) -> Mapping[str, Range]:
    """Where the results of a function's calls of itself lie, by its name, as far as anything is known."""
    type_ = function.result
    if type_ is None or type_ in (F64, V128):
        return NO_RESULTS
    params = _Observer(function, {}, full_range(type_)).args
    known: Range | None = None
    while True:
        given = _Observer(function, params, known).given
        if given is None:
            return NO_RESULTS
        if known is None:
            known = given
        elif known[0] <= given[0] and given[1] <= known[1]:
            return NO_RESULTS if known == full_range(type_) else {function.name: known}
        else:
            known = _widened(known, given, type_)


def _widened(known: Range, given: Range, type_: str) -> Range:
    """A range that holds both, and that few steps make larger."""
    low, high = known
    if given[0] < low:
        low = 0 if given[0] >= 0 else LOWEST[type_]
    return (low, high if given[1] <= high else HIGHEST[type_])


class _Observer(Folder):
    """Goes through a function whose integer parameters lie in ``params``, and whose calls of itself give something in
    ``result``, or do not come back if that is None. ``args`` are where the arguments of these calls lie, ``given`` is
    where its own result does."""

    def __init__(self, function: Function, params: Mapping[int, Range], result: Range | None) -> None:
        super().__init__(Facts(results={function.name: result} if result else NO_RESULTS))
        assert self.facts is not None
        self.facts.ranges.update(params)
        self.function = function
        self.comes_back = result is not None
        self.args: dict[int, Range] = {}
        self.given: Range | None = None
        self.body(function.body)

    def expr(self, node: Expr) -> Expr:
        new = super().expr(node)
        if isinstance(new, Call) and new.function == self.function.name and self.facts is not None:
            for number, arg in enumerate(new.args):
                if arg.type not in (F64, V128):
                    self.args[number] = _joined(self.args.get(number), self.facts.range_of(arg))
            if not self.comes_back:
                self.facts = None
        return new

    def statement(self, node: Stmt) -> list[Stmt]:
        if isinstance(node, Return) and node.value is not None:
            value = self.expr(node.value)
            if self.facts is not None:
                self.given = _joined(self.given, self.facts.range_of(value))
            self.facts = None
            return [Return(value)]
        return super().statement(node)


def _joined(one: Range | None, other: Range) -> Range:
    return other if one is None else (min(one[0], other[0]), max(one[1], other[1]))
