"""``aeroflow verify`` looks at all branches, and other commands tell of a recording that lies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine import api
from tests.engine.cli.test_commands import aeroflow
from tests.engine.timetravel.programs import BANK, finished, run_on
from tests.engine.timetravel.test_lies import lie

RIGHT = "the outputs and the final state match the recording"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A recording with two branches."""
    path = tmp_path / "run.aft"
    session = finished(BANK)
    run_on(session, session.fork(0, 5, api.SetField(1, "balance", "7")).id)
    session.save(path)
    return path


def lie_about_the_fork(path: Path) -> None:
    """The second branch is said to go on."""
    lie(path, "reached", lambda body: body | {"status": "running"}, -1)


def test_verify_names_each_branch(path: Path) -> None:
    result = aeroflow("verify", path)
    first, second = result.stdout.splitlines()
    assert result.exit_code == 0
    assert first.startswith("branch 0 (original): Verified: all ")
    assert second.startswith("branch 1 (fork 1): Verified: all ")
    assert first.endswith(RIGHT)
    assert second.endswith(RIGHT)


def test_a_lie_about_any_branch_ends_verify_with_1(path: Path) -> None:
    lie_about_the_fork(path)
    result = aeroflow("verify", path)
    assert result.exit_code == 1
    assert "branch 0 (original): Verified" in result.stdout
    assert "branch 1 (fork 1): every event is the same, but" in result.stdout
    plain = json.loads(aeroflow("verify", path, "--json").stdout)
    assert (plain["ok"], [branch["ok"] for branch in plain["branches"]]) == (False, [True, False])
    assert plain["message"] == plain["branches"][1]["message"]


def test_one_branch_can_be_verified_alone(path: Path) -> None:
    lie_about_the_fork(path)
    for branch, code in ((0, 0), (1, 1), (2, 2)):
        result = aeroflow("verify", path, "--branch", branch)
        assert result.exit_code == code
        assert len(result.stdout.splitlines()) == (code < 2)


def test_other_commands_tell_of_a_lie_before_they_show_anything(path: Path) -> None:
    lie_about_the_fork(path)
    for words in (("state", path, "--at", 3), ("events", path), ("export", path, "-o", path.with_suffix(".json"))):
        result = aeroflow(*words)
        assert result.exit_code == 0
        assert "this recording does not replay as it says: " in result.stderr
