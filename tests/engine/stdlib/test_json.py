"""JSON is read as by Python's json module, but more strictly, and written so that it reads back."""

from __future__ import annotations

import json
import math
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.kernel.running import World, ran

PROGRAM = """
actor Probe {
    on ready() {}
    on read(xs: list<string>) { for x in xs { render match json.try_parse(x) { none => "refused", j => j.to_text() } } }
    on lay_out(xs: list<string>) { for x in xs { render json.parse(x).pretty() } }
}
Probe.ready()
"""

INT_MAX = 2**63 - 1

HARD = [
    "", " ", "null", "true", "false", "nul", "tru", "nulls", "[]", "{}", "[ ]", "{ }", "[1,]", "[,1]", "[1,,2]",
    "[1 2]",
    '{"a":1,}', '{"a"}', '{"a":}', "{1:2}", '{"a":1 "b":2}', "[", "]", "{", "}", "[}", "[[]", "1 2", "0", "-0", "-0.0",
    "00", "01", "-01", "-", "+1", "1.", ".5", "1.e5", "1e", "1e+", "1e5", "1E+5", "1e-5", "1.5e300", "1e400", "-1e400",
    "1e-400", "1e99999999999999999999", "0e99999999999", "123456789012345678", "1234567890123456789",
    "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "1" * 40,
    "0.1", "0.30000000000000004", "123456.789e-10", "9007199254740993.0", "2.2250738585072011e-308", "5e-324", "NaN",
    "Infinity", "-Infinity", "0x10", "1_000", '"', '"a', '"\\"', '"\\u"', '"\\u12"', '"\\u123g"', '"\\u0000"',
    '"\\ud83d\\ude00"', '"\\ud83d"', '"\\ude00"', '"\\ud83d\\u0041"', '"\\ud83dx"', '"\\uD83D\\uDE00"',
    '"\\a"', '"\\\'"',
    '"\\/\\b\\f\\n\\r\\t\\\\\\""', '"\t"', '"\n"', '"\x1f"', '"\x7f"', '"é€😀"', "'a'", "\ufeff1", "1\u00a0", "\u00a01",
    "\x0b1", "\t\n\r 1 \t\n\r", "// 1", "/**/1", "[1]\x00", "\x00", '{"a":1,"a":2,"b":3}', '{"":0}', "[" * 500,
    '{"a":' * 500, "[" * 128 + "]" * 128, "tRue", "True", "None", "[true,false,null]", '[[1,[2,{"a":[]}]],"x"]',
]  # fmt: skip


def _number(text: str) -> int | float:
    return int(text) if -INT_MAX - 1 <= int(text) <= INT_MAX else float(text)


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(text)
    return number


def _refuse(text: str) -> float:
    raise ValueError(text)


def _pythons(text: str) -> str:
    """What Python makes of it, without what it allows beyond the standard."""
    try:
        value = json.loads(text, parse_int=_number, parse_float=_finite, parse_constant=_refuse)
        shown = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        shown.encode("utf-8")  # refuses halves of surrogate pairs
        return shown
    except (ValueError, OverflowError, RecursionError):
        return "refused"


def _world() -> World:
    return ran(PROGRAM)


def test_hard_texts_are_read_as_by_python() -> None:
    for text, ours in zip(HARD, _world().ask("Probe", "read", HARD), strict=True):
        assert ours == _pythons(text), text


def _any_value(chooser: random.Random, depth: int = 0) -> Any:
    kind = chooser.randrange(8 if depth < 4 else 6)
    if kind == 6:
        return [_any_value(chooser, depth + 1) for _ in range(chooser.randrange(5))]
    if kind == 7:
        return {_any_text(chooser): _any_value(chooser, depth + 1) for _ in range(chooser.randrange(5))}
    numbers = [chooser.randrange(-100, 100), chooser.getrandbits(63), chooser.random(), chooser.uniform(-1e300, 1e300)]
    return [None, True, False, _any_text(chooser), chooser.choice(numbers), chooser.choice(numbers)][kind]


def _any_text(chooser: random.Random) -> str:
    return "".join(chooser.choice('ab"\\/\n\t\x00\x1f\x7fé€😀{}[]:, ') for _ in range(chooser.randrange(6)))


def _damaged(chooser: random.Random, text: str) -> str:
    at = chooser.randrange(len(text) + 1)
    other = chooser.choice(["", *'{}[]",:\\ \n0123456789.-+eEutfn\x01é'])
    return text[:at] + other + text[at + chooser.randrange(3) :]


def test_random_texts_whole_and_damaged_are_read_as_by_python() -> None:
    chooser = random.Random(11)
    texts = []
    for _ in range(400):
        whole = json.dumps(_any_value(chooser), ensure_ascii=chooser.random() < 0.5)
        texts += [whole, _damaged(chooser, whole), _damaged(chooser, _damaged(chooser, whole))]
    for text, ours in zip(texts, _world().ask("Probe", "read", texts), strict=True):
        assert ours == _pythons(text), text


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(alphabet='{}[]",:\\u0dD8cC90.-eEtrufalsn \n', max_size=30), min_size=20, max_size=40))
def test_any_text_is_read_as_by_python(texts: list[str]) -> None:
    assert _world().ask("Probe", "read", texts) == [_pythons(text) for text in texts]


def test_pretty_text_is_that_of_python() -> None:
    chooser = random.Random(5)
    texts = [json.dumps(_any_value(chooser), ensure_ascii=False) for _ in range(100)]
    expected = [json.dumps(json.loads(text, parse_int=_number), ensure_ascii=False, indent=2) for text in texts]
    assert _world().ask("Probe", "lay_out", texts) == expected
