"""Sharing: whether somebody else holds a list is asked once before a loop, instead of at every change of an item.

A list whose stamp is the running turn's is copied before it is changed. Nothing in most loops gives stamps, so where
a list is not shared when the loop begins, it never is:

    loop                                   if shared(h)
      if shared(h)                           loop                        # as it was
        state+24 = own(…); h = …   →           …
      h[i] = …                             else
                                             loop                        # nothing in it changes which list it is
                                               h[i] = …

What comes out is folded and hoisted once more: without the copy in the loop, the list's length and the place of its
items are the same in all rounds.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from engine.compiler.ir.nodes import (
    I32,
    STAMP_PART,
    Block,
    Call,
    CallIndirect,
    Choose,
    Const,
    Effect,
    Expr,
    Fault,
    Function,
    Get,
    If,
    Load,
    Loop,
    Op,
    Set,
    Stmt,
    Store,
)
from engine.compiler.ir.passes.copies import CHECKED, Copy, is_version
from engine.compiler.ir.passes.effects import Effects
from engine.compiler.ir.walk import Node, Rewriter, children, nodes, size

SIZE_MAX = 400
"""Larger loops stay as they are."""
UNSHARED = "~own"


def unshare(function: Function, unsafe: Collection[int], effects: Effects) -> Function:
    """The function with such loops in two versions; the very same where there are none. ``unsafe`` are the locals that
    may hold nonsense where a loop begins; ``effects`` are those of what it calls."""
    body = _Unsharer(unsafe, effects).body(function.body)
    return function if body is function.body else replace(function, body=body)


class _Unsharer(Rewriter):
    """Goes through a function, outer loops first."""

    def __init__(self, unsafe: Collection[int], effects: Effects) -> None:
        self.unsafe = unsafe
        self.effects = effects

    def statement(self, node: Stmt) -> list[Stmt]:
        if not isinstance(node, Loop) or is_version(node.label, CHECKED):
            return super().statement(node)
        found = _Found(self.effects)
        found.body(node.body, {})
        if not found.tests or not found.is_kept(self.unsafe) or size(node.body) > SIZE_MAX:
            return super().statement(node)
        test: Expr | None = None
        for one in dict.fromkeys(found.tests.values()):
            test = one if test is None else Op(I32, "i32.or", (test, one))
        assert test is not None
        free = Copy(UNSHARED, frozenset(found.tests)).statement(node)
        return [If(test, tuple(Copy(CHECKED).statement(node)), tuple(self.body(tuple(free))))]


class _Found:
    """The tests of a loop, by their statements, in terms of what is there before the loop; and what the
    loop changes when none of them holds. ``same`` says which locals are copies of others at a place."""

    def __init__(self, effects: Effects) -> None:
        self.effects = effects
        self.tests: dict[If, Expr] = {}
        self.given: set[int] = set()
        self.cells: set[int] = set()
        self.gives_stamps = False

    def is_kept(self, unsafe: Collection[int]) -> bool:
        """Whether the tests give the same in every round as before the loop."""
        if self.gives_stamps:
            return False
        for node in nodes(self.tests.values()):
            if isinstance(node, Get) and (node.local in self.given or node.local in unsafe):
                return False
            if isinstance(node, Load) and _cell(node) in self.cells:
                return False
        return True

    def body(self, body: tuple[Stmt, ...], same: dict[int, Get]) -> None:
        """Statements in order."""
        for node in body:
            self.node(node, same)

    def node(self, node: Node, same: dict[int, Get]) -> None:
        """One node and its parts."""
        match node:
            case If(Op() as test) if _is_test(node):
                before = _Before(same).expr(test)
                # equal statements may stand in several places, and mean several lists
                self.gives_stamps |= self.tests.setdefault(node, before) != before
            case Set(local, value):
                self.node(value, same)
                self.given.add(local)
                _forget(same, {local})
                if isinstance(value, Get):
                    same[local] = same.get(value.local, value)
            case If(condition, then, otherwise):
                self.node(condition, same)
                self.body(then, same.copy())
                self.body(otherwise, same.copy())
                _forget(same, _set_in((*then, *otherwise)))
            case Choose(_, condition, then_value, other_value):
                self.node(condition, same)
                for arm in (then_value, other_value):
                    self.node(arm, same.copy())
                    _forget(same, _set_in((arm,)))
            case Block(_, body):
                self.body(body, same)
                _forget(same, _set_in(body))
            case Loop(_, body):
                _forget(same, _set_in(body))
                self.body(body, same)
                _forget(same, _set_in(body))
            case Fault():
                pass
            case _:
                if isinstance(node, Store):
                    self.store(node)
                elif isinstance(node, Call) and node.function in self.effects:
                    self.cells |= self.effects[node.function]
                elif isinstance(node, Call | CallIndirect | Effect):
                    self.gives_stamps = True
                for part in children(node):
                    self.node(part, same)

    def store(self, node: Store) -> None:
        """Notes a store that may give a stamp, or change a cell."""
        cell = _cell(node)
        if cell is not None:
            self.cells.add(cell)
        elif node.part in ("", STAMP_PART):
            self.gives_stamps = True


def _cell(node: Load | Store) -> int | None:
    """Which cell of the kernel this reaches."""
    return int(node.address.value) + node.offset if isinstance(node.address, Const) else None


class _Before(Rewriter):
    """An expression in terms of what was there before."""

    def __init__(self, same: dict[int, Get]) -> None:
        self.same = same

    def expr(self, node: Expr) -> Expr:
        return self.same.get(node.local, node) if isinstance(node, Get) else super().expr(node)


def _is_test(node: Node) -> bool:
    """Whether this asks if an object is shared, and does something about it."""
    match node:
        case If(Op(_, "i32.eq", (Load(_, _, Get(), 0, part), Load() | Get())), _, ()):
            return part == STAMP_PART
    return False


def _set_in(body: tuple[Node, ...]) -> set[int]:
    """The locals that are given a value, where no object is shared."""
    given: set[int] = set()
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, Set):
            given.add(node.local)
        if not _is_test(node):
            waiting += children(node)
    return given


def _forget(same: dict[int, Get], given: set[int]) -> None:
    """The locals get another value: they are no copies, nor are others copies of them."""
    for local in [local for local, of in same.items() if local in given or of.local in given]:
        del same[local]
