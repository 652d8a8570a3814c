"""The project's Python sources as trees, for the tests that hold the code to its rules."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
RULES: dict[str, Any] = tomllib.loads((Path(__file__).parent / "layers.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Source:
    """One file: its path from the root with slashes, and its tree."""

    path: str
    tree: ast.Module
    text: str


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """All Python files below these folders, by path."""
    found = []
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            found.append(Source(path.relative_to(ROOT).as_posix(), ast.parse(text), text))
    return tuple(found)


def imports(source: Source) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """(line, module, names) of every import; names are empty for ``import module``."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, ()
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, "." * node.level + (node.module or ""), tuple(alias.name for alias in node.names)


def rule_for(path: str, table: dict[str, list[str]]) -> tuple[str, list[str]] | None:
    """The longest key of the table that is the path or a folder above it."""
    keys = [key for key in table if path == key or path.startswith(key + "/")]
    if not keys:
        return None
    key = max(keys, key=len)
    return key, table[key]
