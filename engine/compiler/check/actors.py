"""Actors: ``spawn``, and the turns of an actor type."""

from __future__ import annotations

from dataclasses import replace

from engine.base.source import Span
from engine.compiler.check import tree
from engine.compiler.check.arguments import Target, check_arguments
from engine.compiler.check.body import HANDLER, START, Body, expression
from engine.compiler.check.branches import check_statements
from engine.compiler.check.scopes import Field, Scope, Variable
from engine.compiler.check.settle import settle
from engine.compiler.check.supervision import check_children, restart_policy
from engine.compiler.check.timers import check_interval
from engine.compiler.check.type_names import read_type
from engine.compiler.check.types import DURATION, ActorType, Type
from engine.compiler.check.world import ActorInfo, HandlerInfo, World
from engine.compiler.syntax import ast

Statements = list[tree.Stmt]


@expression(ast.SpawnExpr)
def _spawn(body: Body, node: ast.SpawnExpr, expected: Type | None) -> tree.Expr:
    name = node.actor.text
    restart, limits = restart_policy(body, node.restart)
    actor = body.world.actors.get(name) if name != "main" else None
    if actor is None or not body.acts(node.span, "spawn an actor"):
        for arg in node.args:
            body.expr(arg.value)
        if actor is None and name.partition(".")[0] not in body.world.missing_types:
            known = [a for a in body.world.actors if a != "main"]
            note, fix = body.report.meant(name, node.actor.span, known)
            body.report.error("E0101", node.actor.span, f"there is no actor `{name}`", note, fix)
        return body.nothing(node.span) if actor is None else tree.Const(ActorType(actor.name), node.span, None)
    args = check_arguments(body, Target(f"`{name}`", node.span), actor.params, node.args)
    if args is None:
        return tree.Const(ActorType(actor.name), node.span, None)
    return tree.Spawn(ActorType(actor.name), node.span, actor.name, args, restart, limits)


# --- turns ------------------------------------------------------------------------------------


def check_start(world: World, actor: ActorInfo) -> None:
    """The first turn of an actor: parameters become fields, then every ``state`` gets its first value, in order."""
    assert actor.decl is not None
    body = Body(world, START, scope=actor.scope, actor=actor, name=actor.name)
    body.scope = actor.scope
    statements: Statements = []
    for param, local in zip(actor.params, actor.locals, strict=True):
        field = _add_field(actor, tree.StateField(param.name, local.type, len(actor.fields), param.span), "parameter")
        first = tree.LocalRead(local.type, param.span, local)
        statements.append(tree.Assign(param.span, tree.StateRead(local.type, param.span, field), first))
    for state in actor.decl.states:
        body.fresh_name(state.name.text, state.name.span)
        if state.type is not None:
            t = read_type(world, world.report, state.type)
            value = body.typed(state.value, t, f"the state `{state.name.text}`")
        else:
            value = body.value(state.value)
            t = value.type
        field = _add_field(actor, tree.StateField(state.name.text, t, len(actor.fields), state.name.span), "state")
        statements.append(tree.Assign(state.span, tree.StateRead(t, state.name.span, field), value))
    settle(body, statements)
    start = world.new_handler(actor.name, "start", "start", actor.locals, actor.span)
    actor.turns.append(tree.Turn(start, tuple(statements)))


def _add_field(actor: ActorInfo, field: tree.StateField, kind: str) -> tree.StateField:
    binding = Field(field, kind)
    actor.fields.append(binding)
    actor.scope.names[field.name] = binding
    return field


def check_handlers(world: World, actor: ActorInfo) -> None:
    """The message and timer turns of an actor."""
    assert actor.decl is not None
    for info in actor.handlers.values():
        actor.turns.append(_message_turn(world, actor, info))
    for timer in actor.decl.timers:
        actor.turns.append(timer_turn(world, actor, timer, actor.scope))
    check_children(world, actor)


def _message_turn(world: World, actor: ActorInfo, info: HandlerInfo) -> tree.Turn:
    # numbers go by the order of the turns, which is known only now
    handler = replace(info.handler, id=world.next_handler())
    body = Body(world, HANDLER, scope=actor.scope, actor=actor, result=handler.result, name=handler.name)
    declare_parameters(body, handler.params, tuple(p.span for p in info.params))
    statements: Statements = []
    check_statements(body, info.decl.body.statements, statements)
    settle(body, statements)
    return tree.Turn(handler, tuple(statements))


def declare_parameters(body: Body, params: tuple[tree.Local, ...], spans: tuple[Span, ...]) -> None:
    """Makes parameters visible in a body."""
    for local, span in zip(params, spans, strict=True):
        body.fresh_name(local.name, span)
        variable = Variable(local, span, "parameter")
        body.scope.names[local.name] = variable
        body.variables[local] = variable


def timer_turn(world: World, actor: ActorInfo, node: ast.EveryStmt, scope: Scope) -> tree.Turn:
    """An ``every`` of an actor or of the top level. Its period is evaluated when it is armed, after the start turn."""
    arming = Body(world, HANDLER, scope=scope, actor=actor, name=actor.name)
    interval = arming.typed(node.interval, DURATION, "the time after `every`")
    check_interval(arming, interval)
    period: Statements = [tree.Evaluate(node.interval.span, interval)]
    settle(arming, period)
    name = f"every {arming.written(node.interval.span)}"
    body = Body(world, HANDLER, scope=scope, actor=actor, name=name)
    statements: Statements = []
    check_statements(body, node.body.statements, statements)
    settle(body, statements)
    handler = world.new_handler(actor.name, name, "timer", (), node.span)
    return tree.Turn(handler, tuple(statements), interval)
