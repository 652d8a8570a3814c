"""Effects: what calling a function may change in memory, so that a loop that calls it need not expect everything.

Most functions that compute something change nothing. Some note in a cell where they are, for a fault, or keep a second
result there. What traps does not come back, and so changes nothing for who called.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.compiler.ir.nodes import Call, CallIndirect, Const, Effect, Function, Op, Store
from engine.compiler.ir.walk import nodes

Effects = Mapping[str, frozenset[int]]
"""By the names of functions, the cells that they may change, and they change nothing else; other functions may change
everything."""


def effects_of(function: Function, known: Effects) -> frozenset[int] | None:
    """The cells that a function may change, if it changes nothing else. ``known`` are the effects of what it calls."""
    cells: set[int] = set()
    for node in nodes(function.body):
        match node:
            case Store(address=Const(_, address), offset=offset):
                cells.add(int(address) + offset)
            case Call(function=name) if name in known:
                cells |= known[name]
            case Store() | Call() | CallIndirect() | Op(_, "memory.grow"):
                return None
            case Effect(name) if name != "unreachable":
                return None
    return frozenset(cells)
