"""Menus and keys, made from the table of commands.

A shortcut belongs to the window, not to the menu entry: pressing the key of a command that cannot run says why, where a
disabled menu entry would stay silent. A menu entry only shows the key: with a second shortcut of its own, live while
the menu bar has the keyboard, Qt would call the key ambiguous and run neither.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QMainWindow, QMenu

from studio.model.commands import MENUS, Command
from studio.model.studio import StudioModel
from studio.theming.icons import icons_of


def shown_keys(shortcut: str) -> str:
    """A shortcut as this system writes it."""
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)


class Menus(QObject):
    """The menu bar and all shortcuts of a window."""

    def __init__(self, window: QMainWindow, model: StudioModel) -> None:
        super().__init__(window)
        self._window = window
        self._model = model
        self._actions: dict[str, QAction] = {}
        self._menus: list[QMenu] = []
        self._shortcuts: list[QShortcut] = []
        for title in MENUS:
            commands = [c for c in model.commands if c.menu == title]
            if commands:
                self._menus.append(self._make_menu(title, commands))
        for command in model.commands:
            for key in (command.shortcut, *command.keys):
                if key:
                    self._shortcuts.append(self._make_shortcut(key, command.id))
        self._disconnect = model.theme.changed.connect(self._recolour)

    def close_menus(self) -> None:
        """Stops listening to the models."""
        self._disconnect()

    def _invoker(self, id: str) -> Callable[[], None]:
        def run() -> None:
            self._model.commands.invoke(id)

        return run

    def _make_menu(self, title: str, commands: list[Command]) -> QMenu:
        menu = QMenu(f"&{title}", self._window)
        menu.setToolTipsVisible(True)
        self._window.menuBar().addMenu(menu)
        group = commands[0].group
        for command in sorted(commands, key=lambda c: c.group):
            if command.group != group:
                menu.addSeparator()
                group = command.group
            menu.addAction(self._make_action(command, menu))
        menu.aboutToShow.connect(lambda: self._refresh(commands))
        return menu

    def _make_action(self, command: Command, menu: QMenu) -> QAction:
        key = f"\t{shown_keys(command.shortcut)}" if command.shortcut else ""
        action = QAction(command.title.replace("&", "&&") + key, menu)
        action.setCheckable(command.checked is not None)
        if command.icon and command.checked is None:
            action.setIcon(icons_of(self._model).icon(command.icon, "muted"))
        action.triggered.connect(self._invoker(command.id))
        self._actions[command.id] = action
        return action

    def _make_shortcut(self, key: str, id: str) -> QShortcut:
        shortcut = QShortcut(QKeySequence(key), self._window)
        shortcut.activated.connect(self._invoker(id))
        return shortcut

    def _refresh(self, commands: list[Command]) -> None:
        """Says which entries can be chosen, and of the others why not; called when their menu opens."""
        for command in commands:
            action, reason = self._actions[command.id], command.enabled()
            action.setEnabled(reason is None)
            action.setToolTip(reason or command.tip or command.title)
            if command.checked is not None:
                action.setChecked(command.checked())

    def _recolour(self) -> None:
        for command in self._model.commands:
            action = self._actions.get(command.id)
            if action is not None and command.icon and command.checked is None:
                action.setIcon(icons_of(self._model).icon(command.icon, "muted"))
