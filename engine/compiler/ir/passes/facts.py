"""What is known of locals at a place in a function: ranges of integers, and what they were computed from.

``value`` of a local is an expression that gives the same as reading the local: a constant, another local (then
reading that one is as good) or a small computation on leaves (``r = i64.sub(n, 1)``), which is how an overflow check
finds what it checks. A fact dies when a local that it mentions is set.

``range_of`` gives the smallest interval that we can see an expression to be in; ``exact_range`` the interval of an
addition, a subtraction or a multiplication before it wraps around.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.compiler.ir.nodes import F64, I32, V128, Call, Choose, Const, Expr, Get, Load, Op
from engine.compiler.ir.ops import HIGHEST, LOWEST, NEGATED, SWAPPED, is_comparison
from engine.compiler.ir.walk import LEAVES, nodes

Range = tuple[int, int]
"""From the first to the second, both included."""

_BOOL: Range = (0, 1)
_LOADED: dict[str, Range] = {
    "i32.load8_u": (0, 255),
    "i64.load8_u": (0, 255),
    "i32.load16_u": (0, 65535),
    "i64.load16_u": (0, 65535),
    "i64.load32_u": (0, 2**32 - 1),
    "i64.load32_s": (LOWEST[I32], HIGHEST[I32]),
}
MENTIONS_MAX = 256
"""In how many values that are remembered one local is mentioned: whenever it changes, all of these are forgotten."""
NARROWED_MAX = 32
"""In how many values a local may be mentioned for them to be narrowed with it."""
_VALUE_NODES = 12
"""A computation of more nodes is not remembered."""


NO_RESULTS: Mapping[str, Range] = {}


class Facts:
    """What is known at one place. ``mentions`` is shared by all places of a function: which values mention a local.
    ``results`` says where the results of calls lie, by the names of functions."""

    def __init__(self, mentions: dict[int, set[int]] | None = None, results: Mapping[str, Range] = NO_RESULTS) -> None:
        self.ranges: dict[int, Range] = {}
        self.values: dict[int, Expr] = {}
        self.mentions: dict[int, set[int]] = {} if mentions is None else mentions
        self.results = results

    def copy(self) -> Facts:
        """The same, to go another way."""
        new = Facts(self.mentions, self.results)
        new.ranges = self.ranges.copy()
        new.values = self.values.copy()
        return new

    def forget(self, local: int) -> None:
        """The local gets a value that nothing is known of."""
        self.ranges.pop(local, None)
        self.values.pop(local, None)
        for other in self.mentions.get(local, ()):
            self.values.pop(other, None)

    def learn(self, local: int, value: Expr) -> None:
        """The local has just been given ``value``."""
        found = None if value.type in (F64, V128) else self.range_of(value)  # it may speak of the local's old value
        self.forget(local)
        if found and value.type and found != full_range(value.type):
            self.ranges[local] = found
        if not _is_rememberable(value):
            return
        used = {node.local for node in nodes((value,)) if isinstance(node, Get)}
        if local in used or any(len(self.mentions.get(other, ())) >= MENTIONS_MAX for other in used):
            return
        self.values[local] = value
        for other in used:
            self.mentions.setdefault(other, set()).add(local)

    def range_of(self, node: Expr, depth: int = 4) -> Range:
        """Where the value of an i32 or i64 expression lies."""
        assert node.type is not None
        if isinstance(node, Const):
            return (int(node.value), int(node.value))
        full = full_range(node.type)
        if isinstance(node, Get):
            return self.ranges.get(node.local, full)
        if isinstance(node, Load):
            return _LOADED.get(node.name, full)
        if isinstance(node, Call):
            return self.results.get(node.function, full)
        if depth == 0:
            return full
        if isinstance(node, Choose):
            then, otherwise = self.range_of(node.then, depth - 1), self.range_of(node.otherwise, depth - 1)
            return (min(then[0], otherwise[0]), max(then[1], otherwise[1]))
        if not isinstance(node, Op):
            return full
        if is_comparison(node.name):
            return _BOOL
        exact = self.exact_range(node, depth)
        if exact is not None:
            return exact if fits(exact, node.type) else full
        return self._other_range(node, full, depth)

    def _other_range(self, node: Op, full: Range, depth: int) -> Range:
        match node.name.partition(".")[2]:
            case "extend_i32_s" | "wrap_i64" | "extend32_s":
                inner = self.range_of(node.args[0], depth - 1)
                return inner if fits(inner, I32) else full
            case "extend_i32_u":
                inner = self.range_of(node.args[0], depth - 1)
                return inner if inner[0] >= 0 else (0, 2**32 - 1)
            case "and":
                highest = [high for low, high in (self.range_of(arg, depth - 1) for arg in node.args) if low >= 0]
                return (0, min(highest)) if highest else full
            case "shr_u" | "shr_s":
                inner, count = self.range_of(node.args[0], depth - 1), node.args[1]
                if inner[0] >= 0 and isinstance(count, Const) and 0 <= count.value < 32:
                    return (inner[0] >> int(count.value), inner[1] >> int(count.value))
            case "rem_s":
                low, high = self.range_of(node.args[1], depth - 1)
                if low > 0:
                    return (0 if self.range_of(node.args[0], depth - 1)[0] >= 0 else 1 - high, high - 1)
            case "div_s":
                inner, (low, _) = self.range_of(node.args[0], depth - 1), self.range_of(node.args[1], depth - 1)
                if inner[0] >= 0 and low > 0:
                    return (0, inner[1] // low)
            case "clz" | "ctz" | "popcnt":
                return (0, 64)
        return full

    def exact_range(self, node: Expr, depth: int = 4) -> Range | None:
        """Where a sum, difference or product would lie if integers had no end; None for other expressions."""
        if not isinstance(node, Op) or len(node.args) != 2:
            return None
        what = node.name[4:]
        if what not in ("add", "sub", "mul") or node.type == F64:
            return None
        (a, b), (c, d) = self.range_of(node.args[0], depth - 1), self.range_of(node.args[1], depth - 1)
        if what == "add":
            return (a + c, b + d)
        if what == "sub":
            return (a - d, b - c)
        products = (a * c, a * d, b * c, b * d)
        return (min(products), max(products))

    def assume(self, condition: Expr, holds: bool) -> None:
        """From here on ``condition`` is known to be true, or false."""
        if isinstance(condition, Get):
            value = self.values.get(condition.local)
            if value is not None and is_bool(value):
                self.assume(value, holds)
            if not holds:
                self._narrow(condition, (0, 0))
            elif self.range_of(condition)[0] == 0:
                self._narrow(condition, (1, HIGHEST[condition.type]))
        elif isinstance(condition, Choose):
            self._assume_choice(condition, holds)
        elif isinstance(condition, Op):
            self._assume_op(condition, holds)

    def _assume_choice(self, node: Choose, holds: bool) -> None:
        """``a and b`` is (b if a else 0), ``a or b`` is (1 if a else b)."""
        if holds and _is_const(node.otherwise, 0):
            self.assume(node.condition, True)
            self.assume(node.then, True)
        elif not holds and isinstance(node.then, Const) and node.then.value:
            self.assume(node.condition, False)
            self.assume(node.otherwise, False)

    def _assume_op(self, node: Op, holds: bool) -> None:
        name, args = node.name, node.args
        if name == "i32.eqz" and is_bool(args[0]):
            self.assume(args[0], not holds)
        elif name in ("i32.eqz", "i64.eqz"):
            self._compare("eq" if holds else "ne", args[0], Const(args[0].type or I32, 0))
        elif name in ("i32.and", "i32.or"):
            if holds == (name == "i32.and") and all(map(is_bool, args)):
                for arg in args:
                    self.assume(arg, holds)
        elif name in NEGATED:
            self._compare((name if holds else NEGATED[name])[4:], args[0], args[1])
            swapped = SWAPPED[name]
            self._compare((swapped if holds else NEGATED[swapped])[4:], args[1], args[0])

    def _compare(self, relation: str, left: Expr, right: Expr) -> None:
        """What ``left relation right`` says about ``left``."""
        if not isinstance(left, Get) or left.type == F64:
            return
        low, high = self.range_of(right)
        end_low, end_high = full_range(left.type)
        match relation:
            case "eq":
                self._narrow(left, (low, high))
            case "lt_s":
                self._narrow(left, (end_low, high - 1))
            case "le_s":
                self._narrow(left, (end_low, high))
            case "gt_s":
                self._narrow(left, (low + 1, end_high))
            case "ge_s":
                self._narrow(left, (low, end_high))
            case "lt_u" if low >= 0:
                self._narrow(left, (0, high - 1))
            case "le_u" if low >= 0:
                self._narrow(left, (0, high))
            case "ne" if low == high:
                known = self.range_of(left)
                self._narrow(left, (known[0] + (known[0] == low), known[1] - (known[1] == low)))

    def _narrow(self, local: Get, to: Range) -> None:
        known = self.range_of(local)
        low, high = max(known[0], to[0]), min(known[1], to[1])
        if (low, high) == known or low > high:  # a place that is never reached, where any fact is true
            return
        self.ranges[local.local] = (low, high)
        mentions = self.mentions.get(local.local, set())
        for other in mentions if len(mentions) <= NARROWED_MAX else ():  # more is known of what was computed from it
            made = self.values.get(other)
            exact = self.exact_range(made) if isinstance(made, Op) else None
            if isinstance(made, Op) and exact is not None and fits(exact, made.type):
                self._narrow(Get(made.type, other), exact)


def join(left: Facts | None, right: Facts | None) -> Facts | None:
    """What is known where two ways meet; None is a way that does not come here."""
    if left is None or right is None:
        return left or right
    new = Facts(left.mentions, left.results)
    for local, (low, high) in left.ranges.items():
        other = right.ranges.get(local)
        if other is not None:
            new.ranges[local] = (min(low, other[0]), max(high, other[1]))
    for local, value in left.values.items():
        same = right.values.get(local)
        if same is value or (same is not None and same == value):
            new.values[local] = value
    return new


def full_range(type_: str) -> Range:
    """All integers of a type."""
    return (LOWEST[type_], HIGHEST[type_])


def fits(range_: Range, type_: str) -> bool:
    """Whether all of a range can be held."""
    return range_[0] >= LOWEST[type_] and range_[1] <= HIGHEST[type_]


def is_bool(node: Expr) -> bool:
    """Whether an expression can be seen to give 0 or 1."""
    if isinstance(node, Op):
        return is_comparison(node.name) or (
            node.name in ("i32.and", "i32.or", "i32.xor") and all(map(is_bool, node.args))
        )
    if isinstance(node, Choose):
        return is_bool(node.then) and is_bool(node.otherwise)
    return isinstance(node, Const) and node.value in (0, 1)


def _is_const(node: Expr, value: int) -> bool:
    return isinstance(node, Const) and node.value == value


def _is_rememberable(value: Expr) -> bool:
    """Leaves, and small computations on leaves that depend on nothing but locals."""
    if type(value) in LEAVES:
        return True
    if not isinstance(value, Op) or value.name in ("memory.size", "memory.grow"):
        return False
    parts = nodes((value,))
    return len(parts) <= _VALUE_NODES and all(isinstance(part, Op) or type(part) in LEAVES for part in parts)
