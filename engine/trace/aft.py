"""Trace files (``.aft``): everything that is needed to run a recording again, anywhere, forever.

A file is a magic line and frames (``frames.py``), of these kinds:

    header      source text and name, seed, version of the compiler, the compiled module and its metadata, settings
    branch      where a branch leaves its parent, and its change
    answers     what the outside has answered in a branch (the recorded inputs), from the answer number ``at`` on
    marks       hash marks of a branch: (tick, events, hash) every thousand events or so
    reached     how far a branch has come; the last one counts. One with a digest of the state is the branch's end
    checkpoint  memory of the machine at a moment, as pages that differ from the checkpoint before in the file
    end         how many frames there are, and the BLAKE3 of all bytes before

A file that is written while the run goes on (``timetravel/live_recording.py``) has many frames of each kind, in the
order in which things happened, so whatever it was cut off at, it is a recording up to its last mark, with a warning.
Marks prove that a replay is right and checkpoints make it fast. A frame that is damaged, lost, swapped or added makes
reading fail with a message that says what is whole; with ``salvage`` what is whole is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import numpy.typing as npt
import zstandard
from blake3 import blake3

from engine.base.errors import TraceFileError
from engine.base.events import MARK_DTYPE
from engine.trace.frames import MAGIC, Frame, Frames, split
from engine.trace.recorded import (
    BYTES_MAX,
    PAGE,
    VERSION,
    BranchRecord,
    CheckpointRecord,
    RecordedAnswer,
    Trace,
    TraceHeader,
)

_NAMES = {
    "header": "the header", "branch": "a branch", "answers": "what the outside answered",
    "marks": "the hash marks of a branch", "reached": "how far a branch has come", "checkpoint": "a checkpoint",
}  # fmt: skip


def read_trace(path: Path, salvage: bool = False) -> Trace:
    """Reads a file. Raises OSError where it cannot be read, TraceFileError where it is no whole trace.

    With ``salvage``, frames with a wrong checksum are left out with a warning as long as a run can be made of the rest.
    """
    data = path.read_bytes()
    if not data.startswith(MAGIC):
        raise TraceFileError(_not_a_trace(data))
    frames = split(data)
    if frames.damages and not salvage:
        raise TraceFileError(f"{frames.damages[0]}. {_what_is_whole(frames.whole)}")
    try:
        return _assemble(frames)
    except _Malformed as error:
        raise TraceFileError(f"{error}. {_what_is_whole(frames.whole)}") from error


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


_COUNTED = (
    ("branch", "branch", "branches"),
    ("marks", "list of hash marks", "lists of hash marks"),
    ("checkpoint", "checkpoint", "checkpoints"),
)


def _what_is_whole(frames: Sequence[Frame]) -> str:
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


def _assemble(frames: Frames) -> Trace:
    whole, warnings = frames.whole, [*frames.damages]
    headers = _of_kind(whole, "header", _header)
    if not headers:
        raise _Malformed("the trace has no header")
    header = headers[0]
    marks = _joined(_of_kind(whole, "marks", _marks))
    branches = _connected(
        _filled(_of_kind(whole, "branch", _branch), marks, _of_kind(whole, "answers", _answers),
                _of_kind(whole, "reached", _reached))
    )  # fmt: skip
    if not branches:
        raise _Malformed("the trace has no first branch, so where the run ended is not known")
    if len(branches) < header.branch_count:
        warnings.append(f"{header.branch_count - len(branches)} of {header.branch_count} branches are lost")
    if not frames.is_complete:
        warnings.append(_how_it_ends(branches[-1], frames.unread))
    known = {branch.id for branch in branches}
    checkpoints = () if frames.damages else _of_kind(whole, "checkpoint", _checkpoint)
    return Trace(
        header,
        branches,
        {branch: rows for branch, rows in marks.items() if branch in known},
        tuple(checkpoints),  # each is stored as a difference to the one before
        tuple(warnings),
    )


def _how_it_ends(last: BranchRecord, unread: int) -> str:
    """A sentence about a file without an end."""
    rest = f"; its last {unread:,} bytes cannot be read" if unread else ""
    if last.digest is not None:
        return f"the file ends early{rest}: going to a moment can take longer, and fewer hashes can be compared"
    return (
        f"the recording is cut off at event {last.total:,}, tick {last.tick:,}{rest}: "
        "what came after that was not saved, or was lost"
    )


def _joined(pieces: Iterable[tuple[int, npt.NDArray[np.void]]]) -> dict[int, npt.NDArray[np.void]]:
    """The marks of each branch in one array."""
    by_branch: dict[int, list[npt.NDArray[np.void]]] = {}
    for branch, rows in pieces:
        by_branch.setdefault(branch, []).append(rows)
    joined = {branch: rows[0] if len(rows) == 1 else np.concatenate(rows) for branch, rows in by_branch.items()}
    for branch, rows in joined.items():
        if (np.diff(rows["events"]) <= 0).any():
            raise _Malformed(f"the hash marks of branch {branch} are not in their order")
    return joined


def _filled(
    starts: Iterable[BranchRecord],
    marks: dict[int, npt.NDArray[np.void]],
    answers: Iterable[tuple[int, int, tuple[RecordedAnswer, ...]]],
    reached: Iterable[tuple[int, dict[str, Any]]],
) -> list[BranchRecord]:
    """The branches with what the outside answered in them and how far they came, as far as that is known."""
    answered: dict[int, list[RecordedAnswer]] = {}
    for branch, at, rows in answers:
        before = answered.setdefault(branch, [])
        if at > len(before):
            raise _Malformed(f"answers of the outside are missing in branch {branch}, from number {len(before)} on")
        before[at:] = rows
    ends = dict(reached)
    found = []
    for start in starts:
        end = ends.get(start.id)
        if end is None:
            continue
        last = marks[start.id][-1] if start.id in marks else None
        if last is not None and end["digest"] is None and int(last["events"]) > end["total"]:
            end = end | {
                "total": int(last["events"]), "tick": int(last["tick"]),
                "execution_hash": int(last["hash"]) & (2**64 - 1),
            }  # fmt: skip
        found.append(replace(start, answers=tuple(answered.get(start.id, ())), **end))
    return found


def _of_kind(frames: Iterable[Frame], kind: str, read: Callable[[Any], Any]) -> list[Any]:
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
    """A branch at its beginning."""
    return BranchRecord(
        id=int(body["id"]),
        name=str(body["name"]),
        parent=None if body["parent"] is None else int(body["parent"]),
        at=int(body["at"]),
        open_tick=None if body["open_tick"] is None else int(body["open_tick"]),
        change=tuple(body["change"]),
        change_text=str(body["change_text"]),
        total=int(body["at"]),
        tick=0,
        status="",
        execution_hash=0,
        digest=None,
    )


def _reached(body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    digest = body["digest"]
    return int(body["branch"]), {
        "total": int(body["total"]),
        "tick": int(body["tick"]),
        "status": str(body["status"]),
        "execution_hash": int(body["execution_hash"]),
        "digest": None if digest is None else int(digest),
    }


def _answers(body: dict[str, Any]) -> tuple[int, int, tuple[RecordedAnswer, ...]]:
    at = int(body["at"])
    if at < 0:
        raise ValueError("no answer has this number")
    return int(body["branch"]), at, tuple(_answer(row) for row in body["answers"])


def _answer(row: Any) -> RecordedAnswer:
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
