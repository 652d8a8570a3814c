"""Strings that grow at their end: ``text += piece``.

A new string for every piece would make a loop that builds a text quadratic, in memory too, since nothing of a turn is
freed before its end. So a string that only its variable holds (see ``held``) grows in its place: in the state as far as
the heap gave it room, in a local with as much room again as it has each time it has to move.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.compiler.check.tree import Assign, Expr, Local, LocalRead, StateRead, Stmt, TextNew
from engine.compiler.check.types import STRING
from engine.compiler.ir import nodes as ir
from engine.compiler.lower import expressions, places
from engine.compiler.lower.functions import FunctionBuilder, i32, load32, store32
from engine.compiler.lower.held import held_roots

ROOM_CELL = "append_room"


def look_at(f: FunctionBuilder, body: Sequence[Stmt]) -> None:
    """Finds out, before a body is lowered, what is held, and which strings grow; emits the start of their locals."""
    f.held = held_roots(body)
    for local in _grown(tuple(body)):
        if local not in f.held and local not in f.growing:
            owner, room = f.new_local(f"{local.name}_own", ir.I32), f.new_local(f"{local.name}_room", ir.I32)
            f.growing[local] = owner, room
            f.set(owner, i32(0))
            f.set(room, i32(0))


def _grown(body: tuple[Stmt, ...]) -> Iterator[Local]:
    waiting: list[object] = [body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tuple):
            waiting.extend(reversed(node))
            continue
        if isinstance(node, Assign) and isinstance(node.place, LocalRead) and _pieces(node):
            yield node.place.local
        waiting.extend(reversed(tuple(places.parts_of(node))))


def _pieces(node: Assign) -> tuple[Expr, ...]:
    """What ``place = place + pieces`` adds, and nothing for any other assignment."""
    if node.op is not None or not isinstance(node.value, TextNew) or node.place.type != STRING:
        return ()
    first, *pieces = node.value.parts
    return tuple(pieces) if first is node.place or _is_same(first, node.place) else ()


def _is_same(a: Expr, b: Expr) -> bool:
    match a, b:
        case LocalRead(local=one), LocalRead(local=other):
            return one is other
        case StateRead(field=field), StateRead(field=other_field):
            return field.index == other_field.index
    return False


def appended(f: FunctionBuilder, node: Assign) -> tuple[Expr, ...]:
    """What an assignment adds to the string at its place, if that can grow."""
    pieces = _pieces(node)
    if not pieces or f.held is None:
        return ()
    if isinstance(node.place, LocalRead):
        return pieces if node.place.local in f.growing else ()
    return pieces if places.is_unheld(f, node.place) else ()


def append(f: FunctionBuilder, node: Assign, pieces: tuple[Expr, ...]) -> None:
    """``place = place + pieces``; emits."""
    path = places.prepare(f, node.place)
    expressions.write_texts(f, pieces, node.span)
    if isinstance(node.place, LocalRead):
        place = f.declare(node.place.local)
        owner, room = f.growing[node.place.local]
        held = (ir.Get(ir.I32, number) for number in (place, owner, room))
        f.set(place, f.library("text.append_to", *held, span=node.span))
        f.set(owner, ir.Get(ir.I32, place))
        f.set(room, f.lowering.load_cell(ROOM_CELL))
        return
    where = places.slot(f, path)
    address = f.stable(where.address)
    longer = f.library("text.append_in_heap", load32(address, where.offset), span=node.span)
    f.emit(store32(address, f.stable(longer), where.offset))
