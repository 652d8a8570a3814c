"""A value of a program as people see it: a text, a type, and parts to look into."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Value:
    """A decoded value: ``text`` as ``render`` shows it, ``type`` as written, parts by label (empty for a scalar).

    Very large values are cut: ``text`` then ends in ``… and N more`` and ``parts`` has only the first ones.
    """

    text: str
    type: str
    parts: tuple[tuple[str, Value], ...] = ()

    @property
    def quoted(self) -> str:
        """The text as it stands inside other values: a string in quotes, everything else plainly."""
        return quote(self.text) if self.type == "string" else self.text


_ESCAPES = {ord('"'): '\\"', ord("\\"): "\\\\", ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t"}
_ESCAPES |= {code: f"\\u{{{code:x}}}" for code in (*range(32), 127) if code not in _ESCAPES}


def quote(text: str) -> str:
    """A string as a literal of the language: in double quotes, with escapes for what cannot stand there plainly."""
    return f'"{text.translate(_ESCAPES)}"'
