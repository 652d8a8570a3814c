"""What stands where a file is to be written, and whether it may be.

A *place* is a path with all links followed, looked at before anything is written. Only a regular file is ever
replaced. A device such as ``/dev/null`` and a pipe are written into, as the shell's ``>`` does; ``/dev/stdout`` is the
stream that the process already has. Folders, disks and sockets are refused.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has no locks of this kind
    fcntl = None  # type: ignore[assignment]

NO_CURRENT_FOLDER = "the current folder does not exist any more"
_DESCRIPTOR = re.compile(r"/dev/(?:std(?P<name>in|out|err)|fd/(?P<fd>[0-9]{1,9}))|/proc/self/fd/(?P<proc>[0-9]{1,9})")
_STANDARD = {"in": 0, "out": 1, "err": 2}
_TEMPORARY_FLAGS = (
    os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_BINARY", 0)
)  # fmt: skip
_NAME_LETTERS_MAX = 32
_TRIES = 100


@dataclass(frozen=True, slots=True)
class Place:
    """Where to write: ``path`` as it was given, ``target`` with links followed, ``old`` about a file that is there."""

    path: Path
    target: Path
    old: os.stat_result | None
    is_stream: bool = False
    """Whether this is a device, a pipe or a stream of the process, which is written into and never replaced."""


def place_of(path: Path) -> Place:
    """Looks at a path. Raises ``OSError`` with the reason if no file can be written there."""
    if _DESCRIPTOR.fullmatch(str(path)):
        return Place(path, path, None, is_stream=True)
    try:
        target = Path(os.path.realpath(path))
        old = _look_at(path)
    except FileNotFoundError as error:
        raise FileNotFoundError(errno.ENOENT, NO_CURRENT_FOLDER, str(path)) from error
    except ValueError as error:
        raise OSError(errno.EINVAL, "no file can have this name", str(path)) from error
    if old is None:
        _check_folder(path, target.parent)
        return Place(path, target, None)
    kind = old.st_mode
    if stat.S_ISDIR(kind):
        raise IsADirectoryError(errno.EISDIR, "it is a folder", str(path))
    if stat.S_ISCHR(kind) or stat.S_ISFIFO(kind):
        return Place(path, target, old, is_stream=True)
    if not stat.S_ISREG(kind):
        raise OSError(errno.EINVAL, "it is neither a file nor a device that takes text", str(path))
    if not kind & 0o222 or not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "it is read-only", str(path))
    _check_folder(path, target.parent)
    if _is_locked(target):
        raise _busy(path)
    return Place(path, target, old)


def _busy(path: Path) -> OSError:
    return OSError(errno.EBUSY, "another run is recording into it", str(path))


def _look_at(path: Path) -> os.stat_result | None:
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


def _check_folder(path: Path, folder: Path) -> None:
    if not folder.exists():
        missing = folder if path.parent.exists() else path.parent
        raise FileNotFoundError(errno.ENOENT, f"there is no folder {missing}", str(path))
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, f"{path.parent} is no folder", str(path))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, f"nothing can be written in the folder {path.parent}", str(path))


def _is_locked(target: Path) -> bool:
    """Whether a recording is growing there."""
    if fcntl is None:
        return False
    try:
        handle = os.open(target, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(handle)
    return False


def lock(handle: int) -> None:
    """Tells others that a file is growing, for as long as it is open; where the system has no locks, does nothing."""
    if fcntl is not None:
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def hold(place: Place) -> int | None:
    """Locks the file that is at a place, so that no other run takes its place, until the descriptor is closed.

    None where the system has no locks. Raises ``OSError`` where another run was quicker.
    """
    if fcntl is None:
        return None
    try:
        handle = os.open(place.target, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:  # it may be gone, or not be readable
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise _busy(place.path) from None
    except OSError:  # this file system has no locks
        os.close(handle)
        return None
    return handle


def open_stream(place: Place) -> int:
    """A descriptor of a device, a pipe or a stream of the process; closing it leaves the stream open."""
    match = _DESCRIPTOR.fullmatch(str(place.path))
    if match is None:
        return os.open(place.target, os.O_WRONLY | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_CLOEXEC", 0))
    number = match["fd"] or match["proc"]
    return os.dup(_STANDARD[match["name"]] if number is None else int(number))


def create_beside(place: Place) -> tuple[int, Path]:
    """A new hidden file in the folder of a place, open to read and write, under a name that cannot be foreseen.

    Beside a file that is there only the user may read it; otherwise it has the permissions of any new file.
    """
    mode = 0o666 if place.old is None else 0o600
    for _ in range(_TRIES):
        path = place.target.with_name(f".{place.target.name[:_NAME_LETTERS_MAX]}.{secrets.token_hex(4)}.tmp")
        try:
            return os.open(path, _TEMPORARY_FLAGS, mode), path
        except FileExistsError:
            continue
    raise FileExistsError(errno.EEXIST, "no temporary file can be made beside it", str(place.path))


def unfinished_name(place: Place) -> Path:
    """A visible name for a file that does not yet take its place: ``run.unfinished-1f2e3d4c.aft``."""
    target = place.target
    return target.with_name(f"{target.stem[:100]}.unfinished-{secrets.token_hex(4)}{target.suffix}")
