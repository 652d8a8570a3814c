"""Programs of open documents: what they import comes from the other documents, or from the disk.

A document that has no file yet stands alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine import api


def analyse(text: str, file: str, unsaved: Mapping[str, str]) -> api.Analysis:
    """What is known of a document; ``unsaved`` are the texts of all open documents by file."""
    if not Path(file).is_absolute():
        return api.analyse(text, file)
    return api.analyse_in_project(text, file, unsaved)


def compile(text: str, file: str, unsaved: Mapping[str, str], test: str | None = None) -> api.Build:
    """The program of a document, or one of its tests."""
    if not Path(file).is_absolute():
        return api.compile(text, file, api.Surroundings(test=test))
    return api.compile_in_project(text, file, unsaved, test)


def seed_of_test(file: str, name: str) -> int:
    """The seed that a test of a document always has, in `aeroflow test` too."""
    return api.seed_of_test(name, api.project_of(Path(file)).seed if Path(file).is_absolute() else 0)
