"""Panels shrink and grow with the window, and what they draw fits the room that they have."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.application import Studio
from tests.studio.conftest import drain

SIZES = ((1000, 700), (1000, 660), (1280, 800))


def resize(studio: Studio, width: int, height: int) -> None:
    """Resizes the window and lets it lay itself out."""
    studio.window.resize(width, height)
    drain(QApplication.instance() or QApplication())


def heights(studio: Studio) -> dict[str, tuple[int, int]]:
    docks = studio.window.docks.docks
    return {id: (docks[id].width(), docks[id].height()) for id in ("explorer", "graph", "inspector", "timeline")}


@pytest.mark.parametrize("small", SIZES)
def test_panels_come_back_to_their_sizes_when_the_window_grows_again(studio: Studio, small: tuple[int, int]) -> None:
    resize(studio, 1600, 1000)
    before = heights(studio)
    resize(studio, *small)
    resize(studio, 1600, 1000)
    assert heights(studio) == before


@pytest.mark.parametrize("small", SIZES)
def test_in_a_small_window_every_panel_keeps_a_fair_share(studio: Studio, small: tuple[int, int]) -> None:
    resize(studio, 1600, 1000)
    resize(studio, *small)
    sizes = heights(studio)
    assert studio.window.docks.docks["graph"].content().view.height() >= 90
    assert sizes["inspector"][1] >= 120
    assert sizes["timeline"][1] < small[1] / 3
    assert studio.window.area.width() >= small[0] * 0.4


def test_an_edge_that_the_user_dragged_stays_there_and_shrinks_with_the_window(studio: Studio, qtbot: QtBot) -> None:
    window = studio.window
    resize(studio, 1600, 1000)
    dock = window.docks.docks["explorer"]
    edge = QPointF(dock.geometry().right() + 1, dock.geometry().center().y())
    before = dock.width()
    none, left = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
    for kind, x, button, held in (
        (QEvent.Type.MouseMove, 0, none, none),
        (QEvent.Type.MouseButtonPress, 0, left, left),
        (QEvent.Type.MouseMove, 60, none, left),
        (QEvent.Type.MouseButtonRelease, 60, left, none),
    ):
        at = edge + QPointF(x, 0)
        event = QMouseEvent(kind, at, window.mapToGlobal(at), button, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(window, event)
        drain(QApplication.instance() or QApplication())
    qtbot.waitUntil(lambda: dock.width() > before + 40)
    dragged = dock.width()
    resize(studio, 1000, 700)
    assert dock.width() < dragged
    resize(studio, 1600, 1000)
    assert dock.width() == dragged
