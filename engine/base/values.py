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


HIDDEN = (
    (0x7F, 0xA0), (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x1680, 0x1680), (0x17B4, 0x17B5),
    (0x180B, 0x180F), (0x2000, 0x200F), (0x2028, 0x202F), (0x205F, 0x206F), (0x3000, 0x3000), (0x3164, 0x3164),
    (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB), (0xFFFE, 0xFFFF), (0x13430, 0x1343F),
    (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
"""Ranges of characters that are not seen, that look like a space, or that turn the direction of what is around them:
texts that differ in such must not look alike. The same as ``utf8.is_hidden`` in engine/stdlib/string.aefl."""

_ESCAPES = {ord('"'): '\\"', ord("\\"): "\\\\", ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t"}
_ESCAPES |= {code: f"\\u{{{code:x}}}" for code in range(32) if code not in _ESCAPES}
_ESCAPES |= {code: f"\\u{{{code:x}}}" for first, last in HIDDEN for code in range(first, last + 1)}


_UNSEEN = {code: escape for code, escape in _ESCAPES.items() if code not in (ord('"'), ord("\\"))}
_UNSEEN |= dict.fromkeys(range(55296, 57344), "�")


def plain_name(name: str) -> str:
    """A name on one line, with escapes for what would not be seen or would turn what stands around it."""
    return name.translate(_UNSEEN)


def quote(text: str) -> str:
    """A string as a literal of the language: in double quotes, with escapes for what cannot stand there plainly, or
    would not be seen."""
    return f'"{text.translate(_ESCAPES)}"'
