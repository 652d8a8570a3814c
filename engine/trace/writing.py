"""Writing trace files: whole at once, or frame by frame while a run goes on (``aft.py`` lists the frames)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgpack
import numpy as np
import numpy.typing as npt
import zstandard
from blake3 import blake3

from engine.base.errors import TraceFileError
from engine.files.whole import whole_file
from engine.trace.frames import FOREIGN, FrameWriter
from engine.trace.limits import METADATA_BYTES_MAX, MODULE_BYTES_MAX
from engine.trace.recorded import VERSION, BranchRecord, CheckpointRecord, RecordedAnswer, Trace, TraceHeader

MARKS_IN_A_FRAME = 2**20
ANSWERS_IN_A_FRAME = 2**16
ANSWER_BYTES_IN_A_FRAME = 64 * 2**20
"""What is more goes into several frames, each of which keeps to the reader's limits. One answer has at most as much."""


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
    frames = FrameWriter(write)
    put_header(frames, trace.header)
    for branch in trace.branches:
        put_branch(frames, branch)
        put_answers(frames, branch.id, 0, branch.answers)
        put_reached(frames, branch)
    for branch_id, marks in trace.marks.items():
        put_marks(frames, branch_id, marks)
    for checkpoint in trace.checkpoints:
        put_checkpoint(frames, checkpoint)
    frames.end()


_START = ("id", "name", "parent", "at", "open_tick", "change", "change_text")
_REACHED = ("total", "tick", "status", "execution_hash", "digest")


def put_header(frames: FrameWriter, header: TraceHeader) -> None:
    """What a file begins with. Raises TraceFileError where the program is larger than any that can be read."""
    metadata = msgpack.packb(header.metadata.to_plain(), unicode_errors=FOREIGN)
    if len(header.module) > MODULE_BYTES_MAX or len(metadata) > METADATA_BYTES_MAX:
        raise TraceFileError(f"a program of {len(header.module):,} bytes is more than a recording can hold")
    frames.put(
        "header",
        {
            "version": VERSION,
            "sources": header.sources,
            "seed": header.seed & (2**64 - 1),
            "compiler": header.compiler,
            "module": _compress(header.module),
            "module_digest": blake3(header.module).digest(),
            "metadata": _compress(metadata),
            "settings": header.settings,
            "branches": header.branch_count,
        },
    )


def put_branch(frames: FrameWriter, branch: BranchRecord) -> None:
    """Where a branch begins; before anything else of it."""
    frames.put("branch", {name: getattr(branch, name) for name in _START})


def put_answers(frames: FrameWriter, branch: int, at: int, answers: Sequence[RecordedAnswer]) -> None:
    """What the outside answered, from the branch's own answer number ``at`` on; nothing where there is nothing."""
    start, size = 0, 0
    for i, (_, request, _, answer) in enumerate(answers):
        more = len(request) + len(answer)
        if i - start == ANSWERS_IN_A_FRAME or (i > start and size + more > ANSWER_BYTES_IN_A_FRAME):
            frames.put("answers", {"branch": branch, "at": at + start, "answers": answers[start:i]})
            start, size = i, 0
        size += more
    if start < len(answers):
        frames.put("answers", {"branch": branch, "at": at + start, "answers": answers[start:]})


def put_marks(frames: FrameWriter, branch: int, rows: npt.NDArray[np.void]) -> None:
    """More hash marks of a branch."""
    for start in range(0, len(rows), MARKS_IN_A_FRAME):
        piece = rows[start : start + MARKS_IN_A_FRAME]
        frames.put("marks", {"branch": branch, "marks": _compress(piece.tobytes())})


def put_reached(frames: FrameWriter, branch: BranchRecord) -> None:
    """How far a branch has come."""
    frames.put("reached", {"branch": branch.id} | {name: getattr(branch, name) for name in _REACHED})


def put_checkpoint(frames: FrameWriter, checkpoint: CheckpointRecord) -> None:
    """A checkpoint; its pages differ from those of the checkpoint that was put before it."""
    body = {name: getattr(checkpoint, name) for name in CheckpointRecord.__slots__}
    positions = checkpoint.positions.astype("<u4").tobytes()
    frames.put("checkpoint", body | {"positions": _compress(positions), "pages": _compress(checkpoint.pages)})


def _compress(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=3).compress(data)
