"""Formats of f-strings give what Python's give, for every value, and what is wrong with one is shown inside it."""

from __future__ import annotations

import itertools
import math
import random
import struct

import pytest

from engine import api
from engine.base.values import quote
from tests.engine.language.running import fixed, problem, run

FLOATS = (
    "0.0", "-0.0", "1.5", "0.5", "2.5", "-0.5", "0.125", "1e16", "1e22", "5e-324", "1.7976931348623157e308", "0.1",
    "9.995", "99.99999", "999999.5", "-1234567.891", "1e-7", "0.00015", "inf", "-inf", "nan",
)  # fmt: skip
INTS = (0, 1, -1, 7, -42, 255, 1000, -1000, 999999, 1234567, 2**31, 2**63 - 1, -(2**63))
STRINGS = ("", "a", "héllo", "日本語テキスト", "x" * 30)
SAMPLE = 70
"""How many of all formats there are go into one program."""


def _formats(kinds: str, signs: tuple[str, ...], seed: int) -> list[str]:
    """A random choice of formats of the whole grammar."""
    fills = ("", "<", ">", "^", "=", "*<", "é>", "_^", "0=", "0<", "x=")
    rows = itertools.product(
        fills, signs, ("", "0"), ("", "1", "7", "12", "25"), ("", ",", "_"), ("", ".0", ".1", ".3", ".17"), kinds
    )
    every = ["".join(row) for row in rows]
    return random.Random(seed).sample(every, len(every))


def _accepted(formats: list[str], example: object) -> list[str]:
    """Those that Python knows too."""
    found = []
    for text in formats:
        try:
            format(example, text)
        except ValueError:
            continue
        found.append(text)
    return found


def _shown(values: list[str], formats: list[str], type_: str, read: str) -> list[str]:
    row = "|".join(f"{{x:{text}}}" for text in formats)
    items = ", ".join(values)
    return run(f'let given: list<{type_}> = [{items}]\nfor v in given {{ let x = {read}\nrender f"{row}" }}').texts


def _random_floats(seed: int, count: int) -> list[str]:
    chooser = random.Random(seed)
    bits = (struct.unpack("<d", chooser.getrandbits(64).to_bytes(8, "little"))[0] for _ in range(count))
    middling = (chooser.uniform(-1e6, 1e6) for _ in range(count))
    ties = (chooser.randrange(-(10**6), 10**6) / 2**k for k in range(1, 12))
    return [repr(x) for x in (*bits, *middling, *ties) if not math.isnan(x)]


@pytest.mark.parametrize("seed", range(4))
def test_floats_are_rounded_and_placed_as_python_does(seed: int) -> None:
    every = _formats("feE%", ("", "+", "-", " "), seed) + [f.replace(".3", "") for f in _formats("f", ("", "+"), seed)]
    formats = _accepted(every, 1.5)[:SAMPLE]
    formats += ["", ">12", "<12,", "012", "012,", "+", "=+15_"]  # the shortest text that reads back
    values = [*FLOATS, *_random_floats(seed, 20)]
    shown = _shown([quote(v) for v in values], formats, "string", "v.to_float() ?? 0.0")
    assert shown == ["|".join(format(float(v), text) for text in formats) for v in values]


@pytest.mark.parametrize("seed", range(3))
def test_ints_in_all_bases_are_placed_as_python_does(seed: int) -> None:
    plain = [text for text in _formats("dxXbo", ("", "+", " ", "#", "+#"), seed) if "." not in text]
    plain = [text for text in plain if not ("#" in text and text.endswith("d"))]  # which Python lets pass
    as_floats = [text for text in _formats("fe%", ("", "+"), seed) if "." in text]
    formats = _accepted(plain, 5)[:SAMPLE] + _accepted(as_floats, 5)[:10] + ["", "5", "<7", "^9,", "08"]
    chooser = random.Random(seed)
    values = [*INTS, *(chooser.randrange(-(2**63), 2**63) >> chooser.randrange(63) for _ in range(20))]
    literals = [f"-{-v}" if v < 0 else str(v) for v in values]
    shown = _shown(literals, formats, "int", "v")
    assert shown == ["|".join(format(v, text) for text in formats) for v in values]


def test_strings_are_cut_and_placed_as_python_does() -> None:
    every = [text for text in _formats("s", ("",), 1) if not set(",_=") & set(text[1:]) and "0" not in text[:3]]
    formats = [*_accepted(every, "x")[:SAMPLE], "", "10", ".2", ">8.3", "_^9"]
    shown = _shown([quote(v) for v in STRINGS], formats, "string", "v")
    assert shown == ["|".join(format(v, text) for text in formats) for v in STRINGS]


def test_other_values_are_placed_as_their_text() -> None:
    shown = run('let d = 10ms\nrender f"{[1, 2]:>8}|{true:<6}|{(1, 2.5):^12}|{d:>6}|{f"{1:02}":>5}|{{}}"').texts
    assert shown == ["  [1, 2]|true  |  (1, 2.5)  |  10ms|   01|{}"]


PROBLEMS = (
    ("1.5", "«q»", "there is no format `q` of a float"),
    ("1.5", "«.2»", "a precision needs a kind"),
    ("1.5", "#«».2f", "`#` is for ints"),
    ("1.5", ".«»f", "stands a number"),
    ("1.5", "8.2f«garbage»", "`garbage` cannot stand here"),
    ("1.5", "«1001».2f", "a width is at most 1000"),
    ("1.5", "«.99999999999999999999»f", "a precision is at most 1000"),
    ("5", "8«.2»", "an int has no digits behind the point"),
    ("5", "«,»x", "`,` is for decimal numbers"),
    ("5", "«g»", "there is no format `g` of an int"),
    ("5", "«#»d", "it shows how the number is written"),
    ('"a"', "«+»5", "`+` is for numbers, and this is `string`"),
    ('"a"', "«=»5", "`=` is for numbers"),
    ('"a"', "«0»5", "`0` is for numbers"),
    ('"a"', "5«d»", "does not fit `string`"),
    ("[1]", "«.2»", "`.2` is for floats and strings"),
)


@pytest.mark.parametrize(("value", "marked", "said"), PROBLEMS)
def test_a_mistake_in_a_format_is_shown_inside_it(value: str, marked: str, said: str) -> None:
    if marked.index("»") == marked.index("«") + 1:  # the mark stands behind the one character that is meant
        marked = f"«{marked[0]}»{marked[3:]}"
    head = f'let x = {value}\nrender f"a {{x:'
    text = head + marked.replace("«", "").replace("»", "") + '}"'
    (found,) = api.compile(text, "program.aefl").problems
    column = len(head.split("\n")[1]) + 1 + marked.index("«")
    length = marked.index("»") - marked.index("«") - 1
    assert (found.code, found.range.column, found.range.end_column) == ("E0232", column, column + length)
    assert said in f"{found.message} {found.note}"


def test_a_mistake_in_a_format_has_a_fix_where_one_is_likely() -> None:
    assert fixed('let x = 1.5\nrender f"{x:8.2}"') == 'let x = 1.5\nrender f"{x:8.2f}"'
    assert fixed('let x = 5\nrender f"{x:,x}"') == 'let x = 5\nrender f"{x:_x}"'
    assert "match" in problem('let x = [1].first()\nrender f"{x:d}"')
