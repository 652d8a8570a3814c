"""Loops: what they read again and again is read once, unless a round may change it; checks are put together."""

from __future__ import annotations

from engine.compiler.ir.nodes import (
    FIELD,
    HEAD,
    I32,
    I64,
    ITEM,
    STATE,
    Block,
    Break,
    Call,
    Choose,
    Eval,
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
from engine.compiler.ir.passes.branches import straighten
from engine.compiler.ir.passes.fold import fold
from engine.compiler.ir.passes.hoist import hoist
from engine.compiler.ir.passes.sink import sink
from engine.compiler.ir.printer import print_function
from tests.engine.ir.building import function, i32, i64, op
from tests.engine.language.running import expect, run

N, LIST, M = Get(I64, 0), Get(I32, 1), Get(I64, 2)
LENGTH = Load(I32, "i32.load", LIST, 8, HEAD)
LAST = Return(N)


def _printed(made: Function) -> list[str]:
    return [line.strip() for line in print_function(made).splitlines() if "var " not in line]


def _looping(*body: Stmt) -> list[str]:
    """What hoisting makes of a loop with such a body, by lines."""
    loop = Loop("l", (*body, Set(3, LENGTH), Break("l", op("i64.eqz", N))))
    return _printed(hoist(function("f", "n:i64 list:i32", (loop, LAST), "m:i64 t:i32"), set(), {}))


def test_the_length_of_a_list_is_read_before_the_loop() -> None:
    lines = _looping()
    assert lines.index("held = i32.load[list + 8]") < lines.index("loop l") < lines.index("t = held")


def test_storing_an_item_changes_no_length() -> None:
    assert "t = held" in _looping(Store("i64.store", LIST, N, 0, ITEM))


def test_a_call_in_every_round_may_change_everything() -> None:
    assert "t = i32.load[list + 8]" in _looping(Eval(Call(None, "f", ())))
    assert "t = i32.load[list + 8]" in _looping(Store("i32.store", LIST, i32(1), 8))
    assert "t = i32.load[list + 8]" in _looping(Store("i32.store", LIST, i32(1), 8, HEAD))


def test_behind_what_changes_it_in_some_rounds_it_is_read_again() -> None:
    lines = _looping(If(op("i64.eqz", N), (Eval(Call(None, "f", ())),)))
    assert lines[lines.index("f()") + 1] == "held = i32.load[list + 8]"
    assert "t = held" in lines


def test_another_place_that_a_round_points_to_is_not_read_before_it() -> None:
    assert "t = i32.load[list + 8]" in _looping(Set(1, i32(64)))
    assert "t = i32.load[list + 8]" in _looping(If(op("i64.eqz", N), (Set(1, i32(64)),)))


def test_nothing_starts_from_a_field_that_may_not_be_there_but_from_the_state() -> None:
    def chain(part: str) -> Function:
        first = Set(3, Load(I32, "i32.load", LIST, 16, part))
        second = Set(4, Load(I32, "i32.load", Get(I32, 3), 8, HEAD))
        loop = Loop("l", (If(op("i64.eqz", N), (first, second)), Break("l", op("i64.eqz", N))))
        made = function("f", "n:i64 list:i32", (loop, Return(op("i64.extend_i32_u", Get(I32, 4)))), "m:i64 t:i32 u:i32")
        unsafe: set[int] = set()
        return hoist(fold(hoist(made, unsafe, {})), unsafe, {})

    assert "u = i32.load[held + 8]" in _printed(chain(FIELD))
    assert "held.6 = i32.load[held + 8]" in _printed(chain(STATE))


def test_an_index_that_is_a_sum_is_compared_once() -> None:
    total, length = Get(I64, 2), op("i64.extend_i32_u", LIST)
    body = (
        Set(2, op("i64.add", N, i64(5))),
        If(op("i64.lt_s", total, N), (Fault("overflow", 1, i64(43)),)),
        If(op("i64.ge_u", total, length), (Fault("index_out_of_range", 1, total, length),)),
        Return(total),
    )
    lines = _printed(sink(function("f", "n:i64 list:i32", body, "m:i64")))
    checks = [line.partition("(")[0] for line in lines if line.startswith(("if", "fault"))]
    assert checks == ["if i64.ge_u", "if i64.lt_s", "fault overflow", "fault index_out_of_range"]


def test_what_a_loop_counts_up_never_falls_below_its_beginning() -> None:
    i, end = Get(I64, 2), N
    body = (
        Set(2, i64(0)),
        Block(
            "leave",
            (
                Break("leave", op("i64.ge_s", i64(0), end)),
                Loop(
                    "l",
                    (
                        If(op("i64.lt_s", i, i64(0)), (Fault("fail", 1),)),
                        Set(2, op("i64.add", i, i64(1))),
                        Break("l", op("i64.lt_s", i, end)),
                    ),
                ),
            ),
        ),
        Return(i),
    )
    assert not any("fault" in line for line in _printed(fold(function("f", "n:i64 list:i32", body, "i:i64"))))


def test_and_and_or_in_conditions_become_jumps() -> None:
    a, b = Load(I32, "i32.load", LIST, 0), Load(I32, "i32.load", LIST, 4)
    both, either = Choose(I32, a, b, i32(0)), Choose(I32, a, i32(1), b)

    def lines(*body: Stmt) -> str:
        return " ".join(_printed(straighten(function("f", "n:i64 list:i32", (*body, LAST))))[1:-1])

    assert lines(If(both, (LAST,))) == "if i32.load[list] if i32.load[list + 4] return n"
    assert lines(If(either, (LAST,))) == (
        "block way1 block way0 br way0 if i32.load[list] br way1 if i32.eqz(i32.load[list + 4]) return n"
    )
    leave = Block("x", (Break("x", op("i32.eqz", both)), LAST))
    assert lines(leave) == ("block x br x if i32.eqz(i32.load[list]) br x if i32.eqz(i32.load[list + 4]) return n")


def test_a_list_in_the_state_is_copied_in_the_middle_of_a_loop_only_where_somebody_holds_it() -> None:
    expect(
        """
        actor A {
            state xs: list<int> = [1, 2, 3]
            state seen: list<list<int>> = []
            on go() {
                let before = xs
                for i in 0..3 {
                    if i == 1 { seen.push(xs) }
                    if xs[i] > 0 { xs[i] = xs[i] * 10 + i }
                }
                render f"{before} {xs} {seen}"
            }
            on grow() {
                for i in 0..4 {
                    if i % 2 == 0 { xs.push(i) }
                    xs[xs.len() - 1] += 1
                }
                render xs
            }
            on swap(ys: list<int>) {
                for i in 0..2 {
                    if i == 1 { xs = ys }
                    xs[i] = 7
                }
                render f"{xs} {ys}"
            }
        }
        A.go()
        A.grow()
        A.swap([0, 0, 0, 0])
        // => [1, 2, 3] [10, 21, 32] [[10, 2, 3]]
        // => [10, 21, 32, 2, 4]
        // => [0, 7, 0, 0] [0, 0, 0, 0]
        """
    )


def test_a_sum_that_is_no_index_faults_as_what_it_is() -> None:
    for sum_, message in (("9223372036854775807 + i", "the sum is larger"), ("i + 3", "index 4 is out of range")):
        result = run(f"let xs = [1]\nfor i in 1..3 {{\n    render xs[{sum_}]\n}}")
        assert message in result.fault.message
