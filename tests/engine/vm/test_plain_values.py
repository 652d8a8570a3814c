"""Values look the same from outside as they do to the program itself."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import api
from engine.base.values import Value, quote
from engine.vm.plain import ITEMS_MAX, duration_text, float_text
from tests.engine.timetravel.programs import fields, finished, texts

RENDERED = """\
struct Order {{ id: int, note: string?, tags: list<string> }}
actor Holder {{
    state value: {type} = {value}
    on show() {{ render {{f"{{value}}"}} }}
}}
Holder.show()
"""


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("int", "-9_000_000_000"),
        ("float", "0.1"),
        ("float", "1e21"),
        ("float", "5e-324"),
        ("float", "100.0"),
        ("float", "-0.0"),
        ("bool", "true"),
        ("string", '"a \\"quoted\\" ü\\n"'),
        ("duration", "90s"),
        ("duration", "1500us"),
        ("duration", "0ms"),
        ("list<string>", '["a", "b\\\\", "\\t\\u{1}"]'),
        ("list<list<float>>", "[[1.5], [], [2.0, 1e-7]]"),
        ("dict<string, int>", '{"a": 1, "b": -2}'),
        ("dict<int, (bool, string)>", '{1: (true, "x")}'),
        ("set<int>", "{3, 1, 2}"),
        ("(int, string)", '(1, "x")'),
        ("int?", "none"),
        ("int?", "5"),
        ("string?", '"none"'),
        ("Order", 'Order(id: 1, note: "n", tags: ["t"])'),
        ("list<Order?>", "[none, Order(id: 1, note: none, tags: [])]"),
        ("bytes", '"héllo".bytes()'),
        ("fn(int) -> int", "fn(x) => x + 1"),
        ("list<fn(string)>?", "[fn(s) {}]"),
    ],
)
def test_a_value_in_memory_has_the_text_that_the_program_renders(type_: str, value: str) -> None:
    session = finished(RENDERED.format(type=type_, value=value))
    holder = 1
    assert fields(session, 0, session.total(), holder)["value"] == texts(session)[0]


MAKER = "fn made(n: int, xs: list<int>) -> fn(int) -> int { return fn(x) => x + n + xs.len() }\n"


def test_parts_can_be_looked_into() -> None:
    source = RENDERED.format(type="dict<string, list<int>>", value='{"a": [1, 2]}')
    session = finished(source)
    value = session.actor(0, session.total(), 1).fields[0].value
    assert value == Value(
        '{"a": [1, 2]}',
        "dict<string, list<int>>",
        (('"a"', Value("[1, 2]", "list<int>", (("0", Value("1", "int")), ("1", Value("2", "int"))))),),
    )


def test_a_function_shows_where_it_was_written_and_what_it_captured() -> None:
    session = finished(RENDERED.format(type="fn(int) -> int", value="made(5, [1])") + MAKER)
    value = session.actor(0, session.total(), 1).fields[0].value
    made = Value("fn in line 7", "")
    captured = (("n", Value("5", "int")), ("xs", Value("[1]", "list<int>", (("0", Value("1", "int")),))))
    assert value == Value("fn(int) -> int", "fn(int) -> int", (("made by", made), *captured))


def test_a_function_in_a_message_can_be_looked_into() -> None:
    session = finished("actor A { on run(f: fn() -> int) { render f() } }\nlet n = 7\nA.run(fn() => n)\n")
    assert texts(session) == ["7"]
    (argument,) = session.event(0, 2).arguments
    assert argument[1].parts == (("made by", Value("fn in line 3", "")), ("n", Value("7", "int")))


def test_a_huge_value_is_cut_and_says_how_much_is_missing() -> None:
    session = finished("actor A { state xs: list<int> = [i for i in 0..100_000] \n on go() { xs.push(1) } }\nA.go()\n")
    value = session.actor(0, session.total(), 1).fields[0].value
    assert len(value.parts) == ITEMS_MAX
    assert value.text.endswith(f"999, … and {100_001 - ITEMS_MAX:,} more]")


def test_references_have_their_actors_names() -> None:
    source = (
        "actor A { state me: A? = none \n on go(a: A) { me = a \n "
        'render {f"{a} {[a]}"} } }\nlet a = spawn A()\na.go(a)\n'
    )
    session = finished(source)
    assert fields(session, 0, session.total(), 1)["me"] == "A#1"
    assert texts(session) == ["A#1 [A#1]"]


@given(st.floats())
def test_floats_have_the_shortest_text_that_reads_back(value: float) -> None:
    text = float_text(value)
    assert float(text) == value or math.isnan(value)
    assert not math.isfinite(value) or "." in text or "e" in text


@pytest.mark.parametrize(
    ("microseconds", "text"),
    [(0, "0ms"), (250, "250us"), (10_000, "10ms"), (5_000_000, "5s"), (120_000_000, "2m"), (3_600_000_000, "1h")],
)
def test_durations_have_the_largest_unit_that_fits(microseconds: int, text: str) -> None:
    assert duration_text(microseconds) == text


def test_strings_are_quoted_as_in_source() -> None:
    assert quote('a"b\\\n\t\x01é') == '"a\\"b\\\\\\n\\t\\u{1}é"'
    assert api.quote("x") == '"x"'
