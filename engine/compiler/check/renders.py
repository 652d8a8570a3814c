"""``render`` in its three forms: a value, a timeline, a picture of the distributed state."""

from __future__ import annotations

from engine.compiler.check import tree
from engine.compiler.check.body import FUNCTION, HANDLER, Body, describe, statement
from engine.compiler.check.inference import head
from engine.compiler.check.types import ERROR, UNIT, ActorType
from engine.compiler.syntax import ast

Statements = list[tree.Stmt]


@statement(ast.RenderStmt)
def _render(body: Body, node: ast.RenderStmt, out: Statements) -> bool:
    if body.kind == FUNCTION:
        if body.result is UNIT:
            body.value(node.value)
            head_of = "fn(…)" if body.outer is not None else f"fn {body.name}(…)"
            note = f"write its type: `{head_of} -> …`"
            body.report.error("E0302", node.span, f"`{body.name}` has no result, so it has nothing to render", note)
            return False
        out.append(tree.Return(node.span, body.typed(node.value, body.result, f"the result of `{body.name}`")))
        return True
    if body.kind == HANDLER and body.result is not UNIT:
        out.append(tree.Emit(node.span, body.typed(node.value, body.result, f"what `{body.name}` renders")))
        return False
    out.append(tree.Emit(node.span, body.value(node.value)))
    return False


# --- timeline ---------------------------------------------------------------------------------


@statement(ast.RenderTimelineStmt)
def _timeline(body: Body, node: ast.RenderTimelineStmt, out: Statements) -> bool:
    entries = tuple(_timeline_entry(body, entry) for entry in node.entries)
    if body.acts(node.span, "render a timeline"):
        out.append(tree.EmitTimeline(node.span, entries))
    return False


def _timeline_entry(body: Body, entry: ast.TimelineEntry) -> tree.TimelineEntry:
    assert entry.at is not None
    ticks, microseconds = timeline_time(body, entry.at)
    payload = None if entry.payload is None else body.value(entry.payload)
    return tree.TimelineEntry(entry.source.text, entry.target.text, ticks, microseconds, payload)


def timeline_time(body: Body, time: ast.Expr) -> tuple[int | None, int | None]:
    """The time of an entry in ticks, and in microseconds where ticks were not written."""
    ticks: int | None = None
    microseconds: int | None = None
    if isinstance(time, ast.IntLit) or (isinstance(time, ast.DurationLit) and time.unit in ("tick", "ticks")):
        ticks = time.value
    elif isinstance(time, ast.DurationLit):
        made = body.value(time)
        assert isinstance(made, tree.Const)
        assert isinstance(made.value, int)
        microseconds = made.value
        ticks = -(-microseconds // body.world.shared.tick_us)
    elif not isinstance(time, ast.ErrorExpr):
        body.value(time)
        note = "as in `at 10ms` or `at tick=125`"
        body.report.error("E0312", time.span, "the time of a timeline's entry is written out", note)
    if ticks is not None and ticks >= 2**63:
        body.report.error("E0202", time.span, "this is too large for a tick")
    return ticks, microseconds


# --- distributed state ------------------------------------------------------------------------


@statement(ast.RenderStateStmt)
def _state(body: Body, node: ast.RenderStateStmt, out: Statements) -> bool:
    if not body.acts(node.span, "render the state of actors"):
        return False
    found = [_picture_field(body, access) for access in node.fields]
    out.append(tree.EmitState(node.span, tuple(f for f in found if f is not None)))
    return False


def _picture_field(body: Body, access: ast.FieldAccess) -> tree.PictureField | None:
    receiver = body.value(access.base)
    t = head(receiver.type)
    if t is ERROR:
        return None
    name = access.name.text
    if not isinstance(t, ActorType) or access.safe:
        note = "write `actor.field`, as in `server_1.counter`"
        body.report.error("E0311", access.base.span, f"this is {describe(t)}, not an actor", note)
        return None
    if t.name == "any":
        body.report.error("E0305", access.base.span, "which kind of actor `sender` is, is not known")
        return None
    actor = body.world.shared.actors[t.name]
    fields = {binding.field.name: binding.field for binding in actor.fields}
    if name not in fields:
        note, fix = body.report.meant(name, access.name.span, fields)
        body.report.error("E0104", access.name.span, f"`{t.name}` has no state `{name}`", note, fix)
        return None
    return tree.PictureField(body.written(access.span), receiver, t.name, fields[name])
