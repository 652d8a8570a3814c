"""Literals, f-strings, and the containers written out in the text."""

from __future__ import annotations

from engine.base.source import Span
from engine.compiler.check import tree
from engine.compiler.check.body import Body, expression
from engine.compiler.check.formats import formatted
from engine.compiler.check.inference import TypeVar, head
from engine.compiler.check.types import (
    BOOL,
    BYTES,
    DURATION,
    ERROR,
    FLOAT,
    I32,
    INT,
    STRING,
    DictType,
    ListType,
    OptionalType,
    SetType,
    TupleType,
    Type,
)
from engine.compiler.syntax import ast

INT_MIN, INT_MAX = -(2**63), 2**63 - 1


_UNITS = {
    "us": 1,
    "ms": 1000,
    "s": 1_000_000,
    "m": 60_000_000,
    "h": 3_600_000_000,
}


def hoped(expected: Type | None) -> Type | None:
    """What is hoped for with an optional taken off: the kind of value that would do."""
    if expected is None:
        return None
    expected = head(expected)
    return head(expected.inner) if isinstance(expected, OptionalType) else expected


def int_constant(body: Body, value: int, span: Span, expected: Type | None) -> tree.Expr:
    """An integer of the type that is hoped for: ``int``, or ``i32`` in library files."""
    if body.is_library and hoped(expected) is I32:
        if not -(2**31) <= value < 2**32:
            body.report.error("E0202", span, f"{value} does not fit into 32 bits")
        return tree.Const(I32, span, value - 2**32 if value >= 2**31 else value)
    if not INT_MIN <= value <= INT_MAX:
        body.report.error(
            "E0202", span, f"{_shown(value)} is too large for an int", f"an int goes from {INT_MIN} to {INT_MAX}"
        )
        return tree.Const(INT, span, 0)
    return tree.Const(INT, span, value)


def _shown(value: int) -> str:
    """The number for a message, or ``this number`` where it has very many digits."""
    return str(value) if abs(value) < 10**40 else "this number"


@expression(ast.IntLit)
def _int(body: Body, node: ast.IntLit, expected: Type | None) -> tree.Expr:
    return int_constant(body, node.value, node.span, expected)


@expression(ast.FloatLit)
def _float(body: Body, node: ast.FloatLit, expected: Type | None) -> tree.Expr:
    return tree.Const(FLOAT, node.span, node.value)


@expression(ast.BoolLit)
def _bool(body: Body, node: ast.BoolLit, expected: Type | None) -> tree.Expr:
    return tree.Const(BOOL, node.span, node.value)


@expression(ast.StringLit)
def _string(body: Body, node: ast.StringLit, expected: Type | None) -> tree.Expr:
    return tree.Const(STRING, node.span, node.value)


@expression(ast.BytesLit)
def _bytes(body: Body, node: ast.BytesLit, expected: Type | None) -> tree.Expr:
    return tree.Const(BYTES, node.span, node.value)


@expression(ast.DurationLit)
def _duration(body: Body, node: ast.DurationLit, expected: Type | None) -> tree.Expr:
    unit = body.world.shared.tick_us if node.unit in ("tick", "ticks") else _UNITS[node.unit]
    microseconds = node.value * unit
    if microseconds > INT_MAX:
        body.report.error("E0202", node.span, "this duration is too long", "the longest is about 292,000 years")
        microseconds = 0
    return tree.Const(DURATION, node.span, microseconds)


@expression(ast.NoneLit)
def _none(body: Body, node: ast.NoneLit, expected: Type | None) -> tree.Expr:
    wanted = None if expected is None else head(expected)
    if not isinstance(wanted, OptionalType):
        wanted = OptionalType(body.open_type(node.span, "the value that may be `none` here"))
    return tree.Const(wanted, node.span, None)


@expression(ast.ErrorExpr)
def _error(body: Body, node: ast.ErrorExpr, expected: Type | None) -> tree.Expr:
    return body.nothing(node.span)


@expression(ast.FString)
def _fstring(body: Body, node: ast.FString, expected: Type | None) -> tree.Expr:
    parts: list[tree.Expr] = []
    for part in node.parts:
        if isinstance(part, str):
            parts.append(tree.Const(STRING, node.span, part))
            continue
        value = body.value(part.value)
        if part.format is not None:
            value = formatted(body, value, part.format.text, part.format.span)
        parts.append(value)
    return tree.TextNew(STRING, node.span, tuple(parts))


