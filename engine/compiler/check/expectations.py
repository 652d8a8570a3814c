"""``expect timeline { node A -> B at 10ms payload e }``: the run had these messages, in this order.

In a test it looks back from where it stands. At the top level, which is over before anything has happened, it is a turn
of ``main`` of its own, which comes when nothing else is left to do. ``A`` is a variable with a reference, or the name
of an actor type, which stands for any actor of that type.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.compiler.check import tree
from engine.compiler.check.body import HANDLER, TOP, Body, describe, statement
from engine.compiler.check.inference import head, resolve, unify
from engine.compiler.check.operators import holds_function
from engine.compiler.check.renders import timeline_time
from engine.compiler.check.scopes import Variable
from engine.compiler.check.settle import settle
from engine.compiler.check.supervision import is_told
from engine.compiler.check.types import ERROR, INT, UNIT, ActorType, OptionalType, TupleType, Type
from engine.compiler.check.world import ActorInfo, World
from engine.compiler.syntax import ast

Statements = list[tree.Stmt]


@statement(ast.ExpectTimelineStmt)
def _expectation(body: Body, node: ast.ExpectTimelineStmt, out: Statements) -> bool:
    if body.kind == TOP and body.peeks:
        out.append(_expected(body, node))
        return False
    note = "in a test it may stand anywhere" if body.kind == TOP and body.name != "main" else ""
    message = "`expect timeline` stands in a test or directly at the top level"
    body.report.error("E0332", node.span, message, note)
    return False


def check_top_expectations(world: World, module: ast.Module, main: ActorInfo, top: Statements) -> None:
    """Those of the top level, for which ``top`` waits."""
    found = [item for item in module.items if isinstance(item, ast.ExpectTimelineStmt)]
    if not found:
        return
    body = Body(world, HANDLER, scope=main.scope, actor=main, name="top")
    statements: Statements = [_expected(body, node) for node in found]
    settle(body, statements)
    span = found[0].span
    place = world.source.position(span.start)
    handler = world.new_handler("main", f"expects in line {place.line}", "message", (), span)
    main.turns.append(tree.Turn(handler, tuple(statements)))
    number = tree.Const(INT, span, handler.id)
    top.insert(0, tree.Evaluate(span, tree.Call(UNIT, span, tree.FunctionRef("idle.wait"), (number,))))


def _expected(body: Body, node: ast.ExpectTimelineStmt) -> tree.Expect:
    if not node.entries:
        note = "as in `expect timeline { node Client -> Server }`"
        body.report.error("E0333", node.span, "there is no message in this expectation", note)
    return tree.Expect(node.span, tuple(_entry(body, entry) for entry in node.entries))


def _entry(body: Body, entry: ast.TimelineEntry) -> tree.ExpectedMessage:
    source, sender = _participant(body, entry.source)
    target, receiver = _participant(body, entry.target)
    ticks, microseconds = (None, None) if entry.at is None else timeline_time(body, entry.at)
    payload: tree.Expr | None = None
    carriers: list[tree.Carrier] = []
    if entry.payload is not None and (sender is None or receiver is None):
        body.value(entry.payload)
    elif entry.payload is not None and sender is not None and receiver is not None:
        payload, carriers = _payload(body, entry, entry.payload, _messages(sender, receiver))
    label = f"{entry.source.text} -> {entry.target.text}"
    if entry.at is not None:
        time = body.written(entry.at.span)
        label += f" at {time}" if isinstance(entry.at, ast.DurationLit) else f" at tick={time}"
    shown = tree.TimelineEntry(entry.source.text, entry.target.text, ticks, microseconds, payload)
    return tree.ExpectedMessage(entry.span, label, source, target, shown, tuple(carriers))


# --- participants -----------------------------------------------------------------------------


def _participant(body: Body, name: ast.Ident) -> tuple[tree.Expr, ActorInfo | None]:
    """The number of an actor, or -1 - k for any of the type k; and the type, None where that is a mistake."""
    actors = body.world.shared.actors
    span = name.span
    if body.find(name.text) is not None or name.text in body.world.constants:
        found = body.value(ast.Name(span, name.text))
        t = head(found.type)
        if isinstance(t, ActorType) and t.name != "any":
            body.world.shared.watched[t.name] = None
            return found, actors[t.name]
        if t is not ERROR:
            behind = f"it may be `none`, but a `let` is known to be there behind `assert {name.text} != none`"
            note = behind if isinstance(t, OptionalType) else ""
            body.report.error("E0334", span, f"`{name.text}` is {describe(t)}, and an actor is expected", note)
        return body.nothing(span), None
    known = {**body.world.actors, "main": actors["main"]}
    actor = known.get(name.text)
    if actor is None:
        seen = [each for each in body.scope.all_names() if isinstance(_type_of(body, each), ActorType)]
        note, fix = body.report.meant(name.text, span, [*known, *seen])
        body.report.error("E0334", span, f"there is no actor `{name.text}` to expect messages of", note, fix)
        return body.nothing(span), None
    body.world.shared.watched[actor.name] = None
    return tree.Const(INT, span, -1 - actor.id), actor


def _type_of(body: Body, name: str) -> Type:
    found = body.find(name)
    assert found is not None
    return head(found.local.type if isinstance(found, Variable) else found.field.type)


# --- payloads ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Message:
    """What one actor may send another, and the type of what it carries."""

    ref: tree.Carrier
    payload: Type


def _messages(sender: ActorInfo, receiver: ActorInfo) -> list[_Message]:
    """The messages with a payload that two actors may exchange: those of the receiver, and answers of the sender."""
    found: list[_Message] = []
    for info in receiver.handlers.values():
        types = tuple(param.type for param in info.handler.params)
        if types and not is_told(info.handler):
            payload = types[0] if len(types) == 1 else TupleType(types)
            found.append(_Message(tree.Carrier(receiver.name, info.handler.name, False), payload))
    for info in sender.handlers.values():
        if info.handler.result is not UNIT:
            found.append(_Message(tree.Carrier(sender.name, info.handler.name, True), info.handler.result))
    return found


def _payload(
    body: Body, entry: ast.TimelineEntry, node: ast.Expr, messages: list[_Message]
) -> tuple[tree.Expr, list[tree.Carrier]]:
    """The payload as one that some of the messages carry, and these."""
    types = list(dict.fromkeys(message.payload for message in messages))
    shaped = [t for t in types if _has_shape(t, node)]
    value = body.value(node, shaped[0] if len(shaped) == 1 else None)
    if value.type is ERROR:
        return value, []
    actual = resolve(value.type)
    exact = [t for t in types if t == actual]
    t = next(iter(exact or [t for t in types if _fits(actual, t)]), None)
    way = f"from `{entry.source.text}` to `{entry.target.text}`"
    if t is None:
        carried = ", ".join(f"{_spoken(m.ref)} carries {describe(m.payload)}" for m in messages)
        body.report.error("E0335", node.span, f"no message {way} carries {describe(actual)}", carried)
        return body.nothing(node.span), []
    if holds_function(body, t):
        body.report.error("E0222", node.span, f"{describe(t)} cannot be compared: functions are never equal")
    return body.fit(value, t), [message.ref for message in messages if message.payload == t]


def _spoken(carrier: tree.Carrier) -> str:
    return f"the answer to `{carrier.handler}`" if carrier.is_answer else f"`{carrier.handler}`"


def _has_shape(t: Type, node: ast.Expr) -> bool:
    """Whether a payload could be of the type, as far as the number of its parts tells."""
    parts = len(node.items) if isinstance(node, ast.TupleLit) else None
    return parts is None or (isinstance(t, TupleType) and len(t.items) == parts)


def _fits(actual: Type, wanted: Type) -> bool:
    if isinstance(wanted, OptionalType) and not isinstance(actual, OptionalType):
        return unify(wanted.inner, actual)
    return unify(wanted, actual)
