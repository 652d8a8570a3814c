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

import contextlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import Any

from engine.base.foreign_text import UnreadText, read_toml
from engine.files.ownership import belongs_here

FILE_NAME = "aeroflow.toml"
CODES = {"E0130": "setting of `aeroflow.toml`"}
"""The code of every mistake in the file, and what it is about."""
PROBLEMS_MAX = 20
"""So many mistakes of a file are told; to find where one is takes a look at all lines."""
SEED_MIN, SEED_MAX = -(2**63), 2**63 - 1

_TICK = re.compile(r"0*([0-9]{1,18}) ?(us|ms|s)")
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
    """The project file that a folder belongs to: its own, or that of the nearest folder around it.

    A file that somebody else has put there does not count: it would set the seed and the ticks of other people's
    programs, and the folder that they may read. Above the user's home folder nothing is looked for from inside it.
    """
    home = Path(os.path.expanduser("~"))
    for place in (folder, *folder.parents):
        path = place / FILE_NAME
        with contextlib.suppress(OSError):
            if path.is_file() and belongs_here(path, folder):
                return path
        if place == home:
            break
    return None


def read_manifest(text: str) -> Manifest:
    """The settings in a text; what is wrong with it is in ``problems``."""
    text = text.removeprefix("\ufeff")  # some editors write a byte order mark
    try:
        document = read_toml(text)
    except ValueError as error:
        return Manifest(problems=(_not_toml(text, error),))
    reader = _Reader(text)
    values = reader.table(document, "")
    return replace(Manifest(**values), problems=tuple(reader.problems))


_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_KEY_TWICE = (
    "Cannot overwrite a value",
    "Cannot declare",
    "Cannot mutate immutable namespace",
    "Duplicate inline table",
)


def _not_toml(text: str, error: ValueError) -> ManifestProblem:
    """Where the text stops being TOML, and why; the parser says the place in its words only."""
    if isinstance(error, UnreadText):
        return ManifestProblem(1, 1, f"this is not a project file: {error}", True)
    lines = text.split("\n")
    place = _PLACE.search(str(error))
    line, column = (int(place[1]), int(place[2])) if place and place[1] else (len(lines), len(lines[-1]) + 1)
    reason = _PLACE.sub("", str(error))
    if place is None:
        reason = "a number has too many digits"  # the only other error of the parser is Python's own limit
    if reason.startswith(_KEY_TWICE):
        key = re.match(r"\s*\[*\s*([^=\]]*)", lines[line - 1])
        return ManifestProblem(line, 1, f"`{key[1].strip() if key else ''}` is there twice", True)
    return ManifestProblem(line, column, f"this is not TOML: {reason[:1].lower()}{reason[1:]}", True)


class _Reader:
    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.problems: list[ManifestProblem] = []

    def table(self, values: dict[str, Any], table: str) -> dict[str, Any]:
        """The settings of a table and those in it, by the name of the field of ``Manifest``."""
        known = _SETTINGS[table]
        found: dict[str, Any] = {}
        for key, value in values.items():
            if len(self.problems) >= PROBLEMS_MAX:
                break
            if table == "" and key in _SETTINGS and isinstance(value, dict):
                found |= self.table(value, key)
            elif table == "" and key and key in _SETTINGS:
                self._problem(table, key, f"`{key}` is a table: write `[{key}]` and its settings below", True)
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
    if not value.isprintable():
        raise ValueError("must not contain control characters")
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
        raise ValueError('must be a time such as "1ms" or "250us", up to "3600s"')
    return microseconds


def _seed(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not SEED_MIN <= value <= SEED_MAX:
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
