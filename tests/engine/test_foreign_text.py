"""TOML and JSON of others are read without trust in their length and nesting, whatever the compiler has set."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import engine
import studio
from engine.base.foreign_text import TOML_DEPTH_MAX, TOML_MAX, UnreadText, check_toml, read_json, read_toml
from engine.project.manifest import PROBLEMS_MAX, read_manifest
from studio.model.settings import Settings
from studio.model.theme import ThemeError, parse_theme


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
    with pytest.raises(UnreadText, match="nested too deeply"):
        read_json(text)


def test_brackets_in_texts_and_side_by_side_are_no_nesting() -> None:
    value = {"a": "[" * 500 + '\\"[' * 500, "b": [[n] for n in range(500)]}
    assert read_json(json.dumps(value)) == value
    for wrong in ("", "[", '"', '"[', "]" * 500, "nul"):
        with pytest.raises(json.JSONDecodeError):
            read_json(wrong)


DOTTED = ".".join(["a"] * 5_000)
DEEP = [
    f"{DOTTED} = 1",
    f"[{DOTTED}]",
    f"[[{DOTTED}]]",
    f'x = """a"""" # "\n{DOTTED} = 1',
    f'x = {{ y = """a"""", {DOTTED} = "b" }}',
    f"x = '''a'''''\ny = '\"'\n{DOTTED} = 1",
    f'x = "\\\\" # "\n{DOTTED} = 1',
    " . ".join(['"a.b"'] * 5_000) + " = 1",
    "a = { b = " * 5_000,
    "a.b.c.d = [{ e.f.g = [" * 2_000,
    "a = " + "[" * 60_000,
]


@pytest.mark.usefixtures("deep_recursion")
@pytest.mark.parametrize("text", DEEP, ids=[text[:24] for text in DEEP])
def test_a_key_of_many_parts_reaches_no_parser(text: str) -> None:
    with pytest.raises(UnreadText, match="nested too deeply"):
        check_toml(text)
    (problem,) = read_manifest(text).problems
    assert problem.message == "this is not a project file: it is nested too deeply"
    with pytest.raises(ThemeError, match="nested too deeply"):
        parse_theme("x", text)
    assert "nested too deeply" in Settings(text).problems[0]


def test_a_long_file_reaches_no_parser() -> None:
    text = 'name = "x"\n' + "#" * TOML_MAX
    (problem,) = read_manifest(text).problems
    assert problem.message == "this is not a project file: it has more than 65,536 characters"
    with pytest.raises(ThemeError, match="more than 65,536 characters"):
        parse_theme("x", text)
    assert "more than 65,536 characters" in Settings(text).problems[0]


def test_dots_and_brackets_that_nest_nothing_are_read() -> None:
    text = "\n".join(
        [
            "a = [" + ", ".join(["1.5", "[2.5]", "{ b.c = 3.5 }"] * 100) + "]",
            "b = [\n" + "\n".join(["  'x', # a.b.c"] * 100) + "\n]",
            f'c = "{DOTTED}"  # {DOTTED}',
            f'd = """{DOTTED}\n"\\"""{DOTTED}"""""',
            f"e = '''{DOTTED}\n''{DOTTED}'''''",
            ".".join(["k"] * (TOML_DEPTH_MAX - 1)) + " = 1",
            "f = " + "[" * 15 + "]" * 15,
        ]
    )
    assert read_toml(text) == tomllib.loads(text)


def test_many_unknown_settings_are_told_up_to_a_number() -> None:
    text = "".join(f"k{n} = 1\n" for n in range(5_000))
    assert len(read_manifest(text).problems) == PROBLEMS_MAX


def test_one_place_reads_toml_and_json() -> None:
    call = re.compile(r"(?:json\.loads?|tomllib\.loads?|tomlkit\.(?:parse|loads?))\(")
    reading = [
        path.name
        for package in (engine, studio)
        for path in Path(package.__file__ or "").parent.rglob("*.py")
        if call.search(path.read_text(encoding="utf-8"))
    ]
    assert sorted(reading) == ["foreign_text.py", "settings.py"], (
        "use engine.base.foreign_text, as `check_toml` before tomlkit"
    )
