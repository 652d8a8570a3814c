"""No message says "1 events": a number of things goes through ``counted``, which knows the singular."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.base.counts import counted, counted_or_no
from studio.model.figures import counted as counted_in_studio

ROOT = Path(__file__).parents[2]
_PLURAL = re.compile(r" (?!is\b|as\b|was\b|has\b|this\b|does\b)[a-z]+s\b")
_COUNTS = re.compile(r"\b(len|sum|total|count|number|events|bytes)\b|_(count|total|number)\b")
NEVER_ONE = {
    "engine/bench/suite.py": "titles of measurements of fixed sizes",
    "studio/bench.py": "titles of measurements of fixed sizes",
    "engine/cli/bench.py": "times",
    "engine/compiler/check/places.py": "a tuple has several items",
    "engine/compiler/ir/validate.py": "mistakes of the compiler itself",
    "engine/timetravel/outside.py": "more than a limit",
    "engine/timetravel/verify.py": "one event has words of its own",
    "engine/trace/aft.py": "a file that lost branches had several",
    "engine/trace/frames.py": "more than a limit",
    "engine/trace/limits.py": "limits",
    "engine/trace/valid_metadata.py": "a type of several parts",
    "engine/trace/valid_module.py": "more than a limit",
    "engine/vm/machine.py": "more than a limit",
    "engine/trace/writing.py": "more than a limit",
    "studio/editor/code_paint.py": "the rest of a very long line",
    "studio/model/program_tests.py": "one test is told by its name",
    "studio/model/recovery.py": "one file or run is told by its name",
    "studio/timetravel/timeline_paint.py": "a figure such as 3 k",
}
"""Files with such messages about numbers that are never 1, and why they are not."""


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 events"), (1, "1 event"), (2, "2 events"), (1234, "1,234 events")]
)
def test_one_thing_is_told_in_the_singular(number: int, words: str) -> None:
    assert counted(number, "event") == words
    assert counted_in_studio(number, "event").replace("\u202f", ",") == words
    assert counted_or_no(number, "event") == words.replace("0 events", "no events")


def test_a_word_may_have_a_plural_of_its_own() -> None:
    assert [counted(n, "branch", "branches") for n in (1, 2)] == ["1 branch", "2 branches"]


def test_no_message_writes_a_number_before_a_plural_by_itself() -> None:
    paths = [path for folder in ("engine", "studio") for path in sorted((ROOT / folder).rglob("*.py"))]
    found = [line for path in paths for line in _plurals(path)]
    assert not found, "use `counted(number, 'thing')`:\n" + "\n".join(found)


def _plurals(path: Path) -> Iterator[str]:
    name = path.relative_to(ROOT).as_posix()
    if name in NEVER_ONE:
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.JoinedStr):
            continue
        for number, word in zip(node.values, node.values[1:], strict=False):
            if not isinstance(number, ast.FormattedValue) or not isinstance(word, ast.Constant):
                continue
            said = ast.unparse(number.value)
            spec = "" if number.format_spec is None else ast.unparse(number.format_spec)
            is_count = ("," in spec or _COUNTS.search(said)) and not (said.isupper() or said.startswith("counted"))
            if is_count and _PLURAL.match(str(word.value)):
                yield f"{name}:{node.lineno}: {{{said}}}{word.value}"
