"""Early: what a jump takes along is there before it is decided, where nobody else needs the old value.

    block fib.1                       block fib.1
      if i64.lt_s(n, 2)                 result = 1
        result = 1               →      br fib.1 if i64.lt_s(n, 2)
        br fib.1                        …
      …                                 result = fib(n)
      result = fib(n)

A constant or a sum costs less than the second jump that the engine makes of a branch with something in it: how many
jumps are taken is what limits small recursive functions. Only the last use of a function is made so, because what is
known of the condition is not known of such a value.
"""

from __future__ import annotations

from dataclasses import replace

from engine.compiler.ir.nodes import Break, Expr, Function, Get, If, Op, Set, Stmt
from engine.compiler.ir.passes.frames import Alive
from engine.compiler.ir.walk import LEAVES, Rewriter, nodes, set_locals, walk

_SUMS = frozenset(f"{type_}.{name}" for type_ in ("i32", "i64") for name in ("add", "sub"))


def give_early(function: Function) -> Function:
    """The function with such values given first; the very same where there are none."""
    if not any(type(node) is If and _may_come_early(node) for node in nodes(function.body)):
        return function
    finder = _Finder()
    finder.body(function.body, 0)
    body = _Early(finder.needed).body(function.body)
    return function if body is function.body else replace(function, body=body)


def _is_cheap(value: Expr) -> bool:
    if isinstance(value, Op):
        return value.name in _SUMS and all(type(arg) in LEAVES for arg in value.args)
    return type(value) in LEAVES


def _may_come_early(node: If) -> bool:
    match node:
        case If(_, (Set(_, value), Break(_, None)), ()):
            return _is_cheap(value)
    return False


def _meets(test: Expr, local: int, value: Expr) -> bool:
    """Whether a condition looks at the local, or gives it or what the value is made of something else."""
    given = set_locals((test,))
    if local in given or any(isinstance(part, Get) and part.local == local for part in walk((test,))):
        return True
    return any(isinstance(part, Get) and part.local in given for part in walk((value,)))


class _Finder(Alive):
    """``needed`` says of each branch of that form whether the old value is needed where it is not taken, at any of the
    places where it stands. (In a loop more is needed from one look to the next.)"""

    def __init__(self) -> None:
        super().__init__()
        self.needed: dict[If, bool] = {}

    def statement(self, node: Stmt, after: int, held: int) -> int:
        match node:
            case If(test, (Set(local, value), Break(_, None)), ()) if _is_cheap(value):
                self.needed[node] = self.needed.get(node, _meets(test, local, value)) or bool(after >> local & 1)
        return super().statement(node, after, held)


class _Early(Rewriter):
    def __init__(self, needed: dict[If, bool]) -> None:
        self.needed = needed

    def statement(self, node: Stmt) -> list[Stmt]:
        match node:
            case If(test, (Set() as given, Break(label, None)), ()) if not self.needed.get(node, True):
                return [given, Break(label, test)]
        return [self.parts(node)]
