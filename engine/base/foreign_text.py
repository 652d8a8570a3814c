"""Guards for TOML and JSON from elsewhere: length and nesting are checked before a parser reads the text.

The libraries take memory with the square of a dotted key's length, and read nested values by recursion on the
machine's stack. The compiler raises Python's limit for recursion, which counts for the whole process, so a text of a
hundred thousand brackets would end the process.
"""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

from engine.base.counts import counted

TOML_MAX = 64 * 1024
"""The longest TOML text, in characters."""
TOML_BYTES_MAX = 4 * TOML_MAX
"""No text of that length takes more bytes in UTF-8."""
JSON_MAX = 4 * 1024 * 1024
JSON_BYTES_MAX = 4 * JSON_MAX
TOML_DEPTH_MAX = 16
"""How many parts a key has at most, together with the tables and lists that it is in."""
JSON_DEPTH_MAX = 100
TOO_DEEP = "it is nested too deeply"


class UnreadText(ValueError):
    """A text is too long or nested too deeply to be read; ``str()`` says which."""


_JSON_MARKS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
# Up to two quotes that stand before the end of a long string belong to it. A string without an end is a mistake that
# the parser stops at, so how it is taken here does not matter.
_TOML_MARKS = re.compile(
    r'"""(?:[^\\]|\\.?)*?(?:"{3,5}|\Z)'
    r"|'''.*?(?:'{3,5}|\Z)"
    r'|"(?:[^"\\\n]|\\.?)*"?'
    r"|'[^'\n]*'?"
    r"|#[^\n]*"
    r"|[\[\]{}.,\n]",
    re.DOTALL,
)


def read_json(text: str) -> Any:
    """The value of a text. Raises ValueError where it is not JSON, and UnreadText."""
    _check_length(text, JSON_MAX)
    depth = 0
    for mark in _JSON_MARKS.finditer(text):
        if mark[0] in "[{":
            depth += 1
            if depth > JSON_DEPTH_MAX:
                raise UnreadText(TOO_DEEP)
        elif mark[0] in "]}":
            depth -= 1
    return json.loads(text)


def read_toml(text: str) -> dict[str, Any]:
    """The tables of a text. Raises ValueError where it is not TOML, and UnreadText."""
    text = text.removeprefix("\ufeff")  # some editors write a byte order mark
    check_toml(text)
    return tomllib.loads(text)


def check_toml(text: str) -> None:
    """Raises UnreadText for a text that no TOML parser should be given."""
    _check_length(text, TOML_MAX)
    around = [0]  # how deep the open brackets are
    depth = 0
    for mark in _TOML_MARKS.finditer(text):
        match mark[0]:
            case ".":
                depth += 1
            case "[" | "{":
                depth += 1
                around.append(depth)
            case "]" | "}":
                depth = around.pop() - 1 if len(around) > 1 else 0
            case "," | "\n":
                depth = around[-1]
        if depth >= TOML_DEPTH_MAX:
            raise UnreadText(TOO_DEEP)


def _check_length(text: str, most: int) -> None:
    if len(text) > most:
        raise UnreadText(f"it has more than {counted(most, 'character')}")
