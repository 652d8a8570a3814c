"""Whose a file or folder is: what another user could have written is not taken for this user's.

On systems without users and modes (Windows) everything counts as this user's; there the folders of a user are
protected by the system.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable
from pathlib import Path

from engine.files.places import create_beside, place_of

KEY_BYTES = 32
_WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def is_own(path: Path) -> bool:
    """Whether it is this user's, or the system administrator's. Raises OSError where it is not there."""
    return not hasattr(os, "geteuid") or os.stat(path).st_uid in (os.geteuid(), 0)


def belongs_here(path: Path, start: Path) -> bool:
    """Whether a file is this user's, the administrator's, or of whoever owns the folder where a search started.

    Raises OSError where one of the two is not there.
    """
    return is_own(path) or os.stat(path).st_uid == os.stat(start).st_uid


def read_private(path: Path, make: Callable[[], bytes]) -> bytes | None:
    """The content of a private file of ``KEY_BYTES`` bytes, made where there is none; None where that fails.

    Of several processes that make the file at once, one wins and all read the winner's.
    """
    with contextlib.suppress(OSError):
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _create(path, make())
        if is_own(path) and not (hasattr(os, "geteuid") and path.stat().st_mode & _WRITABLE_BY_OTHERS):
            content = path.read_bytes()
            return content if len(content) == KEY_BYTES else None
    return None


def _create(path: Path, content: bytes) -> None:
    """Makes a file that appears whole, or not at all if another process was faster."""
    handle, temporary = create_beside(place_of(path))
    try:
        with os.fdopen(handle, "wb") as file:
            os.chmod(temporary, 0o600)
            file.write(content)
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        os.unlink(temporary)
