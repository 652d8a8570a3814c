"""A syntax tree in one line, so that a test reads as text and what it means."""

from __future__ import annotations

import dataclasses

from engine.base.source import SourceFile
from engine.compiler.syntax import ast
from engine.compiler.syntax.parser import parse


def sketch(node: object) -> str:
    """``(Kind part part …)`` for a node; names, texts and numbers as themselves; ``-`` for what is not there."""
    match node:
        case None:
            return "-"
        case ast.Ident() | ast.Name():
            return node.text
        case ast.IntLit() | ast.FloatLit() | ast.BoolLit():
            return str(node.value).lower()
        case ast.StringLit():
            return repr(node.value)
        case ast.DurationLit():
            return f"{node.value}{node.unit}"
        case ast.BindPattern():
            return node.name
        case ast.WildcardPattern():
            return "_"
        case ast.NamedType():
            return node.name.text + (f"<{', '.join(map(sketch, node.args))}>" if node.args else "")
        case ast.Binary() | ast.Unary():
            operands = [node.left, node.right] if isinstance(node, ast.Binary) else [node.operand]
            return f"({node.op} {' '.join(map(sketch, operands))})"
        case ast.FieldAccess():
            return f"{sketch(node.base)}{'?.' if node.safe else '.'}{node.name.text}"
        case ast.Call() if not node.type_args:
            return f"{sketch(node.callee)}({', '.join(map(sketch, node.args))})"
        case ast.Arg():
            return sketch(node.value) if node.name is None else f"{node.name.text}: {sketch(node.value)}"
        case ast.Block():
            return "{" + "; ".join(map(sketch, node.statements)) + "}"
        case ast.ExprStmt():
            return sketch(node.value)
        case tuple():
            return "[" + " ".join(map(sketch, node)) + "]"
        case ast.Node():
            name = type(node).__name__
            parts = [sketch(getattr(node, f.name)) for f in dataclasses.fields(node) if f.name != "span"]
            return f"({' '.join([name, *parts])})"
        case _:
            return repr(node)


def read(text: str, library: bool = False) -> ast.Module:
    """The tree of a text that has no mistake."""
    module, diagnostics = parse(SourceFile("program.aefl", text), library)
    assert not diagnostics, diagnostics
    return module


def statement(text: str) -> str:
    """The sketch of a text that is one statement or declaration."""
    (item,) = read(text).items
    return sketch(item)


def value(text: str) -> str:
    """The sketch of an expression."""
    return sketch(node_of(text))


def node_of(text: str) -> ast.Expr:
    """The tree of an expression."""
    (item,) = read(f"let it = {text}").items
    assert isinstance(item, ast.LetStmt)
    return item.value


def codes(text: str, library: bool = False) -> list[str]:
    """The codes of what is wrong with a text, in order."""
    return [d.code for d in parse(SourceFile("program.aefl", text), library)[1]]
