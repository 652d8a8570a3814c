"""``if`` and ``match``, as values and as statements.

A ``match`` becomes a chain of conditions on a temporary that holds the subject; the arm that completes the cases needs
no condition.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from engine.base.diagnostics import Fix
from engine.base.source import Span
from engine.compiler.check import tree
from engine.compiler.check.body import Body, expression, statement
from engine.compiler.check.choices import Arm, chosen
from engine.compiler.check.exhaustive import ANY, SOMETHING, Shape, TooManyCases, coverage
from engine.compiler.check.inference import resolve
from engine.compiler.check.narrowing import NOBODY, Names, there
from engine.compiler.check.patterns import bind_names, read_pattern
from engine.compiler.check.types import BOOL, ERROR, NEVER, UNIT, Type
from engine.compiler.syntax import ast

Statements = list[tree.Stmt]

MISSING_MAX = 8
"""How many cases that a ``match`` misses are named."""


def check_block(body: Body, block: ast.Block, out: Statements, known: Names = NOBODY) -> bool:
    """The statements of a block in a scope of its own, where the ``known`` names are not ``none``; True where control
    never comes out at its end."""
    body.push(known)
    ends = check_statements(body, block.statements, out)
    body.pop()
    return ends


def check_statements(body: Body, statements: tuple[ast.Stmt, ...], out: Statements) -> bool:
    """Statements one after another. Those behind the end of control are checked, reported and dropped."""
    ends = False
    for position, node in enumerate(statements):
        if ends:
            dropped: Statements = []
            body.statement(node, dropped)
            continue
        ends = body.statement(node, out)
        if ends and position + 1 < len(statements) and not body.is_library:
            behind = statements[position + 1]
            body.report.warning("E0224", behind.span, "this is never reached")
    return ends


@statement(ast.Block)
def _block(body: Body, node: ast.Block, out: Statements) -> bool:
    return check_block(body, node, out)


# --- if ---------------------------------------------------------------------------------------


@statement(ast.IfStmt)
def _if_statement(body: Body, node: ast.IfStmt, out: Statements) -> bool:
    condition = body.typed(node.condition, BOOL, "the condition of `if`")
    if body.is_library and isinstance(condition, tree.Const) and condition.type is BOOL:
        taken = node.then if condition.value else node.otherwise
        return taken is not None and check_block(body, taken, out)
    then: Statements = []
    otherwise: Statements = []
    holds, fails = there(body, node.condition, True), there(body, node.condition, False)
    then_ends = check_block(body, node.then, then, holds)
    otherwise_ends = node.otherwise is not None and check_block(body, node.otherwise, otherwise, fails)
    if then_ends:
        body.scope.there |= fails
    elif otherwise_ends:
        body.scope.there |= holds
    out.append(tree.If(node.span, condition, tuple(then), tuple(otherwise)))
    return then_ends and otherwise_ends


@expression(ast.IfExpr)
def _if_value(body: Body, node: ast.IfExpr, expected: Type | None) -> tree.Expr:
    condition = body.typed(node.condition, BOOL, "the condition of `if`")
    then = _value_block(body, node.then, expected, there(body, node.condition, True))
    hint = expected if expected is not None or then.type in (NEVER, ERROR) else then.type
    otherwise = _value_block(body, node.otherwise, hint, there(body, node.condition, False))
    result, (then, otherwise) = body.join([then, otherwise], expected, "both branches of this `if`")
    return tree.IfElse(result, node.span, condition, then, otherwise)


def _value_block(body: Body, block: ast.Block, expected: Type | None, known: Names = NOBODY) -> tree.Expr:
    """A block that ends in its value; of type ``NEVER`` where control never reaches its end."""
    body.push(known)
    out: Statements = []
    value: tree.Expr | None = None
    if block.statements and isinstance(last := _as_value(block.statements[-1]), ast.ExprStmt):
        ends = check_statements(body, block.statements[:-1], out)
        value = body.expr(last.value, expected)
        if value.type is UNIT:
            value = _no_value(body, last.span)
        if ends:
            value = None
    else:
        ends = check_statements(body, block.statements, out)
        if not ends:
            value = _no_value(body, block.span)
    body.pop()
    if value is None:
        return tree.BlockExpr(NEVER, block.span, tuple(out), None)
    return tree.BlockExpr(value.type, value.span, tuple(out), value) if out else value


def _as_value(node: ast.Stmt) -> ast.Stmt:
    """An ``if`` with both branches at the end of a block is the block's value."""
    if isinstance(node, ast.IfStmt) and node.otherwise is not None:
        return ast.ExprStmt(node.span, ast.IfExpr(node.span, node.condition, node.then, node.otherwise))
    return node


def _no_value(body: Body, span: Span) -> tree.Expr:
    body.report.error("E0214", span, "this branch gives no value", "it has to end in an expression")
    return body.nothing(span)


# --- match ------------------------------------------------------------------------------------


@expression(ast.MatchExpr)
def _match_value(body: Body, node: ast.MatchExpr, expected: Type | None) -> tree.Expr:
    hint = [expected]

    def read(arm: ast.MatchArm, made: Arm) -> None:
        if isinstance(arm.body, ast.Block):
            made.value = _value_block(body, arm.body, hint[0])
        else:
            made.value = body.value(arm.body, hint[0])
        if hint[0] is None and made.value.type not in (NEVER, ERROR):
            hint[0] = made.value.type

    before, arms, complete = _read_arms(body, node, read)
    if not arms:
        return body.nothing(node.span)
    values = [arm.value for arm in arms if arm.value is not None]
    result, values = body.join(values, expected, "every arm of this `match`")
    for arm, value in zip(arms, values, strict=True):
        lets = (*arm.lets, *arm.statements)
        arm.value = tree.BlockExpr(value.type, value.span, lets, value) if lets else value
    if not complete:
        return tree.Const(result, node.span, None)

    def give(arm: Arm) -> tree.Expr:
        assert arm.value is not None
        return arm.value

    taken = chosen(arms, before, give, partial(tree.IfElse, result))
    return tree.BlockExpr(result, node.span, tuple(before), taken) if before else taken


