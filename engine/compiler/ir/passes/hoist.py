"""Hoisting: what a loop reads again and again from memory, though nothing in it changes that, is read once before it.

A list is reached by three loads: its address from the state, then its length and the address of its items. In a loop
over it they always give the same, but only we know: the engine has to assume that storing an item could change them.
Loads and stores say which part of an object they reach (``ir.nodes``), and different parts never overlap.

    loop                                    h = load state+24                 # before the loop
      if shared(load state+24)              n = load h+8
        state+24 = own(…)            →      loop
      item = load (load …+16) + i * 8         if shared(h)
      br loop if i < n                          state+24 = own(…); h = load state+24; n = load h+8
                                              …

What changes the place on some ways through the loop only, such as the copy that ends sharing, does not matter: behind
it the loads are done again. Where every round may change it, the load stays where it is. A loop inside another one is
done first, so what was moved before it can move on. The pass is repeated, since a load may start from what another one
gave.

A moved load may happen though the loop's body would not have come to it. It reads what the program keeps in a valid
object, whose address is in a local, or 0, which is memory as well. What it gives may be nonsense where the object was
not there, so no load starts from it, except from fields of the state, which is always there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from engine.compiler.ir.nodes import (
    FIELD,
    HEAD,
    ITEM,
    STAMP_PART,
    STATE,
    Block,
    Call,
    CallIndirect,
    Choose,
    Const,
    Do,
    Effect,
    Eval,
    Expr,
    Fault,
    Function,
    Get,
    If,
    Load,
    Local,
    Loop,
    Return,
    Set,
    Stmt,
    Store,
)
from engine.compiler.ir.passes.effects import Effects
from engine.compiler.ir.walk import Node, Rewriter, children

HOISTED = frozenset((HEAD, STAMP_PART, STATE, FIELD))
AGAIN = "again"
"""The part of a load that is done again behind a change. It stays where it is."""
REPEATED_MAX = 40
"""At most so many loads may be done again behind changes in a loop: each costs code."""

Key = tuple[str, str, str, int, int]
"""A load: its instruction, the part, ``local`` or ``cell``, the local or address it starts from, its offset."""


def hoist(function: Function, unsafe: set[int], effects: Effects) -> Function:
    """The function with loads moved out of its loops; the very same where there is nothing to move. ``unsafe`` are the
    locals that hold what a moved load gave and may be nonsense; it grows. ``effects`` are those of what it calls."""
    hoister = _Hoister(function, unsafe, effects)
    body = hoister.body(function.body)
    if not hoister.moved:
        return function
    return replace(function, body=body, locals=tuple(hoister.locals))


class _Hoister(Rewriter):
    """Goes through a function, inner loops first."""

    def __init__(self, function: Function, unsafe: set[int], effects: Effects) -> None:
        self.effects = effects
        self.locals = list(function.locals)
        self.unsafe = unsafe
        self.moved = False

    def statement(self, node: Stmt) -> list[Stmt]:
        new = self.parts(node)
        return self.loop(new) if isinstance(new, Loop) else [new]

    def loop(self, node: Loop) -> list[Stmt]:
        """The loop, and before it what could be moved there."""
        found = _Found(self.effects)
        found.read(node.body, certain=True)
        keys = [key for key in found.loads if not self.is_changed(key, found)]
        again = sum(1 for key in keys for _, _, changes in found.changes if _changes(changes, key))
        if not keys or again > REPEATED_MAX:
            return [node]
        self.moved = True
        held: dict[Key, Get] = {}
        for key in keys:
            load = found.loads[key]
            self.locals.append(Local("held", load.type))
            held[key] = Get(load.type, len(self.locals) - 1)
            if load.part == FIELD:
                self.unsafe.add(len(self.locals) - 1)
        mover = _Mover(held, found)
        body = mover.body(node.body)
        return [*(Set(held[key].local, found.loads[key]) for key in keys), Loop(node.label, body)]

    def is_changed(self, key: Key, found: _Found) -> bool:
        """Whether every round may change what the load gives, or the load may start from nonsense."""
        if key[2] == "local" and key[3] in self.unsafe:
            return True
        for (statement, certain, changes), loads in zip(found.changes, found.beside, strict=True):
            if not _changes(changes, key):
                continue
            # A local that is only given another value is soon that value, and the load one from there.
            is_copy = key[2] == "local" and key[3] in changes.locals and not changes.everything
            if certain or is_copy or key in loads or not isinstance(statement, Set | Store | Eval | Effect):
                return True
        return False


@dataclass(frozen=True, slots=True)
class _Changes:
    """What a statement changes: ``everything``, or locals, cells by address, and stores into parts."""

    everything: bool = False
    locals: frozenset[int] = frozenset()
    cells: frozenset[int] = frozenset()
    stores: frozenset[tuple[str, str, int]] = frozenset()


def _changes(changes: _Changes, key: Key) -> bool:
    """Whether a load may give something else after such changes."""
    name, part, kind, base, offset = key
    if changes.everything or (kind == "local" and base in changes.locals):
        return True
    if kind == "cell":
        return base + offset in changes.cells
    return (part, name.partition(".")[0], offset) in changes.stores


@dataclass
class _Found:
    """What a loop reads and changes. ``beside`` are the loads that stand in the same statement as a change."""

    effects: Effects
    loads: dict[Key, Load] = field(default_factory=dict)
    changes: list[tuple[Stmt, bool, _Changes]] = field(default_factory=list)
    beside: list[set[Key]] = field(default_factory=list)

    def read(self, body: tuple[Stmt, ...], certain: bool) -> None:
        """Notes statements; ``certain`` are those of every round."""
        for statement in body:
            if isinstance(statement, Fault):
                continue
            own, inner = _own_nodes(statement)
            loads = set()
            for node in own:
                if isinstance(node, Load) and (key := key_of(node)) is not None:
                    self.loads.setdefault(key, node)
                    loads.add(key)
            changes = _changes_of(statement, own, self.effects)
            if changes is not None:
                self.changes.append((statement, certain, changes))
                self.beside.append(loads)
            for part, always in inner:
                self.read(part, certain and always)


def _own_nodes(statement: Stmt) -> tuple[list[Node], list[tuple[tuple[Stmt, ...], bool]]]:
    """The nodes that belong to a statement itself, and the lists of statements in it, each with whether it is always
    gone through when the statement is."""
    inner: list[tuple[tuple[Stmt, ...], bool]] = []
    match statement:
        case If(condition, then, otherwise):
            found: list[tuple[Node, bool]] = [(condition, True)]
            inner += [(then, False), (otherwise, False)]
        case Block(_, body) | Loop(_, body):
            found = []
            inner.append((body, True))
        case _:
            found = [(node, True) for node in children(statement)]
    own: list[Node] = []
    for node, always in found:  # grows while we go through it
        own.append(node)
        if isinstance(node, Do):
            inner.append((node.body, always))
            found.append((node.value, always))
        elif isinstance(node, Choose):
            found += [(node.condition, always), (node.then, False), (node.otherwise, False)]
        else:
            found += [(child, always) for child in children(node)]
    return own, inner


def _changes_of(statement: Stmt, own: list[Node], effects: Effects) -> _Changes | None:
    """What a statement changes by itself, if the function goes on behind it; None for nothing."""
    if isinstance(statement, Fault | Return):
        return None
    called = [node for node in own if isinstance(node, Call | CallIndirect)]
    local = frozenset({statement.local} if isinstance(statement, Set) else ())
    if isinstance(statement, Effect) or not all(isinstance(node, Call) and node.function in effects for node in called):
        return _Changes(everything=True, locals=local)
    cells = frozenset(cell for node in called if isinstance(node, Call) for cell in effects[node.function])
    if not isinstance(statement, Store) or statement.part == ITEM:
        return _Changes(locals=local, cells=cells) if local or cells else None
    if isinstance(statement.address, Const):
        return _Changes(cells=cells | {int(statement.address.value) + statement.offset})
    if not statement.part:
        return _Changes(everything=True)
    return _Changes(
        cells=cells, stores=frozenset({(statement.part, statement.name.partition(".")[0], statement.offset)})
    )


def key_of(node: Load) -> Key | None:
    """What a load reads, where it is one that may be moved."""
    if isinstance(node.address, Const) and node.part != AGAIN:
        return (node.name, "", "cell", int(node.address.value), node.offset)
    if node.part in HOISTED and isinstance(node.address, Get):
        return (node.name, node.part, "local", node.address.local, node.offset)
    return None


class _Mover(Rewriter):
    """Puts what was read before the loop in the place of the loads, and reads again behind changes."""

    def __init__(self, held: dict[Key, Get], found: _Found) -> None:
        self.held = held
        self.found = found

    def expr(self, node: Expr) -> Expr:
        if isinstance(node, Load) and (key := key_of(node)) in self.held and key is not None:
            return self.held[key]
        return super().expr(node)

    def statement(self, node: Stmt) -> list[Stmt]:
        changes = _changes_of(node, _own_nodes(node)[0], self.found.effects)
        new = super().statement(node)
        return new if changes is None else [*new, *self.again(changes)]

    def again(self, changes: _Changes) -> Iterator[Stmt]:
        """The loads that may give something else now."""
        for key, held in self.held.items():
            if _changes(changes, key):
                yield Set(held.local, replace(self.found.loads[key], part=AGAIN))
