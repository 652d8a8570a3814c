"""Operators.

A chain such as ``a + b + c`` leans to the left and may be long, so it is walked in a loop. Numbers and bools have
``Binary`` nodes; on values with parts, comparison is a ``Derived`` operation, ``+`` of strings makes one ``TextNew``,
and ``in`` calls the library.
"""

from __future__ import annotations

from types import UnionType

from engine.base.source import Span
from engine.compiler.check import tree
from engine.compiler.check.body import WHAT_ALL_CAN, Body, describe, expression
from engine.compiler.check.declared import TooManyTypes, all_held
from engine.compiler.check.features import not_yet
from engine.compiler.check.inference import TypeVar, head, resolve, unify
from engine.compiler.check.library_calls import library_call
from engine.compiler.check.literals import int_constant
from engine.compiler.check.narrowing import as_declared, there
from engine.compiler.check.types import (
    BOOL,
    BYTES,
    DURATION,
    ERROR,
    FLOAT,
    I32,
    INT,
    NEVER,
    STRING,
    ActorType,
    DictType,
    FnType,
    ListType,
    OpaqueType,
    OptionalType,
    SetType,
    Type,
    is_plain_enum,
)
from engine.compiler.syntax import ast

ARITHMETIC = frozenset({"+", "-", "*", "/", "%"})
WRAPPING = frozenset({"+%", "-%", "*%"})
BITS = frozenset({"&", "|", "^", "<<", ">>"})
EQUALITY = frozenset({"==", "!="})
ORDER = frozenset({"<", "<=", ">", ">="})
LOGIC = frozenset({"and", "or"})

_NUMBERS = (INT, FLOAT, DURATION, I32)


# --- one operand ------------------------------------------------------------------------------


@expression(ast.Unary)
def _unary(body: Body, node: ast.Unary, expected: Type | None) -> tree.Expr:
    if node.op == "-" and isinstance(node.operand, ast.IntLit):
        return int_constant(body, -node.operand.value, node.span, expected)
    if node.op == "not":
        inverted = body.typed(node.operand, BOOL, "what follows `not`")
        if body.is_library and isinstance(inverted, tree.Const):
            return tree.Const(BOOL, node.span, not inverted.value)
        return tree.Unary(BOOL, node.span, "not", inverted)
    operand = body.value(node.operand, expected)
    t = head(operand.type)
    if t is ERROR:
        return operand
    if t in (INT, FLOAT, I32):
        if isinstance(operand, tree.Const) and t is FLOAT and isinstance(operand.value, float):
            return tree.Const(FLOAT, node.span, -operand.value)
        return tree.Unary(t, node.span, "neg", operand)
    if t is DURATION:
        return tree.Binary(t, node.span, "-", tree.Const(DURATION, node.span, 0), operand)
    note = body.around_none(operand.span) if isinstance(t, OptionalType) else ""
    body.report.error("E0203", node.span, f"`-` needs a number, but this is {describe(t)}", note)
    return body.nothing(node.span)


# --- two operands -----------------------------------------------------------------------------


@expression(ast.Binary)
def _binary(body: Body, node: ast.Binary, expected: Type | None) -> tree.Expr:
    spine = [node]
    while isinstance(spine[-1].left, ast.Binary):
        spine.append(spine[-1].left)
    innermost = spine[-1]
    right: tree.Expr | None = None
    hint = expected if _passes_hint(innermost.op) else None
    if body.is_library and hint is None and isinstance(innermost.left, ast.IntLit) and innermost.op not in LOGIC:
        right = body.value(innermost.right)
        hint = right.type
    left = body.value(innermost.left, hint)
    for link in reversed(spine):
        left = _combine(body, link, left, expected, right)
        right = None
    return left


def _passes_hint(op: str) -> bool:
    return op in ARITHMETIC or op in WRAPPING or op in BITS or op == "??"


