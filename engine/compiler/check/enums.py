"""Values of structs and enums: ``Order(id: 1)``, ``Side.Buy``, ``Shape.Circle(radius: 1.0)``.

The type arguments of a generic one come from the type that is hoped for, else from the values.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.base.counts import counted
from engine.base.diagnostics import Fix
from engine.base.source import Span
from engine.compiler.check import tree
from engine.compiler.check.arguments import Target, check_arguments
from engine.compiler.check.body import Body
from engine.compiler.check.literals import hoped
from engine.compiler.check.type_names import read_type_arguments
from engine.compiler.check.types import EnumType, StructType, Type
from engine.compiler.check.world import MODULES, EnumInfo, Parameter, StructInfo, VariantInfo
from engine.compiler.syntax import ast


def enum_named(body: Body, node: ast.Expr) -> EnumInfo | None:
    """The enum whose name this is, unless a local has the name."""
    if isinstance(node, ast.Name) and body.find(node.text) is None:
        return body.world.enum(node.text)
    return None


def enum_with(body: Body, node: ast.FieldAccess) -> EnumInfo | None:
    """The enum whose name stands before the dot; a module may have its name, and then has what is no variant."""
    enum = enum_named(body, node.base)
    if enum is not None and enum.name in MODULES and enum.variant(node.name.text) is None:
        return None
    return enum


def _hoped_for(body: Body, name: ast.Expr, expected: Type | None) -> Type | None:
    """The type that is hoped for: that of an alias under whose name a value is made, before all others."""
    alias = body.world.alias_types.get(name.text) if isinstance(name, ast.Name) else None
    return alias or expected


def struct_value(body: Body, node: ast.Call, struct: StructInfo, expected: Type | None) -> tree.Expr:
    """``Order(id: 1, qty: 2)``."""
    bound = _known_arguments(body, node.type_args, struct, _hoped_for(body, node.callee, expected), node.span)
    target = Target(f"`{struct.name}`", node.span, "field")
    values = _fields(body, target, struct, struct.fields, node.args, bound)
    if values is None:
        return body.nothing(node.span) if struct.type_params else _broken(StructType(struct.name), node.span)
    made = StructType(struct.name, _arguments(body, struct, bound, node.span))
    body.world.instantiate(made, body.world.report, node.span)
    return tree.StructNew(made, node.span, values)


def variant_value(body: Body, node: ast.FieldAccess, enum: EnumInfo, expected: Type | None) -> tree.Expr:
    """``Side.Buy``: a variant without parentheses carries nothing."""
    variant = find_variant(body, enum, node.name)
    if variant is None:
        return body.nothing(node.span)
    if variant.fields:
        shown = f"{enum.name}.{variant.name}"
        example = ", ".join(f"{f.name}: …" if not f.name.isdecimal() else "…" for f in variant.fields)
        note = f"give it what it carries: `{shown}({example})`"
        body.report.error("E0204", node.span, f"`{shown}` carries {counted(len(variant.fields), 'value')}", note)
        return body.nothing(node.span)
    bound = _known_arguments(body, (), enum, _hoped_for(body, node.base, expected), node.span)
    return tree.EnumNew(_enum_type(body, enum, bound, node.span), node.span, variant.number)


def variant_call(
    body: Body, node: ast.Call, access: ast.FieldAccess, enum: EnumInfo, expected: Type | None
) -> tree.Expr:
    """``Shape.Circle(radius: 1.0)``."""
    variant = find_variant(body, enum, access.name)
    if variant is None:
        for arg in node.args:
            body.expr(arg.value)
        return body.nothing(node.span)
    shown = f"{enum.name}.{variant.name}"
    if not variant.fields:
        for arg in node.args:
            body.expr(arg.value)
        behind = Span(access.span.end, node.span.end)
        fix = Fix(f"write `{shown}`", behind, "")
        body.report.error("E0204", node.span, f"`{shown}` carries nothing", f"write `{shown}`", fix)
        return body.nothing(node.span)
    bound = _known_arguments(body, node.type_args, enum, _hoped_for(body, access.base, expected), node.span)
    values = _fields(body, Target(f"`{shown}`", node.span, "field"), enum, variant.fields, node.args, bound)
    if values is None:
        return body.nothing(node.span)
    return tree.EnumNew(_enum_type(body, enum, bound, node.span), node.span, variant.number, values)


def find_variant(body: Body, enum: EnumInfo, name: ast.Ident) -> VariantInfo | None:
    """The variant of that name; None, reported, where there is none."""
    variant = enum.variant(name.text)
    if variant is None:
        note, fix = body.report.meant(name.text, name.span, [v.name for v in enum.variants])
        if not note:
            note = "it has " + ", ".join(f"`{v.name}`" for v in enum.variants)
        body.report.error("E0110", name.span, f"`{enum.name}` has no variant `{name.text}`", note, fix)
    return variant


def _broken(t: Type, span: Span) -> tree.Expr:
    """Stands for a value of which the type is known and nothing else."""
    return tree.Const(t, span, None)


# --- type arguments ---------------------------------------------------------------------------


def _known_arguments(
    body: Body, written: Sequence[ast.TypeExpr], info: StructInfo | EnumInfo, expected: Type | None, span: Span
) -> dict[str, Type]:
    """The type arguments that are written, or that the hoped-for type has."""
    if written:
        found = read_type_arguments(
            body.world, body.report, info.name, info.type_params, written, span, body.type_params
        )
        return dict(zip(info.type_params, found, strict=True))
    wanted = hoped(expected)
    if isinstance(wanted, StructType | EnumType) and wanted.name == info.name:
        return dict(zip(info.type_params, wanted.args, strict=True))
    return {}


def _fields(
    body: Body,
    target: Target,
    info: StructInfo | EnumInfo,
    params: tuple[Parameter, ...],
    args: Sequence[ast.Arg],
    bound: dict[str, Type],
) -> tuple[tree.Expr, ...] | None:
    return check_arguments(body, target, params, args, bound if info.type_params else None)


def _arguments(body: Body, info: StructInfo | EnumInfo, bound: dict[str, Type], span: Span) -> tuple[Type, ...]:
    """All type arguments; those that nothing has decided are open."""
    for name in info.type_params:
        if name not in bound:
            way_out = f"write the type, as in `let x: {info.name}<{', '.join(info.type_params)}> = …`"
            bound[name] = body.open_type(span, f"`{name}` of this `{info.name}`", way_out)
    return tuple(bound[name] for name in info.type_params)


def _enum_type(body: Body, enum: EnumInfo, bound: dict[str, Type], span: Span) -> EnumType:
    made = EnumType(enum.name, _arguments(body, enum, bound, span), enum.is_plain)
    body.world.instantiate(made, body.world.report, span)
    return made
