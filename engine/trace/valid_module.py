"""The module of a trace file: WebAssembly of the shape that AeroFlow's compiler gives, and of no other.

A module of that shape keeps all it knows in its memory, asks nothing of the host and runs nothing until it is called:
no imports, no globals, no function that runs at the start. Its memory has addresses of 32 bits, so that it never
moves. Whether its code is valid is for the engine to say; what it does, nobody knows before it runs.
"""

from __future__ import annotations

from engine.base.host_calls import HOST_CALLS, Signature
from engine.trace.limits import MODULE_BYTES_MAX, Nonsense

MEMORY = "memory"

PAGES_MAX = 65536
TABLE_MAX = 1_000_000
_HEAD = b"\0asm\x01\0\0\0"
_CUSTOM, _TYPE, _FUNCTION, _TABLE, _MEMORY, _EXPORT = 0, 1, 3, 4, 5, 7
_ALLOWED = frozenset({_CUSTOM, _TYPE, _FUNCTION, _TABLE, _MEMORY, _EXPORT, 9, 10, 11, 12})
_FORBIDDEN = {
    2: "it asks for things of the host",
    6: "it has variables outside of its memory",
    8: "it has a function that runs before it is called",
}
_VALUE_TYPES = {0x7F: "i32", 0x7E: "i64", 0x7D: "f32", 0x7C: "f64", 0x7B: "v128"}
_FUNCREF = 0x70


def check_module(wasm: bytes) -> None:
    """Raises Nonsense with the reason where a module has another shape than the compiler's."""
    if len(wasm) > MODULE_BYTES_MAX:
        raise Nonsense(f"the program has {len(wasm):,} bytes, more than {MODULE_BYTES_MAX:,}")
    if wasm[: len(_HEAD)] != _HEAD:
        raise Nonsense("the program is no WebAssembly")
    sections = _sections(wasm)
    types = [_function_type(reader) for reader in _vector(sections, _TYPE)]
    functions = [reader.number() for reader in _vector(sections, _FUNCTION)]
    for reader in _vector(sections, _TABLE, 1):
        _check_table(reader)
    memories = _vector(sections, _MEMORY, 1)
    if not memories:
        raise Nonsense("the program has no memory")
    _check_memory(memories[0])
    _check_exports(_exports(sections), functions, types)


class _Reader:
    """Reads a part of a module. Raises Nonsense where it ends too early."""

    def __init__(self, data: bytes, at: int, end: int) -> None:
        self.data = data
        self.at = at
        self.end = end

    def byte(self) -> int:
        if self.at >= self.end:
            raise Nonsense("the program's module ends too early")
        self.at += 1
        return self.data[self.at - 1]

    def number(self) -> int:
        """An unsigned LEB128 of 64 bits at most."""
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value
            if shift > 63:
                raise Nonsense("a number in the program's module is too long")

    def text(self) -> str:
        length = self.number()
        if length > self.end - self.at:
            raise Nonsense("the program's module ends too early")
        self.at += length
        return self.data[self.at - length : self.at].decode("utf-8", "replace")


def _sections(wasm: bytes) -> dict[int, _Reader]:
    reader, found = _Reader(wasm, len(_HEAD), len(wasm)), dict[int, _Reader]()
    while reader.at < reader.end:
        kind, length = reader.byte(), reader.number()
        if kind not in _ALLOWED:
            raise Nonsense(f"the program is none of AeroFlow's: {_FORBIDDEN.get(kind, 'it has parts of a new kind')}")
        if length > reader.end - reader.at:
            raise Nonsense("the program's module ends too early")
        if kind in found and kind != _CUSTOM:
            raise Nonsense("the program's module has a section twice")
        found[kind] = _Reader(wasm, reader.at, reader.at + length)
        reader.at += length
    return found


def _vector(sections: dict[int, _Reader], kind: int, most: int | None = None) -> list[_Reader]:
    """The reader of a section once for each of its entries, each of which must be read before the next."""
    reader = sections.get(kind)
    if reader is None:
        return []
    count = reader.number()
    if count > reader.end - reader.at or (most is not None and count > most):
        raise Nonsense("the program's module has more of something than it can have")
    return [reader] * count


def _function_type(reader: _Reader) -> Signature:
    if reader.byte() != 0x60:
        raise Nonsense("the program is none of AeroFlow's: it has types that are none of functions")
    return _value_types(reader), _value_types(reader)


def _value_types(reader: _Reader) -> tuple[str, ...]:
    return tuple(_VALUE_TYPES.get(reader.byte(), "?") for _ in range(min(reader.number(), reader.end - reader.at)))


def _check_table(reader: _Reader) -> None:
    if reader.byte() != _FUNCREF:
        raise Nonsense("the program is none of AeroFlow's: its table does not hold functions")
    low, _ = _limits(reader, "table")
    if low > TABLE_MAX:
        raise Nonsense(f"the program's table has {low:,} places, more than {TABLE_MAX:,}")


def _check_memory(reader: _Reader) -> None:
    low, high = _limits(reader, "memory")
    if not 1 <= low <= PAGES_MAX or (high is not None and high > PAGES_MAX):
        raise Nonsense("the program's memory has a size that none can have")


def _limits(reader: _Reader, what: str) -> tuple[int, int | None]:
    flags = reader.byte()
    if flags not in (0, 1):
        raise Nonsense(f"the program is none of AeroFlow's: its {what} is shared or has addresses of 64 bits")
    return reader.number(), reader.number() if flags else None


def _exports(sections: dict[int, _Reader]) -> dict[str, tuple[int, int]]:
    return {reader.text(): (reader.byte(), reader.number()) for reader in _vector(sections, _EXPORT)}


def _check_exports(exports: dict[str, tuple[int, int]], functions: list[int], types: list[Signature]) -> None:
    if exports.get(MEMORY) != (2, 0):
        raise Nonsense("the program does not show its memory")
    for name, signature in HOST_CALLS.items():
        kind, number = exports.get(name, (-1, 0))
        if kind != 0 or number >= len(functions) or functions[number] >= len(types):
            raise Nonsense(f"the program has no function {name}")
        if types[functions[number]] != signature:
            raise Nonsense(f"the program's function {name} takes or gives other things than it must")
