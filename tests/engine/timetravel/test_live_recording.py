"""A recording that is written while the run goes on can be opened at any moment, up to its last mark."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest

from engine import api
from engine.base.outside import Answered, Ready, Request
from engine.files.growing import GrowingFile
from engine.timetravel import live_recording
from engine.trace.frames import MAGIC
from engine.vm.machine import Machine
from tests.engine.timetravel.programs import BANK, FOREVER, program, run_on, started
from tests.engine.trace.frames import parts_of, write_parts

ASKING = """\
actor Reader {
    state seen: int = 0
    every 1ms {
        let text = await fs.read("numbers")
        seen += text.len()
        render f"{seen}: {text}"
    }
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


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.aft"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is new is written at every step, so that the tests depend on no clock."""
    monkeypatch.setattr(live_recording, "NOTE_SECONDS", -1.0)


def recorded(source: str, path: Path, outside: api.Outside | None = None) -> api.Session:
    session = api.Session.start(program(source), 3, keep_events=False, outside=outside)
    session.record_into(path)
    return session


def opened(path: Path) -> api.Session:
    """A recording that was cut off: it says so, and what is there is true."""
    session = api.Session.load(path)
    assert session.verify().ok
    assert any("cut off at event" in warning for warning in session.warnings), session.warnings
    return session


def test_a_recording_that_came_to_its_end_is_whole(path: Path) -> None:
    session = recorded(FOREVER, path)
    progress = run_on(session, until=1_600_000)
    assert session.finish_recording() == path
    loaded = api.Session.load(path)
    assert loaded.warnings == ()
    assert loaded.branches() == session.branches()
    assert loaded.verify().ok
    assert loaded.total() == progress.total
    assert len(loaded.history.lines[0].checkpoints) > 4
    for n in (1_599_999, 17, 800_000, 1_600_000):
        assert loaded.state_digest(0, n) == session.state_digest(0, n)
    assert list(path.parent.iterdir()) == [path]


def test_a_recording_is_whole_while_the_run_rests_and_goes_on_with_it(path: Path) -> None:
    session = recorded(FOREVER, path)
    for until in (20_000, 20_001, 60_000):
        run_on(session, until=until)
        session.advance(max_events=0)  # the last marks are written, and not yet what came after them
        for rest in (session.write_recording, session.rest_recording, session.rest_recording):
            rest()
            loaded = api.Session.load(path)
            assert loaded.branches() == session.branches()
            assert loaded.verify().ok
        assert loaded.warnings == ()
    run_on(session, session.fork(0, 30_000).id, until=40_000)
    session.rest_recording()
    loaded = api.Session.load(path)
    assert (loaded.branches(), loaded.warnings) == (session.branches(), ())
    assert session.recording_bytes == path.stat().st_size
    session.drop_recording()
    assert list(path.parent.iterdir()) == []
    assert session.recording_bytes is None
    run_on(session, 0, until=70_000)


def test_at_every_moment_of_the_run_the_file_opens_up_to_there(path: Path) -> None:
    session = recorded(FOREVER, path)
    whole = started(FOREVER, keep_events=False)
    run_on(whole, until=400_000)
    for until in (0, 10, 5_000, 300_000):
        while session.total() < until:
            session.advance(max_events=min(50_000, until - session.total()))
        session.advance(max_events=1)
        copy = path.with_name("copy.aft")
        shutil.copyfile(path, copy)
        loaded = opened(copy)
        assert until - 2_000 < loaded.total() <= session.total()
        assert run_on(loaded, until=400_000).execution_hash == whole.execution_hash()
    session.leave_recording()


def test_a_file_that_is_cut_anywhere_opens_or_says_what_is_lost(path: Path) -> None:
    session = recorded(FOREVER, path)
    for _ in range(20):
        session.advance(max_events=3_000)
    session.finish_recording()
    data = path.read_bytes()
    beginning = parts_of(path)[:3]
    assert [kind for kind, _ in beginning] == ["header", "branch", "reached"]
    write_parts(path, beginning, ended=False)
    start = path.stat().st_size
    step = (len(data) - start) // 40
    for cut in (0, 10, len(MAGIC), start // 2, start - 1):
        path.write_bytes(data[:cut])
        with pytest.raises(api.TraceFileError):
            api.Session.load(path)
    for cut in (*range(start, len(data), step), len(data) - 1):
        path.write_bytes(data[:cut])
        loaded = api.Session.load(path)
        assert loaded.warnings
        assert loaded.verify().ok


def test_answers_of_the_outside_are_in_the_file_before_what_they_led_to(path: Path) -> None:
    outside = Numbers()
    session = recorded(ASKING, path, outside)
    while session.total() < 100:
        session.advance(max_events=7)
    session.advance(max_events=1)
    session.leave_recording()
    loaded = opened(path)
    assert loaded.total() > 90
    assert loaded.outputs()[5].text.endswith(": number 6")
    assert run_on(loaded, until=session.total()).execution_hash == session.execution_hash()


def test_a_failure_in_the_middle_leaves_a_recording_up_to_there(path: Path) -> None:
    session = recorded(BANK, path)
    session.advance(max_events=4)
    assert session.leave_recording() == path
    assert opened(path).total() == 4


def test_what_was_there_stays_until_the_new_one_is_whole(path: Path) -> None:
    path.write_bytes(b"old")
    path.chmod(0o600)
    session = recorded(FOREVER, path)
    session.advance(max_events=5_000)
    session.advance(max_events=5_000)
    (unfinished,) = [file for file in path.parent.iterdir() if file != path]
    assert unfinished.name.startswith("run.unfinished-")
    assert unfinished.suffix == ".aft"
    assert path.read_bytes() == b"old"
    shutil.copyfile(unfinished, path.with_name("copy.aft"))
    assert opened(path.with_name("copy.aft")).total() >= 4_000
    path.with_name("copy.aft").unlink()
    assert session.finish_recording() == path
    assert list(path.parent.iterdir()) == [path]
    assert path.stat().st_mode & 0o777 == 0o600
    assert api.Session.load(path).total() == session.total()


def test_two_runs_never_record_into_one_file(path: Path) -> None:
    first = recorded(FOREVER, path)
    first.advance(max_events=1_000)
    with pytest.raises(api.TraceFileError, match="another run is recording into it"):
        recorded(FOREVER, path)
    first.finish_recording()
    assert api.Session.load(path).verify().ok
    recorded(FOREVER, path).finish_recording()


@pytest.mark.parametrize("end", ["finish_recording", "leave_recording", "drop_recording"])
def test_two_runs_never_take_the_place_of_one_file(path: Path, end: str) -> None:
    path.write_bytes(b"old")
    first = recorded(FOREVER, path)
    first.advance(max_events=1_000)
    with pytest.raises(api.TraceFileError, match="another run is recording into it"):
        recorded(FOREVER, path)
    with pytest.raises(api.TraceFileError, match="another run is recording into it"):
        first.save(path)
    assert path.read_bytes() == b"old"
    getattr(first, end)()
    recorded(FOREVER, path).finish_recording()
    assert api.Session.load(path).verify().ok


def test_a_recording_that_was_removed_meanwhile_is_written_again(path: Path) -> None:
    session = recorded(FOREVER, path)
    session.advance(max_events=1_000)
    path.unlink()
    session.advance(max_events=1_000)
    session.finish_recording()
    assert api.Session.load(path).total() == session.total()


@pytest.mark.parametrize("old", [False, True])
def test_a_full_disk_keeps_what_was_recorded_and_says_where(
    path: Path, monkeypatch: pytest.MonkeyPatch, old: bool
) -> None:
    if old:
        path.write_bytes(b"old")
    session = recorded(FOREVER, path)
    session.advance(max_events=5_000)
    session.advance(max_events=5_000)
    write = os.write

    def full(handle: int, data: bytes) -> int:
        if len(data) > 5:
            return write(handle, data[:5])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        with pytest.raises(api.TraceFileError, match="No space left on device; what was recorded until then is in"):
            session.advance(max_events=5_000)
    if old:
        assert path.read_bytes() == b"old"
    (kept,) = [file for file in path.parent.iterdir() if file != path] if old else [path]
    assert opened(kept).total() >= 4_000
    session.advance(max_events=100)  # the run itself can go on


def test_no_interrupt_reaches_saving(path: Path) -> None:
    session = recorded(FOREVER, path)
    run_on(session, until=300_000)
    run_on(session, session.fork(0, 150_000).id, until=200_000)
    done = threading.Event()

    def insist() -> None:
        while not done.is_set():
            session.interrupt()

    thread = threading.Thread(target=insist)
    thread.start()
    try:
        for number in range(20):
            for line in session.history.lines:
                line.digest = None  # it is computed by going to the end
            session.save(path.with_name(f"{number}.aft"))
        session.finish_recording()
    finally:
        done.set()
        thread.join()
    assert api.Session.load(path).verify().ok
    assert api.Session.load(path.with_name("19.aft")).verify().ok


def test_a_file_never_appears_without_its_beginning(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="Input/output error"):
        GrowingFile.create(path, b"start")
    assert list(path.parent.iterdir()) == []


def test_a_stop_between_two_steps_leaves_a_whole_recording(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = recorded(FOREVER, path)
    session.advance(max_events=5_000)
    run = Machine.run

    def stopped_right_after(machine: Machine, *arguments: Any, **named: Any) -> api.Status:
        status = run(machine, *arguments, **named)
        session.interrupt()
        return status

    with monkeypatch.context() as patched:
        patched.setattr(Machine, "run", stopped_right_after)
        progress = session.advance(max_events=300_000)
    session.finish_recording()
    loaded = api.Session.load(path)
    assert loaded.warnings == ()
    assert loaded.total() == progress.total > 5_000
    assert loaded.verify().ok
    session.save(path)
    assert api.Session.load(path).verify().ok


def test_marks_behind_the_end_of_a_step_that_was_undone_are_not_written(path: Path) -> None:
    session = recorded(FOREVER, path)
    other = started(FOREVER)
    run_on(other, until=40_000)
    session.advance(max_events=10_000)
    session.history.lines[0].marks.add(other.history.lines[0].marks.rows)
    for save in (session.finish_recording, lambda: session.save(path)):
        save()
        assert api.Session.load(path).verify().ok


KEPT_TWICE = """\
actor B { on never() -> int { render await self.never() } }
actor W {
    state n: int = 0
    on go(b: B) { n = await b.never() }
    on take(s: string) { n += s.len() }
}
actor S(w: W) {
    on go() {
        let s = "x".repeat(50_000)
        for i in 0..100 { w.take(s) }
    }
}
let b = spawn B()
let w = spawn W()
w.go(b)
let s = spawn S(w)
after 5ms s.go()
"""


def test_a_run_whose_memory_ends_between_two_turns_leaves_a_recording_that_opens(path: Path) -> None:
    session = recorded(KEPT_TWICE, path)
    machine = session.recorder.machine
    cells = {cell.name: cell.address >> 2 for cell in session.metadata.cells}
    words = machine.memory.view("<u4")
    words[cells["memory_limit"]] = int(words[cells["heap_end"]]) + 10_800_000
    while session.total() < 6:
        session.advance(max_events=2)
    with pytest.raises(api.MachineError, match="memory is used up: at event 7, between two turns"):
        session.advance(max_events=2)
    assert session.leave_recording() == path
    assert opened(path).total() == 6
