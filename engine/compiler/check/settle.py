"""The end of a body: open types get the type that later lines gave them, or are reported.

Typed nodes are frozen, but a node made before its type was known carries a ``TypeVar``. Bodies without open types
are left as they are; in the others the types inside the nodes are replaced in place, once, here.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from engine.base.source import Span
from engine.compiler.check import tree
from engine.compiler.check.body import Body, describe
from engine.compiler.check.inference import TypeVar, resolve
from engine.compiler.check.operators import holds_function
from engine.compiler.check.types import ERROR, Type

_SLOTS: dict[type, tuple[str, ...]] = {}


def settle(body: Body, statements: list[tree.Stmt]) -> None:
    """Decides all types of a body, then asks the library whether it can do what it was called for with these types."""
    if body.open_types:
        _report_open(body)
        for statement in statements:
            _settle_node(statement)
    if not body.is_library and body.report.errors == body.errors_before:
        _check_generic_calls(body)


def _report_open(body: Body) -> None:
    """Where a body has other mistakes, those are probably why a type is not known, so they speak alone."""
    quiet = body.report.errors > body.errors_before
    reported: set[Span] = set()
    for variable in body.open_types:
        end = resolve(variable)
        if not isinstance(end, TypeVar):
            continue
        if not quiet and variable.span not in reported:
            reported.add(variable.span)
            opening = body.source.cut(variable.span)[:1]
            example = {"[": "list<int>", "{": "dict<string, int>"}.get(opening, "int?")
            body.report.error(
                "E0209",
                variable.span,
                f"nothing says what type {variable.what} has",
                variable.way_out or f"write the type, as in `var x: {example} = …`",
            )
        end.link.append(ERROR)


def _settle_node(node: Any) -> None:
    if isinstance(node, tuple):
        for item in node:
            _settle_node(item)
        return
    if not is_dataclass(node) or isinstance(node, Type):
        return
    kind = type(node)
    slots = _SLOTS.get(kind)
    if slots is None:
        slots = _SLOTS[kind] = tuple(f.name for f in fields(node) if f.name != "span")
    for slot in slots:
        value = getattr(node, slot)
        if isinstance(value, Type):
            object.__setattr__(node, slot, resolve(value))
        elif isinstance(value, tree.FunctionRef):
            if value.type_args:
                object.__setattr__(node, slot, tree.FunctionRef(value.name, tuple(map(resolve, value.type_args))))
        elif not isinstance(value, str | int | float | bytes | None):
            _settle_node(value)


def _check_generic_calls(body: Body) -> None:
    """A generic function may do things with its values that not every type can, such as comparing."""
    generics = body.world.generics
    for span, key in body.keys:
        if holds_function(body, key):
            message = f"{describe(key)} cannot be a key of a dict or an item of a set: functions are never equal"
            body.report.error("E0222", span, message, "keep the function as the value of a dict, or in a list")
            return
    for call in body.generic_calls:
        if any("<error>" in str(t) for t in call.function.type_args):
            continue
        if generics is not None and generics.is_generic(call.function.name):
            problem = generics.problem(call.function, call.span)
        else:
            problem = body.world.library.problems(call.function, body.world.declared)
        if problem:
            name = call.function.name.rpartition(".")[2]
            of = describe(call.args[0].type) if call.args else describe(call.function.type_args[0])
            body.report.error("E0222", call.span, f"`{name}` does not work on {of}: {problem}")
