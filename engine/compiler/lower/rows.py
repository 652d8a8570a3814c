"""Rows: long chains of operators and of ``else if`` become statements one after another instead of a deep tree.

    if a { x } else if b { y } else { z }     block else1
                                                if a
                                                  x
                                       →          br else1
                                                if b
                                                  y
                                                  br else1
                                                z

A short row stays a tree, from which the passes make better code. Readers of the IR may follow trees by recursion: no
program makes one deeper than its own nesting and ``ROW_NESTED_MAX`` together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import takewhile

from engine.compiler.check.tree import Binary, Expr, If, IfElse
from engine.compiler.ir import nodes as ir
from engine.compiler.lower import expressions, statements
from engine.compiler.lower.functions import FunctionBuilder, do, i32, op32
from engine.compiler.lower.layouts import value_type

ROW_NESTED_MAX = 160
"""How many operators or branches of a row are nested in each other."""


def operators(f: FunctionBuilder, row: Sequence[Binary]) -> ir.Expr:
    """A long row of operators; the last one comes first."""
    links = list(reversed(row))
    done = 0
    with f.gather() as body:
        result = expressions.value(f, links[0].left)
        while done < len(links):
            op = links[done].op
            run = _run(links[done:]) if op in ("and", "or") else []
            if len(run) > ROW_NESTED_MAX:
                result = _logic(f, op, result, run)
                done += len(run)
                continue
            result = expressions.combined(f, links[done], result)
            done += 1
            if done % ROW_NESTED_MAX == 0:
                result = f.temp(result)
        result = f.flat(result)
    return do(body, result)


def _run(links: Sequence[Binary]) -> list[Binary]:
    """The first link and those after it with the same operator."""
    op = links[0].op
    return list(takewhile(lambda link: link.op == op, links))


def _logic(f: FunctionBuilder, op: str, first: ir.Expr, run: Sequence[Binary]) -> ir.Expr:
    """``and`` leaves with false at the first that does not hold, ``or`` with true at the first that does."""
    is_and = op == "and"
    number, end = f.new_local("", ir.I32), f.label("row")
    with f.gather() as body:
        first = f.flat(first)
        f.set(number, i32(int(not is_and)))
        f.emit(ir.Break(end, op32("i32.eqz", first) if is_and else first))
        for link in run:
            test = f.flat(expressions.value(f, link.right))
            f.emit(ir.Break(end, op32("i32.eqz", test) if is_and else test))
        f.set(number, i32(int(is_and)))
    return do([ir.Block(end, tuple(body))], ir.Get(ir.I32, number))


def values(e: IfElse) -> list[IfElse] | None:
    """The ``if`` and all that follow as ``else if``, where these are many."""
    row = [e]
    while isinstance(following := row[-1].otherwise, IfElse):
        row.append(following)
    return row if len(row) > ROW_NESTED_MAX else None


def chosen(f: FunctionBuilder, row: Sequence[IfElse], lower: Callable[[Expr], ir.Expr]) -> ir.Expr:
    """The value of a long row of branches; ``lower`` gives that of one branch."""
    machine = value_type(row[0].type)
    number, end = f.new_local("", machine), f.label("else")

    def give(way: Expr) -> None:
        f.set(number, lower(way))

    with f.gather() as body:
        for link in row:
            if _taken(f, link.condition, lambda link=link: give(link.then), end):  # type: ignore[misc]
                break
        else:
            give(row[-1].otherwise)
    return do([ir.Block(end, tuple(body))], ir.Get(machine, number))


def branches(node: If) -> list[If] | None:
    """The ``if`` and all that follow as ``else if``, where these are many."""
    row = [node]
    while len(row[-1].otherwise) == 1 and isinstance(following := row[-1].otherwise[0], If):
        row.append(following)
    return row if len(row) > ROW_NESTED_MAX else None


def branch(f: FunctionBuilder, row: Sequence[If]) -> None:
    """A long row of branches."""
    end = f.label("else")
    with f.gather() as body:
        for node in row:
            if _taken(f, node.condition, lambda node=node: statements.block(f, node.then), end):  # type: ignore[misc]
                break
        else:
            statements.block(f, row[-1].otherwise)
    f.emit(ir.Block(end, tuple(body)))


def _taken(f: FunctionBuilder, condition: Expr, then: Callable[[], None], end: str) -> bool:
    """One branch of a row, which leaves the row at its end. Tells whether the compiler knows that it is taken."""
    known = expressions.known_condition(condition)
    if known is not None:
        if known:
            then()
        return known
    test = f.flat(expressions.value(f, condition))
    with f.gather() as body:
        then()
        f.emit(ir.Break(end))
    f.emit(ir.If(test, tuple(body)))
    return False
