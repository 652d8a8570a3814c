"""What a few lines ask for is never exponential work: they compile, or a diagnostic says what is too large.

Each program here is a row of lines of which each would be twice as much as the one before.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine import api
from tests.conformance.corpus import Settings
from tests.conformance.observation import compiled_text, difference
from tests.engine.counting import calls_of
from tests.engine.language.running import run


def _rows(first: str, line: Callable[[int], str], last: Callable[[int], str]) -> Callable[[int], str]:
    return lambda count: "\n".join([first, *(line(i) for i in range(1, count)), last(count - 1)])


GENERIC = "struct P<T> { a: T, b: T }\n"

DOUBLING: dict[str, Callable[[int], str]] = {
    "tuples": _rows("let v0 = 1", lambda i: f"let v{i} = (v{i - 1}, v{i - 1})", lambda i: "render 1"),
    "structs of structs": _rows(
        GENERIC + "let v0 = 1", lambda i: f"let v{i} = P(v{i - 1}, v{i - 1})", lambda i: "render 1"
    ),
    "functions that give pairs": _rows(
        "let f0 = fn() => 1", lambda i: f"let f{i} = fn() => (f{i - 1}(), f{i - 1}())", lambda i: "render 1"
    ),
    "types of items not known yet": _rows(
        "fn f() {\nvar v0 = []", lambda i: f"let v{i} = (v{i - 1}, v{i - 1})", lambda i: "v0.push(1)\n}"
    ),
    "names of types": _rows(
        "type A0 = int", lambda i: f"type A{i} = (A{i - 1}, A{i - 1})", lambda i: f"fn f(a: A{i}) {{}}"
    ),
    "fields of generic structs": _rows(
        "struct S0<T> { a: T }",
        lambda i: f"struct S{i}<T> {{ a: S{i - 1}<list<T>>, b: S{i - 1}<set<T>> }}",
        lambda i: f"fn f(s: S{i}<int>) {{}}",
    ),
    "fields with large type arguments": _rows(
        "struct S0<T> { a: (T, T) }",
        lambda i: f"struct S{i}<T> {{ a: S{i - 1}<(T, T)> }}",
        lambda i: f"fn f(s: S{i}<int>) {{}}",
    ),
    "fields of structs": _rows(
        "struct S0 { a: int }",
        lambda i: f"struct S{i} {{ a: S{i - 1}, b: S{i - 1} }}",
        lambda i: f"fn f(x: S{i}, y: S{i}) -> bool {{ return x == y }}\nactor A {{ state s: S{i}? = none }}\nlet a = A",
    ),
    "generic functions of two types": _rows(
        "fn f0<T>(x: T) {}",
        lambda i: f"fn f{i}<T>(x: T) {{\nf{i - 1}([x])\nf{i - 1}({{x}})\n}}",
        lambda i: f"f{i}(1)",
    ),
    "generic functions of larger types": _rows(
        "fn f0<T>(x: T) {}", lambda i: f"fn f{i}<T>(x: T) {{ f{i - 1}((x, x)) }}", lambda i: f"f{i}(1)"
    ),
    "functions that call one twice": _rows(
        "fn f0(x: list<int>) -> list<int> { return x }",
        lambda i: f"fn f{i}(x: list<int>) -> list<int> {{ return f{i - 1}(x) + f{i - 1}(x) }}",
        lambda i: f"if now() > 5 {{ f{i}([1]) }}",
    ),
    "fixed texts": _rows(
        'let A0 = "sixteen letters."', lambda i: f"let A{i} = A{i - 1} + A{i - 1}", lambda i: "render 1"
    ),
    "fixed sums": _rows("let A0 = 1", lambda i: f"let A{i} = A{i - 1} + A{i - 1}", lambda i: "render 1"),
    "fixed lists that a function uses": _rows(
        "let A0 = [1]",
        lambda i: f"let A{i} = [A{i - 1}, A{i - 1}]",
        lambda i: f"fn f() -> int {{ return A{i}.len() }}\nrender f()",
    ),
    "fixed trees that a function uses": _rows(
        "enum E { L, N(a: E, b: E) }\nlet A0 = E.L",
        lambda i: f"let A{i} = E.N(A{i - 1}, A{i - 1})",
        lambda i: f"fn f() -> bool {{ return A{i} == E.L }}\nrender f()",
    ),
    "default values of fields": _rows(
        "struct S0 { a: int = 1 }",
        lambda i: f"struct S{i} {{ a: S{i - 1} = S{i - 1}(), b: S{i - 1} = S{i - 1}() }}",
        lambda i: f"let s = S{i}()",
    ),
    "default values of parameters": _rows(
        "fn f0(a: int = 1) -> int { return a }",
        lambda i: f"fn f{i}(a: int = f{i - 1}(), b: int = f{i - 1}()) -> int {{ return a + b }}",
        lambda i: f"render f{i}()",
    ),
}


@pytest.mark.parametrize("kind", DOUBLING)
def test_lines_that_double_what_is_before_are_work_by_their_number(kind: str) -> None:
    api.compile("render 1", "warm.aefl")

    def compile_lines(count: int) -> None:
        build = api.compile(DOUBLING[kind](count), "rows.aefl")
        assert build.program is not None or build.problems
        assert all(problem.code in ("E0230", "E0231", "E0222") for problem in build.problems if build.program is None)

    few, many = (calls_of(lambda n=n: compile_lines(n), most=6_000_000) for n in (24, 40))
    assert many < 3 * few + 100_000


def _problem(text: str) -> api.Problem:
    (problem,) = [p for p in api.analyse(text, "large.aefl").problems if p.severity == "error"]
    return problem


def test_a_type_that_is_too_large_is_reported_where_it_comes_to_be() -> None:
    problem = _problem(DOUBLING["tuples"](20))
    assert (problem.code, problem.range.line, problem.range.column) == ("E0231", 9, 10)
    assert problem.message == "the type of this is too large: it consists of more than 256 types"
    assert _problem(DOUBLING["names of types"](9)).range.line == 9


def test_a_fixed_value_with_too_many_parts_is_reported_where_it_is_used() -> None:
    problem = _problem(DOUBLING["fixed lists that a function uses"](22))
    assert (problem.code, problem.range.line) == ("E0231", 23)
    assert problem.message == "the value of `A21` has more than 1,000,000 parts, too many to be used everywhere"


def test_default_values_that_need_too_many_others_are_reported() -> None:
    message = "this default value needs more than 500 others, or itself"
    found = [p.message for p in api.analyse("fn f(a: int = f()) -> int { return a }\nrender f()", "a.aefl").problems]
    assert message in found


def test_a_large_fixed_value_is_the_same_in_every_place() -> None:
    numbers = ", ".join(str(n) for n in range(200))
    text = f"""
    let NUMBERS = [{numbers}]
    let TWICE = [NUMBERS, NUMBERS]
    let NAMES = {{{", ".join(f'"k{n}": [{n}]' for n in range(100))}}}
    fn total() -> int {{
        var own = NUMBERS
        own[0] = 1000
        return sum(own) + sum(NUMBERS) + TWICE[1].len()
    }}
    actor A {{
        state mine = NAMES
        on add() {{ mine["k1"].push(7) ; render mine["k1"].len() + NAMES["k1"].len() }}
    }}
    render total()
    A.add()
    A.add()
    """
    assert run(text).texts == ["41000", "3", "4"]


@pytest.mark.parametrize("number", ["0x" + "f" * 10_000, "0b" + "1" * 20_000, "9" * 100_000])
def test_a_number_of_many_digits_is_too_large(number: str) -> None:
    problem = _problem(f"render {number}")
    assert (problem.code, problem.message) == ("E0202", "this number is too large for an int")
    assert api.format_text(f"render {number}\n", "a.aefl").text == f"render {number}\n"


def test_zeros_before_a_number_do_not_count() -> None:
    zeros = "0" * 1000
    assert run(f"render {zeros}12\nrender 0x{zeros}c\nrender 0b{zeros}1100\nrender (1, 2).{zeros}1").texts == [
        "12", "12", "12", "2"
    ]  # fmt: skip


def test_an_item_of_a_tuple_with_many_digits_is_not_there() -> None:
    assert _problem(f"render (1, 2).{'9' * 10_000}").code == "E0104"


ROWS = 5_000


def _joined(operator: str, part: Callable[[int], str]) -> str:
    return f" {operator} ".join(part(i) for i in range(ROWS))


LONG: dict[str, tuple[str, str]] = {
    "sums of ints": (f"fn f(n: int) -> int {{ return {_joined('+', lambda i: 'n')} }}\nrender f(3)", "15000"),
    "sums of floats": (f"fn f(x: float) -> float {{ return {_joined('+', lambda i: 'x')} }}\nrender f(0.5)", "2500.0"),
    "joined strings": (
        f'fn f(s: string) -> string {{ return {_joined("+", lambda i: "s")} }}\nrender f("ab").len()',
        "10000",
    ),
    "and": (f"fn f(n: int) -> bool {{ return {_joined('and', lambda i: f'n != {i}')} }}\nrender f(4999)", "false"),
    "or": (f"fn f(n: int) -> bool {{ return {_joined('or', lambda i: f'n == {i}')} }}\nrender f(4999)", "true"),
    "else if": (
        "fn f(n: int) -> int {\nvar r = 0\n"
        + _joined("else", lambda i: f"if n == {i} {{ r = n + {i} }}")
        + "\nreturn r }\nrender f(4999)",
        "9998",
    ),
    "else if that returns": (
        f"fn f(n: int) -> int {{\n{_joined('else', lambda i: f'if n == {i} {{ return n + {i} }}')}\nreturn -1 }}\n"
        "render f(4999)",
        "9998",
    ),
    "else if as a value": (
        f"fn f(n: int) -> int {{ return {_joined('else', lambda i: f'if n == {i} {{ n + {i} }}')} else {{ 7 }} }}\n"
        "render f(4999) + f(-1)",
        "10005",
    ),
}


@pytest.mark.parametrize("kind", LONG)
def test_a_long_row_is_no_nesting(kind: str) -> None:
    text, shown = LONG[kind]
    assert run(text).texts == [shown]


@pytest.mark.parametrize("kind", LONG)
def test_a_long_row_is_no_nesting_for_the_second_opinion(kind: str) -> None:
    program = compiled_text(LONG[kind][0], "long.aefl").program
    assert program is not None
    assert not difference(program, Settings())


@pytest.mark.parametrize("kind", LONG)
def test_a_long_row_can_be_laid_out(kind: str) -> None:
    assert api.format_text(LONG[kind][0], "long.aefl").text is not None


def test_a_row_that_is_too_long_is_reported_once() -> None:
    for row in ("if a { 1 }" + " else if a { 1 }" * 10_000, "render 1" + " + 1" * 10_000):
        assert [problem.code for problem in api.analyse(f"let a = true\n{row}\n", "long.aefl").problems] == ["E0040"]
