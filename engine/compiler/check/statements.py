"""Statements: variables, assignment, loops, leaving, ``assert``, and expressions for their effect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from engine.base.diagnostics import Fix
from engine.base.source import Span
from engine.compiler.check import tree
from engine.compiler.check.body import FUNCTION, TOP, Body, describe, statement
from engine.compiler.check.branches import check_block, match_statement
from engine.compiler.check.calls import Sent, acts, called_where_there, check_call
from engine.compiler.check.imports import qualified
from engine.compiler.check.inference import TypeVar, head
from engine.compiler.check.narrowing import there
from engine.compiler.check.operators import arithmetic
from engine.compiler.check.patterns import take_apart
from engine.compiler.check.places import may_change
from engine.compiler.check.scopes import Field
from engine.compiler.check.tests import end_of_test
from engine.compiler.check.type_names import read_type
from engine.compiler.check.types import (
    BOOL,
    BYTES,
    ERROR,
    FLOAT,
    I32,
    INT,
    NEVER,
    STRING,
    UNIT,
    ActorType,
    DictType,
    ListType,
    OptionalType,
    SetType,
    TupleType,
    Type,
)
from engine.compiler.syntax import ast

Statements = list[tree.Stmt]

_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})

NEVER_COMES_BACK = "fault.raise"
"""The library function that ends a turn with a fault."""


@statement(ast.ErrorStmt)
def _error(body: Body, node: ast.ErrorStmt, out: Statements) -> bool:
    return False


# --- variables --------------------------------------------------------------------------------


@statement(ast.LetStmt)
def _let(body: Body, node: ast.LetStmt, out: Statements) -> bool:
    declared: Type | None = None
    if node.type is not None:
        declared = read_type(body.world, body.report, node.type, body.type_params)
        value = body.typed(node.value, declared, _called(node.pattern))
        if value.type is ERROR:
            value = tree.Const(declared, value.span, None)
    else:
        value = body.value(node.value)
    names: list[tuple[str, Span, tree.Expr]] = []
    if isinstance(node.pattern, ast.BindPattern):
        names.append((node.pattern.name, node.pattern.span, value))
    else:
        take_apart(body, node.pattern, body.temporary("parts", value, out), names)
    kind = "var" if node.mutable else "let"
    for name, span, part in names:
        t = declared if declared is not None and part is value else part.type
        if body.scope is body.top_scope:
            field = _top_field(body, name, span, t, kind, node.span)
            out.append(tree.Assign(node.span, tree.StateRead(t, span, field), part, declares=True))
        else:
            local = body.declare(name, t, span, kind, mutable=node.mutable, statement=node.span)
            out.append(tree.Let(node.span, local, part))
    return value.type is NEVER


def _called(pattern: ast.Pattern) -> str:
    return f"`{pattern.name}`" if isinstance(pattern, ast.BindPattern) else ""


def _top_field(body: Body, name: str, span: Span, t: Type, kind: str, statement: Span) -> tree.StateField:
    """A name of the top level is a field of the state of ``main``, so that it can be seen at any moment of the run."""
    assert body.actor is not None
    body.fresh_name(name, span)
    field = tree.StateField(name, t, len(body.actor.fields), span)
    binding = Field(field, kind, statement)
    body.actor.fields.append(binding)
    body.scope.add(name, binding)
    return field


@statement(ast.AssignStmt)
def _assign(body: Body, node: ast.AssignStmt, out: Statements) -> bool:
    place = body.value(node.target)
    if not isinstance(node.target, ast.Name | ast.FieldAccess | ast.IndexAccess):
        # the parser has said so
        body.value(node.value)
        return False
    verb = "assigned" if isinstance(node.target, ast.Name) else "changed"
    if place.type is ERROR or not may_change(body, place, verb) or not isinstance(place, tree.Place):
        body.value(node.value, place.type if place.type is not ERROR else None)
        return False
    what = f"`{body.written(node.target.span)}`"
    if node.op == "=":
        out.append(tree.Assign(node.span, place, body.typed(node.value, place.type, what)))
        return False
    if head(place.type) not in (INT, FLOAT, I32):
        place = _steady(body, place, out)
    value = body.value(node.value, place.type)
    combined = arithmetic(body, node.span, node.op.removesuffix("="), place, value)
    if combined.type is not ERROR and head(combined.type) != head(place.type):
        body.mismatch(combined, place.type, what, None)
    elif isinstance(combined, tree.Binary):
        out.append(tree.Assign(node.span, place, value, combined.op))
    else:
        out.append(tree.Assign(node.span, place, combined))
    return False


def _steady(body: Body, place: tree.Place, out: Statements) -> tree.Place:
    """The same place with its indexes in temporaries, so that it can be read and then assigned."""
    if isinstance(place, tree.FieldRead | tree.ItemRead) and isinstance(place.base, tree.Place):
        place = replace(place, base=_steady(body, place.base, out))
    if isinstance(place, tree.ItemRead) and not isinstance(place.index, tree.Const):
        place = replace(place, index=body.temporary("index", place.index, out))
    return place


# --- loops ------------------------------------------------------------------------------------


@statement(ast.WhileStmt)
def _while(body: Body, node: ast.WhileStmt, out: Statements) -> bool:
    condition = body.typed(node.condition, BOOL, "the condition of `while`")
    inner: Statements = []
    body.push(there(body, node.condition, True))
    left = _loop_body(body, node.body, inner)
    body.pop()
    out.append(tree.While(node.span, condition, tuple(inner)))
    return isinstance(condition, tree.Const) and condition.value is True and not left


def _loop_body(body: Body, block: ast.Block, inner: Statements) -> bool:
    """The body of a loop; True where a ``break`` leaves it."""
    body.loops.append(False)
    check_block(body, block, inner)
    return body.loops.pop()


@statement(ast.ForStmt)
def _for(body: Body, node: ast.ForStmt, out: Statements) -> bool:
    out.append(
        check_for(body, node.pattern, node.iterable, node.span, lambda inner: _loop_body(body, node.body, inner))
    )
    return False


def check_for(
    body: Body,
    pattern: ast.Pattern,
    iterable: ast.Expr,
    span: Span,
    fill: Callable[[Statements], object],
) -> tree.Stmt:
    """A loop over a range or a container, whose body ``fill`` appends; the pattern's names are visible there."""
    inner: Statements = []
    if isinstance(iterable, ast.RangeExpr):
        start, end = _range(body, iterable)
        body.push()
        item = _loop_item(body, pattern, start.type, inner)
        fill(inner)
        body.pop()
        return tree.ForRange(span, item, start, end, tuple(inner))
    values = _actors_of_type(body, iterable) or body.value(iterable)
    t = head(values.type)
    body.push()
    if isinstance(t, DictType) and isinstance(pattern, ast.TuplePattern) and len(pattern.items) == 2:
        item = _loop_item(body, pattern.items[0], t.key, inner)
        value: tree.Local | None = _loop_item(body, pattern.items[1], t.value, inner)
    else:
        item_type = _item_type(body, values, t)
        if isinstance(t, ListType) and _wants_places(body, pattern, values.span, item_type):
            item_type = ERROR
        item, value = _loop_item(body, pattern, item_type, inner), None
    fill(inner)
    body.pop()
    return tree.ForEach(span, item, value, values, tuple(inner))


