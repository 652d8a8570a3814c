"""Messages and values that a person writes as source: ``Auth.login("eve")``, ``Counter#3.add(2)``, ``("eve", 3)``.

They are read by the compiler's own parser and turned into plain values by the types that the program's metadata gives
for the handler's parameters or the actor's field. Only plain values can be written, nothing that has to be computed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.base.errors import ForkError
from engine.base.source import SourceFile
from engine.compiler.metadata import FieldInfo, Metadata, TypeInfo, VariantInfo
from engine.compiler.syntax import ast
from engine.compiler.syntax.parser import parse
from engine.vm.json_text import JSON
from engine.vm.plain import Plain, pack, pack_arguments

_REFERENCE = re.compile(r'"(?:\\.|[^"\\])*"|\b([A-Za-z_][\w.]*)#(\d+)')
_WRAPPER = "arguments"
_MICROSECONDS = {"us": 1, "ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000}
EXAMPLES_MAX = 3
"""How many variants of an enum stand for it in a message."""

INT_MIN, INT_MAX = -(2**63), 2**63 - 1

ActorByName = Callable[[str], int | None]
"""The actor that a type's name stands for, or None where there is none."""


@dataclass(frozen=True, slots=True)
class WrittenMessage:
    """``Counter#3.add(2)``: ``number`` is 3, or None where only the type's name was written."""

    actor: str
    number: int | None
    name: str
    arguments: tuple[ast.Arg, ...]


def read_message(text: str) -> WrittenMessage:
    """A message as written. Raises ForkError with a sentence where the text is none."""
    arguments = _read_arguments(f"({text})", text)
    match arguments:
        case (ast.Arg(value=ast.Call(callee=ast.FieldAccess(base=base, name=name), args=args)),):
            match base:
                case ast.Call(callee=callee, args=(ast.Arg(value=ast.IntLit(value=number)),)) if _dotted(callee):
                    return WrittenMessage(_dotted(callee), number, name.text, args)
                case _ if _dotted(base):
                    return WrittenMessage(_dotted(base), None, name.text, args)
    raise ForkError(f"{text} is not a message; write one as Name.message(values) or Name#3.message(values)")


def _dotted(node: ast.Expr) -> str:
    """The name ``Counter``, or ``shapes.Counter`` where two files have one; empty for anything else."""
    if isinstance(node, ast.FieldAccess):
        base = _dotted(node.base)
        return f"{base}.{node.name.text}" if base else ""
    return node.text if isinstance(node, ast.Name) else ""


def read_arguments(text: str) -> tuple[ast.Arg, ...]:
    """The values in ``("eve", 3)``; the parentheses may be left out."""
    inner = text.strip()
    return _read_arguments(inner if inner.startswith("(") and _closes_at_end(inner) else f"({inner})", text)


def read_value(text: str) -> ast.Expr:
    """One value as written."""
    arguments = _read_arguments(f"({text})", text)
    if len(arguments) != 1 or arguments[0].name is not None:
        raise ForkError(f'{text or "nothing"} is not a value; write one such as 5, "eve" or [1, 2]')
    return arguments[0].value


def _read_arguments(parenthesised: str, shown: str) -> tuple[ast.Arg, ...]:
    plain = _REFERENCE.sub(lambda m: f"{m[1]}({m[2]})" if m[1] else m[0], parenthesised)
    module, diagnostics = parse(SourceFile("what was written", _WRAPPER + plain))
    errors = [diagnostic for diagnostic in diagnostics if diagnostic.is_error]
    if errors:
        raise ForkError(f"{shown.strip() or 'nothing'} cannot be read: {errors[0].message}")
    match module.items:
        case (ast.ExprStmt(value=ast.Call(callee=ast.Name(text=name), args=args)),) if name == _WRAPPER:
            return args
    raise ForkError(f'{shown.strip()} cannot be read; write values such as 5, "eve" or [1, 2]')


def _closes_at_end(text: str) -> bool:
    """Whether the parenthesis that opens the text is closed by its last character."""
    depth = 0
    bare = re.sub(r'"(?:\\.|[^"\\])*"', lambda m: "_" * len(m[0]), text)
    for i, char in enumerate(bare):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return i == len(bare) - 1
    return False


