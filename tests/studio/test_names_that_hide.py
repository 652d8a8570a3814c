"""Names that hide, turn or mean something to Qt are shown as they are; settings keep every byte that is not changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.application import Studio
from studio.editor.search import Query, TemplateError, find_all, replacer
from studio.model.places import Places
from studio.model.settings import Settings
from studio.services.store import read_settings, write_settings

TIMEOUT_MS = 30_000
NAMES = {
    "a[*]b[*][*].aefl": "a[*]b[*][*].aefl",
    "a\u202elfea.aefl": "a\\u{202e}lfea.aefl",
    "a\u200bb.aefl": "a\\u{200b}b.aefl",
    "a\nb.aefl": "a\\nb.aefl",
    "é\U0001f600.aefl": "é\U0001f600.aefl",
}


@pytest.mark.parametrize("name", NAMES)
def test_title_and_tab_show_the_letters_of_a_name(studio: Studio, qtbot: QtBot, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("render 1\n")
    studio.files.open(path)
    qtbot.waitUntil(lambda: not studio.busy and studio.model.documents.active is not None, timeout=TIMEOUT_MS)
    document = studio.model.documents.active
    assert document is not None
    assert document.path == path
    title = studio.window.windowTitle().replace("[*][*]", "\0")  # as Qt takes its marks
    assert title.replace("[*]", "").replace("\0", "[*]") == f"{NAMES[name]} — AeroFlow Studio"
    tabs = studio.window.area.tabs
    assert tabs.tabText(tabs.currentIndex()) == NAMES[name]
    assert not set("\u202e\u200b\n") & set(tabs.tabToolTip(tabs.currentIndex()))


TEXT = "# mine\n[editor]\nunknown = 1 # é\nfont_size = 11.0\n"


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
def test_settings_keep_mark_and_line_breaks(tmp_path: Path, mark: bytes, line_break: str) -> None:
    places = Places(config=tmp_path, state=tmp_path)
    exact = mark + TEXT.replace("\n", line_break).encode()
    places.settings.write_bytes(exact)
    settings = read_settings(places)
    assert settings.problems == []
    assert settings.number("editor.font_size") == 11.0
    assert write_settings(places.settings, {"editor.font_size": 12.0, "appearance.theme": "dark"}) == ""
    written = places.settings.read_bytes()
    assert written.startswith(exact.replace(b"11.0", b"12.0"))
    added = written.removeprefix(exact.replace(b"11.0", b"12.0"))
    assert added.replace(line_break.encode(), b"").count(b"\n") == 0
    assert Settings(written.decode()).text_of("appearance.theme") == "dark"


@pytest.mark.parametrize("group", [r"\g<" + "1" * 4_301 + ">", r"\g<٣>", r"\٣", r"\g<9>"])
def test_a_group_that_is_no_number_is_told(group: str) -> None:
    with pytest.raises(TemplateError) as told:
        replacer(Query("(a)", regex=True), group)
    assert len(str(told.value)) < 200


def test_a_group_may_be_written_with_any_number_of_zeros() -> None:
    query = Query("(a)", regex=True)
    assert replacer(query, r"\g<" + "0" * 4_301 + "1>!")(find_all(query, "a").hits[0]) == "a!"