def _wants_places(body: Body, pattern: ast.Pattern, items: Span, item_type: Type) -> bool:
    """Reports ``for i, x in xs``, where other languages count the items."""
    is_pair = isinstance(pattern, ast.TuplePattern) and len(pattern.items) == 2
    if not is_pair or item_type is ERROR or isinstance(head(item_type), TupleType | TypeVar):
        return False
    counted = f"{body.written(items)}.enumerate()"
    fix = Fix(f"write `{counted}`", Span(items.end, items.end), ".enumerate()")
    message = f"an item of `{body.written(items)}` is {describe(item_type)}, not a pair"
    body.report.error("E0213", pattern.span, message, f"`{counted}` gives pairs of a place and an item", fix)
    return True


def _actors_of_type(body: Body, node: ast.Expr) -> tree.Expr | None:
    """``for a in Account``, in tests and invariants: all actors of a type that are there."""
    node = qualified(body, node)
    if not body.peeks or not isinstance(node, ast.Name) or body.find(node.text) is not None:
        return None
    actor = body.world.actors.get(node.text)
    if actor is None or actor.decl is None:
        return None
    item = ActorType(actor.name)
    kind = tree.Const(INT, node.span, actor.id)
    return tree.Call(ListType(item), node.span, tree.FunctionRef("actor.all_of", (item,)), (kind,))


def _range(body: Body, node: ast.RangeExpr) -> tuple[tree.Expr, tree.Expr]:
    if body.is_library:
        end_first = isinstance(node.start, ast.IntLit)
        end = body.value(node.end) if end_first else None
        start = body.value(node.start, end.type if end is not None else None)
        if end is None:
            end = body.value(node.end, start.type)
        if start.type is not end.type or start.type not in (INT, I32):
            body.report.error("E0201", node.span, f"a range from {describe(start.type)} to {describe(end.type)}")
        return start, end
    return body.typed(node.start, INT, "the start of a range"), body.typed(node.end, INT, "the end of a range")


