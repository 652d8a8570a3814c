"""Any text at all gives a tree and diagnostics: never an exception, and twice the same."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.base.source import SourceFile
from engine.compiler.syntax.outline import outline
from engine.compiler.syntax.parser import parse
from engine.compiler.syntax.tokens import CONTEXTUAL_KEYWORDS, KEYWORDS, OPERATORS
from engine.language_service.tokens import CLASSES, highlight_line
from tests.engine.syntax.test_recovery import PROGRAM

PIECES = [
    *sorted(KEYWORDS | CONTEXTUAL_KEYWORDS), *OPERATORS, *"()[]{}" * 3, "\n", "\n", "\n    ", " ", "x", "Foo", "f(",
    "1", "1.5", "10ms", "3 ticks", "0..10", "t.0.1", '"a"', '"', 'f"', 'f"a {', '}"', "\\", "//", "/*", "*/", "$", "'",
    "é", "\ud800", "<int>(",
]  # fmt: skip

random_bytes = st.binary(max_size=200).map(lambda data: data.decode("latin-1"))
random_unicode = st.text(st.characters(), max_size=200)
token_soup = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)
spaced_soup = st.lists(st.sampled_from(PIECES), max_size=60).map(" ".join)


@st.composite
def damaged_programs(draw: st.DrawFn) -> str:
    """A program with some pieces cut out and some put in."""
    text = PROGRAM
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        length = draw(st.integers(0, 20))
        text = text[:start] + draw(st.sampled_from(PIECES)) + text[start + length :]
    return text


texts = st.one_of(random_bytes, random_unicode, token_soup, spaced_soup, damaged_programs())


@settings(max_examples=300, deadline=None)
@given(texts, st.booleans())
def test_any_text_gives_a_tree_and_diagnostics_and_twice_the_same(text: str, library: bool) -> None:
    source = SourceFile("program.aefl", text)
    module, diagnostics = parse(source, library)
    assert (module, diagnostics) == parse(source, library)
    for diagnostic in diagnostics:
        assert 0 <= diagnostic.span.start <= diagnostic.span.end <= len(text)
        if diagnostic.fix is not None:
            assert 0 <= diagnostic.fix.span.start <= diagnostic.fix.span.end <= len(text)
    for entry in outline(module, source):
        assert 0 <= entry.span.start <= entry.span.end <= len(text)


@settings(max_examples=300, deadline=None)
@given(texts)
def test_any_line_has_its_colours_in_order_and_without_overlaps(text: str) -> None:
    state = 0
    for line in text.split("\n"):
        spans, state = highlight_line(line, state)
        assert state >= 0
        end = 0
        for start, length, kind in spans:
            assert start >= end
            assert length > 0
            assert kind in CLASSES
            end = start + length
        assert end <= len(line)
