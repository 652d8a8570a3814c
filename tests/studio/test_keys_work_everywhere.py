"""Every key of a command works once, whichever part of the window has the keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QMenu, QWidget
from pytestqt.qtbot import QtBot

from studio.application import Studio
from studio.model.commands import CommandTable


def _menu_bar(studio: Studio) -> QWidget:
    """A menu was opened with the mouse and left with Escape."""
    bar = studio.window.menuBar()
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.actionGeometry(bar.actions()[0]).center())
    menu = cast(QMenu, bar.actions()[0].menu())
    assert menu.isVisible()
    QTest.keyClick(menu, Qt.Key.Key_Escape)
    assert not menu.isVisible()
    bar.setFocus()
    return bar


def _editor(studio: Studio) -> QWidget:
    return studio.window.area.page(studio.model.documents.items[0]).edit


def _field(studio: Studio) -> QWidget:
    studio.window.show_panel("events")
    return next(f for f in studio.window.docks.docks["events"].widget().findChildren(QLineEdit) if f.isVisible())


def _table(studio: Studio) -> QWidget:
    studio.window.show_panel("problems")
    panel = studio.window.docks.docks["problems"].widget()
    return next(v for v in panel.findChildren(QAbstractItemView) if v.isVisible())


def _toolbar(studio: Studio) -> QWidget:
    return studio.window.toolbar._search


def _takes(widget: QWidget, key: QKeySequence) -> bool:
    """Whether a widget keeps a key for itself, as fields do with Ctrl+C."""
    pressed = key[0]
    event = QKeyEvent(QEvent.Type.ShortcutOverride, pressed.key(), pressed.keyboardModifiers())
    event.ignore()
    QCoreApplication.sendEvent(widget, event)
    return event.isAccepted()


@pytest.mark.parametrize("place", [_menu_bar, _editor, _field, _table, _toolbar])
def test_every_key_runs_its_command_once_wherever_the_keyboard_is(
    studio: Studio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, place: Callable[[Studio], QWidget]
) -> None:
    studio.model.documents.new("render 1\n")
    widget = place(studio)
    widget.setFocus()
    qtbot.waitUntil(widget.hasFocus, timeout=5_000)
    invoked: list[str] = []
    monkeypatch.setattr(CommandTable, "invoke", lambda _, id: invoked.append(id))
    for command in studio.model.commands:
        for text in (command.shortcut, *command.keys):
            key = QKeySequence(text)
            if not text or (place is not _menu_bar and _takes(widget, key)):
                continue
            invoked.clear()
            QTest.keyClick(widget, key[0].key(), key[0].keyboardModifiers())
            assert invoked == [command.id], f"{text} with the keyboard in {type(widget).__name__}"


def test_the_entries_of_the_menus_show_their_keys(studio: Studio) -> None:
    entries = [a.text() for top in studio.window.menuBar().actions() for a in cast(QMenu, top.menu()).actions()]
    assert "Run\tF5" in entries
    assert "Step Back\tShift+F10" in entries
