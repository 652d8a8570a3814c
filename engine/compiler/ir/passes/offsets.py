"""Indexes: the constant part of an index goes into the offset of the load or store.

``xs[i + 1]`` and ``xs[i]`` are then reached from one address, which is computed once:

    load items + (i + 1) * 8        →        load (items + i * 8) + 8

Wrapping around is no danger to sums of 32 bits. The offset of a load is added without wrapping, so it takes over a
constant only where the rest of the index is not negative: what is loaded is a valid item, and so is what lies below.
"""

from __future__ import annotations

from engine.compiler.ir.nodes import I32, I64, Const, Expr, Get, Op
from engine.compiler.ir.passes.facts import Facts

DEPTH_MAX = 8
"""So many steps of computing an index are looked at."""
OFFSET_MAX = 65536


def without_constant(address: Expr, offset: int, facts: Facts) -> tuple[Expr, int]:
    """The address of an item and an offset, with the constant part of the index outside of it."""
    match facts.values.get(address.local) if isinstance(address, Get) else address:
        case Op(_, "i32.add", (base, Op(_, "i32.shl", (Op(_, "i32.wrap_i64", (index,)), Const(_, shift) as by)))):
            rest, const = _split(index, facts, DEPTH_MAX)
            more = const << int(shift)
            if const == 0 or not -OFFSET_MAX <= more <= OFFSET_MAX or isinstance(rest, Const):
                return address, offset
            near = Op(I32, "i32.add", (base, Op(I32, "i32.shl", (Op(I32, "i32.wrap_i64", (rest,)), by))))
            if const > 0 and facts.range_of(rest)[0] >= 0:
                return near, offset + more
            return Op(I32, "i32.add", (near, Const(I32, more))), offset
    return address, offset


def _split(node: Expr, facts: Facts, depth: int) -> tuple[Expr, int]:
    """An index modulo 2**64 as a sum of something and a constant."""
    if isinstance(node, Const):
        return Const(I64, 0), int(node.value)
    if isinstance(node, Get):
        value = facts.values.get(node.local)
        if not isinstance(value, Op) or depth == 0:
            return node, 0
        rest, const = _split(value, facts, depth - 1)
        return (rest, const) if const else (node, 0)
    if not isinstance(node, Op) or node.name not in ("i64.add", "i64.sub", "i64.mul") or depth == 0:
        return node, 0
    left, right = node.args
    if node.name == "i64.mul":
        if not isinstance(right, Const):
            return node, 0
        rest, const = _split(left, facts, depth - 1)
        return (Op(I64, "i64.mul", (rest, right)), const * int(right.value)) if const else (node, 0)
    (a, first), (b, second) = _split(left, facts, depth - 1), _split(right, facts, depth - 1)
    const = first + second if node.name == "i64.add" else first - second
    if isinstance(b, Const):  # it is 0 now
        return a, const
    if isinstance(a, Const) and node.name == "i64.add":
        return b, const
    return (Op(I64, node.name, (a, b)), const) if first or second else (node, 0)
