"""What a file says of its run is compared with a replay when it is opened, before anything of it is shown."""

from __future__ import annotations

from pathlib import Path

import msgpack
import pytest

from engine import api
from engine.timetravel import opening
from tests.engine.language.running import program_of
from tests.engine.timetravel.hostile import FOREVER as ENDLESS
from tests.engine.timetravel.hostile import insisting, module, put_into
from tests.engine.timetravel.programs import BANK, finished, run_on
from tests.engine.timetravel.test_foreign_pictures import put_memory
from tests.engine.timetravel.test_lies import lie
from tests.engine.timetravel.test_outside import READER, Fake, finish

BALANCE = 123_456_789
TOLD = "this recording does not replay as it says: "


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A recording with two branches."""
    path = tmp_path / "run.aft"
    session = finished(BANK)
    run_on(session, session.fork(0, 5, api.SetField(1, "balance", str(BALANCE))).id)
    session.save(path)
    return path


def warned(path: Path) -> str:
    """The warning with which a file is opened that lies about its run."""
    (warning,) = api.Session.load(path).warnings
    assert warning.startswith(TOLD)
    return warning.removeprefix(TOLD)


def test_a_recording_that_tells_the_truth_opens_without_a_word(path: Path) -> None:
    session = api.Session.load(path)
    assert (session.warnings, session.not_compared) == ((), "")


def test_another_seed_is_told_when_the_file_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "run.aft"
    finished("render random_int(1, 1000000)").save(path)
    lie(path, "header", lambda body: body | {"seed": body["seed"] + 1})
    assert "ends with the hash" in warned(path)


def test_another_answer_of_the_outside_is_told_when_the_file_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "run.aft"
    session = api.Session.start(program_of(READER), 1, outside=Fake(one="1", two="22", three="333"))
    finish(session)
    session.save(path)
    lie(path, "answers", lambda body: body | {"answers": [[*a[:3], msgpack.packb("x")] for a in body["answers"]]})
    assert "ends with the hash" in warned(path)


def test_a_forged_beginning_of_a_branch_is_told_when_the_file_is_opened(path: Path) -> None:
    true, false = (balance.to_bytes(8, "little") for balance in (BALANCE, BALANCE + 1))

    def forge(_: bytearray, heap: bytearray) -> None:
        assert heap.count(true) == 1
        heap[:] = heap.replace(true, false)

    put_memory(path, forge)
    assert "the checkpoint at event 5 is not the moment" in warned(path)
    session = api.Session.load(path)
    assert not session.verify(1).ok
    assert not session.verify(1).ok


def test_a_lie_about_any_branch_is_told_when_the_file_is_opened(path: Path) -> None:
    lie(path, "reached", lambda body: body | {"status": "running"}, -1)
    assert "goes on, which is finished" in warned(path)


def test_a_long_recording_says_that_it_was_not_compared(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "COMPARED_EVENTS_MAX", 20)
    lie(path, "reached", lambda body: body | {"status": "running"}, -1)
    session = api.Session.load(path)
    assert session.warnings == ()
    assert "were not compared with a replay before they are shown" in session.not_compared
    assert not session.verify(1).ok


def test_turns_without_end_are_not_waited_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "COMPARED_SECONDS_MAX", 0.0)
    finished(BANK).save(path)
    put_into(path, module({"run": ENDLESS}))
    session = api.Session.load(path)
    assert "take long to replay and were not compared" in session.not_compared
    assert not session.signal.requested


def test_stop_ends_opening_while_it_compares(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "COMPARED_SECONDS_MAX", 1e9)
    finished(BANK).save(path)
    put_into(path, module({"run": ENDLESS}))
    with pytest.raises(api.Interrupted):
        insisting(lambda signal: api.Session.load(path, signal=signal))
