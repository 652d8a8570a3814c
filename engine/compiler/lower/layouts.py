"""Where values lie in memory, and how types look from outside.

A value takes a slot of 8 bytes. Structs, tuples and boxes (an optional of a scalar) begin with a stamp and a region and
go on with slots. An optional of an actor or of a plain enum is a number (``is_plain_optional``). An enum of whose
variants none carries anything is a number, too; else a value is an object that begins
with the number of its variant, and a variant that carries nothing is one object in static data. Lists and dicts have
headers of their own. The numbers here are the ones that the kernel and the standard library use in their ``.aefl``
files.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.compiler.check.declared import Declared, Fields, fields_of, variants_of
from engine.compiler.check.types import (
    BOOL,
    DURATION,
    FLOAT,
    INT,
    NEVER,
    UNIT,
    ActorType,
    DictType,
    EnumType,
    FnType,
    ListType,
    OptionalType,
    Scalar,
    SetType,
    StructType,
    TupleType,
    Type,
    is_plain_enum,
    is_plain_optional,
    is_reference,
)
from engine.compiler.check.types import I32 as I32_TYPE
from engine.compiler.check.types import V128 as V128_TYPE
from engine.compiler.ir.nodes import F64, I32, I64, V128, Const, Expr, Load, Store, ValueType
from engine.compiler.metadata import TypeInfo, VariantInfo

STAMP = 0
REGION = 4
VARIANT = 0
"""An enum that carries something has the number of its variant where others have their stamp: it never changes, so
nobody asks who else holds it."""
SLOTS = 8
SLOT = 8

MESSAGE = 32
"""Where the payload of a message begins."""
START = 1 << 16
"""The number of a handler with this bit: the message starts an actor."""
ASK = 512 << 16
"""The same for a message whose answer is awaited."""

LIST_LENGTH = 8
LIST_ROOM = 12
LIST_DATA = 16

TABLE_USED = 12
"""Dicts and sets: how many entries are in use, removed ones included."""
TABLE_ENTRIES = 20
ENTRY = 24
ENTRY_LIVE = 4
ENTRY_KEY = 8
ENTRY_VALUE = 16

STRING_BYTES = 0
STRING_DATA = 8

ARENA, HEAP = 0, 1
"""Regions: what is made in a turn, and what an actor keeps."""

FIRST_CELL = 64
CELL = 8


def slot_offset(index: int) -> int:
    """Where the slot ``index`` of a struct, tuple, box or state block lies."""
    return SLOTS + SLOT * index


def block_size(slots: int) -> int:
    """Bytes of an object with that many slots."""
    return SLOTS + SLOT * slots


def has_value(t: Type) -> bool:
    """Whether an expression of this type leaves a value."""
    return t not in (UNIT, NEVER)


def value_type(t: Type) -> ValueType:
    """The IR type of values of ``t``, which has values."""
    assert has_value(t), t
    if t in (INT, DURATION) or isinstance(t, ActorType) or is_plain_enum(t) or is_plain_optional(t):
        return I64
    if t == FLOAT:
        return F64
    if t == V128_TYPE:
        return V128
    assert t in (BOOL, I32_TYPE) or is_reference(t), t
    return I32


def is_number(t: Type) -> bool:
    """Whether a slot holds the value itself and no address; in a message such an argument is a word."""
    return has_value(t) and not is_reference(t)


def result_type(t: Type) -> ValueType | None:
    """The IR result type of a function that gives a ``t``."""
    return value_type(t) if has_value(t) else None


def zero(t: ValueType) -> Const:
    """All bits zero."""
    return Const(t, 0.0 if t == F64 else 0)


def load_slot(t: Type, address: Expr, offset: int = 0, part: str = "") -> Load:
    """The value of type ``t`` in a slot of such a part of an object."""
    machine = value_type(t)
    return Load(machine, f"{machine}.load", address, offset, part)


def store_slot(t: Type, address: Expr, value: Expr, offset: int = 0, part: str = "") -> Store:
    """Puts a value of type ``t`` into a slot."""
    return Store(f"{value_type(t)}.store", address, value, offset, part)


def string_object(text: str) -> bytes:
    """A string as it lies in memory."""
    data = text.encode("utf-8")
    return len(data).to_bytes(4, "little") + len(text).to_bytes(4, "little") + data


def bytes_object(data: bytes) -> bytes:
    """Bytes as they lie in memory."""
    return len(data).to_bytes(4, "little") * 2 + data


@dataclass
class TypeTable:
    """The program's types as metadata, each once."""

    declared: Declared
    rows: list[TypeInfo] = field(default_factory=list)
    _index: dict[Type, int] = field(default_factory=dict)

    def index(self, t: Type) -> int:
        """The row of a type; added with its parts where it is new."""
        known = self._index.get(t)
        if known is not None:
            return known
        number = self._index[t] = len(self.rows)
        self.rows.append(TypeInfo(_kind(t), str(t)))  # before the parts: a struct may contain lists of itself
        parts, names = self._parts(t)
        indexes = tuple(self.index(part) for part in parts)
        self.rows[number] = TypeInfo(_kind(t), str(t), indexes, names, self._variants(t))
        return number

    def _variants(self, t: Type) -> tuple[VariantInfo, ...]:
        if not isinstance(t, EnumType):
            return ()
        return tuple(
            VariantInfo(v.name, tuple(self.index(part) for _, part in v.fields), _names(v.fields))
            for v in variants_of(self.declared, t)
        )

    def function_types(self) -> list[tuple[FnType, int]]:
        """The function types, and their rows."""
        return [(t, row) for t, row in self._index.items() if isinstance(t, FnType)]

    def _parts(self, t: Type) -> tuple[tuple[Type, ...], tuple[str, ...]]:
        match t:
            case ListType(item) | SetType(item):
                return (item,), ()
            case DictType(key, value):
                return (key, value), ()
            case TupleType(items):
                return items, ()
            case OptionalType(inner):
                return (inner,), ()
            case StructType():
                fields = fields_of(self.declared, t)
                return tuple(t for _, t in fields), _names(fields)
        return (), ()


def _names(fields: Fields) -> tuple[str, ...]:
    return tuple(name for name, _ in fields)


def _kind(t: Type) -> str:
    if isinstance(t, Scalar):
        return t.name
    if isinstance(t, EnumType):
        return "enum" if t.is_plain else "variant"
    if is_plain_optional(t):
        return "optional_word"
    return {
        ListType: "list",
        DictType: "dict",
        SetType: "set",
        TupleType: "tuple",
        OptionalType: "optional",
        StructType: "struct",
        ActorType: "actor",
        FnType: "function",
    }[type(t)]
