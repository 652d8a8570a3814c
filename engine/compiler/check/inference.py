"""Types that are still being found out.

A ``TypeVar`` stands for a type that a later line decides: the items of ``[]``, the value of ``none``. ``unify`` makes
two types equal by binding variables, ``resolve`` gives the type as far as it is known. A ``TypeParam`` stands for
``T`` in what a generic function, struct or enum declares and is bound per use, in a plain dict.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.base.source import Span
from engine.compiler.check.types import (
    ERROR,
    DictType,
    EnumType,
    FnType,
    ListType,
    OptionalType,
    SetType,
    StructType,
    TupleType,
    Type,
)


@dataclass(frozen=True, slots=True, eq=False)
class TypeVar(Type):
    """A type not known yet. ``what`` says in plain words what has it, and ``way_out`` how to say it; ``link`` holds the
    type once it is known."""

    span: Span
    what: str
    way_out: str = ""
    link: list[Type] = field(default_factory=list)

    def __post_init__(self) -> None:
        object.__setattr__(self, "may_change", True)

    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def __str__(self) -> str:
        return str(self.link[0]) if self.link else "?"


@dataclass(frozen=True, slots=True)
class TypeParam(Type):
    """The ``T`` of a generic function, struct or enum, in its declaration."""

    name: str

    def __str__(self) -> str:
        return self.name


def head(t: Type) -> Type:
    """The type with variables followed at its top only: enough to see what kind of type it is."""
    while type(t) is TypeVar and t.link:
        t = t.link[0]
    if type(t) is OptionalType and type(t.inner) is TypeVar:
        inner = head(t.inner)
        if type(inner) is OptionalType:
            return inner
    return t


def resolve(t: Type) -> Type:
    """The type with all that is known about it filled in; what is not known stays a ``TypeVar``."""
    return _resolved(t, {}) if t.may_change else t


def _resolved(t: Type, known: dict[Type, Type]) -> Type:
    """``known`` are the results for variables: one may be in a type many times."""
    if not t.may_change:
        return t
    if not isinstance(t, TypeVar):
        return with_parts(t, [_resolved(part, known) for part in parts(t)])
    if t not in known:
        known[t] = _resolved(t.link[0], known) if t.link else t
    return known[t]


def with_parts(t: Type, new: Sequence[Type]) -> Type:
    """A type of the same kind that consists of other types, in the order of ``parts``."""
    if isinstance(t, ListType):
        return ListType(new[0])
    if isinstance(t, DictType):
        return DictType(new[0], new[1])
    if isinstance(t, SetType):
        return SetType(new[0])
    if isinstance(t, TupleType):
        return TupleType(tuple(new))
    if isinstance(t, OptionalType):
        return optional(new[0])
    if isinstance(t, StructType | EnumType) and t.args:
        return replace(t, args=tuple(new))
    if isinstance(t, FnType):
        return FnType(tuple(new[:-1]), new[-1])
    return t


def optional(inner: Type) -> Type:
    """``inner?``; an optional of an optional is that optional."""
    return inner if isinstance(inner, OptionalType) or inner is ERROR else OptionalType(inner)


def unify(a: Type, b: Type) -> bool:
    """Makes both types the same by binding variables; False where they differ. ``ERROR`` is the same as anything."""
    a, b = head(a), head(b)
    if a is b or a is ERROR or b is ERROR:
        return True
    if isinstance(a, TypeVar):
        return _bind(a, b)
    if isinstance(b, TypeVar):
        return _bind(b, a)
    if type(a) is not type(b):
        return False
    if isinstance(a, ListType) and isinstance(b, ListType):
        return unify(a.item, b.item)
    if isinstance(a, SetType) and isinstance(b, SetType):
        return unify(a.item, b.item)
    if isinstance(a, DictType) and isinstance(b, DictType):
        return unify(a.key, b.key) and unify(a.value, b.value)
    if isinstance(a, OptionalType) and isinstance(b, OptionalType):
        return unify(a.inner, b.inner)
    if isinstance(a, TupleType) and isinstance(b, TupleType):
        return len(a.items) == len(b.items) and all(map(unify, a.items, b.items))
    if isinstance(a, StructType | EnumType) and isinstance(b, StructType | EnumType):
        return a.name == b.name and all(map(unify, a.args, b.args))
    if isinstance(a, FnType) and isinstance(b, FnType):
        same = len(a.params) == len(b.params) and all(map(unify, a.params, b.params))
        return same and unify(a.result, b.result)
    return a == b


def _bind(variable: TypeVar, t: Type) -> bool:
    if _occurs(variable, t):
        return False
    variable.link.append(t)
    return True


def _occurs(variable: TypeVar, t: Type) -> bool:
    """Whether a type would consist of itself, so that there is no end to it."""
    return t.may_change and any(part is variable for part in _inside(t))


def is_broken(t: Type) -> bool:
    """Whether some part of the type could not be found out, which has been reported."""
    return any(part is ERROR for part in _inside(t))


def _inside(t: Type) -> Iterator[Type]:
    """The type and all that it consists of, as far as that is known; what a variable stands for, once."""
    waiting, seen = [t], set[Type]()
    while waiting:
        part = head(waiting.pop())
        yield part
        for inner in parts(part):
            if type(inner) is not TypeVar or inner not in seen:
                waiting.append(inner)
            if type(inner) is TypeVar:
                seen.add(inner)


def parts(t: Type) -> tuple[Type, ...]:
    """The types that a type is made of, one level down."""
    if isinstance(t, ListType | SetType):
        return (t.item,)
    if isinstance(t, DictType):
        return (t.key, t.value)
    if isinstance(t, TupleType):
        return t.items
    if isinstance(t, OptionalType):
        return (t.inner,)
    if isinstance(t, StructType | EnumType):
        return t.args
    if isinstance(t, FnType):
        return (*t.params, t.result)
    return ()


def is_open(t: Type) -> bool:
    """Whether some part of the type is not known yet."""
    t = head(t)
    return t.may_change and (isinstance(t, TypeVar) or any(is_open(part) for part in parts(t)))


def mentions_param(t: Type) -> bool:
    """Whether a type of a signature depends on a type parameter."""
    return isinstance(t, TypeParam) or any(mentions_param(part) for part in parts(t))


def mentions(t: Type, name: str) -> bool:
    """Whether a type of a signature depends on that type parameter."""
    return (isinstance(t, TypeParam) and t.name == name) or any(mentions(part, name) for part in parts(t))


def substitute(t: Type, bound: Mapping[str, Type]) -> Type:
    """The type with its type parameters replaced; parameters that are not bound yet stay."""
    if isinstance(t, TypeParam):
        return bound.get(t.name, t)
    inner = parts(t)
    return with_parts(t, [substitute(part, bound) for part in inner]) if inner else t


def match_params(pattern: Type, actual: Type, bound: dict[str, Type]) -> None:
    """Binds the type parameters of ``pattern`` by looking at a value's type; what does not fit is left to the caller,
    who compares the types afterwards."""
    actual = head(actual)
    if isinstance(pattern, TypeParam):
        bound.setdefault(pattern.name, actual)
    elif isinstance(pattern, OptionalType):
        match_params(pattern.inner, actual.inner if isinstance(actual, OptionalType) else actual, bound)
    elif isinstance(pattern, StructType | EnumType) and pattern.args:
        if isinstance(actual, StructType | EnumType) and actual.name == pattern.name:
            for pattern_part, actual_part in zip(pattern.args, actual.args, strict=True):
                match_params(pattern_part, actual_part, bound)
    elif type(pattern) is type(actual):
        for pattern_part, actual_part in zip(parts(pattern), parts(actual), strict=False):
            match_params(pattern_part, actual_part, bound)
