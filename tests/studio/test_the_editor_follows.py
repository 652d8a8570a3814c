"""The editor follows the playhead into every file of the program, and takes the keyboard from nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from studio.application import Studio

COUNTER = """\
actor Counter(start: int = 0) {
    state count: int = start

    on add(n: int) {
        count += n
        render f"the count is {count}"
    }
}
"""
MAIN = """\
from counter import Counter

let counter = spawn Counter()
counter.add(2)
after 20ms counter.add(40)
"""
HANDLER = 4 + 60
"""The line of the handler: far below what is in view at first."""


@pytest.fixture
def ran(studio: Studio, qtbot: QtBot, tmp_path: Path) -> Studio:
    """A program of two files that ran; only its main file is open."""
    (tmp_path / "counter.aefl").write_text("\n" * 60 + COUNTER)
    (tmp_path / "main.aefl").write_text(MAIN)
    studio.files.open(tmp_path / "main.aefl")
    studio.background.drain()
    assert studio.model.commands.invoke("run.start")
    qtbot.waitUntil(lambda: studio.model.run.state == "finished" and not studio.busy, timeout=30_000)
    return studio


def front(studio: Studio) -> str:
    document = studio.model.documents.active
    assert document is not None
    assert studio.window.area.tabs.currentWidget() is studio.window.area.page(document)
    return document.name


def test_a_step_brings_the_file_of_the_event_to_the_front(ran: Studio, qtbot: QtBot) -> None:
    assert front(ran) == "main.aefl"
    main = ran.window.area.page(ran.model.documents.items[0]).edit
    main.setFocus()
    QTest.keyClick(main, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: front(ran) == "counter.aefl", timeout=10_000)
    page = ran.window.area.page(ran.model.documents.items[1])
    mark = page.document.mark
    assert mark is not None
    assert mark.line == HANDLER
    first = page.edit.firstVisibleBlock().blockNumber() + 1
    assert first <= HANDLER <= first + page.edit.verticalScrollBar().pageStep()
    assert page.edit.hasFocus()  # it was in the code, and still is


def test_the_keyboard_stays_in_the_panel_where_the_step_was_made(ran: Studio, qtbot: QtBot) -> None:
    ran.window.show_panel("events")
    table = ran.window.docks.docks["events"].widget().findChild(QTableView)
    assert table is not None
    qtbot.waitUntil(lambda: table.model().rowCount() == ran.model.run.total, timeout=10_000)
    table.setFocus()
    QTest.mouseClick(
        table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualRect(table.model().index(1, 0)).center()
    )
    qtbot.waitUntil(lambda: front(ran) == "counter.aefl", timeout=10_000)
    assert table.hasFocus()


def test_a_drag_brings_a_file_forward_when_it_ends(ran: Studio, qtbot: QtBot) -> None:
    run = ran.model.run
    run.scrub(run.total - 1)
    qtbot.waitUntil(lambda: run.event_detail is not None and run.event_detail.n + 1 == run.playhead, timeout=10_000)
    ran.background.drain()
    assert front(ran) == "main.aefl"
    ran.window.show_panel("timeline")
    view = ran.window.docks.docks["timeline"].widget().view
    view._drag = "playhead"
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=QPointF(5, 5).toPoint())
    qtbot.waitUntil(lambda: front(ran) == "counter.aefl", timeout=10_000)


def test_a_text_that_is_being_typed_into_stays_in_front(ran: Studio, qtbot: QtBot) -> None:
    other = ran.model.documents.new("", "notes.aefl")
    edit = ran.window.area.page(other).edit
    ran.model.run.step(-1)
    QTest.keyClicks(edit, "x")
    run = ran.model.run
    qtbot.waitUntil(lambda: run.event_detail is not None and run.event_detail.n + 1 == run.playhead, timeout=10_000)
    ran.background.drain()
    assert front(ran) == "notes.aefl"


def test_the_toolbar_says_whose_run_it_is_when_another_program_is_in_front(ran: Studio, qtbot: QtBot) -> None:
    where = ran.window.toolbar._where
    assert "main.aefl" not in where.text()
    ran.model.documents.new("render 1\n")
    qtbot.waitUntil(lambda: where.text().startswith("main.aefl  ·  tick "), timeout=10_000)
