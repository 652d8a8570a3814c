"""What Studio offers is used: a public function that only its tests call is dead."""

from __future__ import annotations

import ast
import re
from collections import Counter

from tests.tidy.sources import sources

_NAME = re.compile(r"\w+")
CALLED_ELSEWHERE = {"backward": "Qt calls it", "is_daemon": "says of a thread what a test cannot see otherwise"}


def _is_of_qt(name: str) -> bool:
    """Whether a name is written as Qt writes it: only what overrides a method of Qt is."""
    return name != name.lower()


def test_public_functions_of_studio_have_a_caller() -> None:
    said = Counter(word for s in sources("engine", "studio") for word in _NAME.findall(s.text))
    defined = [
        (node.name, f"{source.path}:{node.lineno} {node.name}")
        for source in sources("studio")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not _is_of_qt(node.name)
    ]
    times = Counter(name for name, _ in defined)
    dead = [place for name, place in defined if said[name] <= times[name] and name not in CALLED_ELSEWHERE]
    assert not dead, "nothing calls these; remove them:\n" + "\n".join(dead)
