"""Loops that only look for something take two rounds at a time, and give what they gave one by one."""

from __future__ import annotations

import random

import pytest

from engine.compiler.ir.nodes import (
    I32,
    I64,
    Block,
    Break,
    Choose,
    Fault,
    Function,
    Get,
    If,
    Loop,
    Return,
    Set,
    Stmt,
    Store,
)
from engine.compiler.ir.passes.pairs import pair_rounds
from engine.compiler.ir.printer import print_function
from tests.conformance.corpus import Settings
from tests.conformance.observation import compiled_text, difference
from tests.engine.ir.building import function, i32, i64, item, op
from tests.engine.language.running import run

N, ITEMS, COUNT, X = Get(I64, 0), Get(I32, 1), Get(I64, 2), Get(I64, 3)


def _looking(*body: Stmt) -> Function:
    step = (Set(2, op("i64.add", COUNT, i64(1))), Break("l~free", op("i64.lt_s", COUNT, N)))
    loop = Block("leave", (Break("leave", op("i64.le_s", N, i64(0))), Loop("l~free", (*body, *step))))
    return function("f", "n:i64 items:i32", (Set(2, i64(0)), loop, Return(COUNT)), "i:i64 x:i64")


def _lines(made: Function) -> list[str]:
    return [line.strip() for line in print_function(made).splitlines()]


FOUND = If(op("i64.eq", X, i64(5)), (Return(i64(1)),))


def test_two_items_are_looked_at_together() -> None:
    made = pair_rounds(_looking(Set(3, item(ITEMS, COUNT)), FOUND))
    lines = _lines(made)
    pair = lines[lines.index("loop l~free~pair") : lines.index("loop l~free~rest")]
    assert "lanes = v128.load[i32.add(i32.add(items, i32.shl(i32.wrap_i64(second), 3)), -8)]" in pair
    assert "if i64x2.bitmask(i64x2.eq(lanes, both))" in pair
    assert pair[pair.index("if i64x2.bitmask(i64x2.eq(lanes, both))") + 1] == "return 1"


def test_who_leaves_with_what_the_round_gave_does_so_one_by_one() -> None:
    made = pair_rounds(_looking(Set(3, item(ITEMS, COUNT)), If(op("i64.eq", X, i64(5)), (Return(COUNT),))))
    assert "br l~free~many if i64x2.bitmask(i64x2.eq(lanes, both))" in _lines(made)


@pytest.mark.parametrize(
    "body",
    [
        (Set(3, op("i64.add", X, item(ITEMS, COUNT))), FOUND),
        (Set(3, item(ITEMS, COUNT)), FOUND, Store("i64.store", i32(128), X)),
        (Set(3, item(ITEMS, op("i64.mul", COUNT, i64(2)))), FOUND),
        (Set(3, item(ITEMS, X)), FOUND),
        (
            If(
                Choose(I32, op("i64.gt_s", COUNT, i64(1)), op("i64.eq", item(ITEMS, COUNT), i64(5)), i32(0)),
                (Return(N),),
            ),
        ),
        (Set(3, item(ITEMS, COUNT)), If(op("i64.gt_u", X, i64(5)), (Fault("overflow", 1),))),
        (If(op("i64.eq", COUNT, i64(5)), (Return(i64(1)),)),),
        (Set(3, item(ITEMS, COUNT)), If(op("i64.eq", X, i64(5)), (Set(3, i64(1)),)), FOUND),
        (Set(3, item(ITEMS, COUNT)), If(op("i64.eq", X, i64(5)), ()), FOUND),
    ],
    ids=["carries", "stores", "every second", "by an item", "sometimes", "no sign", "no items", "goes on", "empty"],
)
def test_other_loops_stay_as_they_are(body: tuple[Stmt, ...]) -> None:
    made = _looking(*body)
    assert pair_rounds(made) is made


def test_items_are_found_wherever_they_are() -> None:
    texts = run(
        """
        fn holds(xs: list<int>, x: int) -> bool {
            for i in 0..xs.len() {
                if xs[i] == x { return true }
            }
            return false
        }
        fn place(xs: list<int>, x: int) -> int {
            for i in 0..xs.len() {
                if xs[i] == x { return i }
            }
            return -1
        }
        fn last_seen(xs: list<int>, limit: int) -> int {
            var seen = -1
            for i in 0..xs.len() {
                seen = xs[i]
                if seen >= limit { break }
            }
            return seen
        }
        for n in 0..6 {
            let xs = [k * 3 for k in 0..n]
            let held = [holds(xs, k * 3) for k in 0..7]
            render (held, [place(xs, k * 3) for k in 0..7], [last_seen(xs, k * 3) for k in 0..7])
        }
        """
    ).texts
    for n, text in enumerate(texts):
        holds = [k < n for k in range(7)]
        places = [k if k < n else -1 for k in range(7)]
        seen = [min(k, n - 1) * 3 if n else -1 for k in range(7)]
        assert text == f"({str(holds).lower()}, {places}, {seen})"


