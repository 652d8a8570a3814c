"""``raw.name(…)``: the operations of the machine, in library files only."""

from __future__ import annotations

from collections.abc import Callable

from engine.base.counts import counted_or_no
from engine.compiler.check import tree
from engine.compiler.check.body import Body, describe
from engine.compiler.check.inference import head, resolve
from engine.compiler.check.intrinsics import INTRINSICS
from engine.compiler.check.operators import has_order, holds, holds_function
from engine.compiler.check.type_names import read_type
from engine.compiler.check.types import (
    BOOL,
    DURATION,
    FLOAT,
    I32,
    INT,
    JSON,
    STRING,
    UNIT,
    V128,
    ActorType,
    FnType,
    Type,
    is_reference,
    is_word,
)
from engine.compiler.syntax import ast

_TYPES: dict[str, Type] = {
    "i32": I32,
    "v128": V128,
    "int": INT,
    "float": FLOAT,
    "bool": BOOL,
    "duration": DURATION,
    "json": JSON,
    "unit": UNIT,
}

_QUESTIONS: dict[str, Callable[[Type], bool]] = {
    "is_reference": is_reference,
    "is_word": is_word,
    "is_int": lambda of: of in (INT, DURATION),
    "is_float": lambda of: of is FLOAT,
    "is_string": lambda of: of is STRING,
}
"""What a function may ask about its type argument."""

_TAKES_TYPE = frozenset(
    name for name, s in INTRINSICS.items() if "T" in s.params or s.result == "T" or name in _QUESTIONS
)


def check_intrinsic(body: Body, node: ast.Call, name: str, expected: Type | None) -> tree.Expr:
    """One operation; its type argument may be left out where an argument or the expected type shows it."""
    signature = INTRINSICS.get(name)
    if signature is None:
        note, _ = body.report.meant(name, node.callee.span, INTRINSICS)
        body.report.error("E0101", node.callee.span, f"there is no operation `raw.{name}`", note)
        return body.nothing(node.span)
    if len(node.args) != len(signature.params):
        body.report.error("E0204", node.span, f"`raw.{name}` takes {counted_or_no(len(signature.params), 'argument')}")
        return body.nothing(node.span)
    of = read_type(body.world, body.report, node.type_args[0], body.type_params) if node.type_args else None
    args: list[tree.Expr] = []
    for param, arg in zip(signature.params, node.args, strict=True):
        wanted = of if param == "T" else _TYPES[param]
        if wanted is None:
            args.append(body.value(arg.value))
            of = head(args[-1].type)
        else:
            args.append(body.typed(arg.value, wanted, f"an argument of `raw.{name}`"))
    if name not in _TAKES_TYPE:
        return tree.Intrinsic(_TYPES[signature.result], node.span, name, tuple(args))
    if of is None:
        of = expected
    if of is None:
        body.report.error("E0209", node.span, f"write the type: `raw.{name}<T>(…)`")
        return body.nothing(node.span)
    of = resolve(of)
    if name in _QUESTIONS:
        return tree.Const(BOOL, node.span, _QUESTIONS[name](of))
    if name == "compare" and not has_order(body, of):
        body.report.error("E0203", node.span, f"{describe(of)} has no order")
    if name in ("equal", "hash") and holds_function(body, of):
        body.report.error("E0203", node.span, "functions are never equal")
    if name in ("to_json", "from_json") and holds(body, of, ActorType | FnType):
        body.report.error("E0203", node.span, f"{describe(of)} holds what has no form in JSON: an actor or a function")
    result = of if signature.result == "T" else _TYPES[signature.result]
    return tree.Intrinsic(result, node.span, name, tuple(args), of)
