"""Names, fields, items and slices, and which of them may be changed.

A *place* is storage: a local, a field of the running actor's state, a cell, or a field or item inside a place. It may
be changed if what it begins with may: a ``var``, a ``state`` field, ``var self``.
"""

from __future__ import annotations

from dataclasses import replace

from engine.base.diagnostics import Fix
from engine.base.source import Span
from engine.compiler.check import tree
from engine.compiler.check.body import CLOSED, FUNCTION, TOP, WHAT_ALL_CAN, Body, describe, expression
from engine.compiler.check.closures import captured, expected_function, is_function, named_function
from engine.compiler.check.constants import PARTS_MAX
from engine.compiler.check.enums import enum_with, variant_value
from engine.compiler.check.features import report_feature_name
from engine.compiler.check.foreign import foreign_method, foreign_name
from engine.compiler.check.imports import qualified
from engine.compiler.check.inference import TypeVar, head, unify
from engine.compiler.check.library_calls import library_call
from engine.compiler.check.narrowing import as_declared
from engine.compiler.check.scopes import Binding, Variable
from engine.compiler.check.suggestions import meant_variant, peeking_around, value_names
from engine.compiler.check.type_names import SCALARS
from engine.compiler.check.types import (
    BOOL,
    BYTES,
    ERROR,
    INT,
    JSON,
    STRING,
    ActorType,
    DictType,
    EnumType,
    ListType,
    OpaqueType,
    OptionalType,
    SetType,
    StructType,
    TupleType,
    Type,
)
from engine.compiler.syntax import ast

# --- names ------------------------------------------------------------------------------------


@expression(ast.Name)
def _name(body: Body, node: ast.Name, expected: Type | None) -> tree.Expr:
    name, span = node.text, node.span
    found = body.find(name)
    if found is not None:
        return _narrowed(body, node, found)
    world = body.world
    if name in world.constants:
        return replace(world.constants[name], span=span)
    if name in world.cells:
        return tree.CellRead(world.cells[name].type, span, world.cells[name])
    if name in ("self", "sender"):
        return _self_or_sender(body, name, span)
    if name in world.actors and name != "main":
        return _default_actor(body, name, span)
    if is_function(body, name, expected):
        return named_function(body, node, world.function(name), expected)
    _unknown_name(body, name, span)
    return body.nothing(span)


def _narrowed(body: Body, node: ast.Name, found: Binding) -> tree.Expr:
    """The value of a variable, as one that is there where that is known."""
    if not body.owns(found):
        read = captured(body, node, found)
    elif isinstance(found, Variable):
        read = tree.LocalRead(found.local.type, node.span, found.local)
    else:
        read = tree.StateRead(found.field.type, node.span, found.field)
    t = head(read.type)
    mutable = found.local.mutable if isinstance(found, Variable) else found.mutable
    if isinstance(t, OptionalType) and not mutable and body.scope.is_there(node.text):
        return tree.Unwrap(t.inner, read.span, read)
    return read


def _self_or_sender(body: Body, name: str, span: Span) -> tree.Expr:
    if body.actor is None or not body.may_act:
        note = "pass the reference as a parameter"
        if body.outer is not None:
            note = f"keep it first, and the function captures it: `let it = {name}`"
        body.report.error("E0302", span, f"`{name}` exists in actors only, not in functions", note)
        return body.nothing(span)
    if name == "self":
        return tree.SelfRef(ActorType(body.actor.name), span)
    return tree.SenderRef(ActorType("any"), span)


def _is_asked(body: Body, span: Span) -> bool:
    """Whether an actor's name stands for the receiver of a message that is awaited, which functions can do too."""
    callee = body.awaited.callee if body.awaited is not None else None
    return isinstance(callee, ast.FieldAccess) and callee.base.span == span


def _default_actor(body: Body, name: str, span: Span) -> tree.Expr:
    if not _is_asked(body, span) and not body.acts(span, f"use the actor `{name}`"):
        return body.nothing(span)
    actor = body.world.actors[name]
    made = ActorType(actor.name)
    missing = [p.name for p in actor.params if p.default is None]
    if missing:
        needed = ", ".join(f"`{m}`" for m in missing)
        body.report.error(
            "E0306",
            span,
            f"`{name}` has no default instance, because it needs {needed}",
            f"spawn one: `let it = spawn {name}(…)`",
        )
        return tree.Const(made, span, None)
    actor.default_use = actor.default_use or span
    return tree.DefaultActor(made, span, actor.name)


