"""Calls of library functions that a form of the language stands for: ``in``, slices, comprehensions."""

from __future__ import annotations

from engine.base.source import Span
from engine.compiler.check import tree
from engine.compiler.check.body import Body
from engine.compiler.check.inference import match_params, substitute
from engine.compiler.check.types import Type


def library_call(body: Body, name: str, span: Span, args: tuple[tree.Expr, ...]) -> tree.Call | None:
    """A call of a library function whose arguments are known to fit, or None where the library has no such function."""
    signature = body.world.library.signature(name)
    if signature is None:
        return None
    bound: dict[str, Type] = {}
    for param, arg in zip(signature.params, args, strict=True):
        match_params(param.type, arg.type, bound)
    ref = tree.FunctionRef(name, tuple(bound[p] for p in signature.type_params))
    call = tree.Call(substitute(signature.result, bound), span, ref, args, signature.changes_first)
    if signature.type_params:
        body.generic_calls.append(call)
    return call
