"""Settings and session on disk: read at the start, written shortly after they change, never in the way of a start.

A file that cannot be understood is never written over: it is kept beside the new one with the ending ``.bad``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Slot

from engine.api import JSON_BYTES_MAX, TOML_BYTES_MAX
from engine.files.reading import read_regular, read_text
from engine.files.whole import write_whole
from studio.model.places import Places
from studio.model.session_state import SessionState, dump_session, parse_session
from studio.model.settings import DamagedSettingsError, Settings, Value, with_changes
from studio.services.background import Background
from studio.services.text_files import why

DELAY_MS = 400


def read_settings(places: Places) -> Settings:
    """The settings of the user; the defaults where the file is missing or cannot be read."""
    try:
        return Settings(read_text(places.settings, TOML_BYTES_MAX))
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        settings = Settings()
        reason = why(error) if isinstance(error, OSError) else str(error)
        settings.problems.append(f"{places.settings} cannot be read ({reason}); the defaults are used")
        return settings


def write_settings(path: Path, changes: Mapping[str, Value]) -> str:
    """Enters changed settings into the file as it is now. Gives a sentence if the old file had to be put aside.

    Raises ``OSError`` if the file cannot be written, or cannot be put aside first.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    remark = ""
    try:
        text = with_changes(read_regular(path, TOML_BYTES_MAX).decode("utf-8") if path.exists() else "", changes)
    except (DamagedSettingsError, UnicodeDecodeError) as error:
        aside = put_aside(path)
        text = with_changes("", changes)
        remark = f"Your settings file could not be understood ({error}). It is kept as {aside}, and a new one begun."
    write_whole(path, text.encode("utf-8", "replace"), durable=False)
    return remark


def read_session(places: Places) -> tuple[SessionState, str]:
    """The session of last time, and what is wrong with its file; a damaged file is put aside as ``.bad``."""
    try:
        text = read_regular(places.session, JSON_BYTES_MAX).decode("utf-8", "replace")
    except FileNotFoundError:
        return SessionState(), ""
    except OSError as error:
        return SessionState(), f"The session of last time could not be read: {why(error)}."
    state = parse_session(text)
    if state is not None:
        return state, ""
    try:
        aside = put_aside(places.session)
    except OSError:
        return SessionState(), "The session of last time could not be read."
    return SessionState(), f"The session of last time could not be read; it is kept as {aside}."


def put_aside(path: Path) -> Path:
    """Gives a file the ending ``.bad``, with a number if there are such files already. Raises ``OSError``."""
    aside, number = path.with_name(f"{path.name}.bad"), 2
    while aside.exists():
        aside, number = path.with_name(f"{path.name}.bad{number}"), number + 1
    return path.replace(aside)


class Store(QObject):
    """Writes settings and session when they change. ``snapshot`` gives the session as it is now, None if it is not
    to be kept; ``tell`` is called with what the user should know."""

    def __init__(
        self,
        places: Places,
        settings: Settings,
        background: Background,
        snapshot: Callable[[], SessionState | None],
        tell: Callable[[str], object],
    ) -> None:
        super().__init__()
        self._places = places
        self._settings = settings
        self._background = background
        self._snapshot = snapshot
        self._tell = tell
        """Called with a sentence, and with an empty one when it does not hold any more."""
        self._is_unsaved = False
        self._written_session = ""
        self._written_settings: dict[str, Value] = {}
        self._closed = False
        self.trouble = ""
        """Why the last write did not work."""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY_MS)
        self._timer.timeout.connect(self.write)
        self._disconnect = settings.changed.connect(lambda _: self.later())

    def later(self) -> None:
        """Something changed; it is written soon."""
        if not self._timer.isActive() and not self._closed:
            self._timer.start()

    @Slot()
    def write(self) -> None:
        """Writes what differs from what was written last."""
        self._timer.stop()
        state = self._snapshot()
        session = dump_session(state) if state is not None else self._written_session
        if session != self._written_session:
            self._written_session = session
            self._background.submit(lambda: self._write_session(session), None, self._failed)
        changes = dict(self._settings.changes)
        if changes != self._written_settings:
            self._written_settings = changes
            self._background.submit(
                lambda: write_settings(self._places.settings, changes), self._settings_written, self._settings_failed
            )

    def _write_session(self, text: str) -> None:
        self._places.session.parent.mkdir(parents=True, exist_ok=True)
        write_whole(self._places.session, text.encode(), durable=False)

    def _settings_written(self, remark: str) -> None:
        if self._is_unsaved:
            self._is_unsaved = False
            self._tell("")
        if remark:
            self._tell(remark)

    def _settings_failed(self, error: OSError) -> None:
        self._failed(error)
        self._is_unsaved = True
        self._tell(f"The changed settings could not be saved: {error.strerror or error}.")

    def _failed(self, error: OSError) -> None:
        self.trouble = error.strerror or str(error)

    def close(self) -> None:
        """Writes the rest and stops listening."""
        self.write()
        self._closed = True
        self._disconnect()
