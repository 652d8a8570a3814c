"""What programs, files and recordings say is shown as it is, never as rich text and never with keys underlined."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QToolTip
from pytestqt.qtbot import QtBot

from studio.application import Studio
from studio.panels.welcome import WelcomePage
from studio.theming.quiet_label import QuietLabel

HOSTILE = '<b>bold</b> <img src="file:///x.png"> <a href="x">y</a>'


def test_notices_and_the_status_bar_show_marks_of_html_as_text(studio: Studio) -> None:
    studio.model.notice.emit("error", HOSTILE)
    studio.model.notice.emit("warning", HOSTILE)
    (label,) = (label for label in studio.window.findChildren(QLabel) if HOSTILE in label.text())
    label.ensurePolished()
    assert label.textFormat() is Qt.TextFormat.PlainText
    (shown,) = (label for label in studio.window.findChildren(QuietLabel) if label.shown == HOSTILE)
    assert shown.text() == "", "it draws its text itself, plainly"


def test_a_tooltip_shows_marks_of_html_as_text(studio: Studio, qtbot: QtBot) -> None:
    QToolTip.showText(QPoint(50, 50), HOSTILE, studio.window)
    (tip,) = (w for w in QApplication.topLevelWidgets() if isinstance(w, QLabel) and w.text() == HOSTILE)
    assert tip.textFormat() is Qt.TextFormat.PlainText
    QToolTip.hideText()
    qtbot.waitUntil(lambda: not QToolTip.isVisible())


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_label_is_plain_unless_its_text_is_studios_own(studio: Studio, theme: str) -> None:
    studio.model.theme.choose(theme)
    for panel in studio.window.docks.docks:
        studio.window.show_panel(panel)
    studio.model.commands.invoke("help.welcome")
    page = studio.window.findChild(WelcomePage)
    assert page is not None
    own = set(page.findChildren(QLabel))
    rich = []
    for label in studio.window.findChildren(QLabel):
        label.ensurePolished()
        if label.textFormat() is not Qt.TextFormat.PlainText:
            rich.append(label)
    assert rich, "the steps of the welcome page have bold words"
    assert set(rich) <= own
