"""One mistake is one error, and the rest of the file keeps its meaning."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.base.diagnostics import Diagnostic
from engine.base.source import SourceFile
from engine.compiler.syntax import ast, codes
from engine.compiler.syntax.lexer import tokenize
from engine.compiler.syntax.parser import PROBLEMS_MAX, parse
from engine.compiler.syntax.tokens import Token
from tests.engine.syntax.sketch import sketch

PROGRAM = """\
struct Order {
    id: int
    qty: int = 1
}

fn total(orders: list<Order>) -> int {
    var sum = 0
    for order in orders {
        if order.qty > 0 {
            sum += order.qty
        } else if order.id == 0 {
            sum += 1
        } else {
            continue
        }
    }
    return sum
}

actor Shop(start: int = 0) {
    state orders: list<Order> = []
    state open: bool = true
    on order(id: int, qty: int) -> int {
        if not open { fail "closed" }
        orders.push(Order(id: id, qty: qty))
        render {total(orders)}
    }
    every 10ms {
        render {f"{orders.len()} orders"}
    }
    on close() {
        open = false
        stop
    }
}

let shop = spawn Shop(5)
shop.order(1, 2)
render timeline {
    node Shop -> Bank at 10ms payload {"items": [1, 2]}
}
test "adds up" {
    assert total([Order(id: 1)]) == 1
}
"""


def problems(text: str, library: bool = False) -> list[Diagnostic]:
    return parse(SourceFile("program.aefl", text), library)[1]


def declared(text: str) -> list[str]:
    """The names of all that a text declares, with those of an actor's members."""
    found = []
    for item in parse(SourceFile("program.aefl", text))[0].items:
        if isinstance(item, ast.ActorDecl):
            found += [item.name.text, *(s.name.text for s in item.states), *(h.name.text for h in item.handlers)]
        elif isinstance(item, ast.FnDecl | ast.StructDecl):
            found.append(item.name.text)
        elif isinstance(item, ast.LetStmt | ast.TestDecl):
            found.append(sketch(item.pattern) if isinstance(item, ast.LetStmt) else item.title.value)
    return found


BRACKETS = [t for t in tokenize(PROGRAM)[0] if t.kind in ("(", ")", "[", "]", "{", "}")]
PLACES = [f"{t.kind} of line {PROGRAM.count(chr(10), 0, t.start) + 1}" for t in BRACKETS]


@pytest.mark.parametrize("token", BRACKETS, ids=PLACES)
def test_a_missing_bracket_is_one_error_near_its_place(token: Token) -> None:
    start = token.start
    found = problems(PROGRAM[:start] + PROGRAM[start + 1 :])
    assert len(found) == 1, found


@pytest.mark.parametrize("token", BRACKETS, ids=PLACES)
def test_a_bracket_too_many_is_one_error(token: Token) -> None:
    start = token.start
    found = problems(PROGRAM[:start] + PROGRAM[start] + PROGRAM[start:])
    assert len(found) == 1, found


@pytest.mark.parametrize("brace", [t for t in BRACKETS if t.kind == "}"], ids=[p for p in PLACES if p[0] == "}"])
def test_without_a_closing_brace_everything_is_still_declared(brace: Token) -> None:
    assert declared(PROGRAM[: brace.start] + PROGRAM[brace.start + 1 :]) == declared(PROGRAM)


def test_the_indentation_says_where_a_brace_is_missing() -> None:
    text = "actor A {\n    on f() {\n        render {1}\n\n    on g() { render {2} }\n}\nfn h() { }\n"
    (found,) = problems(text)
    assert found.code == "E0010"
    assert found.note == "Going by the indentation, its `}` is missing after line 3."
    assert found.fix is not None
    assert not problems(text[: found.fix.span.start] + found.fix.text + text[found.fix.span.end :])


def test_a_correct_file_means_what_its_brackets_say_however_it_is_indented() -> None:
    flat = "\n".join(line.lstrip() for line in PROGRAM.splitlines())
    assert not problems(flat)
    assert declared(flat) == declared(PROGRAM)


def test_every_broken_line_is_told_and_the_others_are_read() -> None:
    text = "let a = \nlet b = 1 +\nlet c = 3\nlet d: = 4\nfoo(1 2)\nlet e = 5\n"
    found = problems(text)
    assert [text.count("\n", 0, d.span.start) + 1 for d in found] == [1, 2, 4, 5]
    assert declared(text) == ["a", "b", "c", "e"]


