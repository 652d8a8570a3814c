"""Editing keys act where the keyboard is, examples are never written over, and files of one name can be told apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFileDialog,
    QLineEdit,
    QTextBrowser,
    QTreeWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from studio.application import Studio
from studio.model.documents import distinct_names
from studio.model.palette import palette_items

PROGRAM = """\
actor Counter {
    state n: int = 0
    on add(k: int) { n += k; render n }
}
let c = spawn Counter()
c.add(1)
c.add(2)
test "adds" {
    assert 1 == 1
}
"""
PANELS = ("events", "output", "inspector", "problems", "tests", "branches", "outline")


@pytest.fixture
def ran(studio: Studio, qtbot: QtBot, tmp_path: Path) -> Studio:
    """A Studio in which a program with a warning ran."""
    path = tmp_path / "counter.aefl"
    path.write_text(PROGRAM)
    studio.files.open(path)
    studio.background.drain()
    qtbot.waitUntil(lambda: not studio.analysis.busy, timeout=20_000)
    assert studio.model.commands.invoke("run.start")
    qtbot.waitUntil(lambda: studio.model.run.state == "finished", timeout=30_000)
    return studio


def view_of(studio: Studio, panel: str) -> QAbstractItemView:
    studio.window.show_panel(panel)
    widget = studio.window.docks.docks[panel].widget()
    view = next(v for v in widget.findChildren(QAbstractItemView) if v.isVisible())
    view.setFocus()
    return view


def press(widget: QWidget, key: Qt.Key, *more: Qt.KeyboardModifier) -> None:
    modifiers = Qt.KeyboardModifier.ControlModifier
    for modifier in more:
        modifiers |= modifier
    QTest.keyClick(widget, key, modifiers)


@pytest.mark.parametrize("panel", PANELS)
def test_no_editing_key_that_is_pressed_in_a_panel_changes_the_program(ran: Studio, panel: str) -> None:
    document = ran.model.documents.items[0]
    QTest.keyClicks(ran.window.area.page(document).edit, "x")
    before = document.text
    view = view_of(ran, panel)
    for key in (Qt.Key.Key_A, Qt.Key.Key_X, Qt.Key.Key_V, Qt.Key.Key_Z, Qt.Key.Key_Slash, Qt.Key.Key_BracketRight):
        press(view, key)
    press(view, Qt.Key.Key_Z, Qt.KeyboardModifier.ShiftModifier)
    press(view, Qt.Key.Key_Backspace, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier)
    assert document.text == before


@pytest.mark.parametrize(
    ("panel", "part"),
    [
        ("events", "add"),
        ("output", "3"),
        ("inspector", "Event"),
        ("tests", "adds"),
        ("branches", "original"),
        ("outline", "Counter"),
    ],
)
def test_the_rows_of_every_panel_can_be_copied(ran: Studio, qtbot: QtBot, panel: str, part: str) -> None:
    QApplication.clipboard().clear()
    view = view_of(ran, panel)
    qtbot.waitUntil(lambda: view.model().rowCount() > 0, timeout=10_000)
    if view.selectionMode() is not QAbstractItemView.SelectionMode.ExtendedSelection:
        assert isinstance(view, QTreeWidget)
        while view.currentItem() is None or part not in view.currentItem().text(0):
            item = view.itemBelow(view.currentItem()) if view.currentItem() else view.topLevelItem(0)
            assert item is not None
            view.setCurrentItem(item)

    def copied() -> bool:
        if view.selectionMode() is QAbstractItemView.SelectionMode.ExtendedSelection:
            press(view, Qt.Key.Key_A)  # again, as rows may have come
        press(view, Qt.Key.Key_C)
        return part in QApplication.clipboard().text()

    qtbot.waitUntil(copied, timeout=10_000)


def test_problems_are_copied_as_a_table(studio: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "wrong.aefl"
    path.write_text("render a\nrender b\n")
    studio.files.open(path)
    studio.background.drain()
    view = view_of(studio, "problems")
    qtbot.waitUntil(lambda: view.model().rowCount() == 2, timeout=20_000)
    view.setFocus()
    studio.model.commands.invoke("edit.select_all")
    studio.model.commands.invoke("edit.copy")
    lines = QApplication.clipboard().text().split("\n")
    assert [line.split("\t")[2] for line in lines] == ["wrong.aefl:1:8", "wrong.aefl:2:8"]


def test_a_field_has_its_own_undo_and_selection(ran: Studio) -> None:
    document = ran.model.documents.items[0]
    before = document.text
    ran.window.show_panel("events")
    field = ran.window.docks.docks["events"].widget().findChild(QLineEdit)
    assert field is not None
    field.setFocus()
    QTest.keyClicks(field, "add")
    commands = ran.model.commands
    assert commands.invoke("edit.select_all")
    assert commands.invoke("edit.cut")
    assert (field.text(), QApplication.clipboard().text()) == ("", "add")
    assert commands.invoke("edit.undo")
    assert field.text() == "add"
    assert document.text == before


def test_what_is_selected_in_a_text_to_read_can_be_copied(studio: Studio, qtbot: QtBot) -> None:
    assert studio.model.commands.invoke("help.reference")
    qtbot.waitUntil(lambda: bool(studio.window.findChildren(QTextBrowser)), timeout=10_000)
    browser = next(b for b in studio.window.findChildren(QTextBrowser) if b.isVisible())
    qtbot.waitUntil(lambda: bool(browser.toPlainText()), timeout=10_000)
    browser.setFocus()
    assert studio.model.commands.invoke("edit.select_all")
    assert studio.model.commands.invoke("edit.copy")
    assert QApplication.clipboard().text().strip()
    assert not studio.model.commands.invoke("edit.paste")


def test_the_palette_runs_editing_commands_on_the_code(studio: Studio, tmp_path: Path) -> None:
    document = studio.model.documents.new("a\n")
    studio.window.show_palette(">toggle comment")
    item = studio.window.palette_view.items[0]
    assert item.refusal == ""
    QTest.keyClick(studio.window.palette_view.field, Qt.Key.Key_Return)
    assert document.text == "// a\n"


# --- examples -------------------------------------------------------------------------------------------------


@pytest.fixture
def with_examples(studio: Studio, tmp_path: Path) -> tuple[Studio, Path]:
    """A Studio whose examples are in a folder of the test."""
    example = tmp_path / "installed" / "counter" / "counter.aefl"
    example.parent.mkdir(parents=True)
    example.write_text("render 1\n")
    studio.model.examples = tmp_path / "installed"
    studio.files._examples = (tmp_path / "installed").resolve()
    return studio, example


def test_saving_an_example_asks_where_to_and_leaves_the_installation_alone(
    with_examples: tuple[Studio, Path], tmp_path: Path
) -> None:
    studio, example = with_examples
    studio.files.open(example)
    studio.background.drain()
    document = studio.model.documents.items[0]
    QTest.keyClicks(studio.window.area.page(document).edit, "x")
    assert studio.model.commands.invoke("file.save")
    studio.background.drain()
    dialog = studio.window.findChild(QFileDialog)
    assert dialog is not None
    assert Path(dialog.directory().absolutePath()) != example.parent
    copy = tmp_path / "mine.aefl"
    dialog.fileSelected.emit(str(copy))
    dialog.close()
    studio.background.drain()
    assert example.read_text() == "render 1\n"
    assert copy.read_text() == "xrender 1\n"
    assert (document.path, document.dirty, document.is_example) == (copy, False, False)
    document.set_text("render 2\n")
    studio.model.commands.invoke("file.save")
    studio.background.drain()
    assert copy.read_text() == "render 2\n"


def test_save_all_leaves_the_installation_alone(with_examples: tuple[Studio, Path]) -> None:
    studio, example = with_examples
    studio.files.open(example)
    studio.background.drain()
    studio.model.documents.items[0].set_text("changed\n")
    studio.model.commands.invoke("file.save_all")
    studio.background.drain()
    assert example.read_text() == "render 1\n"
    for dialog in studio.window.findChildren(QFileDialog):
        dialog.close()


# --- equal names --------------------------------------------------------------------------------------------------


def test_equal_names_get_as_much_of_their_folders_as_tells_them_apart() -> None:
    names = distinct_names(
        [
            ("1", "a.aefl", Path("/x/one/a.aefl")),
            ("2", "a.aefl", Path("/x/two/a.aefl")),
            ("3", "a.aefl", Path("/y/two/a.aefl")),
            ("4", "a.aefl", None),
            ("5", "b.aefl", Path("/x/b.aefl")),
        ]
    )
    parts = {key: name.replace("\\", "/") for key, name in names.items()}
    assert parts == {"1": "a.aefl — x/one", "2": "a.aefl — x/two", "3": "a.aefl — y/two", "4": "a.aefl", "5": "b.aefl"}


def test_tabs_and_quick_open_tell_files_of_one_name_apart_and_know_new_texts(
    studio: Studio, tmp_path: Path, open_studio: Callable[[], Studio]
) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.aefl").write_text("render 1\n")
        studio.files.open(tmp_path / folder / "a.aefl")
    studio.background.drain()
    tabs = studio.window.area.tabs
    assert [tabs.tabText(n) for n in range(tabs.count())] == ["a.aefl — one", "a.aefl — two"]
    found = palette_items(studio.model, "a.aefl")
    assert {str(tmp_path / "one"), str(tmp_path / "two")} <= {item.detail.rpartition(" — ")[2] for item in found}
    untitled = studio.model.documents.new("x\ny\n")
    studio.model.documents.activate(studio.model.documents.items[0])
    item = next(i for i in palette_items(studio.model, "untitled:2") if i.title == untitled.name)
    item.run()
    assert studio.model.documents.active is untitled
    assert untitled.cursor.line == 2
    studio.model.documents.remove(studio.model.documents.items[0])
    assert tabs.tabText(0) == "a.aefl"
