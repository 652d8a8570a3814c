"""Values of a program as plain Python, between three forms: slots in memory, msgpack, and what people see.

    int, duration, actor reference -> int         list, set, tuple, struct -> list
    float -> float     bool -> bool               dict -> list of (key, value)
    string -> str      bytes -> bytes             optional -> None or the inner value
    enum -> the number of its variant; where variants carry something, a list of that number and what it carries
    function -> list of the number of its kind and what it captured

A list that was cut because it is huge is a ``CutList``, which knows how many items are missing. What is nested deeper
than people look is ``TOO_DEEP``, and what has not been given a value yet, such as a top-level name behind an ``await``,
is ``NOT_YET``.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from typing import Any

import msgpack
import numpy as np

from engine.base.errors import MachineError
from engine.base.events import OUTSIDE
from engine.base.values import Value
from engine.compiler.metadata import ENCODED, FieldInfo, Metadata, TypeInfo, VariantInfo
from engine.vm import json_text
from engine.vm.instances import Bytes

Plain = Any
"""One of the forms above."""

ITEMS_MAX = 1000
"""How many items of one container are read; the rest is counted."""
ITEMS_MAX_TOTAL = 20_000
"""How many items are read of one value in all."""

OBJECTS_MAX_TOTAL = 200_000
"""How many objects and parts are read in all: memory out of a file can hold objects that hold themselves."""

DEPTH_MAX = 100
"""How deep a value is read; its text costs the square of that."""

ANY_ACTOR = "any"
"""The type of references to actors of whatever type."""
OPTIONAL_KINDS = frozenset({"optional", "optional_word"})
SCALAR_KINDS = frozenset({"int", "float", "bool", "duration", "actor", "enum"})
_NESTED_KINDS = frozenset({"list", "set", "dict", "tuple", "struct", "variant", "function"})
_WORDS = {"int": "<i8", "duration": "<i8", "actor": "<i8", "enum": "<i8", "float": "<f8"}
"""The kinds of numbers whose lists travel as binary data."""
_ENTRY_BYTES = 24
_WORD = 8


class CutList(list[Plain]):
    """The first items of a list, and how many are ``missing`` behind them."""

    missing: int = 0


class TooDeep:
    """The type of ``TOO_DEEP``."""


TOO_DEEP = TooDeep()


class NotYet:
    """The type of ``NOT_YET``."""


NOT_YET = NotYet()


# --- memory -----------------------------------------------------------------------------------


class MemoryReader:
    """Reads values out of linear memory by the layouts of the metadata."""

    def __init__(self, metadata: Metadata, memory: Bytes) -> None:
        self._types = metadata.types
        self._memory = memory
        self._words = memory.view("<u4")
        self._left = ITEMS_MAX_TOTAL
        self._depth = 0
        self._objects_left = OBJECTS_MAX_TOTAL

    def slot(self, type_index: int, address: int) -> Plain:
        """The value in the slot at ``address``."""
        info = self._types[type_index]
        match info.kind:
            case "int" | "duration" | "actor" | "enum":
                return int(self._memory[address : address + 8].view("<i8")[0])
            case "float":
                return float(self._memory[address : address + 8].view("<f8")[0])
            case "bool":
                return bool(self._word(address))
            case "optional_word":
                return _from_optional_word(int(self._memory[address : address + 8].view("<i8")[0]))
            case "unit":
                return None
            case _:
                return self._nested(info, self._word(address))

    def _nested(self, info: TypeInfo, address: int) -> Plain:
        if self._depth == DEPTH_MAX or self._objects_left <= 0:
            return TOO_DEEP
        self._depth += 1
        self._objects_left -= 1 + len(info.parts)
        found = self._object(info, address)
        self._depth -= 1
        return found

    def _word(self, address: int) -> int:
        return int(self._words[address >> 2])

    def _object(self, info: TypeInfo, address: int) -> Plain:
        if address == 0 and info.kind != "optional":
            return NOT_YET
        match info.kind:
            case "string":
                return self._data(address).decode("utf-8", "replace")
            case "bytes":
                return self._data(address)
            case "optional":
                if address == 0:
                    return None
                inner = self._types[info.parts[0]]
                if inner.kind in SCALAR_KINDS:
                    return self.slot(info.parts[0], address + 8)
                return self._object(inner, address)
            case "struct" | "tuple":
                return [self.slot(part, address + 8 + 8 * i) for i, part in enumerate(info.parts)]
            case "variant":
                number = self._word(address)
                parts = info.variants[number].parts
                return [number, *(self.slot(part, address + 8 + 8 * i) for i, part in enumerate(parts))]
            case "list":
                items = self._word(address + 16)
                return self._cut(self._word(address + 8), lambda i: self.slot(info.parts[0], items + 8 * i))
            case "dict":
                key, value = info.parts
                live = self._live_entries(address)
                return self._cut(len(live), lambda i: (self.slot(key, live[i] + 8), self.slot(value, live[i] + 16)))
            case "set":
                live = self._live_entries(address)
                return self._cut(len(live), lambda i: self.slot(info.parts[0], live[i] + 8))
            case "function":
                number = self._word(address + 8)
                captured = kind_of(info, number).parts
                return [number, *(self.slot(part, address + 16 + 8 * i) for i, part in enumerate(captured))]
            case _:
                raise MachineError(f"a value of kind {info.kind} cannot be shown")

    def _data(self, address: int) -> bytes:
        return self._memory[address + 8 : address + 8 + self._word(address)].tobytes()

    def _live_entries(self, address: int) -> list[int]:
        """The addresses of a dict's or set's entries that were not removed, in order of insertion."""
        used, entries = self._word(address + 12), self._word(address + 20)
        if used == 0:
            return []
        rows = self._memory[entries : entries + used * _ENTRY_BYTES].view("<u4").reshape(used, _ENTRY_BYTES // 4)
        return [entries + _ENTRY_BYTES * int(i) for i in np.flatnonzero(rows[:, 1])]

    def _cut(self, length: int, item: Callable[[int], Plain]) -> list[Plain]:
        taken = min(length, ITEMS_MAX, max(0, self._left))
        self._left -= taken
        items = CutList(item(i) for i in range(taken))
        items.missing = length - taken
        return items


# --- msgpack ----------------------------------------------------------------------------------


def unpack(metadata: Metadata, params: tuple[FieldInfo, ...], payload: bytes) -> list[Plain]:
    """The arguments of a message: words, and behind them what is encoded. Raises MachineError where the bytes are not
    what the parameters say."""
    words = _WORD * sum(param.offset != ENCODED for param in params)
    unpacker = msgpack.Unpacker(object_pairs_hook=list, strict_map_key=False, max_buffer_size=0)
    unpacker.feed(payload[words:])
    found: list[Plain] = []
    too_deep = False
    try:
        for param in params:
            if param.offset != ENCODED:
                found.append(_from_word(metadata.types[param.type].kind, payload, param.offset))
            elif too_deep:
                found.append(TOO_DEEP)
            else:
                try:
                    found.append(_from_msgpack(metadata.types, param.type, unpacker.unpack()))
                except msgpack.StackError:  # nested deeper than the unpacker goes, which is deeper than anybody looks
                    too_deep = True
                    found.append(TOO_DEEP)
        return found
    except (msgpack.UnpackException, ValueError, TypeError, IndexError, struct.error) as error:
        raise MachineError(f"a message has a payload that does not fit its parameters: {error}") from error


def _from_word(kind: str, payload: bytes, offset: int) -> Plain:
    found = struct.unpack_from("<d" if kind == "float" else "<q", payload, offset)[0]
    if kind == "optional_word":
        return _from_optional_word(found)
    return bool(found) if kind == "bool" else found


def _from_optional_word(word: int) -> Plain:
    """0 is none; anything else is one more than the number."""
    return None if word == 0 else word - 1


def pack_arguments(metadata: Metadata, params: Sequence[FieldInfo], values: Sequence[Plain]) -> bytes:
    """The payload of a message; the other way round than ``unpack``."""
    words, encoded = [], []
    for param, value in zip(params, values, strict=True):
        if param.offset == ENCODED:
            encoded.append(pack(metadata, param.type, value))
        else:
            words.append(_to_word(metadata.types[param.type].kind, value))
    return b"".join([*words, *encoded])


def _to_word(kind: str, value: Plain) -> bytes:
    if kind == "float":
        return struct.pack("<d", math.nan if math.isnan(value) else value)
    if kind == "optional_word":
        return struct.pack("<q", 0 if value is None else value + 1)
    return struct.pack("<q", value)


def _from_msgpack(types: tuple[TypeInfo, ...], type_index: int, data: Any, depth: int = 0) -> Plain:
    info = types[type_index]
    if info.kind in OPTIONAL_KINDS:
        return None if data is None else _from_msgpack(types, info.parts[0], data, depth)
    if depth == DEPTH_MAX and info.kind in _NESTED_KINDS:
        return TOO_DEEP
    depth += 1
    match info.kind:
        case "list" if (word := _WORDS.get(types[info.parts[0]].kind)) is not None:
            words = np.frombuffer(data, word)
            numbers = CutList(words[:ITEMS_MAX].tolist())
            numbers.missing = len(words) - len(numbers)
            return numbers
        case "list" | "set":
            items = CutList(_from_msgpack(types, info.parts[0], item, depth) for item in data[:ITEMS_MAX])
            items.missing = len(data) - len(items)
            return items
        case "dict":
            key, value = info.parts
            pairs = CutList(
                (_from_msgpack(types, key, k, depth), _from_msgpack(types, value, v, depth))
                for k, v in data[:ITEMS_MAX]
            )
            pairs.missing = len(data) - len(pairs)
            return pairs
        case "tuple" | "struct":
            return [_from_msgpack(types, part, item, depth) for part, item in zip(info.parts, data, strict=True)]
        case "variant":
            number, *carried = data
            parts = info.variants[number].parts
            return [number, *(_from_msgpack(types, p, item, depth) for p, item in zip(parts, carried, strict=True))]
        case "function":
            captured = zip(kind_of(info, data[0]).parts, data[1:], strict=True)
            return [data[0], *(_from_msgpack(types, part, item, depth) for part, item in captured)]
        case _:
            return data


def pack(metadata: Metadata, type_index: int, value: Plain) -> bytes:
    """A value in the form in which messages carry what is no number."""
    packer = msgpack.Packer(autoreset=False)
    _pack_into(packer, metadata.types, type_index, value)
    return bytes(packer.bytes())


def _pack_into(packer: Any, types: tuple[TypeInfo, ...], type_index: int, value: Plain) -> None:
    info = types[type_index]
    match info.kind:
        case "optional" | "optional_word":
            if value is None:
                packer.pack(None)
            else:
                _pack_into(packer, types, info.parts[0], value)
        case "list" if types[info.parts[0]].kind in _WORDS:
            packer.pack(b"".join(_to_word(types[info.parts[0]].kind, item) for item in value))
        case "list" | "set":
            packer.pack_array_header(len(value))
            for item in value:
                _pack_into(packer, types, info.parts[0], item)
        case "dict":
            packer.pack_map_header(len(value))
            for key, item in value:
                _pack_into(packer, types, info.parts[0], key)
                _pack_into(packer, types, info.parts[1], item)
        case "tuple" | "struct":
            packer.pack_array_header(len(value))
            for part, item in zip(info.parts, value, strict=True):
                _pack_into(packer, types, part, item)
        case "variant":
            number, *carried = value
            packer.pack_array_header(len(value))
            packer.pack(number)
            for part, item in zip(info.variants[number].parts, carried, strict=True):
                _pack_into(packer, types, part, item)
        case "function":
            packer.pack_array_header(len(value))
            packer.pack(value[0])
            for part, item in zip(kind_of(info, value[0]).parts, value[1:], strict=True):
                _pack_into(packer, types, part, item)
        case "float":
            packer.pack(float(value))
        case _:
            packer.pack(value)


def kind_of(info: TypeInfo, number: int) -> VariantInfo:
    """The kind of a function value with this number. Raises MachineError where the type has none."""
    if str(number) not in info.names:
        raise MachineError(f"there is no {info.name} with the number {number}")
    return info.variants[info.names.index(str(number))]


# --- what people see --------------------------------------------------------------------------


class Presenter:
    """Turns plain values into what people see. ``kind_of`` gives the type of an actor where a reference to any actor
    does not say it, or None where that is not known."""

    def __init__(self, metadata: Metadata, kind_of: Callable[[int], str | None] = lambda actor: None) -> None:
        self._types = metadata.types
        self._kind_of = kind_of

    def value(self, type_index: int, plain: Plain) -> Value:
        """The value with its text, its type, and its parts."""
        info = self._types[type_index]
        if plain is TOO_DEEP:
            return Value("…", info.name)
        if plain is NOT_YET:
            return Value("none yet", f"{info.name}?")
        if info.kind in OPTIONAL_KINDS:
            if plain is None:
                return Value("none", info.name)
            inner = self.value(info.parts[0], plain)
            return Value(inner.text, inner.type if inner.type == "string" else info.name, inner.parts)
        if info.kind == "function":
            return Value(info.name, info.name, self._captured(info, plain))
        if info.kind not in _NESTED_KINDS:
            return Value(self._scalar(info, plain), info.name)
        if info.kind == "variant":
            return self._variant(info, plain)
        parts = self._parts(info, plain)
        return Value(_compound_text(info, parts, getattr(plain, "missing", 0)), info.name, parts)

    def _variant(self, info: TypeInfo, plain: Plain) -> Value:
        number, *carried = plain
        variant = info.variants[number]
        rows = zip(variant.names, variant.parts, carried, strict=True)
        parts = tuple((name, self.value(part, item)) for name, part, item in rows)
        if info.name == json_text.JSON:
            missing = getattr(carried[0], "missing", 0) if carried else 0
            return json_text.shown(variant.name, parts[0][1] if parts else None, missing)
        name = f"{info.plain_name}.{variant.name}"
        if not parts:
            return Value(name, info.name)
        texts = (v.quoted if label.isdecimal() else f"{label}: {v.quoted}" for label, v in parts)
        return Value(f"{name}({', '.join(texts)})", info.name, parts)

    def _scalar(self, info: TypeInfo, plain: Plain) -> str:
        match info.kind:
            case "bool":
                return "true" if plain else "false"
            case "float":
                return float_text(plain)
            case "duration":
                return duration_text(plain)
            case "bytes":
                return bytes_text(plain)
            case "enum":
                return f"{info.plain_name}.{info.variants[plain].name}"
            case "actor":
                name = self._kind_of(plain) if info.name == ANY_ACTOR else None
                return reference_text(name or info.name, plain)
            case "unit":
                return "()"
            case _:
                return str(plain)

    def _captured(self, info: TypeInfo, plain: Plain) -> tuple[tuple[str, Value], ...]:
        """Where a function value was written, and what it took along."""
        kind = kind_of(info, plain[0])
        rows = zip(kind.names, kind.parts, plain[1:], strict=True)
        return ("made by", Value(kind.name, "")), *((name, self.value(part, item)) for name, part, item in rows)

    def _parts(self, info: TypeInfo, plain: Plain) -> tuple[tuple[str, Value], ...]:
        match info.kind:
            case "dict":
                key, item = info.parts
                return tuple((self.value(key, k).quoted, self.value(item, v)) for k, v in plain)
            case "struct":
                rows = zip(info.names, info.parts, plain, strict=True)
                return tuple((name, self.value(part, item)) for name, part, item in rows)
            case "tuple":
                return tuple((str(i), self.value(part, plain[i])) for i, part in enumerate(info.parts))
            case _:
                return tuple((str(i), self.value(info.parts[0], item)) for i, item in enumerate(plain))


def _compound_text(info: TypeInfo, parts: tuple[tuple[str, Value], ...], missing: int) -> str:
    labelled = info.kind in ("dict", "struct")
    texts = [f"{label}: {part.quoted}" if labelled else part.quoted for label, part in parts]
    if missing:
        texts.append(f"… and {missing:,} more")
    inside = ", ".join(texts)
    match info.kind:
        case "list":
            return f"[{inside}]"
        case "tuple":
            return f"({inside})"
        case "struct":
            return f"{info.plain_name}({inside})"
        case _:
            return f"{{{inside}}}"


def reference_text(type_name: str, actor: int) -> str:
    """``Counter#3``; ``main`` for the program itself, ``outside`` for the sender of what no actor sent."""
    if actor == 0:
        return "main"
    if type_name != ANY_ACTOR:
        return f"{type_name}#{actor}"
    return "outside" if actor == OUTSIDE else f"actor#{actor}"


def float_text(value: float) -> str:
    """The shortest decimal that reads back to the same bits, always with a point or an exponent."""
    return repr(value)


_UNITS = ((3_600_000_000, "h"), (60_000_000, "m"), (1_000_000, "s"), (1_000, "ms"), (1, "us"))


def duration_text(microseconds: int) -> str:
    """A duration in the largest unit that gives a whole number: ``250us``, ``10ms``, ``2m``."""
    for size, unit in _UNITS:
        if microseconds % size == 0 and (microseconds or unit == "ms"):
            return f"{microseconds // size}{unit}"
    return f"{microseconds}us"


def bytes_text(data: bytes) -> str:
    """Bytes as a literal: ``b"\\x01\\x02"``."""
    body = "".join(chr(b) if 32 <= b < 127 and b not in b'"\\' else f"\\x{b:02x}" for b in data)
    return f'b"{body}"'
