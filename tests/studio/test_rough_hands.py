"""What people do that no one planned: drag tabs of panels, click what is current, press a key twice, come back."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTabBar
from pytestqt.qtbot import QtBot

from engine.project.resources import folder
from studio.app import make_application
from studio.application import Studio
from studio.editor.page import EditorPage
from studio.model.places import Places
from studio.panels.output import OutputPanel
from studio.timetravel.events_panel import EventsPanel
from studio.timetravel.fork_card import ForkCard

TIMEOUT_MS = 30_000


@pytest.fixture
def ran(studio: Studio, qtbot: QtBot) -> Studio:
    """A Studio in which the bank has run to its end."""
    studio.files.open(folder("examples") / "bank" / "bank.aefl")
    qtbot.waitUntil(lambda: bool(studio.model.documents.items) and not studio.busy, timeout=TIMEOUT_MS)
    studio.model.commands.invoke("run.start")
    qtbot.waitUntil(lambda: studio.model.run.state == "finished", timeout=TIMEOUT_MS)
    return studio


@pytest.mark.parametrize("seed", [1, 2])
def test_tabs_of_panels_are_dragged_while_panels_come_and_go(seed: int, tmp_path: Path) -> None:
    command = [sys.executable, "-m", __name__, str(seed), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"})
    assert (done.returncode, done.stdout.split()[-1:]) == (0, ["alive"]), done.stderr


def drag_tabs(seed: int, places: Path) -> None:
    """Drags tabs with real mouse events in a process of its own, for Qt itself may die of it."""
    app = make_application()
    studio = Studio(app, Places(places / "config", places / "state"), "light")
    window = studio.window
    window.show()
    app.processEvents()
    chance = random.Random(seed)

    def maybe_toggle(odds: float) -> None:
        if chance.random() < odds:
            window.toggle_panel(chance.choice(list(window.docks.docks)))
            app.processEvents()

    for _ in range(50):
        maybe_toggle(0.5)
        direct = Qt.FindChildOption.FindDirectChildrenOnly
        bars = [bar for bar in window.findChildren(QTabBar, options=direct) if bar.isVisible() and bar.count() > 1]
        if not bars:
            continue
        bar = chance.choice(bars)
        place = bar.mapTo(window, bar.tabRect(chance.randrange(bar.count())).center())
        handle = window.windowHandle()
        QTest.mousePress(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
        for _ in range(8):
            place += QPoint(chance.randint(-60, 60), chance.randint(-4, 4))
            QTest.mouseMove(handle, place)
            app.processEvents()
            maybe_toggle(0.15)
        QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
        app.processEvents()
    window.close()
    studio.close()
    print("alive")


def test_a_click_on_the_row_that_is_current_goes_there(ran: Studio, qtbot: QtBot) -> None:
    run = ran.model.run
    ran.window.show_panel("events")
    panel = ran.window.findChild(EventsPanel)
    assert panel is not None
    panel.filter.setText("refused")
    run.seek(57)
    qtbot.waitUntil(lambda: panel.table.currentIndex().row() == 0 and not panel._timer.isActive())
    assert not panel.table.selectionModel().hasSelection(), "the event of the playhead is not among these rows"
    first = panel._events.event_at(0)
    assert first != 56
    click(panel, 0)
    assert run.playhead == first + 1
    qtbot.waitUntil(lambda: panel.table.selectionModel().isRowSelected(0))
    run.select_actor(None)
    click(panel, 0)
    assert run.selected_actor == run.events.row(first).actor


def test_a_click_on_the_current_line_of_the_output_goes_there(ran: Studio, qtbot: QtBot) -> None:
    run = ran.model.run
    ran.window.show_panel("output")
    panel = ran.window.findChild(OutputPanel)
    assert panel is not None
    run.seek(run.total - 5)
    qtbot.waitUntil(lambda: panel.table.currentIndex().isValid() and not panel._timer.isActive())
    row = panel.table.currentIndex().row()
    assert run.playhead > panel._lines.line(row).output.n + 1
    click(panel, row)
    assert run.playhead == panel._lines.line(row).output.n + 1


def click(panel: EventsPanel | OutputPanel, row: int) -> None:
    """Clicks on a row of a panel's table."""
    table = panel.table
    place = table.visualRect(table.model().index(row, 1)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)


