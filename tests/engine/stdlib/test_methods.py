"""Methods of strings, bytes, lists, dicts, sets and durations, compared with what Python does."""

from __future__ import annotations

import base64

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.kernel.running import World, ran

PROGRAM = """
actor Probe {
    on ready() {}
    on pairs(s: string, part: string) {
        render s.find_last(part)
        render s.count(part)
        render s.partition(part)
        render s.remove_prefix(part)
        render s.remove_suffix(part)
    }
    on limits(s: string, part: string, n: int) {
        render s.split(part, n + 1)
        render s.replace(part, "<>", n)
        render s.replace("", "-", n)
    }
    on alone(s: string) {
        render s.words()
        render s.trim_start() + "|"
        render s.trim_end() + "|"
        render s.is_empty()
        render [c.code().to_char() for c in s].join("") == s
    }
    on bytes(b: bytes, part: bytes) {
        render b.to_hex()
        render b.to_base64()
        render b.to_hex().from_hex() == b
        render b.to_hex().upper().from_hex() == b
        render b.to_base64().from_base64() == b
        render b.find(part)
        render b.starts_with(part)
        render b.to_list()
        render b.to_list().to_bytes() == b
    }
    on base64(s: string) { render s.from_base64() }
    on lists(xs: list<int>, ys: list<int>, x: int) {
        var more = xs
        more.extend(ys)
        render more
        more.extend(more)
        render more.len()
        more.clear()
        render (more, more.is_empty(), xs.is_empty())
        render xs.last_index_of(x)
        render xs.unique()
        var swapped = ys + [x]
        swapped.swap(0, swapped.len() - 1)
        render swapped
    }
    on dicts(a: dict<string, int>, b: dict<string, int>, key: string) {
        var both = a
        both.update(b)
        render both
        render (a.get_or(key, -1), b.get_or(key, -2), a.is_empty())
    }
    on sets(a: set<int>, b: set<int>) {
        render a.union(b)
        render a.intersection(b)
        render a.difference(b)
        render a.is_subset(b)
        var all = a
        all.add_all(b)
        render all == a.union(b)
    }
}
Probe.ready()
"""

TEXTS = st.text(alphabet="ab é😀 \n", max_size=14)
PARTS = st.text(alphabet="ab é", min_size=1, max_size=2)
BYTES = st.binary(max_size=12)
INTS = st.lists(st.integers(0, 5), max_size=6)
DICTS = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 9), max_size=4)


def _world() -> World:
    return ran(PROGRAM)


def _bool(value: bool) -> str:
    return "true" if value else "false"


def _q(text: str) -> str:
    return '"' + text.replace("\n", "\\n") + '"'


def _list(items: list[str]) -> str:
    return "[" + ", ".join(map(_q, items)) + "]"


def _place(found: int) -> str:
    return "none" if found < 0 else str(found)


@settings(max_examples=150, deadline=None)
@given(text=TEXTS, part=PARTS, n=st.integers(0, 4))
def test_strings_are_searched_and_taken_apart(text: str, part: str, n: int) -> None:
    world = _world()
    before, _, behind = text.partition(part)
    assert world.ask("Probe", "pairs", text, part) == [
        _place(text.rfind(part)),
        str(text.count(part)),
        f"({_q(before)}, {_q(behind)})",
        text.removeprefix(part),
        text.removesuffix(part),
    ]
    assert world.ask("Probe", "limits", text, part, n) == [
        _list(text.split(part, n)),
        text.replace(part, "<>", n),
        text.replace("", "-", n),
    ]
    assert world.ask("Probe", "alone", text) == [
        _list(text.split()),
        text.lstrip() + "|",
        text.rstrip() + "|",
        _bool(not text),
        "true",
    ]


@settings(max_examples=100, deadline=None)
@given(data=BYTES, part=st.binary(min_size=1, max_size=2))
def test_bytes_become_text_and_come_back(data: bytes, part: bytes) -> None:
    assert _world().ask("Probe", "bytes", data, part) == [
        data.hex(),
        base64.b64encode(data).decode(),
        *["true"] * 3,
        _place(data.find(part)),
        _bool(data.startswith(part)),
        str(list(data)),
        "true",
    ]


def test_what_is_not_base64_or_hexadecimal_gives_none() -> None:
    wrong = ["a", "abc", "====", "a===", "ab=c", "ab!=", "aGk=aGk=", "aB==", "aGl=", "é==="]
    for text in wrong:
        assert _world().ask("Probe", "base64", text) == ["none"], text
    assert ran('render ["a".from_hex(), "0g".from_hex(), "".from_hex()]').texts == ['[none, none, b""]']


@settings(max_examples=100, deadline=None)
@given(xs=INTS, ys=INTS, x=st.integers(0, 5))
def test_lists_grow_and_shrink(xs: list[int], ys: list[int], x: int) -> None:
    swapped = [*ys, x]
    swapped[0], swapped[-1] = swapped[-1], swapped[0]
    last = max((i for i, y in enumerate(xs) if y == x), default=-1)
    assert _world().ask("Probe", "lists", xs, ys, x) == [
        str(xs + ys),
        str(2 * len(xs + ys)),
        f"([], true, {_bool(not xs)})",
        _place(last),
        str(list(dict.fromkeys(xs))),
        str(swapped),
    ]


@settings(max_examples=100, deadline=None)
@given(a=DICTS, b=DICTS, key=st.sampled_from("abcd"))
def test_dicts_take_over_entries(a: dict[str, int], b: dict[str, int], key: str) -> None:
    assert _world().ask("Probe", "dicts", a, b, key) == [
        "{" + ", ".join(f'"{k}": {v}' for k, v in (a | b).items()) + "}",
        f"({a.get(key, -1)}, {b.get(key, -2)}, {_bool(not a)})",
    ]


@settings(max_examples=100, deadline=None)
@given(xs=INTS, ys=INTS)
def test_sets_are_joined_and_cut(xs: list[int], ys: list[int]) -> None:
    a, b = list(dict.fromkeys(xs)), list(dict.fromkeys(ys))

    def shown(items: list[int]) -> str:
        return "{" + ", ".join(map(str, items)) + "}"

    assert _world().ask("Probe", "sets", a, b) == [
        shown(list(dict.fromkeys(a + b))),
        shown([x for x in a if x in b]),
        shown([x for x in a if x not in b]),
        _bool(set(a) <= set(b)),
        "true",
    ]


def test_durations_have_parts() -> None:
    program = """
    let d = 1500250us
    render (d.us(), d.ms(), d.seconds(), d.in_ticks(), (2500).as_us(), (5s).ms(), (3 ticks).in_ticks())
    render (1s + 500ms, 1s - 250ms, 3 * 20ms, 1s / 4, 1s > 999ms, 2500ms % 1s)
    """
    assert ran(program).texts == [
        "(1500250, 1500, 1.50025, 1501, 2500us, 5000, 3)",
        "(1500ms, 750ms, 60ms, 250ms, true, 500ms)",
    ]
