"""Reads the language reference that comes along."""

from __future__ import annotations

from pathlib import Path


def read_reference(docs: Path) -> dict[str, str]:
    """The texts of the chapters and of the grammar, by the names of their files."""
    paths = [*sorted((docs / "language").glob("*.md")), docs / "grammar.ebnf"]
    return {path.name: path.read_text(encoding="utf-8") for path in paths}
