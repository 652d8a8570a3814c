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

import io
import os
import stat
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from engine.base.counts import counted
from engine.base.errors import TraceFileError
from engine.trace import validate
from engine.trace.frames import MAGIC, Frame, Frames, split
from engine.trace.limits import KEPT_BYTES_MAX, LIMITS, Budget, Limits, Nonsense
from engine.trace.recorded import BranchRecord, RecordedAnswer, Trace, TraceHeader

_NAMES = {
    "header": "the header", "branch": "a branch", "answers": "what the outside answered",
    "marks": "the hash marks of a branch", "reached": "how far a branch has come", "checkpoint": "a checkpoint",
}  # fmt: skip


def read_trace(path: Path, salvage: bool = False, limits: Limits = LIMITS) -> Trace:
    """Reads a file. Raises OSError where it cannot be read, TraceFileError where it is no whole trace.

    With ``salvage``, frames with a wrong checksum are left out with a warning as long as a run can be made of the rest.
    """
    with path.open("rb") as file:
        budget = Budget(_bytes_on_disk(file), limits)
        first_line = file.read(len(MAGIC))
        if first_line != MAGIC:
            raise TraceFileError(_not_a_trace(first_line))
        frames = split(*_measured(file), budget)
    if frames.damages and not salvage:
        raise TraceFileError(f"{frames.damages[0]}. {_what_is_whole(frames.whole)}")
    try:
        return _assemble(frames, budget)
    except (_Malformed, Nonsense) as error:
        raise TraceFileError(f"{error}. {_what_is_whole(frames.whole)}") from error


def _not_a_trace(data: bytes) -> str:
    if not data:
        return "the file is empty; nothing could be saved"
    if data.startswith(MAGIC[:13]):
        return "the recording was written by a newer AeroFlow; update to open it"
    if MAGIC.startswith(data):
        return "the file ends inside its first line; nothing could be saved"
    return "this is not an AeroFlow recording (it does not begin with AEROFLOWTRACE1)"


def _bytes_on_disk(file: BinaryIO) -> int:
    """The bytes that a file takes on the disk: a small file can have a hole of any size."""
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        return 0
    return min(status.st_size, getattr(status, "st_blocks", status.st_size) * 512)


def _measured(file: BinaryIO) -> tuple[BinaryIO, int]:
    """The file behind its first line, and how many bytes it has in all; what comes through a pipe is read first."""
    status = os.fstat(file.fileno())
    if stat.S_ISREG(status.st_mode):
        return file, status.st_size
    data = file.read(KEPT_BYTES_MAX + 1)
    return io.BytesIO(data), len(MAGIC) + len(data)


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
        return "Nothing could be saved"
    parts = ["the source text, the seed and the compiled program"]
    for kind, one, many in _COUNTED:
        count = kinds.count(kind)
        if count:
            parts.append(f"{count} {one if count == 1 else many}")
    saved = ", ".join(parts[:-1]) + " and " + parts[-1] if len(parts) > 1 else parts[0]
    return f"Undamaged: {saved}" + (
        "; `aeroflow verify FILE --salvage -o NEW` puts these into a new file" if "branch" in kinds else ""
    )


def _assemble(frames: Frames, budget: Budget) -> Trace:
    whole, warnings = frames.whole, [*frames.damages]
    headers = _of_kind(whole, "header", partial(validate.header, budget=budget))
    if len(headers) != 1:
        raise _Malformed("the recording has several headers" if headers else "the recording has no header")
    header: TraceHeader = headers[0]
    marks = _joined(_of_kind(whole, "marks", partial(validate.marks, budget=budget)))
    starts = _of_kind(whole, "branch", validate.branch)
    answers, reached = _of_kind(whole, "answers", validate.answers), _of_kind(whole, "reached", validate.reached)
    branches = validate.connected_branches(_filled(starts, marks, answers, reached))
    if not branches:
        raise _Malformed("the recording has no first branch, so where the run ended is not known")
    if len(branches) < header.branch_count:
        warnings.append(f"{header.branch_count - len(branches)} of {header.branch_count} branches are lost")
    if not frames.is_complete:
        warnings.append(_how_it_ends(branches[-1], frames.unread))
    elif any(branch.digest is None for branch in branches):
        warnings.append("nothing is recorded of the final state of a branch, so it cannot be compared")
    known = {branch.id for branch in branches}
    marks = {branch: rows for branch, rows in marks.items() if branch in known}
    validate.check_marks(branches, marks)
    # each checkpoint is stored as a difference to the one before
    checkpoints = [] if frames.damages else _of_kind(whole, "checkpoint", partial(validate.checkpoint, budget=budget))
    usable = validate.usable_checkpoints(branches, checkpoints, header.metadata)
    return Trace(header, branches, marks, usable, tuple(warnings))


def _how_it_ends(last: BranchRecord, unread: int) -> str:
    """A sentence about a file without an end."""
    rest = f"; its last {counted(unread, 'byte')} cannot be read" if unread else ""
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
        validate.check_order(branch, rows)
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
        rows_of_branch = marks.get(start.id)
        last = rows_of_branch[-1] if rows_of_branch is not None and len(rows_of_branch) else None
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
            except Nonsense as error:
                where = f"frame {frame.number} ({_NAMES[kind]}) at byte {frame.offset:,}"
                raise _Malformed(f"{where} makes no sense: {error}") from error
    return found
