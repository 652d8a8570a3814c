"""Any change to any field of a recording, with right checksums: a sentence, or the run as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import api
from tests.trials.fuzz_traces import FAULTS, try_one
from tests.trials.traces_to_fuzz import RUNS, shown


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Short recordings with forks, answers from outside, awaits and values of all kinds."""
    folder = tmp_path_factory.mktemp("runs")
    found = {name: folder / f"{name}.aft" for name in ("bank", "outside", "shop", "types")}
    for name, path in found.items():
        RUNS[name]().save(path)
    return found


@pytest.fixture(scope="module")
def true(files: dict[str, Path]) -> dict[str, str]:
    """What the recordings show."""
    return {name: shown(api.Session.load(path)) for name, path in files.items()}


@given(number=st.integers(0, 10**9))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_change_of_any_field_gives_a_sentence_or_the_same_run(
    files: dict[str, Path], true: dict[str, str], tmp_path: Path, number: int
) -> None:
    result = try_one(files, true, number, 0, tmp_path)
    assert result.outcome.kind not in FAULTS, f"{result.run}: {result.where}: {result.outcome.words}"
