"""A folder of things that can be computed again: library files that were parsed, programs that were compiled.

An entry is one file: a mark, the BLAKE2 digest of its content, the content. Whatever does not add up (a torn write, a
flipped bit, a foreign file) is as good as not there. Writing goes through a temporary file that is renamed, so that a
reader in another process sees a whole entry or none; where the disk is full or the folder is read-only, nothing is
kept and nobody is told.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from pathlib import Path

import platformdirs

from engine.files.whole import write_whole

_MARK = b"AEROFLOWCACHE1\n"
_DIGEST_BYTES = 32
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.-]")
BYTES_MAX = 200 * 1024 * 1024
"""When the entries take more, the ones that were not used for longest go, down to half of it."""
LOOKS = 32
"""The folder is looked through each time that this part of the most bytes was put into it."""


def user_cache_folder() -> Path:
    """Where this user's caches of AeroFlow are."""
    return Path(platformdirs.user_cache_dir("aeroflow", appauthor=False))


class DiskCache:
    """Entries by key, for one ``version`` of what makes them; entries of other versions are not seen."""

    def __init__(self, version: str, folder: Path | None = None, bytes_max: int = BYTES_MAX) -> None:
        self.folder = user_cache_folder() if folder is None else folder
        self.version = version
        self.bytes_max = bytes_max
        self._bytes_unlooked = bytes_max

    def get(self, key: str) -> bytes | None:
        """The content that was kept under the key; None where there is none, or none that is whole."""
        path = self._path(key)
        try:
            data = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        start = len(_MARK) + _DIGEST_BYTES
        content = data[start:]
        if data[:start] != _MARK + _digest(content):
            return None
        return content

    def put(self, key: str, content: bytes) -> None:
        """Keeps the content, if the disk lets it."""
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            write_whole(self._path(key), _MARK + _digest(content) + content, durable=False)
            self._bytes_unlooked += len(content)
            if self._bytes_unlooked > self.bytes_max // LOOKS:
                self._make_room()
                self._bytes_unlooked = 0

    def _path(self, key: str) -> Path:
        return self.folder / _NOT_IN_NAMES.sub("_", f"{self.version}-{key}")

    def _make_room(self) -> None:
        with os.scandir(self.folder) as found:
            entries = [(entry.stat(), Path(entry)) for entry in found if entry.is_file()]
        total = sum(stat.st_size for stat, _ in entries)
        if total <= self.bytes_max:
            return
        for stat, path in sorted(entries, key=lambda entry: entry[0].st_mtime_ns):
            path.unlink(missing_ok=True)
            total -= stat.st_size
            if total <= self.bytes_max // 2:
                break


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=_DIGEST_BYTES).digest()
