"""Every example prints what its expectation says, the same under every hash seed and at every run."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import api
from engine.project.resources import folder

EXAMPLES = folder("examples")
PROGRAMS = sorted(EXAMPLES.rglob("*.aefl"))


def _rendered(path: Path) -> str:
    """What the program renders, with its faults as lines that begin with ``fault:``."""
    build = api.compile(path.read_text(encoding="utf-8"), path.name)
    assert build.program is not None, [problem.message for problem in build.problems]
    session = api.Session.start(build.program)
    lines: list[str] = []
    while True:
        progress = session.advance()
        for output in progress.outputs:
            lines.append(f"fault: {output.fault.message}" if output.fault else output.text)
        if progress.status is not api.Status.RUNNING:
            return "".join(line + "\n" for line in lines)


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda p: p.stem)
def test_an_example_prints_what_it_promises(path: Path) -> None:
    assert _rendered(path) == path.with_suffix(".expected").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda p: p.stem)
def test_an_example_has_no_problems(path: Path) -> None:
    assert api.analyse(path.read_text(encoding="utf-8"), path.name).problems == ()


def test_every_folder_of_examples_has_a_readme() -> None:
    bare = [f.name for f in sorted(EXAMPLES.iterdir()) if f.is_dir() and not (f / "README.md").exists()]
    assert bare == []