def _unknown_name(body: Body, name: str, span: Span) -> None:
    world, report = body.world, body.report
    if name in world.too_large:
        message = f"the value of `{name}` has more than {PARTS_MAX:,} parts, too many to be used everywhere"
        report.error("E0231", span, message, "pass it as a parameter")
    elif name in world.top_names:
        if body.kind == TOP and not body.peeks:
            report.error("E0101", span, f"`{name}` is declared further down", "move its declaration up")
            return
        here = f"the function `{body.name}`" if body.kind == FUNCTION else "an actor"
        if body.peeks:
            here = "an invariant" if body.kind == CLOSED else "a test"
        elif body.actor is None and body.kind != FUNCTION:
            here = "a fixed value"
        report.error(
            "E0308",
            span,
            f"`{name}` belongs to the top level, and {here} cannot see it",
            "pass it as a parameter; only a top-level `let` with a fixed value can be used everywhere",
        )
    elif name in world.structs:
        report.error("E0206", span, f"`{name}` is a struct: give its fields, as in `{name}(…)`")
    elif name in world.enums:
        first = next((v.name for v in world.enums[name].variants), "Variant")
        report.error("E0206", span, f"`{name}` is an enum: name a variant, as in `{name}.{first}`")
    elif name in SCALARS or name in ("list", "dict", "set"):
        report.error("E0101", span, f"`{name}` is a type, not a value")
    elif name in world.missing_types:
        return
    elif world.library_module(name) is not None:
        report.error("E0101", span, f"`{name}` is a module: write what you want of it, as in `{name}.…`")
    elif not report_feature_name(report, name, span):
        note, fix = foreign_name(name, span)
        if not note:
            note, fix = meant_variant(world, name, span)
        if not note:
            note, fix = report.meant(name, span, value_names(body, span))
        report.error("E0101", span, f"there is no `{name}` here", note, fix)


# --- fields -----------------------------------------------------------------------------------


@expression(ast.FieldAccess)
def _field(body: Body, node: ast.FieldAccess, expected: Type | None) -> tree.Expr:
    named = qualified(body, node)
    if not isinstance(named, ast.FieldAccess):
        return body.expr(named, expected)
    node = named
    if isinstance(node.base, ast.Name) and node.base.text in body.world.missing_types:
        return body.nothing(node.span)
    if (enum := enum_with(body, node)) is not None:
        variant = enum.variant(node.name.text)
        if variant is not None and variant.fields and expected_function(expected) is not None:
            return named_function(body, node, None, expected)
        return variant_value(body, node, enum, expected)
    if isinstance(node.base, ast.Name) and body.find(node.base.text) is None:
        module = body.world.library_module(node.base.text)
        if module is not None:
            return _module_member(body, node, module, expected)
    base = body.value(node.base)
    if not node.safe:
        return field_of(body, base, node.name, node.span)
    base = as_declared(base)
    t = head(base.type)
    if not isinstance(t, OptionalType):
        if t is not ERROR:
            body.report.error("E0201", node.span, f"`?.` needs a value that may be none, but this is {describe(t)}")
        return body.nothing(node.span)
    before: list[tree.Stmt] = []
    kept = body.temporary("value", base, before)
    found = field_of(body, tree.Unwrap(t.inner, base.span, kept), node.name, node.span)
    return none_or(body, node.span, before, kept, found)


def _module_member(body: Body, node: ast.FieldAccess, module: str, expected: Type | None) -> tree.Expr:
    """``math.pi``."""
    library, name = body.world.library, node.name.text
    constant = library.module_constant(module, name)
    if constant is not None:
        return replace(constant, span=node.span)
    signature = library.public(f"{module}.{name}")
    if signature is not None:
        return named_function(body, node, signature, expected)
    no_member(body, module, node.name)
    return body.nothing(node.span)


def no_member(body: Body, module: str, name: ast.Ident) -> None:
    """Says that a module of the library has no such function or constant."""
    note, fix = body.report.meant(name.text, name.span, body.world.library.module_members(module))
    body.report.error("E0101", name.span, f"the module `{module}` has no `{name.text}`", note, fix)


def none_or(body: Body, span: Span, before: list[tree.Stmt], kept: tree.Expr, found: tree.Expr) -> tree.Expr:
    """``none`` where ``kept`` is none, else ``found`` as an optional."""
    if found.type is ERROR:
        return found
    result = body.optional_of(found.type)
    there = found if isinstance(head(found.type), OptionalType) else tree.Wrap(result, span, found)
    choice = tree.IfElse(result, span, tree.IsNone(BOOL, span, kept), tree.Const(result, span, None), there)
    return tree.BlockExpr(result, span, tuple(before), choice)


