"""Everything that the language reference shows is so: its examples run, its tables are complete, its links lead on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.compiler.check import codes as checker_codes
from engine.compiler.check.library import Library
from engine.compiler.check.type_names import GENERIC, SCALARS
from engine.compiler.check.world import MODULES
from engine.compiler.driver import load_library
from engine.compiler.syntax import codes as syntax_codes
from engine.project import manifest
from engine.project.cache import DiskCache
from engine.project.library_files import compiler_version, library_texts
from tests.conformance.corpus import build, observed, problems_in_words
from tests.engine.docs.examples import CHAPTERS, DOCS, Example, examples_of

WITHOUT_EXAMPLE = {"E0099", "E0130", "E0226", "E0312"}
"""A file of 500 mistakes, a project's file, a program that is too deep for the checker, and what the parser refuses."""
EXAMPLES = [example for chapter in CHAPTERS for example in examples_of(chapter)]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_example_does_what_it_says(example: Example, tmp_path: Path) -> None:
    program = example.program(tmp_path)
    found = observed(program)
    words = "\n".join(problems_in_words(build(program)))
    assert found == program.expected, f"{example.name} does\n" + "\n".join(found) + f"\n{words}"


def test_every_example_says_what_it_does(tmp_path: Path) -> None:
    silent = [example.name for example in EXAMPLES if not example.program(tmp_path).expected]
    assert silent == []


def test_the_table_of_codes_is_complete() -> None:
    listed = re.findall(r"^\| `(E\d{4})` \| ([^|]+) \|$", _chapter("diagnostics"), re.MULTILINE)
    known = {**syntax_codes.CODES, **checker_codes.CODES, **manifest.CODES}
    assert dict(listed) == known
    assert [code for code, _ in listed] == sorted(known)


def test_every_code_has_a_paragraph_and_a_program_with_this_one_mistake() -> None:
    codes = {**syntax_codes.CODES, **checker_codes.CODES, **manifest.CODES}
    chapters = "".join(_chapter(f"diagnostics_of_{part}") for part in ("syntax", "names_and_types", "actors"))
    sections = re.findall(r"^## (E\d{4}): (.*)\n\n(.+)\n((?:(?!## ).*\n?)*)", chapters, re.MULTILINE)
    assert {code: title for code, title, _, _ in sections} == codes
    assert [code for code, *_ in sections] == sorted(codes)
    for code, _, paragraph, rest in sections:
        assert paragraph.endswith(".")
        shown = re.findall(r"^//! (\S+)", rest, re.MULTILINE)
        assert shown == ([] if code in WITHOUT_EXAMPLE else [code]), code


def test_the_standard_library_is_described_completely() -> None:
    listed = re.findall(r"^\| `([^`|]+)` \| [^|]+ \|$", _chapter("standard_library"), re.MULTILINE)
    assert len(listed) == len(set(listed))
    assert set(listed) == _public_names(load_library(library_texts(), DiskCache(compiler_version())))


def _public_names(library: Library) -> set[str]:
    names = set(library.public_functions())
    for owner in (*SCALARS, *GENERIC):
        names.update(f"{owner}.{method}" for method in library.public_methods(owner))
    for module in MODULES:
        names.update(f"{module}.{member}" for member in library.module_members(module))
    return names


def test_every_chapter_is_in_the_index_and_every_link_leads_to_a_file() -> None:
    linked = set(re.findall(r"\]\(([^)#:]+)\)", _chapter("README")))
    assert linked >= {chapter.name for chapter in CHAPTERS if chapter.stem != "README"}
    for chapter in CHAPTERS:
        for target in re.findall(r"\]\(([^)#:]+)\)", chapter.read_text(encoding="utf-8")):
            assert (chapter.parent / target).exists(), f"{chapter.name} links to {target}"


def _chapter(name: str) -> str:
    return (DOCS / "language" / f"{name}.md").read_text(encoding="utf-8")
