"""Short forms of the trials that take a command each; the long ones are run before a release."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.trials import fuzz_sources, fuzz_traces, kills, limits, places
from tests.trials.fuzz_outside import trial


def test_projects_and_answers_from_strangers_do_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert trial(seed=7, count=25) == []


def test_changed_recordings_do_no_harm_and_their_lies_are_seen() -> None:
    results = fuzz_traces.trial(seed=3, count=60, processes=1)
    assert len(results) == 60
    assert [result for result in results if result.outcome.kind in fuzz_traces.FAULTS] == []


def test_any_text_is_read_checked_and_formatted_without_a_fault() -> None:
    results = list(fuzz_sources.trial(seed=5, count=150))
    assert len(results) == 150
    assert [(result.number, result.fault) for result in results if result.fault] == []


@pytest.mark.skipif(limits.resource is None, reason="there are no limits of this kind here")
@pytest.mark.parametrize("name", ["recursion", "a string that doubles", "an endless loop", "a deep value"])
def test_a_program_that_asks_for_too_much_ends_in_a_fault_or_can_be_stopped(name: str, tmp_path: Path) -> None:
    (program,) = [program for program in limits.PROGRAMS if program.name == name]
    assert limits.outcome(program, tmp_path, None) == ""


@pytest.mark.skipif(limits.resource is None, reason="there are no limits of this kind here")
def test_without_memory_for_the_engine_there_is_a_sentence(tmp_path: Path) -> None:
    assert limits.outcome(limits.PROGRAMS[0], tmp_path, 1024) == ""


@pytest.mark.skipif(not places.may_mount(), reason="making a full disk takes root on Linux")
@pytest.mark.parametrize("case", [places.a_full_disk, places.a_user_who_may_not_write])
def test_where_nothing_can_be_saved_nothing_is_lost(case: places.Case, tmp_path: Path) -> None:
    assert case(tmp_path) == []


@pytest.mark.skipif(os.name != "posix", reason="runs are started by fork")
def test_a_recording_that_is_killed_opens_up_to_its_last_mark() -> None:
    assert [outcome for outcome in kills.trial(count=6, seed=11) if outcome.kind in ("lost", "damaged")] == []


def test_what_was_typed_before_studio_was_killed_is_back() -> None:
    pytest.importorskip("PySide6")
    from tests.trials import typing_kills

    assert [outcome for outcome in typing_kills.trial(count=2, seed=5) if outcome.is_lost] == []
