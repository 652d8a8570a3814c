"""Assigning, passing, storing and reading out all behave as copies, whoever changes what afterwards."""

from __future__ import annotations

import pytest

from tests.engine.lower.running import run

STRUCTS = """
struct Item { name: string, tags: list<string> }
struct Box { items: list<Item>, note: string? = none }
"""

CASES: dict[str, tuple[str, str]] = {
    "a list given another name": (
        """
        var a = [1, 2]
        var b = a
        b.push(3)
        a.push(4)
        render f"{a} {b}"
        """,
        "[1, 2, 4] [1, 2, 3]",
    ),
    "a list inside a list": (
        """
        var inner = [1]
        var outer = [inner, inner]
        outer[0].push(2)
        inner.push(3)
        render f"{inner} {outer}"
        """,
        "[1, 3] [[1, 2], [1]]",
    ),
    "a row read out of a table": (
        """
        var table = [[1], [2]]
        var row = table[0]
        row.push(9)
        table[1].push(8)
        render f"{table} {row}"
        """,
        "[[1], [2, 8]] [1, 9]",
    ),
    "a struct given another name": (
        """
        var a = Item(name: "a", tags: ["x"])
        var b = a
        b.name = "b"
        b.tags.push("y")
        render f"{a} {b}"
        """,
        'Item(name: "a", tags: ["x"]) Item(name: "b", tags: ["x", "y"])',
    ),
    "a struct in a struct in a list": (
        """
        var box = Box(items: [Item(name: "a", tags: [])])
        let before = box
        box.items[0].tags.push("t")
        box.items[0].name = "c"
        box.note = "n"
        render f"{before} {box}"
        """,
        'Box(items: [Item(name: "a", tags: [])], note: none) Box(items: [Item(name: "c", tags: ["t"])], note: "n")',
    ),
    "a field read into a variable": (
        """
        var box = Box(items: [Item(name: "a", tags: [])])
        var items = box.items
        items.push(Item(name: "b", tags: []))
        items[0].name = "z"
        render f"{box.items.len()} {box.items[0].name} {items.len()} {items[0].name}"
        """,
        "1 a 2 z",
    ),
    "a dict's value": (
        """
        var d = {"a": [1]}
        var e = d
        d["a"].push(2)
        e["b"] = []
        render f"{d} {e}"
        """,
        '{"a": [1, 2]} {"a": [1], "b": []}',
    ),
    "a set": (
        """
        var s = {1, 2}
        let t = s
        s.add(3)
        render f"{s.len()} {t.len()}"
        """,
        "3 2",
    ),
    "a tuple of lists": (
        """
        var xs = [1]
        let t = (xs, 5)
        xs.push(2)
        var ys = t.0
        ys.push(3)
        render f"{t} {xs} {ys}"
        """,
        "([1], 5) [1, 2] [1, 3]",
    ),
    "an argument that a function copies": (
        """
        var xs = [1]
        let more = grown(xs)
        xs.push(7)
        render f"{xs} {more}"
        """,
        "[1, 7] [1, 100]",
    ),
    "an argument that a function gives back": (
        """
        var xs = [[1]]
        var same = itself(xs)
        same[0].push(2)
        xs[0].push(3)
        render f"{xs} {same}"
        """,
        "[[1, 3]] [[1, 2]]",
    ),
    "a list that grows in its own loop": (
        """
        var xs = [1, 2]
        for x in xs { xs.push(x * 10) }
        render f"{xs}"
        """,
        "[1, 2, 10, 20]",
    ),
    "items of a list that its loop changes": (
        """
        var items = [Item(name: "a", tags: []), Item(name: "b", tags: [])]
        var seen: list<string> = []
        for item in items {
            items[1].name = "changed"
            seen.push(item.name)
        }
        render f"{seen} {items[1].name}"
        """,
        '["a", "b"] changed',
    ),
    "a dict that grows in its own loop": (
        """
        var d = {1: 1, 2: 2}
        for k, v in d { d[k + 10] = v }
        render f"{d}"
        """,
        "{1: 1, 2: 2, 11: 1, 12: 2}",
    ),
    "a list changed by a later argument": (
        """
        var xs = [1, 2]
        render f"{pair(xs, xs.pop())} {xs}"
        """,
        "[1, 2] 2 [1]",
    ),
    "a list pushed into itself by way of a copy": (
        """
        var xs = [[1], [2]]
        xs.push(xs[0])
        xs[0].push(5)
        xs[2].push(6)
        render f"{xs}"
        """,
        "[[1, 5], [2], [1, 6]]",
    ),
    "an optional list": (
        """
        var some: list<int>? = [1]
        let kept = some
        if some != none {
            var inner = some ?? []
            inner.push(2)
            some = inner
        }
        render f"{some} {kept}"
        """,
        "[1, 2] [1]",
    ),
    "a struct copied with a change": (
        """
        let a = Item(name: "a", tags: ["x"])
        var b = a with { name: "b" }
        b.tags.push("y")
        render f"{a.tags} {b.tags}"
        """,
        '["x"] ["x", "y"]',
    ),
    "a list made by a comprehension": (
        """
        var rows = [[n] for n in 0..3]
        var copy = [row for row in rows]
        copy[0].push(7)
        rows[0].push(8)
        render f"{rows} {copy}"
        """,
        "[[0, 8], [1], [2]] [[0, 7], [1], [2]]",
    ),
}

