"""What the structs and enums of a program hold, for one set of type arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.compiler.check.inference import head, parts, substitute
from engine.compiler.check.tree import Enum, Struct, Variant
from engine.compiler.check.types import TYPE_SIZE_MAX, EnumType, StructType, Type

Declared = Mapping[str, Struct | Enum]
"""The structs and enums of a program by name."""

HELD_TYPES_MAX = 256
"""How many generic types, each with other type arguments, a value may hold: those inside each other multiply."""


class TooManyTypes(Exception):
    """A value of the type would hold more types than the compiler takes, or larger ones."""

    def __init__(self, type_: Type) -> None:
        super().__init__(type_)
        self.type = type_


Fields = tuple[tuple[str, Type], ...]


def fields_of(declared: Declared, t: StructType) -> Fields:
    """The fields of a struct."""
    struct = declared[t.name]
    assert isinstance(struct, Struct), t
    return _filled_in(struct.fields, struct.type_params, t.args)


def variants_of(declared: Declared, t: EnumType) -> tuple[Variant, ...]:
    """The variants of an enum."""
    enum = declared[t.name]
    assert isinstance(enum, Enum), t
    if not t.args:
        return enum.variants
    return tuple(Variant(v.name, _filled_in(v.fields, enum.type_params, t.args)) for v in enum.variants)


def held_types(declared: Declared, t: StructType | EnumType) -> Iterator[Type]:
    """The types of all that a struct or enum holds; of one that is not known, none."""
    if t.name not in declared:
        return
    if isinstance(t, StructType):
        yield from (field_type for _, field_type in fields_of(declared, t))
    else:
        for variant in variants_of(declared, t):
            yield from (field_type for _, field_type in variant.fields)


def all_held(declared: Declared, t: Type, seen: set[Type] | None = None) -> Iterator[Type]:
    """The type and all types of which values may be inside a value of it, each once, but for those ``seen`` before.

    Raises ``TooManyTypes`` where there is no end to them, or none that is worth waiting for.
    """
    waiting, seen = [t], set() if seen is None else seen
    generic = 0
    while waiting:
        found = head(waiting.pop())
        if found in seen:
            continue
        seen.add(found)
        yield found
        inner = list(parts(found))
        if isinstance(found, StructType | EnumType):
            generic += bool(inner)
            inner += held_types(declared, found)
        if generic > HELD_TYPES_MAX or any(part.size > TYPE_SIZE_MAX for part in inner):
            raise TooManyTypes(t)
        waiting += reversed(inner)


def _filled_in(fields: Fields, type_params: tuple[str, ...], args: tuple[Type, ...]) -> Fields:
    if not args:
        return fields
    bound = dict(zip(type_params, args, strict=True))
    return tuple((name, substitute(field_type, bound)) for name, field_type in fields)
