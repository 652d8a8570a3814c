"""A trace file gives back what was saved, and says what is wrong with one that is not whole."""

from __future__ import annotations

import contextlib
import os
import struct
import zlib
from dataclasses import replace
from functools import cache
from pathlib import Path

import msgpack
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import api
from engine.base.errors import TraceFileError
from engine.base.events import MARK_DTYPE
from engine.trace.aft import read_trace
from engine.trace.frames import MAGIC, FrameWriter
from engine.trace.recorded import PAGE, VERSION, BranchRecord, CheckpointRecord, RecordedAnswer, Trace, TraceHeader
from engine.trace.writing import write_trace
from tests.engine.trace.frames import parts_of, write_parts


def branch(number: int, parent: int | None, at: int, total: int) -> BranchRecord:
    return BranchRecord(
        id=number, name=f"branch {number}", parent=parent, at=at, open_tick=None,
        change=() if parent is None else ("inject", 'Auth.login("eve")'), change_text="", total=total, tick=total,
        status="finished", execution_hash=2**64 - 1 - number, digest=17,
    )  # fmt: skip


@cache
def compiled() -> api.Program:
    """A program, for its module and metadata."""
    program = api.compile('render await fs.read("x")\n', "chat.aefl").program
    assert program is not None
    return program


def answered(request: bytes, answer: bytes) -> RecordedAnswer:
    """An answer that the program could have got, but for the payloads."""
    kinds = [handler.kind for handler in compiled().metadata.handlers]
    return kinds.index("message"), request, kinds.index("answer"), answer


def sample() -> Trace:
    marks = np.array([(10, 1024, -7), (20, 2048, 9)], MARK_DTYPE)
    header = TraceHeader(
        (("chat.aefl", "render {1}\n"), ("rooms.aefl", "")),
        7,
        "0.1.0",
        compiled().wasm,
        compiled().metadata,
        {"events": True},
        2,
    )
    cells = bytes(64 + 8 * len(compiled().metadata.cells))
    checkpoint = CheckpointRecord(
        branch=0, n=1024, tick=10, cells=cells, heap_length=2 * PAGE, positions=np.array([0, 1], np.uint32),
        pages=bytes(range(256)) * 32, digest=b"d" * 32,
    )  # fmt: skip
    return Trace(header, (branch(0, None, 0, 3000), branch(1, 0, 1500, 1600)), {0: marks}, (checkpoint,))


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "run.aft"
    write_trace(path, sample())
    return path


def frames(data: bytes) -> list[tuple[int, int]]:
    """Start and end of every frame."""
    found, offset = [], len(MAGIC)
    while offset < len(data):
        length, _ = struct.unpack_from("<II", data, offset)
        found.append((offset, offset + 8 + length))
        offset += 8 + length
    return found


def test_what_was_saved_is_read_back(saved: Path) -> None:
    trace, expected = read_trace(saved), sample()
    assert trace.header == expected.header
    assert trace.branches == expected.branches
    assert np.array_equal(trace.marks[0], expected.marks[0])
    (checkpoint,) = trace.checkpoints
    assert checkpoint.pages == expected.checkpoints[0].pages
    assert checkpoint.positions.tolist() == [0, 1]
    assert trace.warnings == ()


