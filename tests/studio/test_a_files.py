"""Files: what is read is written back as it was, nothing is lost, and what goes wrong is told."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from studio.application import Studio
from studio.model.document import Document, TextFormat
from studio.model.places import Places
from studio.services.files import find_files
from studio.services.journal import DELAY_MS, JournalEntry, JournalFolder, dump_entry, parse_entry
from studio.services.text_files import decode_text, encode_text, read_text_file, write_text_file

PROGRAM = 'let a = 1\nrender {"é 😀"}\n'


@pytest.mark.parametrize("eol", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(("encoding", "bom"), [("utf-8", False), ("utf-8", True), ("utf-16-le", True)])
def test_encoding_and_line_breaks_of_a_file_stay_as_they_were(
    tmp_path: Path, eol: str, encoding: str, bom: bool
) -> None:
    path = tmp_path / "a.aefl"
    data = encode_text(PROGRAM, TextFormat(encoding, bom, eol))[0]
    path.write_bytes(data)
    loaded = read_text_file(path)
    assert loaded.text == PROGRAM
    write_text_file(path, loaded.text, loaded.format)
    assert path.read_bytes() == data


@given(st.binary(max_size=200))
def test_any_bytes_can_be_read_and_a_text_without_bare_returns_is_written_back_the_same(data: bytes) -> None:
    text, format, remark = decode_text(data)
    if "mixed" not in remark and b"\r" not in data:
        assert encode_text(text, format)[0] == data


def test_a_text_that_its_encoding_cannot_hold_is_written_as_utf_8(tmp_path: Path) -> None:
    _, format = write_text_file(tmp_path / "a", "€ 😀", TextFormat("latin-1"))
    assert format.encoding == "utf-8"
    assert (tmp_path / "a").read_text(encoding="utf-8") == "€ 😀"


def test_a_file_keeps_its_permissions_and_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "a.aefl", tmp_path / "link.aefl"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    write_text_file(link, "new", TextFormat())
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("what", ["fsync", "replace"])
@pytest.mark.parametrize(("code", "reason"), [(errno.ENOSPC, "the disk is full"), (errno.EROFS, "read-only")])
def test_a_save_that_fails_leaves_file_and_text_as_they_were_and_says_why(
    studio: Studio, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, code: int, reason: str
) -> None:
    path = tmp_path / "bank.aefl"
    path.write_text("old")
    document = opened(studio, qtbot, path)
    document.set_text("new")

    def fail(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patched:
        patched.setattr(f"studio.services.text_files.os.{what}", fail)
        studio.model.commands.invoke("file.save")
        studio.background.drain()
    notices = [notice.text for notice in studio.window.area.notices.shown]
    assert any("bank.aefl could not be saved" in text and reason in text for text in notices)
    assert document.dirty
    assert document.text == "new"
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir() if p.name.endswith(".tmp")] == []
    studio.model.commands.invoke("file.save")
    studio.background.drain()
    assert (path.read_text(), studio.window.area.notices.shown) == ("new", ()), "the notice goes with its reason"


def test_the_warning_about_texts_at_risk_goes_when_they_are_safe(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = studio.model.documents.new("a")
    notices = studio.window.area.notices

    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr("studio.services.journal.write_whole", fail)
        document.set_text("ab")
        studio.journal.write()
        studio._journal_writer.drain()
        assert "would be lost in a crash" in notices.text_of("texts at risk")
    document.set_text("abc")
    studio.journal.write()
    studio._journal_writer.drain()
    assert not notices.shown


def opened(studio: Studio, qtbot: QtBot, path: Path) -> Document:
    studio.files.open(path)
    studio.background.drain()
    document = studio.model.documents.find(path)
    assert document is not None
    return document


def test_saving_writes_the_file_and_takes_the_mark_away(studio: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "a.aefl"
    path.write_text("let a = 1\n")
    document = opened(studio, qtbot, path)
    assert not studio.window.isWindowModified()
    document.set_text("let a = 2\n")
    assert studio.window.isWindowModified()
    assert studio.model.commands.invoke("file.save")
    studio.background.drain()
    assert path.read_text() == "let a = 2\n"
    assert not document.dirty
    assert not studio.window.isWindowModified()
    assert not studio.model.commands.invoke("file.save")
    assert studio.window.status.message == "There is nothing to save."


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda p: None, "it does not exist"),
        (lambda p: p.mkdir(), "it is a folder"),
        (lambda p: p.write_bytes(b"\0\1\2"), "it is not a text file"),
    ],
)
def test_a_file_that_cannot_be_opened_is_told(
    studio: Studio, tmp_path: Path, make: Callable[[Path], object], reason: str
) -> None:
    path = tmp_path / "x.aefl"
    make(path)
    studio.files.open(path)
    studio.background.drain()
    assert studio.model.documents.items == ()
    assert reason in studio.window.area.notices.shown[0].text


def test_a_file_that_changed_outside_is_read_again_when_nothing_would_be_lost(
    studio: Studio, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "a.aefl"
    path.write_text("one\n")
    document = opened(studio, qtbot, path)
    path.write_text("one\ntwo\n")
    studio.files.check_disk()
    studio.background.drain()
    assert document.text == "one\ntwo\n"
    assert not document.dirty


def test_a_conflict_with_the_disk_is_asked_about_and_both_answers_work(
    studio: Studio, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "a.aefl"
    path.write_text("one\n")
    document = opened(studio, qtbot, path)
    document.set_text("mine\n")
    path.write_text("theirs, longer\n")
    studio.model.commands.invoke("file.save")
    studio.background.drain()
    assert path.read_text() == "theirs, longer\n"
    assert document.conflict == "changed"
    notice = studio.window.area.notices.shown[0]
    assert [button.text() for button in notice.buttons] == ["Compare", "Use the Version on Disk", "Keep Mine"]
    notice.buttons[2].click()
    studio.background.drain()
    studio.model.commands.invoke("file.save")
    studio.background.drain()
    assert path.read_text() == "mine\n"
    path.write_text("theirs again\n")
    document.set_text("mine again\n")
    studio.files.check_disk()
    studio.background.drain()
    studio.window.area.notices.shown[-1].buttons[1].click()
    studio.background.drain()
    assert document.text == "theirs again\n"
    assert not document.dirty


def test_a_file_that_was_removed_can_be_saved_again(studio: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "a.aefl"
    path.write_text("one\n")
    document = opened(studio, qtbot, path)
    path.unlink()
    studio.files.check_disk()
    studio.background.drain()
    assert document.conflict == "removed"
    assert document.dirty
    studio.window.area.notices.shown[0].buttons[0].click()
    studio.background.drain()
    assert path.read_text() == "one\n"
    assert not document.dirty


def test_comparing_shows_the_difference_as_a_text(studio: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "a.aefl"
    path.write_text("one\ntwo\n")
    document = opened(studio, qtbot, path)
    document.set_text("one\nthree\n")
    studio.files.compare(document)
    studio.background.drain()
    shown = studio.model.documents.active
    assert shown is not None
    assert "-two\n+three" in shown.text
    assert shown.read_only


def test_programs_are_found_below_a_folder_but_not_in_hidden_ones(tmp_path: Path) -> None:
    for name in ("b.aefl", "a.aft", "x.txt", "deep/c.aefl", ".git/d.aefl", "node_modules/e.aefl"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    assert [str(p.relative_to(tmp_path)) for p in find_files(tmp_path).paths] == ["a.aft", "b.aefl", "deep/c.aefl"]


# --- journals ------------------------------------------------------------------------------------------

ENTRY = JournalEntry("id", Path("/a.aefl"), "", TextFormat("utf-8", True, "\r\n"), "d", 3, 4, "text 😀\n\nend")


def test_a_journal_comes_back_as_it_was_written() -> None:
    assert parse_entry("id", dump_entry(ENTRY)) == ENTRY


@given(st.integers(0, 400), st.integers(1, 255))
def test_a_damaged_journal_is_never_taken_for_a_text(at: int, flip: int) -> None:
    data = bytearray(dump_entry(ENTRY))
    at %= len(data)
    data[at] ^= flip
    try:
        found = parse_entry("id", bytes(data))
    except ValueError:
        return
    assert found.text == ENTRY.text


def test_a_damaged_journal_is_put_aside_and_told_and_the_others_are_used(tmp_path: Path) -> None:
    folder = JournalFolder(tmp_path)
    (folder.path / "a.journal").write_bytes(dump_entry(ENTRY))
    (folder.path / "b.journal").write_bytes(dump_entry(ENTRY)[:-3])
    (folder.path / "c.journal").write_bytes(b"")
    found, wrong = folder.read()
    folder.close()
    assert [entry.id for entry in found] == ["a"]
    assert len(wrong) == 2
    assert sorted(p.name for p in tmp_path.rglob("*.*") if p.name != "owner.lock") == ["a.journal", "b.bad", "c.bad"]


def journals(places: Places) -> list[JournalEntry]:
    return [parse_entry(path.stem, path.read_bytes()) for path in sorted(places.journal.rglob("*.journal"))]


def test_typing_reaches_the_journal_within_a_second_and_saving_removes_it(
    studio: Studio, qtbot: QtBot, places: Places, tmp_path: Path
) -> None:
    path = tmp_path / "a.aefl"
    path.write_text("one\n")
    document = opened(studio, qtbot, path)
    page = studio.window.area.page(document)
    QTest.keyClicks(page.edit, "x")
    qtbot.waitUntil(lambda: [entry.text for entry in journals(places)] == ["xone\n"], timeout=3_000)
    assert DELAY_MS <= 500
    studio.model.commands.invoke("file.save")
    qtbot.waitUntil(lambda: not any(places.journal.rglob("*.journal")), timeout=3_000)


def test_closing_the_window_asks_nothing_and_the_next_start_has_everything_back(
    open_studio: Callable[[], Studio], qtbot: QtBot, places: Places, tmp_path: Path
) -> None:
    first = open_studio()
    path = tmp_path / "a.aefl"
    path.write_text("one\ntwo\nthree\n")
    saved = opened(first, qtbot, path)
    saved.reveal(3, 2)
    unsaved = first.model.documents.new("let x = 1\n")
    unsaved.mark_unsaved()
    unsaved.reveal(1, 4)
    first.model.documents.activate(saved)
    first.window.toggle_panel("outline")
    first.model.settings.set("appearance.theme", "dark")
    first.window.close()

    second = open_studio()
    documents = second.model.documents
    assert [d.name for d in documents.items] == ["a.aefl", "untitled-1.aefl"]
    assert documents.active is documents.items[0]
    assert (documents.items[0].cursor.line, documents.items[0].cursor.column) == (3, 2)
    assert documents.items[1].text == "let x = 1\n"
    assert documents.items[1].dirty
    assert second.model.settings.text_of("appearance.theme") == "dark"
    assert any("are back" in notice.text for notice in second.window.area.notices.shown)
    assert second.model.recent == (str(path),)


def test_a_session_that_is_damaged_does_not_stand_in_the_way_of_a_start(
    open_studio: Callable[[], Studio], places: Places
) -> None:
    places.state.mkdir(parents=True)
    places.session.write_bytes(b"\0\0\0 not json")
    studio = open_studio()
    assert studio.model.documents.items == ()
    assert "could not be read" in studio.window.area.notices.shown[0].text
    assert places.session.with_name("session.json.bad").exists()


def test_a_layout_of_another_version_falls_back_to_the_first_one(
    open_studio: Callable[[], Studio], places: Places
) -> None:
    places.state.mkdir(parents=True)
    data = {"version": 1, "files": [], "active": -1, "geometry": "eA==", "layout": "AAAA", "recent": []}
    places.session.write_text(json.dumps(data))
    assert open_studio().window.panel_visible("explorer")


KILLED = """
import os, sys, time
from pathlib import Path
from studio.app import make_application
from studio.application import Studio
from studio.model.places import find_places
from PySide6.QtTest import QTest
app = make_application()
studio = Studio(app, find_places(), "light")
studio.window.show()
studio.files.open(Path(sys.argv[1]))
studio.background.drain()
page = studio.window.area.page(studio.model.documents.active)
QTest.keyClicks(page.edit, "unsaved ")
print("typed", flush=True)
until = time.monotonic() + 5
while not any(find_places().journal.rglob("*.journal")) and time.monotonic() < until:
    app.processEvents()
print("written" if time.monotonic() < until else "lost", flush=True)
while time.monotonic() < until + 20:
    app.processEvents()
os._exit(1)
"""


def test_after_kill_9_the_text_is_back(
    open_studio: Callable[[], Studio], qtbot: QtBot, places: Places, tmp_path: Path
) -> None:
    path = tmp_path / "a.aefl"
    path.write_text("one\n")
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert [process.stdout.readline(), process.stdout.readline()] == ["typed\n", "written\n"]
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    studio = open_studio()
    documents = studio.model.documents
    assert [d.text for d in documents.items] == ["unsaved one\n"]
    assert documents.items[0].path == path
    assert documents.items[0].dirty
    assert path.read_text() == "one\n"
