"""The one way to open a file that a person or a project names: regular files only, as much as is allowed.

To open a pipe waits for a writer, and a device may never end.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from engine.base.counts import counted

IS_NO_FILE = "it is a device or a pipe, not a file"
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)


def check_regular(path: Path) -> os.stat_result:
    """What the system knows of a file. Raises OSError where there is none, and for what is a folder, device or pipe."""
    info = os.stat(path)
    _check(info, path)
    return info


def read_regular(path: Path, bytes_max: int | None = None) -> bytes:
    """The content of a file. Raises OSError also where it is no regular one, or has more than ``bytes_max``."""
    check_regular(path)
    with open(os.open(path, _FLAGS), "rb") as file:
        _check(os.fstat(file.fileno()), path)  # another may stand there by now
        data = file.read() if bytes_max is None else file.read(bytes_max + 1)
    if bytes_max is not None and len(data) > bytes_max:
        raise OSError(errno.EFBIG, f"the file has more than {counted(bytes_max, 'byte')}", str(path))
    return data


def read_text(path: Path, bytes_max: int | None = None) -> str:
    """The UTF-8 text of a file, with ``\\n`` for every line break. Raises what ``read_regular`` does, and
    UnicodeDecodeError."""
    return read_regular(path, bytes_max).decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")


def _check(info: os.stat_result, path: Path) -> None:
    if stat.S_ISDIR(info.st_mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder", str(path))
    if not stat.S_ISREG(info.st_mode):
        raise OSError(errno.EINVAL, IS_NO_FILE, str(path))
