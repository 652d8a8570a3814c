"""What a person writes for a message or a value, as the syntax tree of the compiler's own parser.

Besides the language's literals, every text that is shown for a value can be read: references such as ``Counter#3``,
strings with the escapes of JSON, and functions, whose text is their type.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.base.errors import ForkError
from engine.base.source import SourceFile
from engine.compiler.metadata import Metadata
from engine.compiler.syntax import ast
from engine.compiler.syntax.parser import parse

_STRING = r'"(?:\\.|[^"\\])*"'
_REFERENCE = r"\b(?P<actor>[A-Za-z_][\w.]*)#(?P<number>\d+)"
_JSON_ESCAPE = re.compile(
    r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})|\\([bf/])|\\.", re.DOTALL
)
_JSON_LETTERS = {"b": "\\u{8}", "f": "\\u{c}", "/": "/"}
_WRAPPER = "arguments"
FUNCTION = "function_that_stays"
"""The name that a function which is shown is read as."""


@dataclass(frozen=True, slots=True)
class WrittenMessage:
    """``Counter#3.add(2)``: ``number`` is 3, or None where only the type's name was written."""

    actor: str
    number: int | None
    name: str
    arguments: tuple[ast.Arg, ...]


def read_message(text: str, metadata: Metadata) -> WrittenMessage:
    """A message as written. Raises ForkError with a sentence where the text is none."""
    arguments = _read_arguments(f"({text})", text, metadata)
    match arguments:
        case (ast.Arg(value=ast.Call(callee=ast.FieldAccess(base=base, name=name), args=args)),):
            match base:
                case ast.Call(callee=callee, args=(ast.Arg(value=ast.IntLit(value=number)),)) if dotted(callee):
                    return WrittenMessage(dotted(callee), number, name.text, args)
                case _ if dotted(base):
                    return WrittenMessage(dotted(base), None, name.text, args)
    raise ForkError(f"{text} is not a message; write one as Name.message(values) or Name#3.message(values)")


def dotted(node: ast.Expr) -> str:
    """The name ``Counter``, or ``shapes.Counter`` where two files have one; empty for anything else."""
    if isinstance(node, ast.FieldAccess):
        base = dotted(node.base)
        return f"{base}.{node.name.text}" if base else ""
    return node.text if isinstance(node, ast.Name) else ""


def read_arguments(text: str, metadata: Metadata) -> tuple[ast.Arg, ...]:
    """The values in ``("eve", 3)``; the parentheses may be left out."""
    inner = text.strip()
    return _read_arguments(inner if inner.startswith("(") and _closes_at_end(inner) else f"({inner})", text, metadata)


def read_value(text: str, metadata: Metadata) -> ast.Expr:
    """One value as written."""
    arguments = _read_arguments(f"({text})", text, metadata)
    if len(arguments) != 1 or arguments[0].name is not None:
        raise ForkError(f'{text or "nothing"} is not a value; write one such as 5, "eve" or [1, 2]')
    return arguments[0].value


def _read_arguments(parenthesised: str, shown: str, metadata: Metadata) -> tuple[ast.Arg, ...]:
    if "…" in re.sub(_STRING, "", shown):
        raise ForkError(f"{shown.strip()} is cut, so it can only be kept as it is shown, or be written in full")
    source = SourceFile("what was written", _WRAPPER + _as_source(parenthesised, metadata))
    module, diagnostics = parse(source)
    errors = [diagnostic for diagnostic in diagnostics if diagnostic.is_error]
    if errors:
        raise ForkError(f"{shown.strip() or 'nothing'} cannot be read: {errors[0].message}")
    match module.items:
        case (ast.ExprStmt(value=ast.Call(callee=ast.Name(text=name), args=args)),) if name == _WRAPPER:
            return args
    raise ForkError(f'{shown.strip()} cannot be read; write values such as 5, "eve" or [1, 2]')


def _as_source(text: str, metadata: Metadata) -> str:
    """What is shown, as the compiler's parser reads it."""
    functions = sorted({info.name for info in metadata.types if info.kind == "function"}, key=len, reverse=True)
    kinds = "|".join(map(re.escape, functions)) or "(?!)"

    def plain(found: re.Match[str]) -> str:
        if found["string"] is not None:
            return _JSON_ESCAPE.sub(_language_escape, found["string"])
        if found["function"] is not None:
            return FUNCTION
        return f"{found['actor']}({found['number']})"

    return re.sub(f"(?P<string>{_STRING})|(?P<function>{kinds})|{_REFERENCE}", plain, text, flags=re.DOTALL)


def _language_escape(found: re.Match[str]) -> str:
    """An escape that only JSON has, as the language has it."""
    high, low, unit, letter = found.groups()
    if high:
        return f"\\u{{{ord(bytes.fromhex(high + low).decode('utf-16-be')):x}}}"
    if unit:
        return f"\\u{{{unit}}}"
    return _JSON_LETTERS[letter] if letter else found[0]


def _closes_at_end(text: str) -> bool:
    """Whether the parenthesis that opens the text is closed by its last character."""
    depth = 0
    bare = re.sub(r'"(?:\\.|[^"\\])*"', lambda m: "_" * len(m[0]), text)
    for i, char in enumerate(bare):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return i == len(bare) - 1
    return False
