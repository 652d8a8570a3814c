"""Values made from other values: comprehensions and ``with``."""

from __future__ import annotations

from engine.compiler.check import tree
from engine.compiler.check.body import Body, describe, expression
from engine.compiler.check.inference import head
from engine.compiler.check.library_calls import library_call
from engine.compiler.check.literals import hoped
from engine.compiler.check.narrowing import there
from engine.compiler.check.statements import check_for
from engine.compiler.check.types import BOOL, ERROR, ListType, StructType, Type
from engine.compiler.syntax import ast


@expression(ast.Comprehension)
def _comprehension(body: Body, node: ast.Comprehension, expected: Type | None) -> tree.Expr:
    wanted = hoped(expected)
    hint = wanted.item if isinstance(wanted, ListType) else None
    item = hint if hint is not None else body.open_type(node.span, "an item of this list")
    list_type = ListType(item)
    result = tree.Local("result", list_type, mutable=True, is_being_made=True)
    before: list[tree.Stmt] = [tree.Let(node.span, result, tree.ListNew(list_type, node.span, ()))]

    def fill(inner: list[tree.Stmt]) -> None:
        condition: tree.Expr | None = None
        if node.condition is not None:
            condition = body.typed(node.condition, BOOL, "the condition")
            body.scope.there |= there(body, node.condition, True)
        value = body.typed(node.value, item, "every item of this list")
        push = library_call(body, "list.push", node.value.span, (tree.LocalRead(list_type, node.span, result), value))
        assert push is not None
        add = tree.Evaluate(node.value.span, push)
        inner.append(add if condition is None else tree.If(node.span, condition, (add,), ()))

    before.append(check_for(body, node.pattern, node.iterable, node.span, fill))
    return tree.BlockExpr(list_type, node.span, tuple(before), tree.LocalRead(list_type, node.span, result))


@expression(ast.WithExpr)
def _with(body: Body, node: ast.WithExpr, expected: Type | None) -> tree.Expr:
    base = body.value(node.base, expected)
    t = head(base.type)
    if not isinstance(t, StructType):
        for _, value in node.fields:
            body.expr(value)
        if t is not ERROR:
            body.report.error("E0201", base.span, f"`with` changes the fields of a struct, but this is {describe(t)}")
        return body.nothing(node.span)
    fields = body.world.shared.structs[t.name].fields_with(t.args)
    before: list[tree.Stmt] = []
    kept = body.temporary("base", base, before)
    given: dict[int, tree.Expr] = {}
    for name, value in node.fields:
        index = next((i for i, f in enumerate(fields) if f.name == name.text), None)
        if index is None:
            body.expr(value)
            note, fix = body.report.meant(name.text, name.span, [f.name for f in fields])
            body.report.error("E0104", name.span, f"`{t.name}` has no field `{name.text}`", note, fix)
            continue
        if index in given:
            body.report.error("E0103", name.span, f"the field `{name.text}` is given twice")
        made = body.typed(value, fields[index].type, f"the field `{name.text}`")
        given[index] = made if isinstance(made, tree.Const) else body.temporary("field", made, before)
    values = tuple(given.get(i) or tree.FieldRead(f.type, node.span, kept, i, f.name) for i, f in enumerate(fields))
    return tree.BlockExpr(t, node.span, tuple(before), tree.StructNew(t, node.span, values))
