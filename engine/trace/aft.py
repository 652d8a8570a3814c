"""Trace files (``.aft``): everything that is needed to run a recording again, anywhere, forever.

A file is a magic line and frames, each ``u32 length, u32 crc32, msgpack [kind, body]`` (little endian; the checksum
covers the msgpack). The frames are, in this order:

    header      source text and name, seed, version of the compiler, the compiled module and its metadata, settings
    branch      one for each branch: where it leaves its parent, its change and what the outside has answered
               (the recorded inputs), and where it ends
    marks       hash marks of a branch: (tick, events, hash) every thousand events or so
    checkpoint  memory of the machine at a moment, as pages that differ from the checkpoint before in the file
    end         how many frames there are

Only header and branches are needed: marks prove that a replay is right and checkpoints make it fast. A file that ends
in the middle of a frame loses that frame, with a warning. A frame whose checksum is wrong makes reading fail with a
message that says what is whole; with ``salvage`` what is whole is read.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import numpy.typing as npt
import zstandard
from blake3 import blake3

from engine.base.errors import TraceFileError
from engine.base.events import MARK_DTYPE
from engine.files.whole import whole_file

MAGIC = b"AEROFLOWTRACE1\n"
VERSION = 3
PAGE = 4096
BYTES_MAX = 2**32 + 2**20
"""No part of a trace is larger, uncompressed: a machine's memory has 4 GiB."""

