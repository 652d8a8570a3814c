"""Loops in versions: what is asked once before a loop is not asked in it, and a loop that may fault stays as it was."""

from __future__ import annotations

from dataclasses import replace

import pytest
import wasmtime

from engine.compiler.ir.nodes import (
    HEAD,
    I32,
    I64,
    ITEM,
    STAMP_PART,
    Block,
    Break,
    Call,
    Expr,
    Fault,
    Function,
    Get,
    If,
    Load,
    Loop,
    Return,
    Set,
    Stmt,
    Store,
)
from engine.compiler.ir.passes.bounds import check_before_loops
from engine.compiler.ir.passes.effects import effects_of
from engine.compiler.ir.passes.fold import fold
from engine.compiler.ir.passes.hoist import hoist
from engine.compiler.ir.passes.limits import limited
from engine.compiler.ir.passes.unroll import unroll
from engine.compiler.ir.passes.unshare import unshare
from engine.compiler.ir.printer import print_function
from tests.engine.ir.building import function, i32, i64, item, module, op, start
from tests.engine.language.running import run

N, ITEMS, LENGTH, COUNT, T = Get(I64, 0), Get(I32, 1), Get(I32, 2), Get(I64, 3), Get(I64, 4)


def _lines(made: Function) -> list[str]:
    return [line.strip() for line in print_function(made).splitlines() if "var " not in line]


def _counting(*body: Stmt) -> Function:
    """A loop from 0 to ``n``."""
    step = (Set(3, op("i64.add", COUNT, i64(1))), Break("l", op("i64.lt_s", COUNT, N)))
    loop = Block("leave", (Break("leave", op("i64.le_s", N, i64(0))), Loop("l", (*body, *step))))
    return function("f", "n:i64 items:i32 length:i32", (Set(3, i64(0)), loop, Return(T)), "i:i64 t:i64")


def _reading(index: Expr) -> tuple[Stmt, ...]:
    length = op("i64.extend_i32_u", LENGTH)
    out = If(op("i64.ge_u", index, length), (Fault("index_out_of_range", 1, index, length),))
    return out, Set(4, op("i64.add", T, item(ITEMS, index)))


def test_an_index_is_compared_once_before_the_loop() -> None:
    lines = _lines(fold(check_before_loops(_counting(*_reading(COUNT)))))
    free = lines[lines.index("loop l~free") : lines.index("loop l~checked")]
    assert not any(line.startswith("fault") for line in free)
    assert "br l~fails if i64.ge_s(i64.add(n, -1), i64.extend_i32_u(length))" in lines


def test_of_neighbouring_items_only_the_outermost_are_compared() -> None:
    around = (*_reading(op("i64.add", COUNT, i64(1))), *_reading(op("i64.sub", COUNT, i64(1))), *_reading(COUNT))
    lines = _lines(check_before_loops(_counting(*around)))
    tests = [line for line in lines if line.startswith("br l~fails")]
    assert "br l~fails if i64.ge_s(n, i64.extend_i32_u(length))" in tests
    assert "br l~fails if i64.lt_s(i64.add(i, -1), 0)" in tests
    assert "".join(tests).count("extend_i32_u") == 1


def test_an_index_that_is_not_a_sum_of_multiples_stays_checked() -> None:
    squared = op("i64.mul", COUNT, COUNT)
    made = _counting(*_reading(squared))
    assert check_before_loops(made) is made


def test_an_item_that_is_read_in_some_rounds_only_stays_checked() -> None:
    made = _counting(If(op("i64.gt_s", T, i64(5)), _reading(COUNT)))
    assert check_before_loops(made) is made
    made = _counting(*_reading(COUNT), If(op("i64.gt_s", T, i64(5)), _reading(COUNT)))
    assert "".join(_lines(check_before_loops(made))).count("fault") == 2  # both in the version that is checked


def test_a_length_that_the_loop_changes_is_compared_in_every_round() -> None:
    made = _counting(*_reading(COUNT), Set(2, i32(5)))
    assert check_before_loops(made) is made


@pytest.mark.parametrize("n", [0, 1, 3, 4, 5, 8, 11])
def test_rounds_are_made_together_and_the_rest_one_by_one(n: int) -> None:
    body = (Set(4, op("i64.add", T, op("i64.mul", COUNT, COUNT))), Store("i64.store", i32(128), T))
    plain = _counting(*body)
    free = function("run", "n:i64", _with_label(plain.body, "l", "l~free"), "a:i32 b:i32 i:i64 t:i64")
    made = unroll(free)
    assert made is not free
    machine = start(module(made))
    assert machine.run(n) == sum(k * k for k in range(n))


def _with_label(body: tuple[Stmt, ...], old: str, new: str) -> tuple[Stmt, ...]:
    def renamed(node: Stmt) -> Stmt:
        match node:
            case Block(label, inner):
                return Block(label, tuple(map(renamed, inner)))
            case Loop(label, inner) if label == old:
                return Loop(new, tuple(map(renamed, inner)))
            case Break(label, condition) if label == old:
                return Break(new, condition)
        return node

    return tuple(map(renamed, body))


