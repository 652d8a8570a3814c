"""Arguments: which one belongs to which parameter, their types, and what stands in for those left out.

Arguments are evaluated in the order in which they are written, but typed nodes list them in the order of the
parameters; where the two differ, the values go through temporaries.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.base.counts import counted_or_no
from engine.base.source import Span
from engine.compiler.check import tree
from engine.compiler.check.body import CLOSED, Body
from engine.compiler.check.inference import (
    TypeParam,
    TypeVar,
    match_params,
    mentions,
    mentions_param,
    parts,
    substitute,
)
from engine.compiler.check.scopes import Scope
from engine.compiler.check.types import ERROR, FnType, Type
from engine.compiler.check.world import Parameter, World
from engine.compiler.syntax import ast

DEFAULTS_MAX = 500
"""How many default values may be inside one."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is called, for messages: ``text`` as in "`greet`", ``item`` is "argument" or "field"."""

    text: str
    span: Span
    item: str = "argument"


def check_arguments(
    body: Body,
    target: Target,
    params: Sequence[Parameter],
    args: Sequence[ast.Arg],
    bound: dict[str, Type] | None = None,
) -> tuple[tree.Expr, ...] | None:
    """The values for all parameters, in their order; None, reported, where arguments are missing or too many.

    ``bound`` collects what the type parameters of a generic function turn out to be.
    """
    placed = _place(body, target, params, args)
    if placed is None:
        look_at(body, args)
        return None
    values: list[tree.Expr | None] = [None] * len(params)
    given = frozenset(bound or ())
    for index, arg in sorted(placed.items(), key=lambda entry: _asks(body, entry[1].value)):
        param = params[index]
        what = f"the {target.item} `{param.name}`" if target.item == "field" else f"`{param.name}`"
        if bound and isinstance(arg.value, ast.NoneLit) and isinstance(param.type, TypeParam):
            _make_optional(body, param.type.name, given, bound, zip(params, values, strict=True))
        values[index] = _argument(body, param.type, arg.value, what, bound)
    for index, param in enumerate(params):
        value = values[index]
        if value is not None and bound and isinstance(param.type, TypeParam):  # `none` may have made it an optional
            values[index] = body.fit(value, bound[param.type.name], f"`{param.name}`", placed[index].value)
    for index, param in enumerate(params):
        if values[index] is None:
            assert param.default is not None
            if bound is not None:
                open_params(body, param.type, target.span, bound)
            expected = param.type if bound is None else substitute(param.type, bound)
            values[index] = closed_value(body, param.default, expected, param.world)
    return _in_written_order(body, [v for v in values if v is not None], list(placed))


def look_at(body: Body, args: Sequence[ast.Arg]) -> None:
    """Looks at arguments for their own mistakes, where the call itself makes no sense. What a function takes, the call
    would have said, so nothing is missed there."""
    for arg in args:
        value = arg.value
        if isinstance(value, ast.LambdaExpr):
            body.expr(value, FnType((ERROR,) * len(value.params), ERROR))
        elif not (isinstance(value, ast.Name) and body.find(value.text) is None and body.world.function(value.text)):
            body.expr(value)


def _make_optional(
    body: Body,
    name: str,
    given: frozenset[str],
    bound: dict[str, Type],
    so_far: Iterable[tuple[Parameter, tree.Expr | None]],
) -> None:
    """``none`` beside a value of the type ``T`` makes ``T?`` of it, where arguments of this call alone have told it."""
    told = [param.type for param, value in so_far if value is not None]
    if name in bound and name not in given and all(isinstance(t, TypeParam) or not mentions(t, name) for t in told):
        bound[name] = body.optional_of(bound[name])


def _asks(body: Body, node: ast.Expr) -> bool:
    """Whether an argument is looked at last: a function that is written out, or is none of a variable's, takes the
    types of its parameters from the other arguments."""
    return isinstance(node, ast.LambdaExpr) or (isinstance(node, ast.Name) and body.find(node.text) is None)