def _item_type(body: Body, values: tree.Expr, t: Type) -> Type:
    if isinstance(t, ListType | SetType):
        return t.item
    if isinstance(t, DictType):
        return t.key
    if t is STRING:
        return STRING
    if t is BYTES:
        return INT
    if t is not ERROR:
        note = ""
        if t is INT:
            note = f"write `for i in 0..{body.written(values.span)}`"
        elif isinstance(t, OptionalType):
            note = f"it may be `none`: {body.around_none(values.span)}"
        elif isinstance(t, TupleType):
            note = "name its items: `let (a, b) = …`"
        elif isinstance(t, TypeVar):
            note = "its type is not known yet here"
        body.report.error("E0217", values.span, f"`for` cannot go over {describe(t)}", note)
    return ERROR


def _loop_item(body: Body, pattern: ast.Pattern, t: Type, inner: Statements) -> tree.Local:
    """The local that a loop sets in each round; a tuple pattern takes it apart at the start of the body."""
    if isinstance(pattern, ast.BindPattern):
        return body.declare(pattern.name, t, pattern.span, "loop variable")
    local = tree.Local("item", t)
    names: list[tuple[str, Span, tree.Expr]] = []
    take_apart(body, pattern, tree.LocalRead(t, pattern.span, local), names)
    for name, span, part in names:
        inner.append(tree.Let(span, body.declare(name, part.type, span, "loop variable"), part))
    return local


@statement(ast.BreakStmt)
def _break(body: Body, node: ast.BreakStmt, out: Statements) -> bool:
    if not body.loops:
        body.report.error("E0221", node.span, "`break` stands in a loop")
        return False
    body.loops[-1] = True
    out.append(tree.Break(node.span))
    return True


@statement(ast.ContinueStmt)
def _continue(body: Body, node: ast.ContinueStmt, out: Statements) -> bool:
    if not body.loops:
        body.report.error("E0221", node.span, "`continue` stands in a loop")
        return False
    out.append(tree.Continue(node.span))
    return True


# --- leaving ----------------------------------------------------------------------------------


@statement(ast.ReturnStmt)
def _return(body: Body, node: ast.ReturnStmt, out: Statements) -> bool:
    value: tree.Expr | None = None
    if body.kind == FUNCTION and body.result is not UNIT:
        if node.value is None:
            body.report.error("E0220", node.span, f"`{body.name}` gives {describe(body.result)}: write `return …`")
            return True
        value = body.typed(node.value, body.result, f"the result of `{body.name}`")
    elif body.kind == TOP and body.name != "main":
        if node.value is not None:
            body.expr(node.value)
        body.report.error("E0220", node.span, "`return` stands in a function or a handler")
        return False
    elif node.value is not None:
        value = body.expr(node.value)
        if body.kind == FUNCTION and value.type is not UNIT:
            head_of = "fn(…)" if body.outer is not None else f"fn {body.name}(…)"
            note = f"add its type: `{head_of} -> {value.type}`" if value.type is not ERROR else ""
            body.report.error("E0220", node.value.span, f"`{body.name}` has no result", note)
        elif body.kind != FUNCTION:
            body.report.error("E0220", node.span, "a handler hands values out with `render`", "`return` alone ends it")
        value = None
    out.append(tree.Return(node.span, value))
    return True


@statement(ast.FailStmt)
def _fail(body: Body, node: ast.FailStmt, out: Statements) -> bool:
    out.append(tree.Fail(node.span, body.typed(node.message, STRING, "what `fail` says")))
    return True


@statement(ast.StopStmt)
def _stop(body: Body, node: ast.StopStmt, out: Statements) -> bool:
    if not body.acts(node.span, "stop an actor"):
        return False
    out.append(tree.Stop(node.span))
    if body.peeks:
        out.append(end_of_test(node.span))
    out.append(tree.Return(node.span, None))
    return True


@statement(ast.AssertStmt)
def _assert(body: Body, node: ast.AssertStmt, out: Statements) -> bool:
    """Parts joined by ``and`` are asserted one after the other, so that a fault shows the one that does not hold."""
    for part in _conjuncts(node.condition):
        left: tree.Expr | None = None
        right: tree.Expr | None = None
        condition = body.typed(part, BOOL, "what is asserted")
        if isinstance(part, ast.Binary) and part.op in _COMPARISONS:
            condition, left, right = _keep_sides(body, condition, out)
        message = None if node.message is None else body.typed(node.message, STRING, "the message of `assert`")
        body.scope.there |= there(body, part, True)
        out.append(tree.Assert(node.span, condition, message, body.written(part.span), left, right))
    return False


