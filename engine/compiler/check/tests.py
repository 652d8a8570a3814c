"""Tests and invariants.

``test "name" { … }`` runs in the place of the top level, in a world of its own. A ``run`` divides a test into parts.
Each is a turn of ``main``, so what a test declares is state of ``main``, and a test can be recorded, rewound and looked
at like any run. Where ``main`` runs, no other actor does: it is the first of every tick. So a test can read the states
of actors, which are those at the end of the tick before. ``invariant "name" { … }`` is what must hold at the end of
every tick; it reads states too.
"""

from __future__ import annotations

from engine.base.source import Span
from engine.compiler.check import tree
from engine.compiler.check.body import CLOSED, TOP, Body, statement
from engine.compiler.check.branches import check_statements
from engine.compiler.check.inference import resolve
from engine.compiler.check.scopes import Scope
from engine.compiler.check.settle import settle
from engine.compiler.check.types import DURATION, INT, UNIT, ActorType
from engine.compiler.check.world import ActorInfo, World
from engine.compiler.syntax import ast


def check_test(world: World, decl: ast.TestDecl, main: ActorInfo) -> list[tree.Stmt]:
    """The first part of a test, for the start turn of ``main``; the others become turns of ``main``."""
    body = Body(world, TOP, actor=main, name="top")
    body.peeks = True
    body.scope = body.top_scope = main.scope = Scope()
    main.fields.clear()
    parts: list[tuple[tree.Handler | None, list[tree.Stmt]]] = [(None, [])]
    lines: list[ast.Stmt] = []
    for line in (*decl.body.statements, None):
        if isinstance(line, ast.RunStmt) or line is None:
            check_statements(body, tuple(lines), parts[-1][1])
            lines = []
            if line is not None:
                parts.append((_wait(body, line, parts[-1][1]), []))
        else:
            lines.append(line)
    parts[-1][1].append(end_of_test(decl.body.span))
    settle(body, [statement for _, statements in parts for statement in statements])
    for binding in main.fields:
        object.__setattr__(binding.field, "type", resolve(binding.field.type))
    for handler, statements in parts[1:]:
        assert handler is not None
        main.turns.append(tree.Turn(handler, tuple(statements)))
    return parts[0][1]


def end_of_test(span: Span) -> tree.Stmt:
    """Says that the test is over; its run ends with the tick."""
    return tree.Evaluate(span, tree.Call(UNIT, span, tree.FunctionRef("idle.end_test"), ()))


def check_invariants(world: World, module: ast.Module) -> list[tuple[tree.Stmt, ...]]:
    """For each invariant of a file, the assertion that it holds."""
    invariants = (_check_invariant(world, item) for item in module.items if isinstance(item, ast.InvariantDecl))
    return [statements for statements in invariants if statements]


def _check_invariant(world: World, decl: ast.InvariantDecl) -> tuple[tree.Stmt, ...]:
    body = Body(world, CLOSED, name=decl.title.value)
    body.peeks = True
    *before, last = decl.body.statements or (None,)
    if not isinstance(last, ast.ExprStmt):
        note = 'as in `invariant "none is in debt" { [a for a in Account if a.balance < 0] == [] }`'
        world.report.error("E0331", decl.title.span, "an invariant ends with what must hold", note)
        return ()
    said = ast.StringLit(decl.title.span, f'the invariant "{decl.title.value}" does not hold')
    held = ast.AssertStmt(last.value.span, last.value, said)
    statements: list[tree.Stmt] = []
    body.push()
    check_statements(body, (*(line for line in before if line is not None), held), statements)
    settle(body, statements)
    return tuple(statements)


def _wait(body: Body, node: ast.RunStmt, out: list[tree.Stmt]) -> tree.Handler:
    """Ends a part of a test; gives the turn that goes on."""
    place = body.source.position(node.span.start)
    handler = body.world.new_handler("main", f"goes on in line {place.line}", "message", (), node.span)
    span = node.span
    if node.time is None:
        number = tree.Const(INT, span, handler.id)
        out.append(tree.Evaluate(span, tree.Call(UNIT, span, tree.FunctionRef("idle.wait"), (number,))))
        return handler
    delay = body.typed(node.time, DURATION, f"the time after `run {node.mode}`")
    if node.mode == "until":
        tick = tree.Const(INT, span, body.world.shared.tick_us)
        passed = tree.Binary(INT, span, "*", tree.Call(INT, span, tree.FunctionRef("now"), ()), tick)
        delay = tree.Binary(DURATION, span, "-", delay, tree.Intrinsic(DURATION, span, "duration", (passed,)))
    me = tree.SelfRef(ActorType("main"), span)
    out.append(tree.Send(span, me, tree.HandlerRef("main", handler.name), (), delay))
    return handler


@statement(ast.RunStmt)
def _run(body: Body, node: ast.RunStmt, out: list[tree.Stmt]) -> bool:
    if node.time is not None:
        body.typed(node.time, DURATION, f"the time after `run {node.mode}`")
    where = "not inside another block" if body.peeks else 'as a line of `test "…" { … }`'
    body.report.error("E0330", node.span, "`run` stands directly in the block of a test", where)
    return False
