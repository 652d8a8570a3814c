"""``model.run(…)`` in agents."""

from __future__ import annotations

from engine.compiler.check import tree
from engine.compiler.check.arguments import Target, check_arguments
from engine.compiler.check.body import Body
from engine.compiler.check.features import not_yet
from engine.compiler.check.types import FLOAT, INT, STRING, Type
from engine.compiler.check.world import Parameter, World
from engine.compiler.syntax import ast

_SETTINGS: dict[str, Type] = {"temperature": FLOAT, "max_tokens": INT, "seed": INT}


def check_model_call(body: Body, node: ast.Call, method: ast.Ident) -> tree.Expr:
    """Asks the agent's model; the answer is a string."""
    assert body.actor is not None
    if method.text == "run":
        text = Parameter("text", STRING, None, method.span)
        args = check_arguments(body, Target("`model.run`", node.span), (text,), node.args)
        if args is None or body.actor.model is None:
            return tree.Const(STRING, node.span, None)
        return tree.ModelCall(STRING, node.span, body.actor.model, "run", args)
    for arg in node.args:
        body.expr(arg.value)
    if method.text == "embed":
        not_yet(body.report, "E0912", node.span, "`model.embed` gives a tensor")
    elif method.text == "chat":
        body.report.error("E0310", node.span, "`model.chat` is not available yet", "`model.run(text)` is")
    else:
        note, fix = body.report.meant(method.text, method.span, ("run",))
        body.report.error("E0105", method.span, f"a model has no method `{method.text}`", note, fix)
    return body.nothing(node.span)


def check_model_clause(world: World, decl: ast.ActorDecl) -> None:
    """An agent has a model, and an actor has none; settings have the names and types that models know."""
    report, clause = world.report, decl.model
    if clause is None:
        if decl.is_agent:
            report.error("E0310", decl.name.span, f"the agent `{decl.name.text}` has no model", 'add `model "llama3"`')
        return
    if not decl.is_agent:
        report.error("E0310", clause.span, "only an agent has a model", f"write `agent {decl.name.text}`")
    seen: set[str] = set()
    for name, value in clause.settings:
        wanted = _SETTINGS.get(name.text)
        if wanted is None:
            note, fix = report.meant(name.text, name.span, _SETTINGS)
            report.error("E0310", name.span, f"a model has no setting `{name.text}`", note, fix)
            continue
        if name.text in seen:
            report.error("E0103", name.span, f"the setting `{name.text}` is given twice")
        seen.add(name.text)
        fits = isinstance(value, ast.IntLit) or (wanted is FLOAT and isinstance(value, ast.FloatLit))
        if not fits:
            kind = "a number" if wanted is FLOAT else "a whole number"
            report.error("E0310", value.span, f"`{name.text}` must be {kind}, written out")
