"""Rules for one instruction whose operands are simple already: constants, identities, comparisons that are decided.

An overflow check is a comparison like any other: ``r < a`` for ``r = a + 1``, and ``(a ^ r) & (b ^ r) < 0`` asks
whether ``r = a + b`` wrapped around. Where the ranges of ``a`` and ``b`` rule that out it becomes 0; where one of
them has a known sign, the check becomes ``r < a``, and where neither is negative, ``r < 0``.
"""

from __future__ import annotations

import math

from engine.compiler.ir.nodes import F64, I32, I64, Call, CallIndirect, Const, Do, Expr, Get, Load, Op
from engine.compiler.ir.ops import HIGHEST, NEGATED, SWAPPED, evaluate, signed
from engine.compiler.ir.passes.facts import Facts, Range, fits, is_bool
from engine.compiler.ir.walk import LEAVES, is_pure

_COMMUTATIVE = {f"{t}.{name}" for t in (I32, I64) for name in ("add", "mul", "and", "or", "xor")} | {
    "f64.add",
    "f64.mul",
}
"""Constants go to the right, where an instruction can take them from memory."""
_SAME_WITH_ZERO = {"add", "sub", "or", "xor", "shl", "shr_s", "shr_u", "rotl", "rotr"}
FOLDED_OFFSET_MAX = 1024
"""A load or store takes over an addition of at most so much; objects' headers and small structs are within it."""

POWER_MAX = 1000
"""Powers of two up to which the inverse is a normal number."""


def simplify(node: Op, facts: Facts) -> Expr:
    """An expression that gives the same; ``node`` itself where no rule fits."""
    args = node.args
    if all(isinstance(arg, Const) for arg in args):
        value = evaluate(node.name, tuple(arg.value for arg in args if isinstance(arg, Const)))
        if value is not None:
            return Const(node.type, value)
    if len(args) == 2 and isinstance(args[0], Const):
        if node.name in _COMMUTATIVE:
            node = Op(node.type, node.name, (args[1], args[0]))
        elif node.name in SWAPPED and not isinstance(args[1], Const):
            node = Op(node.type, SWAPPED[node.name], (args[1], args[0]))
    if node.name in NEGATED:
        return _comparison(node, facts)
    if len(node.args) == 2:
        return _binary(node)
    if len(node.args) != 1:
        return node
    if node.name in ("i32.eqz", "i64.eqz") and is_never_zero(node.args[0], facts):
        return Const(I32, 0)
    return _unary(node)


def is_never_zero(node: Expr, facts: Facts) -> bool:
    """Whether a value that can be left out is known not to be 0."""
    low, high = facts.range_of(node)
    return (low > 0 or high < 0) and is_pure(node)


def condition(node: Expr) -> Expr:
    """The same condition, where only zero or not matters."""
    while True:
        if isinstance(node, Op) and node.name == "i32.ne" and _const(node.args[1]) == 0:
            node = node.args[0]
        elif isinstance(node, Op) and node.name == "i32.eqz" and isinstance(inner := node.args[0], Op):
            if inner.name == "i32.eqz":
                node = inner.args[0]
            else:
                return node
        else:
            return node


def negate(node: Expr) -> Expr:
    """The condition that holds when this one does not."""
    if isinstance(node, Op) and node.name in NEGATED:
        return Op(I32, NEGATED[node.name], node.args)
    if isinstance(node, Op) and node.name == "i32.eqz":
        return node.args[0]
    return Op(I32, "i32.eqz", (node,))


def folded_address(address: Expr, offset: int) -> tuple[Expr, int]:
    """An address and offset with a constant addition moved into the offset.

    The offset is added without wrapping around. That is the same, because addresses of objects are never near the end
    of memory plus a header.
    """
    while isinstance(address, Op) and address.name == "i32.add":
        more = _const(address.args[1])
        if more is None or not 0 < more <= FOLDED_OFFSET_MAX or not _is_base(address.args[0]):
            break
        address, offset = address.args[0], offset + more
    return address, offset


def _is_base(node: Expr) -> bool:
    """Whether this looks like the address of an object, and not like an index that may be negative."""
    return isinstance(node, Get | Load | Call | CallIndirect | Do) or (isinstance(node, Op) and node.name == "i32.add")


