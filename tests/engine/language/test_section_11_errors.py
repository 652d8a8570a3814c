"""LANGUAGE §11: a code, a range, plain words, often a note and a fix; one mistake gives one error."""

from __future__ import annotations

import pytest

from engine import api
from tests.engine.language.running import fixed, problem, problems

HABITS = {
    'print("x")': "`render` shows a value",
    "let x = null": "it is written `none` here",
    "let x = True": "it is written `true` here",
    'let n = len("abc")': "write `x.len()`",
    'let n = "abc".length': "it is written `len()` here",
    "var xs = [1]\nxs.append(2)": "it is written `push` here",
    "for i in range(10) { render i }": "a range is written `0..n`",
    "for i in 10 { render i }": "write `for i in 0..10`",
    "let s = 1.5.toString()": "write `string(x)`",
    "var x = 1\nx++": "`x++` is written `x += 1`",
    "fn f(x int) -> int { return x }": "Between a parameter and its type stands `:`",
    "fn f(x: int): int { return x }": "The type of a result stands after `->`",
    "struct P { x: int }\nlet p = P { x: 1 }": "The fields of a struct are given in parentheses",
    "render match 3 { 1 -> 2, _ => 3 }": "After a pattern stands `=>`",
    "every 10 ms { render 1 }": "A duration is written without a blank: `10ms`",
    "actor A { hi() { render 1 } }": "Expected `on` before the handler `hi`",
    "actor A { on hi { render 1 } }": "Expected `()` after `hi`",
    "if 1 == 1 { render 1 } elif 2 == 2 { render 2 }": "`elif` is written `else if`",
    "let x = 3\nx = 4": "declare it with `var`",
    "let x = 1 if 2": "Expected the end of the statement",
    'render "n: " + 1': "put both into an f-string",
    "if 1 = 1 { render 1 }": "to compare, write `==`",
    "let from = 1\nrender from": "`from` is a word of the language",
    "render {1: 2}.len()": "a dict wants its own braces inside them",
}
"""What people write who come from elsewhere, and what they are told."""


@pytest.mark.parametrize("text", HABITS)
def test_the_habits_of_other_languages_get_one_error_that_says_what_to_write(text: str) -> None:
    found = problems(text)
    assert HABITS[text] in found[0]
    assert len(found) == 1 or text.endswith("if 2"), found


@pytest.mark.parametrize(
    "text",
    [
        "let x = null", "let x = True", 'let n = "abc".length', "var xs = [1]\nxs.append(2)", "var x = 1\nx++",
        "fn f(x int) -> int { return x }", "fn f(x: int): int { return x }",
        "struct P { x: int }\nlet p = P { x: 1 }", "render match 3 { 1 -> 2, _ => 3 }", "every 10 ms { render 1 }",
        "actor A { hi() { render 1 } }", "actor A { on hi { render 1 } }", "let x = 3\nx = 4", "let x: float = 1",
        "if 1 = 1 { render 1 }", "if 1 == 1 { render 1 } elif 2 == 2 { render 2 }", "let s = 'abc'",
        "agent R { model llama }", "actor A { }\nlet a = spawn A", "render 1 < 2 < 3", "var xs = [2]\nxs.sort()",
    ],
)  # fmt: skip
def test_a_fix_makes_the_program_right(text: str) -> None:
    before = problems(text)
    if "null" in text:  # then it says that nothing tells the type
        assert "E0209" in problem(fixed(text))
        return
    assert before
    assert [line for line in problems(fixed(text)) if ": E" in line] == []


PROGRAM = """
struct P { x: int, y: int }
fn f(p: P) -> int {
    if p.x > 1 {
        return p.y
    }
    return [p.x, p.y][0]
}
actor A {
    state n: int = 0
    on add(k: int) {
        n += k
        render f"{n} {f(P(x: n, y: 2))}"
    }
}
A.add(3)
"""


@pytest.mark.parametrize("place", [i for i, c in enumerate(PROGRAM) if c in "{}()[]"])
def test_one_missing_bracket_is_one_error_and_the_rest_keeps_its_meaning(place: int) -> None:
    text = PROGRAM[:place] + " " + PROGRAM[place + 1 :]
    analysis = api.analyse(text, "program.aefl")
    errors = [problem for problem in analysis.problems if problem.severity == "error"]
    assert len(errors) == 1, "\n".join(f"{e.range.line}: {e.code} {e.message}" for e in errors)
    lost = {"P", "f", "A"} - {symbol.name for symbol in analysis.outline}
    line = PROGRAM[:place].split("\n")[-1]
    assert all(name in line for name in lost)


def test_every_problem_has_a_place_and_a_code() -> None:
    text = "let a = b\nrender 1 +\nactor A { on x( { }\nfn f() -> Foo { }\nlet d = {}\nA.y()\nrender 5 % 2.0\n"
    for found in api.compile(text, "many.aefl").problems:
        assert (found.file, found.code[0], len(found.code)) == ("many.aefl", "E", 5)
        assert found.message
        assert 1 <= found.range.line <= 8
    assert len(problems(text)) >= 6
