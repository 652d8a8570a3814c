"""A text as pieces: its tokens and its comments, in order, each with how many line breaks stand before it.

This is all a formatter needs of a text: what is between two pieces is blank, and may be anything. An f-string is one
piece, as written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.compiler.syntax.tokens import COMMENT_EDGE, END, F_END, F_START, Token

LINE_COMMENT = "//"
BLOCK_COMMENT = "/*"

_COMMENT_EDGE = re.compile(COMMENT_EDGE)


@dataclass(slots=True)
class Piece:
    """A token or a comment.

    ``kind`` is the token's, or one of the two of comments; ``text`` is as written; ``start`` and ``column`` (from 0)
    are its place in the text it comes from; ``lines`` are the line breaks before it. ``tight`` is for tokens that mean
    two things: a ``-`` that is a sign, a ``<``, ``>`` or ``??`` of a type, a ``{`` or ``}`` around a value rather than
    a block, the ``=`` of ``at tick=5``, a number that names an item, as in ``t.0``.
    """

    kind: str
    text: str
    start: int
    column: int
    lines: int
    tight: bool = False

    @property
    def is_comment(self) -> bool:
        """Whether it is a comment."""
        return self.kind == LINE_COMMENT or self.kind == BLOCK_COMMENT


def read_pieces(text: str, tokens: Sequence[Token]) -> list[Piece]:
    """The pieces of a text whose tokens are sound."""
    pieces: list[Piece] = []
    before = last = line = 0  # the end of the piece before and its start, and where the line starts

    def add(kind: str, start: int, end: int) -> None:
        nonlocal before, last, line
        line = max(line, text.rfind("\n", last, start) + 1)
        pieces.append(Piece(kind, text[start:end], start, start - line, text.count("\n", before, start)))
        before, last = end, start

    nesting, opened = 0, 0
    for token in tokens:
        if nesting == 0:
            for kind, start, end in _comments(text, before, token.start):
                add(kind, start, end)
            opened = token.start
        nesting += (token.kind == F_START) - (token.kind == F_END)
        if nesting == 0 and token.kind != END:
            add(F_START if token.kind == F_END else token.kind, opened, token.end)
    return pieces


def _comments(text: str, pos: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Kind, start and end of the comments between two tokens."""
    while True:
        start = text.find("/", pos, end)
        if start < 0:
            return
        if text.startswith(LINE_COMMENT, start):
            stop = text.find("\n", start, end)
            pos = end if stop < 0 else stop
            yield LINE_COMMENT, start, pos
            continue
        depth = 0
        for edge in _COMMENT_EDGE.finditer(text, start, end):
            depth += 1 if edge.group() == BLOCK_COMMENT else -1
            pos = edge.end()
            if depth == 0:
                break
        yield BLOCK_COMMENT, start, pos
