"""Writes ``engine/stdlib/unicode_tables.aefl`` from Python's tables of characters.

    python -m tests.engine.stdlib.write_unicode

Tables of single code points have two stages: the code's upper bits choose a block, the lower bits a place in it, and
equal blocks are there once. Rare things are sorted lists to search by halves. All numbers are little-endian.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import engine

VERSION = "14.0.0"
TARGET = Path(engine.__file__).parent / "stdlib" / "unicode_tables.aefl"
BLOCK = 64
HANGUL = range(0xAC00, 0xD7A4)


def code_points() -> Iterator[int]:
    """All code points that stand for something: others, and private ones, have no property but their number."""
    for code in range(0x110000):
        if unicodedata.category(chr(code)) not in ("Cn", "Co", "Cs"):
            yield code


def flags(char: str) -> int:
    """What kind of character it is. Whether it is cased shows in what a title makes of a letter behind it, and whether
    it is ignored where words end in what becomes of a capital sigma behind a letter and it."""
    cased = (char + "a").title().endswith("a")
    ignored = ("A" + char + "Σ").lower().endswith("ς") and not (char + "Σ").lower().endswith("ς")
    answers = (
        char.isalpha(), char.isdigit(), char.isnumeric(), char.isupper(), char.islower(),
        char.istitle() and not char.isupper(), cased, ignored,
    )  # fmt: skip
    return sum(1 << i for i, answer in enumerate(answers) if answer)


def cases(char: str) -> tuple[str, str, str, str]:
    """Its capital, small, title and folded form."""
    return char.upper(), char.lower(), char.title(), char.casefold()


def two_stages(value: Callable[[int], int], end: int) -> tuple[bytes, bytes]:
    """The blocks' numbers, two bytes each, and the blocks."""
    index, blocks, numbers = bytearray(), bytearray(), dict[bytes, int]()
    for start in range(0, end, BLOCK):
        block = bytes(value(code) for code in range(start, start + BLOCK))
        if block not in numbers:
            numbers[block] = len(numbers)
            blocks += block
        index += numbers[block].to_bytes(2, "little")
    return bytes(index), bytes(blocks)


def small(numbers: Iterator[tuple[int, int]] | list[tuple[int, int]]) -> bytes:
    """Numbers with their sizes in bytes, one after another."""
    return b"".join(number.to_bytes(size, "little", signed=number < 0) for number, size in numbers)


def flag_tables() -> dict[str, bytes]:
    """UNICODE_FLAGS: by two stages the number of a set of flags; from 0x20000 on, ranges of 3 + 3 + 1 bytes."""
    found = {code: flags(chr(code)) for code in code_points()}
    index, blocks = two_stages(lambda code: found.get(code, 0), 0x20000)
    ranges: list[list[int]] = []
    for code in range(0x20000, 0x110000):
        kind = found.get(code, 0)
        if not kind:
            continue
        if ranges and ranges[-1][1] == code - 1 and ranges[-1][2] == kind:
            ranges[-1][1] = code
        else:
            ranges.append([code, code, kind])
    rare = b"".join(small([(a, 3), (b, 3), (f, 1)]) for a, b, f in ranges)
    return {"UNICODE_FLAG_INDEX": index, "UNICODE_FLAG_BLOCKS": blocks, "UNICODE_FLAG_RANGES": rare}