def match_statement(body: Body, node: ast.MatchExpr, out: Statements) -> bool:
    """A ``match`` for its effect."""

    def read(arm: ast.MatchArm, made: Arm) -> None:
        if isinstance(arm.body, ast.Block):
            made.ends = check_block(body, arm.body, made.statements)
        else:
            made.ends = body.statement(ast.ExprStmt(arm.body.span, arm.body), made.statements)

    before, arms, complete = _read_arms(body, node, read)
    if not arms or not complete:
        return bool(arms) and all(arm.ends for arm in arms)
    taken = chosen(arms, before, lambda arm: (*arm.lets, *arm.statements), _either)
    out.extend(before)
    out.extend(taken)
    return all(arm.ends for arm in arms)


def _either(
    span: Span, condition: tree.Expr, then: tuple[tree.Stmt, ...], otherwise: tuple[tree.Stmt, ...]
) -> tuple[tree.Stmt, ...]:
    return (tree.If(span, condition, then, otherwise),)


def _read_arms(
    body: Body, node: ast.MatchExpr, read: Callable[[ast.MatchArm, Arm], None]
) -> tuple[Statements, list[Arm], bool]:
    """The statements before the choice, the arms that can be reached, and whether they cover all values."""
    subject = body.value(node.subject)
    before: Statements = []
    kept = body.temporary("subject", subject, before)
    arms: list[Arm] = []
    shapes: list[tuple[Shape, bool]] = []
    errors = body.report.errors
    for arm in node.arms:
        body.push()
        match = read_pattern(body, arm.pattern, kept)
        if body.report.errors == errors:
            shapes.append((match.shape, arm.guard is not None))
        lets = bind_names(body, match, "pattern")
        if arm.guard is not None:
            guard = body.typed(arm.guard, BOOL, "the condition of an arm")
            # the guard sees the names of the pattern, so they are bound inside the condition
            match.require(tree.BlockExpr(BOOL, arm.guard.span, tuple(lets), guard) if lets else guard)
            lets = []
            body.scope.there |= there(body, arm.guard, True)
        made = Arm(match.condition, lets, [], None, False, arm.span)
        read(arm, made)
        body.pop()
        arms.append(made)
    return before, *_covered(body, node, subject, arms, shapes, body.report.errors == errors)


def _covered(
    body: Body, node: ast.MatchExpr, subject: tree.Expr, arms: list[Arm], shapes: list[tuple[Shape, bool]], sound: bool
) -> tuple[list[Arm], bool]:
    """The arms that can be reached, and whether they cover all values, with reports of what they do not. Only the
    first arms have ``shapes`` where one has a mistake."""
    if subject.type is ERROR:
        return arms, False
    try:
        found = coverage(body.world, shapes, resolve(subject.type), MISSING_MAX + 1 if sound else 0)
    except TooManyCases:
        always = next((i for i, (shape, is_guarded) in enumerate(shapes) if shape == ANY and not is_guarded), None)
        if sound and always is None:
            note = "add an arm `_ => …` for all that is left"
            body.report.error("E0212", _head_of(node), "this `match` has too many cases to go through all", note)
        return arms if always is None else arms[: always + 1], sound and always is not None
    for index in range(len(shapes)):
        if index not in found.reached:
            place = node.arms[index].pattern.span
            body.report.warning("E0224", place, "an arm before this one takes all that would come here")
    if sound and found.missing:
        _report_missing(body, node, list(found.missing))
    reached = [arm for index, arm in enumerate(arms) if index >= len(shapes) or index in found.reached]
    return reached, sound and not found.missing


def _head_of(node: ast.MatchExpr) -> Span:
    return Span(node.span.start, node.subject.span.end)


def _report_missing(body: Body, node: ast.MatchExpr, cases: list[str]) -> None:
    """Says which values no arm takes, with a fix that adds arms for them."""
    names = [f"`{case}`" for case in cases[:MISSING_MAX]]
    if "_" in cases or cases == [SOMETHING]:
        what = "other values"
    elif len(cases) > MISSING_MAX:
        what, cases = f"{', '.join(names)} and others", [*cases[:MISSING_MAX], "_"]
    else:
        what = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    one = len(cases) == 1
    note = "add an arm for " + ("it" if one else "each") + ", or `_ => …` for all that is left"
    body.report.error(
        "E0212", _head_of(node), f"this `match` says nothing about {what}", note, _added_arms(body, node, cases)
    )


def _added_arms(body: Body, node: ast.MatchExpr, cases: list[str]) -> Fix | None:
    """Arms that fail, until somebody writes what they should do."""
    if not node.arms:
        return None
    last = node.arms[-1].span
    place = body.source.position(last.start)
    arms = [f'{case} => {{ fail "not written yet" }}' for case in cases]
    line = body.source.line_text(place.line)[: place.column - 1]
    between = ", " if line.strip() else f"\n{line}"
    at = Span(last.end, last.end)
    return Fix("add the missing arms", at, "".join(f"{between}{arm}" for arm in arms))
