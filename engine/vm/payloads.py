"""Is a payload from a file one that this program could have been sent?

The kernel's decoder trusts what it reads (``engine/kernel/codec.aefl``): a length becomes an address without a look at
what is there. So bytes that come out of a file are walked over here first, by the types of the parameters. A value has
exactly one encoding, and only that one is accepted: every length lies within the bytes, numbers and lengths have their
shortest form, texts are UTF-8, no key stands in a dict twice, and nothing is left behind the last parameter.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass

import msgpack

from engine.base.counts import counted
from engine.base.errors import MachineError
from engine.compiler.metadata import ENCODED, FieldInfo, Metadata, TypeInfo
from engine.vm.plain import DEPTH_MAX, OPTIONAL_KINDS

_WORD = 8
_CANONICAL_NAN = struct.pack("<d", math.nan)
_LIST_WORDS = frozenset({"int", "duration", "enum", "float"})
"""The kinds of numbers whose lists travel as binary data."""
_INTS = {
    0xCC: (1, False), 0xCD: (2, False), 0xCE: (4, False), 0xCF: (8, False),
    0xD0: (1, True), 0xD1: (2, True), 0xD2: (4, True), 0xD3: (8, True),
}  # fmt: skip
"""Of a number that is not its own encoding, by its first byte: how many bytes follow, and whether they have a sign."""


@dataclass(frozen=True, slots=True)
class _Head:
    """How the length of one kind of value is written."""

    what: str
    small: int
    """The first byte of lengths below ``small_count``, the length in it."""
    small_count: int
    wide: dict[int, int]
    """By the first byte of longer ones: how many bytes the length has."""


_STRING = _Head("a text", 0xA0, 32, {0xD9: 1, 0xDA: 2, 0xDB: 4})
_BYTES = _Head("bytes", 0, 0, {0xC4: 1, 0xC5: 2, 0xC6: 4})
_ARRAY = _Head("a list", 0x90, 16, {0xDC: 2, 0xDD: 4})
_MAP = _Head("a dict", 0x80, 16, {0xDE: 2, 0xDF: 4})


def check_payload(metadata: Metadata, params: Sequence[FieldInfo], payload: bytes, texts_behind: int = 0) -> None:
    """Raises MachineError, with what is wrong, where a payload is not exactly what such parameters are encoded as, and
    behind them so many texts."""
    walk = _Walk(metadata.types, payload)
    for param in params:
        if param.offset != ENCODED:
            walk.word(param.type)
    for param in params:
        if param.offset == ENCODED:
            walk.value(param.type, 0)
    for _ in range(texts_behind):
        walk.text()
    walk.end()


class _Walk:
    """Goes over a payload from its first byte to its last."""

    def __init__(self, types: tuple[TypeInfo, ...], payload: bytes) -> None:
        self._types = types
        self._payload = payload
        self._at = 0

    def end(self) -> None:
        """Nothing may be left."""
        left = len(self._payload) - self._at
        if left:
            raise MachineError(f"it goes on for {counted(left, 'byte')} behind its last value")

    def _take(self, length: int) -> bytes:
        if length > len(self._payload) - self._at:
            raise MachineError("it ends too early")
        self._at += length
        return self._payload[self._at - length : self._at]

    # --- numbers ----------------------------------------------------------------------------------

    def word(self, type_index: int) -> None:
        """A parameter that is a number, in 8 bytes."""
        self._check_word(self._types[type_index], self._take(_WORD))

    def _check_word(self, info: TypeInfo, data: bytes) -> None:
        number = int.from_bytes(data, "little", signed=True)
        match info.kind:
            case "int" | "duration":
                return
            case "float":
                self._check_float(data)
            case "bool":
                _check_range(number, 2, "a bool")
            case "enum":
                _check_range(number, len(info.variants), info.name)
            case "optional_word" if number != 0:
                inner = self._types[info.parts[0]]
                self._check_word(inner, (number - 1).to_bytes(_WORD, "little", signed=True))
            case "optional_word":
                return
            case _:
                raise _impossible(info)

    def _check_float(self, data: bytes) -> None:
        if math.isnan(struct.unpack("<d", data)[0]) and data != _CANONICAL_NAN:
            raise MachineError("a float in it is written in another form than its own")

    def _number(self) -> int:
        head = self._take(1)[0]
        if head < 0x80 or head >= 0xE0:
            return head if head < 0x80 else head - 0x100
        if head not in _INTS:
            raise MachineError("it has something else where a number stands")
        width, signed = _INTS[head]
        number = int.from_bytes(self._take(width), "big", signed=signed)
        if len(msgpack.packb(number)) != 1 + width or (signed and number >= 0) or number >= 2**63:
            raise MachineError("a number in it is written in another form than its shortest")
        return number

    # --- everything else --------------------------------------------------------------------------

    def value(self, type_index: int, depth: int) -> None:
        """A value in the form in which messages carry what has no word."""
        info = self._types[type_index]
        if depth > DEPTH_MAX:
            raise MachineError("it is nested too deeply")
        match info.kind:
            case "int" | "duration":
                self._number()
            case "enum":
                _check_range(self._number(), len(info.variants), info.name)
            case "bool":
                if self._take(1) not in (b"\xc2", b"\xc3"):
                    raise MachineError("it has something else where a bool stands")
            case "float":
                if self._take(1) != b"\xcb":
                    raise MachineError("it has something else where a float stands")
                self._check_float(self._take(_WORD)[::-1])
            case "string":
                self.text()
            case "bytes":
                self._take(self._length(_BYTES))
            case kind if kind in OPTIONAL_KINDS:
                if self._payload[self._at : self._at + 1] == b"\xc0":
                    self._at += 1
                else:
                    self.value(info.parts[0], depth + 1)
            case _:
                self._compound(info, depth + 1)

    def _compound(self, info: TypeInfo, depth: int) -> None:
        match info.kind:
            case "list" if (item := self._types[info.parts[0]]).kind in _LIST_WORDS:
                self._words(item)
            case "list":
                for _ in range(self._length(_ARRAY)):
                    self.value(info.parts[0], depth)
            case "set":
                self._distinct(info, self._length(_ARRAY), depth)
            case "dict":
                self._distinct(info, self._length(_MAP), depth)
            case "struct" | "tuple":
                self._all(info.parts, self._length(_ARRAY), depth)
            case "variant":
                length, number = self._length(_ARRAY), self._number()
                _check_range(number, len(info.variants), info.name)
                self._all(info.variants[number].parts, length - 1, depth)
            case _:
                raise _impossible(info)

    def text(self) -> None:
        """A string."""
        try:
            self._take(self._length(_STRING)).decode("utf-8")
        except UnicodeDecodeError as error:
            raise MachineError("a text in it is not UTF-8") from error

    def _length(self, head: _Head) -> int:
        first = self._take(1)[0]
        if head.small <= first < head.small + head.small_count:
            return first - head.small
        if first not in head.wide:
            raise MachineError(f"it has something else where {head.what} stands")
        width = head.wide[first]
        length = int.from_bytes(self._take(width), "big")
        shorter = [2 ** (8 * other) for other in head.wide.values() if other < width]
        if length < max([head.small_count, *shorter]):
            raise MachineError("a length in it is written in another form than its shortest")
        if length > len(self._payload) - self._at:
            raise MachineError(f"it has {head.what} that is longer than all that is there")
        return length

    def _words(self, item: TypeInfo) -> None:
        data = self._take(self._length(_BYTES))
        if len(data) % _WORD:
            raise MachineError("it has a list whose last number is not whole")
        if item.kind in ("int", "duration"):
            return
        for start in range(0, len(data), _WORD):
            self._check_word(item, data[start : start + _WORD])

    def _distinct(self, info: TypeInfo, length: int, depth: int) -> None:
        """The items of a set, or the keys of a dict, each with its value."""
        seen: set[bytes] = set()
        for _ in range(length):
            start = self._at
            self.value(info.parts[0], depth)
            seen.add(self._payload[start : self._at])
            if info.kind == "dict":
                self.value(info.parts[1], depth)
        if len(seen) != length:
            raise MachineError(f"it has {'a key of a dict' if info.kind == 'dict' else 'an item of a set'} twice")

    def _all(self, parts: tuple[int, ...], length: int, depth: int) -> None:
        if length != len(parts):
            raise MachineError(f"it has {length} values where {len(parts)} belong together")
        for part in parts:
            self.value(part, depth)


def _check_range(number: int, count: int, what: str) -> None:
    if not 0 <= number < count:
        raise MachineError(f"it has the number {number} where {what} stands")


def _impossible(info: TypeInfo) -> MachineError:
    """References and functions say nothing outside of the run that they are from."""
    return MachineError(f"it has a value of the type {info.name}, which cannot come from outside")
