"""Settings and session on disk: read at the start, written shortly after they change, never in the way of a start."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Slot

from engine.files.whole import write_whole
from studio.model.places import Places
from studio.model.session_state import SessionState, dump_session, parse_session
from studio.model.settings import Settings
from studio.services.background import Background

DELAY_MS = 400


def read_settings(places: Places) -> Settings:
    """The settings of the user; the defaults where the file is missing or cannot be read."""
    try:
        return Settings(places.settings.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        settings = Settings()
        settings.problems.append(f"{places.settings} cannot be read ({error}); the defaults are used")
        return settings


def read_session(places: Places) -> tuple[SessionState, str]:
    """The session of last time, and what is wrong with its file; a damaged file is put aside as ``.bad``."""
    try:
        text = places.session.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return SessionState(), ""
    state = parse_session(text)
    if state is not None:
        return state, ""
    aside = places.session.with_suffix(".bad")
    try:
        places.session.replace(aside)
    except OSError:
        return SessionState(), "The session of last time could not be read."
    return SessionState(), f"The session of last time could not be read; it is kept as {aside}."


class Store(QObject):
    """Writes settings and session when they change. ``snapshot`` gives the session as it is now."""

    def __init__(
        self, places: Places, settings: Settings, background: Background, snapshot: Callable[[], SessionState]
    ) -> None:
        super().__init__()
        self._places = places
        self._settings = settings
        self._background = background
        self._snapshot = snapshot
        self._written_session = ""
        self._written_settings = settings.text()
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
        session = dump_session(self._snapshot())
        if session != self._written_session:
            self._written_session = session
            self._submit(self._places.session, session)
        settings = self._settings.text()
        if settings != self._written_settings:
            self._written_settings = settings
            self._submit(self._places.settings, settings)

    def _submit(self, path: Path, text: str) -> None:
        def work() -> None:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, text.encode(), durable=False)

        def failed(error: OSError) -> None:
            self.trouble = error.strerror or str(error)

        self._background.submit(work, None, failed)

    def close(self) -> None:
        """Writes the rest and stops listening."""
        self.write()
        self._closed = True
        self._disconnect()
