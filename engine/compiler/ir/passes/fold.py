"""Folding: one walk through a function, in the order of execution, that knows the facts of each place.

It puts constants and copies in the place of locals, simplifies instructions, decides branches, drops code that is not
reached, and flattens: ``x = do { … => v }`` becomes ``…; x = v``, a block that nobody leaves becomes its body.

    if i64.lt_s(n, 2)              if i64.lt_s(n, 2)
      return n                       return n
    a = i64.sub(n, 1)        →     a = i64.sub(n, 1)          # n is 2 or more: no overflow
    if (overflow of a)             return f(a)
      fault overflow
    return f(a)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.compiler.ir.nodes import (
    F64,
    I32,
    ITEM,
    Block,
    Break,
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
    Loop,
    Op,
    Return,
    Set,
    Stmt,
    Store,
)
from engine.compiler.ir.ops import HIGHEST
from engine.compiler.ir.passes.copies import counted
from engine.compiler.ir.passes.facts import NO_RESULTS, Facts, Range, is_bool, join
from engine.compiler.ir.passes.offsets import without_constant
from engine.compiler.ir.passes.simplify import condition, folded_address, is_never_zero, negate, simplify
from engine.compiler.ir.walk import LEAVES, Rewriter, is_pure, nodes, set_locals


def fold(function: Function, results: Mapping[str, Range] = NO_RESULTS) -> Function:
    """The function, folded. ``results`` says where those of its calls lie."""
    body = Folder(Facts(results=results)).body(function.body)
    return function if body is function.body else replace(function, body=body)


class Folder(Rewriter):
    """``facts`` are those of the place that we have come to, None behind a jump."""

    def __init__(self, facts: Facts) -> None:
        self.facts: Facts | None = facts
        self.at_label: dict[str, Facts | None] = {}
        self.jumps: dict[str, int] = {}

    def body(self, body: tuple[Stmt, ...]) -> tuple[Stmt, ...]:
        """Statements in order, up to a jump."""
        out: list[Stmt] = []
        changed = False
        for node in body:
            if self.facts is None:
                changed = True
                break
            new = self.statement(node)
            changed = changed or len(new) != 1 or new[0] is not node
            out.extend(new)
        return tuple(out) if changed else body

    # --- expressions ---

    def expr(self, node: Expr) -> Expr:
        """An expression with what is known of its parts."""
        facts = self.facts
        if facts is None:  # an operand before this one does not come back
            return _zero(node.type)
        if isinstance(node, Get):
            return self.get(node, facts)
        if type(node) in LEAVES:
            return node
        if isinstance(node, Choose):
            return self.choose(node)
        if isinstance(node, Do):
            return self.do(node)
        new = super().expr(node)
        if isinstance(new, Op):
            if self.facts is None:
                return new
            if new.args and isinstance(first := new.args[0], Do):  # what is evaluated first may as well stand before
                inner = Op(new.type, new.name, (first.value, *new.args[1:]))
                return Do(new.type, first.body, simplify(inner, self.facts))
            return simplify(new, self.facts)
        if isinstance(new, Load):
            address, offset = self.address(new.address, new.offset, new.part)
            return new if address is new.address else Load(new.type, new.name, address, offset, new.part)
        return new

    def get(self, node: Get, facts: Facts) -> Expr:
        """What reading a local gives."""
        value = facts.values.get(node.local)
        if value is not None and type(value) in LEAVES:
            return value
        low, high = facts.ranges.get(node.local, (0, 1))
        return Const(node.type, low) if low == high and node.type != F64 else node

    def choose(self, node: Choose) -> Expr:
        """A choice, or the one that is decided."""
        test = condition(self.expr(node.condition))
        if self.facts is None:
            return Choose(node.type, test, _zero(node.type), _zero(node.type))
        if isinstance(test, Const):
            return self.expr(node.then if test.value else node.otherwise)
        before = self.facts
        self.facts = before.copy()
        self.facts.assume(test, True)
        then = self.expr(node.then)
        after_then, self.facts = self.facts, before
        before.assume(test, False)
        otherwise = self.expr(node.otherwise)
        self.facts = join(after_then, self.facts)
        if node.type == I32 and is_bool(test) and isinstance(then, Const) and isinstance(otherwise, Const):
            if (then.value, otherwise.value) == (1, 0):
                return test
            if (then.value, otherwise.value) == (0, 1):
                return negate(test)
        if test is node.condition and then is node.then and otherwise is node.otherwise:
            return node
        return Choose(node.type, test, then, otherwise)

    def do(self, node: Do) -> Expr:
        """Statements and a value."""
        body = self.body(node.body)
        value = self.expr(node.value)
        if isinstance(value, Do):
            body, value = (*body, *value.body), value.value
        if not body:
            return value
        return node if body is node.body and value is node.value else Do(node.type, body, value)

    # --- statements ---

    def statement(self, node: Stmt) -> list[Stmt]:
        """What stands in the place of a statement."""
        match node:
            case Set():
                return self.set(node)
            case If():
                return self.if_(node)
            case Block():
                return self.block(node)
            case Loop():
                return self.loop(node)
            case Break():
                return self.break_(node)
            case Store():
                return [self.store(node)]
            case Eval(value):
                rest = self.expr(value)
                return [node] if rest is value and not is_pure(rest) else _effects(rest)
            case Return(value):
                if value is None:
                    self.facts = None
                    return [node]
                before, rest = _split(self.expr(value))
                self.facts = None
                return [*before, node if rest is value else Return(rest)]
        new = self.parts(node)
        if isinstance(new, Fault) or (isinstance(new, Effect) and new.name == "unreachable"):
            self.facts = None
        return [new]

    def set(self, node: Set) -> list[Stmt]:
        """A local gets its value, and something is known of it."""
        value = self.expr(node.value)
        if self.facts is None:
            return _effects(value)
        before, value = _split(value)
        if isinstance(value, Get) and value.local == node.local:
            return before
        self.facts.learn(node.local, value)
        return [*before, node if value is node.value else Set(node.local, value)]

    def store(self, node: Store) -> Stmt:
        """A store with constants in its offset."""
        new = self.parts(node)
        assert isinstance(new, Store)
        address, offset = self.address(new.address, new.offset, new.part)
        return new if address is new.address else Store(new.name, address, new.value, offset, new.part)

    def address(self, address: Expr, offset: int, part: str) -> tuple[Expr, int]:
        """Where a load or store goes, with constants in the offset."""
        if part == ITEM and self.facts is not None:
            address, offset = without_constant(address, offset, self.facts)
        return folded_address(address, offset)

    def if_(self, node: If) -> list[Stmt]:
        """A branch, or the side that is decided."""
        test = self.expr(node.condition)
        if self.facts is None:
            return _effects(test)
        before, test = _split(test)
        test = Const(I32, 1) if is_never_zero(test, self.facts) else condition(test)
        if isinstance(test, Const):
            return [*before, *self.body(node.then if test.value else node.otherwise)]
        known = self.facts
        self.facts = known.copy()
        self.facts.assume(test, True)
        then = self.body(node.then)
        after_then, self.facts = self.facts, known
        known.assume(test, False)
        otherwise = self.body(node.otherwise)
        self.facts = join(after_then, self.facts)
        return [*before, *self.branch(node, test, then, otherwise)]

    def branch(self, node: If, test: Expr, then: tuple[Stmt, ...], otherwise: tuple[Stmt, ...]) -> list[Stmt]:
        """The best form of a branch."""
        if not then and not otherwise:
            return _effects(test)
        if not then:
            test, then, otherwise = negate(test), otherwise, ()
        first = then[0]
        if not otherwise and len(then) == 1 and isinstance(first, Break) and first.condition is None:
            return [Break(first.label, test)]
        if test is node.condition and then is node.then and otherwise is node.otherwise:
            return [node]
        return [If(test, then, otherwise)]

    def block(self, node: Block) -> list[Stmt]:
        """A block, or its body where nobody leaves it."""
        self.at_label[node.label] = None
        self.jumps[node.label] = 0
        body = self.body(node.body)
        self.facts = join(self.facts, self.at_label[node.label])
        last = body[-1] if body else None
        at_end = isinstance(last, Break) and last.label == node.label
        if at_end and isinstance(last, Break) and (last.condition is None or is_pure(last.condition)):
            body = body[:-1]
            self.jumps[node.label] -= 1
        if self.jumps[node.label] == 0:
            return list(body)
        return [node if body is node.body else Block(node.label, body)]

    def loop(self, node: Loop) -> list[Stmt]:
        """A loop; nothing is known in it of what it changes."""
        assert self.facts is not None
        counter = self.counter(node)
        for local in set_locals(node.body):
            self.facts.forget(local)
        if counter is not None:
            self.facts.ranges[counter[0]] = counter[1]
        self.jumps[node.label] = 0
        body = self.body(node.body)
        if self.jumps[node.label] == 0:
            return list(body)
        return [node if body is node.body else Loop(node.label, body)]

    def counter(self, node: Loop) -> tuple[int, Range] | None:
        """The local that a loop counts up in its last step, and where it lies in every round.

        Where nothing else sets it or starts the loop again, it never falls below where it began, nor comes near to the
        largest number, and so does not wrap around.
        """
        assert self.facts is not None
        count = counted(node)
        if count is None:
            return None
        counter, step, end = count
        given = set_locals(node.body[:-2])
        if counter.local in given or any(
            isinstance(part, Break) and part.label == node.label for part in nodes(node.body[:-2])
        ):
            return None
        low, high = self.facts.range_of(self.get(counter, self.facts))
        last = HIGHEST[counter.type] - 1
        if isinstance(end, Const) or (isinstance(end, Get) and end.local not in given):
            last = self.facts.range_of(end)[1] - 1
        high = max(high, last)
        return None if high > HIGHEST[counter.type] - step else (counter.local, (low, high))

    def break_(self, node: Break) -> list[Stmt]:
        """A jump; what is known here is known at its label."""
        before: list[Stmt] = []
        test: Expr | None = None
        if node.condition is not None:
            test = self.expr(node.condition)
            if self.facts is None:
                return _effects(test)
            before, test = _split(test)
            test = condition(test)
            if isinstance(test, Const):
                if not test.value:
                    return before
                test = None
        known = self.facts
        assert known is not None
        self.jumps[node.label] += 1
        if node.label in self.at_label:
            there = known.copy()
            if test is not None:
                there.assume(test, True)
            self.at_label[node.label] = join(self.at_label[node.label], there)
        if test is None:
            self.facts = None
        else:
            known.assume(test, False)
        return [*before, node if test is node.condition else Break(node.label, test)]


def _split(value: Expr) -> tuple[list[Stmt], Expr]:
    """The statements of an expression that begins with some, and the rest of it."""
    if isinstance(value, Do):
        return list(value.body), value.value
    return [], value


def _effects(value: Expr) -> list[Stmt]:
    """What is left of an expression whose value nobody needs."""
    before, rest = _split(value)
    return before if is_pure(rest) else [*before, Eval(rest)]


def _zero(type_: str | None) -> Const:
    assert type_ is not None
    return Const(type_, 0.0 if type_ == F64 else 0)
