"""Bodies in which a turn may end, brought into a form that can be left and entered again.

What suspends is an ``Await``, or a call of a function that awaits. Afterwards each of them is a ``Suspend`` statement
of its own, and nothing is kept across it but in locals:

    total += rate * await bank.balance(names[i])

    let a = rate
    suspend 1: let b = await bank.balance(names[i])
    total += a * b

What is evaluated before goes into temporaries, in the order of the source. ``and``, ``or``, conditional expressions
and blocks with a suspension inside become statements, and loops over ranges and values become ``while`` loops with a
counter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from engine.base.source import Span
from engine.compiler.check.awaits import nodes_of
from engine.compiler.check.tree import (
    Assert,
    Assign,
    Await,
    Binary,
    BlockExpr,
    Break,
    Call,
    CellRead,
    Const,
    Evaluate,
    Expr,
    FieldRead,
    ForEach,
    ForRange,
    FunctionRef,
    If,
    IfElse,
    ItemRead,
    Let,
    Local,
    LocalRead,
    StateRead,
    Stmt,
    Suspend,
    Unary,
    Unwrap,
    While,
)
from engine.compiler.check.types import BOOL, BYTES, INT, STRING, UNIT, DictType, ListType, SetType, Type
from engine.compiler.lower.layouts import has_value

Suspends = Callable[[FunctionRef], bool]
"""Whether a function awaits."""


def has_suspension(node: object, suspends: Suspends) -> bool:
    """Whether the turn may end inside a node."""
    return any(
        isinstance(part, (Await, Suspend)) or (isinstance(part, Call) and suspends(part.function))
        for part in nodes_of(node)
    )


def resumable(body: Sequence[Stmt], suspends: Suspends) -> tuple[Stmt, ...]:
    """The body in that form."""
    return _Form(suspends).block(body)


class _Form:
    """Rewrites one body. Methods with ``out`` append what has to happen first."""

    def __init__(self, suspends: Suspends) -> None:
        self._suspends = suspends
        self._count = 0

    def _contains(self, node: object) -> bool:
        return has_suspension(node, self._suspends)

    def _is_suspension(self, e: object) -> bool:
        return isinstance(e, Await) or (isinstance(e, Call) and self._suspends(e.function))

    # --- statements ---------------------------------------------------------------------------

    def block(self, body: Sequence[Stmt]) -> tuple[Stmt, ...]:
        out: list[Stmt] = []
        for node in body:
            if self._contains(node):
                self._statement(node, out)
            else:
                out.append(node)
        return tuple(out)

    def _statement(self, node: Stmt, out: list[Stmt]) -> None:
        match node:
            case Let(local=local, value=Await() | Call() as value) if self._is_suspension(value):
                self._suspend(local if has_value(local.type) else None, value, out)
            case Assign(place=LocalRead(local=local), value=Await() | Call() as value, op=None) if self._is_suspension(
                value
            ):
                self._suspend(local, value, out)
            case Assign(place=place, value=value):
                steady = self._place(place, out)
                out.append(replace(node, place=steady, value=self._expr(value, out)))
            case Evaluate(value=value):
                self._effect(value, out)
            case If(condition=condition, then=then, otherwise=otherwise):
                test = self._expr(condition, out)
                out.append(If(node.span, test, self.block(then), self.block(otherwise)))
            case While():
                out.append(self._while(node))
            case ForRange():
                self._for_range(node, out)
            case ForEach():
                self._for_each(node, out)
            case Assert(message=message) if message is not None and self._contains(message):
                test = self._expr(node.condition, out)
                failing: list[Stmt] = []
                text = self._expr(message, failing)
                failing.append(replace(node, condition=Const(BOOL, node.span, False), message=text))
                out.append(If(node.span, test, (), tuple(failing)))
            case _:
                out.append(self._generic(node, out))

    def _suspend(self, local: Local | None, value: Await | Call, out: list[Stmt]) -> None:
        if isinstance(value, Await):
            receiver, *args = self._operands((value.receiver, *value.args), out)
            value = replace(value, receiver=receiver, args=tuple(args))
        else:
            value = replace(value, args=tuple(self._operands(value.args, out)))
        self._count += 1
        out.append(Suspend(value.span, self._count, local, value))

    def _effect(self, e: Expr, out: list[Stmt]) -> None:
        """Evaluates and drops the value."""
        match e:
            case Await() | Call() if self._is_suspension(e):
                self._suspend(None, e, out)
            case IfElse(condition=condition, then=then, otherwise=otherwise) if self._contains(e):
                test = self._expr(condition, out)
                ways: list[list[Stmt]] = [[], []]
                self._effect(then, ways[0])
                self._effect(otherwise, ways[1])
                out.append(If(e.span, test, tuple(ways[0]), tuple(ways[1])))
            case BlockExpr(statements=statements, value=value) if self._contains(e):
                out.extend(self.block(statements))
                if value is not None:
                    self._effect(value, out)
            case _:
                out.append(Evaluate(e.span, self._expr(e, out)))

    # --- loops --------------------------------------------------------------------------------

    def _while(self, node: While) -> Stmt:
        if not self._contains(node.condition):
            return While(node.span, node.condition, self.block(node.body))
        inner: list[Stmt] = []
        test = self._expr(node.condition, inner)
        inner.append(If(node.span, test, (), (Break(node.span),)))
        return While(node.span, Const(BOOL, node.span, True), (*inner, *self.block(node.body)))

    def _for_range(self, node: ForRange, out: list[Stmt]) -> None:
        """The counter is stepped before the body, so that ``continue`` needs nothing of its own."""
        span = node.span
        start, end = self._operands((node.start, node.end), out)
        following = Local("", INT, True)
        counter = LocalRead(INT, span, following)
        out.append(Let(span, following, start))
        last = self._temporary(end, out)
        body = (
            Let(span, node.item, counter),
            Assign(span, counter, Binary(INT, span, "+%", counter, Const(INT, span, 1))),
            *self.block(node.body),
        )
        out.append(While(span, Binary(BOOL, span, "<", counter, last), body))

    def _for_each(self, node: ForEach, out: list[Stmt]) -> None:
        """A loop over a list that keeps what was there at the start, or over two of them."""
        span = node.span
        values = self._expr(node.values, out)
        firsts, seconds = values, None
        if isinstance(values.type, DictType):
            kept = self._temporary(values, out)
            key, value = values.type.key, values.type.value
            firsts = Call(ListType(key), span, FunctionRef("dict.keys", (key, value)), (kept,))
            if node.value is not None:
                seconds = Call(ListType(value), span, FunctionRef("dict.values", (key, value)), (kept,))
        elif isinstance(values.type, SetType):
            item = values.type.item
            firsts = Call(ListType(item), span, FunctionRef("set.items", (item,)), (values,))
        elif values.type == STRING:
            firsts = Call(ListType(STRING), span, FunctionRef("string.chars"), (values,))
        over = self._temporary(firsts, out)
        at = Local("", INT, True)
        place = LocalRead(INT, span, at)
        out.append(Let(span, at, Const(INT, span, 0)))
        body: list[Stmt] = [Let(span, node.item, ItemRead(node.item.type, span, over, place))]
        if seconds is not None and node.value is not None:
            others = self._temporary(seconds, out)
            body.append(Let(span, node.value, ItemRead(node.value.type, span, others, place)))
        body.append(Assign(span, place, Binary(INT, span, "+%", place, Const(INT, span, 1))))
        body.extend(self.block(node.body))
        length = FunctionRef("bytes.len") if over.type == BYTES else FunctionRef("list.len", _items(over.type))
        more = Binary(BOOL, span, "<", place, Call(INT, span, length, (over,)))
        out.append(While(span, more, tuple(body)))

    # --- expressions --------------------------------------------------------------------------

    def _temporary(self, value: Expr, out: list[Stmt]) -> LocalRead:
        local = Local("", value.type)
        out.append(Let(value.span, local, value))
        return LocalRead(value.type, value.span, local)

    def _expr(self, e: Expr, out: list[Stmt]) -> Expr:
        """An expression without suspensions, to be evaluated right behind ``out``."""
        if not self._contains(e):
            return e
        match e:
            case Await() | Call() if self._is_suspension(e):
                if not has_value(e.type):
                    self._suspend(None, e, out)
                    return BlockExpr(UNIT, e.span, (), None)
                local = Local("", e.type)
                self._suspend(local, e, out)
                return LocalRead(e.type, e.span, local)
            case Binary(op="and" | "or" as op, left=left, right=right):
                result = Local("", BOOL, True)
                read = LocalRead(BOOL, e.span, result)
                out.append(Let(e.span, result, self._expr(left, out)))
                rest: list[Stmt] = []
                rest.append(Assign(e.span, read, self._expr(right, rest)))
                test = read if op == "and" else Unary(BOOL, e.span, "not", read)
                out.append(If(e.span, test, tuple(rest), ()))
                return read
            case IfElse():
                return self._choice(e, out)
            case BlockExpr(statements=statements, value=value):
                out.extend(self.block(statements))
                return BlockExpr(e.type, e.span, (), None) if value is None else self._expr(value, out)
            case Call(changes_first=True, args=(first, *others)):
                place = self._place(first, out)
                return replace(e, args=(place, *self._operands(others, out)))
        made: Expr = self._generic(e, out)
        return made

    def _choice(self, e: IfElse, out: list[Stmt]) -> Expr:
        if not has_value(e.type):
            self._effect(e, out)
            return BlockExpr(e.type, e.span, (), None)
        test = self._expr(e.condition, out)
        result = Local("", e.type, True)
        read = LocalRead(e.type, e.span, result)
        ways: list[tuple[Stmt, ...]] = []
        for branch in (e.then, e.otherwise):
            way: list[Stmt] = []
            if has_value(branch.type):
                value = self._expr(branch, way)
                way.append(Assign(e.span, read, value))
            else:
                self._effect(branch, way)
            ways.append(tuple(way))
        out.append(If(e.span, test, ways[0], ways[1]))
        return read

    def _place(self, e: Expr, out: list[Stmt]) -> Any:
        """The same place, with indexes that can be evaluated behind ``out``, once."""
        match e:
            case LocalRead() | StateRead() | CellRead():
                return e
            case FieldRead(base=base):
                return replace(e, base=self._place(base, out))
            case Unwrap(value=base):
                return replace(e, value=self._place(base, out))
            case ItemRead(base=base, index=index):
                steady = self._place(base, out)
                found = self._expr(index, out)
                return replace(e, base=steady, index=found if isinstance(found, Const) else self._temporary(found, out))
        return self._temporary(self._expr(e, out), out)

    def _operands(self, parts: Sequence[Expr], out: list[Stmt]) -> list[Expr]:
        """Expressions to be evaluated one after another; those before a suspension are evaluated now."""
        last = max((i for i, part in enumerate(parts) if self._contains(part)), default=-1)
        found: list[Expr] = []
        for i, part in enumerate(parts):
            value = self._expr(part, out) if i <= last else part
            fixed = isinstance(value, Const) or (isinstance(value, LocalRead) and not value.local.mutable)
            if i < last and not fixed and has_value(value.type):
                value = self._temporary(value, out)
            found.append(value)
        return found

    def _generic(self, node: Any, out: list[Stmt]) -> Any:
        """Any node whose expressions are evaluated in the order of its fields."""
        parts: list[Expr] = []
        _collect(node, parts)
        return _rebuild(node, iter(self._operands(parts, out)))


def _items(t: Type) -> tuple[Type, ...]:
    assert isinstance(t, ListType), t
    return (t.item,)


def _collect(node: Any, parts: list[Expr]) -> None:
    """The expressions directly in a node."""
    for part in fields(node):
        _collect_value(getattr(node, part.name), parts)


def _collect_value(value: Any, parts: list[Expr]) -> None:
    if isinstance(value, Expr):
        parts.append(value)
    elif isinstance(value, tuple):
        for item in value:
            _collect_value(item, parts)
    elif is_dataclass(value) and not isinstance(value, Type | Span | Local | FunctionRef):
        _collect(value, parts)


def _rebuild(node: Any, parts: Any) -> Any:
    """The node with other expressions in their places."""
    return replace(node, **{part.name: _rebuilt(getattr(node, part.name), parts) for part in fields(node)})


def _rebuilt(value: Any, parts: Any) -> Any:
    if isinstance(value, Expr):
        return next(parts)
    if isinstance(value, tuple):
        return tuple(_rebuilt(item, parts) for item in value)
    if is_dataclass(value) and not isinstance(value, type | Type | Span | Local | FunctionRef):
        return _rebuild(value, parts)
    return value
