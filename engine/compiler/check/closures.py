"""Function values: written out (``fn(x) => x + 1``), or a function of the program or the library by its name.

A function value sees the variables around it as copies: what it mentions is captured when it is made. Its body is
checked in a ``Body`` of its own whose ``outer`` is the body that it is written in, and shares that one's open types:
what a parameter or the result is may be decided by what is expected of it, or by a later line.

A name stands for a function that calls it: ``xs.map(double)`` means ``xs.map(fn(x) => double(x))``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.base.counts import counted_or_no
from engine.base.source import Span
from engine.compiler.check import tree
from engine.compiler.check.body import FUNCTION, Body, Capture, describe, expression
from engine.compiler.check.branches import check_statements
from engine.compiler.check.conversions import CONVERSIONS
from engine.compiler.check.inference import head, is_open
from engine.compiler.check.scopes import Binding, Variable
from engine.compiler.check.type_names import read_type
from engine.compiler.check.types import ERROR, UNIT, FnType, OptionalType, Type
from engine.compiler.check.world import Signature
from engine.compiler.syntax import ast

NAME = "fn"
"""What stands for the name that a function value has not."""

Params = Sequence[tuple[str, Type, Span]]


def expected_function(expected: Type | None) -> FnType | None:
    """The type of function that is hoped for, if it is one."""
    if expected is None:
        return None
    wanted = head(expected)
    if isinstance(wanted, OptionalType):
        wanted = head(wanted.inner)
    return wanted if isinstance(wanted, FnType) else None


# --- written out ------------------------------------------------------------------------------


@expression(ast.LambdaExpr)
def _lambda(body: Body, node: ast.LambdaExpr, expected: Type | None) -> tree.Expr:
    wanted = expected_function(expected)
    if wanted is not None and len(wanted.params) != len(node.params):
        params_here = counted_or_no(len(node.params), "parameter")
        counts = f"{params_here}, but {describe(wanted)} has {len(wanted.params) or 'none'}"
        if any(param.type is None for param in node.params):
            body.report.error("E0204", node.span, f"this function has {counts}")
            return body.nothing(node.span)
        wanted = None
    params = [_parameter(body, param, wanted, i) for i, param in enumerate(node.params)]
    result = wanted.result if wanted is not None else None
    if node.result is not None:
        result = read_type(body.world, body.report, node.result, body.type_params)

    def fill(inner: Body, statements: list[tree.Stmt]) -> Type:
        if not isinstance(node.body, ast.Block):
            return _give(inner, node.body, result, statements)
        inner.result = UNIT if result is None or head(result) is UNIT else result
        ends = check_statements(inner, node.body.statements, statements)
        if inner.result is not UNIT and not ends:
            message = f"this function gives {describe(inner.result)}, but not on every path"
            body.report.error("E0210", node.span, message, "end every path with `return …` or `render …`")
        return inner.result

    return _closure(body, node.span, NAME, params, fill)


def _parameter(body: Body, param: ast.Param, wanted: FnType | None, index: int) -> tuple[str, Type, Span]:
    name, span = param.name.text, param.name.span
    if param.default is not None:
        body.report.error("E0205", param.default.span, "a function value has no default values: it is called with all")
    if param.type is not None:
        return name, read_type(body.world, body.report, param.type, body.type_params), span
    if wanted is not None:
        return name, wanted.params[index], span
    note = f"nothing here says what it is: write `fn({name}: int)`, or what it is"
    body.report.error("E0219", param.span, f"the parameter `{name}` of this function needs a type", note)
    return name, ERROR, span


def _give(inner: Body, node: ast.Expr, result: Type | None, statements: list[tree.Stmt]) -> Type:
    """What stands after ``=>``: the result, or where none is asked for, a call for its effect."""
    if result is None or head(result) is UNIT:
        value = inner.expr(node)
        if result is None:
            result = value.type
        elif value.type is not ERROR and value.type is not UNIT:
            note = f"what takes it expects a function without a result, and this one gives {describe(value.type)}"
            inner.report.error("E0211", node.span, "the value of this function would be lost", note)
    else:
        value = inner.typed(node, result, "the result of this function")
    if head(result) is UNIT:
        statements.append(tree.Evaluate(node.span, value))
    else:
        statements.append(tree.Return(node.span, value))
    return result


def _closure(
    body: Body, span: Span, name: str, params: Params, fill: Callable[[Body, list[tree.Stmt]], Type]
) -> tree.Expr:
    """The function value whose statements ``fill`` appends, giving its result type."""
    inner = Body(body.world, FUNCTION, scope=body.scope, name=name, report=body.report, source=body.source)
    inner.outer = body
    inner.type_params = body.type_params
    inner.open_types, inner.generic_calls, inner.keys = body.open_types, body.generic_calls, body.keys
    inner.compared_with_none = body.compared_with_none
    own = tuple(tree.Local(param, t, False, True) for param, t, _ in params)
    for local, (param, _, place) in zip(own, params, strict=True):
        inner.fresh_name(param, place)
        inner.scope.names[param] = inner.variables[local] = Variable(local, place, "parameter")
    statements: list[tree.Stmt] = []
    result = fill(inner, statements)
    captured_locals = tuple(capture.local for capture in inner.captures)
    function = tree.ClosureBody(name, own, captured_locals, result, tuple(statements), span)
    values = tuple(capture.value for capture in inner.captures)
    return tree.Closure(FnType(tuple(t for _, t, _ in params), result), span, function, values)


# --- what is captured -------------------------------------------------------------------------


def captured(body: Body, node: ast.Name, found: Binding) -> tree.Expr:
    """The copy of a variable further out that this function value has."""
    for capture in body.captures:
        if capture.binding is found:
            return tree.LocalRead(capture.local.type, node.span, capture.local)
    assert body.outer is not None
    value = body.outer.expr(node)
    local = tree.Local(node.text, value.type)
    body.captures.append(Capture(found, local, value))
    body.variables[local] = Variable(local, node.span, "captured")
    return tree.LocalRead(local.type, node.span, local)


# --- by name ----------------------------------------------------------------------------------


def is_function(body: Body, name: str, expected: Type | None) -> bool:
    """Whether a name that is no variable stands for a function. Conversions and structs do where one is expected."""
    if body.world.function(name) is not None:
        return True
    return (name in CONVERSIONS or body.world.struct(name) is not None) and expected_function(expected) is not None


def named_function(
    body: Body, node: ast.Name | ast.FieldAccess, signature: Signature | None, expected: Type | None
) -> tree.Expr:
    """A function by its name (``double``, ``math.sin``) as a value; what makes a value of a
    struct or variant and conversions have no ``signature``."""
    wanted = expected_function(expected)
    shown = body.written(node.span)
    types: Sequence[Type]
    if signature is not None and not signature.type_params:
        needed = sum(1 for param in signature.params if param.default is None)
        count = len(signature.params)
        if wanted is not None and needed <= len(wanted.params) <= count:
            count = len(wanted.params)
        types = [param.type for param in signature.params[:count]]
    elif wanted is not None:
        types = wanted.params
    else:
        note = f"write out what it takes, as in `fn(x: int) => {shown}(x)`"
        body.report.error("E0209", node.span, f"nothing says for which types `{shown}` is meant here", note)
        return body.nothing(node.span)
    names = [f"argument {i + 1}" for i in range(len(types))]
    result = wanted.result if wanted is not None and not is_open(wanted.result) else None
    if wanted is not None and len(wanted.params) != len(types):
        result = None

    def fill(inner: Body, statements: list[tree.Stmt]) -> Type:
        args = tuple(ast.Arg(node.span, None, ast.Name(node.span, name)) for name in names)
        if result is not None and head(result) is not UNIT:
            return _give(inner, ast.Call(node.span, node, args), result, statements)
        return _give(inner, ast.Call(node.span, node, args), None, statements)

    params = [(name, t, node.span) for name, t in zip(names, types, strict=True)]
    return _closure(body, node.span, shown, params, fill)
