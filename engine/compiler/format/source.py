"""A program laid out in the one style: ``format_source``.

Tokens and comments stay as they are and in their order; only blanks, line breaks and ``;`` between them change. So a
result is proven by reading it again: its tokens, its comments and its tree must be those of the text it came from.
"""

from __future__ import annotations

from engine.base.diagnostics import Diagnostic
from engine.base.errors import FormatError
from engine.base.source import SourceFile
from engine.compiler.format.breaks import settle
from engine.compiler.format.layout import lay_out
from engine.compiler.format.pieces import Piece, read_pieces
from engine.compiler.format.shape import mark, same_tree, shape_of
from engine.compiler.syntax.lexer import tokenize
from engine.compiler.syntax.parser import parse_tokens


def format_source(source: SourceFile, library: bool = False) -> tuple[str | None, list[Diagnostic]]:
    """The text of a program in the one style, or None and why it cannot be read.

    Line ends become ``\\n``. Formatting the result again changes nothing. Raises ``FormatError`` rather than give a
    text that means something else.
    """
    text = source.text.replace("\r\n", "\n")
    source = SourceFile(source.name, text)
    tokens, found = tokenize(text)
    module, problems = parse_tokens(source, list(tokens), found, library)
    if problems:
        return None, problems
    pieces = read_pieces(text, tokens)
    before = _content(pieces)
    shape = shape_of(module)
    result = lay_out(settle(mark(pieces, shape), shape), shape)
    if result == text:
        return result, []
    tokens, found = tokenize(result)
    again, problems = parse_tokens(SourceFile(source.name, result), list(tokens), found, library)
    if problems or _content(read_pieces(result, tokens)) != before or not same_tree(module, again):
        raise FormatError(
            f"{source.name} was not formatted: the result would not mean the same. This is a mistake of the formatter."
        )
    return result, []


def _content(pieces: list[Piece]) -> str:
    """What formatting must keep: tokens without ``;``, and comments but for blanks at the edges of their lines. A
    ``>=`` is two tokens, as it is behind types."""
    shown = [_plain(piece) if piece.is_comment else piece.text for piece in pieces if piece.kind != ";"]
    return "\n".join(text.replace("=", "\n=") if text in (">=", ">>=") else text for text in shown)


def _plain(comment: Piece) -> str:
    return "\n".join(line.strip() for line in comment.text.split("\n"))