def _const(node: Expr) -> int | None:
    return int(node.value) if isinstance(node, Const) and node.type != F64 else None


def _binary(node: Op) -> Expr:
    left, what, right = node.args[0], node.name[4:], _const(node.args[1])
    if node.name == "f64.div" and (inverse := _inverse(node.args[1])) is not None:
        return Op(F64, "f64.mul", (node.args[0], inverse))
    if node.type not in (I32, I64) or right is None:
        return node
    if right == 1 and what == "and" and is_bool(left):
        return left
    if right == 0 and what in _SAME_WITH_ZERO:
        return left
    if right == 0 and what in ("mul", "and") and is_pure(left):
        return Const(node.type, 0)
    if (right == 1 and what in ("mul", "div_s", "div_u")) or (right == -1 and what == "and"):
        return left
    if what == "add" and isinstance(left, Op) and left.name == node.name and node.type == I32:
        inner = _const(left.args[1])
        if inner is not None:
            return Op(I32, "i32.add", (left.args[0], Const(I32, signed(inner + right, I32))))
    return node


def _inverse(node: Expr) -> Const | None:
    """What multiplying by gives exactly what dividing by a power of two does."""
    if not isinstance(node, Const):
        return None
    fraction, power = math.frexp(node.value)
    return Const(F64, 1.0 / node.value) if abs(fraction) == 0.5 and abs(power) < POWER_MAX else None


def _unary(node: Op) -> Expr:
    inner = node.args[0]
    if not isinstance(inner, Op):
        return node
    if node.name == "i32.eqz" and inner.name in NEGATED:
        return Op(I32, NEGATED[inner.name], inner.args)
    if node.name == "i32.eqz" and inner.name == "i32.eqz" and is_bool(inner.args[0]):
        return inner.args[0]
    if node.name == "i32.wrap_i64" and inner.name in ("i64.extend_i32_s", "i64.extend_i32_u"):
        return inner.args[0]
    return node


def _comparison(node: Op, facts: Facts) -> Expr:
    left, right = node.args
    what, of = node.name[4:], left.type
    assert of is not None
    zero = _const(right) == 0
    if zero and what == "ne" and is_bool(left):
        return left
    if zero and what == "eq":
        return _unary(Op(I32, f"{of}.eqz", (left,)))
    if what in ("eq", "ne") and (left.type, right.type) == (I64, I64) and _fits_in_32(left, right, facts):
        return Const(I32, int(what == "eq"))
    if zero and what in ("lt_s", "ge_s"):
        check = overflow_check(left, facts)
        if check is not None:
            return check if what == "lt_s" else negate(check)
    below = _above_start(what, left, right, facts)
    if below is not None:
        return below
    decided = _decide(what, left, right, facts)
    if decided is not None and is_pure(left) and is_pure(right):
        return Const(I32, int(decided))
    return _of_origin(node, facts) or node


def _of_origin(node: Op, facts: Facts) -> Expr | None:
    """``y < 2`` for ``y = x - 3``, which is known not to wrap around, asks whether ``x < 5``: what was computed is not
    needed for that, and many tests of one value follow from each other."""
    left, right = node.args
    limit = _const(right)
    if limit is None or node.name.endswith("_u"):
        return None
    match facts.values.get(left.local) if isinstance(left, Get) else left:
        case Op(_, "i64.add" | "i64.sub" as name, (Get() as origin, Const(_, by))) as made:
            exact = facts.exact_range(made)
            limit += int(by) if name == "i64.sub" else -int(by)
            if exact is not None and fits(exact, I64) and fits((limit, limit), I64):
                moved = Op(I32, node.name, (origin, Const(I64, limit)))
                return _of_origin(moved, facts) or moved
    return None


def _above_start(what: str, left: Expr, right: Expr, facts: Facts) -> Expr | None:
    """``x - a >u b`` asks whether x lies outside of a to a + b; where it is known to be at least a, whether it is above
    the end."""
    match left, right:
        case Op(type_, "i64.sub" | "i32.sub", (x, Const(_, a))), Const(_, b) if what == "gt_u":
            start, size = int(a), int(b)
            assert type_ is not None
            if size >= 0 and start + size <= HIGHEST[type_] and facts.range_of(x)[0] >= start:
                return _comparison(Op(I32, f"{type_}.gt_s", (x, Const(type_, start + size))), facts)
    return None


