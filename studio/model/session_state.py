"""What is restored at the next start: open files, cursors, the window's layout, recently used files.

It is JSON with a version; what cannot be read counts as nothing, so that it never stands in the way of a start.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from engine.api import read_json

VERSION = 1
RECENT_MAX = 12
NUMBER_MAX = 2**31 - 1


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A tab: ``journal`` names the journal of its text when that is not saved."""

    path: str
    journal: str
    line: int = 1
    column: int = 1
    first_visible_line: int = 1


@dataclass(frozen=True, slots=True)
class SessionState:
    """The session. ``geometry`` and ``layout`` are Qt's bytes as base64."""

    files: tuple[OpenFile, ...] = ()
    active: int = -1
    geometry: str = ""
    layout: str = ""
    recent: tuple[str, ...] = ()
    trace: str = ""
    """The recording that was open."""


def dump_session(state: SessionState) -> str:
    """The session as text. It is ASCII, as names of files need not be Unicode."""
    return json.dumps({"version": VERSION, **asdict(state)}, indent=1)


def parse_session(text: str) -> SessionState | None:
    """The session of a text; None if it is not one of this version."""
    try:
        data = read_json(text)
        if not isinstance(data, dict) or data.get("version") != VERSION:
            return None
        return SessionState(
            tuple(_open_file(item) for item in _list(data["files"])),
            _whole(data["active"], -1),
            _text(data["geometry"]),
            _text(data["layout"]),
            tuple(_text(path) for path in _list(data["recent"]))[:RECENT_MAX],
            _text(data.get("trace", "")),
        )
    except (ValueError, KeyError, TypeError):
        return None


def _open_file(item: object) -> OpenFile:
    if not isinstance(item, dict):
        raise TypeError("a file of the session is an object")
    return OpenFile(
        _text(item["path"]),
        _text(item["journal"]),
        _whole(item["line"], 1),
        _whole(item["column"], 1),
        _whole(item["first_visible_line"], 1),
    )


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError("a list is expected")
    return value


def _text(value: object) -> str:
    """A text that can be a path. Raises ``ValueError`` for one with a NUL, which no system takes."""
    if not isinstance(value, str):
        raise TypeError("a text is expected")
    if "\0" in value:
        raise ValueError("a path has no NUL")
    return value


def _whole(value: object, least: int) -> int:
    """A whole number that fits where Qt wants one."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("a whole number is expected")
    if not least <= value <= NUMBER_MAX:
        raise ValueError("the number is out of range")
    return value


def with_recent(recent: tuple[str, ...], path: str) -> tuple[str, ...]:
    """The recently used files after one was used."""
    return (path, *(other for other in recent if other != path))[:RECENT_MAX]
