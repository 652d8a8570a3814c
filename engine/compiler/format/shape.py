"""What the tree knows of a text's tokens that they do not show.

Whether a ``<`` compares or opens types, a ``-`` subtracts or is a sign, a ``{`` opens a block or a dict, and where
statements, fields and arms begin.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace

from engine.base.source import Span
from engine.compiler.format.pieces import Piece
from engine.compiler.syntax import ast
from engine.compiler.syntax.tokens import INTEGER

_ITEMS = frozenset(
    {"statements", "arms", "fields", "entries", "variants", "settings", "states", "handlers", "timers", "model"}
)
_IN_TYPES = frozenset({"<", ">", ">>", ">=", ">>=", "??"})
"""Operators that may also be, or start with, a part of a type."""


_NAMES: dict[type, tuple[str, ...]] = {}


@dataclass(slots=True)
class Shape:
    """Offsets of tokens: where items of blocks start, minus signs, operators between two values that could be something
    else, braces of dicts and sets; and the ends of what is called."""

    items: set[int] = field(default_factory=set)
    signs: set[int] = field(default_factory=set)
    infix: list[tuple[int, str]] = field(default_factory=list)
    values: set[int] = field(default_factory=set)
    callees: set[int] = field(default_factory=set)


def shape_of(module: ast.Module) -> Shape:
    """What a tree without mistakes says of the tokens it was made from."""
    shape = Shape()
    for node, name in _nodes(module):
        match node:
            case ast.Unary(op="-"):
                shape.signs.add(node.span.start)
            case ast.Binary():
                shape.infix.append((node.left.span.end, node.op))
            case ast.AssignStmt():
                shape.infix.append((node.target.span.end, node.op))
            case ast.DictLit() | ast.SetLit():
                shape.values.add(node.span.start)
            case ast.Call():
                shape.callees.add(node.callee.span.end)
        if name in _ITEMS:
            shape.items.add(node.span.start)
    shape.items.update(item.span.start for item in module.items)
    return shape


def mark(pieces: list[Piece], shape: Shape) -> list[Piece]:
    """The pieces, with those marked that are ``tight``; a ``>=`` that ends types and gives a value is two pieces."""
    starts = [piece.start for piece in pieces]
    infix: set[int] = set()
    for end, op in shape.infix:
        at = bisect_left(starts, end)
        if op not in _IN_TYPES or starts[at - 1] + len(pieces[at - 1].text) > end:
            continue  # an operator inside an f-string is no piece
        while pieces[at].kind != op:
            at += 1
        infix.add(starts[at])
    split: list[Piece] = []
    for piece in pieces:
        if piece.kind not in _IN_TYPES or piece.start in infix:
            split.append(piece)
            continue
        angles = piece.kind.rstrip("=")
        split.append(replace(piece, kind=angles, text=angles, tight=True))
        if angles != piece.kind:
            place = piece.start + len(angles)
            split.append(Piece("=", "=", place, piece.column + len(angles), 0))
    _mark_plain(split, shape)
    return split


def _mark_plain(pieces: list[Piece], shape: Shape) -> None:
    braces: list[bool] = []
    for index, piece in enumerate(pieces):
        if piece.kind == "-":
            piece.tight = piece.start in shape.signs
        elif piece.kind == "{":
            piece.tight = piece.start in shape.values or (index > 0 and pieces[index - 1].kind == "render")
            braces.append(piece.tight)
        elif piece.kind == "}":
            piece.tight = braces.pop()
        elif piece.kind == INTEGER:
            piece.tight = index > 1 and piece.lines == 0 and _names_item(pieces[index - 2], pieces[index - 1])
        elif piece.kind == "=":
            piece.tight = [before.text for before in pieces[max(0, index - 2) : index]] == ["at", "tick"]


def _names_item(value: Piece, dot: Piece) -> bool:
    """Whether a whole number behind these is the name of an item: behind a number it is kept apart, and so read as a
    number again."""
    return dot.kind in (".", "?.") and (value.kind != INTEGER or value.tight)


def same_tree(first: object, second: object) -> bool:
    """Whether two trees are equal but for the places of their nodes."""
    pending = [(first, second)]
    while pending:
        a, b = pending.pop()
        if type(a) is not type(b):
            return False
        if isinstance(a, tuple) and isinstance(b, tuple):
            if len(a) != len(b):
                return False
            pending.extend(zip(a, b, strict=True))
        elif isinstance(a, ast.Node):
            pending.extend((getattr(a, name), getattr(b, name)) for name in _names_of(a))
        elif not isinstance(a, Span) and repr(a) != repr(b):
            return False
    return True


def _nodes(module: ast.Module) -> Iterator[tuple[ast.Node, str]]:
    """Every node, with the name of the field it stands in."""
    pending: list[tuple[object, str]] = [(module, "")]
    while pending:
        found, name = pending.pop()
        if isinstance(found, tuple):
            pending.extend((part, name) for part in found)
        elif isinstance(found, ast.Node):
            yield found, name
            for part_name in _names_of(found):
                part = getattr(found, part_name)
                if isinstance(part, tuple | ast.Node):
                    pending.append((part, part_name))


def _names_of(node: ast.Node) -> tuple[str, ...]:
    """The names of what a node consists of."""
    kind = type(node)
    if kind not in _NAMES:
        _NAMES[kind] = tuple(f.name for f in fields(node))
    return _NAMES[kind]
