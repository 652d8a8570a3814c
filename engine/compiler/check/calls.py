"""Calls: functions, methods, constructors of structs, conversions, and sends, which look like method calls.

A send is a statement, not a value, so ``check_call`` gives either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.base.counts import counted_or_no
from engine.base.diagnostics import Fix
from engine.base.source import Span
from engine.compiler.check import tree
from engine.compiler.check.arguments import Target, check_arguments, look_at
from engine.compiler.check.body import WHAT_ALL_CAN, Body, describe, expression
from engine.compiler.check.conversions import CONVERSIONS, convert
from engine.compiler.check.enums import enum_with, struct_value, variant_call
from engine.compiler.check.features import report_feature_name
from engine.compiler.check.foreign import foreign_method, foreign_name
from engine.compiler.check.imports import qualified
from engine.compiler.check.inference import TypeVar, head, is_open, match_params, mentions, substitute, unify
from engine.compiler.check.machine import check_intrinsic
from engine.compiler.check.models import check_model_call
from engine.compiler.check.narrowing import as_declared
from engine.compiler.check.outside import check_service, is_service
from engine.compiler.check.places import field_of, may_change, method_type, no_member, none_or, root_of
from engine.compiler.check.suggestions import callable_names, meant_variant
from engine.compiler.check.type_names import read_type_arguments
from engine.compiler.check.types import (
    BOOL,
    ERROR,
    UNIT,
    ActorType,
    FnType,
    OpaqueType,
    OptionalType,
    StructType,
    TupleType,
    Type,
)
from engine.compiler.check.world import Parameter, Signature
from engine.compiler.syntax import ast


@dataclass(frozen=True, slots=True)
class Sent:
    """A send, with what has to happen before it."""

    statements: tuple[tree.Stmt, ...]
    span: Span


@expression(ast.Call)
def _call(body: Body, node: ast.Call, expected: Type | None) -> tree.Expr:
    found = check_call(body, node, expected)
    if not isinstance(found, Sent):
        return found
    written = body.written(node.span)
    body.report.error(
        "E0322",
        node.span,
        "a message gives no value: it is sent, and handled later",
        f"write `await {written}` to go on with its answer",
        Fix("write `await` before it", Span(node.span.start, node.span.start), "await "),
    )
    return body.nothing(node.span)


def check_call(body: Body, node: ast.Call, expected: Type | None) -> tree.Expr | Sent:
    """A call as a value, or a send."""
    callee = node.callee
    callee = qualified(body, callee)
    if isinstance(callee, ast.Name):
        return _named_call(body, node, callee, expected)
    if not isinstance(callee, ast.FieldAccess):
        return _call_value(body, node, body.expr(callee))
    if (enum := enum_with(body, callee)) is not None:
        return variant_call(body, node, callee, enum, expected)
    if isinstance(callee.base, ast.Name) and body.find(callee.base.text) is None:
        base, name = callee.base.text, callee.name.text
        if body.is_library and base == "raw":
            return check_intrinsic(body, node, name, expected)
        if base == "model" and body.actor is not None and body.actor.is_agent:
            return check_model_call(body, node, callee.name)
        if body.is_library:
            signature = body.world.function(f"{base}.{name}")
            if signature is not None:
                return _function_call(body, node, signature, callee.span, expected)
            if base not in body.world.constants and base not in body.world.cells:
                body.report.error("E0101", callee.span, f"there is no function `{base}.{name}`")
                return body.nothing(node.span)
        elif (module := body.world.library_module(base)) is not None:
            return _module_call(body, node, callee, module, expected)
        elif is_service(body, base):
            return check_service(body, node, base, callee.name)
        elif _is_feature(body, base, callee.base.span):
            return body.nothing(node.span)
    return _method_call(body, node, callee, expected)


def _module_call(body: Body, node: ast.Call, callee: ast.FieldAccess, module: str, expected: Type | None) -> tree.Expr:
    """``math.sin(x)``."""
    signature = body.world.library.public(f"{module}.{callee.name.text}")
    if signature is not None:
        return _function_call(body, node, signature, callee.span, expected)
    look_at(body, node.args)
    if body.world.library.module_constant(module, callee.name.text) is None:
        no_member(body, module, callee.name)
    else:
        body.report.error("E0206", callee.span, f"`{module}.{callee.name.text}` is a number, not a function")
    return body.nothing(node.span)


def _is_feature(body: Body, base: str, span: Span) -> bool:
    """Whether the name before the dot is that of something that is not there yet, which is then reported."""
    world = body.world
    if base in world.constants or base in world.actors or base in world.structs:
        return False
    return base in world.missing_types or report_feature_name(body.report, base, span)


# --- by name ----------------------------------------------------------------------------------


def _named_call(body: Body, node: ast.Call, callee: ast.Name, expected: Type | None) -> tree.Expr:
    name, world, report = callee.text, body.world, body.report
    local = body.find(name)
    if local is None:
        if (struct := world.struct(name)) is not None:
            return struct_value(body, node, struct, expected)
        if name in CONVERSIONS:
            return convert(body, node, name)
        signature = world.function(name)
        if signature is not None:
            return _function_call(body, _listed(node, signature), signature, callee.span, expected)
    if local is None and is_service(body, name):
        return check_service(body, node, name, None)
    if local is None and report_feature_name(report, name, callee.span):
        return body.nothing(node.span)
    if local is not None:
        return _call_value(body, node, body.value(callee))
    look_at(body, node.args)
    if name == "main" and world.has_main:
        report.error("E0309", callee.span, "`main` is called when the program starts, and by nobody else")
    elif name in world.actors:
        report.error("E0206", callee.span, f"`{name}` is an actor", f"write `spawn {name}(…)` for a new one")
    elif name in world.enums:
        first = next((v.name for v in world.enums[name].variants), "Variant")
        report.error("E0206", callee.span, f"`{name}` is an enum", f"name a variant, as in `{name}.{first}`")
    elif name not in world.missing_types:
        note, fix = foreign_name(name, callee.span)
        if not note:
            note, fix = meant_variant(world, name, callee.span)
        if not note:
            note, fix = report.meant(name, callee.span, callable_names(body))
        report.error("E0101", callee.span, f"there is no function `{name}`", note, fix)
    return body.nothing(node.span)


def _call_value(body: Body, node: ast.Call, callee: tree.Expr) -> tree.Expr:
    """A call of a function value. Its parameters have no names."""
    t = head(callee.type)
    if not isinstance(t, FnType):
        look_at(body, node.args)
        if isinstance(t, OptionalType) and isinstance(head(t.inner), FnType):
            note = f"`match {body.written(callee.span)} {{ none => …, f => f(…) }}`"
            body.report.error("E0216", callee.span, "this function may be none, so it cannot be called", note)
        elif isinstance(t, TypeVar):
            body.report.error("E0209", callee.span, "the type of this is not known yet here", "write its type")
        elif t is not ERROR:
            shown = body.written(callee.span)
            note = ""
            if isinstance(node.callee, ast.Name) and body.world.function(shown) is not None:
                note = "a local has this name, so the function of that name cannot be seen here"
            body.report.error("E0206", callee.span, f"`{shown}` is {describe(t)}, not a function", note)
        return body.nothing(node.span)
    if len(node.args) != len(t.params) or any(arg.name is not None for arg in node.args):
        look_at(body, node.args)
        named = next((arg for arg in node.args if arg.name is not None), None)
        if named is not None:
            body.report.error("E0205", named.span, "the parameters of a function value have no names")
        else:
            takes = counted_or_no(len(t.params), "argument")
            body.report.error("E0204", node.span, f"this {describe(t)} takes {takes}, not {len(node.args)}")
        return body.nothing(node.span)
    args = tuple(
        body.typed(arg.value, param, f"argument {i}")
        for i, (arg, param) in enumerate(zip(node.args, t.params, strict=True), 1)
    )
    return tree.CallValue(t.result, node.span, callee, args)


def _listed(node: ast.Call, signature: Signature) -> ast.Call:
    """``min(a, b)`` means ``min([a, b])``, and the same for ``max``."""
    several = len(node.args) > 1 and all(arg.name is None for arg in node.args)
    if not several or not signature.is_library or signature.name not in ("min", "max") or len(signature.params) != 1:
        return node
    span = node.args[0].span.to(node.args[-1].span)
    items = ast.ListLit(span, tuple(arg.value for arg in node.args))
    return ast.Call(node.span, node.callee, (ast.Arg(span, None, items),), node.type_args)


def _function_call(body: Body, node: ast.Call, signature: Signature, span: Span, expected: Type | None) -> tree.Expr:
    bound = _explicit(body, node, signature)
    params, first = signature.params, None
    if signature.changes_first and node.args and node.args[0].name is None:
        first = body.value(node.args[0].value)
        match_params(params[0].type, first.type, bound)
        may_change(body, first, f"changed by `{signature.name}`")
    return _finish(body, node, signature, first, bound, expected, node.args if first is None else node.args[1:])


def _explicit(body: Body, node: ast.Call, signature: Signature) -> dict[str, Type]:
    """The type arguments that were written."""
    bound: dict[str, Type] = {}
    if node.type_args:
        shown, params = signature.name.rpartition(".")[2], signature.type_params
        found = read_type_arguments(body.world, body.report, shown, params, node.type_args, node.span, body.type_params)
        bound.update(zip(params, found, strict=True))
    return bound


def _finish(
    body: Body,
    node: ast.Call,
    signature: Signature,
    first: tree.Expr | None,
    bound: dict[str, Type],
    expected: Type | None,
    args: Sequence[ast.Arg],
) -> tree.Expr:
    """The call, when the receiver is known and the other arguments are not."""
    shown = signature.name if body.is_library else signature.name.rpartition(".")[2]
    target = Target(f"`{shown}`", node.span)
    params = signature.params if first is None else signature.params[1:]
    if expected is not None and signature.type_params and len(bound) < len(signature.type_params):
        _hint_result(signature, params, expected, bound)
    values = check_arguments(body, target, params, args, bound if signature.type_params else None)
    if values is None:
        known = not signature.type_params
        return (
            tree.Const(signature.result, node.span, None)
            if known and signature.result is not UNIT
            else body.nothing(node.span)
        )
    for name in signature.type_params:
        if name not in bound:
            way_out = f"write the type, as in `{shown}<int>(…)`"
            bound[name] = body.open_type(node.span, f"`{name}` of {target.text}", way_out)
    ref = tree.FunctionRef(signature.name, tuple(bound[name] for name in signature.type_params))
    result = substitute(signature.result, bound) if bound else signature.result
    if first is not None:
        values = (first, *values)
    call = tree.Call(result, node.span, ref, values, signature.changes_first)
    if signature.type_params:
        body.generic_calls.append(call)
    return call


def _hint_result(signature: Signature, params: Sequence[Parameter], expected: Type, bound: dict[str, Type]) -> None:
    """Where no argument can tell a type parameter, or only functions whose results it is, the type that is hoped for
    does."""
    wanted = head(expected)
    if isinstance(wanted, OptionalType) and not isinstance(signature.result, OptionalType):
        wanted = head(wanted.inner)
    if isinstance(wanted, TypeVar):
        return
    hoped: dict[str, Type] = {}
    match_params(signature.result, wanted, hoped)
    told = [param.type for param in params if not isinstance(param.type, FnType)]
    for name, t in hoped.items():
        if name not in bound and not (params and is_open(t)) and not any(mentions(part, name) for part in told):
            bound[name] = t


# --- on a value -------------------------------------------------------------------------------


def _method_call(body: Body, node: ast.Call, access: ast.FieldAccess, expected: Type | None) -> tree.Expr | Sent:
    base = body.value(access.base)
    if not access.safe:
        return _method_of(body, node, access, base, expected)
    base = as_declared(base)
    t = head(base.type)
    if not isinstance(t, OptionalType):
        look_at(body, node.args)
        if t is not ERROR:
            body.report.error("E0201", node.span, f"`?.` needs a value that may be none, but this is {describe(t)}")
        return body.nothing(node.span)
    before: list[tree.Stmt] = []
    kept = _kept_receiver(body, access, base, t, before)
    there = tree.Unwrap(t.inner, base.span, kept)
    found = _method_of(body, node, access, there, expected)
    if isinstance(found, Sent):
        present = tree.Unary(BOOL, node.span, "not", tree.IsNone(BOOL, node.span, kept))
        return Sent((*before, tree.If(node.span, present, found.statements, ())), node.span)
    if found.type is UNIT:
        present = tree.Unary(BOOL, node.span, "not", tree.IsNone(BOOL, node.span, kept))
        done = tree.If(node.span, present, (tree.Evaluate(node.span, found),), ())
        return tree.BlockExpr(UNIT, node.span, (*before, done), None)
    return none_or(body, node.span, before, kept, found)


def _kept_receiver(
    body: Body, access: ast.FieldAccess, base: tree.Expr, t: OptionalType, before: list[tree.Stmt]
) -> tree.Expr:
    """What is asked for ``none`` and then called: a copy, or the place itself where the method changes it."""
    kind = method_type(head(t.inner))
    signature = body.world.method(kind, access.name.text) if kind is not None else None
    if signature is None or not signature.changes_first or root_of(base) is None:
        return body.temporary("value", base, before)
    return _with_fixed_indexes(body, base, before)


def _with_fixed_indexes(body: Body, place: tree.Expr, before: list[tree.Stmt]) -> tree.Expr:
    """A place that can be read twice, as its indexes are evaluated once."""
    match place:
        case tree.ItemRead(base=base, index=index):
            held = _with_fixed_indexes(body, base, before)
            return replace(place, base=held, index=body.temporary("index", index, before))
        case tree.FieldRead(base=base):
            return replace(place, base=_with_fixed_indexes(body, base, before))
        case tree.Unwrap(value=value):
            return replace(place, value=_with_fixed_indexes(body, value, before))
    return place


def called_where_there(found: tree.Expr) -> tree.Expr:
    """The call inside of ``value?.method()``, or what is given."""
    if isinstance(found, tree.BlockExpr) and isinstance(found.value, tree.IfElse):
        there = found.value.otherwise
        return there.value if isinstance(there, tree.Wrap) else there
    return found


def _method_of(
    body: Body, node: ast.Call, access: ast.FieldAccess, base: tree.Expr, expected: Type | None
) -> tree.Expr | Sent:
    t = head(base.type)
    name = access.name.text
    if isinstance(t, ActorType):
        return _send(body, node, access, base, t)
    if _has_field(body, t, name):
        return _call_value(body, node, field_of(body, base, access.name, access.span))
    kind = method_type(t) or _library_struct(body, t)
    signature = body.world.method(kind, name) if kind is not None else None
    if signature is None:
        look_at(body, node.args)
        if t is not ERROR:
            _no_method(body, access, base, t, kind)
        return body.nothing(node.span)
    if isinstance(t, StructType) and not body.acts(node.span, f"call `{name}` of a `{t.name}`"):
        look_at(body, node.args)
        return body.nothing(node.span)
    bound = _explicit(body, node, signature)
    receiver = signature.params[0]
    match_params(receiver.type, t, bound)
    if not unify(substitute(receiver.type, bound), t):
        body.mismatch(base, substitute(receiver.type, bound), f"what `{name}` is called on", None)
    if signature.changes_first:
        may_change(body, base, f"changed by `{name}`")
    return _finish(body, node, signature, base, bound, expected, node.args)


def _has_field(body: Body, t: Type, name: str) -> bool:
    """Whether ``t.name`` is a field of a struct or tuple, which may hold a function."""
    if isinstance(t, StructType):
        return body.world.shared.structs[t.name].index(name) is not None
    return isinstance(t, TupleType) and t.position(name) is not None


def _library_struct(body: Body, t: Type) -> str | None:
    """The name of a struct that the library has declared, and whose methods it keeps."""
    return t.name if isinstance(t, StructType) and t.name in body.world.library.world.structs else None


def acts(body: Body, call: tree.Call) -> bool:
    """Whether a call is made for what it does: methods of the library's structs act on the world."""
    return call.function.name.partition(".")[0] in body.world.library.world.structs


