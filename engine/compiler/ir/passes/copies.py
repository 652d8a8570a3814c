"""Copies of loops: a loop may stand in a function more than once, each time with labels of its own.

Versions of one loop are told apart by their labels: ``~checked`` is the loop as it was, for when a test before it
fails; ``~free`` is the one that runs otherwise, without the checks; ``~rest`` goes round a few times only.
"""

from __future__ import annotations

from engine.compiler.ir.nodes import Block, Break, Const, Expr, Get, If, Loop, Op, Set, Stmt
from engine.compiler.ir.walk import Rewriter

CHECKED, FREE, REST = "~checked", "~free", "~rest"


def is_version(label: str, kind: str) -> bool:
    """Whether the label is that of such a version of a loop."""
    return kind in label


class Copy(Rewriter):
    """Gives the labels that are in what it copies another ending; jumps out of it keep theirs. ``dropped`` are branches
    that the copy does not have."""

    def __init__(self, ending: str, dropped: frozenset[If] = frozenset()) -> None:
        self.ending = ending
        self.dropped = dropped
        self.inside: set[str] = set()

    def statement(self, node: Stmt) -> list[Stmt]:
        """The statement with its labels changed."""
        match node:
            case If() if self.dropped and node in self.dropped:
                return []
            case Block(label, body):
                self.inside.add(label)
                return [Block(label + self.ending, self.body(body))]
            case Loop(label, body):
                self.inside.add(label)
                return [Loop(label + self.ending, self.body(body))]
            case Break(label, condition):
                target = label + self.ending if label in self.inside else label
                return [Break(target, None if condition is None else self.expr(condition))]
        return super().statement(node)


def counted(loop: Loop) -> tuple[Get, int, Expr] | None:
    """What a loop counts: its last two statements are ``i = i + step; br loop if i < end``: (i, step, end).

    Nothing says that the rest of the loop leaves ``i`` and ``end`` alone.
    """
    match loop.body[-2:]:
        case (
            Set(local, Op(_, "i64.add" | "i32.add", (Get(type_, counter), Const(_, step)))),
            Break(label, Op(_, "i64.lt_s" | "i32.lt_s", (Get(_, compared), end))),
        ) if local == counter == compared and label == loop.label and step > 0:
            return Get(type_, counter), int(step), end
    return None
