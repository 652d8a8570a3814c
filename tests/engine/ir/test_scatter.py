"""Values that never leave a function need no memory."""

from __future__ import annotations

import pytest

from engine.compiler.ir.nodes import (
    I32,
    I64,
    Block,
    Break,
    Call,
    Choose,
    Do,
    Eval,
    Function,
    Get,
    If,
    Load,
    Loop,
    Return,
    Stmt,
    Store,
)
from engine.compiler.ir.nodes import Set as Give
from engine.compiler.ir.passes.scatter import ALLOCATE, scatter
from engine.compiler.ir.printer import print_function
from tests.engine.ir.building import function, i32, i64, module, op, start

N, BOX, FOUND, BEST, T = Get(I64, 0), Get(I32, 1), Get(I32, 2), Get(I32, 3), Get(I64, 4)
MADE = Give(1, Call(I32, ALLOCATE, (i32(16),)))


def filled(value: int | Get) -> tuple[Stmt, ...]:
    held = i64(value) if isinstance(value, int) else value
    return (MADE, Store("i64.store", BOX, i64(0)), Store("i64.store", BOX, held, 8))


def in_box(local: Get, name: str = "i64.load", offset: int = 8) -> Load:
    return Load(I64, name, local, offset)


def of(*body: Stmt) -> Function:
    return function("run", "n:i64", body, "box:i32 found:i32 best:i32 t:i64")


def allocates(made: Function) -> bool:
    return ALLOCATE in print_function(made)


def result(made: Function, n: int) -> int | None:
    place = function(ALLOCATE, "bytes:i32", (Return(i32(4096)),), "", I32)
    return start(module(made, place)).run(n)


def test_an_optional_number_that_is_only_looked_at_needs_no_memory() -> None:
    made = of(
        If(op("i64.gt_s", N, i64(3)), (*filled(N), Give(2, BOX)), (Give(2, i32(0)),)),
        Return(Choose(I64, op("i32.eqz", FOUND), i64(-1), in_box(FOUND))),
    )
    after = scatter(made)
    assert allocates(made)
    assert not allocates(after)
    assert [result(after, n) for n in (3, 4, 5)] == [-1, 4, 5]


def test_a_block_that_is_kept_while_another_one_is_made_keeps_its_slots() -> None:
    counted = (Give(0, op("i64.sub", N, i64(1))), Break("l", op("i64.gt_s", N, i64(0))))
    keep = If(op("i64.eq", N, i64(2)), (Give(3, BOX),))
    after = scatter(of(Loop("l", (*filled(N), keep, *counted)), Return(in_box(BEST))))
    assert not allocates(after)
    assert result(after, 5) == 2


def test_what_is_written_is_computed_even_where_nobody_reads_it() -> None:
    effect = Do(I64, (Store("i64.store", i32(2048), i64(9)),), i64(1))
    after = scatter(of(MADE, Store("i64.store", BOX, effect, 8), Return(Load(I64, "i64.load", i32(2048)))))
    assert not allocates(after)
    assert result(after, 0) == 9


@pytest.mark.parametrize(
    "rest",
    [
        (Eval(Call(I64, "run", (op("i64.extend_i32_u", BOX),))), Return(in_box(BOX))),
        (Store("i32.store", i32(2048), BOX), Return(in_box(BOX))),
        (Give(2, op("i32.add", BOX, i32(8))), Return(in_box(FOUND, offset=0))),
        (Give(2, BOX), Store("i64.store", BOX, i64(7), 8), Return(in_box(FOUND))),
        (Give(2, BOX), Store("i64.store", FOUND, i64(7), 8), Return(in_box(BOX))),
        (If(op("i64.eqz", N), (Store("i64.store", BOX, i64(7), 8),)), Return(in_box(BOX))),
        (Return(in_box(BOX, "i64.load32_u")),),
        (Return(in_box(BOX, offset=4)),),
        (Give(2, i32(4096)), Give(2, BOX), Return(in_box(FOUND))),
        (Return(op("i64.extend_i32_u", op("i32.eq", BOX, FOUND))),),
    ],
    ids=["passed on", "stored", "computed with", "changed later", "changed by another name", "changed on one way",
         "read in part", "read across slots", "mixed with another address", "compared with another address"],
)  # fmt: skip
def test_a_block_whose_address_matters_stays_in_memory(rest: tuple[Stmt, ...]) -> None:
    made = of(*filled(N), *rest)
    assert scatter(made) is made


def test_a_block_that_is_filled_behind_a_branch_stays_in_memory() -> None:
    made = of(MADE, Block("b", (Break("b", op("i64.eqz", N)), Store("i64.store", BOX, N, 8))), Return(in_box(BOX)))
    assert scatter(made) is made
