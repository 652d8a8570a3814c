"""Writes ``engine/stdlib/exp_table.aefl``: the powers of two from 0 to 63 sixty-fourths.

    python -m tests.engine.stdlib.write_exp_table

A row is two floats of 8 bytes, little-endian. The second, after the bits of its exponent were made less by i/64, which
is what adding the whole number of sixty-fourths of any power makes up for, is 2^(i/64) rounded; the first is what
rounding lost, as a share of it.
"""

from __future__ import annotations

import struct
from decimal import Decimal, localcontext
from pathlib import Path

import engine

TARGET = Path(engine.__file__).parent / "stdlib" / "exp_table.aefl"
PARTS = 64
PART_BITS = 6
MANTISSA_BITS = 52
DIGITS = 60


def row(part: int) -> bytes:
    """The row of 2^(part/64)."""
    with localcontext() as context:
        context.prec = DIGITS
        true = Decimal(2) ** (Decimal(part) / PARTS)
        rounded = float(true)
        lost = float(true / Decimal(rounded) - 1)
    (bits,) = struct.unpack("<q", struct.pack("<d", rounded))
    return struct.pack("<dq", lost, bits - (part << (MANTISSA_BITS - PART_BITS)))


def written() -> str:
    """The text of the file."""
    escaped = "".join(f"\\x{byte:02x}" for part in range(PARTS) for byte in row(part))
    return (
        "// Powers of two, written by tests/engine/stdlib/write_exp_table.py, which says how they are laid out.\n\n"
        f'let EXP_TABLE = b"{escaped}"\n'
    )


if __name__ == "__main__":
    TARGET.write_text(written(), encoding="utf-8")
