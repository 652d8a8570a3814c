"""Sinking: of an index that is a sum, one comparison is enough.

Where the second operand of a sum is not negative, a sum that is too large for 64 bits comes out below zero, and the
comparison of the index with the length, which reads it as a number without sign, catches it too. Which of the two
faults it was is asked after that:

    t = i64.add(first, j)                      t = i64.add(first, j)
    if i64.lt_s(t, first)                      if i64.ge_u(t, length)
      fault overflow                     →       if i64.lt_s(t, first)
    if i64.ge_u(t, length)                         fault overflow
      fault index_out_of_range                   fault index_out_of_range
"""

from __future__ import annotations

from dataclasses import replace

from engine.compiler.ir.nodes import Fault, Function, Get, If, Op, Set, Stmt
from engine.compiler.ir.walk import Rewriter, is_pure, nodes

_BOTH = ("overflow", "index_out_of_range")


def sink(function: Function) -> Function:
    """The function with such checks put together; the very same where there are none."""
    faults = {node.kind for node in nodes(function.body) if type(node) is Fault}
    if not faults.issuperset(_BOTH):
        return function
    body = _Sinker().body(function.body)
    return function if body is function.body else replace(function, body=body)


class _Sinker(Rewriter):
    """Looks at each list of statements."""

    def body(self, body: tuple[Stmt, ...]) -> tuple[Stmt, ...]:
        body = super().body(body)
        for i, node in enumerate(body):
            if isinstance(node, If) and (local := _sum_checked(body, i)) is not None:
                j = _bounds_check(body, i + 1, local)
                if j is not None:
                    check = body[j]
                    assert isinstance(check, If)
                    both = If(check.condition, (node, *check.then))
                    return self.body((*body[:i], *body[i + 1 : j], both, *body[j + 1 :]))
        return body


def _sum_checked(body: tuple[Stmt, ...], i: int) -> int | None:
    """The local whose sum with what is not negative is checked for overflow by statement ``i``."""
    node, before = body[i], body[i - 1] if i else None
    match node:
        case If(Op(_, "i64.lt_s", (Get(_, total), Get(_, operand))), (Fault("overflow"),), ()):
            match before:
                case Set(local, Op(_, "i64.add", (left, right))) if local == total:
                    is_operand = any(isinstance(part, Get) and part.local == operand for part in (left, right))
                    return total if is_operand else None
    return None


def _bounds_check(body: tuple[Stmt, ...], start: int, local: int) -> int | None:
    """Where, behind nothing but computations for it, an index is compared with a length."""
    for j in range(start, len(body)):
        match body[j]:
            case If(Op(_, "i64.ge_u", (Get(_, index), length)), (Fault("index_out_of_range"),), ()) if index == local:
                return j if _is_length(length) else None
            case Set(other, value) if other != local and is_pure(value):
                continue
        return None
    return None


def _is_length(node: object) -> bool:
    """A length is never below zero as a number with sign."""
    return isinstance(node, Op) and node.name == "i64.extend_i32_u"
