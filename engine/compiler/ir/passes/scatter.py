"""Scattering: a value of the turn arena that never leaves the function becomes locals, one for each of its slots.

An optional number is a box, a tuple is a block of slots; most of them are made by a small function that was inlined,
looked at once, and dropped:

    if entry                                 if entry
      block = turn.alloc(16)                   held = 1
      i64.store[block] = 0                     held.8 = i64.load[entry + 16]
      i64.store[block + 8] = …           →
      found = block
    t = (i64.load[found + 8] if found …)     t = (held.8 if held …)

What was an address is 1 then, or 0 where nothing is there. A local may hold such a block, 0, or what another one holds;
then it has the slots of what it holds. So nobody may see a block change: it is filled at once, before anybody else
holds it. A block is left alone if its address goes anywhere else, or a slot is read in another way than it was written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from engine.compiler.ir.nodes import (
    I32,
    Break,
    Call,
    Choose,
    Const,
    Eval,
    Expr,
    Function,
    Get,
    If,
    Load,
    Local,
    Op,
    Set,
    Stmt,
    Store,
)
from engine.compiler.ir.walk import LEAVES, Node, Rewriter, children, is_pure, nodes

ALLOCATE = "turn.alloc"
_SLOTS = {"i32.load": "i32.store", "i64.load": "i64.store", "f64.load": "f64.store"}
_BYTES = {"i32.store": 4, "i64.store": 8, "f64.store": 8}


def scatter(function: Function) -> Function:
    """The function without such blocks; the very same where there are none."""
    if not any(type(node) is Call and node.function == ALLOCATE for node in nodes(function.body)):
        return function
    found = _Blocks(function)
    if not found.held:
        return function
    locals_ = list(function.locals)
    slots: dict[tuple[int, int], Get] = {}
    for local in sorted(found.held):
        for offset, type_ in sorted(found.read[found.held[local]].items()):
            slots[local, offset] = Get(type_, len(locals_))
            locals_.append(Local(f"{locals_[local].name}.{offset}", type_))
    body = _Scatterer(found, slots).body(function.body)
    return replace(function, locals=tuple(locals_), body=body)


def _is_new(value: Expr) -> bool:
    return isinstance(value, Call) and value.function == ALLOCATE and type(value.args[0]) is Const


class _Blocks:
    """Which locals hold nothing but blocks that can be scattered: ``held`` gives each a number that those share which
    may hold the same block; ``read`` says of such a number which slots are read, as which type."""

    def __init__(self, function: Function) -> None:
        self._parent = {
            i: i for i, local in enumerate(function.locals) if i >= function.param_count and local.type == I32
        }
        self._escaped: set[int] = set()
        self._made: dict[int, int] = {}
        """How often a local gets a new block."""
        self._filled: dict[int, int] = {}
        """How many stores into its block were seen where a block is filled."""
        self._stores: dict[int, list[Store]] = {}
        self._loads: dict[int, list[Load]] = {}
        self._body(function.body)
        self.read: dict[int, dict[int, str]] = {}
        self.held: dict[int, int] = {}
        self._choose()

    # --- what is done with locals -----------------------------------------------------------------

    def _body(self, body: Iterable[Stmt]) -> None:
        filling: int | None = None
        for node in body:
            filling = self._statement(node, filling)

    def _statement(self, node: Stmt, filling: int | None) -> int | None:
        """Looks at a statement; ``filling`` is the local with a new block that nobody else holds yet. Gives what it is
        behind the statement."""
        match node:
            case Set(local, value) if local in self._parent:
                if _is_new(value):
                    self._made[local] = self._made.get(local, 0) + 1
                    return local
                match value:
                    case Get(_, other) if other in self._parent:
                        self._join(local, other)
                        return None if other == filling else filling
                    case Const(_, 0):
                        pass
                    case _:
                        self._escaped.add(local)
                        self._node(value)
                return None if local == filling else filling
            case Store(_, Get(_, local), value) if local in self._parent:
                self._node(value)
                self._stores.setdefault(local, []).append(node)
                if local == filling:
                    self._filled[local] = self._filled.get(local, 0) + 1
                return filling
            case _:
                self._node(node)
                return filling if isinstance(node, Store | Eval) or type(node) is Set else None

    def _node(self, node: Node) -> None:
        """Looks at anything else, where a local by itself escapes."""
        match node:
            case Get(_, local):
                self._escaped.add(local)
            case Load(_, _, Get(_, local)) if local in self._parent:
                self._loads.setdefault(local, []).append(node)
            case Op(_, "i32.eqz", (Get(),)) | Op(_, "i32.ne" | "i32.eq", (Get(), Const(_, 0))):
                pass
            case If(condition, then, otherwise):
                self._condition(condition)
                self._body(then)
                self._body(otherwise)
            case Choose(_, condition, then_value, other_value):
                self._condition(condition)
                self._node(then_value)
                self._node(other_value)
            case Break(_, condition):
                if condition is not None:
                    self._condition(condition)
            case _ if type(node) not in LEAVES:
                filling: int | None = None
                for part in children(node):
                    if isinstance(part, Set | Store | Eval | If | Break):
                        filling = self._statement(part, filling)
                    else:
                        filling = None
                        self._node(part)

    def _condition(self, node: Expr) -> None:
        if not isinstance(node, Get):
            self._node(node)

    # --- which of them ----------------------------------------------------------------------------

    def _root(self, local: int) -> int:
        while self._parent[local] != local:
            local = self._parent[local]
        return local

    def _join(self, one: int, other: int) -> None:
        self._parent[self._root(one)] = self._root(other)

    def _choose(self) -> None:
        bad = {self._root(local) for local in self._escaped if local in self._parent}
        made = {self._root(local) for local in self._made}
        written: dict[int, dict[int, str]] = {}
        for local, stores in self._stores.items():
            root = self._root(local)
            if self._filled.get(local, 0) != len(stores) or self._made.get(local, 0) != 1:
                bad.add(root)
            for store in stores:
                if written.setdefault(root, {}).setdefault(store.offset, store.name) != store.name:
                    bad.add(root)
                if store.name not in _BYTES:
                    bad.add(root)
        for local, loads in self._loads.items():
            root = self._root(local)
            slots = written.get(root, {})
            for load in loads:
                if slots.get(load.offset) != _SLOTS.get(load.name, "") or _overlaps(slots, load.offset):
                    bad.add(root)
                self.read.setdefault(root, {})[load.offset] = load.type
        for local in self._parent:
            root = self._root(local)
            if root in made and root not in bad:
                self.held[local] = root
                self.read.setdefault(root, {})


def _overlaps(slots: dict[int, str], offset: int) -> bool:
    """Whether a slot has bytes in common with another one."""
    end = offset + _BYTES.get(slots[offset], 0)
    return any(other != offset and other < end and offset < other + _BYTES.get(slots[other], 0) for other in slots)


class _Scatterer(Rewriter):
    """Puts locals in the places of slots."""

    def __init__(self, blocks: _Blocks, slots: dict[tuple[int, int], Get]) -> None:
        self.blocks = blocks
        self.slots = slots

    def statement(self, node: Stmt) -> list[Stmt]:
        held = self.blocks.held
        match node:
            case Set(local, value) if local in held:
                if _is_new(value):
                    return [Set(local, Const(I32, 1))]
                if isinstance(value, Get):
                    offsets = self.blocks.read[held[local]]
                    copied = [Set(self.slots[local, o].local, self.slots[value.local, o]) for o in offsets]
                    return [node, *copied]
                return [node]
            case Store(_, Get(_, local), value, offset) if local in held:
                value = self.expr(value)
                slot = self.slots.get((local, offset))
                if slot is not None:
                    return [Set(slot.local, value)]
                return [] if is_pure(value) else [Eval(value)]
        return super().statement(node)

    def expr(self, node: Expr) -> Expr:
        if isinstance(node, Load) and isinstance(node.address, Get) and node.address.local in self.blocks.held:
            return self.slots[node.address.local, node.offset]
        return super().expr(node)
