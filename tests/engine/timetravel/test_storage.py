"""A run that was saved is the same run after loading; what is wrong with a file is said, never guessed over."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import api
from tests.engine.timetravel.programs import BANK, FOREVER, PICTURES, STUCK, fields, finished, run_on, started, texts
from tests.engine.trace.frames import rewritten


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.aft"


def test_a_loaded_run_has_the_same_moments_events_and_outputs(path: Path) -> None:
    session = finished(BANK)
    session.save(path)
    loaded = api.Session.load(path)
    assert loaded.warnings == ()
    assert (loaded.seed, loaded.source.text, loaded.total()) == (3, BANK, session.total())
    assert loaded.branches() == session.branches()
    assert loaded.outputs() == session.outputs()
    assert np.array_equal(loaded.events(0, 0, loaded.total()), session.events(0, 0, session.total()))
    for n in range(session.total() + 1):
        assert loaded.state_digest(0, n) == session.state_digest(0, n)
    assert loaded.verify().ok


def test_saving_what_was_loaded_gives_the_same_bytes(path: Path) -> None:
    session = started(FOREVER)
    run_on(session, until=120_000)
    run_on(session, session.fork(0, 50_000, api.DropMessage()).id, until=90_000)
    session.save(path)
    first = path.read_bytes()
    api.Session.load(path).save(path)
    assert path.read_bytes() == first


def test_a_long_loaded_run_goes_to_any_moment(path: Path) -> None:
    session = started(FOREVER, keep_events=False)
    run_on(session, until=1_600_000)
    session.save(path)
    loaded = api.Session.load(path)
    assert len(loaded.history.lines[0].checkpoints) > 5
    for n in (1_599_999, 17, 800_000, 1_600_000):
        assert loaded.state_digest(0, n) == session.state_digest(0, n)


def test_a_loaded_run_goes_on_as_the_original_would(path: Path) -> None:
    session = started(FOREVER)
    run_on(session, until=5_000)
    session.save(path)
    loaded = api.Session.load(path)
    assert run_on(loaded, until=9_000).execution_hash == run_on(session, until=9_000).execution_hash


def test_branches_and_their_changes_are_kept(path: Path) -> None:
    session = finished(BANK)
    n = session.message_texts(0, 0, session.total()).index("pay(Account#2, 30)")
    for change in (
        api.Inject("Account#2.deposit(1000)"),
        api.EditMessage("(Account#2, 99)"),
        api.DropMessage(),
        api.SetField(1, "balance", "7"),
        None,
    ):
        run_on(session, session.fork(0, n, change).id)
    session.fork(1, session.total(1), api.Inject("Account.deposit(2)"), "left alone")
    session.save(path)
    loaded = api.Session.load(path)
    assert loaded.branches() == session.branches()
    for branch in session.branches():
        assert loaded.verify(branch.id).ok
        assert texts(loaded, branch.id) == texts(session, branch.id)
    rewritten(path, lambda kind, body: None if kind == "checkpoint" else body, ended=False)
    without = api.Session.load(path)
    assert without.warnings
    assert without.branches() == session.branches()
    assert all(without.verify(branch.id).ok for branch in without.branches())


def test_pictures_of_an_open_tick_are_not_told_twice_after_loading(path: Path) -> None:
    session = started(PICTURES)
    session.advance(until_tick=8)
    branch = session.fork(0, session.find(0, 4, 1))
    session.advance(until_tick=8, branch=branch.id)
    session.save(path)
    loaded = api.Session.load(path)
    assert loaded.outputs(1) == session.outputs(1) == session.outputs(0)


def test_a_run_that_was_stopped_in_a_turn_is_saved_up_to_it(path: Path) -> None:
    session = started(STUCK)
    while session.total() < 40:
        session.advance(4)
    session.save(path)
    loaded = api.Session.load(path)
    assert loaded.total() == session.total()
    assert loaded.verify().ok


def test_a_torn_file_still_opens_with_a_warning(path: Path) -> None:
    session = started(FOREVER)
    run_on(session, until=1_600_000)
    session.save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 9 // 10])
    loaded = api.Session.load(path)
    assert any("the file ends early; its last" in warning for warning in loaded.warnings)
    assert loaded.state_digest(0, 1_599_999) == session.state_digest(0, 1_599_999)
    assert loaded.verify().ok


def test_a_recording_that_lies_about_its_hashes_is_found_out(path: Path) -> None:
    session = started(FOREVER, keep_events=False)
    run_on(session, until=50_000)
    session.save(path)

    def lie(kind: str, body: dict[str, Any]) -> dict[str, Any]:
        return body | {"execution_hash": 1} if kind == "reached" else body

    rewritten(path, lie)
    loaded = api.Session.load(path)
    result = loaded.verify()
    assert not result.ok
    assert "the replay ends with the hash" in result.message
    with pytest.raises(api.MachineError, match="came to another hash than was recorded"):
        loaded.events(0, 0, 50_000)


def test_a_recording_of_other_events_is_found_out_near_the_first_difference(path: Path, tmp_path: Path) -> None:
    session, other = started(FOREVER), finished(BANK)
    run_on(session, until=50_000)
    session.save(path)
    other.save(tmp_path / "other.aft")

    def lie(kind: str, body: dict[str, Any]) -> dict[str, Any]:
        return body | {"seed": 4} if kind == "header" else body

    rewritten(path, lie)
    result = api.Session.load(path).verify()
    assert not result.ok
    assert result.message.startswith("the replay differs from the recording between event 0 and event 1,02")


def test_a_trace_with_a_module_that_is_none_is_refused(path: Path) -> None:
    finished(BANK).save(path)
    broken = api.Session.load(path).program.wasm[:-5]

    def cut(kind: str, body: dict[str, Any]) -> dict[str, Any]:
        import zstandard
        from blake3 import blake3

        change = {"module": zstandard.compress(broken), "module_digest": blake3(broken).digest()}
        return body | change if kind == "header" else body

    rewritten(path, cut)
    with pytest.raises(api.TraceFileError, match="the program's module ends too early"):
        api.Session.load(path)


@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_flipped_bits_give_a_sentence_or_the_true_run(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "run.aft"
    if not path.exists():
        finished(BANK).save(path)
    content = bytearray(path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    broken = tmp_path / "broken.aft"
    broken.write_bytes(content)
    for salvage in (False, True):
        with contextlib.suppress(api.TraceFileError):
            session = api.Session.load(broken, salvage)
            assert session.verify().ok
            assert fields(session, 0, session.total(), 1)["balance"] == "80"


def test_the_export_is_json_with_all_turns_and_the_same_each_time(path: Path) -> None:
    session = finished(BANK)
    session.export_chrome(path)
    first = path.read_bytes()
    rows = json.loads(first)["traceEvents"]
    assert sum(row["ph"] == "X" for row in rows) == session.total()
    assert {row["args"]["name"] for row in rows if row["name"] == "thread_name"} == {"main", "Account#1", "Account#2"}
    finished(BANK, keep_events=False).export_chrome(path)
    assert path.read_bytes() == first


def test_an_export_that_cannot_be_written_says_why(tmp_path: Path) -> None:
    with pytest.raises(api.TraceFileError, match="was not saved"):
        finished(BANK).export_chrome(tmp_path / "nowhere" / "trace.json")
