"""Which arm of a ``match`` is taken.

A few arms become a chain of conditions. Many would be a chain so deep that going through it takes the interpreter's own
stack: there the number of the arm is found first, a group of arms after the other, and then its body by halves:

    let arm = 199                            // the last arm has no condition
    if c0 { arm = 0 } else if c1 { … }       // 64 of them
    if arm == 199 { if c64 { arm = 64 } … }
    if arm < 100 { if arm < 50 { … } … } else { … }
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from engine.base.source import Span
from engine.compiler.check import tree
from engine.compiler.check.types import BOOL, INT

T = TypeVar("T")

Statements = list[tree.Stmt]

CHAIN_MAX = 64
"""How many conditions stand in one chain."""


@dataclass(slots=True)
class Arm:
    """An arm with its condition (None: always), what it binds before its body, and its body."""

    condition: tree.Expr | None
    lets: Statements
    statements: Statements
    value: tree.Expr | None
    ends: bool
    span: Span


def chosen(
    arms: Sequence[Arm], before: Statements, give: Callable[[Arm], T], branch: Callable[[Span, tree.Expr, T, T], T]
) -> T:
    """What ``give`` makes of the arm that is taken, the last one where no other is; appends to the statements before.

    ``branch`` puts two ways together.
    """
    if len(arms) > CHAIN_MAX:
        return _by_number(arms, _numbered(arms, before), give, branch)
    found = give(arms[-1])
    for arm in reversed(arms[:-1]):
        assert arm.condition is not None
        found = branch(arm.span, arm.condition, give(arm), found)
    return found


def _numbered(arms: Sequence[Arm], before: Statements) -> tree.LocalRead:
    """The number of the arm that is taken."""
    last, span = len(arms) - 1, arms[-1].span
    number = tree.LocalRead(INT, span, tree.Local("arm", INT, mutable=True))
    before.append(tree.Let(span, number.local, tree.Const(INT, span, last)))
    for start in range(0, last, CHAIN_MAX):
        chain: tuple[tree.Stmt, ...] = ()
        for index in reversed(range(start, min(start + CHAIN_MAX, last))):
            condition, place = arms[index].condition, arms[index].span
            assert condition is not None
            found = tree.Assign(place, number, tree.Const(INT, place, index))
            chain = (tree.If(place, condition, (found,), chain),)
        if start:
            none_yet = tree.Binary(BOOL, span, "==", number, tree.Const(INT, span, last))
            chain = (tree.If(span, none_yet, chain, ()),)
        before.extend(chain)
    return number


def _by_number(
    arms: Sequence[Arm],
    number: tree.LocalRead,
    give: Callable[[Arm], T],
    branch: Callable[[Span, tree.Expr, T, T], T],
) -> T:
    def between(low: int, high: int) -> T:
        if high - low == 1:
            return give(arms[low])
        middle, span = (low + high) // 2, arms[low].span
        is_below = tree.Binary(BOOL, span, "<", number, tree.Const(INT, span, middle))
        return branch(span, is_below, between(low, middle), between(middle, high))

    return between(0, len(arms))
