"""Values that a person writes as source, as the bytes that messages and states carry: ``("eve", 3)``.

They are turned into plain values by the types that the program's metadata gives for the handler's parameters or the
actor's field. Only plain values can be written, nothing that has to be computed. Every text that is shown for a value
is read back as that value; a function is kept where one stood before.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from engine.base.counts import counted_or_no
from engine.base.errors import ForkError
from engine.base.events import OUTSIDE
from engine.compiler.metadata import FieldInfo, Metadata, TypeInfo, VariantInfo
from engine.compiler.syntax import ast
from engine.timetravel.written import FUNCTION, dotted
from engine.vm.json_text import JSON
from engine.vm.plain import ANY_ACTOR, Plain, pack, pack_arguments

_MICROSECONDS = {"us": 1, "ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000}
_FIXED_ACTORS = {"main": 0, "outside": OUTSIDE}
EXAMPLES_MAX = 3
"""How many variants of an enum stand for it in a message."""

_SPECIAL = {"inf": math.inf, "nan": math.nan}
INT_MIN, INT_MAX = -(2**63), 2**63 - 1

ActorByName = Callable[[str], int | None]
"""The actor that a type's name stands for, or None where there is none."""
KindOf = Callable[[int], str | None]
"""The name of an actor's type, or None where there is no such actor."""


class _Nothing:
    """The type of ``NOTHING``, which stands where no value was before."""


NOTHING = _Nothing()


