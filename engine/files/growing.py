"""A file that grows while a run goes on, and can be read at any moment of it.

Where nothing was, the file has its own name from the start. Where a file was, that one stays as it is until the new one
is complete; meanwhile the new one is called ``NAME.unfinished-1f2e3d4c.aft`` and stands beside it. Either name appears
only together with the file's beginning, so that what ``kill -9`` or a power cut leaves can always be opened.

While it grows the file is locked, so that no other run replaces it. A device or a pipe is written into.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from pathlib import Path

from engine.files.places import Place, create_beside, hold, lock, open_stream, place_of, unfinished_name
from engine.files.whole import put_in_place, sync_folder, whole_file

SYNC_SECONDS = 1.0
"""How much of a run a power cut may cost …"""
SYNC_SHARE = 50
"""… unless forcing data to this disk takes more than this part of the time."""


class GrowingFile:
    """One file under construction. ``path`` is where its bytes are now."""

    def __init__(self, place: Place, handle: int, path: Path) -> None:
        self.path = path
        self._place = place
        self._handle = handle
        self._held: int | None = None
        """A descriptor of the file of before, locked so that no other run takes its place meanwhile."""
        self._size = 0
        self._is_complete = False
        self._sync_not_before = time.monotonic() + SYNC_SECONDS

    @staticmethod
    def create(path: Path, start: bytes, durable: bool = True) -> GrowingFile:
        """A file that begins with ``start``. Raises ``OSError`` where no file can be written. One not ``durable``
        survives ``kill -9`` from the start, and a power cut once ``sync_if_due`` has forced it to the disk."""
        place = place_of(path)
        if place.is_stream:
            file = GrowingFile(place, open_stream(place), path)
            file.write(start)
            return file
        handle, temporary = create_beside(place)
        file = GrowingFile(place, handle, temporary)
        try:
            lock(handle)
            file.write(start)
            if durable:
                os.fsync(handle)
            file._appear()
        except BaseException:
            os.close(handle)
            file._let_go()
            with contextlib.suppress(OSError):
                os.unlink(file.path)
            raise
        if durable:
            sync_folder(place.target.parent)
        return file

    def _appear(self) -> None:
        """Takes the first name: the final one where nothing is there, otherwise one beside it."""
        temporary = self.path
        if self._place.old is None:
            try:
                self.path = _renamed(temporary, self._place.target)
            except FileExistsError:  # another run was quicker
                self._place = place_of(self._place.path)
            else:
                return
        self._held = hold(self._place)
        self.path = _renamed(temporary, unfinished_name(self._place))

    def _let_go(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            os.close(held)

    @property
    def is_in_place(self) -> bool:
        """Whether the file has its own name."""
        return not self.takes_place or self._is_complete

    @property
    def takes_place(self) -> bool:
        """Whether a file of before is still there, whose place this one takes when it is complete."""
        return self._place.old is not None and not self._place.is_stream

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self._size

    @property
    def can_be_cut(self) -> bool:
        """Whether what was written can be taken back: not out of a device or a pipe."""
        return not self._place.is_stream

    def cut_back(self, size: int) -> None:
        """Takes back all behind the first ``size`` bytes. Raises ``OSError``."""
        os.ftruncate(self._handle, size)
        os.lseek(self._handle, size, os.SEEK_SET)
        self._size = size

    def write(self, data: bytes) -> None:
        """Appends all of ``data`` or nothing. Raises ``OSError``."""
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._handle, rest) :]
        except OSError:
            with contextlib.suppress(OSError):
                if not self._place.is_stream:
                    os.ftruncate(self._handle, self._size)
                    os.lseek(self._handle, self._size, os.SEEK_SET)
            raise
        self._size += len(data)

    def sync_if_due(self) -> None:
        """Forces what was written to the disk, about once a second. Raises ``OSError``."""
        now = time.monotonic()
        if now >= self._sync_not_before and not self._place.is_stream:
            os.fsync(self._handle)
            done = time.monotonic()
            self._sync_not_before = done + max(SYNC_SECONDS, SYNC_SHARE * (done - now))

    def sync(self) -> None:
        """Forces what was written to the disk. Raises ``OSError``."""
        if not self._place.is_stream:
            os.fsync(self._handle)

    def complete(self) -> None:
        """Forces all to the disk and takes the final name. Raises ``OSError``; the file then stays at ``path``."""
        if self._place.is_stream:
            os.close(self._handle)
            return
        try:
            os.fsync(self._handle)
            if not self.takes_place:
                self._write_again_if_gone()
        finally:
            self._let_go()
            if not self.takes_place:
                os.close(self._handle)
        if self.takes_place:
            os.close(self._handle)
            place = place_of(self._place.path)
            put_in_place(self.path, place)
            self.path, self._is_complete = place.target, True
            sync_folder(place.target.parent)

    def _write_again_if_gone(self) -> None:
        """Somebody may have removed or replaced the file while it grew."""
        mine = os.fstat(self._handle)
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(mine, os.stat(self.path)):
                return
        os.lseek(self._handle, 0, os.SEEK_SET)
        with whole_file(self._place.path) as file, os.fdopen(os.dup(self._handle), "rb") as source:
            shutil.copyfileobj(source, file)

    def leave(self) -> None:
        """Closes the file as it is: it stays at ``path``."""
        with contextlib.suppress(OSError):
            if not self._place.is_stream:
                os.fsync(self._handle)
        self._let_go()
        os.close(self._handle)

    def drop(self) -> None:
        """Closes the file and removes it; one that cannot be removed stays."""
        self._let_go()
        os.close(self._handle)
        if not self._place.is_stream:
            with contextlib.suppress(OSError):
                os.unlink(self.path)


def _renamed(file: Path, name: Path) -> Path:
    """Gives a file a name that nothing has yet. Raises ``FileExistsError`` where something has it."""
    try:
        os.link(file, name)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if os.path.lexists(name):
            raise FileExistsError(str(name)) from None
        os.rename(file, name)
        return name
    os.unlink(file)
    return name