@expression(ast.ListLit)
def _list(body: Body, node: ast.ListLit, expected: Type | None) -> tree.Expr:
    wanted = hoped(expected)
    item = wanted.item if isinstance(wanted, ListType) else None
    if not node.items:
        item = item or body.open_type(node.span, "an item of this empty list")
        return tree.ListNew(ListType(item), node.span, ())
    item, items = _items(body, node.items, item, "every item of this list")
    return tree.ListNew(ListType(item), node.span, tuple(items))


@expression(ast.SetLit)
def _set(body: Body, node: ast.SetLit, expected: Type | None) -> tree.Expr:
    wanted = hoped(expected)
    item = wanted.item if isinstance(wanted, SetType) else None
    if not node.items:
        item = item or body.open_type(node.span, "an item of this empty set")
        body.keys.append((node.span, item))
        return tree.SetNew(SetType(item), node.span, ())
    item, items = _items(body, node.items, item, "every item of this set")
    body.keys.append((node.span, item))
    return tree.SetNew(SetType(item), node.span, tuple(items))


def _items(body: Body, nodes: tuple[ast.Expr, ...], expected: Type | None, what: str) -> tuple[Type, list[tree.Expr]]:
    """The items of a container as one type: the expected one, or what they have in common."""
    if expected is not None and not isinstance(head(expected), TypeVar):
        return expected, [body.typed(node, expected, what) for node in nodes]
    values: list[tree.Expr] = []
    hint = expected
    for node in nodes:
        values.append(body.value(node, hint))
        if hint is None and values[-1].type is not ERROR:
            hint = values[-1].type
    return body.join(values, expected, what)


@expression(ast.DictLit)
def _dict(body: Body, node: ast.DictLit, expected: Type | None) -> tree.Expr:
    wanted = hoped(expected)
    if not node.entries:
        if isinstance(wanted, DictType | SetType):
            body.keys.append((node.span, wanted.key if isinstance(wanted, DictType) else wanted.item))
        if isinstance(wanted, DictType):
            return tree.DictNew(wanted, node.span, ())
        if isinstance(wanted, SetType):
            return tree.SetNew(wanted, node.span, ())
        key = body.open_type(node.span, "a key of this empty dict")
        body.keys.append((node.span, key))
        return tree.DictNew(DictType(key, body.open_type(node.span, "a value of this empty dict")), node.span, ())
    key_hint = wanted.key if isinstance(wanted, DictType) else None
    value_hint = wanted.value if isinstance(wanted, DictType) else None
    keys: list[tree.Expr] = []
    values: list[tree.Expr] = []
    for key_node, value_node in node.entries:
        keys.append(body.value(key_node, key_hint))
        values.append(body.value(value_node, value_hint))
        key_hint = key_hint or keys[-1].type
        value_hint = value_hint or values[-1].type
    declared = isinstance(wanted, DictType)
    key_type, keys = _same(body, keys, key_hint if declared else None, "every key of this dict")
    value_type, values = _same(body, values, value_hint if declared else None, "every value of this dict")
    body.keys.append((node.span, key_type))
    return tree.DictNew(DictType(key_type, value_type), node.span, tuple(zip(keys, values, strict=True)))


def _same(body: Body, values: list[tree.Expr], expected: Type | None, what: str) -> tuple[Type, list[tree.Expr]]:
    if expected is not None:
        return expected, [body.fit(value, expected, what) for value in values]
    return body.join(values, None, what)


@expression(ast.TupleLit)
def _tuple(body: Body, node: ast.TupleLit, expected: Type | None) -> tree.Expr:
    wanted = hoped(expected)
    hints: tuple[Type | None, ...] = (None,) * len(node.items)
    if isinstance(wanted, TupleType) and len(wanted.items) == len(node.items):
        hints = wanted.items
    items: list[tree.Expr] = []
    for item, hint in zip(node.items, hints, strict=True):
        value = body.value(item, hint)
        items.append(body.fit(value, hint, "", item) if hint is not None else value)
    return tree.TupleNew(TupleType(tuple(item.type for item in items)), node.span, tuple(items))


@expression(ast.RangeExpr)
def _range(body: Body, node: ast.RangeExpr, expected: Type | None) -> tree.Expr:
    # the parser has said that a range is not a value
    body.value(node.start)
    body.value(node.end)
    return body.nothing(node.span)
