"""One array of bytes, read and written by the names of WebAssembly's instructions. Addresses are unsigned; one that is
outside is a mistake of the engine, and raises."""

from __future__ import annotations

import struct

PAGE = 65536
PAGES_MAX = 65536

LOADS = {
    "i32.load": "<i", "i64.load": "<q", "f64.load": "<d",
    "i32.load8_s": "<b", "i32.load8_u": "<B", "i32.load16_s": "<h", "i32.load16_u": "<H",
    "i64.load8_s": "<b", "i64.load8_u": "<B", "i64.load16_s": "<h", "i64.load16_u": "<H",
    "i64.load32_s": "<i", "i64.load32_u": "<I",
}  # fmt: skip
"""How many bytes, and with which sign."""

STORES = {
    "i32.store": ("<i", 0), "i64.store": ("<q", 0), "f64.store": ("<d", 0),
    "i32.store8": ("<B", 0xFF), "i32.store16": ("<H", 0xFFFF),
    "i64.store8": ("<B", 0xFF), "i64.store16": ("<H", 0xFFFF), "i64.store32": ("<I", 0xFFFFFFFF),
}  # fmt: skip
"""The same, and the bits of the value that are kept; 0 where that is all."""


_TWO_WORDS = struct.Struct("<QQ")


def accessor(name: str) -> str:
    """An instruction's name as a name in Python."""
    return name.replace(".", "_")


def _load_vector(data: bytearray, address: int) -> tuple[int]:
    """Sixteen bytes as one unsigned number, in the form of the others."""
    low, high = _TWO_WORDS.unpack_from(data, address)
    return (low | high << 64,)


class Memory:
    """The bytes. ``functions`` are the loads and stores, to be called with ``bytes`` and an address."""

    def __init__(self, pages: int) -> None:
        self.bytes = bytearray(pages * PAGE)
        self.functions: dict[str, object] = {
            **{accessor(name): struct.Struct(layout).unpack_from for name, layout in LOADS.items()},
            accessor("v128.load"): _load_vector,
            **{accessor(name): struct.Struct(layout).pack_into for name, (layout, _) in STORES.items()},
        }

    @property
    def pages(self) -> int:
        """How large it is."""
        return len(self.bytes) // PAGE

    def grow(self, more: int) -> int:
        """Adds pages of zeros; gives how many there were, or -1 where there is no room."""
        before = self.pages
        more &= 0xFFFFFFFF
        if before + more > PAGES_MAX:
            return -1
        self.bytes.extend(bytes(more * PAGE))
        return before

    def copy(self, target: int, source: int, length: int) -> None:
        """Copies bytes; the two places may overlap."""
        target, source, length = self._inside(target, length), self._inside(source, length), length & 0xFFFFFFFF
        self.bytes[target : target + length] = self.bytes[source : source + length]

    def fill(self, target: int, value: int, length: int) -> None:
        """Sets bytes."""
        target, length = self._inside(target, length), length & 0xFFFFFFFF
        self.bytes[target : target + length] = bytes([value & 0xFF]) * length

    def _inside(self, address: int, length: int) -> int:
        address &= 0xFFFFFFFF
        if address + (length & 0xFFFFFFFF) > len(self.bytes):
            raise IndexError(f"address {address} is outside of memory")
        return address
