"""LANGUAGE §2: comments, lines, literals, words, and braces."""

from __future__ import annotations

import pytest

from tests.engine.language.running import expect, fixed, problem, problems


def test_comments_nest_and_start_everywhere() -> None:
    expect(
        """
        /* outer /* inner */ still a comment */
        let a = 4 // 2 is not divided by
        render a  // => 4
        render 10 /* here too */ / 3  // => 3
        """
    )


def test_a_line_that_starts_with_an_operator_or_a_point_goes_on() -> None:
    expect(
        """
        let total = 10
            - 3
            -2
            + 1
            * 2
        render total  // => 7
        let text = "abc"
            .upper()
            .reverse()
        render text  // => CBA
        let both = true
            and not false
        render both  // => true
        """
    )


def test_a_line_that_starts_with_a_minus_is_an_entry_or_arm_of_its_own_where_lines_separate_them() -> None:
    expect(
        """
        let value = match 1 {
            5 => "five"
            -1 => "minus one"
            1 => {
                let a = 7
                    - 2
                string(a)
            }
            _ => "other"
        }
        render value  // => 5
        let d = {
            1: 2
            -1: 3
        }
        render d  // => {1: 2, -1: 3}
        """
    )


def test_a_newline_in_brackets_ends_nothing() -> None:
    expect(
        """
        let xs = [
            1,
            2
                + 3,
        ]
        fn add(
            a: int,
            b: int,
        ) -> int { return (a
            + b) }
        render add(
            xs[0],
            xs[
                1
            ]
        )  // => 6
        """
    )


def test_statements_end_at_semicolons_too() -> None:
    expect("let a = 1;; let b = 2; render a; render b;\n// => 1\n// => 2")


def test_fields_arms_and_entries_are_separated_by_commas_or_newlines() -> None:
    expect(
        """
        struct Point {
            x: int
            y: int = 2

            z: int, w: int = 4
        }
        let p = Point(x: 1, z: 3)
        let word = match p.x { 1 => "one", _ => "more" }
        let d = {
            "a": 1
            "b": 2, "c": 3,
        }
        render p     // => Point(x: 1, y: 2, z: 3, w: 4)
        render word  // => one
        render d     // => {"a": 1, "b": 2, "c": 3}
        """
    )


def test_numbers_and_durations() -> None:
    expect(
        """
        render [1_000, 0xff, 0b1010, 0xFFFF_FFFF, 9223372036854775807, -9223372036854775808]
        // => [1000, 255, 10, 4294967295, 9223372036854775807, -9223372036854775808]
        render [1.5, 1e-3, 2.5e10, 1_0.5_0]  // => [1.5, 0.001, 25000000000.0, 10.5]
        render [250us, 10ms, 5s, 2m, 1h, 3 ticks]  // => [250us, 10ms, 5s, 2m, 1h, 3ms]
        """
    )


def test_strings_and_their_escapes() -> None:
    expect(
        r"""
        render "text\t\u{1F300} \"quoted\" \\ é"  // => text	🌀 "quoted" \ é
        render "two\nlines".lines()               // => ["two", "lines"]
        let größe = 3
        render größe                              // => 3
        """
    )


def test_f_strings_hold_any_expression() -> None:
    expect(
        """
        let name = "ada"
        let n = 3
        render f"hello {name}, {n + 1}: {[n, n]} {{literal}}"  // => hello ada, 4: [3, 3] {literal}
        render f"{f"{n}{name}"} {if n == 3 { "three" } else { "?" }} {"{" + "}"}"  // => 3ada three {}
        let d = {"k": 1}
        render f"{d["k"]}{match n { 3 => "!", _ => "?" }}"  // => 1!
        """
    )


def test_a_format_in_an_f_string_says_how_a_value_is_shown() -> None:
    expect('let x = 2.0\nrender f"{x / 3.0:>8.3f}|{"a":*^5}"  // =>    0.667|**a**')


def test_contextual_words_are_names_elsewhere() -> None:
    expect(
        """
        let timeline = 1
        let distributed = 2
        let node = 4
        let model = 8
        let payload = 16
        let tick = 32
        let at = 64
        var state = 128
        state += timeline + distributed + node + model + payload + tick + at
        render state  // => 255
        fn named(state: int, model: int) -> int { return state - model }
        render named(state: 3, model: 1)  // => 2
        """
    )


@pytest.mark.parametrize("word", ["let", "actor", "on", "spawn", "match", "none", "every", "flow", "expect"])
def test_words_of_the_language_are_no_names(word: str) -> None:
    assert f"`{word}` is a word of the language" in problem(f"let {word} = 1")


DICTS_IN_HEADS = {
    'render {"a": 1}': "a dict wants its own braces inside them: `render {{…}}`",
    "render {1, 2}": "a set wants its own braces inside them: `render {{…}}`",
    'if {"a": 1} == d { render 1 }': "a dict or set wants parentheses around it",
    'while {"a": 1} == d { break }': "a dict or set wants parentheses around it",
    "for k in {1, 2} { render k }": "a dict or set wants parentheses around it",
    'for k in {"a": 1} { render k }': "a dict or set wants parentheses around it",
    'match {"a": 1} { _ => {} }': "a dict or set wants parentheses around it",
    "if 1 in {1, 2} and true { render 1 }": "a dict or set wants parentheses around it",
}


@pytest.mark.parametrize("line", DICTS_IN_HEADS)
def test_a_brace_after_the_head_of_a_form_opens_its_block_and_the_diagnostic_says_so(line: str) -> None:
    text = f'let d = {{"a": 1}}\n{line}'
    assert DICTS_IN_HEADS[line] in problem(text)
    assert problems(fixed(text)) == []


def test_a_dict_with_its_own_braces_can_be_rendered() -> None:
    expect('render {{"a": 1}}\n// => {"a": 1}\nrender ({1, 2})\n// => {1, 2}')


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('let a = "abc', "This string is never closed."),
        ("/* comment", "This comment is never closed."),
        ("let a = 0x", "`0x` is not a number."),
        ("let a = 9223372036854775808", "9223372036854775808 is too large for an int"),
        ("let a = 1e400", "This number is too large for a float."),
        (r'let a = "\q"', r"`\q` is not an escape."),
        (r'let a = "\u{110000}"', r"`\u{110000}` names no character."),
        ('let a = f"{1"', "f-string"),
        ("let a = 1 # no", "Comments start with `//`."),
        ("let a = 'x'", "Strings are written with double quotes."),
        ("let a = true && false", "`&&` is written `and`."),
    ],
)
def test_what_is_no_token_is_one_diagnostic(text: str, message: str) -> None:
    assert message in problem(text)
