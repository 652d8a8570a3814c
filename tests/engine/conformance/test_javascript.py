"""The whole corpus does in Node and in a browser, to the byte, what it does here, also in memory of random bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.base.events import EVENT_DTYPE
from tests.conformance.corpus import corpus_paths, read_corpus_file
from tests.conformance.executors.browser import browser, on_browser
from tests.conformance.executors.jobs import Job
from tests.conformance.executors.node import node, on_node
from tests.conformance.observation import Observation, compiled, on_wasmtime

Executor = Callable[[Sequence[Job], Path, bool], list[Observation | str]]


@pytest.mark.parametrize("littered", [False, True], ids=["clean", "littered"])
@pytest.mark.parametrize(
    "executor",
    [
        pytest.param(on_node, marks=pytest.mark.skipif(node() is None, reason="Node is not installed")),
        pytest.param(on_browser, marks=pytest.mark.skipif(browser() is None, reason="Chromium is not installed")),
    ],
)
def test_the_corpus_does_the_same_in_javascript(executor: Executor, littered: bool, tmp_path: Path) -> None:
    names: list[str] = []
    jobs: list[Job] = []
    for path in corpus_paths():
        file = read_corpus_file(path)
        program = compiled(file)
        if program is not None:
            names.append(file.name)
            jobs.append((program, file.settings))
    found = dict(zip(names, executor(jobs, tmp_path, littered), strict=True))
    wanted: dict[str, Observation | str] = {name: on_wasmtime(*job) for name, job in zip(names, jobs, strict=True)}
    if littered:  # then the host empties its buffers more often
        found, wanted = _without_places(found), _without_places(wanted)
    different = [f"{name}: {found[name]}\n  here: {wanted[name]}" for name in names if found[name] != wanted[name]]
    assert different == [], "\n".join(different)


def _without_places(observations: dict[str, Observation | str]) -> dict[str, Observation | str]:
    """The same, whenever the host emptied the buffer in which the payloads of events lie."""
    found = dict(observations)
    for name, one in observations.items():
        if isinstance(one, Observation):
            rows = np.frombuffer(one.events, EVENT_DTYPE).copy()
            rows["payload_offset"] = 0
            found[name] = replace(one, events=rows.tobytes())
    return found