_FRAME = struct.Struct("<II")
_NAMES = {
    "header": "the header", "branch": "a branch", "marks": "the hash marks of a branch",
    "checkpoint": "a checkpoint", "end": "the end mark",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TraceHeader:
    """What was run. ``sources`` are its files, name and text, the started one first; ``metadata`` is that of the
    module, as plain msgpack data."""

    sources: tuple[tuple[str, str], ...]
    seed: int
    compiler: str
    module: bytes
    metadata: dict[str, Any]
    settings: dict[str, Any]
    branch_count: int


@dataclass(frozen=True, slots=True)
class BranchRecord:
    """A branch. ``change`` is its kind and operands, empty without one. ``digest`` hashes the state at its end."""

    id: int
    name: str
    parent: int | None
    at: int
    open_tick: int | None
    change: tuple[str | int, ...]
    change_text: str
    total: int
    tick: int
    status: str
    execution_hash: int
    digest: int
    answers: tuple[tuple[int, bytes, int, bytes], ...] = ()
    """What the outside has answered: handler and payload of the request, and of the answer."""


@dataclass(frozen=True, slots=True)
class CheckpointRecord:
    """The machine's memory after ``n`` events of a branch: the kernel's cells, and the heap in pages of 4 KiB, the last
    one padded with zeros.

    ``positions`` are the pages that differ from the checkpoint before in the file, whose contents ``pages`` has one
    after the other; pages beyond the end of that one are always there. ``digest`` is the BLAKE3 of cells and pages.
    """

    branch: int
    n: int
    tick: int
    cells: bytes
    heap_length: int
    positions: npt.NDArray[np.uint32]
    pages: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class Trace:
    """What a trace file holds. ``warnings`` are sentences about what was lost."""

    header: TraceHeader
    branches: tuple[BranchRecord, ...]
    marks: dict[int, npt.NDArray[np.void]]
    checkpoints: tuple[CheckpointRecord, ...]
    warnings: tuple[str, ...] = ()


# --- writing ----------------------------------------------------------------------------------


def write_trace(path: Path, trace: Trace) -> None:
    """Writes the file, whole or not at all. Raises TraceFileError with the reason; what was there is then unchanged."""
    with saving(path) as write:
        _write_frames(trace, write)


@contextmanager
def saving(path: Path) -> Iterator[Callable[[bytes], object]]:
    """Writes a file whole or not at all: gives what takes its bytes. Raises TraceFileError with the reason."""
    try:
        with whole_file(path) as file:
            yield file.write
    except OSError as error:
        reason = error.strerror or str(error)
        kept = "; the file that was there is unchanged" if path.is_file() else ""
        raise TraceFileError(f"{path} was not saved: {reason}{kept}") from error


def _write_frames(trace: Trace, write: Callable[[bytes], object]) -> None:
    write(MAGIC)
    count = 0
    for kind, body in _frames(trace):
        data = msgpack.packb([kind, body])
        write(_FRAME.pack(len(data), zlib.crc32(data)))
        write(data)
        count += 1
    data = msgpack.packb(["end", {"frames": count}])
    write(_FRAME.pack(len(data), zlib.crc32(data)))
    write(data)


def _frames(trace: Trace) -> Iterator[tuple[str, dict[str, Any]]]:
    header = trace.header
    yield (
        "header",
        {
            "version": VERSION,
            "sources": header.sources,
            "seed": header.seed & (2**64 - 1),
            "compiler": header.compiler,
            "module": _compress(header.module),
            "module_digest": blake3(header.module).digest(),
            "metadata": _compress(msgpack.packb(header.metadata)),
            "settings": header.settings,
            "branches": header.branch_count,
        },
    )
    for branch in trace.branches:
        yield "branch", {name: getattr(branch, name) for name in BranchRecord.__slots__}
    for branch_id, marks in trace.marks.items():
        yield "marks", {"branch": branch_id, "marks": _compress(marks.tobytes())}
    for checkpoint in trace.checkpoints:
        body = {name: getattr(checkpoint, name) for name in CheckpointRecord.__slots__}
        positions = checkpoint.positions.astype("<u4").tobytes()
        yield "checkpoint", body | {"positions": _compress(positions), "pages": _compress(checkpoint.pages)}


def _compress(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=3).compress(data)


# --- reading ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Frame:
    number: int
    offset: int
    kind: str
    body: Any


def read_trace(path: Path, salvage: bool = False) -> Trace:
    """Reads a file. Raises OSError where it cannot be read, TraceFileError where it is no whole trace.

    With ``salvage``, frames with a wrong checksum are left out with a warning as long as a run can be made of the rest.
    """
    data = path.read_bytes()
    if not data.startswith(MAGIC):
        raise TraceFileError(_not_a_trace(data))
    frames, damages, warnings = _split(data)
    if damages and not salvage:
        raise TraceFileError(f"{damages[0]}. {_what_is_whole(frames)}")
    try:
        trace = _assemble(frames, [*damages, *warnings])
    except _Malformed as error:
        raise TraceFileError(f"{error}. {_what_is_whole(frames)}") from error
    return trace


def _not_a_trace(data: bytes) -> str:
    if not data:
        return "the file is empty; nothing could be saved"
    if data.startswith(MAGIC[:13]):
        return "the trace was written by a newer AeroFlow; update to open it"
    if MAGIC.startswith(data):
        return "the file ends inside its first line; nothing could be saved"
    return "this is not an AeroFlow trace (it does not begin with AEROFLOWTRACE1)"


class _Malformed(Exception):
    """A frame with a right checksum whose contents make no sense."""


def _split(data: bytes) -> tuple[list[_Frame], list[str], list[str]]:
    """The whole frames, sentences about damaged ones, and sentences about a torn end."""
    frames: list[_Frame] = []
    damages: list[str] = []
    warnings: list[str] = []
    offset, number = len(MAGIC), 0
    while offset < len(data):
        number += 1
        length, checksum = _FRAME.unpack_from(data, offset) if len(data) - offset >= _FRAME.size else (len(data), 0)
        start, end = offset + _FRAME.size, offset + _FRAME.size + length
        if end > len(data):
            lost = len(data) - offset
            warnings.append(
                f"the file ends in the middle of frame {number}: {lost:,} bytes at byte {offset:,} were dropped"
            )
            break
        if zlib.crc32(data[start:end]) != checksum:
            damages.append(f"frame {number} at byte {offset:,} is damaged: its checksum does not match")
        else:
            try:
                kind, body = msgpack.unpackb(data[start:end], strict_map_key=False)
                frames.append(_Frame(number, offset, str(kind), body))
            except (ValueError, TypeError, msgpack.UnpackException):
                damages.append(f"frame {number} at byte {offset:,} is not what AeroFlow writes")
        offset = end
    return frames, damages, warnings


_COUNTED = (
    ("branch", "branch", "branches"),
    ("marks", "list of hash marks", "lists of hash marks"),
    ("checkpoint", "checkpoint", "checkpoints"),
)


def _what_is_whole(frames: list[_Frame]) -> str:
    """A sentence on what could be saved."""
    kinds = [frame.kind for frame in frames]
    if "header" not in kinds:
        return "The header is lost, so nothing could be saved"
    parts = ["the source text, the seed and the compiled program"]
    for kind, one, many in _COUNTED:
        count = kinds.count(kind)
        if count:
            parts.append(f"{count} {one if count == 1 else many}")
    saved = ", ".join(parts[:-1]) + " and " + parts[-1] if len(parts) > 1 else parts[0]
    return f"Whole are {saved}" + (
        "; `aeroflow verify FILE --salvage -o NEW` puts these into a new file" if "branch" in kinds else ""
    )


def _assemble(frames: list[_Frame], warnings: list[str]) -> Trace:
    headers = _of_kind(frames, "header", _header)
    if not headers:
        raise _Malformed("the trace has no header")
    header = headers[0]
    branches = _connected(_of_kind(frames, "branch", _branch))
    if not branches:
        raise _Malformed("the trace has no first branch, so where the run ended is not known")
    if len(branches) < header.branch_count:
        warnings.append(f"{header.branch_count - len(branches)} of {header.branch_count} branches are lost")
    known = {branch.id for branch in branches}
    marks = {branch: rows for branch, rows in _of_kind(frames, "marks", _marks) if branch in known}
    checkpoints = _of_kind(frames, "checkpoint", _checkpoint)
    ends = _of_kind(frames, "end", lambda body: int(body["frames"]))
    if not ends:
        warnings.append(
            "the file ends early: hash marks or checkpoints may be missing, going to a moment can take longer"
        )
    if not ends or ends[0] != len(frames) - 1:
        checkpoints = []  # each is stored as a difference to the one before
    return Trace(header, branches, marks, tuple(checkpoints), tuple(warnings))


def _of_kind(frames: Iterable[_Frame], kind: str, read: Callable[[Any], Any]) -> list[Any]:
    """What the frames of a kind hold."""
    found = []
    for frame in frames:
        if frame.kind == kind:
            try:
                found.append(read(frame.body))
            except (KeyError, TypeError, ValueError, AttributeError, OverflowError, zstandard.ZstdError) as error:
                where = f"frame {frame.number} ({_NAMES[kind]}) at byte {frame.offset:,}"
                raise _Malformed(f"{where} makes no sense") from error
    return found


def _connected(branches: list[BranchRecord]) -> tuple[BranchRecord, ...]:
    """The branches that hang together, from branch 0 on."""
    whole: dict[int, BranchRecord] = {}
    for branch in branches:
        if branch.id == len(whole) and (branch.parent in whole if branch.id else branch.parent is None):
            parent_total = branch.total if branch.parent is None else whole[branch.parent].total
            if not 0 <= branch.at <= min(parent_total, branch.total):
                raise _Malformed(f"branch {branch.id} leaves its parent at event {branch.at}, where it has none")
            whole[branch.id] = branch
    return tuple(whole.values())


def _header(body: dict[str, Any]) -> TraceHeader:
    if int(body["version"]) > VERSION:
        raise TraceFileError("the trace was written by a newer AeroFlow; update to open it")
    if int(body["version"]) < VERSION:
        raise TraceFileError(
            "the trace was written by an earlier AeroFlow, which this one cannot replay; record the program again"
        )
    module = _decompress(body["module"])
    if blake3(module).digest() != body["module_digest"]:
        raise ValueError("the module is not the one that was recorded")
    return TraceHeader(
        sources=_sources(body),
        seed=int(body["seed"]),
        compiler=str(body["compiler"]),
        module=module,
        metadata=dict(msgpack.unpackb(_decompress(body["metadata"]), strict_map_key=False)),
        settings=dict(body["settings"]),
        branch_count=int(body["branches"]),
    )


def _sources(body: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    sources = tuple((str(name), str(text)) for name, text in body["sources"])
    if not sources:
        raise ValueError("the trace has no source")
    return sources


def _branch(body: dict[str, Any]) -> BranchRecord:
    return BranchRecord(
        id=int(body["id"]),
        name=str(body["name"]),
        parent=None if body["parent"] is None else int(body["parent"]),
        at=int(body["at"]),
        open_tick=None if body["open_tick"] is None else int(body["open_tick"]),
        change=tuple(body["change"]),
        change_text=str(body["change_text"]),
        total=int(body["total"]),
        tick=int(body["tick"]),
        status=str(body["status"]),
        execution_hash=int(body["execution_hash"]),
        digest=int(body["digest"]),
        answers=tuple(_answer(row) for row in body["answers"]),
    )


def _answer(row: Any) -> tuple[int, bytes, int, bytes]:
    request, arguments, handler, payload = row
    return int(request), bytes(arguments), int(handler), bytes(payload)


def _marks(body: dict[str, Any]) -> tuple[int, npt.NDArray[np.void]]:
    return int(body["branch"]), np.frombuffer(_decompress(body["marks"]), MARK_DTYPE)


def _checkpoint(body: dict[str, Any]) -> CheckpointRecord:
    numbers = {name: int(body[name]) for name in ("branch", "n", "tick", "heap_length")}
    positions = np.frombuffer(_decompress(body["positions"]), "<u4")
    pages = _decompress(body["pages"])
    if len(pages) != len(positions) * PAGE or min(numbers.values()) < 0:
        raise ValueError("the pages of the checkpoint are not all there")
    return CheckpointRecord(
        cells=bytes(body["cells"]), positions=positions, pages=pages, digest=bytes(body["digest"]), **numbers
    )


def _decompress(data: bytes) -> bytes:
    size = zstandard.frame_content_size(data)
    if not 0 <= size <= BYTES_MAX:
        raise ValueError("a part of the trace has an impossible size")
    return zstandard.ZstdDecompressor().decompress(data, max_output_size=max(1, size))
