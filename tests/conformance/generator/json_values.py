"""Expressions with JSON: values written out, read from texts, made of other values, and taken apart again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.conformance.generator.types import BOOL, FLOAT, INT, JSON, STRING, Type, list_of

if TYPE_CHECKING:
    from tests.conformance.generator.expressions import Expressions

ENTRIES = Type("dict", (STRING, JSON))
VARIANTS = (("Int", INT), ("String", STRING), ("List", list_of(JSON)), ("Object", ENTRIES))
"""What a match takes out of JSON."""


def has_form(t: Type) -> bool:
    """Whether values of the type can be JSON."""
    inside = [*t.parts, *(part for _, part in t.fields)]
    return t.kind not in ("actor", "function") and all(map(has_form, inside))


def ways(e: Expressions, t: Type) -> list[Callable[[], str]]:
    """Ways from JSON to a value of another type."""
    found: list[Callable[[], str]] = []
    if t == STRING:
        found = [lambda: _text(e)]
    elif t == INT:
        found = [lambda: f"{e.atom(JSON)}.len()", lambda: f"({e.atom(JSON)}.to_int() ?? {e.c.below(5)})"]
    elif t == FLOAT:
        found = [lambda: f"({e.atom(JSON)}.to_float() ?? 0.5)"]
    elif t == BOOL:
        found = [lambda: f"{e.atom(JSON)}.has({e.atom(STRING)})", lambda: f"({e.atom(JSON)} == {e.atom(JSON)})"]
    elif t == list_of(JSON):
        found = [lambda: f"{e.atom(JSON)}.items()"]
    elif t == list_of(STRING):
        found = [lambda: f"{e.atom(JSON)}.keys()"]
    elif t == ENTRIES:
        found = [lambda: f"{e.atom(JSON)}.entries()"]
    inner = t.parts[0] if t.kind == "optional" else t
    if has_form(t):
        back = "try_decode" if t.kind == "optional" else "decode"
        found.append(lambda: f"json.{back}<{inner.text}>(json.write({e.atom(inner)}))")
        if t.kind == "optional":
            found.append(lambda: f"json.try_decode<{inner.text}>({e.atom(JSON)}.to_text())")
    return found


def _text(e: Expressions) -> str:
    cut, shown = e.cut(STRING), e.any_type()
    if has_form(shown) and e.c.often(4):
        return f"{cut}(json.write({e.atom(shown)}))"
    if has_form(shown) and e.c.often(3):
        return f'(json.problem_of<{shown.text}>({e.atom(JSON)}.to_text()) ?? "fits")'
    method = e.c.one(("to_text", "pretty", "kind", "to_string"))
    if method == "to_string":
        return f'({e.atom(JSON)}.to_string() ?? json.problem({e.atom(STRING)}) ?? "fine")'
    return f"{cut}({e.atom(JSON)}.{method}())"


def made(e: Expressions, depth: int) -> str:
    """JSON that is computed; it stays short."""
    way = e.c.below(9)
    if way == 8:
        shown = e.any_type()
        return f"{e.cut_json()}(json.of({e.atom(shown)}))" if has_form(shown) else e.atom(JSON)
    a = e.atom(JSON)
    if way < 2:
        item = e.expr(JSON, depth - 1) if way else f"json.of({{{e.atom(STRING)}: {a}}})"
        return f"{e.cut_json()}(json.of([{a}, {item}]))"
    if way == 2:
        return f"({a}.get({e.atom(STRING)}) ?? {a})"
    if way == 3:
        return f"{a}[{e.c.one((e.atom(STRING), '0'))}]"
    if way == 4:
        return f"(json.try_parse({e.atom(STRING)}) ?? {a})"
    ways = (f"json.parse({a}.to_text())", f"json.parse({a}.pretty())", f"({a}.items().last() ?? json.Null)")
    return ways[way - 5]
