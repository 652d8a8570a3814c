"""Values of every shape are stored, sent, compared, shown and freed, whatever they are made of."""

from __future__ import annotations

from tests.engine.lower.running import run

ODD = """
struct Empty {}
struct Tree { value: int, kids: list<Tree> }
struct Odd {
    a: (int, Tree?)?
    b: dict<(int, string?), set<(string, float)>>
    c: bool?
    d: duration?
    e: bytes
    f: Empty?
    g: Keeper?
    h: list<int?>
}
actor Keeper {
    state odd: Odd? = none
    state all: list<Odd> = []
    on put(o: Odd) {
        let before = odd
        odd = o
        all.push(o)
        all[0].b[(1, none)] = {("z", 2.5)}
        render f"{before == none} {odd == o} {all[0] == o} {all[0].b.len()}"
        render o
    }
    on clear() {
        odd = none
        all = []
    }
}
let tree = Tree(value: 1, kids: [Tree(value: 2, kids: []), Tree(value: 3, kids: [Tree(value: 4, kids: [])])])
let keeper = spawn Keeper()
let full = Odd(
    a: (1, tree), b: {(5, "k"): {("a", 1.5), ("b", 0.5)}}, c: true, d: 5ms, e: "hé".bytes(), f: Empty(), g: keeper,
    h: [1, none]
)
let bare = Odd(a: none, b: {}, c: none, d: none, e: "".bytes(), f: none, g: none, h: [])
"""

FULL = (
    "Odd(a: (1, Tree(value: 1, kids: [Tree(value: 2, kids: []), Tree(value: 3, kids: [Tree(value: 4, kids: [])])])), "
    'b: {(5, "k"): {("a", 1.5), ("b", 0.5)}}, c: true, d: 5ms, e: b"h\\xc3\\xa9", f: Empty(), g: Keeper#1, '
    "h: [1, none])"
)
BARE = 'Odd(a: none, b: {}, c: none, d: none, e: b"", f: none, g: none, h: [])'


def test_a_value_arrives_as_it_was_sent() -> None:
    result = run(ODD + "keeper.put(full)\nkeeper.put(bare)")
    assert result.faults == ()
    assert result.texts == ["true true false 2", FULL, "false true false 2", BARE]


def test_a_value_equals_itself_and_what_has_equal_parts() -> None:
    program = ODD + 'let other = full with { c: true }\nrender f"{full == full} {full == other} {full == bare}"'
    assert run(program).texts == ["true true false"]


def test_a_not_a_number_makes_its_holder_unequal_to_itself() -> None:
    program = "struct P { x: float }\nlet zero = 0.0\nlet p = P(x: zero / zero)\nlet q = P(x: 1.0)\n"
    assert run(program + 'render f"{p == p} {q == q} {(zero / zero, 1) == (1.0, 1)}"').texts == ["false true false"]


def test_values_with_parts_are_ordered_by_their_parts() -> None:
    program = """
    render [(2, "a"), (1, "b"), (1, "a")].sort()
    render [[2], [1, 5], [1]].sort()
    render f"{(1, true) < (1, false)} {[1.5] < [2.5]}"
    """
    assert run(program).texts == ['[(1, "a"), (1, "b"), (2, "a")]', "[[1], [1, 5], [2]]", "false true"]


def test_all_of_a_value_is_freed_with_it() -> None:
    once = run(ODD + "keeper.put(bare)\nkeeper.clear()").state_bytes
    often = run(ODD + "keeper.put(full)\nkeeper.put(bare)\nkeeper.clear()\n" * 5).state_bytes
    assert often == once


def test_an_actor_that_stops_frees_its_state() -> None:
    program = ODD.replace("on clear() {", "on clear() {\nstop\n")
    assert run(program + "keeper.put(full)\nkeeper.clear()").state_bytes[1] == 0
