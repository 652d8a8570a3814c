"""What is restored at the next start: open files, cursors, the window's layout, recently used files.

It is JSON with a version; what cannot be read counts as nothing, so that it never stands in the way of a start.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

VERSION = 1
RECENT_MAX = 12


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
    """The session as text."""
    return json.dumps({"version": VERSION, **asdict(state)}, indent=1, ensure_ascii=False)


def parse_session(text: str) -> SessionState | None:
    """The session of a text; None if it is not one of this version."""
    try:
        data = json.loads(text)
        if not isinstance(data, dict) or data.get("version") != VERSION:
            return None
        return SessionState(
            tuple(_open_file(item) for item in data["files"]),
            int(data["active"]),
            str(data["geometry"]),
            str(data["layout"]),
            tuple(str(path) for path in data["recent"])[:RECENT_MAX],
            str(data.get("trace", "")),
        )
    except (ValueError, KeyError, TypeError):
        return None


def _open_file(item: Mapping[str, Any]) -> OpenFile:
    return OpenFile(
        str(item["path"]),
        str(item["journal"]),
        int(item["line"]),
        int(item["column"]),
        int(item["first_visible_line"]),
    )


def with_recent(recent: tuple[str, ...], path: str) -> tuple[str, ...]:
    """The recently used files after one was used."""
    return (path, *(other for other in recent if other != path))[:RECENT_MAX]