def _decide(what: str, left: Expr, right: Expr, facts: Facts) -> bool | None:
    """Whether a comparison holds, where the ranges of its operands say so."""
    if type(left) in LEAVES and left == right:
        return what in ("eq", "le_s", "ge_s", "le_u", "ge_u")
    difference = _difference(left, right, facts) if not what.endswith("_u") else None
    (a, b), (c, d) = (difference, (0, 0)) if difference else (facts.range_of(left), facts.range_of(right))
    if what.endswith("_u") and (a < 0 or c < 0):
        return None
    match what[:2]:
        case "lt" | "ge" if b < c or a >= d:
            return (b < c) == (what[:2] == "lt")
        case "gt" | "le" if a > d or b <= c:
            return (a > d) == (what[:2] == "gt")
        case "eq" | "ne" if b < c or a > d:
            return what == "ne"
        case "eq" | "ne" if a == b == c == d:
            return what == "eq"
    return None


def _difference(left: Expr, right: Expr, facts: Facts) -> Range | None:
    """Where ``left - right`` lies, if ``left`` was computed from ``right`` without wrapping around."""
    done = facts.values.get(left.local) if isinstance(left, Get) else left
    if type(right) not in LEAVES or not isinstance(done, Op) or len(done.args) != 2:
        return None
    if done.name[4:] not in ("add", "sub") or done.args[0] != right:
        return None
    exact = facts.exact_range(done)
    if exact is None or not fits(exact, done.type):
        return None
    low, high = facts.range_of(done.args[1])
    return (low, high) if done.name[4:] == "add" else (-high, -low)


def _fits_in_32(left: Expr, right: Expr, facts: Facts) -> bool:
    """Whether this compares a number with its own lower half, and they are the same."""
    if not (isinstance(left, Op) and left.name == "i64.extend32_s" and type(right) in LEAVES):
        return False
    return left.args[0] == right and fits(facts.range_of(right), I32)


def overflow_check(signs: Expr, facts: Facts) -> Expr | None:
    """For ``signs`` of which the sign bit says that an addition or subtraction wrapped around: a simpler condition."""
    if not (isinstance(signs, Op) and signs.name in ("i64.and", "i32.and")):
        return None
    pairs = [arg.args for arg in signs.args if isinstance(arg, Op) and arg.name == signs.name[:4] + "xor"]
    if len(pairs) != 2 or any(type(part) not in LEAVES for pair in pairs for part in pair):
        return None
    for result in (*pairs[0], *pairs[1]):
        done = facts.values.get(result.local) if isinstance(result, Get) else None
        if isinstance(done, Op) and len(done.args) == 2 and _is_check(done, result, pairs):
            return _overflow(done, result, facts)
    return None


def _is_check(done: Op, result: Expr, pairs: list[tuple[Expr, ...]]) -> bool:
    """Whether the pairs are those of the check of ``result``, computed as ``done``."""
    a, b = done.args
    if done.name[4:] == "add":
        wanted = [(a, result), (b, result)]
    elif done.name[4:] == "sub":
        wanted = [(a, b), (a, result)]
    else:
        return False
    return _same_pairs(pairs, wanted) or _same_pairs(pairs[::-1], wanted)


def _same_pairs(pairs: list[tuple[Expr, ...]], wanted: list[tuple[Expr, Expr]]) -> bool:
    return all(pair in (want, want[::-1]) for pair, want in zip(pairs, wanted, strict=True))


def _overflow(done: Op, result: Expr, facts: Facts) -> Expr | None:
    exact = facts.exact_range(done)
    if exact is None:
        return None
    if fits(exact, done.type):
        return Const(I32, 0)
    left, right = done.args
    if done.name == "i64.add" and facts.range_of(left)[0] >= 0 and facts.range_of(right)[0] >= 0:
        return Op(I32, "i64.lt_s", (result, Const(I64, min(exact[0], HIGHEST[I32]))))
    for base, other in ((left, right), (right, left)) if done.name[4:] == "add" else ((left, right),):
        low, high = facts.range_of(other)
        if low >= 0 or high <= 0:
            grows = (low >= 0) == (done.name[4:] == "add")
            return Op(I32, done.name[:4] + ("lt_s" if grows else "gt_s"), (result, base))
    return None
