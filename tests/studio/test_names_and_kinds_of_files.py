"""Whatever a path names, Studio says in a sentence why it cannot be opened or saved, and goes on."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.app import start_log
from studio.application import Studio
from studio.model.places import Places

TIMEOUT_MS = 30_000
NAMES = {
    "a NUL": ("a\0b", "it has a name that no file can have"),
    "half a character": ("a\ud800", "it has a name that no file can have"),
    "a long name": ("x" * 300, "File name too long"),
    "a long path": ("x/" * 3_000 + "x", "File name too long"),
}


@pytest.fixture
def told(studio: Studio) -> list[str]:
    texts: list[str] = []
    studio.model.notice.connect(lambda level, text: texts.append(text))
    return texts


@pytest.mark.parametrize("suffix", [".aefl", ".aft"])
@pytest.mark.parametrize("kind", NAMES)
def test_a_name_that_no_file_has_is_refused_in_a_sentence(
    studio: Studio, qtbot: QtBot, told: list[str], tmp_path: Path, kind: str, suffix: str
) -> None:
    name, why = NAMES[kind]
    studio.files.open(tmp_path / f"{name}{suffix}")
    qtbot.waitUntil(lambda: not studio.busy and bool(told), timeout=TIMEOUT_MS)
    assert len(told) == 1
    assert why in told[0]
    assert "mistake" not in told[0]


@pytest.mark.parametrize("kind", NAMES)
def test_a_text_cannot_be_saved_under_such_a_name_and_stays(
    studio: Studio, qtbot: QtBot, told: list[str], tmp_path: Path, kind: str
) -> None:
    studio.model.commands.invoke("file.new")
    (document,) = studio.model.documents.items
    studio.files.save(document, tmp_path / f"{NAMES[kind][0]}.aefl")
    qtbot.waitUntil(lambda: not studio.busy and bool(told), timeout=TIMEOUT_MS)
    assert NAMES[kind][1] in told[0]
    assert document.path is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
@pytest.mark.parametrize("suffix", [".aefl", ".aft"])
def test_what_could_be_read_for_ever_is_not_begun(
    studio: Studio, qtbot: QtBot, told: list[str], tmp_path: Path, suffix: str
) -> None:
    os.mkfifo(tmp_path / f"pipe{suffix}")
    (tmp_path / f"zero{suffix}").symlink_to("/dev/zero")
    for name in ("pipe", "zero"):
        told.clear()
        studio.files.open(tmp_path / f"{name}{suffix}")
        qtbot.waitUntil(lambda: not studio.busy and bool(told), timeout=TIMEOUT_MS)
        assert "it is a device or a pipe, not a file" in told[0]


def test_a_folder_that_is_gone_is_told_when_a_path_begins_there(
    studio: Studio, qtbot: QtBot, told: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # so that the test's folder is the current one again afterwards
    (tmp_path / "gone").mkdir()
    os.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    for name in ("a.aefl", "a.aft"):
        told.clear()
        studio.files.open(Path(name))
        qtbot.waitUntil(lambda: not studio.busy and bool(told), timeout=TIMEOUT_MS)
        assert told == [f"{name} cannot be opened: it does not exist."]


def test_a_log_that_cannot_be_written_is_no_reason_not_to_start(tmp_path: Path) -> None:
    places = Places(tmp_path, tmp_path)
    places.crash.mkdir()
    before = list(logging.getLogger("aeroflow").handlers)
    start_log(places)
    assert logging.getLogger("aeroflow").handlers == before


def test_a_notice_with_a_long_name_does_not_widen_the_window(studio: Studio, qtbot: QtBot) -> None:
    studio.model.notice.emit("error", "a b c")
    qtbot.wait(1)
    before = studio.window.minimumSizeHint().width()
    for level in ("error", "warning", "info"):
        studio.model.notice.emit(level, "x" * 600 + " cannot be opened.")
    qtbot.wait(1)
    assert studio.window.minimumSizeHint().width() == before
