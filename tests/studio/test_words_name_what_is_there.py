"""What Studio suggests, copies and says names things of this program and this file."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QApplication, QFileDialog, QTreeView, QTreeWidget, QWidget
from pytestqt.qtbot import QtBot

from engine import api
from studio.application import Studio
from studio.model.document import Document
from studio.model.figures import grouped
from studio.services.text_files import why
from studio.timetravel.fork_card import ForkCard
from studio.window.edit_targets import edit_target, rows_text
from studio.window.main_window import suggested_name

PROGRAM = """\
actor Counter {
    state n: int = 0
    on add(k: int) { n += k }
}
let c = spawn Counter()
for i in 0..1500 { c.add(i) }
"""


def run_program(studio: Studio, qtbot: QtBot) -> None:
    document = studio.model.documents.new(PROGRAM)
    studio.model.run.start(document.text, document.file)
    qtbot.waitUntil(lambda: studio.model.run.state == "finished" and not studio.busy, timeout=30_000)


def test_placeholders_name_actors_and_messages_of_the_program(studio: Studio, qtbot: QtBot) -> None:
    studio.window.show_panel("events")
    run_program(studio, qtbot)
    field = studio.window.docks.docks["events"].widget().filter
    hint = "Filter: add, Counter#1, from:Counter, tick:120, is:fault"
    qtbot.waitUntil(lambda: field.placeholderText() == hint, timeout=10_000)
    assert studio.model.commands.invoke("time.fork")
    card = studio.window.findChild(ForkCard)
    assert card is not None
    assert card.message.placeholderText() == "Counter.add(k)"
    card.close()


def test_a_row_of_branches_is_copied_with_plain_numbers(studio: Studio, qtbot: QtBot) -> None:
    run_program(studio, qtbot)
    studio.window.show_panel("branches")
    tree = studio.window.docks.docks["branches"].widget().findChild(QTreeWidget)
    assert tree is not None
    qtbot.waitUntil(lambda: tree.topLevelItemCount() == 1, timeout=10_000)
    assert tree.topLevelItem(0).text(1) == grouped(studio.model.run.total)
    tree.setCurrentItem(tree.topLevelItem(0))
    tree.setFocus()
    assert studio.model.commands.invoke("edit.copy")
    assert QApplication.clipboard().text().split("\t")[1] == str(studio.model.run.total)


def test_numbers_inside_a_text_are_plain_and_digits_that_a_program_put_out_stay_apart(
    qtbot: QtBot, shown: Callable[[QWidget], QWidget]
) -> None:
    view, model = QTreeView(), QStandardItemModel()
    words, put_out = QStandardItem(f"tick {grouped(1_234_567)}"), QStandardItem(grouped(1_234))
    put_out.setTextAlignment(Qt.AlignmentFlag.AlignLeft)
    model.appendRow([words, put_out])
    view.setModel(model)
    shown(view)
    view.selectionModel().select(
        model.index(0, 0), view.selectionModel().SelectionFlag.Select | view.selectionModel().SelectionFlag.Rows
    )
    assert rows_text(view).split("\t") == ["tick 1234567", "1 234"]


@pytest.mark.parametrize("panel", ["graph", "timeline"])
def test_where_nothing_can_be_copied_the_reason_says_where_something_can(studio: Studio, panel: str) -> None:
    studio.window.show_panel(panel)
    widget = studio.window.docks.docks[panel].widget()
    target = edit_target(widget.focusProxy() or widget, print)
    assert target is not None
    reason = target.can_perform("copy")
    assert reason is not None
    assert "Events" in reason
    assert "field" not in reason
    assert not isinstance(widget, QAbstractItemView)


def test_the_window_is_named_as_the_tab_is(studio: Studio, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same.aefl").write_text("render 1\n")
        studio.files.open(tmp_path / folder / "same.aefl")
        studio.background.drain()
    assert studio.window.windowTitle() == "same.aefl — b[*] — AeroFlow Studio"
    studio.model.documents.remove(studio.model.documents.items[0])
    assert studio.window.windowTitle() == "same.aefl[*] — AeroFlow Studio"


def test_a_text_without_a_file_is_saved_under_a_name_of_its_kind(studio: Studio) -> None:
    names = {
        "same.aefl (difference)": "same.diff",
        "counter.aefl (recorded)": "counter.aefl",
        "bank.aefl (recovered)": "bank.aefl",
        "untitled-1.aefl": "untitled-1.aefl",
    }
    assert {title: suggested_name(Document("1", None, "", title)) for title in names} == names
    studio.window.show_text("same.aefl (difference)", "-a\n+b\n")
    document = studio.model.documents.active
    assert document is not None
    studio.window.ask_save(document)
    dialog = studio.window.findChild(QFileDialog)
    assert dialog is not None
    assert [Path(name).name for name in dialog.selectedFiles()] == ["same.diff"]
    dialog.close()


def test_a_refused_file_says_only_what_is_known() -> None:
    assert why(PermissionError(errno.EACCES, "Permission denied")) == "you do not have permission"


def test_a_recording_without_a_header_says_so_once(tmp_path: Path) -> None:
    path = tmp_path / "damaged.aft"
    path.write_bytes(b"AEROFLOWTRACE1\n")
    with pytest.raises(api.TraceFileError) as told:
        api.Session.load(path)
    assert str(told.value) == "the recording has no header. Nothing could be saved"
