"""The types of AeroFlow values.

Types are compared by value. After checking, every type in the typed tree is concrete: generic library
functions are checked once for each set of type arguments, and inference variables are gone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

TYPE_SIZE_MAX = 256
"""How many types a type may consist of. Each line of ``let b = (a, a)`` doubles it, and all that is done with a type
takes time and memory by its size."""


@dataclass(frozen=True, slots=True)
class Type:
    """Any type. ``size`` is how many types it consists of, and it ``may_change`` where one of them is not known yet:
    both are as they were when it was made."""

    size: int = field(init=False, default=1, repr=False, compare=False)
    may_change: bool = field(init=False, default=False, repr=False, compare=False)

    def _consists_of(self, parts: Iterable[Type]) -> None:
        """Tells a new type its parts."""
        size, may_change = 1, False
        for part in parts:
            size += part.size
            may_change = may_change or part.may_change
        object.__setattr__(self, "size", size)
        object.__setattr__(self, "may_change", may_change)


@dataclass(frozen=True, slots=True)
class Scalar(Type):
    """A type without parts. ``unit`` has no value; ``never`` is the type of what does not come back;
    ``i32`` (wrapping 32-bit integers and addresses) and ``v128`` (sixteen bytes) exist in library files only."""

    name: str

    def __str__(self) -> str:
        return self.name


INT = Scalar("int")
FLOAT = Scalar("float")
BOOL = Scalar("bool")
STRING = Scalar("string")
BYTES = Scalar("bytes")
DURATION = Scalar("duration")
UNIT = Scalar("unit")
NEVER = Scalar("never")
I32 = Scalar("i32")
V128 = Scalar("v128")
ERROR = Scalar("<error>")
"""Stands for a type that could not be found out; already reported, and compatible with everything."""


@dataclass(frozen=True, slots=True)
class ListType(Type):
    """``list<item>``."""

    item: Type

    def __post_init__(self) -> None:
        self._consists_of((self.item,))

    def __str__(self) -> str:
        return f"list<{self.item}>"


@dataclass(frozen=True, slots=True)
class DictType(Type):
    """``dict<key, value>``, in insertion order."""

    key: Type
    value: Type

    def __post_init__(self) -> None:
        self._consists_of((self.key, self.value))

    def __str__(self) -> str:
        return f"dict<{self.key}, {self.value}>"


@dataclass(frozen=True, slots=True)
class SetType(Type):
    """``set<item>``, in insertion order."""

    item: Type

    def __post_init__(self) -> None:
        self._consists_of((self.item,))

    def __str__(self) -> str:
        return f"set<{self.item}>"


@dataclass(frozen=True, slots=True)
class TupleType(Type):
    """``(a, b)``."""

    items: tuple[Type, ...]

    def __post_init__(self) -> None:
        self._consists_of(self.items)

    def __str__(self) -> str:
        return "(" + ", ".join(map(str, self.items)) + ")"

    def position(self, name: str) -> int | None:
        """The position of the item that is called ``name``; None where there is none."""
        digits = name.lstrip("0") or "0"
        if not name.isdecimal() or len(digits) > len(str(len(self.items))):
            return None
        return int(digits) if int(digits) < len(self.items) else None


@dataclass(frozen=True, slots=True)
class OptionalType(Type):
    """``inner?``; ``inner`` is never itself optional."""

    inner: Type

    def __post_init__(self) -> None:
        self._consists_of((self.inner,))

    def __str__(self) -> str:
        return f"{self.inner}?"


@dataclass(frozen=True, slots=True)
class StructType(Type):
    """A struct, by name and type arguments; its fields are in the typed program."""

    name: str
    args: tuple[Type, ...] = ()

    def __post_init__(self) -> None:
        self._consists_of(self.args)

    def __str__(self) -> str:
        return _with_args(self.name, self.args)


@dataclass(frozen=True, slots=True)
class EnumType(Type):
    """An enum, by name and type arguments; its variants are in the typed program. Where no variant carries anything,
    the enum ``is_plain``: a value is the number of its variant."""

    name: str
    args: tuple[Type, ...] = ()
    is_plain: bool = False

    def __post_init__(self) -> None:
        self._consists_of(self.args)

    def __str__(self) -> str:
        return _with_args(self.name, self.args)


@dataclass(frozen=True, slots=True)
class OpaqueType(Type):
    """A type parameter inside the generic function that has it, while that is checked once for all types: nothing is
    known of its values but what all values can do."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class ActorType(Type):
    """A reference to an actor of the kind ``name``; ``any`` is the type of ``sender``."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class FnType(Type):
    """``fn(params) -> result``."""

    params: tuple[Type, ...]
    result: Type

    def __post_init__(self) -> None:
        self._consists_of((*self.params, self.result))

    def __str__(self) -> str:
        arrow = "" if self.result == UNIT else f" -> {self.result}"
        return "fn(" + ", ".join(map(str, self.params)) + ")" + arrow


JSON = EnumType("json")
"""The library's enum of JSON values."""


def _with_args(name: str, args: tuple[Type, ...]) -> str:
    return f"{name}<{', '.join(map(str, args))}>" if args else name


def is_plain_enum(t: Type) -> bool:
    """Whether a value is the number of a variant, and nothing else."""
    return isinstance(t, EnumType) and t.is_plain


def is_plain_optional(t: Type) -> bool:
    """Whether an optional is a number itself: 0 for ``none``, otherwise one more than what is in it, which is never
    below zero. It needs no object, and in a message it is a word."""
    return isinstance(t, OptionalType) and (isinstance(t.inner, ActorType) or is_plain_enum(t.inner))


def plain_name(full: str) -> str:
    """The name of a struct or an enum in the text of its values, which does not depend on what other files call
    theirs."""
    return full.rpartition(".")[2]


def is_reference(t: Type) -> bool:
    """Whether a value is an address in linear memory (IR type i32) rather than a number."""
    if isinstance(t, EnumType):
        return not t.is_plain
    if is_plain_optional(t):
        return False
    containers = ListType | DictType | SetType | TupleType | OptionalType | StructType | FnType
    return isinstance(t, containers) or t in (STRING, BYTES)


def is_word(t: Type) -> bool:
    """Whether a value is a number that fills its whole slot, so that its bits are the value."""
    return t in (INT, DURATION, FLOAT) or isinstance(t, ActorType) or is_plain_enum(t)


def is_shareable(t: Type) -> bool:
    """Whether storage that two places hold must be marked, because one of them may change it in place.

    Strings, bytes, tuples, enums and functions never change; what is inside a tuple or enum, or captured, is marked
    when it is read out.
    """
    if isinstance(t, OptionalType):
        return is_shareable(t.inner)
    return isinstance(t, ListType | DictType | SetType | StructType)