def test_the_same_run_is_saved_as_the_same_bytes(saved: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.aft"
    write_trace(again, sample())
    assert again.read_bytes() == saved.read_bytes()


def test_a_torn_last_frame_is_dropped_with_a_warning(saved: Path) -> None:
    saved.write_bytes(saved.read_bytes()[:-3])
    trace = read_trace(saved)
    assert trace.branches == sample().branches
    assert trace.warnings[0].startswith("the file ends early; its last 60 bytes")


def test_a_file_cut_before_its_branches_says_what_could_be_saved(saved: Path) -> None:
    data = saved.read_bytes()
    saved.write_bytes(data[: frames(data)[0][1] + 5])
    with pytest.raises(TraceFileError, match=r"no first branch.*Undamaged: the source text, the seed and the compiled"):
        read_trace(saved)


def test_a_flipped_bit_is_named_with_its_frame_and_what_is_whole(saved: Path) -> None:
    data = bytearray(saved.read_bytes())
    start, _ = frames(bytes(data))[5]
    data[start + 12] ^= 4
    saved.write_bytes(data)
    with pytest.raises(TraceFileError, match=r"frame 6 at byte .* is damaged.*2 branches and 1 checkpoint"):
        read_trace(saved)
    trace = read_trace(saved, salvage=True)
    assert trace.branches == sample().branches
    assert trace.marks == {}
    assert "damaged" in trace.warnings[0]


def test_checkpoints_behind_a_damage_are_not_used(saved: Path) -> None:
    data = bytearray(saved.read_bytes())
    start, _ = frames(bytes(data))[6]
    data[start + 12] ^= 4
    saved.write_bytes(data)
    assert read_trace(saved, salvage=True).checkpoints == ()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"AEROFL", "ends inside its first line"),
        (b"AEROFLOWTRACE9\nwhatever", "newer AeroFlow"),
        (b"PK\x03\x04 a zip file", "not an AeroFlow recording"),
        (MAGIC, "no header"),
        (MAGIC + b"\xff" * 40, "no header"),
    ],
)
def test_a_foreign_file_is_refused_in_plain_words(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "x.aft"
    path.write_bytes(content)
    with pytest.raises(TraceFileError, match=words):
        read_trace(path)


def test_contents_that_make_no_sense_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.aft"
    _write_header(path, {"version": VERSION, "seed": 5})
    with pytest.raises(TraceFileError, match=r"the header.*makes no sense"):
        read_trace(path)


def _write_header(path: Path, header: dict[str, object]) -> None:
    data = msgpack.packb(["header", header])
    path.write_bytes(MAGIC + struct.pack("<II", len(data), zlib.crc32(data)) + data)


def test_traces_of_other_versions_are_refused_in_plain_words(tmp_path: Path) -> None:
    path = tmp_path / "x.aft"
    for version, words in ((VERSION - 1, "earlier AeroFlow"), (VERSION + 1, "newer AeroFlow")):
        _write_header(path, {"version": version})
        with pytest.raises(TraceFileError, match=words):
            read_trace(path)


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_damage_gives_a_trace_or_a_sentence(saved: Path, tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(saved.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    if data.draw(st.booleans()):
        content = content[: data.draw(st.integers(0, len(content)))]
    broken = tmp_path / "broken.aft"
    broken.write_bytes(content)
    for salvage in (False, True):
        with contextlib.suppress(TraceFileError):
            assert read_trace(broken, salvage).branches


def test_a_save_that_fails_leaves_the_old_file_and_no_other(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = saved.read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TraceFileError, match="was not saved: No space left on device; the file that was there is"):
        write_trace(saved, sample())
    assert saved.read_bytes() == before
    assert list(saved.parent.iterdir()) == [saved]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TraceFileError, match=r"was not saved: there is no folder .*nowhere"):
        write_trace(tmp_path / "nowhere" / "run.aft", sample())


@pytest.mark.parametrize("number", range(8))
@pytest.mark.parametrize("damage", ["lost", "twice", "swapped", "moved to the end"])
def test_a_frame_that_is_lost_or_elsewhere_is_never_silent(saved: Path, number: int, damage: str) -> None:
    data = saved.read_bytes()
    pieces = [data[start:end] for start, end in frames(data)]
    assert len(pieces) == 8
    match damage:
        case "lost":
            del pieces[number]
        case "twice":
            pieces.insert(number, pieces[number])
        case "swapped":
            other = (number + 1) % len(pieces)
            pieces[number], pieces[other] = pieces[other], pieces[number]
        case _ if number == 7:
            pytest.skip("it is at the end")
        case _:
            pieces.append(pieces.pop(number))
    saved.write_bytes(MAGIC + b"".join(pieces))
    try:
        warnings = read_trace(saved).warnings
    except TraceFileError as error:
        warnings = (str(error),)
    assert warnings
    with contextlib.suppress(TraceFileError):
        assert read_trace(saved, salvage=True).warnings


def test_frames_of_two_files_are_not_taken_for_one(saved: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.aft"
    write_trace(other, replace(sample(), marks={0: np.array([(11, 1024, 5)], MARK_DTYPE)}))
    mine, foreign = parts_of(saved), parts_of(other)
    assert mine[5] != foreign[5]
    data, theirs = saved.read_bytes(), other.read_bytes()
    (start, end), (first, last) = frames(data)[5], frames(theirs)[5]
    saved.write_bytes(data[:start] + theirs[first:last] + data[end:])
    with pytest.raises(TraceFileError, match=r"frame 7 .*not in its place"):
        read_trace(saved)


def test_a_file_with_all_checksums_right_is_held_against_its_digest(saved: Path) -> None:
    write_parts(saved, parts_of(saved)[:-1])
    data = saved.read_bytes()
    start, _ = frames(data)[-1]
    _, body = msgpack.unpackb(data[start + 8 :])
    lying = bytearray()
    writer = FrameWriter(lying.extend)
    for kind, part in parts_of(saved):
        writer.put(kind, part)
    writer.put("end", body | {"digest": bytes(32)})
    saved.write_bytes(lying)
    with pytest.raises(TraceFileError, match="not those that were written"):
        read_trace(saved)


def test_what_stands_behind_the_end_is_refused(saved: Path) -> None:
    data = bytearray()
    writer = FrameWriter(data.extend)
    for kind, part in parts_of(saved):
        writer.put(kind, part)
    writer.end()
    writer.put("marks", {"branch": 0, "marks": b""})
    saved.write_bytes(data)
    with pytest.raises(TraceFileError, match="the file goes on after its end"):
        read_trace(saved)


@pytest.mark.parametrize("tail", [b"", b"\0" * 5_000, b"\x40\0\0\0\1\2"])
def test_a_recording_that_was_cut_off_ends_at_its_last_mark(saved: Path, tail: bytes) -> None:
    growing = {"total": 0, "tick": 0, "status": "running", "execution_hash": 5, "digest": None}
    header, start = parts_of(saved)[:2]
    answers = ("answers", {"branch": 0, "at": 0, "answers": [answered(b"a", b"b"), answered(b"c", b"d")]})
    more = ("answers", {"branch": 0, "at": 1, "answers": [answered(b"e", b"f")]})
    marks = next(part for part in parts_of(saved) if part[0] == "marks")
    parts = [header, start, ("reached", {"branch": 0} | growing), answers, more, marks]
    write_parts(saved, parts, ended=False)
    saved.write_bytes(saved.read_bytes() + tail)
    trace = read_trace(saved)
    (branch,) = trace.branches
    assert (branch.total, branch.tick, branch.execution_hash, branch.digest) == (2048, 20, 9, None)
    assert branch.answers == (answered(b"a", b"b"), answered(b"e", b"f"))
    assert any("cut off at event 2,048, tick 20" in warning for warning in trace.warnings)
    later = ("reached", {"branch": 0} | growing | {"total": 2050, "tick": 21, "execution_hash": 6})
    write_parts(saved, [*parts, later], ended=False)
    assert (read_trace(saved).branches[0].total, read_trace(saved).branches[0].execution_hash) == (2050, 6)


def test_missing_answers_are_no_recording(saved: Path) -> None:
    header, start, reached = parts_of(saved)[:3]
    write_parts(saved, [header, start, reached, ("answers", {"branch": 0, "at": 1, "answers": [answered(b"", b"")]})])
    with pytest.raises(TraceFileError, match="answers of the outside are missing in branch 0, from number 0 on"):
        read_trace(saved)
