"""All that is seen is painted while runs begin and end: no view reads one run by the rows of another."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget
from pytestqt.qtbot import QtBot

from engine.api import Session
from studio.application import Studio
from studio.services import programs
from studio.window.features import all_panels

LONG = """
actor Worker {
    state done: int = 0
    on work(n: int) {
        done += 1
        render 60 / (n % 5)
        if n > 0 { self.work(n - 1) }
    }
}
actor Boss {
    state left: int = 20
    every 3ms {
        let worker = spawn Worker() restart on_fault(max: 2)
        worker.work(9)
        left -= 1
        if left == 0 { stop }
    }
}
let boss = spawn Boss()
render timeline { node Boss -> Worker at tick=3 }
"""
SHORT = "render 1\n"
ROUNDS = 60


def paint_everything(studio: Studio) -> None:
    """Paints all that is seen, now and not when Qt has time."""
    for widget in studio.window.findChildren(QWidget):
        if widget.isVisible():
            widget.repaint()
            if isinstance(widget, QAbstractScrollArea):
                widget.viewport().repaint()


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    build = programs.compile(LONG, "boss.aefl", {}, None)
    assert build.program is not None
    session = Session.start(build.program, 0)
    session.advance(300)
    path = tmp_path / "boss.aft"
    session.save(path)
    return path


@pytest.mark.parametrize("panel", [panel.id for panel in all_panels()])
def test_a_panel_in_front_survives_sixty_runs_in_a_row_and_recordings_between(
    qtbot: QtBot, qapp: QApplication, studio: Studio, recording: Path, panel: str
) -> None:
    run = studio.model.run
    studio.window.show_panel(panel)
    for number in range(ROUNDS):
        if number % 10 == 7:
            run.open_trace(recording)
        else:
            run.start(SHORT if number % 3 == 2 else LONG, "boss.aefl")
        paint_everything(studio)
        if number % 6 == 0:
            qtbot.waitUntil(lambda: run.total > 20, timeout=20_000)
        qapp.processEvents()
        run.seek(run.total // 2)
        paint_everything(studio)
    qtbot.waitUntil(lambda: not run.is_busy, timeout=60_000)
