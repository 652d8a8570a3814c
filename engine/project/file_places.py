"""A place in a file as people and tools write it: ``bank.aefl``, ``bank.aefl:12`` or ``bank.aefl:12:5``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

NUMBER_MAX = 2**31 - 1
_PLACE = re.compile(r"(?P<file>.+?):(?P<line>[0-9]{1,10})(?::(?P<column>[0-9]{1,10}))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class FilePlace:
    """A file and, if ``line`` is not None, a place in it; lines and columns count from 1."""

    path: Path
    line: int | None = None
    column: int = 1


def parse_place(text: str) -> FilePlace:
    """The place that a text names. A file that has the whole text as its name comes first."""
    found = _PLACE.fullmatch(text)
    if found is None or Path(text).exists():
        return FilePlace(Path(text))
    line, column = int(found["line"]), int(found["column"] or 1)
    return FilePlace(Path(found["file"]), min(max(1, line), NUMBER_MAX), min(max(1, column), NUMBER_MAX))
