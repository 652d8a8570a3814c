"""Where lines end: the author's line breaks, but for what the style decides.

- ``;`` is a line break, and is kept only where the line after it would go on with the statement before.
- A block's ``{``, an ``else`` and a comma stand at the end of a line, never at the start.
- A block that goes over several lines has its ``{`` at the end of a line and its ``}`` on a line of its own.
- One blank line in a row, and none after an opening or before a closing bracket.

All of this changes only ``lines`` of pieces, and leaves out the ``;``.
"""

from __future__ import annotations

from engine.compiler.format.pieces import LINE_COMMENT, Piece
from engine.compiler.format.shape import Shape
from engine.compiler.syntax.tokens import CONTINUING

OPENERS = frozenset({"(", "[", "{"})
CLOSERS = frozenset({")", "]", "}"})


def settle(pieces: list[Piece], shape: Shape) -> list[Piece]:
    """The pieces without needless ``;``, with line breaks where the style wants them."""
    settled = _without_semicolons(pieces)
    _join_lines(settled, shape)
    _open_blocks(settled)
    before: Piece | None = None
    for piece in settled:
        edge = before is None or before.kind in OPENERS or piece.kind in CLOSERS
        piece.lines = 0 if before is None else min(piece.lines, 1 if edge else 2)
        before = piece
    return settled


def _without_semicolons(pieces: list[Piece]) -> list[Piece]:
    kept: list[Piece] = []
    owed, breaks = 0, False
    for index, piece in enumerate(pieces):
        after_comment = bool(kept) and kept[-1].is_comment
        if piece.kind != ";":
            if owed or breaks:
                stays = piece.kind == "}" or piece.kind == LINE_COMMENT
                piece.lines = max(piece.lines, owed, 0 if stays else 1)
                owed, breaks = 0, False
            kept.append(piece)
        elif _goes_on(pieces, index):
            piece.lines = max(piece.lines, owed) if after_comment else 0
            kept.append(piece)
            owed, breaks = 0, True
        else:
            owed, breaks = max(owed, piece.lines), True
    return kept


def past_comments(pieces: list[Piece], index: int) -> int:
    """The index of the first piece from ``index`` on that is no comment."""
    while index < len(pieces) and pieces[index].is_comment:
        index += 1
    return index


def _goes_on(pieces: list[Piece], index: int) -> bool:
    """Whether what follows a ``;`` would belong to the statement before if there were none."""
    index = past_comments(pieces, index + 1)
    return index < len(pieces) and (pieces[index].kind in CONTINUING or pieces[index].kind == "-")


def _join_lines(pieces: list[Piece], shape: Shape) -> None:
    for index in range(1, len(pieces)):
        before, piece = pieces[index - 1], pieces[index]
        if not piece.lines or before.is_comment:
            continue
        if piece.kind == ",":
            if index + 1 < len(pieces):
                pieces[index + 1].lines = max(1, pieces[index + 1].lines)
            piece.lines = 0
        elif piece.kind == "{":
            if not piece.tight and piece.start not in shape.items:
                piece.lines = 0
        elif (piece.kind == "else" and before.kind == "}") or (piece.kind in CLOSERS and before.kind in OPENERS):
            piece.lines = 0


def _open_blocks(pieces: list[Piece]) -> None:
    around: list[tuple[int, bool]] = []  # the opening bracket, and whether a line ends inside
    for index, piece in enumerate(pieces):
        ends_line = piece.lines > 0 or piece.kind == LINE_COMMENT or "\n" in piece.text
        if around and ends_line:
            around[-1] = around[-1][0], True
        if piece.kind in OPENERS:
            around.append((index, False))
        elif piece.kind in CLOSERS:
            opener, is_broken = around.pop()
            if not is_broken:
                continue
            if piece.kind == "}" and not piece.tight:
                break_block(pieces, opener, index)
            if around:
                around[-1] = around[-1][0], True


def break_block(pieces: list[Piece], opener: int, closer: int) -> None:
    """Puts what is inside of a block on lines of its own; a comment behind its ``{`` stays there."""
    first = pieces[opener + 1]
    if not (first.is_comment and pieces[opener + 2].lines) or first.lines:
        first.lines = max(1, first.lines)
    pieces[closer].lines = max(1, pieces[closer].lines)
