"""The colours of code, in editors and through Pygments."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from engine.language_service.pygments_lexer import AeroFlowLexer
from engine.language_service.tokens import highlight_line
from tests.engine.syntax.test_programs import ACTORS, COUNTER, FLOWS, STATE, TIMELINE
from tests.engine.syntax.test_recovery import PROGRAM


def colours(line: str, state: int = 0) -> list[str]:
    return [f"{kind} {line[start : start + length]}" for start, length, kind in highlight_line(line, state)[0]]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("let x: int = 10 // ten", "keyword let|type int|operator =|number 10|comment // ten"),
        ("fn greet(name: string)", "keyword fn|function greet|type string"),
        ("actor Auth {", "keyword actor|actor Auth"),
        ("    on login(user: string) {", "keyword on|function login|type string"),
        ("let s = spawn Counter(5)", "keyword let|operator =|keyword spawn|actor Counter|number 5"),
        ('Auth.login("ada")', 'actor Auth|function login|string "ada"'),
        ("side: Side.Buy", "type Side"),
        ("render timeline {", "keyword render|keyword timeline"),
        ("expect timeline {", "keyword expect|keyword timeline"),
        ("node Auth -> b payload x", "keyword node|actor Auth|operator ->|keyword payload"),
        ("timeline = state + at", "operator =|operator +"),
        (
            "node Auth -> Bank at tick=125 payload 1",
            "keyword node|actor Auth|operator ->|actor Bank|keyword at|keyword tick|operator =|number 125|"
            "keyword payload|number 1",
        ),
        ("render distributed state {", "keyword render|keyword distributed|keyword state"),
        ("state count: int = 0", "keyword state|type int|operator =|number 0"),
        ('model "llama3"', 'keyword model|string "llama3"'),
        ("after 20ms s.add(1)", "keyword after|number 20ms|function add|number 1"),
        ('"a\\n"', 'string "a|escape \\n|string "'),
        (
            'f"a {x + 1:>3} b"',
            'string f"|string a |interpolation {|operator +|number 1|interpolation :>3|interpolation }|string  b|'
            'string "',
        ),
        ('f"{d["k"]}" + y', 'string f"|interpolation {|string "k"|interpolation }|string "|operator +'),
        ('f"{{x}}"', 'string f"|escape {{|string x|escape }}|string "'),
        ('"never closed', 'string "never closed'),
    ],
)
def test_a_line_has_the_colours_of_what_it_means(line: str, expected: str) -> None:
    assert colours(line) == expected.split("|")


def test_nested_comments_go_over_lines() -> None:
    _, state = highlight_line("a /* one /* two", 0)
    assert state == 2
    spans, state = highlight_line("still */ comment", state)
    assert (spans, state) == ([(0, 16, "comment")], 1)
    spans, state = highlight_line("end */ let", state)
    assert (spans, state) == ([(0, 6, "comment"), (7, 3, "keyword")], 0)


@pytest.mark.parametrize("program", [PROGRAM, ACTORS, COUNTER, FLOWS, STATE, TIMELINE, "/* a\n/* b */\n*/ let x = 1\n"])
def test_pygments_gives_the_whole_text_back(program: str) -> None:
    assert "".join(text for _, _, text in AeroFlowLexer().get_tokens_unprocessed(program)) == program


def test_pygments_marks_nothing_in_a_program_as_an_error() -> None:
    assert not [text for kind, text in AeroFlowLexer().get_tokens(PROGRAM) if "Error" in str(kind)]


def test_pygments_finds_the_lexer_by_the_entry_point_of_the_package() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8"))
    module, name = project["project"]["entry-points"]["pygments.lexers"]["aeroflow"].split(":")
    assert (module, name) == (AeroFlowLexer.__module__, AeroFlowLexer.__name__)
    assert {"ae", "aeroflow"} <= set(AeroFlowLexer.aliases)
