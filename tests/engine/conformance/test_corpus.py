"""Every program of the corpus does what its file says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.corpus import (
    CORPUS,
    CorpusError,
    build,
    corpus_paths,
    observed,
    problems_in_words,
    read_corpus_file,
)

SECTIONS = {
    "section_2_lexical",
    "section_3_types_and_values",
    "section_4_functions",
    "section_5_programs",
    "section_6_actors",
    "section_8_pictures",
    "section_10_tests",
    "section_11_errors",
}


def _name(path: Path) -> str:
    return path.relative_to(CORPUS).with_suffix("").as_posix()


@pytest.mark.parametrize("path", corpus_paths(), ids=_name)
def test_a_program_does_what_its_file_says(path: Path) -> None:
    file = read_corpus_file(path)
    found = observed(file)
    if found != file.expected:
        pytest.fail(_explanation(path, file.expected, found), pytrace=False)


def _explanation(path: Path, expected: tuple[str, ...], found: tuple[str, ...]) -> str:
    first = next((i for i, pair in enumerate(zip(expected, found, strict=False)) if pair[0] != pair[1]), None)
    where = min(len(expected), len(found)) if first is None else first
    says = expected[where] if where < len(expected) else "nothing more"
    does = found[where] if where < len(found) else "nothing more"
    words = "\n".join(f"    {line}" for line in problems_in_words(build(read_corpus_file(path))))
    return (
        f"{path}\nexpectation {where + 1} is   {says}\nbut the program does {does}\n"
        + (f"the compiler says:\n{words}\n" if words else "")
        + "everything it does:\n"
        + "\n".join(f"    {line}" for line in found)
        + f"\nif that is right: python -m tests.conformance.write {path}"
    )


def test_the_folders_of_the_corpus_are_sections_of_the_language() -> None:
    folders = {path.name for path in CORPUS.glob("section_*")}
    assert folders <= SECTIONS


def test_every_file_expects_something() -> None:
    silent = [str(path) for path in corpus_paths() if not read_corpus_file(path).expected]
    assert silent == []


def test_another_output_is_noticed_and_the_way_to_accept_it_is_named() -> None:
    path = CORPUS / "section_3_types_and_values" / "an_index_past_the_end_is_a_fault.aefl"
    text = _explanation(path, ("//= 1", "//= 2"), ("//= 1", "//= 3"))
    assert "expectation 2 is   //= 2\nbut the program does //= 3" in text
    assert f"python -m tests.conformance.write {path}" in text


def test_a_file_that_cannot_be_understood_says_what_to_write(tmp_path: Path) -> None:
    path = tmp_path / "unclear.aefl"
    path.write_text("// An idea.\n//- until tomorrow\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"unclear.aefl:2: no such setting: 'until tomorrow'; there are"):
        read_corpus_file(path)
    path.write_text("render 1\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="the first line must say the idea"):
        read_corpus_file(path)
