"""The same program and seed give the same bits, whatever else is different."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from engine import api
from engine.project.resources import folder
from tests.tidy.sources import ROOT

BANK = folder("examples") / "bank" / "bank.aefl"


def _program() -> api.Program:
    build = api.compile(BANK.read_text(encoding="utf-8"), BANK.name)
    assert build.program is not None
    return build.program


def _finish(session: api.Session, branch: int = 0) -> int:
    while True:
        progress = session.advance(branch=branch)
        if progress.status is not api.Status.RUNNING:
            return progress.execution_hash


def test_ten_runs_have_one_hash() -> None:
    program = _program()
    assert len({_finish(api.Session.start(program, seed=7)) for _ in range(10)}) == 1


def test_another_seed_is_another_run() -> None:
    program = _program()
    assert _finish(api.Session.start(program, seed=1)) != _finish(api.Session.start(program, seed=2))


def test_recording_and_keeping_events_change_nothing() -> None:
    program = _program()
    hashes = {
        _finish(api.Session.start(program, record=record, keep_events=keep))
        for record in (True, False)
        for keep in (True, False)
    }
    assert len(hashes) == 1


@pytest.mark.parametrize("slice_events", [1, 7, 1000])
def test_the_size_of_slices_changes_nothing(slice_events: int) -> None:
    program = _program()
    session = api.Session.start(program)
    while session.advance(max_events=slice_events).status is api.Status.RUNNING:
        pass
    assert session.advance().execution_hash == _finish(api.Session.start(program))


def test_a_fork_without_a_change_ends_in_the_same_hash() -> None:
    session = api.Session.start(_program())
    hash_of_run = _finish(session)
    for n in (1, session.total(0) // 3, session.total(0) - 1):
        branch = session.fork(0, n, None)
        assert _finish(session, branch.id) == hash_of_run
        assert session.first_difference(0, branch.id) is None


def test_the_hash_is_the_same_in_processes_with_other_hash_seeds() -> None:
    code = (
        "from tests.engine.test_determinism_of_runs import _finish, _program;"
        "from engine import api; print(_finish(api.Session.start(_program())))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        ).stdout
        for seed in ("0", "1", "4711")
    }
    assert len(outputs) == 1
