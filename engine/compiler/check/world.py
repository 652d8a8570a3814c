"""What can be seen in a file, as far as a body needs it: signatures, structs, actors, constants.

A ``World`` belongs to one file of a program, or to the whole library. Declarations are collected before any body is
checked, so their order in the text does not matter. The tables of a world are by the name that its file uses: its own
declarations, what it imports by name, and, as ``shapes.area``, what is in the modules that it imports. The names in
types are full names, the same in all files: they are looked up in ``Shared``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

from engine.base.source import SourceFile, Span
from engine.compiler.check import tree
from engine.compiler.check.declared import Declared
from engine.compiler.check.inference import substitute
from engine.compiler.check.report import Report
from engine.compiler.check.scopes import Field, Scope
from engine.compiler.check.types import UNIT, EnumType, StructType, Type
from engine.compiler.modules import TICK_US
from engine.compiler.syntax import ast

T = TypeVar("T")

MODULES = ("math", "random", "json")
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
    world: World | None = field(default=None, compare=False, repr=False)
    """Where its default was written, which may be another file than that of a call."""


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
    """A struct with its full name and its fields in order, whose types may mention the type parameters."""

    name: str
    type_params: tuple[str, ...]
    fields: tuple[Parameter, ...]
    span: Span
    _indexes: dict[str, int] = field(default_factory=dict, init=False, repr=False, compare=False)

    def fields_with(self, args: tuple[Type, ...]) -> tuple[Parameter, ...]:
        """The fields for these type arguments."""
        return _filled_in(self.fields, self.type_params, args)

    def index(self, name: str) -> int | None:
        """The position of a field."""
        if len(self._indexes) != len(self.fields):
            self._indexes = {f.name: i for i, f in enumerate(self.fields)}
        return self._indexes.get(name)


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
    _by_name: dict[str, VariantInfo] = field(default_factory=dict, init=False, repr=False, compare=False)

    def variant(self, name: str) -> VariantInfo | None:
        """The variant of that name."""
        if len(self._by_name) != len(self.variants):
            self._by_name = {v.name: v for v in self.variants}
        return self._by_name.get(name)

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
    is_outside: bool = False
    """Whether nobody has declared it, and the host answers its messages."""

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
class Shared:
    """What the worlds of one program have in common: all that was declared, by full name, and running numbers.
    ``declaring`` counts the files that declare a type or an actor of a name."""

    structs: dict[str, StructInfo] = field(default_factory=dict)
    enums: dict[str, EnumInfo] = field(default_factory=dict)
    actors: dict[str, ActorInfo] = field(default_factory=dict)
    declared: dict[str, tree.Struct | tree.Enum] = field(default_factory=dict)
    declaring: dict[str, int] = field(default_factory=dict)
    asked: dict[tree.HandlerRef, None] = field(default_factory=dict)
    watched: dict[str, None] = field(default_factory=dict)
    functions: dict[tree.FunctionRef, tree.Function] = field(default_factory=dict)
    """Those that make the larger fixed values."""
    expanded: int = 0
    """How many default values stand for the one that is being checked, with those inside them."""
    instantiated: dict[StructType | EnumType, tuple[Report, Span]] = field(default_factory=dict)
    """Generic structs and enums with the types that they were given, and where first."""
    next_handler: int = 0
    tick_us: int = TICK_US


@dataclass(slots=True)
class World:
    """All that can be seen in ``source``, the file of the module ``module``, whose name is empty where it is started; a
    library has one world for all its files. ``own`` is what the file itself declares, ``imported`` what it gets from
    others; ``modules`` are the names of modules that may stand before a dot, with what is in them, and
    ``library_modules`` those that stand for a module of the library."""

    report: Report
    source: SourceFile
    library: FunctionSource
    is_library: bool = False
    module: str = ""
    shared: Shared = field(default_factory=Shared)
    own: dict[str, Span] = field(default_factory=dict)
    imported: dict[str, Span] = field(default_factory=dict)
    modules: dict[str, tuple[str, ...]] = field(default_factory=dict)
    module_files: dict[str, World] = field(default_factory=dict)
    """The files that these modules are."""
    library_modules: dict[str, str] = field(default_factory=lambda: {name: name for name in MODULES})
    structs: dict[str, StructInfo] = field(default_factory=dict)
    enums: dict[str, EnumInfo] = field(default_factory=dict)
    aliases: dict[str, ast.TypeAlias] = field(default_factory=dict)
    alias_types: dict[str, Type | None] = field(default_factory=dict)
    missing_types: set[str] = field(default_factory=set)
    functions: dict[str, Signature] = field(default_factory=dict)
    actors: dict[str, ActorInfo] = field(default_factory=dict)
    constants: dict[str, tree.Expr] = field(default_factory=dict)
    constant_sizes: dict[str, int] = field(default_factory=dict)
    too_large: set[str] = field(default_factory=set)
    """Names of fixed values with too many parts to be used everywhere."""
    cells: dict[str, tree.Cell] = field(default_factory=dict)
    top_names: dict[str, Span] = field(default_factory=dict)
    generics: GenericFunctions | None = None
    has_main: bool = False

    def tables(self) -> tuple[dict[str, Any], ...]:
        """What is looked up by a name that the file wrote."""
        types = (self.structs, self.enums, self.aliases, self.alias_types)
        return (*types, self.functions, self.actors, self.constants, self.constant_sizes)

    def forget(self) -> None:
        """Lets go of what it knows when all is checked: parameters know the world of their defaults, and without the
        circle the whole program goes as soon as nobody needs it, uncollected."""
        self.generics = None
        for table in self.tables():
            table.clear()
        for shared in (self.shared.structs, self.shared.enums, self.shared.actors, self.shared.instantiated):
            shared.clear()

    def here(self, table: Mapping[str, T]) -> list[T]:
        """What of one of its tables the file declares itself."""
        return [table[name] for name in self.own if name in table]

    @property
    def declared(self) -> dict[str, tree.Struct | tree.Enum]:
        """The structs and enums of the whole program, by full name."""
        return self.shared.declared

    def full_name(self, name: str) -> str:
        """The name of a type or an actor of this file in the whole program: with its module only where another file
        has one of the same name. Those of the started file keep theirs, but for names of the library's structs."""
        if not self.is_library and name in self.library.world.structs:
            return f"{self.module or 'main'}.{name}"
        return f"{self.module}.{name}" if self.module and self.shared.declaring.get(name, 0) > 1 else name

    def instantiate(self, t: StructType | EnumType, report: Report, span: Span) -> None:
        """Notes that a struct or enum is used with these type arguments."""
        if t.args:
            self.shared.instantiated.setdefault(t, (report, span))

    def struct(self, name: str) -> StructInfo | None:
        """The struct that a name, perhaps that of an alias, stands for."""
        alias = self.alias_types.get(name)
        return self.shared.structs.get(alias.name) if isinstance(alias, StructType) else self.structs.get(name)

    def enum(self, name: str) -> EnumInfo | None:
        """The enum that a name, perhaps that of an alias, stands for."""
        alias = self.alias_types.get(name)
        return self.shared.enums.get(alias.name) if isinstance(alias, EnumType) else self.enums.get(name)

    def function(self, name: str) -> Signature | None:
        """The function that a bare name, or in the library a dotted one, stands for."""
        if self.is_library:
            return self.library.signature(name)
        return self.functions.get(name) or (None if "." in name else self.library.public(name))

    def method(self, type_name: str, name: str) -> Signature | None:
        """A method of a built-in type."""
        full = f"{type_name}.{name}"
        found = self.library.signature(full) if self.is_library else self.library.public(full)
        return found if found is not None and found.params and found.params[0].name == "self" else None

    def library_module(self, name: str) -> str | None:
        """The module of the library that a name which is no local stands for."""
        taken = name in self.own or name in self.top_names or name in self.modules
        return None if taken or self.is_library else self.library_modules.get(name)

    def new_handler(
        self, actor: str, name: str, kind: str, params: tuple[tree.Local, ...], span: Span, result: Type = UNIT
    ) -> tree.Handler:
        """A handler with the next free number."""
        return tree.Handler(self.next_handler(), actor, name, kind, params, result, span)

    def next_handler(self) -> int:
        """The next free number of a handler."""
        number = self.shared.next_handler
        self.shared.next_handler += 1
        return number
