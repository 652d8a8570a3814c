"""The outline of a file, whole or broken."""

from __future__ import annotations

from engine.base.source import SourceFile
from engine.compiler.syntax.outline import OutlineEntry, outline
from engine.compiler.syntax.parser import parse
from tests.engine.syntax.test_recovery import PROGRAM


def outline_of(text: str) -> tuple[OutlineEntry, ...]:
    source = SourceFile("program.aefl", text)
    return outline(parse(source)[0], source)


def lines(entries: tuple[OutlineEntry, ...], indent: str = "") -> list[str]:
    found = []
    for entry in entries:
        found.append(f"{indent}{entry.kind} {entry.name}{entry.detail and ' ' + entry.detail}")
        found += lines(entry.children, indent + "  ")
    return found


def test_the_outline_lists_what_is_declared_with_its_parts() -> None:
    assert lines(outline_of(PROGRAM)) == [
        "struct Order",
        "  variable id int",
        "  variable qty int",
        "function total (orders: list<Order>) -> int",
        "actor Shop (start: int = 0)",
        "  state orders list<Order>",
        "  state open bool",
        "  handler order (id: int, qty: int) -> int",
        "  timer every 10ms",
        "  handler close ()",
        "variable shop",
        "test adds up",
    ]


def test_an_expectation_shows_who_sends_to_whom() -> None:
    text = "expect timeline {\n    node A -> b payload 1\n    node b -> C at 5ms\n}"
    assert lines(outline_of(text)) == ["expectation expect timeline A -> b, b -> C"]


def test_a_broken_file_has_the_same_outline() -> None:
    broken = PROGRAM.replace("return sum\n}", "return sum +\n").replace('fail "closed" }', "fail ")
    assert [entry.name for entry in outline_of(broken)] == [entry.name for entry in outline_of(PROGRAM)]


def test_names_bound_together_are_entries_of_their_own() -> None:
    assert lines(outline_of("let (a, (b, _)) = t")) == ["variable a", "variable b"]


def test_an_entry_covers_its_whole_declaration() -> None:
    text = "let x = 1\nfn f() {\n}\n"
    entry = outline_of(text)[1]
    assert text[entry.span.start : entry.span.end] == "fn f() {\n}"


def test_long_details_are_cut() -> None:
    (entry,) = outline_of("let x: (" + ", ".join(["string"] * 40) + ") = y")
    assert entry.detail.endswith("…")
    assert len(entry.detail) < 100
