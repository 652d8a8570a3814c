"""What a person typed is never lost: closing asks, rare characters stay, damaged files of the state are kept."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.application import Studio
from studio.model.document import Document
from studio.model.places import Places
from studio.model.session_state import OpenFile, SessionState, dump_session, parse_session
from studio.model.settings import Settings
from studio.services import journal as journals
from studio.services.text_files import read_text_file, write_text_file
from studio.window.notices import Notice

ODD = "\u2029\u2028\ufdd0\ufdd1\ufdd2\ufdd3\ufdef\x85\x0b\x0c\x1c\x1d\x1e\x00\xa0\ufeff\ufffc\ufffd\uffff\ue000\u202e"
"""Characters that Qt, Python or editors like to take for something else."""
MIXED = "one\r\ntwo\nthree\rfour\r\n\r\n\nfive"


def opened(studio: Studio, path: Path) -> Document:
    studio.files.open(path)
    studio.background.drain()
    document = studio.model.documents.active
    assert document is not None
    return document


def notices(studio: Studio) -> list[Notice]:
    return list(studio.window.area.notices.shown)


def saved(studio: Studio) -> None:
    assert studio.model.commands.invoke("file.save")
    studio.background.drain()


# --- closing ------------------------------------------------------------------------------------------


def test_an_edited_file_that_cannot_be_written_is_asked_about_before_it_closes(studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "ro.aefl"
    path.write_text("render 1\n")
    document = opened(studio, path)
    document.read_only = True
    QTest.keyClicks(studio.window.area.page(document).edit, "x")
    assert studio.model.commands.invoke("file.close")
    assert document in studio.model.documents.items
    assert "not saved" in notices(studio)[0].text


def test_a_file_whose_text_was_deleted_is_asked_about_before_it_closes(studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "full.aefl"
    path.write_text("render 1\n")
    document = opened(studio, path)
    document.set_text("")
    studio.model.commands.invoke("file.close")
    assert document in studio.model.documents.items
    assert "not saved" in notices(studio)[0].text


def test_texts_that_nobody_can_edit_and_empty_new_ones_close_without_a_question(studio: Studio) -> None:
    studio.model.documents.new("to read", "difference", read_only=True, plain=True)
    studio.model.commands.invoke("file.close")
    studio.model.documents.new()
    studio.model.commands.invoke("file.close")
    assert studio.model.documents.items == ()


def test_a_file_that_becomes_unreadable_is_told_once_and_its_text_stays(studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "a.aefl"
    path.write_text("render 1\n")
    document = opened(studio, path)
    told: list[str] = []
    studio.model.notice.connect(lambda level, text: told.append(text))
    path.write_bytes(b"\0\1\2\3")
    for _ in range(3):
        studio.files.check_disk()
        studio.background.drain()
    assert len(told) == 1
    assert "not a text file" in told[0]
    assert "reloaded" not in told[0]
    assert document.text == "render 1\n"
    document.set_text("render 2\n")
    studio.model.commands.invoke("file.save")
    studio.background.drain()
    assert path.read_bytes() == b"\0\1\2\3"
    assert document.conflict == "changed"


def test_a_recording_is_never_saved_over_a_program(studio: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    path, hard = tmp_path / "a.aefl", tmp_path / "hard.aft"
    path.write_text("render 1\n")
    os.link(path, hard)
    opened(studio, path)
    assert studio.model.commands.invoke("run.start")
    run = studio.model.run
    qtbot.waitUntil(lambda: run.state == "finished", timeout=20_000)
    told: list[str] = []
    run.problem.connect(told.append)
    for target in (path, hard):
        run.save_trace(target)
    qtbot.waitUntil(lambda: len(told) == 2, timeout=20_000)
    assert [text.split("; ")[0] for text in told] == [
        f"{target.name} is a program or the file of a project" for target in (path, hard)
    ]
    assert path.read_text() == "render 1\n"
    run.save_trace(tmp_path / "a.aft")
    qtbot.waitUntil(lambda: run.path is not None, timeout=20_000)


# --- every character ------------------------------------------------------------------------------------


def typed_and_saved(studio: Studio, path: Path, at: int) -> None:
    """Types one character at a place and saves; the tab is closed again."""
    document = opened(studio, path)
    edit = studio.window.area.page(document).edit
    cursor = edit.textCursor()
    cursor.setPosition(min(at, edit.document().characterCount() - 1))
    edit.setTextCursor(cursor)
    QTest.keyClicks(edit, "x")
    saved(studio)
    studio.model.documents.remove(document)


TEXTS = st.text(st.one_of(st.sampled_from(ODD.replace("\0", "") + "\r\n"), st.characters(exclude_categories=("Cs",))))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS.map(lambda text: text.replace("\0", "")), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_typing_one_character_changes_no_other_byte_of_a_file(
    studio: Studio, tmp_path: Path, text: str, encoding: str
) -> None:
    path = tmp_path / "a.aefl"
    data = ("x" + text).encode(encoding)
    path.write_bytes(("" + text).encode(encoding))
    typed_and_saved(studio, path, 0)
    assert path.read_bytes() == data


def test_all_of_the_basic_plane_survives_an_edit(studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "a.aefl"
    chars = "".join(chr(c) for c in range(1, 0x10000) if not 0xD800 <= c <= 0xDFFF and not 0xE000 <= c <= 0xE0FF)
    path.write_bytes(chars.encode())
    typed_and_saved(studio, path, 0)
    assert path.read_bytes() == ("x" + chars).encode()


def test_a_file_that_leaves_no_character_to_stand_for_another_can_only_be_read(studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "a.aefl"
    path.write_bytes("".join(chr(c) for c in range(1, 0x10000) if not 0xD800 <= c <= 0xDFFF).encode())
    document = opened(studio, path)
    QTest.keyClicks(studio.window.area.page(document).edit, "x")
    assert not document.dirty


def test_bytes_that_are_no_text_of_their_mark_are_kept_with_the_mark(studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "a.aefl"
    for data in (b"\xef\xbb\xbfa\xff", b"\xff\xfea", b"\xfe\xffa\xd8", b"caf\xe9\r\nb\n"):
        path.write_bytes(data)
        document = opened(studio, path)
        write_text_file(path, document.text, document.format)
        studio.model.documents.remove(document)
        assert path.read_bytes() == data


@pytest.mark.parametrize(
    ("edit", "result"),
    [
        (lambda t: t, MIXED),
        (lambda t: t.replace("two", "zwei"), MIXED.replace("two", "zwei")),
        (lambda t: t.replace("two\n", ""), MIXED.replace("two\n", "")),
        (lambda t: t.replace("three", "three\nand a half"), MIXED.replace("three\r", "three\rand a half\r\n")),
        (lambda t: "zero\n" + t, "zero\r\n" + MIXED),
        (lambda t: "one", "one"),
    ],
)
def test_each_line_keeps_its_own_line_break(tmp_path: Path, edit: Callable[[str], str], result: str) -> None:
    path = tmp_path / "a.aefl"
    path.write_bytes(MIXED.encode())
    loaded = read_text_file(path)
    assert "\r" not in loaded.text
    assert "line breaks" in loaded.remark
    _, format = write_text_file(path, edit(loaded.text), loaded.format)
    assert path.read_bytes() == result.encode()
    _, again = write_text_file(path, edit(loaded.text), format)
    assert again == format


def test_a_text_recovered_from_its_journal_still_knows_the_line_breaks_of_its_file(
    open_studio: Callable[[], Studio], tmp_path: Path
) -> None:
    path = tmp_path / "a.aefl"
    path.write_bytes(MIXED.encode())
    first = open_studio()
    QTest.keyClicks(first.window.area.page(opened(first, path)).edit, "x")
    first.window.close()
    second = open_studio()
    second.model.documents.activate(second.model.documents.items[0])
    saved(second)
    assert path.read_bytes() == b"x" + MIXED.encode()


def test_what_is_copied_and_pasted_has_every_character(studio: Studio, tmp_path: Path) -> None:
    text = "a\u2029b\xa0c\u2028d\ufdd0\ne"
    document = studio.model.documents.new(text)
    edit = studio.window.area.page(document).edit
    edit.selectAll()
    edit.copy()
    assert QApplication.clipboard().text() == text
    other = studio.model.documents.new("")
    studio.window.area.page(other).edit.paste()
    assert other.text == text


def test_files_are_opened_and_never_written_into_the_program(studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "b.aefl"
    path.write_text("render 2\n")
    document = studio.model.documents.new("render 1\n")
    edit = studio.window.area.page(document).edit
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    data.setText(f"file://{path}")
    assert not edit.canInsertFromMimeData(data)
    edit.insertFromMimeData(data)
    studio.background.drain()
    assert document.text == "render 1\n"
    assert [d.path for d in studio.model.documents.items] == [None, path]


# --- files of the state -----------------------------------------------------------------------------------


DAMAGED = (
    '[editor]\nfont_size = 14\nfont_family = "Fira Code\n',
    "editor = 5\n[mine]\nx = 1\n",
    "a = " + "[" * 20_000,
    "[[editor]]\nfont_size = 3\n",
)


@pytest.mark.parametrize("text", DAMAGED, ids=["quote", "no table", "brackets", "list of tables"])
def test_a_settings_file_that_cannot_be_understood_is_never_written_over(
    open_studio: Callable[[], Studio], places: Places, text: str
) -> None:
    places.config.mkdir(parents=True)
    places.settings.write_text(text)
    studio = open_studio()
    assert "settings.toml" in notices(studio)[0].text
    assert studio.model.settings.number("editor.font_size") == 10.5
    assert studio.model.commands.invoke("view.zoom_in")
    studio.store.write()
    studio.background.drain()
    assert (places.config / "settings.toml.bad").read_text() == text
    assert "settings.toml.bad" in notices(studio)[-1].text
    assert Settings(places.settings.read_text()).number("editor.font_size") > 10.5
    studio.model.commands.invoke("view.zoom_in")
    studio.store.write()
    studio.background.drain()
    assert sorted(p.name for p in places.config.iterdir()) == ["settings.toml", "settings.toml.bad"]


def test_what_others_write_into_the_settings_meanwhile_is_kept(studio: Studio, places: Places) -> None:
    places.config.mkdir(parents=True, exist_ok=True)
    places.settings.write_text("# by hand\n[editor]\ntab_width = 2\n")
    studio.model.commands.invoke("view.zoom_in")
    studio.store.write()
    studio.background.drain()
    text = places.settings.read_text()
    assert "# by hand" in text
    assert Settings(text).whole("editor.tab_width") == 2
    assert Settings(text).number("editor.font_size") > 10.5


SESSION = SessionState((OpenFile("/a.aefl", "j", 3, 4, 1),), 0, "", "", ("/a.aefl",), "")


def damaged_sessions() -> list[str]:
    plain = json.loads(dump_session(SESSION))
    wrong: list[object] = [None, 5, -7, True, 1e400, 10**30, [], {}, "x\0y", [[]], [5], [{}], "[" * 5]
    texts = [
        "[" * 100_000,
        '{"a":' * 100_000,
        "",
        "null",
        "5",
        dump_session(SESSION).replace('"line": 3', '"line": NaN'),
    ]
    for key in plain:
        texts += [json.dumps({**plain, key: value}) for value in wrong]
    for key in plain["files"][0]:
        texts += [json.dumps({**plain, "files": [{**plain["files"][0], key: value}]}) for value in wrong]
    return texts


def test_no_session_file_keeps_studio_from_starting(open_studio: Callable[[], Studio], places: Places) -> None:
    kept = 0
    for text in damaged_sessions():
        state = parse_session(text)
        kept += state is None
        if state is not None:
            dump_session(state).encode()
    assert kept > 60
    places.state.mkdir(parents=True)
    places.session.write_text(dump_session(SESSION).replace('"line": 3', '"line": Infinity'))
    studio = open_studio()
    assert "could not be read" in notices(studio)[0].text
    assert (places.state / "session.json.bad").exists()


def test_a_journal_with_anything_in_its_head_is_read_or_refused() -> None:
    good = journals.dump_entry(journals.parse_entry("id", HEAD + b"\ntext"))
    head = json.loads(good.partition(b"\n")[0])
    for key in head:
        for value in (None, 5, -1, 1e400, [], {}, "\0", "no such encoding"):
            data = json.dumps({**head, key: value}).encode() + b"\ntext"
            try:
                entry = journals.parse_entry("id", data)
            except ValueError:
                continue
            assert entry.text == "text"
            assert 1 <= entry.line < 2**31
    with pytest.raises(ValueError, match="nested too deeply"):
        journals.parse_entry("id", b"[" * 100_000)


HEAD = json.dumps(
    {
        "version": journals.VERSION,
        "digest": journals.digest(b"text"),
        "path": None,
        "title": "t",
        "encoding": "utf-8",
        "bom": False,
        "eol": "\n",
        "disk": "",
        "line": 1,
        "column": 1,
    }
).encode()


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 20_000, "[seed]\naccent = 5\n", "[tokens]\nx = {mix = 5}\n", "tokens = 3"]
)
def test_a_theme_file_that_means_nothing_is_told(open_studio: Callable[[], Studio], places: Places, text: str) -> None:
    places.themes.mkdir(parents=True)
    (places.themes / "mine.toml").write_text(text)
    (places.themes / "gone.toml").symlink_to(places.themes / "nowhere.toml")
    studio = open_studio()
    assert any("mine" in notice.text for notice in notices(studio))


@pytest.mark.skipif(os.name == "nt", reason="names of files are Unicode there")
def test_a_file_whose_name_is_no_unicode_is_kept_in_the_session(
    open_studio: Callable[[], Studio], qtbot: QtBot, tmp_path: Path
) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff.aefl"))
    path.write_text("render 1\n")
    first = open_studio()
    document = opened(first, path)
    first.model.commands.invoke("run.start")
    qtbot.waitUntil(lambda: first.model.run.state == "finished", timeout=20_000)
    assert first.model.run.outputs[0].text == "1"
    document.set_text("render 2\n")
    first.window.close()
    second = open_studio()
    assert [(d.path, d.text) for d in second.model.documents.items] == [(path, "render 2\n")]


def test_journals_of_a_full_disk_are_told_once(studio: Studio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(journals, "write_whole", full)
    document = studio.model.documents.new("")
    for number in range(3):
        document.set_text(f"x{number}")
        studio.journal.write()
        studio._journal_writer.drain()
    told = [notice.text for notice in notices(studio) if "disk is full" in notice.text]
    assert len(told) == 1


def test_random_edits_keep_the_line_breaks_of_lines_that_stay(tmp_path: Path) -> None:
    random_ = random.Random(7)
    path = tmp_path / "a.aefl"
    for _ in range(200):
        lines = [random_.choice("abcdefgh") * 3 + str(n) for n in range(random_.randint(2, 12))]
        ends = [random_.choice(["\n", "\r\n", "\r"]) for _ in lines]
        path.write_bytes("".join(line + end for line, end in zip(lines, ends, strict=True)).encode())
        loaded = read_text_file(path)
        kept = [n for n in range(len(lines)) if random_.random() < 0.7]
        text = "".join(lines[n] + "\n" for n in kept)
        write_text_file(path, text, loaded.format)
        assert path.read_bytes().decode() == "".join(lines[n] + ends[n] for n in kept)
