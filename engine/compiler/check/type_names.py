"""Types as they are written, turned into types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.base.counts import counted
from engine.base.source import Span
from engine.compiler.check import types
from engine.compiler.check.features import not_yet
from engine.compiler.check.foreign import foreign_type
from engine.compiler.check.inference import optional
from engine.compiler.check.report import Report, report_large_type
from engine.compiler.check.types import ERROR, Type
from engine.compiler.check.world import World
from engine.compiler.syntax import ast

SCALARS: dict[str, Type] = {
    "int": types.INT,
    "float": types.FLOAT,
    "bool": types.BOOL,
    "string": types.STRING,
    "bytes": types.BYTES,
    "duration": types.DURATION,
}

GENERIC: dict[str, int] = {"list": 1, "dict": 2, "set": 1}

_OF_THE_LIBRARY = {"i32": types.I32, "v128": types.V128}
RESERVED_TYPES = frozenset({*SCALARS, *GENERIC, *_OF_THE_LIBRARY, "json", "tensor", "any"})
"""Names that programs cannot give to their own types."""

_NO_PARAMS: Mapping[str, Type] = {}


def read_type(world: World, report: Report, node: ast.TypeExpr, params: Mapping[str, Type] = _NO_PARAMS) -> Type:
    """The type that was written; ``ERROR``, reported, where there is none. ``params`` are type parameters in scope."""
    found = _read(world, report, node, params)
    if found.size > types.TYPE_SIZE_MAX:
        report_large_type(report, node.span)
        return ERROR
    return found


def _read(world: World, report: Report, node: ast.TypeExpr, params: Mapping[str, Type]) -> Type:
    if isinstance(node, ast.NamedType):
        return _named(world, report, node, params)
    if isinstance(node, ast.OptionalType):
        return optional(read_type(world, report, node.inner, params))
    if isinstance(node, ast.TupleType):
        return types.TupleType(tuple(read_type(world, report, item, params) for item in node.items))
    params_read = tuple(read_type(world, report, param, params) for param in node.params)
    result = types.UNIT if node.result is None else read_type(world, report, node.result, params)
    return types.FnType(params_read, result)


def _named(world: World, report: Report, node: ast.NamedType, params: Mapping[str, Type]) -> Type:
    name = node.name.text
    if name in GENERIC:
        return _container(world, report, node, params)
    if name not in params and (name in world.structs or name in world.enums):
        return _struct_or_enum(world, report, node, params)
    found = params.get(name) or SCALARS.get(name) or _declared(world, report, node, params)
    if found is None:
        return ERROR
    if node.args and found is not ERROR:
        report.error("E0225", node.span, f"`{name}` takes no type arguments")
    return found


def _struct_or_enum(world: World, report: Report, node: ast.NamedType, params: Mapping[str, Type]) -> Type:
    name = node.name.text
    enum = world.enums.get(name)
    type_params = enum.type_params if enum is not None else world.structs[name].type_params
    args = read_type_arguments(world, report, name, type_params, node.args, node.span, params)
    if len(args) != len(type_params) or ERROR in args:
        return ERROR
    found: types.StructType | types.EnumType
    if enum is None:
        found = types.StructType(world.structs[name].name, args)
    else:
        found = types.EnumType(enum.name, args, enum.is_plain)
    world.instantiate(found, report, node.span)
    return found


def read_type_arguments(
    world: World,
    report: Report,
    name: str,
    type_params: tuple[str, ...],
    args: Sequence[ast.TypeExpr],
    span: Span,
    params: Mapping[str, Type] = _NO_PARAMS,
) -> tuple[Type, ...]:
    """The type arguments that were written, one for each type parameter of what is called ``name``."""
    found = tuple(read_type(world, report, arg, params) for arg in args)
    if len(found) == len(type_params):
        return found
    if type_params:
        count = counted(len(type_params), "type argument")
        report.error("E0225", span, f"`{name}` takes {count}: `{name}<{', '.join(type_params)}>`")
    else:
        report.error("E0225", span, f"`{name}` takes no type arguments")
    return (ERROR,) * len(type_params)


def read_type_params(report: Report, idents: tuple[ast.Ident, ...]) -> tuple[str, ...]:
    """The names of type parameters as declared."""
    names: list[str] = []
    for ident in idents:
        if ident.text in RESERVED_TYPES:
            report.error("E0107", ident.span, f"`{ident.text}` is a type of the language; choose another name")
        elif ident.text in names:
            report.error("E0103", ident.span, f"the type parameter `{ident.text}` is declared twice")
        else:
            names.append(ident.text)
    return tuple(names)


def _container(world: World, report: Report, node: ast.NamedType, params: Mapping[str, Type]) -> Type:
    name = node.name.text
    args = [read_type(world, report, arg, params) for arg in node.args]
    if len(args) != GENERIC[name]:
        example = {"list": "list<int>", "dict": "dict<string, int>", "set": "set<int>"}[name]
        report.error("E0225", node.span, f"`{name}` says what it holds, as in `{example}`")
        args = [ERROR] * GENERIC[name]
    if name == "list":
        return types.ListType(args[0])
    if name == "set":
        return types.SetType(args[0])
    return types.DictType(args[0], args[1])


def _declared(world: World, report: Report, node: ast.NamedType, params: Mapping[str, Type]) -> Type | None:
    name = node.name.text
    if world.is_library and name in _OF_THE_LIBRARY:
        return _OF_THE_LIBRARY[name]
    if name in world.actors and name != "main":
        return types.ActorType(world.actors[name].name)
    if name in world.aliases:
        return _alias(world, report, name)
    if name.partition(".")[0] in world.missing_types:
        return None
    if name == "tensor":
        not_yet(report, "E0912", node.span)
    else:
        actors = (a for a in world.actors if a != "main")
        known = [*SCALARS, *GENERIC, *world.structs, *world.enums, *world.aliases, *params, *actors]
        owners = [enum for enum in world.enums if world.enums[enum].variant(name) is not None]
        if owners:
            note, fix = f"`{name}` is a variant of `{owners[0]}`; the type is `{owners[0]}`", None
        else:
            note, fix = foreign_type(name, node.name.span)
        if not note:
            note, fix = report.meant(name, node.name.span, known)
        report.error("E0102", node.name.span, f"there is no type `{name}`", note, fix)
    return None


def _alias(world: World, report: Report, name: str) -> Type:
    if name in world.alias_types:
        found = world.alias_types[name]
        if found is None:
            alias = world.aliases[name]
            report.error("E0218", alias.name.span, f"the type `{name}` stands for itself")
            return ERROR
        return found
    world.alias_types[name] = None
    found = read_type(world, report, world.aliases[name].type)
    world.alias_types[name] = found
    return found
