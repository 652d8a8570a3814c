"""How much a trace file may ask of the machine that reads it.

A trace file comes from anywhere. Each number in it is a claim: nothing is allocated because a file says how large it
is, and what a part of it grows to is counted before it is kept. A ``Budget`` counts for one file.

Whatever the writer writes, the reader opens. A long run needs a large file, so the limits on a whole file grow with the
bytes that it really has on the disk: hash marks, which are all that a file has without end, grow to three times their
compressed length at most. The writer cuts its frames to the limits on one frame (``writing.py``).
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any, BinaryIO

import msgpack
import zstandard

from engine.base.errors import TraceFileError

FRAME_BYTES_MAX = 256 * 2**20
KEPT_BYTES_MAX = 2 * 2**30
MODULE_BYTES_MAX = 32 * 2**20
METADATA_BYTES_MAX = 32 * 2**20
MARKS_BYTES_MAX = 256 * 2**20
POSITIONS_BYTES_MAX = 2 * 2**20
PAGES_BYTES_MAX = 512 * 2**20
"""How many bytes of pages a checkpoint may have."""
HEAP_BYTES_MAX = 2**31
"""No program has more memory: the kernel keeps addresses below that."""
IMAGES_BYTES_MAX = 16 * 2**30
"""How many bytes of memory all checkpoints of a file may describe together: each is put together and hashed."""
ITEMS_MAX = 2_000_000
"""How many values one frame may hold, and the metadata: each is an object here."""
DEPTH_MAX = 32
BRANCHES_MAX = 10_000
CHECKPOINTS_MAX = 100_000

_CHUNK = 1 << 20
_WINDOW_MAX = 1 << 25


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a whole file may ask for: something for any file, and more for each byte that it has."""

    kept_bytes: int = KEPT_BYTES_MAX
    """How many bytes all frames may have together, and what they are decompressed to …"""
    kept_per_byte: int = 4
    """… and for each byte of the file: its frame, and three times as much where that holds hash marks."""
    frames: int = 1_000_000
    frame_bytes: int = 64
    """A file may have another frame for each so many bytes. Every frame that is written again and again has more."""


LIMITS = Limits()


class Nonsense(Exception):
    """A part of a file with a right checksum cannot mean anything; the message says why."""


class Budget:
    """Counts what one file has taken so far. What would be too much raises TraceFileError."""

    def __init__(self, file_bytes: int = 0, limits: Limits = LIMITS) -> None:
        """``file_bytes`` is what the file takes on the disk, without its holes."""
        self._kept_bytes_max = limits.kept_bytes + limits.kept_per_byte * file_bytes
        self._frames_max = limits.frames + file_bytes // limits.frame_bytes
        self._left = self._kept_bytes_max
        self._frames = 0

    def read_frame(self, file: BinaryIO, length: int, number: int) -> bytes:
        """The next ``length`` bytes of a file, or fewer where it ends before."""
        self._frames += 1
        if self._frames > self._frames_max:
            raise TraceFileError(f"the recording has more than {self._frames_max:,} parts; AeroFlow does not open it")
        if length > FRAME_BYTES_MAX:
            raise TraceFileError(f"frame {number} of the recording claims {length:,} bytes; AeroFlow does not open it")
        self._take(length)
        pieces = []
        while length > 0 and (piece := file.read(min(length, _CHUNK))):
            pieces.append(piece)
            length -= len(piece)
        return b"".join(pieces)

    def decompress(self, data: bytes, most: int) -> bytes:
        """What compressed data grows to. Raises Nonsense where it is no data of that kind."""
        reader = zstandard.ZstdDecompressor(max_window_size=_WINDOW_MAX).stream_reader(io.BytesIO(data))
        pieces: list[bytes] = []
        size = 0
        try:
            while piece := reader.read(_CHUNK):
                size += len(piece)
                if size > most:
                    raise TraceFileError(
                        f"a part of the recording grows to more than {most:,} bytes; AeroFlow does not open it"
                    )
                self._take(len(piece))
                pieces.append(piece)
        except zstandard.ZstdError as error:
            raise Nonsense("it cannot be decompressed") from error
        if size != zstandard.frame_content_size(data):
            raise Nonsense("it is not as long as it says")
        return b"".join(pieces)

    def _take(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise TraceFileError(
                f"the recording needs more than {self._kept_bytes_max:,} bytes; AeroFlow does not open it"
            )


def unpacked(data: bytes) -> Any:
    """The value that msgpack data stands for, as None, bools, ints, texts, bytes, lists and dicts with texts as keys.

    Raises Nonsense where the data is none, holds anything else, more than ``ITEMS_MAX`` values, or nests deeper than
    ``DEPTH_MAX``. That is found out before the first object is made.
    """
    check_structure(data)
    try:
        return msgpack.unpackb(data)
    except (ValueError, TypeError, msgpack.UnpackException) as error:
        raise Nonsense("it is not what AeroFlow writes") from error


_FIXED = {0xC0: 1, 0xC2: 1, 0xC3: 1, 0xCC: 2, 0xCD: 3, 0xCE: 5, 0xCF: 9, 0xD0: 2, 0xD1: 3, 0xD2: 5, 0xD3: 9}
"""How many bytes a value has by its first byte: nil, false, true, and the integers."""
_BLOBS = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4}
"""Bytes and texts: how many bytes their length has."""
_ARRAYS = {0xDC: 2, 0xDD: 4}
_MAPS = {0xDE: 2, 0xDF: 4}


def check_structure(data: bytes) -> None:
    """Walks over msgpack data without making anything of it. Raises Nonsense, see ``unpacked``."""
    at, items, size = 0, 0, len(data)
    open_counts = [1]
    while open_counts:
        if open_counts[-1] == 0:
            open_counts.pop()
            continue
        open_counts[-1] -= 1
        items += 1
        if items > ITEMS_MAX:
            raise Nonsense("it holds too many values")
        if at >= size:
            raise Nonsense("it ends too early")
        first = data[at]
        inside = -1
        if first < 0x80 or first >= 0xE0:
            at += 1
        elif first in _FIXED:
            at += _FIXED[first]
        elif first < 0x90:
            inside, at = 2 * (first & 15), at + 1
        elif first < 0xA0:
            inside, at = first & 15, at + 1
        elif first < 0xC0:
            at += 1 + (first & 31)
        elif first in _BLOBS:
            width = _BLOBS[first]
            at += 1 + width + int.from_bytes(data[at + 1 : at + 1 + width], "big")
        elif first in _ARRAYS or first in _MAPS:
            width = _ARRAYS.get(first) or _MAPS[first]
            inside = int.from_bytes(data[at + 1 : at + 1 + width], "big") * (2 if first in _MAPS else 1)
            at += 1 + width
        else:
            raise Nonsense("it holds a value of a kind that AeroFlow does not write")
        if inside > 0:
            if len(open_counts) > DEPTH_MAX:
                raise Nonsense("it is nested too deeply")
            open_counts.append(inside)
    if at != size:
        raise Nonsense("its length is wrong")
