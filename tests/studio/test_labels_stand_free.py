"""Labels of the timeline, the output, the inspector and the toolbar stand where they can be read."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont, QFontMetricsF
from PySide6.QtWidgets import QFileDialog, QTreeView
from pytestqt.qtbot import QtBot

from engine.api import Output
from studio.application import Studio
from studio.model.run import RunModel
from studio.model.timeline import TimelineModel
from studio.panels.output import OutputPanel
from studio.timetravel.timeline_geometry import Geometry
from studio.timetravel.timeline_paint import tick_labels
from tests.studio.b_scripted import ScriptedEngine, grown, make_events, open_run
from tests.studio.b_scripted import studio as scripted


@pytest.mark.parametrize("width", [320, 500, 777, 1000])
def test_numbers_of_ticks_are_whole_and_leave_room_for_marks(qtbot: QtBot, width: int) -> None:
    run, engine = RunModel(), ScriptedEngine()
    open_run(engine, run, make_events(3_000, 4))
    model = TimelineModel(run)
    while not model.catch_up():
        pass
    geometry = Geometry(width, 200, 100, 0, model.start, model.end, model.start, model.end)
    mark = QRectF(180, geometry.ruler.top() + 2, 90, 17)
    boxes = [box for box, _ in tick_labels(model, geometry, QFontMetricsF(QFont()), [mark])]
    assert boxes
    assert not any(box.intersects(mark) for box in boxes)
    assert all(box.right() <= geometry.ruler.right() for box in boxes)
    assert all(left.right() < right.left() for left, right in pairwise(boxes))


def test_output_that_is_opened_stands_at_the_moment_of_the_playhead(qtbot: QtBot) -> None:
    model, engine = scripted()
    open_run(engine, model.run, make_events(400, 6))
    outputs = tuple(Output(n, n, 1, 0, "text", f"line {n}") for n in range(50, 250))
    engine.answer(model.run, grown(make_events(1, 1)[:0], first=400, outputs=outputs))
    panel = OutputPanel(model)
    qtbot.addWidget(panel)
    panel.resize(600, 200)
    panel.show()
    bar = panel.table.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.value() == bar.maximum() > 0)
    panel.hide()
    model.run.seek(10)
    panel.show()
    qtbot.waitUntil(lambda: bar.value() == 0)
    model.run.seek(400)
    qtbot.waitUntil(lambda: bar.value() == bar.maximum())


def test_the_run_button_has_one_width_whatever_it_says(studio: Studio) -> None:
    button = studio.window.toolbar.button("run.start")
    assert button.minimumWidth() == button.maximumWidth()


def test_the_dialog_of_an_empty_folder_has_nothing_to_scroll(studio: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    studio.model.workspace.set_folder(tmp_path / "empty")
    studio.window.ask_open()
    dialog = studio.window.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    files = dialog.findChild(QTreeView, "treeView")
    assert isinstance(files, QTreeView)
    qtbot.waitUntil(lambda: files.isVisible() and files.horizontalScrollBar().maximum() == 0)
    dialog.close()