FUNCTIONS = """
fn grown(xs: list<int>) -> list<int> {
    var own = xs
    own.push(100)
    return own
}
fn itself(xs: list<list<int>>) -> list<list<int>> { return xs }
fn pair(xs: list<int>, last: int) -> string { return f"{xs} {last}" }
"""


@pytest.mark.parametrize("name", CASES)
def test_a_value_is_a_copy_at_the_top_level(name: str) -> None:
    program, expected = CASES[name]
    assert run(STRUCTS + FUNCTIONS + program).texts == [expected]


@pytest.mark.parametrize("name", CASES)
def test_a_value_is_a_copy_in_a_function(name: str) -> None:
    program, expected = CASES[name]
    body = program.replace("render", "return")
    assert run(f"{STRUCTS}{FUNCTIONS}fn tried() -> string {{ {body} }}\nrender tried()").texts == [expected]


STATE_CASES: dict[str, tuple[str, str, list[str]]] = {
    "a variable that held the state before": (
        "state xs: list<int> = [1, 2]",
        "let before = xs\n xs.push(3)\n render f'{before} {xs}'",
        ["[1, 2] [1, 2, 3]", "[1, 2, 3] [1, 2, 3, 3]"],
    ),
    "a variable that changes its copy": (
        "state xs: list<list<int>> = [[1]]",
        "var mine = xs\n mine[0].push(2)\n mine.push([])\n render f'{mine} {xs}'",
        ["[[1, 2], []] [[1]]", "[[1, 2], []] [[1]]"],
    ),
    "a list stored in two fields": (
        "state xs: list<int> = []\n state ys: list<int> = []",
        "var zs = [1]\n xs = zs\n ys = zs\n zs.push(2)\n xs.push(3)\n render f'{xs} {ys} {zs}'",
        ["[1, 3] [1] [1, 2]", "[1, 3] [1] [1, 2]"],
    ),
    "a struct in a list in the state": (
        "state items: list<Item> = [Item(name: 'a', tags: [])]",
        "let old = items[0]\n items[0].tags.push('t')\n items[0].name = f'{old.name}!'\n render f'{old} {items[0]}'",
        [
            'Item(name: "a", tags: []) Item(name: "a!", tags: ["t"])',
            'Item(name: "a!", tags: ["t"]) Item(name: "a!!", tags: ["t", "t"])',
        ],
    ),
    "a dict of lists in the state": (
        "state d: dict<string, list<int>> = {'a': []}",
        "let old = d\n d['a'].push(1)\n d['b'] = d['a']\n d['b'].push(9)\n render f'{old} {d}'",
        [
            '{"a": []} {"a": [1], "b": [1, 9]}',
            '{"a": [1], "b": [1, 9]} {"a": [1, 1], "b": [1, 1, 9]}',
        ],
    ),
    "a state replaced while it is looped over": (
        "state xs: list<string> = ['a', 'b']",
        "var seen: list<string> = []\n for x in xs {\n xs = ['z']\n seen.push(x)\n }\n render f'{seen} {xs}'",
        ['["a", "b"] ["z"]', '["z"] ["z"]'],
    ),
    "an item taken out of the state": (
        "state stack: list<list<int>> = [[1], [2]]",
        "var top = stack.pop()\n top.push(7)\n stack.push(top)\n stack.push([])\n render f'{top} {stack}'",
        ["[2, 7] [[1], [2, 7], []]", "[7] [[1], [2, 7], [7], []]"],
    ),
    "an optional in the state": (
        "state last: Item? = none\n state count: int? = none",
        "let before = last\n last = Item(name: 'n', tags: ['t'])\n count = (count ?? 0) + 1\n"
        " render f'{before} {count}'",
        ["none 1", 'Item(name: "n", tags: ["t"]) 2'],
    ),
    "a string in the state": (
        "state text: string = 'a'",
        "let before = text\n text = text + 'b'\n text += 'c'\n render f'{before} {text}'",
        ["a abc", "abc abcbc"],
    ),
    "a tuple in the state": (
        "state pair: (list<int>, string) = ([1], 'x')",
        "var xs = pair.0\n xs.push(2)\n let old = pair\n pair = (xs, pair.1 + 'y')\n render f'{old} {pair}'",
        ['([1], "x") ([1, 2], "xy")', '([1, 2], "xy") ([1, 2, 2], "xyy")'],
    ),
    "a field of a struct in the state": (
        "state box: Box = Box(items: [])",
        "let old = box\n box.items.push(Item(name: 'i', tags: []))\n box.note = f'{box.items.len()}'\n"
        " render f'{old.items.len()} {old.note} {box.items.len()} {box.note}'",
        ["0 none 1 1", "1 1 2 2"],
    ),
}


