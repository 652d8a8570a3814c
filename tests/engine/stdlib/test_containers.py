"""Lists, dicts and sets against Python's, in the turn arena and in state."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.kernel.running import World, ran

PROGRAM = """
struct Op { name: string, i: int, x: string }

fn shown(o: string?) -> string { return o ?? "-" }

actor Lists {
    state kept: list<string> = []
    on ready() {}
    on change(ops: list<Op>) {
        var here = kept
        for op in ops {
            if op.name == "push" { here.push(op.x)
                kept.push(op.x) }
            else if op.name == "pop" {
                let a = here.pop()
                let b = kept.pop()
                render a + b }
            else if op.name == "insert" { here.insert(op.i, op.x)
                kept.insert(op.i, op.x) }
            else if op.name == "remove_at" {
                let a = here.remove_at(op.i)
                let b = kept.remove_at(op.i)
                render a + b }
            else if op.name == "set" { here[op.i] = op.x
                kept[op.i] = op.x }
            else if op.name == "sort" { kept = kept.sort()
                here = here.sort() }
            else if op.name == "reverse" { kept = kept.reverse()
                here = here.reverse() }
            else if op.name == "slice" { kept = kept[op.i..]
                here = here[op.i..] }
            else if op.name == "double" { kept = kept + kept
                here = here + here }
        }
        render here == kept
        render kept
        render f"{kept.len()} {shown(kept.first())} {shown(kept.last())} {kept.index_of("b")} {kept.contains("b")}"
    }
}

actor Dicts {
    state kept: dict<string, list<int>> = {}
    on ready() {}
    on change(ops: list<Op>) {
        var here = kept
        for op in ops {
            if op.name == "set" { here[op.x] = [op.i]
                kept[op.x] = [op.i] }
            else if op.name == "push" and op.x in kept { here[op.x].push(op.i)
                kept[op.x].push(op.i) }
            else if op.name == "remove" {
                let a = here.remove(op.x)
                let b = kept.remove(op.x)
                render f"{a} {b}" }
        }
        render here == kept
        render kept
        render kept.keys()
        render kept.values()
        render kept.items()
        render f"{kept.len()} {kept.get("a")}"
        var keys: list<string> = []
        for k, v in kept { keys.push(f"{k}{v.len()}") }
        render keys.join(" ")
    }
}

actor Sets {
    state kept: set<int> = {}
    on ready() {}
    on change(ops: list<Op>) {
        for op in ops {
            if op.name == "set" { kept.add(op.i) }
            else if op.name == "remove" { render kept.remove(op.i) }
        }
        render kept
        render f"{kept.len()} {3 in kept}"
        render kept.items()
    }
}

actor Numbers {
    on ready() {}
    on sort(xs: list<int>, ys: list<float>, pairs: list<(int, string)>) {
        render xs.sort()
        render ys.sort()
        render pairs.sort()
        if xs.len() > 0 {
            render f"{sum(xs)} {min(xs)} {max(xs)}"
        }
    }
    on rounding(x: float) { render f"{floor(x)} {ceil(x)} {round(x)} {abs(x)} {sqrt(x * x)}" }
}

