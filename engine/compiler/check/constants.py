"""Fixed values: a top-level ``let`` whose value is written out completely can be used everywhere.

A small one stands for its name wherever that is written. A larger one is made by a function, which its name calls: a
list of a thousand numbers is then in the program once, and each line of ``let b = [a, a]`` adds a line to it rather
than doubling it.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.base.source import Span
from engine.compiler.check import tree
from engine.compiler.check.body import CLOSED, Body
from engine.compiler.check.settle import settle
from engine.compiler.check.type_names import read_type
from engine.compiler.check.world import Parameter, VariantInfo, World
from engine.compiler.syntax import ast

INLINE_MAX = 64
"""How many parts a fixed value may have to stand for its name."""

PARTS_MAX = 1_000_000
"""How many parts a fixed value may have, with those of the values whose names are in it."""

TEXT_PART = 64
"""So many characters of a text count as a part."""

_LITERALS = (ast.IntLit, ast.FloatLit, ast.BoolLit, ast.DurationLit, ast.NoneLit)


def read_constant(world: World, node: ast.LetStmt) -> None:
    """Makes a top-level ``let`` of a fixed value known to the whole file."""
    if not isinstance(node.pattern, ast.BindPattern) or node.pattern.name in world.constants:
        return
    name = node.pattern.name
    size = _Sizes(world).of(node.value)
    if size is None:
        return
    if size > PARTS_MAX:
        world.too_large.add(name)
        return
    body = Body(world, CLOSED)
    errors = world.report.errors
    if node.type is not None:
        value = body.typed(node.value, read_type(world, world.report, node.type), f"`{name}`")
    else:
        value = body.value(node.value)
    settle(body, [tree.Evaluate(node.span, value)])
    if world.report.errors > errors:
        value = body.nothing(node.span)
    elif size > INLINE_MAX and not isinstance(value, tree.Const):
        value = _made_by_function(world, name, node, value)
    world.constants[name] = value
    world.constant_sizes[name] = size


def _made_by_function(world: World, name: str, node: ast.LetStmt, value: tree.Expr) -> tree.Expr:
    ref = tree.FunctionRef(f"program.{world.module}.let {name}" if world.module else f"let {name}")
    body = (tree.Return(node.span, value),)
    world.shared.functions[ref] = tree.Function(ref, (), value.type, body, node.span, world.source.name)
    return tree.Call(value.type, node.span, ref, ())


class _Sizes:
    """How many parts the values of expressions have: None where one is not written out completely."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.defaults: dict[Span, int | None] = {}
        """Those of default values, by their places: one may be a part of another many times."""

    def of(self, node: ast.Expr) -> int | None:
        """The number of parts of a value that is written out, perhaps with other such values in it."""
        if isinstance(node, _LITERALS):
            return 1
        if isinstance(node, ast.StringLit | ast.BytesLit):
            return 1 + len(node.value) // TEXT_PART
        if isinstance(node, ast.Name) and node.text in self.world.too_large:
            return PARTS_MAX + 1
        if isinstance(node, ast.Name):
            return self.world.constant_sizes.get(node.text, 1) if node.text in self.world.constants else None
        if isinstance(node, ast.Unary):
            return self.of(node.operand)
        if isinstance(node, ast.Binary):
            return self._binary(node)
        if isinstance(node, ast.ListLit | ast.SetLit | ast.TupleLit):
            return self._sum(node.items) if node.items else None
        if isinstance(node, ast.DictLit):
            return self._sum(part for entry in node.entries for part in entry) if node.entries else None
        if isinstance(node, ast.Call):
            return self._call(node)
        return None if self._variant(node) is None else 1

    def _sum(self, nodes: Iterable[ast.Expr]) -> int | None:
        total = 1
        for node in nodes:
            size = self.of(node)
            if size is None:
                return None
            total += size
        return total

    def _binary(self, node: ast.Binary) -> int | None:
        if node.op in ("??", "in", "not in", "|>"):
            return None
        operands: list[ast.Expr] = []
        inner: ast.Expr = node
        while isinstance(inner, ast.Binary):
            operands.append(inner.right)
            inner = inner.left
        return self._sum([inner, *operands])

    def _call(self, node: ast.Call) -> int | None:
        struct = self.world.struct(node.callee.text) if isinstance(node.callee, ast.Name) else None
        made = self._variant(node.callee) if struct is None else struct
        if made is None:
            return None
        given, left_out = self._sum(arg.value for arg in node.args), self._defaults(made.fields)
        return None if given is None or left_out is None else given + left_out

    def _defaults(self, fields: tuple[Parameter, ...]) -> int | None:
        total = 0
        for field in fields:
            if field.default is None:
                continue
            if field.default.span not in self.defaults:
                self.defaults[field.default.span] = self.of(field.default)
            size = self.defaults[field.default.span]
            if size is None:
                return None
            total += size
        return total

    def _variant(self, node: ast.Expr) -> VariantInfo | None:
        """The variant in ``Side.Buy``."""
        if not isinstance(node, ast.FieldAccess) or not isinstance(node.base, ast.Name):
            return None
        enum = self.world.enum(node.base.text)
        return None if enum is None else enum.variant(node.name.text)
