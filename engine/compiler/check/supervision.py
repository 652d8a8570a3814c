"""What follows when an actor fails: the restart policy of a ``spawn``, and ``on failed`` of the parent."""

from __future__ import annotations

from engine.base.source import Span
from engine.compiler.check import tree
from engine.compiler.check.arguments import Target, check_arguments
from engine.compiler.check.awaits import nodes_of
from engine.compiler.check.body import Body
from engine.compiler.check.timers import check_interval, known_number
from engine.compiler.check.type_names import read_type
from engine.compiler.check.types import DURATION, ERROR, INT, ActorType, StructType, Type
from engine.compiler.check.world import ActorInfo, Parameter, World
from engine.compiler.syntax import ast

POLICIES = ("never", "on_fault", "always")
UNLIMITED = 2**63 - 1
FOREVER = 2**63 - 1
"""How many restarts, and in how many microseconds, where the program does not say."""

FAILED = "failed"
FAULT_STRUCT = "Fault"
ANY_ACTOR = ActorType("any")


def restart_policy(body: Body, node: ast.Expr | None) -> tuple[str, tuple[tree.Expr, ...]]:
    """The policy's name, and for ``on_fault`` how many restarts there may be at most in which time."""
    if node is None:
        return "never", ()
    call = node if isinstance(node, ast.Call) else None
    name = call.callee if call is not None else node
    if not isinstance(name, ast.Name) or name.text not in POLICIES:
        for arg in call.args if call is not None else ():
            body.expr(arg.value)
        text = name.text if isinstance(name, ast.Name) else ""
        note, fix = body.report.meant(text, name.span, list(POLICIES))
        known = "there are `never`, `on_fault` and `always`, as in `restart on_fault(max: 3, within: 1s)`"
        body.report.error("E0313", name.span, f"there is no restart policy `{text}`", note or known, fix)
        return "never", ()
    if name.text != "on_fault":
        if call is not None:
            for arg in call.args:
                body.expr(arg.value)
            body.report.error("E0204", call.span, f"`{name.text}` takes no arguments")
        return name.text, ()
    return "on_fault", _limits(body, node, call.args if call is not None else ())


def _limits(body: Body, node: ast.Expr, args: tuple[ast.Arg, ...]) -> tuple[tree.Expr, ...]:
    here = node.span
    most = Parameter("max", INT, ast.IntLit(here, UNLIMITED), here)
    within = Parameter("within", DURATION, ast.DurationLit(here, FOREVER, "us"), here)
    found = check_arguments(body, Target("`on_fault`", here), (most, within), args)
    names = [arg.name.text for arg in args if arg.name is not None]
    if names == ["within"] and len(args) == 1:
        body.report.error(
            "E0313", here, "`within` says in which time, but not how many restarts", "add `max`, as in `max: 3`"
        )
    if found is None:
        return ()
    count = known_number(found[0])
    if count is not None and count < 0:
        body.report.error("E0202", found[0].span, "`max` says how many restarts, so it is 0 or more")
    check_interval(body, found[1], "`within`")
    return found


# --- on failed --------------------------------------------------------------------------------


def is_failed_handler(handler: ast.HandlerDecl) -> bool:
    """Whether a handler is named ``failed``, the one that hears of failed children."""
    return handler.name.text == FAILED


def failed_parameters(world: World, handler: ast.HandlerDecl) -> tuple[Parameter, ...]:
    """The parameters of ``on failed(child, fault)``, whose types need not be written."""
    report = world.report
    if len(handler.params) != 2:
        _wrong_signature(world, handler.name.span)
        kinds = (ERROR if param.type is None else read_type(world, report, param.type) for param in handler.params)
        return tuple(
            Parameter(param.name.text, t, param.default, param.name.span, world=world)
            for param, t in zip(handler.params, kinds, strict=True)
        )
    child, fault = handler.params
    if world.structs.get(FAULT_STRUCT) is not world.library.world.structs.get(FAULT_STRUCT):
        own = world.structs.get(FAULT_STRUCT) or world.actors.get(FAULT_STRUCT)
        place: Span = own.span if own is not None else handler.name.span
        report.error("E0107", place, "`on failed` is given a `Fault` of the language; choose another name here")
    fault_type = fault.type
    if fault_type is not None and not (isinstance(fault_type, ast.NamedType) and fault_type.name.text == FAULT_STRUCT):
        _wrong_signature(world, fault_type.span)
    if handler.result is not None:
        report.error("E0313", handler.result.span, "`on failed` answers nobody, so it has no result")
    for param in (child, fault):
        if param.default is not None:
            report.error("E0313", param.default.span, "`on failed` is always given both arguments")
    types: tuple[Type, Type] = (_child_type(world, child), StructType(FAULT_STRUCT))
    return tuple(
        Parameter(param.name.text, t, None, param.name.span) for param, t in zip((child, fault), types, strict=True)
    )


def _wrong_signature(world: World, place: Span) -> None:
    note = "choose another name for a message of the program's own"
    world.report.error("E0313", place, "the parent of an actor that fails is told by `on failed(child, fault)`", note)


def _child_type(world: World, child: ast.Param) -> Type:
    """What the child is: any actor, or the one kind that the parent spawns, which ``check_children`` looks at."""
    if child.type is None or (isinstance(child.type, ast.NamedType) and child.type.name.text == ANY_ACTOR.name):
        return ANY_ACTOR
    t = read_type(world, world.report, child.type)
    if isinstance(t, ActorType):
        return t
    if t is not ERROR:
        world.report.error("E0313", child.type.span, "the child of `on failed` is an actor", "its type may be left out")
    return ANY_ACTOR


def check_children(world: World, actor: ActorInfo) -> None:
    """Reports a child of ``on failed`` whose type is not the only one that the actor spawns."""
    info = actor.handlers.get(FAILED)
    if info is None or not is_told(info.handler):
        return
    written, child = info.decl.params[0].type, info.handler.params[0].type
    if written is None or child == ANY_ACTOR:
        return
    spawned = [node for turn in actor.turns for node in nodes_of(turn.body) if isinstance(node, tree.Spawn)]
    other = next((node for node in spawned if node.type != child), None)
    if other is not None:
        note = "leave the type out, and compare the child with the actors you know: `if child == worker { … }`"
        message = f"the child may be a `{other.type}` as well, which `{actor.name}` spawns too"
        world.report.error("E0313", written.span, message, note)
    elif not spawned:
        world.report.error("E0313", written.span, f"`{actor.name}` spawns no `{child}`, so it is never told of one")


def is_told(handler: tree.Handler) -> bool:
    """Whether a checked handler is an ``on failed``."""
    types = [param.type for param in handler.params]
    return handler.name == FAILED and types[1:] == [StructType(FAULT_STRUCT)] and isinstance(types[0], ActorType)
