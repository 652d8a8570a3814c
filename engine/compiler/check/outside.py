"""What a program may ask the outside for: ``await fs.read(path)`` and its like.

To the rest of the compiler these are messages to actors that nobody has declared: ``fs``, ``http``, ``env``, ``clock``
and ``input``. One that a program uses is added to it behind its own actors, with a default instance; its handlers hand
their messages to the host. So a request shows in a trace like any other message, and its answer too.
"""

from __future__ import annotations

from dataclasses import replace

from engine.base.diagnostics import Fix
from engine.base.source import Span
from engine.compiler.check import tree
from engine.compiler.check.arguments import Target, check_arguments
from engine.compiler.check.body import Body
from engine.compiler.check.types import BOOL, BYTES, INT, STRING, UNIT, ActorType, OptionalType, StructType, Type
from engine.compiler.check.world import ActorInfo, HandlerInfo, Parameter, World
from engine.compiler.syntax import ast

RESPONSE = "HttpResponse"
ELSEWHERE = "outside."
"""Before the name of such an actor where the program has one of that name."""
_NOWHERE = Span(0, 0)


def _text(name: str, default: str | None = None) -> Parameter:
    return Parameter(name, STRING, None if default is None else ast.StringLit(_NOWHERE, default), _NOWHERE)


_SERVICES: dict[str, dict[str, tuple[tuple[Parameter, ...], Type]]] = {
    "fs": {
        "read": ((_text("path"),), STRING),
        "read_bytes": ((_text("path"),), BYTES),
        "exists": ((_text("path"),), BOOL),
    },
    "http": {"get": ((_text("url"),), StructType(RESPONSE))},
    "clock": {"wall": ((), INT)},
    "env": {"get": ((_text("name"),), OptionalType(STRING))},
    "input": {"line": ((_text("prompt", ""),), OptionalType(STRING))},
}
"""What there is to ask for: parameters and answer. ``env(name)`` and ``input(prompt)`` stand for the one they have."""

_CALLED = {"env": "get", "input": "line"}


def is_service(body: Body, name: str) -> bool:
    """Whether a name that is no variable stands for a part of the outside, and not for something of the program."""
    world = body.world
    if world.is_library or name not in _SERVICES:
        return False
    taken = name in world.own or name in world.top_names or name in world.imported or name in world.modules
    return not taken and name not in world.missing_types and name not in world.functions


def check_service(body: Body, node: ast.Call, name: str, member: ast.Ident | None) -> tree.Expr:
    """``fs.read(…)``, or ``env(…)``, where ``member`` is None."""
    handlers = _SERVICES[name]
    service = _CALLED.get(name) if member is None else member.text
    if service is None or service not in handlers or (member is not None and name in _CALLED):
        for arg in node.args:
            body.expr(arg.value)
        _report_unknown(body, node, name, member)
        return body.nothing(node.span)
    written = f"`{name}`" if member is None else f"`{name}.{service}`"
    params, result = handlers[service]
    args = check_arguments(body, Target(written, node.span), params, node.args)
    if args is None:
        return body.nothing(node.span)
    if node is not body.awaited:
        start = Span(node.span.start, node.span.start)
        body.report.error(
            "E0323",
            node.span,
            f"{written} asks the outside, whose answer has to be awaited",
            f"write `await {body.written(node.span)}`",
            Fix("write `await` before it", start, "await "),
        )
        return body.nothing(node.span)
    actor = _actor(body.world, name)
    actor.default_use = actor.default_use or node.span
    ref = tree.HandlerRef(actor.name, service)
    body.world.shared.asked[ref] = None
    receiver = tree.DefaultActor(ActorType(actor.name), node.span, actor.name)
    return tree.Await(result, node.span, receiver, ref, args)


def _report_unknown(body: Body, node: ast.Call, name: str, member: ast.Ident | None) -> None:
    if member is None or name in _CALLED:
        example = f"{name}(…)" if name in _CALLED else f"{name}.{next(iter(_SERVICES[name]))}(…)"
        body.report.error("E0206", node.callee.span, f"`{name}` is used like this: `await {example}`")
        return
    known = list(_SERVICES[name])
    note, fix = body.report.meant(member.text, member.span, known)
    if not note:
        note = f"`{name}` has " + ", ".join(f"`{service}`" for service in known)
    body.report.error("E0106", member.span, f"`{name}` has no `{member.text}`", note, fix)


# --- the actors -------------------------------------------------------------------------------


def _actor(world: World, name: str) -> ActorInfo:
    """The actor of a part of the outside, added to the program when it is first used."""
    actors = world.shared.actors
    full = name if name not in actors or actors[name].is_outside else f"{ELSEWHERE}{name}"
    if full in actors:
        return actors[full]
    actor = ActorInfo(len(actors), full, None, _NOWHERE, is_outside=True)
    for service, (params, result) in _SERVICES[name].items():
        local = tuple(tree.Local(p.name, p.type, False, True) for p in params)
        handler = tree.Handler(-1, full, service, "message", local, result, _NOWHERE)
        empty = ast.Block(_NOWHERE, ())
        decl = ast.HandlerDecl(_NOWHERE, ast.Ident(_NOWHERE, service), (), None, empty)
        actor.handlers[service] = HandlerInfo(handler, params, decl)
    actors[full] = actor
    return actor


def finished_services(world: World) -> list[ActorInfo]:
    """The actors of the outside that a program uses, with their turns; called when all other turns have numbers."""
    found = [actor for actor in world.shared.actors.values() if actor.is_outside]
    for actor in found:
        start = world.new_handler(actor.name, "start", "start", (), _NOWHERE, UNIT)
        actor.turns.append(tree.Turn(start, ()))
        for info in actor.handlers.values():
            handler = replace(info.handler, id=world.next_handler())
            actor.turns.append(tree.Turn(handler, (tree.Request(_NOWHERE),)))
    return found