@pytest.mark.parametrize("found", range(6))
@pytest.mark.parametrize("fails", range(6))
def test_a_fault_happens_if_nothing_was_found_before_it(found: int, fails: int) -> None:
    items = ["1"] * 6
    items[found] = "7"
    items[fails] = str(-(2**63))
    ran = run(
        f"""
        fn near(xs: list<int>, x: int) -> int {{
            for i in 0..xs.len() {{
                let apart = xs[i] - x
                if apart == 0 or apart == 1 {{ return i }}
            }}
            return -1
        }}
        render near([{", ".join(items)}], 6)
        """
    )
    assert ran.texts == ([str(found)] if found < fails else [])
    assert [fault.kind for fault in ran.faults] == ([] if found < fails else ["overflow"])


def _condition(chance: random.Random) -> str:
    one = chance.choice
    whole = ("xs[i]", "xs[i]", "ys[i]", "x", "i", "m", "i - m", "xs[i] - m", "xs[i] + x", "xs[i + 1]", "xs[n - 1]")
    parts = (*whole, "3", "0", "i * 2", "m *% x", "xs[i] *% 3", "(xs[i] & 6)", str(2**63 - 1))
    asked = f"{one(whole)} {one(('==', '==', '!=', '<', '<=', '>', '>='))} {one(parts)}"
    if chance.random() < 0.25:
        asked = f"zs[i] {one(('==', '!=', '<', '>='))} {one(('z', 'zs[i + 1]', 'zs[i] + z', '1.0', '0.0'))}"
    if chance.random() < 0.1:
        asked = f"not ({asked})"
    return f"{asked} {one(('and', 'or', 'or'))} {_condition(chance)}" if chance.random() < 0.4 else asked


def _look_along(chance: random.Random) -> list[str]:
    """Addresses are counted instead of indexes, or the library looks."""
    one = chance.choice
    test = f"item {one(('==', '!=', '<', '>='))} {one(('x', 'm', '3', 'n - 4', 'm *% x'))}"
    seen = one(("seen = item", "seen = m", "seen = 5 - item"))
    ways = (
        [
            f"for item in {one(('xs', 'ys'))} {{",
            seen,
            f"if {test} {{ {one(('break', 'return 3', 'return item'))} }}",
            "}",
        ],
        ["for item in zs {", f"if item {one(('==', '>', '!='))} z {{ {one(('break', 'return 3', 'fail'))} }}", "}"],
        [f"if xs.{one(('any', 'all'))}(fn(item) => {test} or item == 2) {{ seen = seen + 1 }}"],
        ["seen = xs.index_of(x) ?? -5", f"if m + {one((0, 3, 40))} in ys {{ seen = seen + 1 }}"],
    )
    return [*one(ways), "return seen * 100 + 77"]


def _random_search(seed: int) -> tuple[str, int]:
    chance = random.Random(seed)
    one = chance.choice
    lines = []
    for number in range(12):
        leaves = []
        for _ in range(one((1, 1, 2))):
            seen = [f"seen = {one(('xs[i]', 'i', 'xs[i] + 1', 'ys[i] - m'))}"] if chance.random() < 0.4 else []
            leaves += [
                *seen,
                f"if {_condition(chance)} {{ {one(('return 1', 'return 1', 'return i', 'break', 'fail'))} }}",
            ]
        head = f"for i in {one(('0', '0', '1', 'm'))}..{one(('n', 'n - 1', 'xs.len()', 'xs.len() - 1', '8'))} {{"
        lines += [
            f"fn look{number}(xs: list<int>, ys: list<int>, zs: list<float>, m: int, n: int, x: int, z: float)",
            "-> int {",
            "var seen = m",
            *(_look_along(chance) if chance.random() < 0.3 else (head, *leaves, "}", "return seen * 100 + 77")),
            "}",
            f"actor A{number} {{",
            f"on go(n: int) {{ render look{number}([k * k % 7 for k in 0..n], [k - 2 for k in 0..n], [float(k) / 2.0",
            f"for k in 0..n], {one((0, 1, 2))}, n, {one((3, 40, 2**63 - 1, -(2**63)))}, {one((1.5, 9.0))}) }}",
            "}",
            f"for n in 0..14 {{ spawn A{number}().go(n) }}",
        ]
    text = "\n".join(lines).replace("fail }", 'fail "found" }') + "\n"
    return text, text.count("fn look")


@pytest.mark.parametrize("seed", range(6))
def test_random_searches_do_the_same_before_and_after_the_passes(seed: int) -> None:
    text, searches = _random_search(seed)
    result = compiled_text(text, "search.aefl")
    assert result.program is not None, [problem.message for problem in result.diagnostics]
    assert result.program.ir_text.count("~pair\n") >= searches // 6
    assert not difference(result.program, Settings(seed), 1000)
