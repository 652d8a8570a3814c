"""What the user has set, in ``settings.toml``: a table of known settings, and everything else kept as it is.

Comments and unknown keys of the file survive; a value of the wrong kind is told and its default is used. What is set
here is kept as a list of changes, which are entered into the file as it is when it is written: others may have written
to it meanwhile. A file in which they cannot be entered without losing something is a ``DamagedSettingsError``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import tomlkit
from tomlkit.exceptions import TOMLKitError

from engine.api import check_toml, read_toml
from studio.model.signal import Signal

Value = str | int | float | bool
MARK = "\ufeff"
"""Some editors begin a file with a byte order mark."""
_LONE_BREAK = re.compile("(?<!\r)\n")


class DamagedSettingsError(Exception):
    """The text is no settings file, or has a value where a table belongs; why, in a few words."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its key, default and what it does; numbers have limits."""

    key: str
    default: Value
    about: str
    least: float = 0
    most: float = 1_000


SETTINGS: tuple[Setting, ...] = (
    Setting("appearance.theme", "system", "light, dark, system, or the name of a theme of your own"),
    Setting("appearance.font_size", 10.0, "size of the interface's text in points", 6, 32),
    Setting("editor.font_family", "", "the font of code; empty for the one that comes with Studio"),
    Setting("editor.font_size", 10.5, "size of code in points", 5, 48),
    Setting("editor.tab_width", 4, "columns of one level of indentation", 1, 16),
    Setting("editor.close_brackets", True, "typing an opening bracket or quote also writes the closing one"),
    Setting("editor.inline_values", True, "show values of the moment behind the lines of code"),
)


class Settings:
    """The settings in force. ``changed`` gives the key that changed."""

    def __init__(self, text: str = "") -> None:
        self.changed: Signal[[str]] = Signal()
        self._known = {setting.key: setting for setting in SETTINGS}
        self._values: dict[str, Value] = {setting.key: setting.default for setting in SETTINGS}
        self.changes: dict[str, Value] = {}
        """What was set since the file was read."""
        self.problems: list[str] = self.load(text)

    def load(self, text: str) -> list[str]:
        """Takes in the text of a settings file; gives what is wrong with it, as sentences."""
        try:
            file = read_toml(text)
        except ValueError as error:
            return [f"settings.toml cannot be read ({error}); the defaults are used"]
        wrong = []
        for table in dict.fromkeys(key.partition(".")[0] for key in self._known):
            if table in file and not isinstance(file[table], dict):
                wrong.append(f"settings.toml: {table} is not a table, such as [{table}]; its defaults are used")
        for key, setting in self._known.items():
            table, _, name = key.partition(".")
            section = file.get(table)
            if not isinstance(section, dict) or name not in section:
                continue
            value = _fitting(setting, section[name])
            if value is None:
                wrong.append(f"settings.toml: {key} = {section[name]!r} does not fit; {setting.default!r} is used")
            else:
                self._values[key] = value
        return wrong

    def set(self, key: str, value: Value) -> None:
        """Changes a setting."""
        fitting = _fitting(self._known[key], value)
        assert fitting is not None, f"{value!r} does not fit {key}"
        if fitting == self._values[key]:
            return
        self._values[key] = self.changes[key] = fitting
        self.changed.emit(key)

    def text_of(self, key: str) -> str:
        """A setting that is a text."""
        return str(self._values[key])

    def number(self, key: str) -> float:
        """A setting that is a number."""
        return float(self._values[key])

    def whole(self, key: str) -> int:
        """A setting that is a whole number."""
        return int(self._values[key])

    def flag(self, key: str) -> bool:
        """A setting that is yes or no."""
        return bool(self._values[key])

    def default(self, key: str) -> Value:
        """What a setting is until the user sets it."""
        return self._known[key].default

    def limits(self, key: str) -> tuple[float, float]:
        """The least and the most that a number may be."""
        return self._known[key].least, self._known[key].most


def with_changes(text: str, changes: Mapping[str, Value]) -> str:
    """A settings file with some settings changed and everything else as it was. Raises ``DamagedSettingsError``."""
    mark = MARK if text.startswith(MARK) else ""
    file = _parsed(text.removeprefix(MARK))
    for key, value in changes.items():
        table, _, name = key.partition(".")
        if table not in file:
            file[table] = tomlkit.table()
        section = file[table]
        if not isinstance(section, dict):
            raise DamagedSettingsError(f"{table} is not a table")
        section[name] = value
    changed = tomlkit.dumps(file)
    if "\r\n" in text and not _LONE_BREAK.search(text):
        changed = _LONE_BREAK.sub("\r\n", changed)
    return mark + changed


def _parsed(text: str) -> tomlkit.TOMLDocument:
    try:
        check_toml(text)
        return tomlkit.parse(text)
    except (TOMLKitError, ValueError) as error:
        raise DamagedSettingsError(str(error)) from error


def _fitting(setting: Setting, value: object) -> Value | None:
    """The value as a plain one of the setting's kind, or None."""
    if isinstance(setting.default, bool):
        return bool(value) if isinstance(value, bool) else None
    if isinstance(setting.default, str):
        return str(value) if isinstance(value, str) else None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not setting.least <= value <= setting.most:
        return None
    return int(value) if isinstance(setting.default, int) else float(value)
