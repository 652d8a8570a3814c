"""Files that are written whole or not at all.

What is written goes to a temporary file beside the target, which is forced to the disk and then takes the target's
place, so that a full disk, a crash or a power cut leaves the old file as it was. Links are followed and stay links.
Owner, group, permissions and extended attributes of the old file are kept; a read-only file is refused. A file with
several names (hard links), or with an owner that the user cannot give away, is overwritten in place once the new text
is safe in the temporary file. ``places.py`` says what may be written to.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from engine.files.places import Place, create_beside, open_stream, place_of


class _KeptElsewhere(OSError):
    """Overwriting broke off; the new text is whole in the temporary file."""


def write_whole(path: Path, data: bytes, durable: bool = True) -> None:
    """Puts ``data`` in place of a file in one step. Raises ``OSError``; the old file is then as it was.

    What is not ``durable`` survives the end of the program, but perhaps not a power cut; it waits for no disk.
    """
    with whole_file(path, durable) as file:
        file.write(data)


@contextlib.contextmanager
def whole_file(path: Path, durable: bool = True) -> Iterator[BinaryIO]:
    """A file to write into, which takes its place when the block ends well. Raises ``OSError``, see ``write_whole``."""
    place = place_of(path)
    if place.is_stream:
        with os.fdopen(open_stream(place), "wb") as stream:
            yield stream
        return
    handle, temporary = create_beside(place)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            if durable:
                os.fsync(file.fileno())
        put_in_place(temporary, place)
    except _KeptElsewhere:
        raise
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    if durable:
        sync_folder(place.target.parent)


def put_in_place(new: Path, place: Place) -> None:
    """Moves a complete file to its place; it gets owner and permissions of the file that was there."""
    old = place.old
    if old is None:
        os.replace(new, place.target)
    elif old.st_nlink > 1 or not _give_to_owner(new, old):
        _overwrite(new, place)
        os.unlink(new)
    else:
        _copy_attributes(place.target, new)
        os.chmod(new, stat.S_IMODE(old.st_mode))
        os.replace(new, place.target)


def _give_to_owner(new: Path, old: os.stat_result) -> bool:
    """Gives a file the owner and group of another; False if the user may not."""
    if not hasattr(os, "chown"):
        return True
    now = os.stat(new)
    if (now.st_uid, now.st_gid) == (old.st_uid, old.st_gid):
        return True
    try:
        os.chown(new, old.st_uid, old.st_gid)
    except OSError:
        return False
    return True


def _copy_attributes(old: Path, new: Path) -> None:
    """Copies extended attributes, such as access lists, as far as system and user can."""
    if hasattr(os, "listxattr"):
        with contextlib.suppress(OSError):
            for name in os.listxattr(old):
                with contextlib.suppress(OSError):
                    os.setxattr(new, name, os.getxattr(old, name))


def _overwrite(new: Path, place: Place) -> None:
    """Copies a complete file over another one, after making sure that the disk has room for it."""
    assert place.old is not None
    size = os.stat(new).st_size
    with open(new, "rb") as source, open(place.target, "r+b") as target:
        try:
            if size > place.old.st_size and hasattr(os, "posix_fallocate"):
                os.posix_fallocate(target.fileno(), 0, size)
        except OSError as error:
            target.truncate(place.old.st_size)
            if error.errno not in (errno.EINVAL, errno.EOPNOTSUPP):
                raise
        try:
            shutil.copyfileobj(source, target)
            target.truncate()
            target.flush()
            os.fsync(target.fileno())
        except OSError as error:
            said = f"{error.strerror or error}; what was to be saved is whole in {new}"
            raise _KeptElsewhere(error.errno, said, str(place.path)) from error


def sync_folder(folder: Path) -> None:
    """Forces the names of a folder to the disk where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
