"""Patterns: what has to hold for a value to match, and which names it is bound to.

On a ``T?``, ``none`` matches ``none``, ``_`` matches everything, and any other pattern matches a value that is there,
as a ``T``: in ``match found { none => 0, n => n + 1 }`` the name ``n`` is an int. A name with a capital
that is a constant of the program, such as ``LIMIT``, is compared and not bound. On an enum the name of a variant is the
variant, and a name with a capital that is none is a mistake.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from engine.base.counts import counted, counted_or_no
from engine.base.source import Span
from engine.compiler.check import tree
from engine.compiler.check.body import Body, describe
from engine.compiler.check.enums import find_variant
from engine.compiler.check.exhaustive import ANY, NONE, Shape
from engine.compiler.check.imports import qualified_path
from engine.compiler.check.inference import TypeVar, head, optional, unify
from engine.compiler.check.operators import equality
from engine.compiler.check.types import BOOL, ERROR, INT, EnumType, OptionalType, StructType, TupleType, Type
from engine.compiler.check.world import EnumInfo, Parameter, StructInfo
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
    if isinstance(pattern, ast.ListPattern):
        for item in pattern.items:
            _read(body, item, tree.Const(ERROR, item.span, None), match)
        body.report.errors += 1  # told by the parser
        return ANY
    if isinstance(pattern, ast.LiteralPattern) and isinstance(pattern.value, ast.NoneLit):
        return _none(body, pattern, value, t, match)
    if isinstance(t, OptionalType):
        match.require(tree.Unary(BOOL, pattern.span, "not", tree.IsNone(BOOL, pattern.span, value)))
        inner = _read(body, pattern, tree.Unwrap(t.inner, value.span, value), match)
        return Shape("some", parts=(inner,))
    if isinstance(pattern, ast.BindPattern):
        return _name(body, pattern, value, t, match)
    if isinstance(pattern, ast.LiteralPattern):
        wanted = None if t is ERROR else t
        return _literal(body, body.value(pattern.value, wanted), value, pattern.span, match)
    if isinstance(pattern, ast.TuplePattern):
        return _tuple(body, pattern, value, t, match)
    return _variant(body, pattern, value, t, match)


def _name(body: Body, pattern: ast.BindPattern, value: tree.Expr, t: Type, match: Match) -> Shape:
    """A name is a variant of the enum, a constant with a capital, or else new."""
    name = pattern.name
    enum = body.world.shared.enums[t.name] if isinstance(t, EnumType) else None
    if enum is not None and enum.variant(name) is not None:
        path = (ast.Ident(pattern.span, name),)
        return _variant(body, ast.VariantPattern(pattern.span, path, None), value, t, match)
    if name[0].isupper():
        constant = body.world.constants.get(name)
        if isinstance(constant, tree.Const):
            return _literal(body, constant, value, pattern.span, match)
        if isinstance(constant, tree.EnumNew) and not constant.fields and constant.type == t:
            return _of_variant(body, value, constant.variant, pattern.span, match, ())
        if enum is not None:  # a variant that was misspelt would take every value
            find_variant(body, enum, ast.Ident(pattern.span, name))
            return ANY
    match.names.append((name, pattern.span, value))
    return ANY


def _variant(body: Body, pattern: ast.VariantPattern, value: tree.Expr, t: Type, match: Match) -> Shape:
    """A variant with what it carries, or a struct with its fields."""
    pattern = replace(pattern, path=qualified_path(body, pattern.path))
    name = pattern.path[0].text
    if len(pattern.path) == 1 and not isinstance(t, EnumType):
        struct = body.world.struct(name)
        if struct is not None:
            return _struct(body, pattern, struct, value, t, match)
    enum = _enum_of(body, pattern, t)
    variant = None if enum is None else find_variant(body, enum, pattern.path[-1])
    t = head(value.type)
    if enum is None or variant is None or not isinstance(t, EnumType):
        for arg in pattern.items or ():
            _read(body, arg.pattern, body.nothing(arg.span), match)
        return ANY
    variant = enum.variants_with(t.args)[variant.number]
    test = Match()
    _of_variant(body, value, variant.number, pattern.span, test, ())
    if test.condition is not None and len(enum.variants) > 1:
        match.require(test.condition)
    shown = f"`{enum.name}.{variant.name}`"
    parts = _parts(body, pattern, shown, variant.fields, value, match)
    return Shape("variant", variant.number, parts)


def _of_variant(body: Body, value: tree.Expr, number: int, span: Span, match: Match, parts: tuple[Shape, ...]) -> Shape:
    """Asks whether the value is of the variant with that number."""
    found = tree.VariantRead(INT, span, value)
    match.require(tree.Binary(BOOL, span, "==", found, tree.Const(INT, span, number)))
    return Shape("variant", number, parts)


def _enum_of(body: Body, pattern: ast.VariantPattern, t: Type) -> EnumInfo | None:
    """The enum that a pattern is about; None, reported, where there is none or the value is of another type."""
    world, report, first = body.world, body.report, pattern.path[0]
    if len(pattern.path) > 2:
        report.error("E0213", pattern.span, "a variant is written `Enum.Variant`, or just `Variant`")
        return None
    if len(pattern.path) == 1:
        if isinstance(t, EnumType):
            return world.shared.enums[t.name]
        if t is not ERROR:
            owners = [name for name, e in world.enums.items() if e.variant(first.text) is not None]
            if isinstance(t, TypeVar) and len(owners) == 1:
                _unify_with(body, world.enums[owners[0]], t, pattern.span)
                return world.enums[owners[0]]
            note = f"`{first.text}` is a variant of `{owners[0]}`" if owners else ""
            message = f"`{first.text}` takes an enum apart, but the value is {describe(t)}"
            report.error("E0213", pattern.span, message, note)
        return None
    enum = world.enum(first.text)
    if enum is None:
        if first.text not in world.missing_types:
            note, fix = report.meant(first.text, first.span, world.enums)
            report.error("E0102", first.span, f"there is no enum `{first.text}`", note, fix)
        return None
    if t is not ERROR and not _unify_with(body, enum, t, pattern.span):
        report.error("E0213", pattern.span, f"this is a variant of `{enum.name}`, but the value is {describe(t)}")
        return None
    return enum


def _unify_with(body: Body, enum: EnumInfo, t: Type, span: Span) -> bool:
    args = tuple(body.open_type(span, f"`{name}` of this `{enum.name}`") for name in enum.type_params)
    return unify(EnumType(enum.name, args, enum.is_plain), t)


def _struct(
    body: Body, pattern: ast.VariantPattern, struct: StructInfo, value: tree.Expr, t: Type, match: Match
) -> Shape:
    args = tuple(body.open_type(pattern.span, f"`{n}` of this `{struct.name}`") for n in struct.type_params)
    if not unify(StructType(struct.name, args), t):
        report = f"this pattern takes a `{struct.name}` apart, but the value is {describe(t)}"
        body.report.error("E0213", pattern.span, report)
        value = body.nothing(value.span)
    t = head(t)
    fields = struct.fields_with(t.args) if isinstance(t, StructType) else struct.fields
    return Shape("tuple", parts=_parts(body, pattern, f"`{struct.name}`", fields, value, match))


def _parts(
    body: Body,
    pattern: ast.VariantPattern,
    shown: str,
    fields: tuple[Parameter, ...],
    value: tree.Expr,
    match: Match,
) -> tuple[Shape, ...]:
    """The patterns in parentheses: one for each field in order, or by name for those that matter."""
    shapes: list[Shape] = [ANY] * len(fields)
    given: set[int] = set()
    items = pattern.items or ()
    if pattern.items is not None and all(item.name is None for item in items) and len(items) != len(fields):
        count = counted_or_no(len(fields), "value")
        note = f"write `{shown.strip('`')}` alone to take it whatever it carries" if fields else "leave out the `()`"
        body.report.error("E0213", pattern.span, f"{shown} has {count}, and this pattern {len(items)}", note)
    for position, item in enumerate(items):
        index: int | None = position if position < len(fields) else None
        if item.name is not None:
            name = item.name
            index = next((i for i, f in enumerate(fields) if f.name == name.text), None)
            if index is None:
                note, fix = body.report.meant(name.text, name.span, [f.name for f in fields])
                body.report.error("E0104", name.span, f"{shown} has no field `{name.text}`", note, fix)
        if index is None or value.type is ERROR:
            _read(body, item.pattern, body.nothing(item.span), match)
            continue
        if index in given:
            body.report.error("E0205", item.span, f"the field `{fields[index].name}` is given twice")
        given.add(index)
        field = fields[index]
        part = tree.FieldRead(field.type, item.pattern.span, value, index, field.name)
        shapes[index] = _read(body, item.pattern, part, match)
    return tuple(shapes)


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
            "E0213", pattern.span, f"this pattern takes {counted(count, 'value')} apart, but the value is {describe(t)}"
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
    elif isinstance(pattern, ast.ListPattern):  # told by the parser
        for item in pattern.items:
            take_apart(body, item, tree.Const(ERROR, item.span, None), names)
    elif not isinstance(pattern, ast.WildcardPattern):
        body.report.error(
            "E0213", pattern.span, "only names, `_` and tuples of them can stand here", "use `match` to compare values"
        )


def _wild(pattern: ast.TuplePattern) -> ast.TuplePattern:
    return ast.TuplePattern(pattern.span, tuple(ast.WildcardPattern(item.span) for item in pattern.items))