def _combine(
    body: Body, node: ast.Binary, left: tree.Expr, expected: Type | None, right: tree.Expr | None
) -> tree.Expr:
    """``left op node.right``; ``right`` is given where it had to be looked at first."""
    op = node.op
    if op == "??":
        return _or_else(body, node, left, expected)
    if op in LOGIC:
        return _logic(body, node, left)
    if op == "|>":
        if not (isinstance(node.left, ast.Binary) and node.left.op == op):  # one mistake, however long the pipe is
            not_yet(body.report, "E0907", node.span, "call one function after the other: `sum(evens(xs))`")
        return body.nothing(node.span)
    if op in ("in", "not in"):
        return _membership(body, node, left)
    if right is None:
        right = body.value(node.right, left.type if left.type is not ERROR else None)
    span = node.span
    if op in EQUALITY:
        return equality(body, span, op, left, right)
    if op in ORDER:
        return _order(body, span, op, left, right)
    return arithmetic(body, span, op, left, right)


def _logic(body: Body, node: ast.Binary, left: tree.Expr) -> tree.Expr:
    if node.op == "or" and isinstance(head(left.type), OptionalType):
        body.value(node.right)
        note = "a value in the place of `none` is written `a ?? b`"
        body.report.error("E0201", left.span, f"`or` joins two bools, but this is {describe(left.type)}", note)
        return body.nothing(node.span)
    left = body.fit(left, BOOL, f"the left side of `{node.op}`")
    body.push(there(body, node.left, node.op == "and"))
    right = body.typed(node.right, BOOL, f"the right side of `{node.op}`")
    body.pop()
    if body.is_library and isinstance(left, tree.Const) and isinstance(right, tree.Const):
        both = (left.value and right.value) if node.op == "and" else (left.value or right.value)
        return tree.Const(BOOL, node.span, bool(both))
    return tree.Binary(BOOL, node.span, node.op, left, right)


def _or_else(body: Body, node: ast.Binary, left: tree.Expr, expected: Type | None) -> tree.Expr:
    left = as_declared(left)
    t = head(left.type)
    if t is ERROR:
        body.value(node.right, expected)
        return left
    if not isinstance(t, OptionalType):
        body.report.error("E0201", left.span, f"`??` needs a value that may be none, but this is {describe(t)}")
        body.value(node.right, expected)
        return body.nothing(node.span)
    right = body.value(node.right, t.inner)
    before: list[tree.Stmt] = []
    kept = body.temporary("value", left, before)
    there: tree.Expr
    if isinstance(head(right.type), OptionalType):
        right, there, result = body.fit(right, t, "the value after `??`", node.right), kept, left.type
    else:
        right = body.fit(right, t.inner, "the value after `??`", node.right)
        there, result = tree.Unwrap(t.inner, left.span, kept), t.inner
    choice = tree.IfElse(result, node.span, tree.IsNone(BOOL, left.span, kept), right, there)
    return tree.BlockExpr(result, node.span, tuple(before), choice)


# --- arithmetic -------------------------------------------------------------------------------


def arithmetic(body: Body, span: Span, op: str, left: tree.Expr, right: tree.Expr) -> tree.Expr:
    """``+ - * / %``, their wrapping forms and the bit operators."""
    a, b = head(left.type), head(right.type)
    if ERROR in (a, b) or NEVER in (a, b):
        return body.nothing(span)
    if isinstance(a, TypeVar) or isinstance(b, TypeVar):
        unify(a, b)
        a, b = head(a), head(b)
    if op == "+" and a is STRING and b is STRING:
        return tree.TextNew(STRING, span, (*_text_parts(left), *_text_parts(right)))
    both_lists = isinstance(a, ListType) and isinstance(b, ListType)
    if op == "+" and ((a is BYTES and b is BYTES) or (both_lists and unify(a, b))):
        joined = library_call(body, f"{'bytes' if a is BYTES else 'list'}.concat", span, (left, right))
        if joined is not None:
            return joined
    if DURATION in (a, b):
        found = _duration_arithmetic(span, op, left, right)
        if found is not None:
            return found
    elif a is b and _operates(op, a):
        return tree.Binary(a, span, op if a is not I32 else op.rstrip("%") or "%", left, right)
    _refuse_arithmetic(body, span, op, left, right)
    return body.nothing(span)


def _operates(op: str, t: Type) -> bool:
    if t is INT or t is I32:
        return True
    return t is FLOAT and op in ("+", "-", "*", "/")


def _text_parts(value: tree.Expr) -> tuple[tree.Expr, ...]:
    return value.parts if isinstance(value, tree.TextNew) else (value,)


