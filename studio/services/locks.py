"""A lock on a file that the system takes away when its process ends, however it ends.

So a lock never has to be found stale: what a process that was killed had locked is free again at once.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    FAR = 1 << 30
    """The byte that is locked: far beyond the content, which others may then read."""

    def _lock(handle: int) -> bool:
        os.lseek(handle, FAR, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class FileLock:
    """A lock that is held until ``release`` or the end of the process. ``take_lock`` makes it."""

    def __init__(self, path: Path, handle: int) -> None:
        self.path = path
        self._handle = handle

    def write(self, content: bytes) -> None:
        """Says something to those who want the lock, in place of what was said before. Raises ``OSError``."""
        os.lseek(self._handle, 0, os.SEEK_SET)
        os.write(self._handle, content)
        os.truncate(self._handle, len(content))

    def release(self) -> None:
        """Gives the lock up; doing so again does nothing."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def take_lock(path: Path) -> FileLock | None:
    """The lock of a file, which is made if need be; None while another Studio has it. Raises ``OSError``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if _lock(handle) and _is_still_there(path, handle):
            return FileLock(path, handle)
    except BaseException:
        os.close(handle)
        raise
    os.close(handle)
    return None


def _is_still_there(path: Path, handle: int) -> bool:
    """Whether the file is the one that was opened, and nobody has removed it meanwhile."""
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False
