"""A run that was not saved is back after ``kill -9``, with all its events; one that is not wanted leaves nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine import api
from engine.timetravel import live_recording
from studio.application import Studio
from studio.model.places import Places
from studio.services import run_files
from studio.services.journal import ADOPTIONS_MAX
from tests.engine.timetravel.hostile import FOREVER, module, put_into

COUNTER = """\
actor Counter {
    state n: int = 0
    on add(k: int) { n += k; render n }
}
let c = spawn Counter()
for k in 1..40 { c.add(k) }
"""
ENDLESS = """\
actor Clock {
    state n: int = 0
    every 1ms { n += 1 }
}
spawn Clock()
"""
VICTIM = """
import sys, time
from pathlib import Path
from studio.app import make_application
from studio.application import Studio
from studio.model.places import find_places
app = make_application()
studio = Studio(app, find_places(), "light")
studio.window.show()
run = studio.model.run
until = sys.argv[2]
for name in sys.argv[3:]:
    studio.files.open(Path(name))
    studio.background.drain()
    number = run.run_number + 1
    studio.model.commands.invoke("run.start")
    while run.shown_run < number or run.total < 3 or (until == "finished" and run.state != "finished"):
        app.processEvents()
if sys.argv[1] == "fork":
    run.seek(5)
    run.fork(None)
    while len(run.branches) < 2 or run.state != "finished":
        app.processEvents()
while until == "finished" and not studio.engine._thread.is_idle:
    app.processEvents()
print("ready", flush=True)
while True:
    app.processEvents()
    print(run.total, flush=True)
    time.sleep(0.01)