def _duration_arithmetic(span: Span, op: str, left: tree.Expr, right: tree.Expr) -> tree.Expr | None:
    a, b = head(left.type), head(right.type)
    if a is b:
        if op in ("+", "-", "%"):
            return tree.Binary(DURATION, span, op, left, right)
        if op == "/":
            return tree.Binary(INT, span, "/", _microseconds(left), _microseconds(right))
        return None
    if (a is INT and op == "*") or (b is INT and op in ("*", "/")):
        count_left = left if a is INT else _microseconds(left)
        count_right = right if b is INT else _microseconds(right)
        return tree.Intrinsic(DURATION, span, "duration", (tree.Binary(INT, span, op, count_left, count_right),))
    return None


def _microseconds(value: tree.Expr) -> tree.Expr:
    return tree.Convert(INT, value.span, value)


def _refuse_arithmetic(body: Body, span: Span, op: str, left: tree.Expr, right: tree.Expr) -> None:
    a, b = resolve(left.type), resolve(right.type)
    note = ""
    if isinstance(a, OptionalType) or isinstance(b, OptionalType):
        side = left if isinstance(a, OptionalType) else right
        note = f"`{body.written(side.span)}` may be `none`: {body.around_none(side.span)}"
    elif {a, b} == {INT, FLOAT}:
        whole = left if a is INT else right
        literal = isinstance(whole, tree.Const) and isinstance(whole.value, int)
        note = f"write `{body.written(whole.span)}.0`" if literal else "write `float(…)` around the int"
    elif op == "+" and STRING in (a, b):
        note = 'put both into an f-string: `f"{a}{b}"`'
    elif op == "+" and isinstance(a, ListType) and a == b:
        note = "use `push` in a loop to add the items of one list to another"
    elif op == "%" and a is FLOAT:
        note = "the remainder exists for ints and durations"
    elif isinstance(a, OpaqueType) or isinstance(b, OpaqueType):
        note = WHAT_ALL_CAN
    body.report.error("E0203", span, f"`{op}` does not work on {describe(a)} and {describe(b)}", note)


# --- comparison -------------------------------------------------------------------------------


def equality(body: Body, span: Span, op: str, left: tree.Expr, right: tree.Expr) -> tree.Expr:
    """``==`` and ``!=``: of values of one type, or with ``none``."""
    if is_none(left) or is_none(right):
        left, right = as_declared(left), as_declared(right)
    a, b = head(left.type), head(right.type)
    if ERROR in (a, b) or NEVER in (a, b):
        return tree.Const(BOOL, span, False)
    for value, other in ((right, left), (left, right)):
        if is_none(value) and isinstance(head(other.type), OptionalType):
            unify(value.type, other.type)
            body.compared_with_none.add(body.written(other.span))
            return _negated(op, span, tree.IsNone(BOOL, span, other))
    never_none = any(is_none(value) for value in (left, right))
    both = None if never_none else _made_alike(left, right)
    if both is None:
        _refuse_comparison(body, span, op, left, right)
        return tree.Const(BOOL, span, False)
    left, right = both
    t = resolve(left.type)
    if t in _NUMBERS or t is BOOL or isinstance(t, ActorType) or is_plain_enum(t):
        return tree.Binary(BOOL, span, op, left, right)
    if holds_function(body, t):
        note = "compare what they give" if isinstance(t, FnType) else "compare the other parts"
        body.report.error("E0203", span, f"`{op}` does not work on {describe(t)}: functions are never equal", note)
        return tree.Const(BOOL, span, False)
    return _negated(op, span, tree.Derived(BOOL, span, "equal", t, (left, right)))


def is_none(value: tree.Expr) -> bool:
    """Whether this is the literal ``none``."""
    return isinstance(value, tree.Const) and value.value is None and isinstance(head(value.type), OptionalType)


def _negated(op: str, span: Span, equal: tree.Expr) -> tree.Expr:
    return equal if op == "==" else tree.Unary(BOOL, span, "not", equal)


