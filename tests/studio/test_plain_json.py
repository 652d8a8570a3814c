"""State files are read without trust in their nesting, whatever the compiler has set for this process."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import studio
from studio.model import plain_json


@pytest.fixture
def deep_recursion() -> Iterator[None]:
    """The limit that the compiler leaves behind."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(120_000)
    yield
    sys.setrecursionlimit(before)


@pytest.mark.usefixtures("deep_recursion")
@pytest.mark.parametrize("text", ["[" * 200_000, '{"a":' * 200_000, '["]",' * 200_000, "[" * 101 + "]" * 101])
def test_a_text_of_brackets_is_no_state_and_no_crash(text: str) -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        plain_json.loads(text)


def test_brackets_in_texts_and_side_by_side_are_no_nesting() -> None:
    value = {"a": "[" * 500 + '\\"[' * 500, "b": [[n] for n in range(500)]}
    assert plain_json.loads(json.dumps(value)) == value
    for wrong in ("", "[", '"', '"[', "]" * 500, "nul"):
        with pytest.raises(json.JSONDecodeError):
            plain_json.loads(wrong)


def test_studio_reads_json_in_one_way() -> None:
    folder = Path(studio.__file__).parent
    reading = [path.name for path in folder.rglob("*.py") if re.search(r"(?<!plain_)json\.loads?\(", path.read_text())]
    assert reading == ["plain_json.py"], "use studio.model.plain_json"
