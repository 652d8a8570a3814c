"""A table that gets the keyboard focus leaves the playhead where it is; only a row that the user chooses moves it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.api import Output
from studio.model.studio import StudioModel
from studio.panels.output import OutputPanel
from studio.timetravel.events_panel import EventsPanel
from tests.studio.b_scripted import ScriptedEngine, grown, make_events, open_run, studio

REASONS = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.TabFocusReason, Qt.FocusReason.OtherFocusReason)


@pytest.fixture
def opened() -> tuple[StudioModel, ScriptedEngine]:
    """A finished run of 400 events and two lines of output."""
    model, engine = studio()
    open_run(engine, model.run, make_events(400, 6))
    outputs = (Output(110, 40, 1, 0, "text", "first"), Output(300, 100, 3, 9, "text", "last"))
    engine.answer(model.run, grown(make_events(1, 1)[:0], first=400, outputs=outputs))
    return model, engine


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("kind", [EventsPanel, OutputPanel])
@pytest.mark.parametrize("playhead", [0, 1, 123])
def test_focus_leaves_the_playhead_where_it_is_also_right_after_another_branch_was_shown(
    qtbot: QtBot,
    opened: tuple[StudioModel, ScriptedEngine],
    kind: type[EventsPanel | OutputPanel],
    playhead: int,
    reason: Qt.FocusReason,
) -> None:
    model, _ = opened
    panel = kind(model)
    qtbot.addWidget(panel)
    panel.show()
    model.run.seek(playhead)
    panel._catch_up()
    QApplication.sendEvent(panel.table, QFocusEvent(QEvent.Type.FocusIn, reason))
    assert model.run.playhead == playhead
    model.run.store_changed.emit()
    QApplication.sendEvent(panel.table, QFocusEvent(QEvent.Type.FocusIn, reason))
    assert model.run.playhead == playhead


def test_the_first_key_in_a_table_without_a_current_row_chooses_the_first_row(
    qtbot: QtBot, opened: tuple[StudioModel, ScriptedEngine]
) -> None:
    model, _ = opened
    panel = EventsPanel(model)
    qtbot.addWidget(panel)
    panel.show()
    model.run.seek(0)
    panel._catch_up()
    QApplication.sendEvent(panel.table, QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason))
    QTest.keyClick(panel.table, Qt.Key.Key_Down)
    assert model.run.playhead == 1
