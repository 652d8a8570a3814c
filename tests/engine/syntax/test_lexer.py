"""What the characters of a program mean."""

from __future__ import annotations

import pytest

from engine.compiler.syntax.lexer import tokenize
from engine.compiler.syntax.tokens import END


def kinds(text: str) -> list[str]:
    tokens, diagnostics = tokenize(text)
    assert not diagnostics, diagnostics
    return [f"{t.kind}:{t.text}" if t.kind != t.text else t.kind for t in tokens if t.kind != END]


def line_breaks(text: str) -> list[str]:
    """The tokens before which a statement may end."""
    return [t.text for t in tokenize(text)[0] if t.breaks and t.kind != END][1:]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("10", "integer"),
        ("1_000", "integer"),
        ("0xff", "integer"),
        ("0b1010", "integer"),
        ("1.5", "float number"),
        ("1e-3", "float number"),
        ("2.5E+10", "float number"),
        ("250us", "duration"),
        ("10ms", "duration"),
        ("5s", "duration"),
        ("2m", "duration"),
        ("1h", "duration"),
        ("3 ticks", "duration"),
        ("größe", "name"),
        ("_", "name"),
        ("state", "name"),
        ("agent", "agent"),
    ],
)
def test_a_literal_is_one_token(text: str, kind: str) -> None:
    assert kinds(text) == [kind if kind == text else f"{kind}:{text}"]


def test_a_range_is_not_a_float() -> None:
    assert kinds("0..10") == ["integer:0", "..", "integer:10"]


def test_the_fields_of_a_tuple_in_a_tuple_are_not_a_float() -> None:
    assert kinds("t.0.1") == ["name:t", ".", "integer:0", ".", "integer:1"]


def test_a_method_of_a_number_is_not_a_float() -> None:
    assert kinds("5.max(1)")[:3] == ["integer:5", ".", "name:max"]


def test_bytes_are_ascii_and_escapes() -> None:
    assert kinds(r'b"a\x00\xff\n\\" b') == ["bytes text:a\x00\xff\n\\", "name:b"]


def test_escapes_in_strings_are_resolved() -> None:
    assert kinds(r'"a\n\t\"\\\u{1F300}"') == ['text:a\n\t"\\🌀']


def test_comments_nest_and_end_where_they_say() -> None:
    assert kinds("a /* one /* two */ still */ b // c") == ["name:a", "name:b"]


def test_two_slashes_start_a_comment_everywhere_but_in_a_string() -> None:
    assert kinds('a//b\n"c//d"') == ["name:a", "text:c//d"]


def test_f_strings_hold_texts_and_expressions() -> None:
    assert kinds('f"a {x + 1} {{b}}"') == [
        'f"', "f-string text:a ", "f-string {:{", "name:x", "+", "integer:1", "f-string }:}",
        "f-string text: {b}", 'f-string ":"',
    ]  # fmt: skip


def test_f_strings_hold_strings_dicts_and_other_f_strings() -> None:
    assert kinds('f"{d["k"]} {f"{x}"} {len({1: 2})}"').count("f-string {:{") == 4


def test_an_f_string_takes_a_format_after_a_colon() -> None:
    assert "f-string format:>8.2" in kinds('f"{x:>8.2}"')


@pytest.mark.parametrize("operator", [".foo()", "?.foo", "+ b", "* b", "|> f", "and b", "or b", "?? b", "== b", "in b"])
def test_a_line_that_starts_with_an_operator_goes_on_with_the_line_before(operator: str) -> None:
    assert line_breaks(f"a\n    {operator}") == []


@pytest.mark.parametrize("start", ["-b", "(b)", "[b]", "not b", "b"])
def test_a_line_that_can_start_a_statement_does(start: str) -> None:
    assert len(line_breaks(f"a\n{start}")) == 1


def test_line_breaks_in_parentheses_end_nothing_but_those_in_braces_inside_do() -> None:
    assert line_breaks("f(\na,\nfn() {\nb\nc\n}\n)") == ["b", "c"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("let x = $", "E0001"),
        ("let x = 'a'", "E0001"),
        ("# comment", "E0001"),
        ("let x\u00a0= 1", "E0001"),
        ('let x = "abc', "E0002"),
        ('let x = f"abc', "E0002"),
        ("/* abc", "E0003"),
        ("let x = 12abc", "E0004"),
        ("let x = 1.5s", "E0004"),
        ("let x = 0xzz", "E0004"),
        (r'let x = "\q"', "E0005"),
        (r'let x = b"\u{41}"', "E0005"),
        ('let x = b"é"', "E0005"),
        (r'let x = "\u{110000}"', "E0005"),
        (r'let x = "\u{d800}"', "E0005"),
        ('let x = f"a } b"', "E0006"),
        ('let x = f"a {b"', "E0006"),
        ("let x = a && b", "E0007"),
        ("let x = a || b", "E0007"),
        ("let x = !a", "E0007"),
        ("let x = (1", "E0010"),
        ("let x = 1)", "E0011"),
    ],
)
def test_what_is_wrong_with_the_characters_is_said_once(text: str, code: str) -> None:
    assert [d.code for d in tokenize(text)[1]] == [code]


def test_half_a_character_is_reported_even_in_a_comment() -> None:
    assert [d.code for d in tokenize("// \ud800")[1]] == ["E0001"]


@pytest.mark.parametrize("text", ["f(a[{b", "f(a}", "f(]{)", 'f"{(}"', "}}", 'g(f"{[', "((\n)\n{", "{(]}"])
def test_after_the_lexer_all_brackets_have_their_partner(text: str) -> None:
    pairs = {"(": ")", "[": "]", "{": "}", "f-string {": "f-string }"}
    open_brackets = []
    for token in tokenize(text)[0]:
        if token.kind in pairs:
            open_brackets.append(pairs[token.kind])
        elif token.kind in pairs.values():
            assert open_brackets.pop() == token.kind
    assert not open_brackets