def test_a_text_is_scrolled_to_where_it_was_left(
    open_studio: Callable[[], Studio], qtbot: QtBot, tmp_path: Path
) -> None:
    paths = [tmp_path / "a.aefl", tmp_path / "b.aefl"]
    for path in paths:
        path.write_text("// a line\n" * 300, encoding="utf-8")
    first = open_studio()
    for path in paths:
        first.files.open(path)
    qtbot.waitUntil(lambda: len(first.model.documents.items) == 2 and not first.busy, timeout=TIMEOUT_MS)
    left = {}
    for document, line in zip(first.model.documents.items, (120, 40), strict=True):
        first.model.documents.activate(document)
        first.window.area.page(document).edit.verticalScrollBar().setValue(line)
        left[document.path] = line
    first.window.close()
    again = open_studio()
    qtbot.waitUntil(lambda: len(again.model.documents.items) == 2 and not again.busy, timeout=TIMEOUT_MS)
    for document in again.model.documents.items:
        again.model.documents.activate(document)
        page = again.window.area.page(document)
        assert page.edit.verticalScrollBar().value() == left[document.path]


def test_a_line_that_is_asked_for_wins_over_where_the_text_was_left(
    open_studio: Callable[[], Studio], qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "a.aefl"
    path.write_text("// a line\n" * 300, encoding="utf-8")
    studio = open_studio()
    studio.files.open(path, 200)
    qtbot.waitUntil(lambda: bool(studio.model.documents.items) and not studio.busy, timeout=TIMEOUT_MS)
    page = studio.window.area.tabs.currentWidget()
    assert isinstance(page, EditorPage)
    assert 199 in [block.blockNumber() for block, _, _ in page.edit.visible_lines()]


def test_the_fork_card_opens_while_the_timeline_is_closed_and_leaves_the_code_in_sight(
    ran: Studio, qtbot: QtBot
) -> None:
    ran.window.docks.docks["timeline"].hide()
    ran.model.commands.invoke("time.fork")
    card = ran.window.findChild(ForkCard)
    assert card is not None
    assert card.isVisible()
    assert card.x() > ran.window.mapToGlobal(QPoint(ran.window.width() // 2, 0)).x()
    card.close()


def test_the_key_of_a_panel_gives_it_the_keyboard_and_hides_it_when_it_has_it(ran: Studio, qtbot: QtBot) -> None:
    window = ran.window
    window.show_panel("events")
    ran.model.commands.invoke("view.editor")
    for seen, focused in ((True, True), (False, False), (True, True)):
        ran.model.commands.invoke("panel.events")
        assert (window.panel_visible("events"), window.docks.has_focus("events")) == (seen, focused)


def test_tab_leaves_the_editor_after_its_key_and_indents_again_after_another(ran: Studio) -> None:
    page = ran.window.area.tabs.currentWidget()
    assert isinstance(page, EditorPage)
    before = page.current_text()
    page.edit.setFocus()
    ran.model.commands.invoke("edit.switch_tab_key")
    assert ran.window.status.message == "Tab leaves the editor now; Ctrl+M switches."
    QTest.keyClick(page.edit, Qt.Key.Key_Tab)
    assert not page.edit.hasFocus()
    assert page.current_text() == before
    page.edit.setFocus()
    ran.model.commands.invoke("edit.switch_tab_key")
    QTest.keyClick(page.edit, Qt.Key.Key_Tab)
    assert page.edit.hasFocus()


if __name__ == "__main__":
    drag_tabs(int(sys.argv[1]), Path(sys.argv[2]))
