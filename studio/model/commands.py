"""Commands as data: one table feeds menus, toolbar, palette, shortcuts and tests.

A command has an id (``file.save``), a title, a shortcut as Qt writes it portably (``Ctrl+S``), says why it cannot
run right now, and runs. ``menu`` is the menu that shows it; inside a menu a change of ``group`` draws a line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from studio.model.signal import Signal

MENUS = ("File", "Edit", "View", "Run", "Time", "Help")
"""The menus, from left to right."""


def always() -> str | None:
    """For commands that can always run."""
    return None


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that Studio can do. ``enabled()`` is None when it can run, else a sentence that says why not.

    ``checked()`` makes it a switch. ``icon`` names a file of ``resources/icons``. ``keys`` are further shortcuts.
    """

    id: str
    title: str
    shortcut: str
    enabled: Callable[[], str | None]
    run: Callable[[], object]
    menu: str = ""
    group: int = 0
    icon: str = ""
    tip: str = ""
    checked: Callable[[], bool] | None = None
    keys: tuple[str, ...] = ()


class CommandTable:
    """All commands by id, in the order in which they were added."""

    def __init__(self) -> None:
        self._commands: dict[str, Command] = {}
        self.changed: Signal[[]] = Signal()
        """Which commands can run, or are checked, may have changed."""
        self.refused: Signal[[Command, str]] = Signal()
        """A command was asked for while it could not run, and why."""

    def add(self, commands: Iterable[Command]) -> None:
        """Enters commands. An id can be taken once, and so can a shortcut."""
        taken = {key: c.id for c in self._commands.values() for key in (c.shortcut, *c.keys) if key}
        for command in commands:
            assert command.id not in self._commands, f"two commands are called {command.id}"
            for key in (command.shortcut, *command.keys):
                assert not key or key not in taken, f"{command.id} and {taken.get(key)} both want {key}"
                taken[key] = command.id
            self._commands[command.id] = command

    def __iter__(self) -> Iterator[Command]:
        return iter(self._commands.values())

    def __contains__(self, id: str) -> bool:
        return id in self._commands

    def __getitem__(self, id: str) -> Command:
        return self._commands[id]

    def invoke(self, id: str) -> bool:
        """Runs a command, or tells why it cannot run. Gives whether it ran."""
        command = self._commands[id]
        reason = command.enabled()
        if reason is not None:
            self.refused.emit(command, reason)
            return False
        command.run()
        self.changed.emit()
        return True
