"""One Studio for each profile, one tab for each file, and an owner for each journal."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from typer.testing import CliRunner

from engine.cli.main import app as command_line
from engine.project.file_places import FilePlace, parse_place
from studio.application import Studio
from studio.model.document import Document
from studio.model.places import Places, find_places, is_profile_name
from studio.services.instance import address_in, claim, dump_request, parse_request
from studio.services.journal import JournalFolder
from studio.services.locks import take_lock


def opened(studio: Studio, path: Path) -> Document:
    studio.files.open(path)
    studio.background.drain()
    document = studio.model.documents.active
    assert document is not None
    return document


def typed(studio: Studio, text: str) -> None:
    """Types into the document in front; it is in its journal afterwards."""
    document = studio.model.documents.active
    assert document is not None
    QTest.keyClicks(studio.window.area.page(document).edit, text)
    studio.journal.write()
    studio._journal_writer.drain()


# --- places in files ----------------------------------------------------------------------------------


def test_a_file_may_come_with_a_line_and_a_column(tmp_path: Path) -> None:
    assert parse_place("a.aefl") == FilePlace(Path("a.aefl"))
    assert parse_place("a.aefl:10") == FilePlace(Path("a.aefl"), 10)
    assert parse_place("a.aefl:10:3") == FilePlace(Path("a.aefl"), 10, 3)
    assert parse_place("C:\\x\\a.aefl:2").line == 2
    assert parse_place("a.aefl:0").line == 1
    path = tmp_path / "odd:7"
    path.write_text("")
    assert parse_place(str(path)) == FilePlace(path)


def test_a_request_says_what_was_asked_for_and_any_other_line_is_refused() -> None:
    files = (FilePlace(Path("/a:1"), 3, 4), FilePlace(Path(os.fsdecode(b"/b\xff"))))
    assert parse_request(dump_request(files)) == files
    for line in (b"", b"5", b"[" * 100_000, b'{"version": 2, "open": []}', b'{"version": 1, "open": [5]}'):
        with pytest.raises(ValueError):  # noqa: PT011 - any reason will do
            parse_request(line)
    for bad in (b'"line": 0, "column": 1', b'"line": 1e99, "column": 1', b'"line": null, "column": null'):
        with pytest.raises(ValueError, match="whole numbers"):
            parse_request(b'{"version": 1, "open": [{"path": "/a", %s}]}' % bad)


# --- one tab for each file -------------------------------------------------------------------------------


def test_a_file_has_one_tab_whatever_it_is_called(studio: Studio, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "sub").mkdir(parents=True)
    path = folder / "a.aefl"
    path.write_text("render 1\n")
    (folder / "link.aefl").symlink_to(path)
    (tmp_path / "other").symlink_to(folder)
    (folder / "hard.aefl").hardlink_to(path)
    names = ["a.aefl", "sub/../a.aefl", "link.aefl", "../other/a.aefl", "hard.aefl", "sub/../link.aefl"]
    for name in names:
        opened(studio, folder / name)
    for name in reversed(names):
        studio.files.open(folder / name)
    studio.background.drain()
    assert [d.path for d in studio.model.documents.items] == [path]


def test_two_files_are_never_taken_for_one(studio: Studio, tmp_path: Path) -> None:
    first, second = tmp_path / "a.aefl", tmp_path / "b.aefl"
    first.write_text("same\n")
    opened(studio, first)
    shutil.copy(first, second)
    first.unlink()
    second.rename(first)
    second.write_text("same\n")
    opened(studio, second)
    assert [d.path for d in studio.model.documents.items] == [first, second]


def test_opening_what_is_being_restored_shows_it(
    open_studio: Callable[[], Studio], qapp: QApplication, places: Places, tmp_path: Path
) -> None:
    path, other = tmp_path / "a.aefl", tmp_path / "b.aefl"
    for file in (path, other):
        file.write_text("render 1\nrender 2\n")
    first = open_studio()
    opened(first, path)
    opened(first, other)
    first.window.close()
    second = Studio(qapp, places, "light")
    for _ in range(4):
        second.open([FilePlace(path, 2)])
    second.background.drain()
    assert [d.path for d in second.model.documents.items] == [path, other]
    assert second.model.documents.active is second.model.documents.items[0]
    assert second.model.documents.items[0].cursor.line == 2
    second.close()


def test_a_line_asked_for_while_the_file_is_being_read_is_shown(studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "a.aefl"
    path.write_text("1\n2\n3\n")
    studio.files.open(path)
    studio.files.open(path, 3)
    studio.background.drain()
    assert studio.model.documents.items[0].cursor.line == 3


# --- owners of journals --------------------------------------------------------------------------------------


def test_a_studio_leaves_the_texts_of_a_living_one_alone(
    open_studio: Callable[[], Studio], qapp: QApplication, places: Places, tmp_path: Path
) -> None:
    path = tmp_path / "work.aefl"
    path.write_text("one\n")
    first = open_studio()
    opened(first, path)
    typed(first, "precious ")
    second = Studio(qapp, places, "light")
    second.background.drain()
    assert second.model.documents.items == ()
    second.files.open(path)
    second.background.drain()
    typed(second, "other ")
    second.model.documents.remove(second.model.documents.items[0])
    second.close()
    kept = list(places.journal.rglob("*.journal"))
    assert len(kept) == 1
    assert b"precious one" in kept[0].read_bytes()


def test_the_texts_of_all_dead_studios_come_back_in_one_notice(
    open_studio: Callable[[], Studio], places: Places, tmp_path: Path
) -> None:
    names = [f"{number}.aefl" for number in range(5)]
    for name in names:
        (tmp_path / name).write_text("saved\n")
    first = open_studio()
    for name in names:
        opened(first, tmp_path / name)
        typed(first, "typed ")
    kept = next(p.parent for p in places.journal.rglob("*.journal"))
    saved_state = tmp_path / "as it was"
    shutil.copytree(kept, saved_state)
    first.close()
    shutil.rmtree(kept)
    shutil.copytree(saved_state, places.journal / "of a dead one")
    second = open_studio()
    assert sorted(d.name for d in second.model.documents.items) == names
    assert all(d.dirty and d.text == "typed saved\n" for d in second.model.documents.items)
    notices = second.window.area.notices.shown
    assert len(notices) == 1
    assert notices[0].text.startswith("5 files with changes that were not saved last time are back: ")
    assert all(name in notices[0].text for name in names)


def test_two_texts_of_one_file_are_both_kept(
    open_studio: Callable[[], Studio], qapp: QApplication, places: Places, tmp_path: Path
) -> None:
    path = tmp_path / "a.aefl"
    path.write_text("one\n")
    first, second = open_studio(), Studio(qapp, places, "light")
    for studio, text in ((first, "A"), (second, "B")):
        opened(studio, path)
        typed(studio, text)
    first.close()
    second.close()
    third = open_studio()
    documents = third.model.documents.items
    assert sorted(d.text for d in documents) == ["Aone\n", "Bone\n"]
    assert sorted(d.name for d in documents) == ["a.aefl", "a.aefl (recovered)"]


def test_a_lock_ends_with_its_process_and_not_before(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    code = "import sys, time; from pathlib import Path; from studio.services.locks import take_lock\n"
    code += "lock = take_lock(Path(sys.argv[1])); print(lock is not None, flush=True); sys.stdin.read()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == "True\n"
    assert take_lock(path) is None
    process.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
    process.wait()
    process.stdout.close()
    process.stdin.close()
    lock = take_lock(path)
    assert lock is not None
    lock.write(b'{"address": "long"}')
    lock.write(b"{}")
    assert path.read_bytes() == b"{}"
    lock.release()


def test_a_folder_of_journals_that_is_empty_goes_with_its_studio(tmp_path: Path) -> None:
    first = JournalFolder(tmp_path)
    second = JournalFolder(tmp_path)
    second.adopt()
    assert first.path.exists()
    first.close()
    (second.path / "x.journal").write_bytes(b"kept")
    second.close()
    assert [p.name for p in tmp_path.rglob("*.journal")] == ["x.journal"]
    third = JournalFolder(tmp_path)
    third.adopt()
    assert [p.name for p in third.path.glob("*.journal")] == ["x.journal"]
    assert list(tmp_path.iterdir()) == [third.path]
    third.close()


# --- one Studio for each profile -------------------------------------------------------------------------------


def start(*words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "engine.cli", "ide", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def ended(process: subprocess.Popen[str], qtbot: QtBot) -> tuple[int | None, str]:
    qtbot.waitUntil(lambda: process.poll() is not None, timeout=60_000)
    assert process.stdout is not None
    with process.stdout:
        return process.returncode, process.stdout.read()


def test_a_second_start_hands_its_files_over_and_ends(studio: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "a.aefl"
    path.write_text("render 1\nrender 2\nrender 3\n")
    for _ in range(4):
        assert ended(start(f"{path}:3:2", "--dark"), qtbot) == (0, "")
    studio.background.drain()
    assert [d.path for d in studio.model.documents.items] == [path]
    assert (studio.model.documents.items[0].cursor.line, studio.model.documents.items[0].cursor.column) == (3, 2)
    assert ended(start(), qtbot) == (0, "")


def test_a_file_or_profile_that_cannot_be_is_told() -> None:
    missing = CliRunner().invoke(command_line, ["ide", "nowhere.aefl:10"])
    assert (missing.exit_code, "there is no file nowhere.aefl" in missing.output) == (2, True)
    profile = CliRunner().invoke(command_line, ["ide", "--profile", "../x"])
    assert (profile.exit_code, "--profile review" in profile.output) == (2, True)


def test_a_profile_has_a_state_of_its_own_and_the_same_settings(tmp_path: Path) -> None:
    environment = {"AEROFLOW_CONFIG_DIR": str(tmp_path / "c"), "AEROFLOW_STATE_DIR": str(tmp_path / "s")}
    usual, review = find_places(environment), find_places(environment, "review")
    assert usual.settings == review.settings
    assert usual.lock != review.lock
    first, second = claim(usual), claim(review)
    assert first is not None
    assert second is not None
    assert claim(usual) is None
    first.release()
    second.release()
    assert not any(is_profile_name(name) for name in ("", ".", "..", "a/b", "a b", "-x", "x" * 41))


def test_what_a_killed_studio_left_does_not_stand_in_the_way(
    open_studio: Callable[[], Studio], places: Places, tmp_path: Path
) -> None:
    places.state.mkdir(parents=True)
    places.lock.write_text('{"version": 1, "address": "aeroflow-studio-of-a-dead-one"}')
    open_studio()
    assert address_in(places.lock) != "aeroflow-studio-of-a-dead-one"


def test_the_recording_that_was_open_comes_back_after_a_kill(
    open_studio: Callable[[], Studio], qapp: QApplication, qtbot: QtBot, places: Places, tmp_path: Path
) -> None:
    path = tmp_path / "a.aefl"
    path.write_text("render 1\n")
    first = open_studio()
    opened(first, path)
    assert first.model.commands.invoke("run.start")
    qtbot.waitUntil(lambda: first.model.run.state == "finished", timeout=30_000)
    first.model.run.save_trace(tmp_path / "a.aft")
    qtbot.waitUntil(lambda: first.model.run.path == tmp_path / "a.aft", timeout=20_000)
    qtbot.waitUntil(lambda: places.session.exists() and "a.aft" in places.session.read_text(), timeout=20_000)
    kept = places.session.read_bytes()
    first.close()
    places.session.write_bytes(kept)
    second = open_studio()
    qtbot.waitUntil(lambda: second.model.run.path == tmp_path / "a.aft" and second.model.run.total > 0, timeout=20_000)


def test_a_text_that_was_saved_in_the_last_moment_is_not_told_as_unsaved(
    open_studio: Callable[[], Studio], places: Places, tmp_path: Path
) -> None:
    path = tmp_path / "a.aefl"
    path.write_text("one\n")
    first = open_studio()
    opened(first, path)
    typed(first, "x")
    first.close()
    path.write_text("xone\n")
    second = open_studio()
    second._journal_writer.drain()
    assert [(d.path, d.dirty, d.conflict) for d in second.model.documents.items] == [(path, False, "")]
    assert second.window.area.notices.shown == ()
    assert list(places.journal.rglob("*.journal")) == []
