"""What a file declares, as far as a body needs it: signatures, structs, actors, constants.

A ``World`` belongs to one program, or to the whole library. Declarations are collected before any body is checked,
so their order in the text does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Protocol

from engine.base.source import Span
from engine.compiler.check import tree
from engine.compiler.check.declared import Declared
from engine.compiler.check.inference import substitute
from engine.compiler.check.report import Report
from engine.compiler.check.scopes import Field, Scope
from engine.compiler.check.types import UNIT, EnumType, StructType, Type
from engine.compiler.syntax import ast

MODULES = ("math", "random")
"""Modules of the library, which programs may use by name. ``math.sin`` is the library function of that full name, and
the constant ``math.pi`` the library's ``MATH_PI``."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a call has to give: a parameter of a function, handler or actor, or a field of a struct."""

    name: str
    type: Type
    default: ast.Expr | None
    span: Span
    mutable: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """How a function is called. ``name`` is that of its ``FunctionRef``; types may mention ``type_params``."""

    name: str
    type_params: tuple[str, ...]
    params: tuple[Parameter, ...]
    result: Type
    is_library: bool
    span: Span

    @property
    def changes_first(self) -> bool:
        """Whether the first parameter is ``var self``."""
        return bool(self.params) and self.params[0].mutable


@dataclass(slots=True)
class StructInfo:
    """A struct with its fields in order, whose types may mention the type parameters."""

    name: str
    type_params: tuple[str, ...]
    fields: tuple[Parameter, ...]
    span: Span

    def fields_with(self, args: tuple[Type, ...]) -> tuple[Parameter, ...]:
        """The fields for these type arguments."""
        return _filled_in(self.fields, self.type_params, args)

    def index(self, name: str) -> int | None:
        """The position of a field."""
        return next((i for i, f in enumerate(self.fields) if f.name == name), None)


@dataclass(frozen=True, slots=True)
class VariantInfo:
    """A variant of an enum with what it carries, named ``0``, ``1``, … where no names were written."""

    name: str
    number: int
    fields: tuple[Parameter, ...]
    span: Span


@dataclass(slots=True)
class EnumInfo:
    """An enum with its variants in order. It ``is_plain`` where no variant carries anything."""

    name: str
    type_params: tuple[str, ...]
    variants: tuple[VariantInfo, ...]
    span: Span
    is_plain: bool

    def variant(self, name: str) -> VariantInfo | None:
        """The variant of that name."""
        return next((v for v in self.variants if v.name == name), None)

    def variants_with(self, args: tuple[Type, ...]) -> tuple[VariantInfo, ...]:
        """The variants for these type arguments."""
        if not args:
            return self.variants
        return tuple(replace(v, fields=_filled_in(v.fields, self.type_params, args)) for v in self.variants)


def _filled_in(
    fields: tuple[Parameter, ...], type_params: tuple[str, ...], args: tuple[Type, ...]
) -> tuple[Parameter, ...]:
    if not args:
        return fields
    bound = dict(zip(type_params, args, strict=True))
    return tuple(replace(f, type=substitute(f.type, bound)) for f in fields)


@dataclass(frozen=True, slots=True)
class HandlerInfo:
    """An ``on`` handler of an actor."""

    handler: tree.Handler
    params: tuple[Parameter, ...]
    decl: ast.HandlerDecl


@dataclass(slots=True)
class ActorInfo:
    """An actor type while it is checked. ``fields`` are filled in by its start turn; ``default_use`` is the first place
    that uses the name as a reference to the default instance."""

    id: int
    name: str
    decl: ast.ActorDecl | None
    span: Span
    params: tuple[Parameter, ...] = ()
    locals: tuple[tree.Local, ...] = ()
    handlers: dict[str, HandlerInfo] = field(default_factory=dict)
    fields: list[Field] = field(default_factory=list)
    scope: Scope = field(default_factory=Scope)
    turns: list[tree.Turn] = field(default_factory=list)
    default_use: Span | None = None

    @property
    def model(self) -> str | None:
        """The name of an agent's model."""
        return self.decl.model.name.value if self.decl and self.decl.model else None

    @property
    def is_agent(self) -> bool:
        """Whether it was declared with ``agent``."""
        return self.decl is not None and self.decl.is_agent


