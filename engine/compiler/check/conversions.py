"""``int(x)``, ``float(x)``, ``string(x)``, and ``i32(x)`` in library files."""

from __future__ import annotations

from engine.compiler.check import tree
from engine.compiler.check.body import Body, describe
from engine.compiler.check.inference import TypeVar, head, resolve
from engine.compiler.check.types import BOOL, DURATION, ERROR, FLOAT, I32, INT, STRING, OptionalType, Type
from engine.compiler.syntax import ast

CONVERSIONS = frozenset({"int", "float", "string", "i32"})

_FROM: dict[str, tuple[Type, tuple[Type, ...]]] = {
    "int": (INT, (FLOAT, DURATION, I32)),
    "float": (FLOAT, (INT,)),
    "i32": (I32, (INT,)),
}


def convert(body: Body, node: ast.Call, name: str) -> tree.Expr:
    """The conversion ``name(value)``."""
    if name == "i32" and not body.is_library:
        body.report.error("E0101", node.callee.span, "there is no function `i32`")
        return body.nothing(node.span)
    if node.type_args:
        body.report.error("E0225", node.span, f"`{name}` takes no type arguments")
    if len(node.args) != 1 or node.args[0].name is not None:
        for arg in node.args:
            body.expr(arg.value)
        body.report.error("E0204", node.span, f"`{name}` takes one value, without a name")
        return body.nothing(node.span)
    value = body.value(node.args[0].value)
    t = head(value.type)
    if t is ERROR:
        return value
    if name == "string":
        return tree.Derived(STRING, node.span, "text", resolve(t), (value,))
    result, sources = _FROM[name]
    if t is result:
        return value
    if t in sources:
        return tree.Convert(result, node.span, value)
    note = ""
    if t is STRING:
        note = f"`to_{name}()` reads one from a string, and gives none where it is not one"
    elif isinstance(t, OptionalType):
        note = body.around_none(value.span)
    elif t is BOOL:
        note = f"write `if x {{ 1{'.0' if result is FLOAT else ''} }} else {{ 0{'.0' if result is FLOAT else ''} }}`"
    elif isinstance(t, TypeVar):
        note = "its type is not known yet here"
    body.report.error("E0223", node.span, f"{describe(t)} cannot become {describe(result)}", note)
    return tree.Const(result, node.span, None)
