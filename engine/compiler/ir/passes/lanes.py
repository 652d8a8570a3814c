"""Lanes: two rounds of a loop as computations of vectors, each round in a lane of its own.

    x = load items + i * 8             x = load128 items + i * 8
    d = i64.sub(x, p)          →       d = i64x2.sub(x, both p)                  # both p = (p, p), made before the loop
    if i64.eq(d, i)                    found = i64x2.eq(d, counted)              # counted = (i, i + 1), added to
      return …

A condition becomes a vector whose lanes are negative where it holds: comparisons give such lanes, and so do the signs
that an overflow check looks at. What is asked in some rounds only (behind ``and`` and ``or``) is computed in both, as
long as it reads nothing that was not read anyway.
"""

from __future__ import annotations

from contextlib import suppress
from functools import reduce

from engine.compiler.ir.nodes import (
    F64,
    I32,
    I64,
    ITEM,
    V128,
    Break,
    Choose,
    Const,
    Do,
    Expr,
    Fault,
    Get,
    If,
    Load,
    Local,
    Op,
    Return,
    Set,
    Stmt,
    ValueType,
)
from engine.compiler.ir.ops import IMPURE, unsigned
from engine.compiler.ir.walk import Rewriter, nodes, set_locals

WIDTH = 8
"""Bytes of an item."""
_COMPUTED = {
    **{f"i64.{name}": f"i64x2.{name}" for name in ("add", "sub")},
    **{f"i64.{name}": f"v128.{name}" for name in ("and", "or", "xor")},
}
_COUNTED = ("i64.add", "i64.sub", "i64.mul")
_COMPARED = {
    **{f"i64.{name}": f"i64x2.{name}" for name in ("eq", "ne", "lt_s", "gt_s", "le_s", "ge_s")},
    **{f"f64.{name}": f"f64x2.{name}" for name in ("eq", "ne", "lt", "gt", "le", "ge")},
}


class NotAlike(Exception):
    """What a loop does cannot be done for two rounds at a time."""