class Encoder:
    """Turns written values into the bytes that messages carry."""

    def __init__(self, metadata: Metadata, actor_by_name: ActorByName) -> None:
        self._metadata = metadata
        self._actor_by_name = actor_by_name

    def arguments(self, title: str, params: Sequence[FieldInfo], arguments: Sequence[ast.Arg]) -> bytes:
        """The payload of a message; ``title`` names it in what is said about mistakes."""
        given: dict[str, ast.Expr] = {}
        for position, argument in enumerate(arguments):
            if argument.name is None and position >= len(params):
                raise ForkError(f"{title} takes {_counted(len(params))}, here are {len(arguments)}")
            name = params[position].name if argument.name is None else argument.name.text
            if name in given:
                raise ForkError(f"{title}: {name} is given twice")
            given[name] = argument.value
        names = [param.name for param in params]
        for name in given:
            if name not in names:
                raise ForkError(f"{title} has no parameter {name}; it takes {self.signature(params)}")
        for param in params:
            if param.name not in given:
                raise ForkError(f"{title}: {param.name} is missing; it takes {self.signature(params)}")
        values = [self.plain(f"{title}, {param.name}", param.type, given[param.name]) for param in params]
        return pack_arguments(self._metadata, params, values)

    def value(self, title: str, type_index: int, written: ast.Expr) -> bytes:
        """The bytes of one value of a type."""
        return pack(self._metadata, type_index, self.plain(title, type_index, written))

    def signature(self, params: Sequence[FieldInfo]) -> str:
        """``(user: string, age: int)``."""
        return "(" + ", ".join(f"{param.name}: {self._metadata.types[param.type].name}" for param in params) + ")"

    def plain(self, title: str, type_index: int, written: ast.Expr) -> Plain:
        """The plain value. Raises ForkError where the value is not of that type."""
        info = self._metadata.types[type_index]
        match info.kind, written:
            case "bool", ast.BoolLit(value=value):
                return value
            case "string", ast.StringLit(value=text):
                return text
            case "bytes", ast.BytesLit(value=data):
                return data
            case "optional" | "optional_word", ast.NoneLit():
                return None
            case "optional" | "optional_word", _:
                return self.plain(title, info.parts[0], written)
            case "list" | "set", ast.ListLit(items=items) | ast.SetLit(items=items):
                return _distinct(info, [self.plain(title, info.parts[0], item) for item in items])
            case "set" | "dict", ast.DictLit(entries=()):
                return []
            case "dict", ast.DictLit(entries=entries):
                key, item = info.parts
                return _distinct(info, [(self.plain(title, key, k), self.plain(title, item, v)) for k, v in entries])
            case "tuple", ast.TupleLit(items=items) if len(items) == len(info.parts):
                return [self.plain(title, part, item) for part, item in zip(info.parts, items, strict=True)]
            case "bytes", ast.ListLit(items=items):
                return self._bytes(title, items)
            case "struct", ast.Call(callee=ast.Name(text=name), args=args) if name == info.plain_name:
                return self._fields(title, info.plain_name, info.names, info.parts, args)
            case "enum" | "variant", ast.FieldAccess(base=ast.Name(text=name), name=variant) if name == info.plain_name:
                return self._variant(title, info, variant.text, ())
            case "variant", ast.Call(callee=ast.FieldAccess(base=ast.Name(text=name), name=variant), args=args) if (
                name == info.plain_name
            ):
                return self._variant(title, info, variant.text, args)
            case "variant", _ if info.name == JSON:
                return self._json(title, info, written)
            case "function", _:
                raise ForkError(f"{title}: a function cannot be written here; change what the program gives it")
            case "actor", ast.Call(callee=callee, args=(ast.Arg(value=ast.IntLit(value=number)),)) if _dotted(callee):
                return self._actor(title, info, _dotted(callee), number)
            case "actor", _ if _dotted(written):
                return self._actor(title, info, _dotted(written), self._actor_by_name(_dotted(written)))
            case _:
                return self._number(title, info, written)

    def _json(self, title: str, info: TypeInfo, written: ast.Expr) -> Plain:
        """A value of JSON, as JSON has it."""
        inner = written.operand if isinstance(written, ast.Unary) and written.op == "-" else written
        match inner:
            case ast.NoneLit() | ast.Name(text="null"):
                name = "Null"
            case ast.BoolLit():
                name = "Bool"
            case ast.IntLit():
                name = "Int"
            case ast.FloatLit():
                name = "Float"
            case ast.StringLit():
                name = "String"
            case ast.ListLit():
                name = "List"
            case ast.DictLit():
                name = "Object"
            case _:
                raise ForkError(f'{title}: a value of JSON is expected, such as 5, "eve", [1, 2] or {{"a": null}}')
        number = next(i for i, variant in enumerate(info.variants) if variant.name == name)
        return [number, *(self.plain(title, part, written) for part in info.variants[number].parts)]

    def _number(self, title: str, info: TypeInfo, written: ast.Expr) -> Plain:
        sign, inner = (-1, written.operand) if isinstance(written, ast.Unary) and written.op == "-" else (1, written)
        match info.kind, inner:
            case "int", ast.IntLit(value=value):
                if not INT_MIN <= sign * value <= INT_MAX:
                    raise ForkError(f"{title}: {sign * value} does not fit into an int")
                return sign * value
            case "float", ast.IntLit(value=number) | ast.FloatLit(value=number):
                return sign * float(number)
            case "duration", ast.DurationLit(value=amount, unit=unit):
                return sign * amount * _MICROSECONDS.get(unit, self._metadata.tick_us)
        raise ForkError(f"{title}: a value of type {info.name} is expected, such as {example(self._metadata, info)}")

    def _bytes(self, title: str, items: Sequence[ast.Expr]) -> bytes:
        numbers = [item.value if isinstance(item, ast.IntLit) else -1 for item in items]
        if not all(0 <= number <= 255 for number in numbers):
            raise ForkError(f"{title}: bytes are written as a list of ints from 0 to 255")
        return bytes(numbers)

    def _variant(self, title: str, info: TypeInfo, name: str, arguments: Sequence[ast.Arg]) -> Plain:
        """A value of an enum: a number, or a list of the number and what the variant carries."""
        number = next((i for i, variant in enumerate(info.variants) if variant.name == name), None)
        if number is None:
            known = ", ".join(variant.name for variant in info.variants)
            raise ForkError(f"{title}: {info.plain_name} has no variant {name}; it has {known}")
        if info.kind == "enum":
            return number
        variant = info.variants[number]
        shown = f"{info.plain_name}.{name}"
        return [number, *self._fields(title, shown, variant.names, variant.parts, arguments)]

    def _fields(
        self,
        title: str,
        owner: str,
        names: tuple[str, ...],
        parts: tuple[int, ...],
        arguments: Sequence[ast.Arg],
    ) -> list[Plain]:
        """What a struct or a variant holds, in order."""
        given: dict[str, ast.Expr] = {}
        for position, argument in enumerate(arguments):
            if argument.name is None and position >= len(names):
                count = f"{len(names)} field{'' if len(names) == 1 else 's'}"
                raise ForkError(f"{title}: {owner} has {count}, here are {len(arguments)} values")
            given[names[position] if argument.name is None else argument.name.text] = argument.value
        for name in given:
            if name not in names:
                raise ForkError(f"{title}: {owner} has no field {name}")
        for name in names:
            if name not in given:
                raise ForkError(f"{title}: the field {name} of {owner} is missing")
        return [self.plain(f"{title}.{name}", part, given[name]) for name, part in zip(names, parts, strict=True)]

    def _actor(self, title: str, info: TypeInfo, name: str, number: int | None) -> int:
        if info.name not in ("any", name):
            raise ForkError(f"{title}: a {info.name} is expected, not a {name}")
        if number is None:
            raise ForkError(f"{title}: there is no {name} at this moment")
        return number


