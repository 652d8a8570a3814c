"""Whatever stands in a file, the checker answers with diagnostics."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable

import pytest

from engine.base.source import NOWHERE, SourceFile
from engine.compiler.check import body, checker, report
from engine.compiler.check.checker import check
from engine.compiler.check.report import closest
from engine.compiler.syntax import ast
from engine.compiler.syntax.parser import parse
from tests.engine.check.test_diagnostics import CASES
from tests.engine.check.world import look, open_parts, small_library

PIECES = re.findall(r"\w+|\s+|[^\w\s]", "\n".join(text for _, text, _ in CASES).replace("«", "").replace("»", ""))


def test_every_kind_of_expression_and_statement_has_a_rule() -> None:
    assert checker
    assert set(ast.Expr.__args__) == set(body.EXPRESSIONS)
    assert set(ast.Stmt.__args__) == set(body.STATEMENTS)


@pytest.mark.parametrize("seed", range(60))
def test_a_scrambled_program_gets_diagnostics_and_nothing_else(seed: int) -> None:
    chance = random.Random(seed)
    start = chance.randrange(len(PIECES))
    pieces = PIECES[start : start + chance.randrange(50, 1500)] or ["x"]
    for _ in range(chance.randrange(12)):
        place = chance.randrange(len(pieces))
        if chance.random() < 0.4:
            pieces[place] = chance.choice(PIECES)
        elif chance.random() < 0.5:
            pieces.insert(place, chance.choice(PIECES))
        elif len(pieces) > 1:
            del pieces[place]
    source = SourceFile("scrambled.aefl", "".join(pieces))
    module, problems = parse(source)
    program, diagnostics = check(module, source, small_library())
    for diagnostic in diagnostics:
        assert 0 <= diagnostic.span.start <= diagnostic.span.end <= len(source.text)
    if not any(d.is_error for d in [*problems, *diagnostics]):
        assert open_parts(program) == []


def _nested(depth: int) -> ast.Module:
    """A tree that is deeper than any that the parser makes."""
    value: ast.Expr = ast.BoolLit(NOWHERE, True)
    for _ in range(depth):
        value = ast.Unary(NOWHERE, "not", value)
    return ast.Module(NOWHERE, (ast.RenderStmt(NOWHERE, value),))


def test_a_tree_that_is_too_deep_is_a_diagnostic() -> None:
    _, diagnostics = check(_nested(100_000), SourceFile("deep.aefl", ""), small_library())
    assert [d.code for d in diagnostics] == ["E0226"]


def test_a_long_chain_of_operators_is_not_deep() -> None:
    value: ast.Expr = ast.IntLit(NOWHERE, 1)
    for _ in range(3000):
        value = ast.Binary(NOWHERE, "+", value, ast.IntLit(NOWHERE, 1))
    module = ast.Module(NOWHERE, (ast.RenderStmt(NOWHERE, value),))
    assert check(module, SourceFile("long.aefl", ""), small_library())[1] == []


def test_the_same_program_gives_the_same_diagnostics_again() -> None:
    text = "\n".join(text for _, text, _ in CASES).replace("«", "").replace("»", "")
    source = SourceFile("all.aefl", text)
    module, _ = parse(source)
    first = check(module, source, small_library())[1]
    assert first == check(module, source, small_library())[1]
    assert len(first) > 100


def test_guesses_at_what_was_meant_take_time_in_proportion_to_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every mistake could be compared with every name: there is an end to that, but the first ones are guessed at."""
    compared = 0

    def counted(name: str, names: Iterable[str]) -> str | None:
        nonlocal compared
        known = list(names)
        compared += len(known)
        return closest(name, known)

    monkeypatch.setattr(report, "closest", counted)
    for count in (500, 1_000):
        compared = 0
        text = "".join(f"let value{i} = {i}\n" for i in range(count))
        text += "".join(f"render valeu{i}\n" for i in range(count))
        source = SourceFile("many.aefl", text)
        diagnostics = check(parse(source)[0], source, small_library())[1]
        assert len(diagnostics) == count
        assert diagnostics[0].note == "did you mean `value0`?"
        assert report.COMPARED_MAX <= compared < report.COMPARED_MAX + 2 * count


@pytest.mark.parametrize(
    "text", ["render {}", "let x: {} = 1", "render {}(1)", "actor A {{}}\nA.{}()", "let {0} = 1\nlet {0} = 2"]
)
def test_what_is_said_of_a_name_of_megabytes_is_bounded(text: str) -> None:
    _, problems = look(text.format("a" * 3_000_000))
    assert problems
    assert all(len(problem.message) < 1_100 and len(problem.note) < 1_100 for problem in problems)