Lists.ready()
Dicts.ready()
Sets.ready()
Numbers.ready()
"""

NAMES = st.sampled_from(
    ["push", "push", "push", "pop", "insert", "remove_at", "set", "sort", "reverse", "slice", "double"]
)
WORDS = st.sampled_from(["a", "b", "c", "dd", "é", ""])
DICT_NAMES = st.sampled_from(["set", "push", "remove"])
SET_NAMES = st.sampled_from(["set", "set", "remove"])
OPS = st.tuples(NAMES, st.integers(0, 7), WORDS)


def _world() -> World:
    return ran(PROGRAM)


def _quoted(items: list[str]) -> str:
    return "[" + ", ".join(f'"{x}"' for x in items) + "]"


def _bool(value: bool) -> str:
    return "true" if value else "false"


def _change_list(model: list[str], ops: list[tuple[str, int, str]]) -> tuple[list[list[Any]], list[str]]:
    """The operations that can be done, and what they render; changes the model."""
    done, said = [], []
    for name, i, x in ops:
        if name == "double" and len(model) > 40:
            continue
        if name == "pop" and not model:
            continue
        if name in ("remove_at", "set") and i >= len(model):
            continue
        if name in ("insert", "slice") and i > len(model):
            continue
        done.append([name, i, x])
        match name:
            case "push":
                model.append(x)
            case "pop":
                said.append(model.pop() * 2)
            case "insert":
                model.insert(i, x)
            case "remove_at":
                said.append(model.pop(i) * 2)
            case "set":
                model[i] = x
            case "sort":
                model.sort()
            case "reverse":
                model.reverse()
            case "slice":
                del model[:i]
            case "double":
                model.extend(list(model))
    return done, said


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(OPS, max_size=12), max_size=4))
def test_lists(turns: list[list[tuple[str, int, str]]]) -> None:
    world, model = _world(), list[str]()
    for ops in turns:
        done, said = _change_list(model, ops)
        found = model.index("b") if "b" in model else "none"
        ends = (model[0], model[-1]) if model else ("-", "-")
        said += ["true", _quoted(model), f"{len(model)} {ends[0]} {ends[1]} {found} {_bool('b' in model)}"]
        assert world.ask("Lists", "change", done) == said
    assert world.faults == []


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(DICT_NAMES, st.integers(0, 9), st.text("abcdefgh", max_size=2)), max_size=40), max_size=4
    )
)
def test_dicts(turns: list[list[tuple[str, int, str]]]) -> None:
    world, model = _world(), dict[str, list[int]]()
    for ops in turns:
        said = []
        for name, i, x in ops:
            if name == "set":
                model[x] = [i]
            elif name == "push" and x in model:
                model[x] = [*model[x], i]
            elif name == "remove":
                gone = model.pop(x, None)
                said.append(f"{gone or 'none'} {gone or 'none'}")
        said += ["true", "{" + ", ".join(f'"{k}": {v}' for k, v in model.items()) + "}", _quoted(list(model))]
        said += [str(list(model.values())), "[" + ", ".join(f'("{k}", {v})' for k, v in model.items()) + "]"]
        said += [f"{len(model)} {model.get('a', 'none')}", " ".join(f"{k}{len(v)}" for k, v in model.items())]
        assert world.ask("Dicts", "change", [list(op) for op in ops]) == said
    assert world.faults == []


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.tuples(SET_NAMES, st.integers(-5, 60)), max_size=80), max_size=3))
def test_sets(turns: list[list[tuple[str, int]]]) -> None:
    world, model = _world(), dict[int, None]()
    for ops in turns:
        said = []
        for name, i in ops:
            if name == "set":
                model.setdefault(i)
            else:
                said.append(_bool(i in model))
                model.pop(i, None)
        said += ["{" + ", ".join(map(str, model)) + "}", f"{len(model)} {_bool(3 in model)}", str(list(model))]
        assert world.ask("Sets", "change", [[name, i, ""] for name, i in ops]) == said


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(-(2**40), 2**40), max_size=60),
    st.lists(st.floats(allow_nan=False).map(lambda x: x or 0.0), max_size=30),
    st.lists(st.tuples(st.integers(0, 5), st.text("ab", max_size=2)), max_size=30),
)
def test_sorting(xs: list[int], ys: list[float], pairs: list[tuple[int, str]]) -> None:
    said = [str(sorted(xs)), str(sorted(ys))]
    said.append("[" + ", ".join(f'({i}, "{s}")' for i, s in sorted(pairs)) + "]")
    if xs:
        said.append(f"{sum(xs)} {min(xs)} {max(xs)}")
    assert _world().ask("Numbers", "sort", xs, ys, [list(p) for p in pairs]) == said


def test_sorting_many_items_is_stable() -> None:
    program = """
    fn expected(count: int) -> list<(int, int)> {
        var out: list<(int, int)> = []
        for k in 0..10 { for i in 0..count { if i * 7919 % 10 == k { out.push((k, i)) } } }
        return out
    }
    actor Probe {
        on ready() {}
        on sort(count: int) {
            var xs: list<(int, int)> = []
            for i in 0..count { xs.push((i * 7919 % 10, i)) }
            render xs.sort() == expected(count)
        }
    }
    Probe.ready()
    """
    assert ran(program).ask("Probe", "sort", 1000) == ["true"]


def test_rounding() -> None:
    for x in (0.5, 1.5, 2.5, -0.5, -1.5, 2.4, -2.6, 0.0, -0.0, 1e15):
        said = f"{math.floor(x)} {math.ceil(x)} {round(x)} {abs(x)} {math.sqrt(x * x)}"
        assert _world().ask("Numbers", "rounding", x) == [said]


def test_a_float_that_is_no_int_is_a_fault() -> None:
    for x in (1e300, float("nan"), float("-inf")):
        world = _world()
        world.ask("Numbers", "rounding", x)
        assert [fault.split(":")[0] for fault in world.faults] == ["bad_conversion"]


def test_a_missing_key_is_named() -> None:
    world = ran('let d = {"a": 1}\nrender d["b"]')
    assert world.faults == ['missing_key: there is no key "b"']


def test_the_smallest_of_nothing_is_a_fault() -> None:
    world = ran("let xs: list<int> = []\nrender min(xs)")
    assert world.faults == ["fail: min of an empty list"]


def test_many_keys_come_and_go() -> None:
    program = """
    actor Probe {
        state d: dict<int, string> = {}
        on ready() {}
        on turn(n: int) {
            for i in 0..n { d[i] = f"v{i}" }
            for i in 0..n { if i % 3 != 0 { d.remove(i) } }
            var ok = d.len() == (n + 2) / 3
            for k, v in d { ok = ok and v == f"v{k}" and k % 3 == 0 }
            for i in 0..n { d[i] = f"w{i}" }
            render ok and d.len() == n and d[n - 1] == f"w{n - 1}"
            d = {}
        }
    }
    Probe.ready()
    """
    world = ran(program)
    for n in (1, 5, 1000, 3000, 10):
        assert world.ask("Probe", "turn", n) == ["true"]