"""


def killed(todo: str, until: str, *files: Path, moment: Callable[[], bool] = lambda: True) -> None:
    """Runs programs in a Studio of its own, and kills it without warning at a moment."""
    command = [sys.executable, "-c", VICTIM, todo, until, *map(str, files)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout as output:
        assert output.readline() == "ready\n"
        while not moment():
            output.readline()
        process.kill()
        process.wait()


def program(tmp_path: Path, text: str, name: str = "counter.aefl") -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


def by_the_engine(text: str, path: Path, events: int | None = None) -> api.Branch:
    """What the engine alone makes of a program: the second opinion."""
    compiled = api.compile(text, str(path)).program
    assert compiled is not None
    session = api.Session.start(compiled, 0)
    while session.advance(events - session.total() if events is not None else 100_000).status is api.Status.RUNNING:
        if events is not None and session.total() >= events:
            break
    return session.branches()[0]


def recordings(places: Places) -> list[Path]:
    return sorted(places.journal.rglob("*.aft"))


def opened(studio: Studio, path: Path, qtbot: QtBot, state: str = "finished") -> None:
    """Opens a program and runs it."""
    number = studio.model.run.run_number + 1
    studio.files.open(path)
    studio.background.drain()
    assert studio.model.commands.invoke("run.start")
    run = studio.model.run
    qtbot.waitUntil(lambda: run.shown_run == number and run.state == state and run.total > 3, timeout=30_000)
    qtbot.waitUntil(lambda: state == "running" or studio.engine._thread.is_idle, timeout=30_000)


def back(studio: Studio, qtbot: QtBot, count: int = 1) -> None:
    """Waits until so many runs are back and the newest is shown to its end."""
    run = studio.model.run
    qtbot.waitUntil(lambda: len(run.recovered_runs) == count and run.is_open, timeout=30_000)
    qtbot.waitUntil(lambda: run.total == run.branches[0].total == run.playhead, timeout=30_000)


def crash(studio: Studio, places: Places, tmp_path: Path) -> None:
    """Closes a Studio and puts its folder back as it was: what is on the disk after a kill."""
    kept = next(path.parent for path in recordings(places))
    shutil.copytree(kept, tmp_path / "as it was")
    studio.close()
    shutil.copytree(tmp_path / "as it was", places.journal / "of a dead one")
    shutil.rmtree(tmp_path / "as it was")


def test_a_run_that_has_finished_is_back_whole_after_a_kill(
    open_studio: Callable[[], Studio], places: Places, qtbot: QtBot, tmp_path: Path
) -> None:
    path = program(tmp_path, COUNTER)
    killed("run", "finished", path)
    studio = open_studio()
    back(studio, qtbot)
    run, other = studio.model.run, by_the_engine(COUNTER, path)
    assert (run.total, run.execution_hash, run.state) == (other.total, other.execution_hash, "finished")
    assert [entry.title for entry in run.runs] == ["counter.aefl (recovered)"]
    assert [notice.text for notice in studio.window.area.notices.shown] == [
        f"A run that was not saved last time is back: counter.aefl ({other.total} events)."
    ]
    run.verify()
    qtbot.waitUntil(lambda: run.verified is True, timeout=20_000)
    studio.close()
    assert recordings(places) == []


def test_a_run_that_is_cut_off_in_the_middle_is_back_up_to_its_last_mark(
    open_studio: Callable[[], Studio], places: Places, qtbot: QtBot, tmp_path: Path
) -> None:
    path = program(tmp_path, ENDLESS)
    written: list[int] = []

    def is_in_the_middle() -> bool:
        """Whether something of the run itself is in the file."""
        written.extend(api.Session.load(file).total() for file in recordings(places))
        return any(written)

    killed("run", "running", path, moment=is_in_the_middle)
    studio = open_studio()
    back(studio, qtbot)
    run = studio.model.run
    assert run.total >= written[-1] > 0
    assert run.execution_hash == by_the_engine(ENDLESS, path, run.total).execution_hash
    assert f"cut off at event {run.total:,}" in studio.window.area.notices.shown[0].text
    total = run.total
    run.resume()
    qtbot.waitUntil(lambda: run.total > total, timeout=20_000)


def test_all_runs_and_forks_of_a_killed_studio_are_back_in_one_notice(
    open_studio: Callable[[], Studio], places: Places, qtbot: QtBot, tmp_path: Path
) -> None:
    first, second = program(tmp_path, COUNTER, "a.aefl"), program(tmp_path, COUNTER, "b.aefl")
    killed("fork", "finished", first, second)
    studio = open_studio()
    back(studio, qtbot, 2)
    run = studio.model.run
    assert [(entry.title, entry.forks) for entry in run.runs] == [("a.aefl (recovered)", 0), ("b.aefl (recovered)", 1)]
    assert len(studio.window.area.notices.shown) == 1
    run.forget_run(1)
    qtbot.waitUntil(lambda: len(recordings(places)) == 1, timeout=20_000)


def test_a_studio_leaves_the_runs_of_a_living_one_alone(
    open_studio: Callable[[], Studio], qapp: QApplication, places: Places, qtbot: QtBot, tmp_path: Path
) -> None:
    first = open_studio()
    opened(first, program(tmp_path, COUNTER), qtbot)
    kept = recordings(places)
    assert len(kept) == 1
    second = Studio(qapp, places, "light")
    assert second.model.run.run_number == 0
    opened(second, program(tmp_path, COUNTER, "b.aefl"), qtbot)
    assert len(recordings(places)) == 2
    second.close()
    assert recordings(places) == kept
    assert api.Session.load(kept[0]).warnings == ()


def test_a_normal_end_leaves_nothing_of_runs_running_finished_forked_or_put_away(
    studio: Studio, places: Places, qtbot: QtBot, tmp_path: Path
) -> None:
    run = studio.model.run
    opened(studio, program(tmp_path, COUNTER, "a.aefl"), qtbot)
    run.seek(5)
    run.fork(None)
    qtbot.waitUntil(lambda: len(run.branches) == 2 and run.state == "finished", timeout=20_000)
    opened(studio, program(tmp_path, ENDLESS, "b.aefl"), qtbot, "running")
    assert len(recordings(places)) == 2
    studio.close()
    assert list(places.journal.iterdir()) == []


def test_a_run_that_was_saved_has_no_second_file_until_it_goes_on(
    studio: Studio, places: Places, qtbot: QtBot, tmp_path: Path
) -> None:
    run = studio.model.run
    opened(studio, program(tmp_path, COUNTER), qtbot)
    run.save_trace(tmp_path / "a.aft")
    qtbot.waitUntil(lambda: run.path is not None, timeout=20_000)
    assert recordings(places) == []
    run.seek(5)
    run.fork(None)
    qtbot.waitUntil(lambda: len(run.branches) == 2 and run.state == "finished", timeout=20_000)
    (kept,) = recordings(places)
    qtbot.waitUntil(lambda: api.Session.load(kept).warnings == (), timeout=20_000)
    assert [b.name for b in api.Session.load(kept).branches()] == [b.name for b in run.branches]


def test_a_full_disk_is_told_once_and_the_runs_go_on(
    studio: Studio, places: Places, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_recording, "NOTE_SECONDS", -1.0)
    run = studio.model.run
    opened(studio, program(tmp_path, ENDLESS), qtbot, "running")
    write, folder = os.write, str(places.journal)

    def full(handle: int, data: bytes) -> int:
        if os.readlink(f"/proc/self/fd/{handle}").startswith(folder):
            raise OSError(28, "No space left on device")
        return write(handle, data)

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        total = run.total
        qtbot.waitUntil(lambda: bool(studio.window.area.notices.shown), timeout=20_000)
        qtbot.waitUntil(lambda: run.total > total + 1_000 and run.state == "running", timeout=20_000)
        opened(studio, program(tmp_path, COUNTER, "b.aefl"), qtbot)
        assert [notice.text for notice in studio.window.area.notices.shown] == [
            "A run that is not saved would be lost in a crash: the disk is full. Save what matters."
        ]
    opened(studio, program(tmp_path, COUNTER, "c.aefl"), qtbot)
    assert len(recordings(places)) == 2
    studio.close()
    assert recordings(places) == []


def test_a_run_that_is_too_long_is_kept_up_to_a_size_and_that_is_told(
    studio: Studio, places: Places, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_files, "BYTES_MAX", 1)
    run = studio.model.run
    opened(studio, program(tmp_path, ENDLESS), qtbot, "running")
    qtbot.waitUntil(lambda: bool(studio.window.area.notices.shown), timeout=20_000)
    total, size = run.total, recordings(places)[0].stat().st_size
    qtbot.waitUntil(lambda: run.total > total + 1_000, timeout=20_000)
    assert recordings(places)[0].stat().st_size == size
    assert len(studio.window.area.notices.shown) == 1


def test_a_damaged_recording_is_put_aside_and_told(
    open_studio: Callable[[], Studio], places: Places, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = places.journal / "of a dead one"
    folder.mkdir(parents=True)
    (folder / "x.aft").write_bytes(b"AEROFLOWTRACE1\nrubbish")
    (folder / ".x.aft.12345678.tmp").write_bytes(b"half")
    studio = open_studio()
    qtbot.waitUntil(lambda: bool(studio.window.area.notices.shown), timeout=20_000)
    assert "could not be used" in studio.window.area.notices.shown[0].text
    assert not folder.exists()
    studio.close()
    assert [path.read_bytes() for path in places.journal.iterdir()] == [b"AEROFLOWTRACE1\nrubbish"]
    assert open_studio().model.run.run_number == 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
@pytest.mark.parametrize("kind", ["pipe", "folder", "link to nothing", "link to itself"])
def test_what_is_no_file_is_put_aside_as_if_it_were_opened_by_hand(
    open_studio: Callable[[], Studio], places: Places, qtbot: QtBot, tmp_path: Path, kind: str
) -> None:
    folder = places.journal / "of a dead one"
    folder.mkdir(parents=True)
    path = folder / "x.aft"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to(path.name if kind == "link to itself" else tmp_path / "nothing")
    studio = open_studio()
    qtbot.waitUntil(lambda: bool(studio.window.area.notices.shown), timeout=20_000)
    assert "could not be used" in studio.window.area.notices.shown[0].text
    opened(studio, program(tmp_path, COUNTER), qtbot)


def test_a_kept_run_whose_program_never_ends_stops_nothing_else(
    open_studio: Callable[[], Studio], places: Places, qtbot: QtBot, tmp_path: Path
) -> None:
    studio = open_studio()
    opened(studio, program(tmp_path, COUNTER), qtbot)
    crash(studio, places, tmp_path)
    (kept,) = recordings(places)
    put_into(kept, module({"boot": FOREVER}))
    studio = open_studio()
    run = studio.model.run

    def is_given_up() -> bool:
        run.stop()
        return bool(studio.window.area.notices.shown)

    qtbot.waitUntil(is_given_up, timeout=30_000)
    assert "(opening it was stopped)" in studio.window.area.notices.shown[0].text
    opened(studio, program(tmp_path, COUNTER, "b.aefl"), qtbot)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_a_pipe_among_the_files_of_the_state_holds_up_no_start(
    open_studio: Callable[[], Studio], places: Places, qtbot: QtBot
) -> None:
    folder = places.journal / "of a dead one"
    folder.mkdir(parents=True)
    for path in (folder / "x.journal", places.settings):
        path.parent.mkdir(parents=True, exist_ok=True)
        os.mkfifo(path)
    studio = open_studio()
    told = [notice.text for notice in studio.window.area.notices.shown]
    assert any("it is a device or a pipe" in text and "x.journal" in text for text in told)


def test_a_recording_with_which_studio_ends_again_and_again_is_not_opened_any_more(
    open_studio: Callable[[], Studio], places: Places, qtbot: QtBot, tmp_path: Path
) -> None:
    studio = open_studio()
    opened(studio, program(tmp_path, COUNTER), qtbot)
    crash(studio, places, tmp_path)
    for _ in range(ADOPTIONS_MAX):
        studio = open_studio()
        back(studio, qtbot)
        crash(studio, places, tmp_path)
    last = open_studio()
    assert last.model.run.run_number == 0
    (kept,) = recordings(places)
    assert f"kept as {kept}" in last.window.area.notices.shown[0].text
    assert api.Session.load(kept).warnings == ()
