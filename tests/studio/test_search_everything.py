"""The search in the toolbar finds what it says: files, commands, symbols, and everything that the run knows by name."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from studio.application import Studio
from studio.model.palette import palette_items
from studio.model.palette_item import PaletteItem

TIMEOUT_MS = 30_000
PROGRAM = """\
actor Hub(label: string) {
    state links: int = 0
    on connect(k: int) {
        links += k
        render f"the hub has {links}"
    }
}

let hub = spawn Hub("north")
for i in 0..5 { hub.connect(i) }
"""


@pytest.fixture
def ran(studio: Studio, qtbot: QtBot, tmp_path: Path) -> Studio:
    path = tmp_path / "net.aefl"
    path.write_text(PROGRAM, encoding="utf-8")
    studio.files.open(path)
    qtbot.waitUntil(lambda: bool(studio.model.documents.items) and not studio.busy, timeout=TIMEOUT_MS)
    studio.model.commands.invoke("run.start")
    run = studio.model.run
    qtbot.waitUntil(lambda: run.state == "finished" and run.actor_state is not None, timeout=TIMEOUT_MS)
    return studio


def groups(items: list[PaletteItem]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in items:
        found.setdefault(item.group, []).append(item.title)
    return found


def test_one_word_finds_every_kind_of_thing_of_that_name(ran: Studio) -> None:
    found = groups(palette_items(ran.model, "hub"))
    assert found["Actors"] == ["Hub#1"]
    assert found["Symbols"][:2] == ["Hub", "hub"]
    assert found["Messages"] == ["Hub.start", "Hub.connect"]
    assert found["Output"][0] == "the hub has 0"
    assert len(found["Events"]) == 6, "its start and five messages"
    assert groups(palette_items(ran.model, "links"))["Values"] == ["links = 10"]
    assert groups(palette_items(ran.model, "net"))["Files"][0] == "net.aefl"
    assert "Help: Keyboard Shortcuts" in groups(palette_items(ran.model, "keyboard sh"))["Commands"]


def test_enter_goes_to_what_was_found(ran: Studio, qtbot: QtBot) -> None:
    run, palette = ran.model.run, ran.window.palette_view
    ran.window.toolbar._search.click()
    assert palette.isVisible()
    QTest.keyClicks(palette.field, "#4")
    assert [item.group for item in palette.items] == ["Events"]
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert run.playhead == 4
    assert ran.window.panel_visible("events")
    for query, group, panel in (("Hub#1", "Actors", "inspector"), ("the hub has 6", "Output", "output")):
        row = next(item for item in palette_items(ran.model, query) if item.group == group)
        row.run()
        assert ran.window.panel_visible(panel)
    assert run.selected_actor == 1
    next(item for item in palette_items(ran.model, "connect") if item.group == "Messages").run()
    document = ran.model.documents.active
    assert document is not None
    assert document.cursor.line == 3


@pytest.mark.parametrize("typed", ["zzzqqq", ">zzzqqq", "@zzzqqq"])
def test_where_nothing_is_found_it_says_so_and_enter_does_nothing(ran: Studio, typed: str) -> None:
    ran.window.show_palette(typed)
    palette = ran.window.palette_view
    assert [item.title for item in palette.items] == ["Nothing found for “zzzqqq”."]
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()


def test_a_symbol_of_a_file_that_was_closed_meanwhile_is_nowhere(ran: Studio) -> None:
    row = next(item for item in palette_items(ran.model, "hub") if item.group == "Symbols")
    for document in tuple(ran.model.documents.items):
        ran.model.documents.remove(document)
    row.run()
    assert ran.model.documents.active is None