def _conjuncts(node: ast.Expr) -> list[ast.Expr]:
    if isinstance(node, ast.Binary) and node.op == "and":
        return [*_conjuncts(node.left), *_conjuncts(node.right)]
    return [node]


def _keep_sides(
    body: Body, condition: tree.Expr, out: Statements
) -> tuple[tree.Expr, tree.Expr | None, tree.Expr | None]:
    """A comparison on temporaries, and the temporaries, so that a fault can show both sides."""
    inner = condition.operand if isinstance(condition, tree.Unary) else condition
    if isinstance(inner, tree.Derived):
        left, right = (body.temporary(n, arg, out) for n, arg in zip(("left", "right"), inner.args, strict=True))
        inner = replace(inner, args=(left, right))
    elif isinstance(inner, tree.Binary) and isinstance(inner.left, tree.Derived) and inner.left.op == "compare":
        left, right = (body.temporary(n, a, out) for n, a in zip(("left", "right"), inner.left.args, strict=True))
        inner = replace(inner, left=replace(inner.left, args=(left, right)))
    elif isinstance(inner, tree.Binary):
        left = body.temporary("left", inner.left, out)
        right = body.temporary("right", inner.right, out)
        inner = replace(inner, left=left, right=right)
    else:
        return condition, None, None
    return (replace(condition, operand=inner) if isinstance(condition, tree.Unary) else inner), left, right


# --- expressions for their effect ---------------------------------------------------------------


@statement(ast.ExprStmt)
def _expression(body: Body, node: ast.ExprStmt, out: Statements) -> bool:
    value = node.value
    if isinstance(value, ast.MatchExpr):
        return match_statement(body, value, out)
    if isinstance(value, ast.IfExpr):
        return body.statement(ast.IfStmt(value.span, value.condition, value.then, value.otherwise), out)
    if isinstance(value, ast.Call):
        found = check_call(body, value, None)
        if isinstance(found, Sent):
            out.extend(found.statements)
            return False
        return _called_for_effect(body, value, found, out)
    made = body.expr(value)
    if isinstance(value, ast.SpawnExpr | ast.AwaitExpr | ast.TimerExpr) or made.type is ERROR:
        out.append(tree.Evaluate(node.span, made))
        return False
    if isinstance(value, ast.Binary) and value.op == "==" and isinstance(made, tree.Binary | tree.Derived | tree.Unary):
        body.report.error("E0211", node.span, "this only compares", "write `=` to assign")
    elif not body.is_library:
        body.report.error("E0211", node.span, "this value is not used", _to_use(body))
    out.append(tree.Evaluate(node.span, made))
    return False


def _to_use(body: Body) -> str:
    """What to write before a value that is not used."""
    if body.kind == FUNCTION and head(body.result) is not UNIT:
        return "write `return` before it to give it"
    return "write `render` before it to show it"


def _called_for_effect(body: Body, node: ast.Call, call: tree.Expr, out: Statements) -> bool:
    out.append(tree.Evaluate(node.span, call))
    is_safe = isinstance(node.callee, ast.FieldAccess) and node.callee.safe
    if is_safe:
        call = called_where_there(call)
    if body.is_library:
        if isinstance(call, tree.Call) and call.function.name == NEVER_COMES_BACK:
            out.append(tree.Evaluate(node.span, tree.Intrinsic(UNIT, node.span, "trap", ())))
            return True
        return isinstance(call, tree.Intrinsic) and call.op == "trap"
    if call.type in (UNIT, ERROR) or (isinstance(call, tree.Call) and (call.changes_first or acts(body, call))):
        return False
    shown = body.written(node.callee.span).rpartition(".")[2]
    if isinstance(call, tree.Call) and isinstance(node.callee, ast.FieldAccess):
        receiver = body.written(node.callee.base.span)
        note, fix = f"`{shown}` gives a new value and leaves `{receiver}` as it is", None
        if isinstance(node.callee.base, ast.Name) and not is_safe and head(call.type) == head(call.args[0].type):
            text = f"{receiver} = {body.written(node.span)}"
            fix = Fix(f"write `{text}`", node.span, text)
        body.report.error("E0211", node.span, f"the result of `{shown}` is not used", note, fix)
    elif isinstance(call, tree.Call | tree.CallValue):
        body.report.warning(
            "E0211", node.span, f"the result of `{shown}` is not used", "`render` it, or keep it in a `let`"
        )
    else:
        body.report.error("E0211", node.span, "this value is not used", _to_use(body))
    return False
