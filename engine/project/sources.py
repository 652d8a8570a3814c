"""Which files are sources: no recording, export or picture may take the place of one."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from engine.project.manifest import FILE_NAME
from engine.project.modules import SUFFIX

IS_SOURCE = "is a program or the file of a project; choose another name"


def is_source(path: Path, folders: Iterable[Path] = ()) -> bool:
    """Whether a path leads to a program or the file of a project, whatever it is called.

    Symbolic links are followed. Of a file with several names (hard links), the others are looked for in its folder and
    in ``folders``.
    """
    with contextlib.suppress(OSError, ValueError):
        target = Path(os.path.realpath(path))
        info = target.stat()
        if not stat.S_ISREG(info.st_mode):
            return False
        if target.suffix == SUFFIX or target.name == FILE_NAME:
            return True
        places = dict.fromkeys([target.parent, *folders]) if info.st_nlink > 1 else {}
        sources = (source for place in places for source in (*place.glob(f"*{SUFFIX}"), place / FILE_NAME))
        return any(_is_same(info, source) for source in sources)
    return False


def _is_same(info: os.stat_result, other: Path) -> bool:
    with contextlib.suppress(OSError):
        return os.path.samestat(info, other.stat())
    return False
