"""Whatever the writer writes, the reader opens: here runs that are longer than every limit, which are small."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest

from engine import api
from engine.base.outside import Answered, Ready, Request
from engine.timetravel import live_recording
from engine.trace import writing
from engine.trace.aft import read_trace
from engine.trace.limits import Limits
from tests.engine.timetravel.programs import BANK, FOREVER, program, run_on
from tests.engine.trace.frames import parts_of

SMALL = Limits(kept_bytes=2**19, frames=20)
"""What the beginning of a small run takes; everything else comes from the bytes of the file."""
ASKING = """\
actor Reader {
    state seen: int = 0
    every 1ms { seen += (await fs.read("numbers")).len() }
}
spawn Reader()
"""


class Numbers:
    """An outside that answers each request with a new number."""

    def __init__(self) -> None:
        self.asked = 0

    def begin(self, request: Request) -> Ready:
        self.asked += 1
        return Ready(Answered(f"number {self.asked}"))


@pytest.fixture(autouse=True)
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.timetravel.storage.read_trace", partial(read_trace, limits=SMALL))
    monkeypatch.setattr(live_recording, "NOTE_SECONDS", -1.0)
    monkeypatch.setattr(writing, "MARKS_IN_A_FRAME", 100)
    monkeypatch.setattr(writing, "ANSWERS_IN_A_FRAME", 7)
    monkeypatch.setattr(writing, "ANSWER_BYTES_IN_A_FRAME", 100)


@pytest.mark.parametrize("live", [True, False])
def test_a_run_that_is_longer_than_any_limit_opens_and_is_verified(tmp_path: Path, live: bool) -> None:
    path = tmp_path / "run.aft"
    session = api.Session.start(program(FOREVER), 3, keep_events=False)
    if live:
        session.record_into(path)
        while session.total() < 600_000:
            session.advance(max_events=5_000)
        session.finish_recording()
    else:
        run_on(session, until=600_000)
        session.save(path)
    kinds = [kind for kind, _ in parts_of(path)]
    assert kinds.count("marks") > 5
    assert len(kinds) > SMALL.frames or not live
    loaded = api.Session.load(path)
    assert loaded.warnings == ()
    assert loaded.verify().ok
    assert loaded.branches() == session.branches()
    saved = tmp_path / "again.aft"
    loaded.save(saved)
    assert api.Session.load(saved).verify().ok


@pytest.mark.parametrize("live", [True, False])
def test_many_answers_of_the_outside_stand_in_many_frames(tmp_path: Path, live: bool) -> None:
    path = tmp_path / "run.aft"
    session = api.Session.start(program(ASKING), 3, outside=Numbers())
    if live:
        session.record_into(path)
    while session.total() < 1_000:
        session.advance(max_events=100)
    if live:
        session.finish_recording()
    else:
        session.save(path)
    assert [kind for kind, _ in parts_of(path)].count("answers") > 20
    loaded = api.Session.load(path)
    assert loaded.warnings == ()
    assert loaded.verify().ok
    assert loaded.history.lines[0].answers == session.history.lines[0].answers


def test_a_hole_in_a_file_gives_it_no_right_to_memory(tmp_path: Path) -> None:
    path = tmp_path / "run.aft"
    session = api.Session.start(program(BANK), 3)
    run_on(session)
    session.save(path)
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.truncate(2**36)
    if path.stat().st_blocks * 512 > 2**20:
        pytest.skip("this file system keeps no holes")
    with pytest.raises(api.TraceFileError) as caught:
        read_trace(path, limits=Limits(kept_bytes=0, kept_per_byte=1))
    (allowed,) = re.findall(r"needs more than ([\d,]+) bytes", str(caught.value))
    assert int(allowed.replace(",", "")) < size + 2**16


def test_a_run_has_as_many_forks_as_its_file_may_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.timetravel.session.BRANCHES_MAX", 3)
    monkeypatch.setattr("engine.trace.validate.BRANCHES_MAX", 3)
    session = api.Session.start(program(BANK), 3)
    run_on(session)
    session.fork(0, 1)
    session.fork(1, 1)
    with pytest.raises(api.ForkError, match="at most 3 branches"):
        session.fork(0, 2)
    session.save(tmp_path / "run.aft")
    assert len(api.Session.load(tmp_path / "run.aft").branches()) == 3


def test_a_frame_that_could_not_be_read_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.trace.frames.FRAME_BYTES_MAX", 1_000)
    session = api.Session.start(program(BANK), 3)
    run_on(session)
    with pytest.raises(api.TraceFileError, match="more than a recording can hold"):
        session.save(tmp_path / "run.aft")
    assert list(tmp_path.iterdir()) == []
