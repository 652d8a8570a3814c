"""Case and normal forms of every code point, compared with Python's tables."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.kernel.running import World, start
from tests.engine.stdlib import write_unicode

FORMS = ("NFC", "NFD", "NFKC", "NFKD")
STEP = 8192

PROGRAM = """
actor Sink { on take(texts: list<string>) {} }
actor Probe {
    on ready() {}
    on cases(s: string) { Sink.take([s.upper(), s.lower(), s.title(), s.casefold()]) }
    on forms(s: string) { Sink.take([s.normalize(form) for form in ["NFC", "NFD", "NFKC", "NFKD"]]) }
    on kinds(s: string) {
        let answers = [
            [c.is_alpha() for c in s], [c.is_digit() for c in s], [c.is_numeric() for c in s],
            [c.is_alnum() for c in s], [c.is_upper() for c in s], [c.is_lower() for c in s], [c.is_space() for c in s],
        ]
        Sink.take([digits(column) for column in answers])
    }
    on whole(s: string) {
        Sink.take([digits([s.is_alpha(), s.is_digit(), s.is_numeric(), s.is_alnum(), s.is_upper(), s.is_lower(),
            s.is_space()])])
    }
}
fn digits(answers: list<bool>) -> string { return [if a { "1" } else { "0" } for a in answers].join("") }
Probe.ready()
"""

QUESTIONS = (str.isalpha, str.isdigit, str.isnumeric, str.isalnum, str.isupper, str.islower, str.isspace)

pytestmark = pytest.mark.skipif(
    unicodedata.unidata_version != write_unicode.VERSION, reason="this Python has the tables of another Unicode"
)


@pytest.fixture(scope="module")
def world() -> World:
    world = start(PROGRAM, logging=2)
    world.run()
    return world


def _asked(world: World, handler: str, text: str) -> list[str]:
    world.payloads.clear()
    world.tell("Probe", handler, text)
    world.run()
    found = msgpack.unpackb(world.payloads[-1])
    assert isinstance(found, list)
    return found


def _blocks() -> Iterator[str]:
    """All characters, in parts."""
    for first in range(0, 0x110000, STEP):
        yield "".join(chr(code) for code in range(first, first + STEP) if not 0xD800 <= code < 0xE000)


def test_the_tables_are_what_the_script_writes() -> None:
    assert write_unicode.TARGET.read_text(encoding="utf-8") == write_unicode.written()


def test_every_characters_cases_are_pythons(world: World) -> None:
    for block in _blocks():
        text = "|".join(block)
        assert _asked(world, "cases", text) == [text.upper(), text.lower(), text.title(), text.casefold()]


def test_every_characters_normal_forms_are_pythons(world: World) -> None:
    for block in _blocks():
        text = "|".join(block)
        assert _asked(world, "forms", text) == [unicodedata.normalize(form, text) for form in FORMS]


def test_every_characters_kinds_are_pythons(world: World) -> None:
    for block in _blocks():
        expected = ["".join("01"[question(char)] for char in block) for question in QUESTIONS]
        assert _asked(world, "kinds", block) == expected


MARKS = st.text(
    "aeàÀẹΣςσΟß.' \u0345\u02b0ªǅ\u0301\u0323\u0307\u0327\u1100\u1161\u11a8\uac00\ufb01\u0958ﷺ1²½", max_size=12
)


@settings(max_examples=400, deadline=None)
@given(text=MARKS)
def test_texts_of_letters_and_marks_are_treated_as_by_python(world: World, text: str) -> None:
    assert _asked(world, "cases", text) == [text.upper(), text.lower(), text.title(), text.casefold()]
    assert _asked(world, "forms", text) == [unicodedata.normalize(form, text) for form in FORMS]
    assert _asked(world, "whole", text) == ["".join("01"[question(text)] for question in QUESTIONS)]


def test_ten_thousand_marks_are_put_in_order(world: World) -> None:
    text = "e" + "\u0301\u0323" * 5000
    assert _asked(world, "forms", text)[1] == unicodedata.normalize("NFD", text)


def test_tables_are_only_in_programs_that_use_them() -> None:
    small = len(start("render 1").program.wasm)
    upper = len(start('render "ä".upper()').program.wasm)
    normal = len(start('render "ä".normalize()').program.wasm)
    trimmed = len(start('render " a ".trim()').program.wasm)
    assert trimmed - small < 2_000
    assert 10_000 < upper - small < 20_000
    assert normal - small > 40_000
