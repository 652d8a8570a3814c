"""Which locals may be read before they are given a value.

A local of a function starts as zero; once its body stands inside another function, perhaps in a loop, somebody has to
say so. Paths that end (return, break, fault) say nothing about what follows them.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.compiler.ir.nodes import (
    Block,
    Break,
    Choose,
    Effect,
    Expr,
    Fault,
    Function,
    Get,
    If,
    Loop,
    Return,
    Set,
    Stmt,
)
from engine.compiler.ir.walk import LEAVES, children

_EVERYTHING = -1
"""The locals given a value on a path that does not come back here: all of them. Sets of locals are bit masks."""


def maybe_unset(function: Function) -> set[int]:
    """The locals, no parameters, that some path may read before it gives them a value."""
    finder = _Finder()
    finder.body(function.body, (1 << function.param_count) - 1)
    return finder.found


class _Finder:
    def __init__(self) -> None:
        self.found: set[int] = set()
        self.at_label: dict[str, int] = {}

    def body(self, body: Iterable[Stmt], known: int) -> int:
        for node in body:
            known = self.node(node, known)
        return known

    def node(self, node: Expr | Stmt, known: int) -> int:
        """The locals that have a value after the node, if those in ``known`` had one before."""
        if type(node) in LEAVES:
            if isinstance(node, Get) and not known >> node.local & 1:
                self.found.add(node.local)
            return known
        match node:
            case Set(local, value):
                return self.node(value, known) | 1 << local
            case If(condition, then, otherwise):
                known = self.node(condition, known)
                return self.body(then, known) & self.body(otherwise, known)
            case Choose(_, condition, then_value, other_value):
                known = self.node(condition, known)
                return self.node(then_value, known) & self.node(other_value, known)
            case Block(label, body):
                self.at_label[label] = _EVERYTHING
                return self.body(body, known) & self.at_label[label]
            case Loop(_, body):
                return self.body(body, known)
            case Break(label, condition):
                if condition is not None:
                    known = self.node(condition, known)
                self.at_label[label] = self.at_label.get(label, _EVERYTHING) & known
                return _EVERYTHING if condition is None else known
            case _:
                for part in children(node):
                    known = self.node(part, known)
                ends = isinstance(node, Return | Fault) or (isinstance(node, Effect) and node.name == "unreachable")
                return _EVERYTHING if ends else known
