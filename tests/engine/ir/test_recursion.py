"""Recursive functions: one test of many values, results that are known, faults in one place, and being stopped."""

from __future__ import annotations

import ctypes

import pytest
import wasmtime

from engine.compiler.ir.nodes import (
    I32,
    I64,
    Block,
    Break,
    Call,
    Choose,
    Const,
    Do,
    Eval,
    Expr,
    Fault,
    Function,
    Get,
    If,
    Load,
    Op,
    Return,
    Set,
    Store,
)
from engine.compiler.ir.ops import HIGHEST
from engine.compiler.ir.passes import optimise
from engine.compiler.ir.passes.depth import DEPTH_BYTES_MAX
from engine.compiler.ir.passes.early import give_early
from engine.compiler.ir.passes.fold import fold
from engine.compiler.ir.passes.gather import gather_faults
from engine.compiler.ir.passes.recursion import inline_self
from engine.compiler.ir.passes.results import results_inside
from engine.compiler.ir.printer import print_function
from engine.compiler.ir.walk import walk
from engine.vm.stopping import StopArea, StopSignal
from tests.engine.ir.building import FILE, checked, fib_module, function, i32, i64, module, op, start

N = Get(I64, 0)


def _lines(made: Function) -> list[str]:
    lines = print_function(made).splitlines()
    return [line.strip() for line in lines if line.startswith("  ") and "var " not in line]


def _recursive(left: Expr, right: Expr, below: int = 2) -> Function:
    """``fn f(n) -> int: n if n < below else f(left) + f(right)``."""
    again = checked("add", Call(I64, "f", (left,)), Call(I64, "f", (right,)), 1)
    return function("f", "n:i64", (If(op("i64.lt_s", N, i64(below)), (Return(N),)), Return(again)), "a:i64 b:i64 r:i64")


def test_a_comparison_of_what_was_computed_asks_for_what_it_was_computed_from() -> None:
    guard = If(op("i64.lt_s", N, i64(2)), (Return(i64(0)),))
    body = (guard, Set(1, op("i64.sub", N, i64(1))), Set(2, op("i64.sub", Get(I64, 1), i64(1))))
    made = fold(function("f", "n:i64", (*body, Return(op("i64.lt_s", Get(I64, 2), i64(2)))), "t:i64 u:i64"))
    assert _lines(made)[-1] == "return i64.lt_s(n, 4)"


def test_where_the_sum_may_wrap_around_the_comparison_stays() -> None:
    body = (Set(1, op("i64.sub", N, i64(1))), Return(op("i64.lt_s", Get(I64, 1), i64(2))))
    assert _lines(fold(function("f", "n:i64", body, "t:i64")))[-1] == "return i64.lt_s(t, 2)"


def test_what_is_learnt_of_a_value_is_known_of_what_was_computed_from_it() -> None:
    guard = If(op("i64.lt_s", N, i64(0)), (Return(i64(0)),))
    later = If(op("i64.gt_s", N, i64(9)), (Return(i64(0)),))
    body = (guard, Set(1, op("i64.sub", N, i64(3))), later, Return(op("i64.gt_s", Get(I64, 1), i64(6))))
    assert _lines(fold(function("f", "n:i64", body, "t:i64")))[-1] == "return 0"


def test_inner_calls_behind_a_test_give_results_that_are_not_negative() -> None:
    f = fold(_recursive(op("i64.sub", N, i64(1)), op("i64.sub", N, i64(2))))
    assert results_inside(f) == {"f": (0, HIGHEST[I64])}


def test_an_inner_call_with_a_negative_argument_may_give_anything() -> None:
    f = fold(_recursive(op("i64.sub", N, i64(1)), op("i64.sub", N, i64(3))))
    assert results_inside(f) == {}


def test_a_recursion_that_never_comes_back_says_nothing_of_its_result() -> None:
    assert results_inside(function("f", "n:i64", (Return(Call(I64, "f", (N,))),))) == {}


def test_the_sum_of_two_such_results_is_asked_for_its_sign() -> None:
    fib = next(f for f in optimise(fib_module(), (FILE,)).functions if f.name == "fib")
    assert not any(getattr(node, "name", "") == "i64.xor" for node in walk(fib.body))


def test_equal_faults_stand_once_and_nothing_else_reaches_them() -> None:
    def unless(limit: int) -> If:
        return If(op("i64.gt_s", N, i64(limit)), (Fault("overflow", 1, i64(43)),))

    body = (unless(9), Store("i64.store", i32(128), N), unless(7), Store("i64.store", i32(136), N))
    f = gather_faults(function("f", "n:i64", body, result=None))
    assert sum(isinstance(node, Fault) for node in walk(f.body)) == 1
    machine = start(module(f, function("run", "n:i64", (Eval(Call(None, "f", (N,))), Return(N)))))
    assert machine.run(7) == 7
    with pytest.raises(wasmtime.Trap):
        machine.run(8)
    assert [machine.cell(address) for address in (72, 80, 128, 136)] == [1, 43, 8, 7]