class Encoder:
    """Turns written values into the bytes that messages carry."""

    def __init__(self, metadata: Metadata, actor_by_name: ActorByName, kind_of: KindOf) -> None:
        self._metadata = metadata
        self._actor_by_name = actor_by_name
        self._kind_of = kind_of

    def arguments(
        self, title: str, params: Sequence[FieldInfo], arguments: Sequence[ast.Arg], old: Sequence[Plain] = ()
    ) -> bytes:
        """The payload of a message; ``title`` names it in what is said about mistakes. ``old`` are the values that it
        had before."""
        given: dict[str, ast.Expr] = {}
        for position, argument in enumerate(arguments):
            if argument.name is None and position >= len(params):
                raise ForkError(f"{title} takes {counted_or_no(len(params), 'value')}, not {len(arguments)}")
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
        values = [
            self.plain(f"{title}, {param.name}", param.type, given[param.name], _part(old, i))
            for i, param in enumerate(params)
        ]
        return pack_arguments(self._metadata, params, values)

    def value(self, title: str, type_index: int, written: ast.Expr, old: Plain = NOTHING) -> bytes:
        """The bytes of one value of a type."""
        return pack(self._metadata, type_index, self.plain(title, type_index, written, old))

    def signature(self, params: Sequence[FieldInfo]) -> str:
        """``(user: string, age: int)``."""
        return "(" + ", ".join(f"{param.name}: {self._metadata.types[param.type].name}" for param in params) + ")"

    def plain(self, title: str, type_index: int, written: ast.Expr, old: Plain = NOTHING) -> Plain:
        """The plain value, in the place of an ``old`` one. Raises ForkError where the value is not of that type."""
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
                return self.plain(title, info.parts[0], written, NOTHING if old is None else old)
            case "bytes", ast.ListLit(items=items):
                return self._bytes(title, items)
            case "struct", ast.Call(callee=callee, args=args) if _is_named(info, callee):
                return self._fields(title, info.plain_name, info.names, info.parts, args, old)
            case "enum" | "variant", ast.FieldAccess(base=base, name=variant) if _is_named(info, base):
                return self._variant(title, info, variant.text, (), old)
            case "variant", ast.Call(callee=ast.FieldAccess(base=base, name=variant), args=args) if _is_named(
                info, base
            ):
                return self._variant(title, info, variant.text, args, old)
            case "variant", _ if info.name == JSON:
                return self._json(title, info, written)
            case "function", ast.Name(text=name) if name == FUNCTION and isinstance(old, list):
                return old
            case "function", _:
                raise ForkError(f"{title}: a function cannot be written here; change what the program gives it")
            case "actor", _ if (found := _reference(written)) is not None:
                return self._actor(title, info, *found)
            case _:
                return self._container(title, info, written, old)

    def _container(self, title: str, info: TypeInfo, written: ast.Expr, old: Plain) -> Plain:
        """A list, set, dict or tuple, or what holds nothing else."""
        match info.kind, written:
            case "list" | "set", ast.ListLit(items=items) | ast.SetLit(items=items):
                return _distinct(
                    info, [self.plain(title, info.parts[0], part, _part(old, i)) for i, part in enumerate(items)]
                )
            case "set" | "dict", ast.DictLit(entries=()):
                return []
            case "dict", ast.DictLit(entries=entries):
                before = {repr(k): item for k, item in old} if isinstance(old, list) else {}
                found: list[Plain] = []
                for k, item in entries:
                    key = self.plain(title, info.parts[0], k)
                    found.append((key, self.plain(title, info.parts[1], item, before.get(repr(key), NOTHING))))
                return _distinct(info, found)
            case "tuple", ast.TupleLit(items=items) if len(items) == len(info.parts):
                types = info.parts
                return [self.plain(title, types[i], part, _part(old, i)) for i, part in enumerate(items)]
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
            case ast.FloatLit() | ast.Name(text="inf" | "nan"):
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
            case "float", ast.Name(text=text) | ast.FieldAccess(
                base=ast.Name(text="math"), name=ast.Ident(text=text)
            ) if text in _SPECIAL:
                return sign * _SPECIAL[text]
            case "duration", ast.DurationLit(value=amount, unit=unit):
                duration = sign * amount * _MICROSECONDS.get(unit, self._metadata.tick_us)
                if not INT_MIN <= duration <= INT_MAX:
                    raise ForkError(f"{title}: {sign * amount}{unit} is too long for a duration")
                return duration
        raise ForkError(f"{title}: a value of type {info.name} is expected, such as {example(self._metadata, info)}")

    def _bytes(self, title: str, items: Sequence[ast.Expr]) -> bytes:
        numbers = [item.value if isinstance(item, ast.IntLit) else -1 for item in items]
        if not all(0 <= number <= 255 for number in numbers):
            raise ForkError(f"{title}: bytes are written as a list of ints from 0 to 255")
        return bytes(numbers)

    def _variant(
        self, title: str, info: TypeInfo, name: str, arguments: Sequence[ast.Arg], old: Plain = NOTHING
    ) -> Plain:
        """A value of an enum: a number, or a list of the number and what the variant carries."""
        number = next((i for i, variant in enumerate(info.variants) if variant.name == name), None)
        if number is None:
            known = ", ".join(variant.name for variant in info.variants)
            raise ForkError(f"{title}: {info.plain_name} has no variant {name}; it has {known}")
        if info.kind == "enum":
            return number
        variant = info.variants[number]
        shown = f"{info.plain_name}.{name}"
        carried = old[1:] if isinstance(old, list) and old[0] == number else NOTHING
        return [number, *self._fields(title, shown, variant.names, variant.parts, arguments, carried)]

    def _fields(
        self,
        title: str,
        owner: str,
        names: tuple[str, ...],
        parts: tuple[int, ...],
        arguments: Sequence[ast.Arg],
        old: Plain = NOTHING,
    ) -> list[Plain]:
        """What a struct or a variant holds, in order."""
        given: dict[str, ast.Expr] = {}
        for position, argument in enumerate(arguments):
            if argument.name is None and position >= len(names):
                fields = counted_or_no(len(names), "field")
                raise ForkError(f"{title}: {owner} has {fields}, not {len(arguments)}")
            given[names[position] if argument.name is None else argument.name.text] = argument.value
        for name in given:
            if name not in names:
                raise ForkError(f"{title}: {owner} has no field {name}")
        for name in names:
            if name not in given:
                raise ForkError(f"{title}: the field {name} of {owner} is missing")
        rows = enumerate(zip(names, parts, strict=True))
        return [self.plain(f"{title}.{name}", part, given[name], _part(old, i)) for i, (name, part) in rows]

    def _actor(self, title: str, info: TypeInfo, name: str, number: int | None) -> int:
        if info.name not in (ANY_ACTOR, name):
            raise ForkError(f"{title}: a {info.name} is expected, not a {name}")
        if name in _FIXED_ACTORS:
            return _FIXED_ACTORS[name]
        if number is None:
            number = self._actor_by_name(name)
            if number is None:
                raise ForkError(f"{title}: there is no {name} at this moment")
            return number
        kind = self._kind_of(number)
        if kind is None:
            raise ForkError(f"{title}: there is no {name}#{number} at this moment")
        if kind != name:
            raise ForkError(f"{title}: there is no {name}#{number}: actor {number} is {kind}#{number}")
        return number


def _is_named(info: TypeInfo, written: ast.Expr) -> bool:
    """Whether a type is meant: by its name, or by that with its module."""
    return dotted(written) in (info.plain_name, info.name.partition("<")[0])


def _reference(written: ast.Expr) -> tuple[str, int | None] | None:
    """The type and the number of an actor as written, if it is one; without a number, where only the type stands."""
    match written:
        case ast.Call(callee=callee, args=(ast.Arg(value=ast.IntLit(value=number)),)) if dotted(callee):
            return dotted(callee), number
        case _ if dotted(written):
            return dotted(written), None
    return None


def _part(old: Plain, position: int) -> Plain:
    """A part of what was there before, if it was."""
    return old[position] if isinstance(old, list | tuple) and position < len(old) else NOTHING


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
