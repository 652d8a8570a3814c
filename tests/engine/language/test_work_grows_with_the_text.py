"""Four times as much text is about four times as much work, to check, to compile and to format."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine import api
from tests.engine.counting import calls_of
from tests.engine.language.running import run


def _rows(first: str, line: Callable[[int], str], last: str) -> Callable[[int], str]:
    return lambda count: "\n".join([first, *map(line, range(count)), last, ""])


LONG: dict[str, Callable[[int], str]] = {
    "arms on ints": _rows(
        "fn f(n: int) -> int {\n    return match n {",
        lambda i: f"        {i} => {i * i}",
        "        _ => 0\n    }\n}\nrender f(7)",
    ),
    "arms that are statements": _rows(
        "fn f(n: int) {\n    match n {",
        lambda i: f"        {i} => {{ let x = {i} }}",
        "        _ => {}\n    }\n}\nf(7)",
    ),
    "items of a list on a line": lambda count: f"let xs = [{', '.join(map(str, range(count)))}]\nrender xs.len()\n",
    "items of a list": _rows("let xs = [", lambda i: f"    {i},", "]\nrender xs.len()"),
    "entries of a dict": _rows("let xs = {", lambda i: f'    "k{i}": {i},', "}\nrender xs.len()"),
    "texts in a set": _rows("let xs = {", lambda i: f'    "k{i}",', "}\nrender xs.len()"),
    "lists in a list": _rows("let xs = [", lambda i: f"    [{i}, 1],", "]\nrender xs.len()"),
    "functions": _rows("", lambda i: f"fn f{i}(x: int) -> int {{\n    return x * {i}\n}}\n", "render f7(1)"),
    "actors": _rows("", lambda i: f"actor A{i} {{\n    state n = 0\n    on m(x: int) {{ n += x }}\n}}\n", "A7.m(1)"),
    "handlers": _rows("actor A {\n    state n = 0", lambda i: f"    on m{i}(x: int) {{ n += x }}", "}\nA.m7(1)"),
    "states": _rows("actor A {", lambda i: f"    state s{i} = {i}", "    on m() { s7 += 1 }\n}\nA.m()"),
    "statements of a handler": _rows(
        "actor A {\nstate n = 0\non m(x: int) {", lambda i: f"n += x * {i}", "}\n}\nA.m(1)"
    ),
    "calls": _rows("fn f(x: int) {}", lambda i: f"f({i})", ""),
    "names": _rows("fn f(x: int) -> int {", lambda i: f"let v{i} = x + {i}", "return v7\n}\nrender f(1)"),
    "names of the top level": _rows("fn f(x: int) -> int { return x }", lambda i: f"let v{i} = f({i})", "render v7"),
    "fixed values": _rows("", lambda i: f"let V{i} = {i}", "render V7"),
    "structs": _rows("", lambda i: f"struct S{i} {{ a: int, b: string }}", 'render S7(1, "x").a'),
    "structs in structs": _rows(
        "struct S0 { a: int }", lambda i: f"struct S{i + 1} {{ a: S{i}?, b: string }}", 'render S7(none, "x").b'
    ),
    "comments": _rows("// first", lambda i: f"// {i}", "render 1"),
    "comments in lines": _rows("", lambda i: f"render {i} /* {i} */", "render 1"),
    "statements on a line": lambda count: "render 1; " * count + "\n",
    "parts of a text": lambda count: f'let x = 1\nrender f"{"{x} " * count}"\n',
}


@pytest.mark.parametrize("kind", LONG)
def test_work_grows_with_the_text(kind: str) -> None:
    few, many = LONG[kind](80), LONG[kind](320)
    for work in (api.analyse, api.compile, api.format_text):
        work("render 1\n", "warm.aefl")
        empty = calls_of(lambda work=work: work("render 2\n", "a.aefl"))
        small, large = (calls_of(lambda work=work, text=text: work(text, "a.aefl")) for text in (few, many))
        assert large - empty < 6 * (small - empty), work.__name__
    assert api.analyse(many, "a.aefl").ok


def test_all_variants_of_a_large_enum_can_be_matched() -> None:
    def text(count: int) -> str:
        variants = ", ".join(f"V{i}(n: int)" for i in range(count))
        arms = "\n".join(f"        V{i}(n) => n + {i}" for i in range(count))
        match = f"match e {{\n{arms}\n    }}"
        return f"enum E {{ {variants} }}\nfn f(e: E) -> int {{\n    return {match}\n}}\nrender f(E.V7(1))"

    small, large = (calls_of(lambda n=n: api.analyse(text(n), "a.aefl")) for n in (300, 1200))
    assert large < 6 * small
    assert run(text(300)).texts == ["8"]


def test_a_match_on_many_fields_names_the_one_missing_case() -> None:
    fields = ", ".join(f"f{i}: bool" for i in range(30))
    arms = "\n".join(f"C(f{i}: true) => {i}" for i in range(30))
    text = f"struct C {{ {fields} }}\nfn f(c: C) -> int {{ return match c {{\n{arms}\n}} }}"
    found: list[api.Problem] = []
    assert calls_of(lambda: found.extend(api.analyse(text, "a.aefl").problems)) < 1_000_000
    (problem,) = found
    assert problem.code == "E0212"
    assert f"`C({', '.join(['false'] * 30)})`" in problem.message
    assert api.analyse(text.replace("\n} }", "\n_ => 30\n} }"), "a.aefl").problems == ()


def test_a_match_with_too_many_cases_asks_for_an_arm_for_all_others() -> None:
    count = 40
    fields = ", ".join(f"a{i}: bool" for i in range(count))
    wanted = [sorted({i % count, (i * 7 + 3) % count, (i * i + 1) % count}) for i in range(300)]
    arms = [
        ", ".join(("true" if (n + k) % 2 else "false") if k in three else "_" for k in range(count))
        for n, three in enumerate(wanted)
    ]
    rows = "\n".join(f"({arm}) => {n}" for n, arm in enumerate(arms))
    names = ", ".join(f"a{i}" for i in range(count))
    text = f"fn f({fields}) -> int {{\nreturn match ({names}) {{\n{rows}\n}}\n}}\n"
    errors = [p for p in api.analyse(text, "a.aefl").problems if p.severity == "error"]
    assert [(p.code, p.message) for p in errors] == [("E0212", "this `match` has too many cases to go through all")]
    whole = text.replace("\n}\n}", "\n_ => -1\n}\n}")
    assert api.analyse(whole, "a.aefl").ok


@pytest.mark.parametrize("loop", ["for i in 0..n", "while n > 0", "for i in [n]"])
def test_loops_inside_each_other_are_work_by_their_number(loop: str) -> None:
    def nested(depth: int) -> str:
        heads = "".join(f"let a{k} = n\n{loop} {{\ns += a{k}\n" for k in range(depth))
        return f"fn f(n: int) -> int {{\nvar s = 0\n{heads}{'}' * depth}\nreturn s\n}}\nrender f(0)"

    few, many = (calls_of(lambda d=d: api.compile(nested(d), "a.aefl")) for d in (15, 30))
    assert many < 8 * few


def test_loops_that_await_inside_each_other_are_work_by_their_number() -> None:
    def nested(depth: int) -> str:
        locals_ = "\n".join(f"let a{k} = n + {k}" for k in range(depth))
        heads = "".join(f"while s < a{k} {{\ns += await One.one() + a{k}\n" for k in range(depth))
        actor = f"actor A {{\non run(n: int) {{\nvar s = 0\n{locals_}\n{heads}{'}' * depth}\nrender s\n}}\n}}\n"
        return f"actor One {{\non one() -> int {{ render 1 }}\n}}\n{actor}A.run(1)"

    few, many = (calls_of(lambda d=d: api.compile(nested(d), "a.aefl")) for d in (8, 16))
    assert many < 8 * few
