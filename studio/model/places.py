"""The folders in which Studio keeps things of its own.

Settings and theme files are the user's and live in the configuration folder; layout, session, journals and logs are
Studio's and live in the state folder. ``AEROFLOW_CONFIG_DIR`` and ``AEROFLOW_STATE_DIR`` put them elsewhere.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

_PROFILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


def is_profile_name(name: str) -> bool:
    """Whether a profile can have this name: it becomes that of a folder on every system."""
    return _PROFILE.fullmatch(name) is not None


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are kept; the folders need not exist yet."""

    config: Path
    state: Path

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.config / "settings.toml"

    @property
    def themes(self) -> Path:
        """The user's own themes."""
        return self.config / "themes"

    @property
    def session(self) -> Path:
        """Open files, cursors and the layout."""
        return self.state / "session.json"

    @property
    def journal(self) -> Path:
        """Texts that are not saved: a folder for each Studio, in it a file for each text."""
        return self.state / "journal"

    @property
    def lock(self) -> Path:
        """Held by the Studio of this profile as long as it runs; says where it listens."""
        return self.state / "studio.lock"

    @property
    def log(self) -> Path:
        """What happened, for a report."""
        return self.state / "studio.log"

    @property
    def crash(self) -> Path:
        """Where the interpreter writes when it dies."""
        return self.state / "crash.log"


def find_places(environment: Mapping[str, str] = os.environ, profile: str = "") -> Places:
    """The folders of this user on this system. A named profile shares the settings and has a state of its own."""
    config = environment.get("AEROFLOW_CONFIG_DIR") or platformdirs.user_config_dir("aeroflow", appauthor=False)
    state = environment.get("AEROFLOW_STATE_DIR") or platformdirs.user_state_dir("aeroflow", appauthor=False)
    folder = Path(state) / f"profile-{profile}" if profile else Path(state)
    return Places(Path(config), folder)