def field_of(body: Body, base: tree.Expr, name: ast.Ident, span: Span) -> tree.Expr:
    """``base.name`` on a struct or tuple."""
    t = head(base.type)
    if t is ERROR:
        return body.nothing(span)
    if isinstance(t, ActorType) and body.peeks and t.name != "any":
        return _peek(body, base, t, name, span)
    if isinstance(t, StructType):
        struct = body.world.shared.structs[t.name]
        index = struct.index(name.text)
        if index is not None:
            return tree.FieldRead(struct.fields_with(t.args)[index].type, span, base, index, name.text)
        note, fix = body.report.meant(name.text, name.span, [f.name for f in struct.fields])
        body.report.error("E0104", name.span, f"`{t.name}` has no field `{name.text}`", note, fix)
    elif isinstance(t, TupleType) and name.text.isdecimal():
        index = t.position(name.text)
        if index is not None:
            return tree.FieldRead(t.items[index], span, base, index, name.text)
        body.report.error("E0104", name.span, f"{describe(t)} has {len(t.items)} items, from 0 to {len(t.items) - 1}")
    else:
        _no_field(body, base, t, name)
    return body.nothing(span)


def _peek(body: Body, base: tree.Expr, t: ActorType, name: ast.Ident, span: Span) -> tree.Expr:
    """A field of an actor's state, in a test or an invariant."""
    actor = body.world.shared.actors[t.name]
    found = next((binding.field for binding in actor.fields if binding.field.name == name.text), None)
    if found is None:
        note, fix = body.report.meant(name.text, name.span, [binding.field.name for binding in actor.fields])
        body.report.error("E0104", name.span, f"`{t.name}` has no state `{name.text}`", note, fix)
        return body.nothing(span)
    return tree.PeekField(found.type, span, base, t.name, found)


def _no_field(body: Body, base: tree.Expr, t: Type, name: ast.Ident) -> None:
    report, text = body.report, name.text
    if isinstance(t, OptionalType):
        note = body.around_none(base.span, member=True)
        report.error("E0216", name.span, f"this may be none, so `.{text}` cannot be read", note)
    elif isinstance(base, tree.SelfRef):
        report.error("E0304", name.span, f"`self` is a reference: write just `{text}` for the state field")
    elif isinstance(t, ActorType):
        note = "send it a message; tests, invariants and `render distributed state` read its fields"
        if (what := peeking_around(body)) is not None:
            example = f"`[a.{text} for a in {t.name}]`"
            note = f"a function cannot, only the lines of the {what} itself, as in {example}"
        report.error("E0304", name.span, f"the state of another actor cannot be read here (`{text}`)", note)
    elif isinstance(t, TypeVar):
        report.error(
            "E0209", base.span, "the type of this is not known yet here", "write its type where it is declared"
        )
    elif isinstance(t, EnumType):
        note = "`match` tells which variant it is, and takes out what that carries"
        report.error("E0104", name.span, f"{describe(t)} has no field `{text}`", note)
    elif (kind := method_type(t)) is not None and body.world.method(kind, text) is not None:
        report.error("E0104", name.span, f"`{text}` is a method: write `{text}()`")
    else:
        note, fix = WHAT_ALL_CAN if isinstance(t, OpaqueType) else "", None
        if kind is not None:
            methods = body.world.library.public_methods(kind)
            note, fix = foreign_method(kind, text, name.span, methods, called=False)
        report.error("E0104", name.span, f"{describe(t)} has no field `{text}`", note, fix)


def method_type(t: Type) -> str | None:
    """The name under which the library keeps the methods of a built-in type."""
    if isinstance(t, ListType):
        return "list"
    if isinstance(t, DictType):
        return "dict"
    if isinstance(t, SetType):
        return "set"
    return str(t) if t in SCALARS.values() or t == JSON or str(t) == "i32" else None


# --- items ------------------------------------------------------------------------------------


@expression(ast.IndexAccess)
def _item(body: Body, node: ast.IndexAccess, expected: Type | None) -> tree.Expr:
    base = body.value(node.base)
    t = head(base.type)
    if isinstance(t, ListType):
        return tree.ItemRead(t.item, node.span, base, body.typed(node.index, INT, "an index"))
    if isinstance(t, DictType):
        return tree.ItemRead(t.value, node.span, base, body.typed(node.index, t.key, "the key"))
    if t == JSON:
        return _json_item(body, node, base)
    if t is STRING or t is BYTES:
        result = STRING if t is STRING else INT
        return tree.ItemRead(result, node.span, base, body.typed(node.index, INT, "an index"))
    body.value(node.index)
    if t is not ERROR:
        if isinstance(t, OptionalType):
            body.report.error("E0216", base.span, "this may be none, so it has no items", body.around_none(base.span))
        elif isinstance(t, TypeVar):
            body.report.error("E0209", base.span, "the type of this is not known yet here", "write its type")
        else:
            note = "write `t.0`, `t.1` for the items of a tuple" if isinstance(t, TupleType) else ""
            if isinstance(t, SetType):
                note = "a set has no positions; use `in` or a `for` loop"
            body.report.error("E0217", base.span, f"{describe(t)} has no items to take with `[…]`", note)
    return body.nothing(node.span)


