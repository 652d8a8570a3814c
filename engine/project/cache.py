"""A folder of things that can be computed again: library files that were parsed, programs that were compiled.

What is read from it becomes objects and machine code of this process, so only what this user's AeroFlow wrote counts.
An entry is one file: a mark, a keyed digest of its name and content, the content. The key is a file of the user's own
outside the folder (``user_key_file``). Whatever does not add up (a torn write, a flipped bit, an entry or a folder of
another user) is as good as not there. A reader in another process sees a whole entry or none; where the disk is full
or the folder is read-only, nothing is kept, silently.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import re
from pathlib import Path

import platformdirs

from engine.files.ownership import is_own, read_private
from engine.files.whole import write_whole

_MARK = b"AEROFLOWCACHE2\n"
_DIGEST_BYTES = 32
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.-]")
BYTES_MAX = 200 * 1024 * 1024
"""When the entries take more, the ones that were not used for longest go, down to half of it."""
LOOKS = 32
"""The folder is looked through each time that this part of the most bytes was put into it."""


def user_cache_folder() -> Path:
    """Where this user's caches of AeroFlow are."""
    return Path(platformdirs.user_cache_dir("aeroflow", appauthor=False))


def user_key_file() -> Path:
    """Where the key of this user's caches is: not among the caches, which may be shared or come from elsewhere."""
    return Path(platformdirs.user_state_dir("aeroflow", appauthor=False)) / "cache.key"


class DiskCache:
    """Entries by key, for one ``version`` of what makes them; entries of other versions are not seen."""

    def __init__(
        self, version: str, folder: Path | None = None, bytes_max: int = BYTES_MAX, key_file: Path | None = None
    ) -> None:
        self.folder = user_cache_folder() if folder is None else folder
        self._secret = read_private(key_file or user_key_file(), lambda: os.urandom(_DIGEST_BYTES))
        self.version = version
        self.bytes_max = bytes_max
        self._bytes_unlooked = bytes_max

    def get(self, key: str) -> bytes | None:
        """The content that was kept under the key; None where there is none, or none that is whole."""
        path = self._path(key)
        try:
            if not is_own(self.folder):
                return None
            data = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        start = len(_MARK) + _DIGEST_BYTES
        content = data[start:]
        if self._secret is None or not hmac.compare_digest(data[:start], self._head(path, content)):
            return None
        return content

    def put(self, key: str, content: bytes) -> None:
        """Keeps the content, if the disk lets it."""
        if self._secret is None:
            return
        with contextlib.suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not is_own(self.folder):
                return
            path = self._path(key)
            write_whole(path, self._head(path, content) + content, durable=False)
            self._bytes_unlooked += len(content)
            if self._bytes_unlooked > self.bytes_max // LOOKS:
                self._make_room()
                self._bytes_unlooked = 0

    def _path(self, key: str) -> Path:
        return self.folder / _NOT_IN_NAMES.sub("_", f"{self.version}-{key}")

    def _head(self, path: Path, content: bytes) -> bytes:
        """The mark and the digest. The name is part of it, so that no entry can stand for another."""
        digest = hashlib.blake2b(digest_size=_DIGEST_BYTES, key=self._secret or b"")
        digest.update(path.name.encode() + b"\0")
        digest.update(content)
        return _MARK + digest.digest()

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
