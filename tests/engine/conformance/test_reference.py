"""The interpreter, which runs programs before the passes, does the same as the machine that runs them after."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.corpus import CORPUS, corpus_paths, read_corpus_file
from tests.conformance.observation import compiled, difference


def _name(path: Path) -> str:
    return path.relative_to(CORPUS).with_suffix("").as_posix()


@pytest.mark.parametrize("path", corpus_paths(), ids=_name)
def test_the_interpreter_does_the_same(path: Path) -> None:
    file = read_corpus_file(path)
    program = compiled(file)
    if program is None:
        assert any(line.startswith("//!") for line in file.expected)
        return
    assert difference(program, file.settings) == ""
