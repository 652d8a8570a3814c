"""The whole window: panels, menus, palette, notices, live analysis, pictures, and Qt's own health."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from studio.app import hooks, main, unusable_qt
from studio.application import Studio
from studio.model.documents import Documents
from studio.model.execution import ARROW
from studio.panels.welcome import ExampleCard, WelcomePage
from studio.services.analysis import AnalysisService
from studio.services.background import Background
from studio.window.features import all_panels

BROKEN = """\
actor Account {
    state balance: int = 0
    on deposit(n: int) { balance += m }
}
"""


# --- Qt's health ---------------------------------------------------------------------------------------


def test_calls_into_qt_lose_no_reference_to_none_and_true(qapp: QApplication, qtbot: QtBot) -> None:
    class Sender(QObject):
        told = Signal()

    widget, sender = QWidget(), Sender()
    qtbot.addWidget(widget)
    before = sys.getrefcount(None)
    for _ in range(50):
        widget.setEnabled(True)
    assert abs(sys.getrefcount(None) - before) < 25
    before = sys.getrefcount(True)
    for _ in range(50):
        sender.told.emit()
    assert abs(sys.getrefcount(True) - before) < 25


def test_a_qt_that_damages_the_interpreter_is_refused_with_a_sentence() -> None:
    refusal = unusable_qt("6.12.0", (3, 11))
    assert refusal is not None
    assert "6.11.2" in refusal
    assert unusable_qt("6.12.0", (3, 12)) is None
    assert unusable_qt("6.11.3", (3, 11)) is None


# --- services ------------------------------------------------------------------------------------------


def test_jobs_are_done_in_order_and_a_bug_in_one_is_raised_where_it_is_seen(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int | None] = []
    background = Background()
    for number in range(5):
        background.submit(lambda n=number: n, told.append)  # type: ignore[misc]
    background.submit(lambda: (_ for _ in ()).throw(OSError(28, "full")), told.append, lambda e: told.append(e.errno))
    background.drain()
    assert told == [0, 1, 2, 3, 4, 28]
    with qtbot.captureExceptions() as caught:
        background.submit(lambda: 1 // 0)
        background.drain()
    assert [kind for kind, _, _ in caught] == [ZeroDivisionError]
    background.close()


def test_only_the_latest_text_of_a_document_is_analysed(qtbot: QtBot) -> None:
    from engine.api import Analysis

    release, seen = threading.Event(), []

    def analyse(text: str, file: str, unsaved: Mapping[str, str]) -> Analysis:
        seen.append(text)
        release.wait(5)
        return Analysis((), ())

    documents = Documents()
    service = AnalysisService(documents, analyse)
    document = documents.new("0")
    service.flush()
    qtbot.waitUntil(lambda: seen == ["0"])
    for number in range(1, 6):
        document.set_text(str(number))
        service.flush()
    release.set()
    qtbot.waitUntil(lambda: not service.busy)
    assert seen == ["0", "5"]
    service.close()


# --- the window ----------------------------------------------------------------------------------------


def test_every_panel_is_there_and_comes_back_after_it_was_hidden(studio: Studio, qtbot: QtBot) -> None:
    ids = [panel.id for panel in all_panels()]
    assert ids == [
        *("explorer", "outline", "branches"),
        *("graph", "inspector"),
        *("timeline", "events", "output", "problems", "tests"),
    ]
    for id in ids:
        studio.window.show_panel(id)
        assert studio.window.panel_visible(id), id
        studio.window.toggle_panel(id)
        assert not studio.window.panel_visible(id), id
    studio.model.commands.invoke("view.reset_layout")
    qtbot.waitUntil(lambda: studio.window.panel_visible("explorer"))
    for id in ("timeline", "graph", "inspector"):
        assert studio.window.panel_visible(id), id


def test_a_panel_has_one_title_its_tab_or_its_own(studio: Studio, qtbot: QtBot) -> None:
    docks = studio.window.docks
    docks.refresh_titles()
    assert docks.docks["explorer"].title.height() == 0
    assert docks.docks["graph"].title.sizeHint().height() > 15
    docks.docks["events"].setFloating(True)
    docks.refresh_titles()
    assert docks.docks["events"].title.sizeHint().height() > 15
    studio.window.reset_layout()
    docks.refresh_titles()
    assert docks.docks["events"].title.sizeHint().height() == 0


def test_everything_that_can_be_clicked_or_typed_into_has_a_name(studio: Studio) -> None:
    studio.model.documents.new("let a = 1\n")
    for panel in all_panels():
        studio.window.show_panel(panel.id)
    nameless = []
    for widget in studio.window.findChildren(QWidget):
        if isinstance(widget, QAbstractButton | QLineEdit) and not widget.objectName().startswith("qt_"):
            named = widget.accessibleName() or (isinstance(widget, QAbstractButton) and widget.text())
            inside = widget.parent()
            if not named and type(inside).__name__ not in ("QTabBar", "QLineEdit", "QSpinBox"):
                nameless.append(f"{type(widget).__name__} in {type(inside).__name__}")
    assert nameless == []


def test_the_key_of_a_command_that_cannot_run_says_why(studio: Studio, qtbot: QtBot) -> None:
    QTest.keyClick(studio.window, Qt.Key.Key_F10)
    assert studio.window.status.message == "Run a program or open a recording first."


def test_menus_hold_every_command_and_say_why_an_entry_cannot_be_chosen(studio: Studio) -> None:
    actions = studio.window.menus._actions
    assert set(actions) == {command.id for command in studio.model.commands}
    for menu in studio.window.menus._menus:
        menu.aboutToShow.emit()
    assert not actions["edit.undo"].isEnabled()
    assert actions["edit.undo"].toolTip() == "No file is open."
    assert actions["file.new"].isEnabled()


def test_the_palette_runs_a_command_from_the_keyboard(studio: Studio) -> None:
    QTest.keyClick(studio.window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    palette = studio.window.palette_view
    assert palette.isVisible()
    assert palette.field.text() == ">"
    QTest.keyClicks(palette.field, "switch light")
    assert palette.items[0].title == "View: Switch Light and Dark"
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert not palette.isVisible()
    assert studio.model.theme.name == "dark"


def test_the_palette_opens_an_example(studio: Studio, qtbot: QtBot) -> None:
    studio.window.show_palette("counter")
    QTest.keyClick(studio.window.palette_view.field, Qt.Key.Key_Return)
    studio.background.drain()
    active = studio.model.documents.active
    assert active is not None
    assert active.name == "counter.aefl"


def test_welcome_offers_the_examples_and_goes_when_a_file_is_opened(studio: Studio, qtbot: QtBot) -> None:
    page = studio.window.findChild(WelcomePage)
    assert page is not None
    cards = page.findChildren(ExampleCard)
    assert len(cards) == len(studio.model.workspace.examples) >= 7
    studio.model.commands.invoke("file.new")
    assert [studio.window.area.tabs.tabText(i) for i in range(studio.window.area.tabs.count())] == ["untitled-1.aefl"]
    studio.model.commands.invoke("file.close")
    assert studio.window.area.tabs.tabText(0) == "Welcome"


def test_mistakes_are_underlined_and_listed_while_one_types(studio: Studio, qtbot: QtBot) -> None:
    document = studio.model.documents.new("")
    page = studio.window.area.page(document)
    page.document.set_text(BROKEN)
    qtbot.waitUntil(lambda: bool(document.analysis.problems), timeout=20_000)
    assert document.analysis.problems[0].range.line == 3
    assert [s.name for s in document.analysis.outline] == ["Account"]
    studio.window.status.refresh()
    assert studio.window.status._problems.text() == f"{len(document.analysis.problems)} problem"
    QTest.keyClick(page.edit, Qt.Key.Key_F8)
    assert document.cursor.line == 3
    document.set_text(BROKEN.replace("+= m", "+= n"))
    qtbot.waitUntil(lambda: not document.analysis.problems, timeout=20_000)


def test_a_dirty_tab_is_asked_about_in_the_window_and_can_be_thrown_away(studio: Studio) -> None:
    document = studio.model.documents.new("let a = 1\n")
    document.mark_unsaved()
    studio.model.commands.invoke("file.close")
    notice = studio.window.area.notices.shown[0]
    assert notice.text == "untitled-1.aefl has changes that are not saved."
    notice.buttons[1].click()
    assert not studio.model.documents.items
    assert not studio.window.area.notices.shown


def test_running_a_file_marks_where_it_is_and_the_values_beside_the_code(studio: Studio, qtbot: QtBot) -> None:
    studio.files.open(studio.model.examples / "counter" / "counter.aefl")
    studio.background.drain()
    document = studio.model.documents.active
    assert document is not None
    studio.model.commands.invoke("run.start")
    qtbot.waitUntil(lambda: studio.model.run.state == "finished", timeout=60_000)
    qtbot.waitUntil(lambda: document.mark is not None, timeout=10_000)
    studio.model.run.seek(studio.model.run.total // 2)
    qtbot.waitUntil(lambda: any(value.startswith(ARROW) for value in document.inline_values.values()), timeout=10_000)
    page = studio.window.area.page(document)
    QTest.keyClicks(page.edit, "x")
    assert document.mark is None
    page.perform("undo")
    assert document.mark is not None


def test_a_recording_brings_its_source_and_is_open_again_at_the_next_start(
    open_studio: Callable[[], Studio], qtbot: QtBot, tmp_path: Path
) -> None:
    first, recording = open_studio(), tmp_path / "counter.aft"
    program = (first.model.examples / "counter" / "counter.aefl").read_text(encoding="utf-8")
    first.model.run.start(program, "counter.aefl")
    qtbot.waitUntil(lambda: first.model.run.state == "finished", timeout=60_000)
    first.model.run.save_trace(recording)
    qtbot.waitUntil(lambda: first.model.run.path == recording, timeout=20_000)
    first.window.close()

    second = open_studio()
    qtbot.waitUntil(lambda: second.model.documents.active is not None, timeout=20_000)
    document = second.model.documents.active
    assert document is not None
    assert (document.name, document.text, document.read_only) == ("counter.aefl (recorded)", program, True)
    qtbot.waitUntil(lambda: bool(document.analysis.outline), timeout=20_000)
    second.model.run.seek(3)
    qtbot.waitUntil(lambda: document.mark is not None, timeout=10_000)


def test_what_nobody_caught_is_logged_and_told_and_studio_goes_on(studio: Studio, qtbot: QtBot) -> None:
    with hooks(studio):
        try:
            raise RuntimeError("a bug")
        except RuntimeError as error:
            sys.excepthook(type(error), error, error.__traceback__)
    text = studio.window.area.notices.shown[0].text
    assert "RuntimeError: a bug" in text
    assert "Your text is safe" in text


@pytest.mark.parametrize("theme", ["--light", "--dark"])
def test_a_picture_of_the_window_is_taken_without_a_display(
    qapp: QApplication, tmp_path: Path, theme: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from engine.project.resources import folder

    program, picture = folder("examples") / "counter" / "counter.aefl", tmp_path / "studio.png"
    assert main([str(program), theme, "--shot", str(picture)]) == 0
    image = QImage(str(picture))
    ratio = qapp.devicePixelRatio()
    assert (image.width(), image.height()) == (round(1440 * ratio), round(900 * ratio))
    background = "#ffffff" if theme == "--light" else "#0d1117"
    seen = [image.pixelColor(x, y).name() for x in range(0, image.width(), 9) for y in range(0, image.height(), 9)]
    assert seen.count(background) > len(seen) * 0.3
    assert len(set(seen)) > 20


def test_a_picture_of_a_file_that_is_not_there_does_not_wait(qapp: QApplication, tmp_path: Path) -> None:
    picture = tmp_path / "studio.png"
    assert main([str(tmp_path / "no.aefl"), "--shot", str(picture)]) == 0
    assert picture.exists()


def test_a_theme_file_that_was_added_is_found_when_the_window_is_entered(studio: Studio, qtbot: QtBot) -> None:
    studio.places.themes.mkdir(parents=True)
    (studio.places.themes / "sea.toml").write_text('base = "dark"\n[seed]\nbackground = "#001020"\n')
    studio.window.entered.emit()
    studio.background.drain()
    studio.model.settings.set("appearance.theme", "sea")
    assert studio.model.theme.color("background") == "#001020"


def test_many_starts_leave_nothing_behind(open_studio: Callable[[], Studio]) -> None:
    for _ in range(2):
        studio = open_studio()
        studio.model.documents.new("x")
        studio.window.close()
