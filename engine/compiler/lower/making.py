"""Lists in the making: what a comprehension fills keeps its length, its room and the place of its items in locals.

Nobody else holds such a list before it is whole, so nobody looks into its header, and a processor need not wait for the
length that it has just stored. The header is told the length when the list grows, and when it is whole
(``places.read``).
"""

from __future__ import annotations

from engine.compiler.check.tree import Call, Const, Expr, Local, LocalRead
from engine.compiler.check.types import is_reference
from engine.compiler.ir import nodes as ir
from engine.compiler.lower import expressions
from engine.compiler.lower.functions import FunctionBuilder, i32, load32, op32, store32
from engine.compiler.lower.layouts import ARENA, LIST_DATA, LIST_LENGTH, LIST_ROOM, has_value, store_slot


def begin(f: FunctionBuilder, local: Local, value: Expr) -> None:
    """The empty list."""
    f.set(f.declare(local), expressions.value(f, value))
    f.making[local] = tuple(f.new_local(name, ir.I32) for name in ("length", "room", "items"))
    for part in f.making[local]:
        f.set(part, i32(0))


def is_push(f: FunctionBuilder, e: Expr) -> bool:
    """Whether this adds an item to a list in the making."""
    match e:
        case Call(function=function, args=(LocalRead(local=local), item)):
            return function.name == "list.push" and local in f.making and has_value(item.type)
    return False


def is_plain_push(f: FunctionBuilder, e: Expr) -> bool:
    """Whether the item is a number that is at hand."""
    if not is_push(f, e):
        return False
    assert isinstance(e, Call)
    return isinstance(e.args[1], LocalRead | Const) and not is_reference(e.args[1].type)


def push(f: FunctionBuilder, call: Expr, condition: Expr | None = None) -> None:
    """Adds an item. With a condition it is stored in any case, and counts or not: what is chosen out of many is as a
    rule hard to foretell for a processor, so there is no branch."""
    assert isinstance(call, Call)
    made, item = call.args
    assert isinstance(made, LocalRead)
    header = ir.Get(ir.I32, f.declare(made.local))
    length, room, items = (ir.Get(ir.I32, part) for part in f.making[made.local])
    count = i32(1) if condition is None else f.stable(expressions.value(f, condition))
    value = f.stable(f.lowering.derive.keep(f, item.type, expressions.value(f, item), i32(ARENA)))
    with f.gather() as grow:
        f.emit(store32(header, length, LIST_LENGTH, ir.HEAD))
        f.eval(f.library("list.grow", header, span=call.span))
        f.set(room.local, load32(header, LIST_ROOM, ir.HEAD))
        f.set(items.local, load32(header, LIST_DATA, ir.HEAD))
    f.emit(ir.If(op32("i32.eq", length, room), tuple(grow)))
    f.emit(store_slot(item.type, op32("i32.add", items, op32("i32.shl", length, i32(3))), value, 0, ir.ITEM))
    f.set(length.local, op32("i32.add", length, count))
