"""The formatter on every program of the repository, and on these with their blanks changed at random."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.base.source import SourceFile
from engine.compiler.format.pieces import read_pieces
from engine.compiler.format.source import format_source
from engine.compiler.syntax.lexer import tokenize
from engine.compiler.syntax.parser import parse

ROOT = Path(__file__).parents[3]
LIBRARY = ("engine/kernel", "engine/stdlib")
FOLDERS = (*LIBRARY, "engine/bench/programs", "examples", "tests/conformance")
BLANKS = (
    " ",
    "  ",
    "\t",
    "\n",
    "\n\n\n",
    "\n      ",
    " // c\n",
    " /* c */ ",
    "/* c\n  /* d */ e */",
    "\r\n",
    " ; ",
    ";",
)


@cache
def programs() -> tuple[tuple[SourceFile, bool], ...]:
    """All programs without mistakes of syntax, and whether they are the library's."""
    found = []
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.aefl")):
            source = SourceFile(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
            if not parse(source, folder in LIBRARY)[1]:
                found.append((source, folder in LIBRARY))
    return tuple(found)


@cache
def sizes() -> tuple[tuple[SourceFile, bool], ...]:
    """The programs short enough to try many times."""
    return tuple((source, library) for source, library in programs() if len(source.text) < 2500)


def test_every_program_keeps_its_meaning_and_is_formatted_once_and_for_all() -> None:
    assert len(programs()) > 250
    for source, library in programs():
        result, _ = format_source(source, library)
        assert result is not None
        assert format_source(SourceFile(source.name, result), library) == (result, []), source.name
        assert not re.search(r"[ \t]\n|\n\n\n|\r|\A\n|\n\n\Z", result), source.name
        assert result.count("//") >= source.text.count("//"), source.name


def test_the_examples_show_the_one_style_but_for_the_founding_documents_own_letters() -> None:
    shown = [source for source, _ in programs() if re.match("examples/(?!founding/)", source.name)]
    assert len(shown) >= 6
    for source in shown:
        assert format_source(source)[0] == source.text, source.name


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_programs_with_other_blanks_keep_their_meaning(data: st.DataObject) -> None:
    source, library = data.draw(st.sampled_from(sizes()))
    text = mutated(source.text, data)
    result, problems = format_source(SourceFile(source.name, text), library)
    if result is None:
        assert problems  # the change made it another program, and no right one
        return
    assert format_source(SourceFile(source.name, result), library) == (result, [])


def mutated(text: str, data: st.DataObject) -> str:
    """A text with other blanks at some of the places between its pieces."""
    pieces = read_pieces(text, tokenize(text)[0])
    places = data.draw(st.lists(st.integers(1, len(pieces) - 1), min_size=1, max_size=12, unique=True))
    for place in sorted(places, reverse=True):
        before, piece = pieces[place - 1], pieces[place]
        end = before.start + len(before.text)
        blank = data.draw(st.sampled_from(BLANKS))
        keeps_break = piece.lines and data.draw(st.booleans())
        text = text[:end] + ("\n" if before.kind == "//" or keeps_break else "") + blank + text[piece.start :]
    return text
