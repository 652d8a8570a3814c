"""What follows when an actor fails: the restart policy of a ``spawn``, and ``on failed`` of the parent."""

from __future__ import annotations

from engine.base.source import Span
from engine.compiler.check import tree
from engine.compiler.check.arguments import Target, check_arguments
from engine.compiler.check.body import Body
from engine.compiler.check.report import meant
from engine.compiler.check.types import DURATION, INT, ActorType, StructType, Type
from engine.compiler.check.world import Parameter, World
from engine.compiler.syntax import ast

POLICIES = ("never", "on_fault", "always")
UNLIMITED = 2**63 - 1
FOREVER = -1
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
        note, fix = meant(text, name.span, list(POLICIES))
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
    return () if found is None else found


# --- on failed --------------------------------------------------------------------------------


def is_failed_handler(handler: ast.HandlerDecl) -> bool:
    """Whether a handler is told of failed actors: ``failed`` with two parameters, the second a ``Fault``."""
    if handler.name.text != FAILED or len(handler.params) != 2:
        return False
    fault = handler.params[1].type
    return fault is None or (isinstance(fault, ast.NamedType) and fault.name.text == FAULT_STRUCT)


def failed_parameters(world: World, handler: ast.HandlerDecl) -> tuple[Parameter, ...]:
    """The parameters of ``on failed(child, fault)``, whose types need not be written."""
    report = world.report
    child, fault = handler.params
    if world.structs.get(FAULT_STRUCT) is not world.library.world.structs.get(FAULT_STRUCT):
        own = world.structs.get(FAULT_STRUCT) or world.actors.get(FAULT_STRUCT)
        place: Span = own.span if own is not None else handler.name.span
        report.error("E0107", place, "`on failed` is given a `Fault` of the language; choose another name here")
    if child.type is not None and not (isinstance(child.type, ast.NamedType) and child.type.name.text == "any"):
        note = "compare it with the actors you know: `if child == worker { … }`"
        report.error("E0313", child.type.span, "any actor spawned here may fail, so the child has no type", note)
    if handler.result is not None:
        report.error("E0313", handler.result.span, "`on failed` answers nobody, so it has no result")
    types: tuple[Type, Type] = (ANY_ACTOR, StructType(FAULT_STRUCT))
    for param in (child, fault):
        if param.default is not None:
            report.error("E0313", param.default.span, "`on failed` is always given both arguments")
    return tuple(
        Parameter(param.name.text, t, None, param.name.span) for param, t in zip((child, fault), types, strict=True)
    )


def is_told(handler: tree.Handler) -> bool:
    """Whether a checked handler is an ``on failed``."""
    return handler.name == FAILED and [param.type for param in handler.params] == [ANY_ACTOR, StructType(FAULT_STRUCT)]
