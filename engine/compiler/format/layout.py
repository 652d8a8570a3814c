"""Pieces to text: indentation, blanks, and blocks of one line that are too long for it.

A line is indented by four more than the line that opened the innermost bracket around it; a line that goes on with the
statement before by another four. The block of an ``if``, ``fn`` and the like is opened by the line of that word.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.compiler.format.breaks import CLOSERS, OPENERS, break_block, past_comments
from engine.compiler.format.pieces import LINE_COMMENT, Piece
from engine.compiler.format.shape import Shape
from engine.compiler.format.spacing import blank
from engine.compiler.syntax.tokens import OPERATORS

INDENT = 4
WIDTH = 100
"""How long a line with a block on it may be, without a comment at its end."""

_MAY_END_LINE = frozenset({",", ";", "?", ">", ">>"})
_GO_ON = frozenset(OPERATORS) - _MAY_END_LINE
_HEADS = frozenset(
    {"fn", "flow", "on", "actor", "agent", "if", "else", "while", "for", "match", "every", "test", "invariant"}
)


@dataclass(slots=True)
class _Row:
    """A line: its first piece, the one after its last, the parts of its text, and how long it is: in all, and without
    a comment at its end."""

    first: int
    end: int
    parts: list[str]
    length: int
    width: int

    def add(self, text: str, is_comment: bool = False) -> None:
        """Writes a piece, or what is before it; only what is behind the last line break counts."""
        self.parts.append(text)
        at = text.rfind("\n")
        self.length = self.length + len(text) if at < 0 else len(text) - at - 1
        if not is_comment:
            self.width = self.length


def lay_out(pieces: list[Piece], shape: Shape) -> str:
    """The text of pieces whose line breaks are settled; adds those that long lines need."""
    while True:
        rows = _rows(pieces, shape)
        shortened = [_shorten(pieces, row, shape) for row in rows if row.width > WIDTH]
        if not any(shortened):
            break
    lines = [("\n" if pieces[row.first].lines > 1 else "") + "".join(row.parts) + "\n" for row in rows]
    return "".join(lines)


def _rows(pieces: list[Piece], shape: Shape) -> list[_Row]:
    rows: list[_Row] = []
    around: list[tuple[int, bool]] = []  # indentation of the line that opened a bracket, and whether it is a block's
    heads: list[int | None] = [None]  # for these and for the top level, indentation of the line of a block's head
    indent = 0
    code, before = 0, None  # the index of the next piece that is no comment, and the last such piece so far
    for index, piece in enumerate(pieces):
        starts_line = index == 0 or piece.lines > 0
        if starts_line:
            code = past_comments(pieces, max(code, index))
            indent, goes_on = _indent(piece, pieces[code] if code < len(pieces) else piece, before, around, shape)
            if not goes_on:
                heads[-1] = None
            rows.append(_Row(index, index, [" " * indent], indent, 0))
        row = rows[-1]
        if not starts_line:
            between = blank(pieces[index - 2] if index > 1 else None, pieces[index - 1], piece, shape)
            row.add(between, piece.kind == LINE_COMMENT)
        row.add(_shown(piece, indent - piece.column if starts_line else 0), piece.kind == LINE_COMMENT)
        row.end = index + 1
        if not piece.is_comment:
            before = piece
        if piece.kind in _HEADS and heads[-1] is None:
            heads[-1] = indent
        elif piece.kind in OPENERS:
            is_block = piece.kind == "{" and not piece.tight
            head = heads[-1] if is_block and pieces[index - 1].text != "with" else None
            around.append((indent if head is None else head, is_block))
            heads.append(None)
        elif piece.kind in CLOSERS:
            indent = around.pop()[0]
            heads.pop()
            if piece.kind == "}" and not piece.tight:
                heads[-1] = None
    return rows


def _indent(
    piece: Piece, code: Piece, before: Piece | None, around: list[tuple[int, bool]], shape: Shape
) -> tuple[int, bool]:
    """The indentation of a line that starts with a piece, and whether it goes on with the statement before. ``code`` is
    the first piece from there on that is no comment, ``before`` the last one that is none."""
    if piece.kind in CLOSERS:
        return around[-1][0], True
    indent, in_block = (around[-1][0] + INDENT, around[-1][1]) if around else (0, True)
    if not in_block or code.is_comment or code.kind in CLOSERS or code.kind == "else":
        return indent, not in_block
    is_left_open = before is not None and before.kind in _GO_ON  # it wants something after it
    goes_on = code.start not in shape.items or is_left_open
    return indent + INDENT * goes_on, goes_on


def _shown(piece: Piece, shift: int) -> str:
    """The text of a piece; the inner lines of a comment move with its first."""
    if not piece.is_comment:
        return piece.text
    first, *others = piece.text.split("\n") if piece.kind != LINE_COMMENT else [piece.text]
    return "\n".join([first.rstrip(), *(_moved(line, shift).rstrip() for line in others)])


def _moved(line: str, shift: int) -> str:
    blanks = len(line) - len(line.lstrip(" "))
    return " " * max(0, blanks + shift) + line[blanks:]


def _shorten(pieces: list[Piece], row: _Row, shape: Shape) -> bool:
    """Breaks the outermost blocks that stand whole on a line; False if there is none."""
    opened: list[int] = []
    found: list[tuple[int, int]] = []
    for index in range(row.first, row.end):
        piece = pieces[index]
        if piece.kind in OPENERS:
            opened.append(index)
        elif piece.kind in CLOSERS and opened:
            opener = opened.pop()
            if piece.kind == "}" and not piece.tight and index > opener + 1:
                while found and found[-1][0] > opener:
                    found.pop()
                found.append((opener, index))
    for opener, closer in found:
        _break_whole(pieces, opener, closer, shape)
    return bool(found)


def _break_whole(pieces: list[Piece], opener: int, closer: int, shape: Shape) -> None:
    """Breaks a block of one line, and after the commas between its fields, variants or arms."""
    break_block(pieces, opener, closer)
    depth = 0
    for index in range(opener + 1, closer):
        depth += (pieces[index].kind in OPENERS) - (pieces[index].kind in CLOSERS)
        following = pieces[index + 1]
        if depth == 0 and pieces[index].kind == "," and following.start in shape.items:
            following.lines = max(1, following.lines)