def _json_item(body: Body, node: ast.IndexAccess, base: tree.Expr) -> tree.Expr:
    """``j["name"]`` or ``j[0]``."""
    index = body.value(node.index)
    by_name = head(index.type) is STRING
    if not by_name and not unify(index.type, INT):
        body.mismatch(index, INT, "the position of an item, or a string for its name,", None)
        return body.nothing(node.span)
    call = library_call(body, f"json_item.{'at_key' if by_name else 'at_index'}", node.span, (base, index))
    assert call is not None
    return call


@expression(ast.SliceAccess)
def _slice(body: Body, node: ast.SliceAccess, expected: Type | None) -> tree.Expr:
    base = body.value(node.base)
    t = head(base.type)
    before: list[tree.Stmt] = []
    kind = method_type(t)
    if kind not in ("list", "string", "bytes"):
        for end in (node.start, node.end):
            if end is not None:
                body.value(end)
        if t is not ERROR:
            body.report.error("E0217", base.span, f"{describe(t)} cannot be cut into slices")
        return body.nothing(node.span)
    if node.end is None and not isinstance(base, tree.LocalRead | tree.StateRead | tree.Const):
        base = body.temporary("values", base, before)
    start: tree.Expr = tree.Const(INT, node.span, 0)
    if node.start is not None:
        start = body.typed(node.start, INT, "the start of a slice")
    if node.end is not None:
        end_value = body.typed(node.end, INT, "the end of a slice")
    else:
        length = library_call(body, f"{kind}.len", node.span, (base,))
        assert length is not None
        end_value = length if length.type is INT else tree.Convert(INT, node.span, length)
    cut = library_call(body, f"{kind}.slice", node.span, (base, start, end_value))
    assert cut is not None
    return tree.BlockExpr(cut.type, node.span, tuple(before), cut) if before else cut


# --- changing ---------------------------------------------------------------------------------


def root_of(place: tree.Expr) -> tree.Expr | None:
    """The local, state field or cell that a place begins with, or None where the value is in no place."""
    while isinstance(place, tree.FieldRead | tree.ItemRead | tree.Unwrap):
        place = place.base if not isinstance(place, tree.Unwrap) else place.value
    return place if isinstance(place, tree.LocalRead | tree.StateRead | tree.CellRead) else None


def may_change(body: Body, place: tree.Expr, what: str) -> bool:
    """Whether what is stored there may be changed; ``what`` ("assigned", "changed by `push`") is for the report."""
    if place.type is ERROR:
        return False
    inner: tree.Expr = place
    while isinstance(inner, tree.FieldRead | tree.ItemRead):
        container = head(inner.base.type)
        if container is STRING or container is BYTES or isinstance(container, TupleType):
            body.report.error(
                "E0207", place.span, f"{describe(container)} never changes, so no part of it can be {what}"
            )
            return False
        inner = inner.base
    root = root_of(place)
    if isinstance(root, tree.CellRead):
        return True
    if isinstance(root, tree.StateRead):
        assert body.actor is not None
        field = body.actor.fields[root.field.index]
        if not field.mutable:
            kind = "actor's parameter" if field.kind == "parameter" else field.kind
            _fixed(body, place, root.field.name, kind, field.statement, what)
        return field.mutable
    if isinstance(root, tree.LocalRead) and root.local.mutable:
        return True
    if isinstance(root, tree.LocalRead) and (variable := body.variables.get(root.local)) is not None:
        _fixed(body, place, root.local.name, variable.kind, variable.statement, what)
        return False
    message = f"this value is kept nowhere, so it cannot be {what}"
    body.report.error("E0208", place.span, message, "keep it in a `var` first")
    return False


def _fixed(body: Body, place: tree.Expr, name: str, kind: str, statement: Span | None, what: str) -> None:
    fix = None
    if kind == "let":
        message, note = f"`{name}` is a `let` and cannot be {what}", "declare it with `var`"
        if statement is not None:
            fix = Fix("write `var`", Span(statement.start, statement.start + 3), "var")
    elif kind == "parameter":
        message, note = f"the parameter `{name}` cannot be {what}", f"parameters are fixed; copy it: `var own = {name}`"
    elif kind == "captured":
        message = f"`{name}` is not this function's own, so it cannot be {what} here: the function has a copy"
        note = f"give the new value back as the result, or change a copy: `var own = {name}`"
    elif kind == "actor's parameter":
        message, note = f"the parameter `{name}` cannot be {what}", f"keep it in a state: `state own = {name}`"
    else:
        message, note = f"the {kind} `{name}` cannot be {what}", "copy it into a `var`"
    body.report.error("E0207", place.span, message, note, fix)