def _made_alike(left: tree.Expr, right: tree.Expr) -> tuple[tree.Expr, tree.Expr] | None:
    a, b = head(left.type), head(right.type)
    if isinstance(a, ActorType) and isinstance(b, ActorType) and "any" in (a.name, b.name):
        return left, right
    if isinstance(a, OptionalType) and not isinstance(b, OptionalType | TypeVar) and unify(a.inner, b):
        return left, tree.Wrap(a, right.span, right)
    if isinstance(b, OptionalType) and not isinstance(a, OptionalType | TypeVar) and unify(b.inner, a):
        return tree.Wrap(b, left.span, left), right
    return (left, right) if unify(a, b) else None


def _refuse_comparison(body: Body, span: Span, op: str, left: tree.Expr, right: tree.Expr) -> None:
    a, b = resolve(left.type), resolve(right.type)
    note = ""
    if {a, b} == {INT, FLOAT}:
        note = "write `float(…)` around the int"
    elif is_none(left) or is_none(right):
        note = "only a `T?` can be `none`"
    body.report.error("E0215", span, f"{describe(a)} and {describe(b)} cannot be compared with `{op}`", note)


def _order(body: Body, span: Span, op: str, left: tree.Expr, right: tree.Expr) -> tree.Expr:
    a, b = head(left.type), head(right.type)
    if ERROR in (a, b) or NEVER in (a, b):
        return tree.Const(BOOL, span, False)
    if not unify(a, b):
        if isinstance(a, OptionalType) or isinstance(b, OptionalType):
            side = left if isinstance(a, OptionalType) else right
            body.report.error("E0216", span, f"`{op}` cannot compare what may be none", body.around_none(side.span))
        else:
            _refuse_comparison(body, span, op, left, right)
        return tree.Const(BOOL, span, False)
    t = resolve(a)
    if t in _NUMBERS or is_plain_enum(t):
        return tree.Binary(BOOL, span, op, left, right)
    if isinstance(t, TypeVar) or not has_order(body, t):
        note = "dicts, sets and functions have no order, nor has what holds one"
        body.report.error("E0203", span, f"`{op}` does not work on {describe(t)}: it has no order", note)
        return tree.Const(BOOL, span, False)
    compared = tree.Derived(INT, span, "compare", t, (left, right))
    return tree.Binary(BOOL, span, op, compared, tree.Const(INT, span, 0))


def has_order(body: Body, t: Type) -> bool:
    """Whether values of the type can be sorted: all but dicts and sets, and what holds them."""
    return not holds(body, t, DictType | SetType | FnType)


def holds_function(body: Body, t: Type) -> bool:
    """Whether values of the type are functions or may hold some, so that nobody can say whether two are equal."""
    return holds(body, t, FnType)


def holds(body: Body, t: Type, kind: type[Type] | UnionType) -> bool:
    """Whether values of the type are of that kind, or may hold some that are."""
    try:
        return any(isinstance(held, kind) for held in all_held(body.world.declared, t))
    except TooManyTypes:
        return False  # reported where all such types are looked at


# --- membership -------------------------------------------------------------------------------


def _membership(body: Body, node: ast.Binary, item: tree.Expr) -> tree.Expr:
    span = item.span.to(node.right.span)
    values = body.value(node.right)
    t = head(values.type)
    if ERROR in (item.type, t):
        return tree.Const(BOOL, span, False)
    name, wanted = "", None
    if isinstance(t, ListType):
        name, wanted = "list.contains", t.item
    elif isinstance(t, SetType):
        name, wanted = "set.has", t.item
    elif isinstance(t, DictType):
        name, wanted = "dict.has", t.key
    elif t is STRING:
        name, wanted = "string.contains", STRING
    elif t is BYTES:
        name, wanted = "bytes.contains", INT
    if wanted is None:
        note = body.around_none(values.span) if isinstance(t, OptionalType) else ""
        body.report.error("E0203", span, f"`in` does not look into {describe(t)}", note)
        return tree.Const(BOOL, span, False)
    item = body.fit(item, wanted, "what is looked for", node.left)
    before: list[tree.Stmt] = []
    if not isinstance(item, tree.Const):
        item = body.temporary("item", item, before)
    found = library_call(body, name, span, (values, item))
    assert found is not None, name
    answer = tree.BlockExpr(BOOL, span, tuple(before), found) if before else found
    return _negated("==" if node.op == "in" else "!=", span, answer)
