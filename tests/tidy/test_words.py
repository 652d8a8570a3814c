"""Words that people read: one for each idea, in Studio, on the command line and in the reference."""

from __future__ import annotations

import ast
import re

from tests.tidy.sources import ROOT, sources

FOREIGN = ("Chrome traces", "trace.json", "[Desktop Entry]", "<?xml")
"""What others call theirs, and texts for machines, which have kept the name of the type of file."""
TRACE = re.compile(r"\btraces?\b", re.IGNORECASE)


def sentences(tree: ast.AST) -> list[tuple[int, str]]:
    """The string constants of several words, but for docstrings."""
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    loose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and " " in node.value
        and id(node) not in docs | loose
    ]


def test_a_recorded_run_is_called_a_recording_wherever_it_is_read() -> None:
    found = [
        f"{s.path}:{line}: {text}"
        for s in sources("engine", "studio")
        for line, text in sentences(s.tree)
        if TRACE.search(text) and not any(word in text for word in FOREIGN)
    ]
    for page in (ROOT / "resources" / "docs" / "language").glob("*.md"):
        found += [f"{page.name}: {line}" for line in page.read_text().splitlines() if TRACE.search(line)]
    assert not found, "write recording:\n" + "\n".join(found)