def _distinct(info: TypeInfo, items: list[Plain]) -> list[Plain]:
    """What is left of a set's or dict's items when equal ones are put in one after the other."""
    if info.kind == "list":
        return items
    kept: dict[str, Plain] = {}
    for item in items:
        kept[repr(item[0] if info.kind == "dict" else item)] = item
    return list(kept.values())


_EXAMPLES = {
    "int": "5", "float": "1.5", "bool": "true", "string": '"eve"', "duration": "10ms", "bytes": "[1, 2]",
    "actor": "{0}#3",
}  # fmt: skip


def example(metadata: Metadata, info: TypeInfo) -> str:
    """A value of a type, as one would write it."""

    def part(i: int) -> str:
        return example(metadata, metadata.types[info.parts[i]])

    match info.kind:
        case "list":
            return f"[{part(0)}]"
        case "set":
            return f"{{{part(0)}}}"
        case "dict":
            return f"{{{part(0)}: {part(1)}}}"
        case "tuple":
            return "(" + ", ".join(part(i) for i in range(len(info.parts))) + ")"
        case "optional" | "optional_word":
            return f"none or {part(0)}"
        case "struct":
            return f"{info.plain_name}(" + ", ".join(f"{name}: …" for name in info.names) + ")"
        case "enum" | "variant":
            return " or ".join(_variant_example(info, variant) for variant in info.variants[:EXAMPLES_MAX])
        case "function":
            return "a function, which only the program can make"
        case kind:
            return _EXAMPLES.get(kind, "one of its values").format(info.name)


def _variant_example(info: TypeInfo, variant: VariantInfo) -> str:
    carried = ", ".join("…" if name.isdecimal() else f"{name}: …" for name in variant.names)
    return f"{info.plain_name}.{variant.name}" + (f"({carried})" if carried else "")


def _counted(count: int) -> str:
    return "no values" if count == 0 else "1 value" if count == 1 else f"{count} values"
