"""The frames of a trace file: a magic line, then ``u32 length, u32 checksum, msgpack [kind, body]``, little endian.

A file only ever grows by whole frames, so that it can be written while a run goes on. The checksum is the CRC-32 of all
msgpack so far, this frame's included: a frame that is lost, swapped, added or written twice shows at the next one. The
last frame, ``end``, has the number of frames before it and the BLAKE3 of every byte before it.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

import msgpack
from blake3 import blake3

from engine.base.errors import TraceFileError
from engine.trace.fields import rows, text
from engine.trace.limits import FRAME_BYTES_MAX, Budget, Nonsense, unpacked

MAGIC = b"AEROFLOWTRACE1\n"
END = "end"
FOREIGN = "backslashreplace"
"""How the name of a program's file is written that is no Unicode, as Linux allows: as text, so that all readers can."""

_FRAME = struct.Struct("<II")
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class FramePlace:
    """A place between two frames, and what the next frame there needs to know of those before."""

    checksum: int
    count: int
    digest: blake3


class FrameWriter:
    """Hands the bytes of a file to ``write``, frame by frame."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._digest = blake3()
        self._checksum = 0
        self._count = 0
        self._emit(MAGIC)

    @property
    def count(self) -> int:
        """How many frames there are."""
        return self._count

    def put(self, kind: str, body: dict[str, Any]) -> None:
        """Appends a frame. Raises TraceFileError where it is larger than any that can be read."""
        data = msgpack.packb([kind, body], unicode_errors=FOREIGN)
        if len(data) > FRAME_BYTES_MAX:
            raise TraceFileError(f"{kind} of {len(data):,} bytes is more than a recording can hold")
        checksum = zlib.crc32(data, self._checksum)
        self._emit(_FRAME.pack(len(data), checksum) + data)
        self._checksum = checksum
        self._count += 1

    def end(self) -> None:
        """Appends the last frame."""
        self.put(END, {"frames": self._count, "digest": self._digest.digest()})

    def place(self) -> FramePlace:
        """Where the next frame goes."""
        return FramePlace(self._checksum, self._count, self._digest.copy())

    def go_back(self, place: FramePlace) -> None:
        """The file was cut back to a place: the next frame goes there."""
        self._checksum, self._count, self._digest = place.checksum, place.count, place.digest

    def _emit(self, data: bytes) -> None:
        self._write(data)
        self._digest.update(data)


@dataclass(frozen=True, slots=True)
class Frame:
    """A whole frame: its number from 1, where it begins, and what it holds."""

    number: int
    offset: int
    kind: str
    body: Any


@dataclass(frozen=True, slots=True)
class Frames:
    """What a file holds. ``damages`` are sentences about what is not as it was written; ``is_complete`` is whether the
    end was reached, otherwise the file is a recording that was cut off."""

    whole: tuple[Frame, ...]
    damages: tuple[str, ...]
    is_complete: bool
    unread: int
    """How many bytes at the end belong to no whole frame."""


def split(file: BinaryIO, size: int, budget: Budget) -> Frames:
    """The frames of a file of ``size`` bytes that stands behind its ``MAGIC``. What ends in the middle of a frame, or
    in zeros that the disk never got the data for, is cut off there and no damage."""
    frames: list[Frame] = []
    damages: list[str] = []
    digest, digest_at_end = blake3(MAGIC), b""
    offset, number, before = len(MAGIC), 0, 0
    while offset < size:
        number += 1
        head = file.read(_FRAME.size)
        if len(head) < _FRAME.size or (not any(head) and _only_zeros(file)):
            break
        length, checksum = _FRAME.unpack(head)
        end = offset + _FRAME.size + length
        if end > size:
            break
        data = budget.read_frame(file, length, number)
        if zlib.crc32(data, before) != checksum:
            damages.append(f"frame {number} at byte {offset:,} is damaged or not in its place: its checksum is wrong")
        else:
            try:
                frames.append(Frame(number, offset, *_kind_and_body(data)))
            except Nonsense as error:
                damages.append(f"frame {number} at byte {offset:,} is not what AeroFlow writes: {error}")
            else:
                if frames[-1].kind == END and not digest_at_end:
                    digest_at_end = digest.digest()
        digest.update(head + data)
        before = checksum
        offset = end
    end_frame = next((frame for frame in frames if frame.kind == END), None)
    if end_frame is not None and not damages:
        damages += _check_end(frames, end_frame, digest_at_end)
    return Frames(tuple(frames), tuple(damages), end_frame is not None, size - offset)


def _only_zeros(file: BinaryIO) -> bool:
    """Whether the rest of a file is zeros, or so many that no frame has them; stands where it stood before if not."""
    place = file.tell()
    while file.tell() - place < FRAME_BYTES_MAX and (piece := file.read(_CHUNK)):
        if any(piece):
            file.seek(place)
            return False
    return True


def _kind_and_body(data: bytes) -> tuple[str, Any]:
    pair = rows(unpacked(data), "a frame")
    if len(pair) != 2:
        raise Nonsense("it is not a kind and its contents")
    return text(pair[0], "the kind of a frame"), pair[1]


def _check_end(frames: list[Frame], end: Frame, digest: bytes) -> list[str]:
    """What the last frame says of all the others, held against them."""
    if end is not frames[-1]:
        return [f"the file goes on after its end, at byte {frames[frames.index(end) + 1].offset:,}"]
    body = end.body if isinstance(end.body, dict) else {}
    if body.get("frames") != end.number - 1 or body.get("digest") != digest:
        return ["the frames are not those that were written: some were changed, lost, swapped or added"]
    return []
