"""Files that are written whole or not at all.

Writing goes to a temporary file beside the target, which is forced to the disk and then takes the target's place, so
that a full disk, a crash or a power cut leaves the old file as it was.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
from pathlib import Path


def write_atomically(path: Path, data: bytes, durable: bool = True) -> None:
    """Puts a file in place of another in one step, with the permissions of the old one. Raises ``OSError``.

    What is not ``durable`` survives the end of the program, but perhaps not a power cut; it waits for no disk.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        _copy_mode(target, Path(name))
        os.replace(name, target)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
    if durable:
        _sync_folder(target.parent)


def _copy_mode(old: Path, new: Path) -> None:
    """The new file gets the old one's permissions, or those of a file that a program creates."""
    try:
        mode = stat.S_IMODE(old.stat().st_mode)
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        mode = 0o666 & ~mask
    os.chmod(new, mode)


def _sync_folder(folder: Path) -> None:
    """Forces the new name to the disk where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