class Rounds:
    """Two rounds of a loop. ``before`` is done before the loop, ``round`` in it, ``ahead`` at its end. Lanes of
    ``faults`` and of ``leaves``, each with what is done then, are negative where a round leaves the loop. ``loads`` are
    those that both rounds do, ``second`` is what the second one counts. ``kept`` are the locals that a round computes,
    ``known`` those of them that every round computes before it jumps out of the loop."""

    def __init__(self, label: str, counter: Get, step: int, given: set[int], locals_: list[Local]) -> None:
        self.label = label
        self.counter = counter
        self.step = step
        self.given = given
        self.locals = locals_
        self.before: list[Stmt] = []
        self.round: list[Stmt] = []
        self.ahead: list[Stmt] = []
        self.faults: list[Expr] = []
        self.leaves: list[tuple[tuple[Stmt, ...], Expr]] = []
        self.loads: set[Load] = set()
        self.kept: set[int] = set()
        self.sure: set[int] = set()
        self.known: set[int] | None = None
        self.same: dict[Expr, Get] = {}
        self.counted: dict[Expr, Get] = {}
        self.vectors: dict[int, Get] = {}
        self.second = self.local("second", counter.type)
        self.meant: dict[int, Expr] = {counter.local: self.second}

    def local(self, name: str, type_: ValueType) -> Get:
        """A new local."""
        self.locals.append(Local(name, type_))
        return Get(type_, len(self.locals) - 1)

    def all(self, body: tuple[Stmt, ...]) -> None:
        """All that a round does."""
        self.statements(body, True)
        self.jump()

    def statements(self, body: tuple[Stmt, ...], certain: bool) -> None:
        """What the rounds do; ``certain`` is what every round comes to that does not leave."""
        for node in body:
            match node:
                case Set(local, value):
                    self.set(local, value, certain)
                case If(test, (If(inner, then, ()),), ()):
                    self.statements((If(Choose(I32, test, inner, Const(I32, 0)), then),), certain)
                case If(test, (Fault(),), ()) if certain:
                    self.faults.append(self.mask(test, certain))
                case If(test, then, ()) if certain and self.is_out(then):
                    self.leave(test, then)
                case Break(label, test) if certain and test is not None and label != self.label:
                    self.leave(test, (Break(label),))
                case _:
                    raise NotAlike

    def set(self, local: int, value: Expr, certain: bool) -> None:
        """A local gets a value. What can be told from what is counted is computed where it is needed only."""
        made: Expr | None = None
        meant: Expr | None = None
        with suppress(NotAlike):
            told = self.scalar(value)
            self.stride(told)
            meant = told
        if meant is None or value.type == I32:
            made = self.vector(value, certain) if value.type != I32 else self.mask(value, certain)
        self.vectors.pop(local, None)
        self.meant.pop(local, None)
        self.kept.add(local)
        self.sure.add(local)
        if made is not None:
            self.vectors[local] = self.local("lanes", V128)
            self.round.append(Set(self.vectors[local].local, made))
        elif meant is not None:
            self.meant[local] = meant

    def sometimes(self, node: Expr) -> Expr:
        """A condition that is asked in some rounds only. What is computed for it, nobody may read behind."""
        made = self.mask(node, False)
        for local in set_locals((node,)):
            self.vectors.pop(local, None)
            self.meant.pop(local, None)
            self.sure.discard(local)
        return made

    def is_out(self, body: tuple[Stmt, ...]) -> bool:
        """Whether these statements end with leaving the loop."""
        match body[-1:]:
            case (Fault() | Return(),):
                return True
            case (Break(label, None),):
                return label != self.label
        return False

    def leave(self, test: Expr, then: tuple[Stmt, ...]) -> None:
        """A way out of the loop, that needs nothing of an earlier round."""
        self.leaves.append((then, self.mask(test, True)))
        if not isinstance(then[-1], Return):
            self.jump()
        there = {self.counter.local, *self.sure}
        if any(isinstance(part, Get) and part.local in self.given - there for part in nodes(then)):
            raise NotAlike

    def jump(self) -> None:
        """From here somebody comes who may read what the round has computed."""
        self.known = self.sure.copy() if self.known is None else self.known & self.sure

    def leaving(self, label: str, is_alone: bool) -> list[Stmt]:
        """A jump to the loop as it was, where one of both rounds leaves. If that is no fault, and the same whichever it
        is, it is done at once; ``is_alone`` says that nobody reads later what the loop has computed."""
        ways = {then for then, _ in self.leaves}
        test = _any([*(mask for _, mask in self.leaves), *self.faults])
        if len(ways) != 1:
            return [Break(label, test)]
        (then,) = ways
        if not (is_alone or isinstance(then[-1], Return)):
            return [Break(label, test)]
        if any(isinstance(part, Get) and part.local in self.given for part in nodes(then)):
            return [Break(label, test)]
        return [If(test, (*(Break(label, _any(self.faults)) for _ in self.faults[:1]), *then))]

    # --- numbers ---

    def vector(self, node: Expr, certain: bool) -> Expr:
        """The two values of a 64-bit number."""
        if node.type not in (I64, F64):
            raise NotAlike
        if isinstance(node, Get) and node.local in self.meant:
            node = self.meant[node.local]
        if self.is_same(node):
            return self.splat(node)
        if node == self.second or (isinstance(node, Op) and node.name in _COUNTED):
            with suppress(NotAlike):
                return self.counting(self.scalar(node))
        match node:
            case Get(_, local) if local in self.vectors:
                return self.vectors[local]
            case Op(_, name, args) if name in _COMPUTED:
                return Op(V128, _COMPUTED[name], tuple(self.vector(arg, certain) for arg in args))
            case Load(_, "i64.load" | "f64.load", address, offset, part) if part == ITEM:
                address = self.scalar(address)
                first = Op(I32, "i32.add", (address, Const(I32, -WIDTH)))
                load = Load(V128, "v128.load", first, offset, ITEM)
                if self.stride(address) * self.step == WIDTH and (certain or load in self.loads):
                    self.loads.add(load)
                    return load
            case Do(_, body, value):
                self.statements(body, certain)
                return self.vector(value, certain)
        raise NotAlike

    def is_same(self, node: Expr) -> bool:
        """Whether a number is computed from what is the same in all rounds."""
        return all(
            part.local not in self.given and part != self.second
            if isinstance(part, Get)
            else isinstance(part, Const) or (isinstance(part, Op) and part.name not in IMPURE)
            for part in nodes((node,))
        )

    def splat(self, node: Expr) -> Expr:
        """A number that is the same in all rounds, in both lanes."""
        if node not in self.same:
            self.same[node] = self.local("both", V128)
            splat = Op(V128, "i64x2.splat" if node.type == I64 else "f64x2.splat", (node,))
            self.before.append(Set(self.same[node].local, splat))
        return self.same[node]

    def counting(self, node: Expr) -> Expr:
        """A number that grows by the same from round to round is added to, not computed again."""
        by = self.stride(node) * self.step
        if node not in self.counted:
            both = self.counted[node] = self.local("counted", V128)
            in_first = _Meant({self.second.local: self.counter}, {self.second.local}).expr(node)
            first = Op(V128, "i64x2.splat", (in_first,))
            self.before.append(Set(both.local, Op(V128, "i64x2.add", (first, _lanes(0, by)))))
            self.ahead.append(Set(both.local, Op(V128, "i64x2.add", (both, _lanes(2 * by, 2 * by)))))
        return self.counted[node]

    def scalar(self, node: Expr) -> Expr:
        """A number of the second of both rounds, without what is computed in the loop."""
        return _Meant(self.meant, self.given).expr(node)

    def stride(self, node: Expr) -> int:
        """How much more an address or a number is where one more is counted."""
        match node:
            case Get(_, local):
                return int(local == self.second.local)
            case Op(_, "i32.wrap_i64", (inner,)):
                return self.stride(inner)
            case Op(_, "i32.add" | "i64.add", (left, right)):
                return self.stride(left) + self.stride(right)
            case Op(_, "i32.sub" | "i64.sub", (left, right)):
                return self.stride(left) - self.stride(right)
            case Op(_, "i32.shl", (left, Const(_, by))):
                return self.stride(left) << int(by)
            case Op(_, "i64.mul", (left, Const(_, by))):
                return self.stride(left) * int(by)
        if any(isinstance(part, Get) and part.local == self.second.local for part in nodes((node,))):
            raise NotAlike
        return 0

    # --- conditions ---

    def mask(self, node: Expr, certain: bool) -> Expr:
        """A vector whose lanes are negative where a condition holds."""
        match node:
            case Get(_, local) if local in self.vectors:
                return self.vectors[local]
            case Op(_, "i64.lt_s", (left, Const(_, 0))):
                return self.vector(left, certain)
            case Op(_, "i64.eqz", (inner,)):
                return self.mask(Op(I32, "i64.eq", (inner, Const(I64, 0))), certain)
            case Op(_, name, (left, right)) if name in _COMPARED:
                return Op(V128, _COMPARED[name], (self.vector(left, certain), self.vector(right, certain)))
            case Op(_, "i32.eqz", (inner,)):
                return Op(V128, "v128.not", (self.mask(inner, certain),))
            case Op(_, "i32.and" | "i32.or" as name, (left, right)):
                return Op(V128, f"v128.{name[4:]}", (self.mask(left, certain), self.mask(right, certain)))
            case Choose(_, test, then, Const(_, 0)):
                return Op(V128, "v128.and", (self.mask(test, certain), self.sometimes(then)))
            case Choose(_, test, Const(_, 1), otherwise):
                return Op(V128, "v128.or", (self.mask(test, certain), self.sometimes(otherwise)))
            case Do(_, body, value):
                self.statements(body, certain)
                return self.mask(value, certain)
        raise NotAlike


class _Meant(Rewriter):
    """Puts what locals of a round mean in their place."""

    def __init__(self, meant: dict[int, Expr], given: set[int]) -> None:
        self.meant = meant
        self.given = given

    def expr(self, node: Expr) -> Expr:
        if isinstance(node, Do | Choose | Load):
            raise NotAlike
        if isinstance(node, Get) and node.local in self.given:
            if node.local not in self.meant:
                raise NotAlike
            return self.meant[node.local]
        return super().expr(node)


def _lanes(first: int, second: int) -> Const:
    return Const(V128, unsigned(second, I64) << 64 | unsigned(first, I64))


def _any(masks: list[Expr]) -> Expr:
    """Whether a lane of one of these is negative."""
    return Op(I32, "i64x2.bitmask", (reduce(lambda one, other: Op(V128, "v128.or", (one, other)), masks),))
