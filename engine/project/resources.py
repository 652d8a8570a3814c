"""Files that travel with the program: in a checkout beside the packages, in an installed copy inside them."""

from __future__ import annotations

from pathlib import Path

import engine

_PACKAGE = Path(engine.__file__).parent
_CHECKOUT = _PACKAGE.parent


def folder(name: str) -> Path:
    """The folder ``themes``, ``resources`` or ``examples``, wherever this copy has it."""
    inside = {
        "examples": _PACKAGE / "_examples",
        "themes": _CHECKOUT / "studio" / "_themes",
        "resources": _CHECKOUT / "studio" / "_resources",
    }[name]
    return inside if inside.is_dir() else _CHECKOUT / name


def resource_bytes(name: str) -> bytes:
    """The content of a file in ``resources``."""
    return (folder("resources") / name).read_bytes()
