"""What the structs and enums of a program hold, for one set of type arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.compiler.check.inference import substitute
from engine.compiler.check.tree import Enum, Struct, Variant
from engine.compiler.check.types import EnumType, StructType, Type

Declared = Mapping[str, Struct | Enum]
"""The structs and enums of a program by name."""

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


def _filled_in(fields: Fields, type_params: tuple[str, ...], args: tuple[Type, ...]) -> Fields:
    if not args:
        return fields
    bound = dict(zip(type_params, args, strict=True))
    return tuple((name, substitute(field_type, bound)) for name, field_type in fields)
