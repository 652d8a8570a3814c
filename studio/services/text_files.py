"""Text files on disk: read with their encoding and line breaks, written whole or not at all.

Writing goes to a temporary file beside the target, which is forced to the disk and then takes the target's place, so
that a full disk, a crash or a power cut leaves the old file as it was.
"""

from __future__ import annotations

import codecs
import errno
import hashlib
import os
import stat
from dataclasses import dataclass, replace
from pathlib import Path

from engine.files.reading import check_regular, read_regular
from engine.files.whole import write_whole
from studio.model.document import DiskState, TextFormat
from studio.model.line_ends import line_ends_of, with_line_ends

SIZE_MAX = 64 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class NotTextError(OSError):
    """The file is not a text."""


@dataclass(frozen=True, slots=True)
class LoadedText:
    """A file as it was read; ``text`` has ``\\n`` line breaks. ``remark`` tells what the user should know of it."""

    text: str
    format: TextFormat
    disk: DiskState
    read_only: bool
    remark: str = ""


def absolute(path: Path) -> Path:
    """The path from the root. Raises ``OSError`` for a name that no system takes, and where no folder is current."""
    try:
        is_name = b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:
        is_name = False
    if not is_name:
        raise NotTextError(errno.EINVAL, "has a name that no file can have", str(path))
    return path.absolute()


def look_at_file(path: Path) -> os.stat_result:
    """What the system knows of a file. Raises ``OSError``, also for what is none: reading a pipe might never end."""
    return check_regular(absolute(path))


def read_text_file(path: Path) -> LoadedText:
    """Reads a text file. Raises ``OSError``, also for a file that is no text or too long to edit."""
    info = look_at_file(path)
    if info.st_size > SIZE_MAX:
        raise NotTextError(errno.EFBIG, f"is larger than {SIZE_MAX >> 20} MiB", str(path))
    data = read_regular(path, SIZE_MAX)
    text, format, remark = decode_text(data)
    if "\0" in text:
        raise NotTextError(errno.EINVAL, "is not a text file", str(path))
    disk = _disk_state(path, data, info)
    return LoadedText(text, format, disk, not os.access(path, os.W_OK), remark)


def decode_text(data: bytes) -> tuple[str, TextFormat, str]:
    """Text, format and a remark for the user. Every sequence of bytes has one."""
    mark, encoding = next(((m, name) for m, name in _BOMS if data.startswith(m)), (b"", "utf-8"))
    remark = ""
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError:
        mark, encoding = b"", "latin-1"
        text = data.decode(encoding)
        remark = "is not UTF-8; it was read as Latin-1 and will be saved so."
    eol, mixed = line_ends_of(text)
    if mixed is not None and not remark:
        remark = "has several kinds of line breaks; every line keeps its own."
    format = TextFormat(encoding, bool(mark), eol, mixed)
    return text.replace("\r\n", "\n").replace("\r", "\n"), format, remark


def encode_text(text: str, format: TextFormat) -> tuple[bytes, TextFormat]:
    """The bytes of a text, and the format that they have: UTF-8 where the wanted one has not all the characters."""
    text, mixed = with_line_ends(text, format.eol, format.mixed)
    format = replace(format, mixed=mixed)
    try:
        data = text.encode(format.encoding)
    except UnicodeEncodeError:
        format = replace(format, encoding="utf-8", bom=False)
        data = text.encode("utf-8", "surrogatepass")
    mark = next((m for m, name in _BOMS if name == format.encoding), b"") if format.bom else b""
    return mark + data, format


def write_text_file(path: Path, text: str, format: TextFormat) -> tuple[DiskState, TextFormat]:
    """Writes a text file whole or not at all. Raises ``OSError``."""
    data, format = encode_text(text, format)
    write_whole(path, data)
    return _disk_state(path, data, path.stat()), format


def _disk_state(path: Path, data: bytes, info: os.stat_result) -> DiskState:
    inode = (info.st_dev, info.st_ino)
    return DiskState(digest(data), info.st_mtime_ns, len(data), os.path.realpath(path), inode)


def look_at(path: Path, known: DiskState) -> DiskState | None:
    """What the file is now; None if it is gone. It is read only if its size or time differs from what is known."""
    try:
        info = path.stat()
        if info.st_mtime_ns == known.modified_ns and info.st_size == known.size:
            return known
        if not stat.S_ISREG(info.st_mode):
            return DiskState("", info.st_mtime_ns, info.st_size)
        return _disk_state(path, read_regular(path), info)
    except FileNotFoundError:
        return None


def digest(data: bytes) -> str:
    """The name of a content."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def why(error: OSError) -> str:
    """What the system said, as the end of a sentence."""
    if isinstance(error, NotTextError):
        return f"it {error.strerror}"
    reasons = {
        errno.ENOSPC: "the disk is full",
        errno.EDQUOT: "your share of the disk is used up",
        errno.EROFS: "the disk is read-only",
        errno.EACCES: "you do not have permission",
        errno.EPERM: "you do not have permission",
        errno.ENOENT: "it does not exist",
        errno.ENOTDIR: "its folder does not exist",
        errno.EISDIR: "it is a folder",
        errno.EIO: "the disk has an error",
    }
    return reasons.get(error.errno or 0, error.strerror or str(error))