def _no_method(body: Body, access: ast.FieldAccess, base: tree.Expr, t: Type, kind: str | None) -> None:
    name, span, report = access.name.text, access.name.span, body.report
    if isinstance(t, OptionalType):
        note = body.around_none(base.span, member=True)
        report.error("E0216", span, f"this may be none, so `{name}` cannot be called on it", note)
    elif isinstance(t, TypeVar):
        report.error(
            "E0209", base.span, "the type of this is not known yet here", "write its type where it is declared"
        )
    elif kind is None:
        note = WHAT_ALL_CAN if isinstance(t, OpaqueType) else "write a function that takes it as a parameter"
        report.error("E0105", span, f"{describe(t)} has no methods", note)
    else:
        methods = body.world.library.public_methods(kind)
        note, fix = foreign_method(kind, name, span, methods, called=True)
        if not note:
            note, fix = report.meant(name, span, methods)
        report.error("E0105", span, f"{describe(t)} has no method `{name}`", note, fix)


# --- sends ------------------------------------------------------------------------------------


def _send(body: Body, node: ast.Call, access: ast.FieldAccess, receiver: tree.Expr, t: ActorType) -> tree.Expr | Sent:
    name, span = access.name.text, access.name.span
    asks = node is body.awaited
    allowed = asks or isinstance(receiver, tree.DefaultActor) or body.acts(node.span, "send a message")
    if t.name == "any":
        look_at(body, node.args)
        body.report.error(
            "E0305",
            node.span,
            "which kind of actor `sender` is, is not known, so no message can be sent to it",
            "give the message a parameter with the actor's type, and pass `self`",
        )
        return body.nothing(node.span)
    if node.type_args:
        body.report.error("E0225", node.span, "a message takes no type arguments")
    actor = body.world.shared.actors[t.name]
    handler = actor.handlers.get(name)
    if handler is None:
        look_at(body, node.args)
        if actor.decl is not None and actor.decl.is_broken:  # the handler may be what could not be read
            return body.nothing(node.span)
        note, fix = body.report.meant(name, span, actor.handlers)
        if not note:
            known = ", ".join(f"`{h}`" for h in actor.handlers)
            note = f"it has {known}" if known else f"it has no handlers: add `on {name}(…)` to it"
        body.report.error("E0106", span, f"`{t.name}` has no handler `{name}`", note, fix)
        return body.nothing(node.span)
    args = check_arguments(body, Target(f"`{t.name}.{name}`", node.span), handler.params, node.args)
    if args is None or not allowed:
        return body.nothing(node.span)
    ref = tree.HandlerRef(t.name, name)
    if asks:
        body.world.shared.asked[ref] = None
        return tree.Await(handler.handler.result, node.span, receiver, ref, args)
    return Sent((tree.Send(node.span, receiver, ref, args),), node.span)