def test_faults_that_name_a_value_stay_where_they_are() -> None:
    check = If(op("i64.gt_s", N, i64(9)), (Fault("fail", 1, N),))
    f = function("f", "n:i64", (check, check, Return(N)))
    assert gather_faults(f) is f


def _left_with(value: Expr, condition: Expr, after: Expr) -> Function:
    """A block that is left with a value of ``r``, or else gives ``r`` what comes ``after``."""
    leave = If(condition, (Set(1, value), Break("out")))
    return function("f", "n:i64", (Set(1, i64(5)), Block("out", (leave, Set(1, after))), Return(Get(I64, 1))), "r:i64")


def test_what_a_jump_takes_along_is_given_before_it() -> None:
    f = give_early(_left_with(op("i64.sub", N, i64(1)), op("i64.lt_s", N, i64(2)), N))
    assert _lines(f)[1:4] == ["block out", "r = i64.sub(n, 1)", "br out if i64.lt_s(n, 2)"]


@pytest.mark.parametrize("where", ["the condition", "what follows"])
def test_a_value_that_is_still_needed_is_not_given_early(where: str) -> None:
    old = Get(I64, 1)
    test, after = (op("i64.lt_s", old, i64(9)), N) if where == "the condition" else (op("i64.lt_s", N, i64(2)), old)
    f = _left_with(i64(7), test, op("i64.add", after, i64(1)))
    assert give_early(f) is f


@pytest.mark.parametrize("given", [1, 2], ids=["the local", "what the value is made of"])
def test_a_value_is_not_given_before_a_condition_that_changes_it(given: int) -> None:
    test = Do(I32, (Set(given, N),), op("i64.lt_s", N, i64(2)))
    left = If(test, (Set(1, Get(I64, 2)), Break("out")))
    f = function("f", "n:i64", (Block("out", (left, Set(1, i64(7)))), Return(Get(I64, 1))), "r:i64 s:i64")
    assert give_early(f) is f


def test_a_branch_that_stands_at_two_places_is_asked_for_both() -> None:
    """Unrolling puts the very same statements there again."""
    leave = If(op("i64.lt_s", N, i64(2)), (Set(1, i64(7)), Break("out")))
    body = (Set(1, i64(5)), Block("out", (leave, Set(1, op("i64.add", Get(I64, 1), N)), leave, Set(1, N))))
    f = function("f", "n:i64", (*body, Return(Get(I64, 1))), "r:i64")
    assert give_early(f) is f


def _unrolled(f: Function) -> Function:
    return fold(inline_self(fold(f)))


def test_a_call_that_makes_only_calls_of_leaves_is_done_in_its_place() -> None:
    """The innermost copies call with up to n - 10; such a call is a leaf for 11, and has only leaves for 12."""
    made = _unrolled(_recursive(op("i64.sub", N, i64(1)), op("i64.sub", N, i64(2))))
    assert sum(isinstance(node, Call) for node in walk(made.body)) == 32
    compared = [
        node for node in walk(made.body) if isinstance(node, Op) and node.name == "i64.lt_s" and node.args[0] == N
    ]
    assert {limit.value for _, limit in (node.args for node in compared) if isinstance(limit, Const)} == {*range(2, 14)}


def test_a_function_that_calls_itself_once_is_not_asked_for_that() -> None:
    body = (If(op("i64.lt_s", N, i64(1)), (Return(i64(0)),)), Return(Call(I64, "f", (op("i64.sub", N, i64(1)),))))
    made = _unrolled(function("f", "n:i64", body))
    compared = [node for node in walk(made.body) if isinstance(node, Op) and node.name == "i64.lt_s"]
    assert len(compared) == 6


def test_what_has_to_be_loaded_is_not_asked_for_early() -> None:
    def load(offset: int) -> Load:
        return Load(I64, "i64.load", op("i32.wrap_i64", N), offset)

    body = (
        If(op("i64.eqz", N), (Return(i64(0)),)),
        Return(checked("add", Call(I64, "f", (load(8),)), Call(I64, "f", (load(16),)), 1)),
    )
    made = _unrolled(function("f", "n:i64", body, "a:i64 b:i64 r:i64"))
    assert not any(isinstance(node, Choose) for node in walk(made.body))


def test_endless_recursion_of_many_branches_is_stopped_by_another_thread() -> None:
    """The word that the depth is compared with is one that a wish to stop makes larger than any depth."""
    machine = start(optimise(fib_module(), (FILE,)))
    memory = ctypes.addressof(machine.exports["memory"].data_ptr(machine.store).contents)
    signal, area = StopSignal(), StopArea(machine.store, (memory, 65536), 128, 136)
    signal.attach(area)
    signal.request()
    assert int.from_bytes(machine.memory(0, 4), "little", signed=True) > DEPTH_BYTES_MAX
    with pytest.raises(wasmtime.Trap):
        machine.run(90)
    assert machine.cell(64) == 0  # that is no fault
    signal.clear()
    assert machine.run(20) == 6765
