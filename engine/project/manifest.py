"""``aeroflow.toml``: what a project says about itself.

    name = "bank"
    version = "0.1.0"
    source = "."          # the folder that modules are looked up in
    entry = "main.aefl"   # the file that runs, in that folder

    [run]
    tick = "1ms"
    seed = 0

Everything may be left out. What nobody knows is a warning, what cannot be meant is an error, each with its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import Any

import tomlkit
from tomlkit.exceptions import ParseError

FILE_NAME = "aeroflow.toml"

_TICK = re.compile(r"(\d+) ?(us|ms|s)")
_UNITS = {"us": 1, "ms": 1_000, "s": 1_000_000}


@dataclass(frozen=True, slots=True)
class ManifestProblem:
    """A mistake in the file, with its place from 1; one that ``is_error`` keeps the project from running."""

    line: int
    column: int
    message: str
    is_error: bool


@dataclass(frozen=True, slots=True)
class Manifest:
    """The settings of a project."""

    name: str = ""
    version: str = ""
    source: str = "."
    entry: str = "main.aefl"
    tick_us: int = 1_000
    seed: int = 0
    problems: tuple[ManifestProblem, ...] = field(default=(), compare=False)


def find_manifest(folder: Path) -> Path | None:
    """The project file that a folder belongs to: its own, or that of the nearest folder around it."""
    for place in (folder, *folder.parents):
        path = place / FILE_NAME
        if path.is_file():
            return path
    return None


def read_manifest(text: str) -> Manifest:
    """The settings in a text; what is wrong with it is in ``problems``."""
    try:
        document = tomlkit.parse(text).unwrap()
    except ParseError as error:
        found = ManifestProblem(error.line, error.col + 1, f"this is not TOML: {error}", True)
        return Manifest(problems=(found,))
    reader = _Reader(text)
    values = reader.table(document, "")
    return replace(Manifest(**values), problems=tuple(reader.problems))


class _Reader:
    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.problems: list[ManifestProblem] = []

    def table(self, values: dict[str, Any], table: str) -> dict[str, Any]:
        """The settings of a table and those in it, by the name of the field of ``Manifest``."""
        known = _SETTINGS[table]
        found: dict[str, Any] = {}
        for key, value in values.items():
            if table == "" and key in _SETTINGS and isinstance(value, dict):
                found |= self.table(value, key)
            elif key in known:
                name, read = known[key]
                try:
                    found[name] = read(value)
                except ValueError as error:
                    self._problem(table, key, f"`{key}` {error}", True)
            else:
                near = get_close_matches(key, [*known, *(_SETTINGS if table == "" else ())], n=1)
                where = f"`[{table}]` has" if table else "there is"
                hint = f"; did you mean `{near[0]}`?" if near else ""
                self._problem(table, key, f"{where} no setting `{key}`{hint}", False)
        return found

    def _problem(self, table: str, key: str, message: str, is_error: bool) -> None:
        line, column = self._place(table, key)
        self.problems.append(ManifestProblem(line, column, message, is_error))

    def _place(self, table: str, key: str) -> tuple[int, int]:
        """Where a key of a table stands, or the table; the parser does not say."""
        head = re.compile(r"\s*\[\s*([^\]]*?)\s*\]")
        wanted = re.compile(rf"(\s*)[\"']?{re.escape(key)}[\"']?\s*[=.]")
        current, name = "", f"{table}.{key}" if table else key
        for number, line in enumerate(self.lines, 1):
            if opened := head.match(line):
                current = opened[1]
                if current == name:
                    return number, 1
            elif current == table and (found := wanted.match(line)):
                return number, len(found[1]) + 1
        return 1, 1


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError('must be a text in quotes, such as "bank"')
    return value


def _inside(value: Any) -> str:
    path = PurePosixPath(_text(value))
    if path.is_absolute() or ".." in path.parts:
        raise ValueError("must be a path inside the project")
    return str(path)


def _tick(value: Any) -> int:
    found = _TICK.fullmatch(value) if isinstance(value, str) else None
    microseconds = int(found[1]) * _UNITS[found[2]] if found else 0
    if not 0 < microseconds <= 3_600_000_000:
        raise ValueError('must be a time such as "1ms" or "250us", up to an hour')
    return microseconds


def _seed(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**63:
        raise ValueError("must be a whole number of 64 bits")
    return value


_SETTINGS: dict[str, dict[str, tuple[str, Callable[[Any], Any]]]] = {
    "": {
        "name": ("name", _text),
        "version": ("version", _text),
        "source": ("source", _inside),
        "entry": ("entry", _inside),
    },
    "run": {"tick": ("tick_us", _tick), "seed": ("seed", _seed)},
}
