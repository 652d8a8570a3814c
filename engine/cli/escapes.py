"""What keeps the texts of files, programs and recordings from steering a terminal, or from looking like others."""

from __future__ import annotations

import json

from engine.base.values import HIDDEN

_HARMLESS = {0xA0, 0x200C, 0x200D, 0x202F, 0x3000, 0xFE0E, 0xFE0F}
"""Spaces, joiners and styles of emoji, which languages are written with."""
_CONTROLS = [code for code in range(0x20) if chr(code) not in "\n\t"]
_UNSEEN = [code for first, last in HIDDEN for code in range(first, last + 1) if code not in _HARMLESS]
_SHOWN = {code: f"\\x{code:02x}" if code < 0x100 else f"\\u{{{code:x}}}" for code in (*_CONTROLS, *_UNSEEN)}
_ON_ONE_LINE = {**_SHOWN, ord("\n"): "\\n"}
_IN_JSON = {code: json.dumps(chr(code))[1:-1] for code in _UNSEEN}


def on_one_line(text: str) -> str:
    """The text without line breaks and without characters that steer a terminal, hide or turn others."""
    return text.translate(_ON_ONE_LINE)


def on_lines(text: str) -> str:
    """The same, but the line breaks stay."""
    return text.translate(_SHOWN)


def in_json(text: str) -> str:
    """JSON of the same value in which such characters are escaped."""
    return text.translate(_IN_JSON)
