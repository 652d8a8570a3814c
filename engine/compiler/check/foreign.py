"""Names that other languages have for things of ours, so that a newcomer is told the word and not only that theirs is
unknown."""

from __future__ import annotations

from engine.base.diagnostics import Fix
from engine.base.source import Span

Hint = tuple[str, Fix | None]
"""A note and a fix; an empty note where nothing is known."""

_VALUES = {
    "null": "none", "nil": "none", "None": "none", "undefined": "none", "True": "true", "False": "false",
    "this": "self", "me": "self",
}  # fmt: skip

_SAYING = "`render` shows a value, as in `render x`"

_NOTES = {
    "print": _SAYING, "println": _SAYING, "printf": _SAYING, "echo": _SAYING, "puts": _SAYING, "console": _SAYING,
    "log": _SAYING,
    "len": "write `x.len()`", "length": "write `x.len()`", "size": "write `x.len()`", "count": "write `x.len()`",
    "range": "a range is written `0..n`, after `in` of a `for`", "str": "write `string(x)`",
    "bool": "compare, as in `x != 0`", "sorted": "write `xs.sort()`", "reversed": "write `xs.reverse()`",
    "append": "write `xs.push(x)`", "new": "a struct is made with `Name(field: value)`, an actor with `spawn Name()`",
    "try": "there are no exceptions: a fault ends its turn, and `T?` says that there may be no value",
    "raise": 'write `fail "why"`', "throw": 'write `fail "why"`', "panic": 'write `fail "why"`',
    "all": "write `xs.all(fn(x) => …)`", "any": "write `xs.any(fn(x) => …)`", "map": "write `xs.map(fn(x) => …)`",
    "filter": "write `xs.filter(fn(x) => …)`", "enumerate": "write `xs.enumerate()`", "zip": "write `xs.zip(ys)`",
    "dict": "an empty dict is `{}`, where its type is written", "list": "an empty list is `[]`",
    "set": "an empty set is `{}`, where its type is written", "assert_eq": "write `assert a == b`",
    "assert_equal": "write `assert a == b`", "warn": _SAYING, "Some": "a `T` is a `T?` as it is",
    "require": 'write `assert x, "why"`',
    "sleep": "an actor goes on later with `after 10ms self.message()`", "setTimeout": "write `after 10ms a.message()`",
    "setInterval": "write `every 10ms { … }`", "async": "handlers of actors run by themselves; nothing is `async`",
}  # fmt: skip

_METHODS = {
    "list": {
        "append": "push", "add": "push", "length": "len", "size": "len", "remove": "remove_at",
        "delete": "remove_at", "indexOf": "index_of", "includes": "contains", "sorted": "sort", "fold": "reduce",
        "some": "any", "every": "all", "reversed": "reverse",
    },
    "dict": {
        "length": "len", "size": "len", "count": "len", "contains": "has", "containsKey": "has", "delete": "remove",
        "pop": "remove", "entries": "items",
    },
    "set": {"length": "len", "size": "len", "contains": "has", "insert": "add", "push": "add", "delete": "remove"},
    "string": {
        "length": "len", "size": "len", "count": "len", "toUpperCase": "upper", "toLowerCase": "lower",
        "strip": "trim", "startsWith": "starts_with", "startswith": "starts_with", "endsWith": "ends_with",
        "endswith": "ends_with", "includes": "contains", "indexOf": "find", "index_of": "find", "padStart": "pad_left",
        "padEnd": "pad_right",
    },
    "bytes": {"length": "len", "size": "len"},
}  # fmt: skip

_TYPES = {
    "str": "string", "String": "string", "text": "string", "int64": "int", "i64": "int", "long": "int",
    "integer": "int", "double": "float", "f64": "float", "float64": "float", "boolean": "bool", "map": "dict",
    "Map": "dict", "HashMap": "dict", "vec": "list", "Vec": "list", "array": "list", "List": "list", "Set": "set",
    "Duration": "duration",
}  # fmt: skip

_TYPE_NOTES = {
    "Result": "declare an enum, as in `enum Outcome { Done(value: int), Failed(why: string) }`",
    "Option": "a value that may be missing has the type `T?`",
    "Optional": "a value that may be missing has the type `T?`",
    "any": "an enum holds one of several types; a value of any form is `json`",
    "object": "an enum holds one of several types; a value of any form is `json`",
    "time": "a moment is an int, the tick, and a span of time a `duration`",
    "void": "a function without a result has no `->`", "nil": "a function without a result has no `->`",
    "unit": "a function without a result has no `->`", "pid": "an actor's type is its name",
    "Pid": "an actor's type is its name",
}  # fmt: skip

_TO_TEXT = frozenset({"to_string", "toString", "to_text", "str"})


def foreign_name(name: str, span: Span) -> Hint:
    """What to write in place of a name that there is not."""
    ours = _VALUES.get(name)
    if ours is not None:
        return f"it is written `{ours}` here", Fix(f"write `{ours}`", span, ours)
    return _NOTES.get(name, ""), None


def foreign_type(name: str, span: Span) -> Hint:
    """What to write in place of a type that there is not."""
    ours = _TYPES.get(name)
    if ours is not None:
        return f"it is written `{ours}` here", Fix(f"write `{ours}`", span, ours)
    return _TYPE_NOTES.get(name, ""), None


def foreign_method(kind: str, name: str, span: Span, methods: list[str], *, called: bool) -> Hint:
    """What to write in place of a method, or of a field where ours is a method, that a type has not."""
    if name in _TO_TEXT:
        return "write `string(x)`, or put it into an f-string", None
    ours = _METHODS.get(kind, {}).get(name)
    if ours is None or ours not in methods:
        return "", None
    written = ours if called else f"{ours}()"
    return f"it is written `{written}` here", Fix(f"write `{written}`", span, written)
