"""``resources/docs/grammar.ebnf`` describes what the parser accepts."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.base.diagnostics import format_diagnostic
from engine.base.source import SourceFile
from engine.compiler.syntax.parse_statements import FOREIGN_WORDS
from engine.compiler.syntax.parser import parse
from engine.compiler.syntax.tokens import BRACKETS, CONTEXTUAL_KEYWORDS, F_OPEN, KEYWORDS, OPERATORS
from tests.engine.docs.ebnf import Literal, nodes_of, read_grammar
from tests.engine.docs.sentences import Sentences

GRAMMAR = read_grammar((Path(__file__).parents[3] / "resources/docs/grammar.ebnf").read_text(encoding="utf-8"))
FOREIGN_OPERATORS = {"&&", "||", "!"}
"""Tokens that the lexer knows from other languages, to say what they are here."""

RESERVED = KEYWORDS | CONTEXTUAL_KEYWORDS | frozenset(FOREIGN_WORDS) | {"_", "us", "ms", "s", "m", "h"}
PROGRAMS = 400


@pytest.fixture(scope="module")
def programs() -> tuple[Sentences, list[str]]:
    sentences = Sentences(GRAMMAR, seed=3, reserved=RESERVED)
    return sentences, [sentences.sentence("file") for _ in range(PROGRAMS)]


def test_the_parser_accepts_every_program_that_the_grammar_gives(programs: tuple[Sentences, list[str]]) -> None:
    for text in programs[1]:
        source = SourceFile("generated.aefl", text)
        _, problems = parse(source)
        assert not problems, f"{format_diagnostic(problems[0], source)}\n{text}"


def test_the_programs_use_every_rule(programs: tuple[Sentences, list[str]]) -> None:
    assert set(GRAMMAR.rules) - set(programs[0].used) == set()


def test_the_programs_are_not_all_alike(programs: tuple[Sentences, list[str]]) -> None:
    assert len(set(programs[1])) > PROGRAMS * 0.8
    assert sum(len(text) > 100 for text in programs[1]) > PROGRAMS // 4


def test_every_word_and_sign_of_the_lexer_stands_in_the_grammar() -> None:
    brackets = {text for pair in BRACKETS.items() if pair[0] != F_OPEN for text in pair}
    tokens = KEYWORDS | CONTEXTUAL_KEYWORDS | brackets | set(OPERATORS) - FOREIGN_OPERATORS
    assert tokens - GRAMMAR.literals() == set()


def test_words_of_the_language_are_listed_completely_where_they_serve_as_names() -> None:
    listed = {node.text for node in nodes_of(GRAMMAR.rules["keyword"]) if isinstance(node, Literal)}
    assert listed == KEYWORDS


def test_a_grammar_that_names_a_missing_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="`a` names `b`, which is not there"):
        read_grammar('a ::= "x" b\n')
    with pytest.raises(ValueError, match="not EBNF"):
        read_grammar('a ::= "x" (\n')