@pytest.mark.parametrize(
    ("text", "code", "repaired"),
    [
        ("if x = 1 { }", "E0026", "if x == 1 { }"),
        ('render {"a": 1}', "E0030", 'render {{"a": 1}}'),
        ("if {1: 2} == d { }", "E0030", "if ({1: 2}) == d { }"),
        ("let a = b && c", "E0007", "let a = b and c"),
        ("let a = !b", "E0007", "let a = not b"),
        ("let a = 'x'", "E0001", 'let a = "x"'),
        ('let a = "x', "E0002", 'let a = "x"'),
        ('let a = f"{x"', "E0006", 'let a = f"{x}"'),
        ("let a = b < c < d", "E0027", "let a = b < c and c < d"),
        ("let a = f(x = 1)", "E0020", "let a = f(x: 1)"),
        ("let a = [1 2]", "E0020", "let a = [1, 2]"),
        ("struct S { a: int; b: int }", "E0031", "struct S { a: int, b: int }"),
        ("a() b()", "E0025", "a(); b()"),
        ("def f() { }", "E0032", "fn f() { }"),
        ("if a { } elif b { }", "E0032", "if a { } else if b { }"),
        ("fn f(x int) { }", "E0020", "fn f(x: int) { }"),
        ("actor A { on f { } }", "E0020", "actor A { on f() { } }"),
        ("actor A { f() { } }", "E0050", "actor A { on f() { } }"),
        ("actor A { count: int = 0 }", "E0050", "actor A { state count: int = 0 }"),
        ("actor A { var count: int = 0 }", "E0050", "actor A { state count: int = 0 }"),
        ("state count: int = 0", "E0050", "var count: int = 0"),
        ("spawn A", "E0020", "spawn A()"),
        ("let a = b.map(x => x)", "E0032", "let a = b.map(fn(x) => x)"),
        ("let a = b.map((x) => x)", "E0032", "let a = b.map(fn(x) => x)"),
        ("let a = f(0, (x, y) => x + y)", "E0032", "let a = f(0, fn(x, y) => x + y)"),
        ("fn f() {\n    a()\n", "E0010", "fn f() {\n    a()\n}\n"),
        ("fn f()\n    a()\n}\n", "E0012", "fn f() {\n    a()\n}\n"),
        ("fn f() a() }\n", "E0020", "fn f() { a() }\n"),
        ("f(1, 2\ng()\n", "E0010", "f(1, 2)\ng()\n"),
        ("a()\n}\n", "E0011", "a()\n\n"),
    ],
)
def test_the_offered_fix_mends_the_text(text: str, code: str, repaired: str) -> None:
    (found,) = problems(text)
    assert found.code == code
    assert found.fix is not None
    assert text[: found.fix.span.start] + found.fix.text + text[found.fix.span.end :] == repaired
    assert not problems(repaired)


def test_a_function_inside_a_block_or_actor_is_reported_once_and_known_everywhere() -> None:
    text = "actor A {\n    fn f() { }\n    on g() { fn h() { } }\n}\n"
    assert [d.code for d in problems(text)] == ["E0050", "E0050"]
    assert declared(text) == ["A", "g", "f", "h"]


def test_a_handler_outside_of_an_actor_is_reported_once() -> None:
    assert [d.code for d in problems("on f(x: int) { render {x} }\nlet y = 1")] == ["E0050"]


def test_what_is_missing_at_the_end_of_a_line_is_told_there() -> None:
    (found,) = problems("let x =\n}")[:1]
    assert (found.span.start, found.span.end) == (6, 7)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000 + "1" + ")" * 10_000,
        "[" * 10_000 + "]" * 10_000,
        "let x: " + "(" * 10_000 + ")" * 10_000 + " = 1",
        "f(" * 10_000 + ")" * 10_000,
        "{" * 10_000 + "}" * 10_000,
        "not " * 10_000 + "x",
        "-" * 10_000 + "x",
        "x" + " + 1" * 10_000,
        "x" + ".y" * 10_000,
        "x" + "[0]" * 10_000,
        "let x: int" + "?" * 10_000 + " = 1",
        "if a { }" + " else if a { }" * 10_000,
        "fn() { " * 10_000 + "}" * 10_000,
        "match x { a => " * 10_000 + "}" * 10_000,
        "(a or b and c == d ?? e | f ^ g & h << i + j * " * 5_000 + "k" + ")" * 5_000,
    ],
    ids=lambda text: text[:20],
)
def test_what_is_nested_too_deeply_is_an_error_and_not_a_crash(text: str) -> None:
    assert "E0040" in [d.code for d in problems(text)]


@pytest.mark.parametrize(
    "text", ["(" * 10_000, 'f"{' * 10_000, "{\n" * 10_000, "}\n" * 10_000, "(" * 5_000 + "}" * 5_000]
)
def test_brackets_without_partners_are_an_error_and_not_a_crash(text: str) -> None:
    assert problems(text)


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("let a = new Bucket(1)", "an actor with `spawn Name()`"),
        ("use std.time", "`import name`"),
        ("try { f() }", "There are no exceptions"),
        ("let a = b ? c : d", "`if a { b } else { c }`"),
    ],
)
def test_forms_of_other_languages_are_told_how_they_are_written_here(text: str, note: str) -> None:
    first = problems(text)[0]
    assert first.code == "E0025"
    assert note in first.note


def test_a_file_of_nothing_but_mistakes_gives_a_list_that_a_person_can_read() -> None:
    found = problems("$\n" * 5_000)
    assert len(found) == PROBLEMS_MAX + 1
    assert found[-1].code == "E0099"


def test_diagnostics_come_in_the_order_of_the_text_and_name_their_file() -> None:
    found = problems("let a = $\nlet b = )\nlet c = \n")
    assert [d.span.start for d in found] == sorted(d.span.start for d in found)
    assert {d.file for d in found} == {"program.aefl"}


def test_every_code_that_is_reported_has_a_title_and_every_title_is_used() -> None:
    folder = Path(codes.__file__).parent
    used = {
        code
        for file in folder.glob("*.py")
        if file.name != "codes.py"
        for code in re.findall(r'"(E0\d\d\d)"', file.read_text(encoding="utf-8"))
    }
    assert used == set(codes.CODES)