def case_tables() -> dict[str, bytes]:
    """By two stages the number of a record: how far the capital, small, title and folded form are away, 4 bytes each.
    What becomes several characters is in a list: the code in 3 bytes and the offset of its four texts in 2; each text
    is a length in 1 byte and UTF-8."""
    records: dict[tuple[int, ...], int] = {(0, 0, 0, 0): 0}
    number: dict[int, int] = {}
    special: list[tuple[int, tuple[str, str, str, str]]] = []
    for code in code_points():
        forms = cases(chr(code))
        if any(len(form) != 1 for form in forms):
            special.append((code, forms))
        record = tuple(ord(form) - code if len(form) == 1 else SPECIAL_DELTA for form in forms)
        number[code] = records.setdefault(record, len(records))
    assert len(records) <= 256
    index, blocks = two_stages(lambda code: number.get(code, 0), CASE_END)
    assert all(number.get(code, 0) == 0 for code in range(CASE_END, 0x110000))
    keys, texts = bytearray(), bytearray()
    for code, forms in special:
        keys += small([(code, 3), (len(texts), 2)])
        for form in forms:
            texts += bytes([len(form.encode())]) + form.encode()
    return {
        "UNICODE_CASE_INDEX": index,
        "UNICODE_CASE_BLOCKS": blocks,
        "UNICODE_CASE_RECORDS": b"".join(small([(delta, 4) for delta in record]) for record in records),
        "UNICODE_CASE_SPECIAL": bytes(keys),
        "UNICODE_CASE_TEXTS": bytes(texts),
    }


SPECIAL_DELTA = 0x7FFFFFFF
CASE_END = 0x1E980


def normal_tables() -> dict[str, bytes]:
    """Decompositions, whole ones: sorted lists of the code in 3 bytes and the offset of a text in 2. Combining classes:
    sorted ranges of 3 + 3 + 1 bytes. Compositions: sorted first, second, composed in 3 bytes each."""
    canonical, compatible, texts = bytearray(), bytearray(), bytearray()
    places: dict[bytes, int] = {}

    def place(text: str) -> int:
        entry = bytes([len(text.encode())]) + text.encode()
        if entry not in places:
            places[entry] = len(texts)
            texts.extend(entry)
        return places[entry]

    classes: list[list[int]] = []
    pairs: list[tuple[int, int, int]] = []
    for code in code_points():
        char = chr(code)
        if code in HANGUL:
            continue
        plain, loose = unicodedata.normalize("NFD", char), unicodedata.normalize("NFKD", char)
        if plain != char:
            canonical += small([(code, 3), (place(plain), 2)])
        if loose != plain:
            compatible += small([(code, 3), (place(loose), 2)])
        order = unicodedata.combining(char)
        if order and classes and classes[-1][1] == code - 1 and classes[-1][2] == order:
            classes[-1][1] = code
        elif order:
            classes.append([code, code, order])
        step = unicodedata.decomposition(char).split()
        if len(step) == 2 and not step[0].startswith("<") and unicodedata.normalize("NFC", char) == char:
            pairs.append((int(step[0], 16), int(step[1], 16), code))
    return {
        "UNICODE_CANONICAL": bytes(canonical),
        "UNICODE_COMPATIBLE": bytes(compatible),
        "UNICODE_TEXTS": bytes(texts),
        "UNICODE_CLASSES": b"".join(small([(a, 3), (b, 3), (c, 1)]) for a, b, c in classes),
        "UNICODE_PAIRS": b"".join(small([(a, 3), (b, 3), (c, 3)]) for a, b, c in sorted(pairs)),
    }


def literal(data: bytes) -> str:
    """Bytes as a program writes them."""
    return 'b"' + "".join(chr(b) if 32 <= b < 127 and b not in b'"\\' else f"\\x{b:02x}" for b in data) + '"'


def written() -> str:
    """The file's text."""
    lines = [
        f"// Tables of Unicode {VERSION}, written by tests/engine/stdlib/write_unicode.py, which says how they are",
        "// laid out. Those that a program does not use are not in its module.",
        "",
    ]
    for name, data in {**flag_tables(), **case_tables(), **normal_tables()}.items():
        lines.append(f"let {name} = {literal(data)}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    if unicodedata.unidata_version != VERSION:
        sys.exit(f"this Python has the tables of Unicode {unicodedata.unidata_version}, not {VERSION}")
    TARGET.write_text(written(), encoding="utf-8")
