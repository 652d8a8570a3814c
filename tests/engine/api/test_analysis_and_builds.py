"""The boundary speaks in lines, columns and words of an editor."""

from __future__ import annotations

from engine import api
from tests.engine.timetravel.programs import BANK

BROKEN = """\
actor Auth {
    on login(user: string) {
        render {"User: " + usr}
    }
}
let x: int = "no"
"""


def test_problems_have_lines_columns_and_codes() -> None:
    analysis = api.analyse(BROKEN, "broken.aefl")
    assert not analysis.ok
    places = [(p.range.line, p.range.column, p.range.end_line, p.range.end_column) for p in analysis.problems]
    assert places == [(3, 28, 3, 31), (6, 14, 6, 18)]
    assert all(problem.file == "broken.aefl" and problem.code.startswith("E") for problem in analysis.problems)


def test_a_broken_text_still_has_an_outline() -> None:
    analysis = api.analyse(BROKEN + "actor Half { state n: int = 1\n on go(", "broken.aefl")
    assert not analysis.ok
    assert [symbol.name for symbol in analysis.outline][:1] == ["Auth"]
    assert [(child.name, child.kind, child.detail) for child in analysis.outline[0].children] == [
        ("login", "handler", "(user: string)")
    ]


def test_the_outline_names_everything_with_its_kind() -> None:
    text = (
        "struct Order { id: int }\nfn twice(n: int) -> int { return n * 2 }\n"
        'agent Helper { model "m"\n on ask(q: string) { render {q} } }\n'
        "actor Clock(period: int = 1) { state beats: int = 0\n every 10ms { beats += 1 } }\nlet c = spawn Clock()\n"
    )
    rows = [(symbol.name, symbol.kind, symbol.detail) for symbol in api.analyse(text, "x.aefl").outline]
    assert rows == [
        ("Order", "struct", ""),
        ("twice", "function", "(n: int) -> int"),
        ("Helper", "agent", "()"),
        ("Clock", "actor", "(period: int = 1)"),
        ("c", "variable", ""),
    ]
    clock = api.analyse(text, "x.aefl").outline[3]
    assert [(child.name, child.kind) for child in clock.children] == [("beats", "state"), ("every 10ms", "timer")]


def test_a_build_has_a_program_its_summary_and_its_ir() -> None:
    build = api.compile(BANK, "bank.aefl")
    assert build.problems == ()
    assert build.program is not None
    assert build.summary is not None
    assert build.summary.file == "bank.aefl"
    assert "Account.on:deposit" in build.program.ir_text
    assert len(build.program.digest) == 64


def test_a_text_with_mistakes_builds_nothing() -> None:
    build = api.compile(BROKEN, "broken.aefl")
    assert build.program is None
    assert build.summary is None
    assert len(build.problems) == 2


def test_without_caches_everything_is_the_same() -> None:
    build = api.compile(BANK, "bank.aefl")
    with api.without_caches():
        again = api.compile(BANK, "bank.aefl")
    assert build.program is not None
    assert again.program is not None
    assert build.program.digest == again.program.digest
    assert build.program.metadata == again.program.metadata