def _place(
    body: Body, target: Target, params: Sequence[Parameter], args: Sequence[ast.Arg]
) -> dict[int, ast.Arg] | None:
    """Position of the parameter -> argument, in the order of writing."""
    placed: dict[int, ast.Arg] = {}
    fine = True
    report = body.report
    positional = sum(1 for arg in args if arg.name is None)
    if positional > len(params):
        takes = counted_or_no(len(params), target.item)
        report.error("E0204", target.span, f"{target.text} takes {takes}, not {len(args)}")
        return None
    for position, arg in enumerate(args):
        if arg.name is None:
            index = position
            if any(a.name is not None for a in args[:position]):
                report.error("E0205", arg.span, f"{_article(target.item)} without a name comes before those with one")
                fine = False
                continue
        else:
            name = arg.name.text
            found = next((i for i, p in enumerate(params) if p.name == name), None)
            if found is None:
                note, fix = report.meant(name, arg.name.span, [p.name for p in params])
                report.error("E0205", arg.name.span, f"{target.text} has no {target.item} `{name}`", note, fix)
                fine = False
                continue
            index = found
        if index in placed:
            report.error("E0205", arg.span, f"the {target.item} `{params[index].name}` is given twice")
            fine = False
        placed[index] = arg
    missing = [p.name for i, p in enumerate(params) if i not in placed and p.default is None]
    if missing and fine:
        names = ", ".join(f"`{name}`" for name in missing)
        plural = "s" if len(missing) > 1 else ""
        report.error("E0204", target.span, f"{target.text} needs the {target.item}{plural} {names}")
    return placed if fine and not missing else None


def _article(item: str) -> str:
    return f"an {item}" if item[0] in "aeiou" else f"a {item}"


def _argument(body: Body, param_type: Type, node: ast.Expr, what: str, bound: dict[str, Type] | None) -> tree.Expr:
    if not bound and (bound is None or not mentions_param(param_type)):
        return body.typed(node, param_type, what)
    assert bound is not None
    expected = substitute(param_type, bound)
    if not mentions_param(expected):
        return body.typed(node, expected, what)
    if isinstance(expected, FnType):  # a function that is written out learns from it what its parameters are
        opened: dict[str, Type] = {}
        expected = _opened(body, expected, node.span, opened)
        bound.update(opened)
        function = body.typed(node, expected, what)
        if function.type is ERROR:
            for t in opened.values():
                if isinstance(t, TypeVar) and not t.link:
                    t.link.append(ERROR)
        return function
    value = body.value(node)
    match_params(expected, value.type, bound)
    expected = substitute(param_type, bound)
    if mentions_param(expected):
        names: dict[str, Type] = {}
        expected = _opened(body, expected, node.span, names)
        bound.update(names)
    return body.fit(value, expected, what, node)


def _opened(body: Body, t: Type, span: Span, names: dict[str, Type]) -> Type:
    """The type with parameters that nothing decides yet as open types."""
    open_params(body, t, span, names)
    return substitute(t, names)


def open_params(body: Body, t: Type, span: Span, bound: dict[str, Type]) -> None:
    """Binds the parameters that ``t`` mentions and ``bound`` has not to open types."""
    if isinstance(t, TypeParam):
        if t.name not in bound:
            bound[t.name] = body.open_type(span, "the type of this value")
        return
    for part in parts(t):
        open_params(body, part, span, bound)


def closed_value(body: Body, node: ast.Expr, expected: Type, world: World | None = None) -> tree.Expr:
    """A default value: it is evaluated at each call that leaves it out, and sees no variables of the caller."""
    shared = body.world.shared
    if shared.expanded >= DEFAULTS_MAX:
        message = f"this default value needs more than {DEFAULTS_MAX} others, or itself"
        body.report.error("E0231", node.span, message, "leave out the default value of one of them")
        return body.nothing(node.span)
    is_outermost = not shared.expanded
    shared.expanded += 1
    try:
        return _closed(body, node, expected, world)
    finally:
        if is_outermost:
            shared.expanded = 0


def _closed(body: Body, node: ast.Expr, expected: Type, world: World | None) -> tree.Expr:
    if world is not None and world is not body.world:
        other = Body(world, CLOSED, report=body.report)
        other.open_types = body.open_types
        return other.typed(node, expected)
    scope, kind, actor = body.scope, body.kind, body.actor
    body.scope, body.kind, body.actor = Scope(), CLOSED, None
    try:
        return body.typed(node, expected, "the default value")
    finally:
        body.scope, body.kind, body.actor = scope, kind, actor


def _in_written_order(body: Body, values: list[tree.Expr], written: list[int]) -> tuple[tree.Expr, ...]:
    """The values in the order of the parameters, evaluated in the order of writing."""
    moving = [index for index in written if not isinstance(values[index], tree.Const)]
    if moving == sorted(moving):
        return tuple(values)
    lets: list[tree.Stmt] = []
    for index in moving:
        if values[index].type is not ERROR:
            values[index] = body.temporary("argument", values[index], lets)
    first = min(moving)
    value = values[first]
    values[first] = tree.BlockExpr(value.type, value.span, tuple(lets), value)
    return tuple(values)
