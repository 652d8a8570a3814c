"""A value of the library's enum ``json`` as people see it: as JSON text, with its items or members as parts.

The text is the one that the program's own ``to_text()`` gives, but that different values have different texts:
characters that are not seen are escapes, and a float that JSON has no number for is ``inf``, ``-inf`` or ``nan``.
"""

from __future__ import annotations

from engine.base.values import HIDDEN, Value

JSON = "json"
"""The name of the enum."""


def _hidden(code: int) -> str:
    """A character as JSON has it in UTF-16."""
    units = chr(code).encode("utf-16-be").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))


_ESCAPES = {ord('"'): '\\"', ord("\\"): "\\\\", 8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r"}
_ESCAPES |= {code: f"\\u{code:04x}" for code in range(32) if code not in _ESCAPES}
_ESCAPES |= {code: _hidden(code) for first, last in HIDDEN for code in range(first, last + 1)}


def shown(variant: str, carried: Value | None, missing: int = 0) -> Value:
    """The value of a variant that carries this; ``missing`` items or members of it were cut off."""
    if carried is None:
        return Value("null", JSON)
    match variant:
        case "String":
            return Value(_quoted(carried.text), JSON)
        case "List" | "Object" if carried.parts or not missing:
            return _collection(variant == "Object", carried, missing)
        case _:
            return Value(carried.text, JSON)


def _collection(is_object: bool, carried: Value, missing: int) -> Value:
    if carried.text == "…":  # nested deeper than people look
        return Value("…", JSON)
    names = (f"{label}:" if is_object else "" for label, _ in carried.parts)
    texts = [name + part.text for name, (_, part) in zip(names, carried.parts, strict=True)]
    if missing:
        texts.append(f"… and {missing:,} more")
    inside = ",".join(texts)
    return Value(f"{{{inside}}}" if is_object else f"[{inside}]", JSON, carried.parts)


def _quoted(text: str) -> str:
    return f'"{text.translate(_ESCAPES)}"'
