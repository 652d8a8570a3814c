"""Patterns: what has to hold for a value to match, and which names it is bound to.

On a ``T?``, ``none`` matches ``none``, ``_`` matches everything, and any other pattern matches a value that is there,
as a ``T``: in ``match found { none => 0, n => n + 1 }`` the name ``n`` is an int. A name with a capital
that is a constant of the program, such as ``LIMIT``, is compared and not bound.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.base.source import Span
from engine.compiler.check import tree
from engine.compiler.check.body import Body, describe
from engine.compiler.check.exhaustive import ANY, NONE, Shape
from engine.compiler.check.features import not_yet
from engine.compiler.check.inference import head, optional, unify
from engine.compiler.check.operators import equality
from engine.compiler.check.types import BOOL, ERROR, OptionalType, TupleType, Type
from engine.compiler.syntax import ast


@dataclass(slots=True)
class Match:
    """What a pattern asks and gives: ``condition`` is None where it always matches."""

    condition: tree.Expr | None = None
    names: list[tuple[str, Span, tree.Expr]] = field(default_factory=list)
    shape: Shape = ANY

    def require(self, condition: tree.Expr) -> None:
        """Adds one more condition, looked at after those before it."""
        if self.condition is None:
            self.condition = condition
        else:
            self.condition = tree.Binary(BOOL, condition.span, "and", self.condition, condition)


def read_pattern(body: Body, pattern: ast.Pattern, value: tree.Expr) -> Match:
    """Compares a pattern with a value; the value is a temporary, or a part of one, that can be read again."""
    match = Match()
    match.shape = _read(body, pattern, value, match)
    return match


def _read(body: Body, pattern: ast.Pattern, value: tree.Expr, match: Match) -> Shape:
    t = head(value.type)
    if isinstance(pattern, ast.WildcardPattern):
        return ANY
    if isinstance(pattern, ast.LiteralPattern) and isinstance(pattern.value, ast.NoneLit):
        return _none(body, pattern, value, t, match)
    if isinstance(t, OptionalType):
        match.require(tree.Unary(BOOL, pattern.span, "not", tree.IsNone(BOOL, pattern.span, value)))
        inner = _read(body, pattern, tree.Unwrap(t.inner, value.span, value), match)
        return Shape("some", parts=(inner,))
    if isinstance(pattern, ast.BindPattern):
        constant = body.world.constants.get(pattern.name) if pattern.name[0].isupper() else None
        if isinstance(constant, tree.Const):
            return _literal(body, constant, value, pattern.span, match)
        match.names.append((pattern.name, pattern.span, value))
        return ANY
    if isinstance(pattern, ast.LiteralPattern):
        wanted = None if t is ERROR else t
        return _literal(body, body.value(pattern.value, wanted), value, pattern.span, match)
    if isinstance(pattern, ast.TuplePattern):
        return _tuple(body, pattern, value, t, match)
    return _variant(body, pattern, match)


def _variant(body: Body, pattern: ast.VariantPattern, match: Match) -> Shape:
    """A pattern of an enum, which there are none of yet; its names are known, but nothing of them."""
    name = pattern.path[0].text
    if name in body.world.structs:
        note = f"match its fields: `match it.{_first_field(body, name)} {{ … }}`, or a tuple of them"
        body.report.error("E0213", pattern.span, "a pattern cannot take a struct apart", note)
    elif name not in body.world.missing_types:
        not_yet(body.report, "E0903", pattern.span)
    for inner in pattern.items:
        _read(body, inner, body.nothing(inner.span), match)
    return ANY


def _first_field(body: Body, name: str) -> str:
    fields = body.world.structs[name].fields
    return fields[0].name if fields else "field"


def _none(body: Body, pattern: ast.LiteralPattern, value: tree.Expr, t: Type, match: Match) -> Shape:
    if not isinstance(t, OptionalType) and not unify(t, optional(body.open_type(pattern.span, "this value"))):
        body.report.error("E0213", pattern.span, f"{describe(t)} is never `none`")
        return ANY
    match.require(tree.IsNone(BOOL, pattern.span, value))
    return NONE


def _literal(body: Body, literal: tree.Expr, value: tree.Expr, span: Span, match: Match) -> Shape:
    if ERROR in (literal.type, value.type):
        return ANY
    if not unify(literal.type, value.type):
        body.report.error("E0213", span, f"this is {describe(literal.type)}, but the value is {describe(value.type)}")
        return ANY
    if literal.type is BOOL and isinstance(literal, tree.Const):
        match.require(value if literal.value else tree.Unary(BOOL, span, "not", value))
    else:
        match.require(equality(body, span, "==", value, literal))
    constant = literal.value if isinstance(literal, tree.Const) else body.written(span)
    return Shape("literal", constant)


def _tuple(body: Body, pattern: ast.TuplePattern, value: tree.Expr, t: Type, match: Match) -> Shape:
    count = len(pattern.items)
    if t is not ERROR and not unify(t, TupleType(tuple(body.open_type(p.span, "this item") for p in pattern.items))):
        body.report.error(
            "E0213", pattern.span, f"this pattern takes {count} values apart, but the value is {describe(t)}"
        )
        t = ERROR
    t = head(t)
    items = t.items if isinstance(t, TupleType) else (ERROR,) * count
    shapes = [
        _read(body, item, tree.FieldRead(item_type, item.span, value, index, str(index)), match)
        for index, (item, item_type) in enumerate(zip(pattern.items, items, strict=True))
    ]
    return Shape("tuple", parts=tuple(shapes))


def bind_names(
    body: Body, match: Match, kind: str, mutable: bool = False, statement: Span | None = None
) -> list[tree.Stmt]:
    """The locals that a pattern makes, visible from here on."""
    out: list[tree.Stmt] = []
    for name, span, value in match.names:
        local = body.declare(name, value.type, span, kind, mutable=mutable, statement=statement)
        out.append(tree.Let(span, local, value))
    return out


def is_plain(pattern: ast.Pattern) -> bool:
    """Whether a pattern matches everything of the right type: names, ``_`` and tuples of them."""
    if isinstance(pattern, ast.TuplePattern):
        return all(is_plain(item) for item in pattern.items)
    return isinstance(pattern, ast.BindPattern | ast.WildcardPattern)


def take_apart(body: Body, pattern: ast.Pattern, value: tree.Expr, names: list[tuple[str, Span, tree.Expr]]) -> None:
    """The names of a pattern in ``let`` or ``for``, where it has to match always."""
    if isinstance(pattern, ast.BindPattern):
        names.append((pattern.name, pattern.span, value))
    elif isinstance(pattern, ast.TuplePattern):
        match = Match()
        _tuple(body, _wild(pattern), value, head(value.type), match)
        t = head(value.type)
        items = t.items if isinstance(t, TupleType) and len(t.items) == len(pattern.items) else None
        for index, item in enumerate(pattern.items):
            item_type = items[index] if items else ERROR
            take_apart(body, item, tree.FieldRead(item_type, item.span, value, index, str(index)), names)
    elif not isinstance(pattern, ast.WildcardPattern):
        body.report.error(
            "E0213", pattern.span, "only names, `_` and tuples of them can stand here", "use `match` to compare values"
        )


def _wild(pattern: ast.TuplePattern) -> ast.TuplePattern:
    return ast.TuplePattern(pattern.span, tuple(ast.WildcardPattern(item.span) for item in pattern.items))
