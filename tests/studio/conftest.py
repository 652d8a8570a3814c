"""Tests of Studio: no display, no dialogs, nothing of the user's is read, and nothing may be left behind.

``studio_model`` is a whole model without an engine; ``studio`` is a whole Studio with window and engine in folders of
its own, closed again at the end.
"""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = os.environ.get("AEROFLOW_TEST_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from engine.api import Analysis
from engine.language_service.tokens import highlight_line
from engine.project.resources import folder
from studio.application import Studio
from studio.model.places import Places
from studio.model.ports import Language
from studio.model.run import RunModel
from studio.model.settings import Settings
from studio.model.studio import StudioModel
from studio.model.theme import ThemeModel, load_themes


@pytest.fixture(autouse=True)
def own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What Studio keeps goes into the test's folder."""
    monkeypatch.setenv("AEROFLOW_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("AEROFLOW_CONFIG_DIR", str(tmp_path / "config"))


@pytest.fixture(autouse=True)
def no_dialogs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dialog that waits for an answer would wait for ever; Studio has none."""

    def refuse(*_: object, **__: object) -> None:
        pytest.fail("a dialog stopped the program")

    for kind, names in (
        (QDialog, ("exec",)),
        (QFileDialog, ("getOpenFileName", "getSaveFileName", "getExistingDirectory")),
        (QMessageBox, ("exec", "question", "warning", "information", "critical")),
    ):
        for name in names:
            monkeypatch.setattr(kind, name, refuse)


@pytest.fixture(autouse=True)
def nothing_left(qapp: QApplication) -> Iterator[None]:
    """After the test there are no windows, no threads and nothing waiting to be deleted."""
    threads = set(threading.enumerate())
    yield
    for widget in QApplication.topLevelWidgets():
        if widget.parent() is None:
            widget.close()
            widget.deleteLater()
    drain(qapp)
    left = [t.name for t in threading.enumerate() if t not in threads and t.is_alive()]
    assert not left, f"threads were left running: {left}"
    shown = [type(w).__name__ for w in QApplication.topLevelWidgets() if w.isVisible()]
    assert not shown, f"windows were left open: {shown}"
    qapp.setStyleSheet("")


def drain(app: QCoreApplication) -> None:
    """Does what is queued and deletes what is to be deleted."""
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)
    gc.collect()


@pytest.fixture
def themes() -> ThemeModel:
    """The themes that come along, light shown."""
    sources, wrong = load_themes(folder("themes"))
    assert not wrong
    return ThemeModel(sources, "light")


@pytest.fixture
def studio_model(themes: ThemeModel) -> StudioModel:
    """A whole model that no engine and no window is attached to; nothing is wrong with any text."""
    language = Language(lambda text, file, unsaved: Analysis((), ()), highlight_line)
    return StudioModel(RunModel(), themes, Settings(), language, folder("resources"), folder("examples"))


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """Folders of a user who never started Studio before."""
    return Places(tmp_path / "config", tmp_path / "state")


@pytest.fixture
def open_studio(qapp: QApplication, qtbot: QtBot, places: Places) -> Iterator[Callable[[], Studio]]:
    """Opens a whole Studio, as often as wanted; each is closed at the end."""
    opened: list[Studio] = []

    def make() -> Studio:
        studio = Studio(qapp, places, "light")
        opened.append(studio)
        studio.window.show()
        studio.window.activateWindow()
        qtbot.waitUntil(lambda: studio.window.isActiveWindow() and not studio.background.busy, timeout=10_000)
        return studio

    yield make
    for studio in opened:
        studio.window.close()
        studio.close()


@pytest.fixture
def studio(open_studio: Callable[[], Studio]) -> Studio:
    """A whole Studio."""
    return open_studio()


@pytest.fixture
def shown(qtbot: QtBot) -> Callable[[QWidget], QWidget]:
    """Shows a widget and has it taken away at the end."""

    def show(widget: QWidget) -> QWidget:
        qtbot.addWidget(widget)
        widget.resize(900, 600)
        widget.show()
        qtbot.waitExposed(widget)
        return widget

    return show
