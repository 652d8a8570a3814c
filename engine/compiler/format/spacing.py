"""Whether a blank stands between two pieces of one line."""

from __future__ import annotations

from engine.compiler.format.pieces import LINE_COMMENT, Piece
from engine.compiler.format.shape import Shape
from engine.compiler.syntax.tokens import BYTES, F_START, INTEGER, NAME, OPERATORS, STRING

_NONE_BEFORE = frozenset({",", ";", ")", "]", ":", ".", "?.", "..", "?"})
_NONE_AFTER = frozenset({"(", "[", ".", "?.", ".."})
_ENDS_CALLEE = frozenset({NAME, ")", "]", "}", "fn"})
_ENDS_INDEXED = frozenset({NAME, ")", "]", "}", STRING, F_START, BYTES})
_STARTS = frozenset(operator[:length] for operator in OPERATORS for length in range(2, len(operator) + 1))
_BEFORE_MEMBER = frozenset({".", "?.", "on"})
_BEFORE_VALUE = frozenset({"payload", "until"})
"""Names that, as words of the language, stand before a value: `payload (1, 2)` calls nothing."""


def blank(earlier: Piece | None, left: Piece, right: Piece, shape: Shape) -> str:
    """What stands between ``left`` and ``right``; ``earlier`` is the piece before these."""
    if left.is_comment or right.is_comment:
        return _beside_comment(left, right)
    if left.kind == "." and right.kind == INTEGER and _is_whole(earlier):
        return " "  # `1. 0` is an item of 1, which is an error of its own, and `1.0` a float
    if right.kind in _NONE_BEFORE or left.kind in _NONE_AFTER or _tight(left, right):
        return " " if _would_join(left, right) else ""
    if "{" in (left.kind, right.kind) or "}" in (left.kind, right.kind):
        return _beside_brace(left, right)
    if right.kind == "(":
        return "" if _holds(earlier, left, right, _ENDS_CALLEE, shape) else " "
    if right.kind == "[":
        return "" if _holds(earlier, left, right, _ENDS_INDEXED, shape) else " "
    return "" if (left.kind == "=" and left.tight) or (right.kind == "=" and right.tight) else " "


def _is_whole(earlier: Piece | None) -> bool:
    """Whether a piece is a whole number, and no name of an item."""
    return earlier is not None and earlier.kind == INTEGER and not earlier.tight


def _tight(left: Piece, right: Piece) -> bool:
    """Signs, and angles around types."""
    if left.kind == "-":
        return left.tight
    if right.kind in ("<", ">", ">>", "??"):
        return right.tight
    return left.tight and (left.kind == "<" or (left.kind in (">", ">>") and right.kind == "("))


def _would_join(left: Piece, right: Piece) -> bool:
    """Whether two operators side by side would be read as another one."""
    return left.text + right.text[0] in _STARTS


def _holds(earlier: Piece | None, left: Piece, right: Piece, ends: frozenset[str], shape: Shape) -> bool:
    """Whether ``left`` is what is called or indexed by the bracket after it."""
    if left.text in _BEFORE_VALUE and left.kind == NAME:
        return left.start + len(left.text) in shape.callees or (earlier is not None and earlier.kind in _BEFORE_MEMBER)
    is_member = earlier is not None and earlier.kind in _BEFORE_MEMBER and left.text.isidentifier()
    return left.kind in ends or is_member


def _beside_brace(left: Piece, right: Piece) -> str:
    if left.kind == "{":
        return "" if left.tight or right.kind == "}" else " "
    if right.kind == "}":
        return "" if right.tight else " "
    return "" if right.kind in ("(", "[") else " "


def _beside_comment(left: Piece, right: Piece) -> str:
    if right.is_comment:
        inside = left.kind in ("(", "[") or (left.kind == "{" and left.tight)
        return "" if inside and right.kind != LINE_COMMENT else " "
    return "" if right.kind in (",", ";", ")", "]") or (right.kind == "}" and right.tight) else " "
