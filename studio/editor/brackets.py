"""Brackets: which one belongs to the one beside the cursor. Those in strings and comments do not count."""

from __future__ import annotations

import re
from collections.abc import Iterator

from PySide6.QtGui import QTextBlock, QTextDocument

LINES_MAX = 400
"""How far to look while typing; a jump looks through the whole file."""

CLOSING = {"(": ")", "[": "]", "{": "}"}
OPENING = {close: open for open, close in CLOSING.items()}
_PIECE = re.compile(r'"(?:\\.|[^"\\])*"?|//.*|/\*|\*/|[()\[\]{}]')


def brackets_of(text: str, depth: int) -> list[tuple[int, str]]:
    """The brackets of a line with their places; ``depth`` is how many block comments are open before it."""
    found: list[tuple[int, str]] = []
    at = 0
    while (piece := _PIECE.search(text, at)) is not None:
        token, at = piece.group(), piece.end()
        if token == "/*":
            depth += 1
        elif token == "*/":
            depth = max(0, depth - 1)
        elif depth:
            at = piece.start() + 1
        elif token[0] == "/":
            break
        elif token[0] != '"':
            found.append((piece.start(), token))
    return found


def _state_before(block: QTextBlock) -> int:
    before = block.previous()
    return max(0, before.userState()) if before.isValid() else 0


def match_at(document: QTextDocument, position: int, lines_max: int = LINES_MAX) -> tuple[int, int] | None:
    """The positions of the bracket beside ``position`` (before it is preferred) and of its partner."""
    block = document.findBlock(position)
    column = position - block.position()
    here = dict(brackets_of(block.text(), _state_before(block)))
    for place in (column - 1, column):
        char = here.get(place)
        if char is not None:
            partner = _partner(block, place, char, lines_max)
            return None if partner is None else (block.position() + place, partner)
    return None


def _partner(block: QTextBlock, place: int, char: str, lines_max: int) -> int | None:
    forward = char in CLOSING
    opens, closes = (char, CLOSING[char]) if forward else (char, OPENING[char])
    depth = 0
    for position, other in _walk(block, place, forward, lines_max):
        if other == opens:
            depth += 1
        elif other == closes:
            depth -= 1
            if depth == 0:
                return position
    return None


def _walk(block: QTextBlock, place: int, forward: bool, lines_max: int) -> Iterator[tuple[int, str]]:
    """The brackets from one on, in either direction, with their positions in the document."""
    first = True
    for _ in range(lines_max):
        if not block.isValid():
            return
        found = brackets_of(block.text(), _state_before(block))
        if first:
            found = [(p, c) for p, c in found if (p >= place if forward else p <= place)]
            first = False
        for where, char in found if forward else reversed(found):
            yield block.position() + where, char
        block = block.next() if forward else block.previous()