class FunctionSource(Protocol):
    """The library, as far as a world needs it."""

    def signature(self, name: str) -> Signature | None:
        """How any library function is called, by its full name."""

    def public(self, name: str) -> Signature | None:
        """The same for functions and methods that programs may use."""

    def public_functions(self) -> list[str]:
        """The functions without a dot that programs may use."""

    def public_methods(self, type_name: str) -> list[str]:
        """The methods that programs may use on values of a type."""

    def module_constant(self, module: str, name: str) -> tree.Expr | None:
        """The constant of a module that programs may use."""

    def module_members(self, module: str) -> list[str]:
        """The functions and constants of a module."""

    def problems(self, ref: tree.FunctionRef, declared: Declared) -> str:
        """Why a generic function does not work with these type arguments; empty where it does."""

    @property
    def world(self) -> World:
        """The library's own world."""


class GenericFunctions(Protocol):
    """The generic functions of the program, as far as a world needs them."""

    def is_generic(self, name: str) -> bool:
        """Whether a function is one of them."""

    def problem(self, ref: tree.FunctionRef, span: Span) -> str:
        """Makes one with these types; why it does not work with them, or empty."""


@dataclass(slots=True)
class World:
    """All that is declared. ``text`` is that of the program's file; a library has one world for all its files."""

    report: Report
    text: str
    library: FunctionSource
    is_library: bool = False
    structs: dict[str, StructInfo] = field(default_factory=dict)
    enums: dict[str, EnumInfo] = field(default_factory=dict)
    aliases: dict[str, ast.TypeAlias] = field(default_factory=dict)
    alias_types: dict[str, Type | None] = field(default_factory=dict)
    missing_types: set[str] = field(default_factory=set)
    functions: dict[str, Signature] = field(default_factory=dict)
    actors: dict[str, ActorInfo] = field(default_factory=dict)
    constants: dict[str, tree.Expr] = field(default_factory=dict)
    cells: dict[str, tree.Cell] = field(default_factory=dict)
    top_names: dict[str, Span] = field(default_factory=dict)
    declared: dict[str, tree.Struct | tree.Enum] = field(default_factory=dict)
    generics: GenericFunctions | None = None
    has_main: bool = False
    asked: dict[tree.HandlerRef, None] = field(default_factory=dict)
    next_handler: int = 0

    def struct(self, name: str) -> StructInfo | None:
        """The struct that a name, perhaps that of an alias, stands for."""
        alias = self.alias_types.get(name)
        return self.structs.get(alias.name if isinstance(alias, StructType) else name)

    def enum(self, name: str) -> EnumInfo | None:
        """The enum that a name, perhaps that of an alias, stands for."""
        alias = self.alias_types.get(name)
        return self.enums.get(alias.name if isinstance(alias, EnumType) else name)

    def function(self, name: str) -> Signature | None:
        """The function that a bare name, or in the library a dotted one, stands for."""
        if self.is_library:
            return self.library.signature(name)
        return self.functions.get(name) or (None if "." in name else self.library.public(name))

    def method(self, type_name: str, name: str) -> Signature | None:
        """A method of a built-in type."""
        full = f"{type_name}.{name}"
        if not self.is_library:
            return self.library.public(full)
        found = self.library.signature(full)
        return found if found is not None and found.params and found.params[0].name == "self" else None

    def is_module(self, name: str) -> bool:
        """Whether a name that is no local stands for a module of the library."""
        taken = name in self.constants or name in self.actors or name in self.structs
        return name in MODULES and not taken and not self.is_library

    def new_handler(
        self, actor: str, name: str, kind: str, params: tuple[tree.Local, ...], span: Span, result: Type = UNIT
    ) -> tree.Handler:
        """A handler with the next free number."""
        handler = tree.Handler(self.next_handler, actor, name, kind, params, result, span)
        self.next_handler += 1
        return handler