def test_who_leaves_a_loop_of_several_rounds_has_counted_right() -> None:
    texts = run(
        """
        fn first_above(xs: list<int>, limit: int) -> int {
            var place = -1
            for i in 0..xs.len() {
                place = i
                if xs[i] > limit { break }
            }
            return place
        }
        render [first_above([k * 3 for k in 0..11], limit) for limit in [-1, 0, 3, 6, 9, 12, 26, 27, 99]]
        """
    ).texts
    assert texts == ["[0, 1, 2, 3, 4, 5, 9, 10, 10]"]


def test_whether_a_list_is_shared_is_asked_before_the_loop() -> None:
    shared = op("i32.eq", Load(I32, "i32.load", ITEMS, 0, STAMP_PART), Load(I32, "i32.load", i32(64)))
    own = If(shared, (Set(1, Call(I32, "own", (ITEMS,))),))
    store = Store("i64.store", op("i32.add", ITEMS, i32(8)), COUNT, 0, ITEM)
    lines = _lines(unshare(_counting(own, store), (), {}))
    assert lines.index("if i32.eq(i32.load[items], i32.load[64])") < lines.index("loop l~checked")
    assert not any("own(" in line for line in lines[lines.index("loop l~own") :])


@pytest.mark.parametrize(
    "other",
    [
        Store("i32.store", ITEMS, i32(1), 0, STAMP_PART),
        Store("i32.store", i32(64), i32(1)),
        Set(1, Load(I32, "i32.load", ITEMS, 16, HEAD)),
    ],
)
def test_where_a_round_may_share_a_list_every_round_asks(other: Stmt) -> None:
    shared = op("i32.eq", Load(I32, "i32.load", ITEMS, 0, STAMP_PART), Load(I32, "i32.load", i32(64)))
    made = _counting(If(shared, (Set(1, Call(I32, "own", (ITEMS,))),)), other)
    assert unshare(made, (), {}) is made


def test_a_function_that_computes_only_changes_nothing_for_a_loop_that_calls_it() -> None:
    shared = op("i32.eq", Load(I32, "i32.load", ITEMS, 0, STAMP_PART), Load(I32, "i32.load", i32(64)))
    made = _counting(If(shared, (Set(1, Call(I32, "own", (ITEMS,))),)), Set(4, Call(I64, "f", (T,))))
    assert unshare(made, (), {}) is made
    assert unshare(made, (), {"f": frozenset({64})}) is made
    assert unshare(made, (), {"f": frozenset({72})}) is not made
    assert not any("held" in line for line in _lines(hoist(_reading_length(), set(), {})))
    assert "t = i64.extend_i32_u(held)" in _lines(hoist(_reading_length(), set(), {"f": frozenset()}))


def _reading_length() -> Function:
    length = op("i64.extend_i32_u", Load(I32, "i32.load", ITEMS, 8, HEAD))
    return _counting(Set(4, Call(I64, "f", (T,))), Set(4, length))


def test_the_effects_of_a_function_are_the_cells_that_it_and_those_it_calls_change() -> None:
    note = Store("i32.store", i32(72), i32(1))
    plain = function("g", "n:i64", (note, Return(Call(I64, "f", (N,)))))
    assert effects_of(plain, {"f": frozenset({80})}) == {72, 80}
    assert effects_of(plain, {}) is None
    assert effects_of(function("g", "n:i64", (Store("i32.store", Get(I32, 1), i32(1)), Return(N)), "p:i32"), {}) is None


_EDGES = (0, 1, -1, 2, -2, 2**63 - 1, -(2**63), 2**63 - 2, -(2**63) + 1, 2**62, -(2**62))


@pytest.mark.parametrize("what", ["add", "sub"])
@pytest.mark.parametrize("same_first", [False, True])
def test_limits_say_the_same_as_the_signs(what: str, same_first: bool) -> None:
    same, x, total = Get(I64, 0), Get(I64, 2), Get(I64, 3)
    a, b = (same, x) if same_first else (x, same)
    signs = op("i64.xor", b, total) if what == "add" else op("i64.xor", a, b)
    wraps = op("i64.lt_s", op("i64.and", op("i64.xor", a, total), signs), i64(0))
    body = (Set(2, Get(I64, 1)), Set(3, op(f"i64.{what}", a, b)), If(wraps, (Fault("overflow", 1, i64(43)),)))
    made = function("run", "same:i64 other:i64", body, "x:i64 total:i64")
    locals_ = list(made.locals)
    before, inside = limited(body, locals_)
    assert "gt_u" in "".join(_lines(replace(made, body=(*before, *inside), locals=tuple(locals_))))
    machine = start(module(replace(made, body=(*before, *inside, Return(total)), locals=tuple(locals_))))
    for n in _EDGES:
        for m in _EDGES:
            exact = n + m if what == "add" else n - m if same_first else m - n
            if -(2**63) <= exact < 2**63:
                assert machine.run(n, m) == exact
            else:
                with pytest.raises(wasmtime.Trap):
                    machine.run(n, m)
