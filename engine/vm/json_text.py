"""A value of the library's enum ``json`` as people see it: as JSON text, with its items or members as parts.

The text is the one that the program's own ``to_text()`` gives.
"""

from __future__ import annotations

import math

from engine.base.values import Value

JSON = "json"
"""The name of the enum."""

_ESCAPES = {ord('"'): '\\"', ord("\\"): "\\\\", 8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r"}
_ESCAPES |= {code: f"\\u{code:04x}" for code in range(32) if code not in _ESCAPES}


def shown(variant: str, carried: Value | None, missing: int = 0) -> Value:
    """The value of a variant that carries this; ``missing`` items or members of it were cut off."""
    if carried is None:
        return Value("null", JSON)
    match variant:
        case "String":
            return Value(_quoted(carried.text), JSON)
        case "Float":
            return Value(carried.text if math.isfinite(float(carried.text)) else "null", JSON)
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
