"""Structs and enums as they are declared: what they hold, and whether a value of them could ever be made."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping

from engine.base.source import Span
from engine.compiler.check import tree
from engine.compiler.check.declared import HELD_TYPES_MAX, TooManyTypes, all_held, held_types
from engine.compiler.check.inference import TypeParam, parts, resolve
from engine.compiler.check.report import Report
from engine.compiler.check.type_names import read_type, read_type_params
from engine.compiler.check.types import TYPE_SIZE_MAX, EnumType, StructType, TupleType, Type, plain_name
from engine.compiler.check.world import EnumInfo, Parameter, StructInfo, VariantInfo, World
from engine.compiler.syntax import ast

SAME_NAME_MAX = 12
"""More types than that of one generic declaration inside each other means that there is no end to them."""


def declare(world: World, item: ast.StructDecl | ast.EnumDecl) -> None:
    """Makes the name known; what it holds is read when all names are."""
    name, full, span = item.name.text, world.full_name(item.name.text), item.name.span
    shared = world.shared
    type_params = read_type_params(world.report, item.type_params)
    if isinstance(item, ast.StructDecl):
        world.structs[name] = shared.structs[full] = StructInfo(full, type_params, (), span)
    else:
        is_plain = not any(variant.items for variant in item.variants)
        world.enums[name] = shared.enums[full] = EnumInfo(full, type_params, (), span, is_plain)


def read_data_types(world: World, module: ast.Module) -> None:
    """Reads what all structs and enums hold."""
    for item in module.items:
        if isinstance(item, ast.StructDecl):
            struct = world.structs.get(item.name.text)
            if struct is not None and struct.span == item.name.span:
                read_struct(world, struct, item)
        elif isinstance(item, ast.EnumDecl):
            enum = world.enums.get(item.name.text)
            if enum is not None and enum.span == item.name.span:
                read_enum(world, enum, item)
    for struct in world.here(world.structs):
        world.declared[struct.name] = tree.Struct(struct.name, struct.type_params, _plain(struct.fields))
    for enum in world.here(world.enums):
        world.declared[enum.name] = _enum(enum)
    _check_ends(world)
    _check_growth(world)


def declare_library_types(world: World) -> None:
    """Makes the structs and enums of the library known to a program."""
    for struct in world.library.world.structs.values():
        world.shared.structs[struct.name] = struct
        world.declared[struct.name] = tree.Struct(struct.name, struct.type_params, _plain(struct.fields))
    for enum in world.library.world.enums.values():
        world.shared.enums[enum.name] = enum
        world.declared[enum.name] = _enum(enum)


def _enum(enum: EnumInfo) -> tree.Enum:
    variants = tuple(tree.Variant(v.name, _plain(v.fields)) for v in enum.variants)
    return tree.Enum(enum.name, enum.type_params, variants)


def _infos(world: World) -> list[StructInfo | EnumInfo]:
    return [*world.here(world.structs), *world.here(world.enums)]


def _plain(fields: tuple[Parameter, ...]) -> tuple[tuple[str, Type], ...]:
    return tuple((f.name, f.type) for f in fields)


def read_struct(world: World, struct: StructInfo, decl: ast.StructDecl) -> None:
    """Reads the fields of a struct."""
    params: dict[str, Type] = {name: TypeParam(name) for name in struct.type_params}
    fields: dict[str, Parameter] = {}
    for field in decl.fields:
        if field.name.text in fields:
            world.report.error("E0103", field.name.span, f"the field `{field.name.text}` is declared twice")
            continue
        t = read_type(world, world.report, field.type, params)
        fields[field.name.text] = Parameter(field.name.text, t, field.default, field.name.span, world=world)
    struct.fields = tuple(fields.values())


def read_enum(world: World, enum: EnumInfo, decl: ast.EnumDecl) -> None:
    """Reads what the variants of an enum carry."""
    params: dict[str, Type] = {name: TypeParam(name) for name in enum.type_params}
    variants: dict[str, VariantInfo] = {}
    for variant in decl.variants:
        name = variant.name
        if name.text in variants:
            world.report.error("E0103", name.span, f"the variant `{name.text}` is declared twice")
            continue
        carried = _payload(world, variant, params)
        variants[name.text] = VariantInfo(name.text, len(variants), carried, name.span)
    if not variants:
        note = f"give it variants: `enum {enum.name} {{ First, Second }}`"
        world.report.error("E0218", enum.span, f"`{enum.name}` has no variants, so it has no values", note)
    enum.variants = tuple(variants.values())


def _payload(world: World, variant: ast.VariantDecl, params: Mapping[str, Type]) -> tuple[Parameter, ...]:
    fields: list[Parameter] = []
    named = any(item.name is not None for item in variant.items)
    for position, item in enumerate(variant.items):
        name = str(position) if item.name is None else item.name.text
        span = item.span if item.name is None else item.name.span
        if any(f.name == name for f in fields):
            world.report.error("E0103", span, f"the field `{name}` is declared twice")
            continue
        if named and item.name is None:
            note = "write `name: type` for each, or only types"
            world.report.error("E0205", span, f"`{variant.name.text}` names some of what it carries and not this", note)
        t = read_type(world, world.report, item.type, params)
        fields.append(Parameter(name, t, item.default, span, world=world))
    return tuple(fields)


# --- values that could never be made ----------------------------------------------------------


def _check_ends(world: World) -> None:
    """A struct that always holds another of its kind could never be made; nor an enum, each of whose variants does."""
    makeable: set[str] = set()
    before = -1
    while len(makeable) != before:
        before = len(makeable)
        for name in world.declared:
            if any(_all_makeable(way, makeable) for way in _ways(world, name)):
                makeable.add(name)
    named: set[str] = set()
    for info in _infos(world):
        path = [] if info.name in makeable or info.name in named else _way_back(world, info.name, makeable)
        named.update(path)
        if path:
            way = " in ".join(f"`{name}`" for name in reversed([info.name, *path]))
            what = "make a field" if isinstance(info, StructInfo) else "add a variant without it, or make it"
            world.report.error(
                "E0218",
                info.span,
                f"`{info.name}` contains itself ({way}), so no value of it could ever be made",
                f"{what} optional (`{info.name}?`) or a list",
            )


def _ways(world: World, name: str) -> list[list[Type]]:
    """The ways to make a value: the types that each needs values of."""
    declared = world.declared[name]
    if isinstance(declared, tree.Struct):
        return [[t for _, t in declared.fields]]
    return [[t for _, t in variant.fields] for variant in declared.variants] or [[]]


def _all_makeable(needed: list[Type], makeable: set[str]) -> bool:
    return all(name in makeable for t in needed for name in _direct(t))


def _direct(t: Type) -> Iterator[str]:
    """The structs and enums that a value of the type always holds."""
    if isinstance(t, StructType | EnumType):
        yield t.name
    elif isinstance(t, TupleType):
        for item in t.items:
            yield from _direct(item)


def _way_back(world: World, name: str, makeable: set[str]) -> list[str]:
    """From a type over what it always holds to itself; empty where there is no such way."""
    paths = [[name]]
    seen: set[str] = set()
    while paths:
        path = paths.pop(0)
        for needed in _ways(world, path[-1]):
            for inner in (inner for t in needed for inner in _direct(t)):
                if inner == name:
                    return [*path[1:], inner]
                if inner not in makeable and inner not in seen:
                    seen.add(inner)
                    paths.append([*path, inner])
    return []


# --- types without end ------------------------------------------------------------------------


def _check_growth(world: World) -> None:
    """A generic type that holds itself with ever larger arguments would be endlessly many types."""
    for info in _infos(world):
        growth = _growth(world, info) if info.type_params else ""
        if growth == "large":
            _report_held(world.report, info.span, info.name)
            world.declared.pop(info.name)
        elif growth:
            message = f"`{info.name}` holds itself with ever larger types, so there is no end to what it needs"
            note = f"inside, write `{info.name}<{', '.join(info.type_params)}>`, with the same types"
            world.report.error("E0230", info.span, message, note)
            world.declared.pop(info.name)


def check_held(world: World) -> None:
    """Reports generic types that hold more types than the compiler takes, with those that they were given."""
    seen: set[Type] = set()
    for t, (report, span) in world.shared.instantiated.items():
        try:
            deque(all_held(world.declared, resolve(t), seen), maxlen=0)
        except TooManyTypes:
            _report_held(report, span, t.name)
            return


def _report_held(report: Report, span: Span, name: str) -> None:
    message = f"a `{plain_name(name)}` would hold too many types that differ in their type arguments, or too large ones"
    report.error("E0231", span, message, "use the same type arguments in more places")


def _growth(world: World, info: StructInfo | EnumInfo) -> str:
    """Whether a type with any type arguments holds ``endless`` types or a ``large`` number of them; else empty."""
    args: tuple[Type, ...] = tuple(map(TypeParam, info.type_params))
    is_struct = isinstance(info, StructInfo)
    waiting: list[Type] = [StructType(info.name, args) if is_struct else EnumType(info.name, args)]
    seen: set[Type] = set()
    count = generic = 0
    while waiting:
        t = waiting.pop()
        if t in seen:
            continue
        seen.add(t)
        waiting.extend(parts(t))
        if isinstance(t, StructType | EnumType):
            count += t.name == info.name
            generic += bool(t.args)
            if count > SAME_NAME_MAX:
                return "endless"
            waiting.extend(held_types(world.declared, t))
        if generic > HELD_TYPES_MAX or t.size > TYPE_SIZE_MAX:
            return "large"
    return ""
