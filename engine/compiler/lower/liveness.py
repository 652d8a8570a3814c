"""Which locals are needed behind each suspension of a body in resumable form: these are saved.

Goes through the statements from the last to the first with the set of locals that are read later. What a statement
declares inside itself is not known outside of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from engine.compiler.check.awaits import nodes_of
from engine.compiler.check.tree import (
    Assign,
    Break,
    Continue,
    Fail,
    ForEach,
    ForRange,
    If,
    Let,
    Local,
    LocalRead,
    Return,
    Stmt,
    Suspend,
    While,
)

Locals = frozenset[Local]
_NONE: Locals = frozenset()


@dataclass
class Liveness:
    """``saved``: for each suspension, by its number, the locals that are read behind it and set before."""

    saved: dict[int, Locals] = field(default_factory=dict)

    def __init__(self, body: Sequence[Stmt]) -> None:
        self.saved = {}
        self._loops: list[tuple[Locals, Locals]] = []
        self._only_looks = False
        self._block(body, _NONE)

    def all(self, body: Sequence[Stmt], params: Sequence[Local]) -> list[Local]:
        """All that is saved anywhere, in the order of the text."""
        found = dict.fromkeys([*params, *_mentioned(tuple(body))])
        return [local for local in found if any(local in live for live in self.saved.values())]

    def _block(self, body: Sequence[Stmt], after: Locals) -> Locals:
        for node in reversed(body):
            after = self._statement(node, after)
        return after

    def _statement(self, node: Stmt, after: Locals) -> Locals:
        match node:
            case Let(local=local, value=value):
                return (after - {local}) | _read(value)
            case Assign(place=LocalRead(local=local), value=value, op=None):
                return (after - {local}) | _read(value)
            case Suspend(number=number, local=local, value=value):
                live = after - {local} if local is not None else after
                self.saved[number] = self.saved.get(number, _NONE) | live
                return live | _read(value)
            case If(condition=condition, then=then, otherwise=otherwise):
                return _read(condition) | self._block(then, after) | self._block(otherwise, after)
            case While(condition=condition, body=body):
                return self._loop(body, _read(condition) | after, after)
            case Break():
                return self._loops[-1][0] if self._loops else after
            case Continue():
                return self._loops[-1][1] if self._loops else after
            case Return() | Fail():
                return _read(node)
            case ForRange() | ForEach():
                return after | (_read(node) - _declared(node))
        return after | (_read(node) - _declared(node))

    def _loop(self, body: Sequence[Stmt], head: Locals, after: Locals) -> Locals:
        """What is read from the start of a loop on, given what its condition and what is behind it read.

        What is read in later rounds was read in the first, so one look tells it, and a second one with it notes what is
        saved. While an outer loop only looks, the loops inside do too: otherwise each would double the work.
        """
        is_first_look, self._only_looks = not self._only_looks, True
        head |= self._round(body, head, after)
        if is_first_look:
            self._only_looks = False
            self._round(body, head, after)
        return head

    def _round(self, body: Sequence[Stmt], head: Locals, after: Locals) -> Locals:
        self._loops.append((after, head))
        before = self._block(body, head)
        self._loops.pop()
        return before


def _read(node: object) -> Locals:
    return frozenset(part.local for part in nodes_of(node) if isinstance(part, LocalRead)) - _declared(node)


def _declared(node: object) -> Locals:
    found: set[Local] = set()
    for part in nodes_of(node):
        match part:
            case Let(local=local) | Suspend(local=Local() as local):
                found.add(local)
            case ForRange(item=item):
                found.add(item)
            case ForEach(item=item, value=value):
                found.add(item)
                if value is not None:
                    found.add(value)
    return frozenset(found)


def _mentioned(node: object) -> Iterator[Local]:
    for part in nodes_of(node):
        match part:
            case LocalRead(local=local) | Let(local=local) | Suspend(local=Local() as local):
                yield local