def _state_case(name: str) -> tuple[str, str, list[str]]:
    """Cases are written with single quotes, which AeroFlow does not have."""
    state, body, expected = STATE_CASES[name]
    return state.replace("'", '"'), body.replace("'", '"'), expected


@pytest.mark.parametrize("name", STATE_CASES)
def test_a_value_of_the_state_is_a_copy(name: str) -> None:
    state, body, expected = _state_case(name)
    keeper = f"actor Keeper {{\n{state}\non go() {{\n{body}\n}}\n}}"
    assert run(f"{STRUCTS}{keeper}\nKeeper.go()\nKeeper.go()").texts == expected


@pytest.mark.parametrize("name", STATE_CASES)
def test_what_the_state_replaces_is_freed(name: str) -> None:
    """After many turns, each of which ends with the first values, the heap holds no more than after a few."""
    state, body, _ = _state_case(name)
    resets = "\n".join(_reset(line) for line in state.split("\n"))
    keeper = f"{STRUCTS}actor Keeper {{\n{state}\non go() {{\n{body}\n{resets}\n}}\n}}\n"

    def heap_bytes(turns: int) -> int:
        return run(keeper + "Keeper.go()\n" * turns).state_bytes[1]

    assert heap_bytes(30) == heap_bytes(3)


def _reset(declaration: str) -> str:
    """``state xs: list<int> = []`` as the assignment of its first value."""
    head, value = declaration.strip().removeprefix("state ").split(" = ", 1)
    return f"{head.split(':')[0]} = {value}"
