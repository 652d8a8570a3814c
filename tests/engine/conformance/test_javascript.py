"""The whole corpus does in Node and in a browser, to the byte, what it does here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.conformance.corpus import corpus_paths, read_corpus_file
from tests.conformance.executors.browser import browser, on_browser
from tests.conformance.executors.jobs import Job
from tests.conformance.executors.node import node, on_node
from tests.conformance.observation import Observation, compiled, on_wasmtime

Executor = Callable[[Sequence[Job], Path], list[Observation | str]]


@pytest.mark.parametrize(
    "executor",
    [
        pytest.param(on_node, marks=pytest.mark.skipif(node() is None, reason="Node is not installed")),
        pytest.param(on_browser, marks=pytest.mark.skipif(browser() is None, reason="Chromium is not installed")),
    ],
)
def test_the_corpus_does_the_same_in_javascript(executor: Executor, tmp_path: Path) -> None:
    names: list[str] = []
    jobs: list[Job] = []
    for path in corpus_paths():
        file = read_corpus_file(path)
        program = compiled(file)
        if program is not None:
            names.append(file.name)
            jobs.append((program, file.settings))
    found = dict(zip(names, executor(jobs, tmp_path), strict=True))
    wanted = {name: on_wasmtime(*job) for name, job in zip(names, jobs, strict=True)}
    different = [f"{name}: {found[name]}\n  here: {wanted[name]}" for name in names if found[name] != wanted[name]]
    assert different == [], "\n".join(different)
