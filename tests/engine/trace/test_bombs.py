"""A small file that claims to be large takes no more than a small file does."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import zstandard

from engine import api
from engine.trace import limits
from engine.trace.aft import read_trace
from engine.trace.frames import MAGIC
from tests.engine.timetravel.programs import BANK, finished
from tests.engine.trace.frames import parts_of, write_parts

SMALL = 100 * 2**20
"""More than reading the recording of a small run ever takes, and a fraction of what the bombs grow to."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "run.aft"
    finished(BANK).save(path)
    return path


@pytest.fixture
def few_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits so low that a test meets them without filling memory itself."""
    monkeypatch.setattr("engine.trace.validate.MODULE_BYTES_MAX", 2**22)
    monkeypatch.setattr("engine.trace.validate.METADATA_BYTES_MAX", 2**22)
    monkeypatch.setattr("engine.trace.validate.MARKS_BYTES_MAX", 2**22)
    monkeypatch.setattr("engine.trace.validate.PAGES_BYTES_MAX", 2**22)


def zeros(count: int) -> bytes:
    """So many zeros, compressed."""
    compressor = zstandard.ZstdCompressor(level=3).compressobj(size=count)
    pieces = [compressor.compress(bytes(2**20)) for _ in range(count >> 20)]
    return b"".join([*pieces, compressor.flush()])


def refused(path: Path) -> str:
    """Why a file is not opened, without much memory taken for it."""
    tracemalloc.start()
    try:
        with pytest.raises(api.TraceFileError) as caught:
            api.Session.load(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < SMALL
    return str(caught.value)


@pytest.mark.usefixtures("few_bytes")
@pytest.mark.parametrize(
    ("kind", "name"),
    [("header", "module"), ("header", "metadata"), ("marks", "marks"), ("checkpoint", "pages")],
)
def test_what_grows_beyond_any_measure_is_refused_while_it_grows(path: Path, kind: str, name: str) -> None:
    extra: dict[str, dict[str, Any]] = {
        "marks": {"branch": 0, "marks": b""},
        "checkpoint": {
            "branch": 0,
            "n": 0,
            "tick": 0,
            "cells": b"",
            "heap_length": 8,
            "positions": zstandard.compress(b""),
            "pages": b"",
            "digest": bytes(32),
        },
    }
    parts = parts_of(path)
    if kind in extra:
        parts.append((kind, extra[kind]))
    bomb = zeros(2**30)
    assert len(bomb) < 2**17
    write_parts(path, [(k, body | {name: bomb} if k == kind else body) for k, body in parts])
    assert "grows to more than" in refused(path)


def test_a_size_that_is_only_claimed_is_not_taken(path: Path) -> None:
    parts = parts_of(path)
    whole = dict(parts)["header"]["metadata"]
    frame = zstandard.ZstdCompressor().compressobj(size=2**31)
    claimed = frame.compress(zstandard.decompress(whole)) + frame.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
    write_parts(path, [(k, b | {"metadata": claimed} if k == "header" else b) for k, b in parts])
    assert "makes no sense" in refused(path)


def test_a_file_that_is_no_trace_is_refused_after_its_first_line(tmp_path: Path) -> None:
    path = tmp_path / "large.aft"
    with path.open("wb") as file:
        file.truncate(3 * 2**30)
    assert "not an AeroFlow recording" in refused(path)


def test_a_frame_that_claims_the_rest_of_a_large_file_is_refused(path: Path) -> None:
    path.write_bytes(MAGIC + (3 * 2**30).to_bytes(4, "little") + b"\1\2\3\4")
    with path.open("r+b") as file:
        file.truncate(2**32)
    assert "claims 3,221,225,472 bytes" in refused(path)


def test_a_file_of_very_many_frames_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "engine.timetravel.storage.read_trace",
        partial(read_trace, limits=limits.Limits(frames=1000, frame_bytes=2**20)),
    )
    parts = parts_of(path)
    write_parts(path, [*parts, *[("marks", {"branch": 0, "marks": zstandard.compress(b"")})] * 2000])
    assert "more than 1,000 parts" in refused(path)


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body | {"heap_length": 2**32 - 8},
        lambda body: body | {"heap_length": body["heap_length"] + 2**20},
        lambda body: (
            body | {"positions": zstandard.compress(b"\xff\xff\xff\xff"), "pages": zstandard.compress(bytes(4096))}
        ),
        lambda body: body | {"cells": bytes(2**16)},
        lambda body: body | {"n": 2**40},
    ],
)
def test_a_checkpoint_that_claims_more_than_it_has_is_refused(
    path: Path, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    session = finished(BANK)
    session.fork(0, 3)
    session.save(path)
    parts = parts_of(path)
    assert any(kind == "checkpoint" for kind, _ in parts)
    write_parts(path, [(kind, change(body) if kind == "checkpoint" else body) for kind, body in parts])
    assert "checkpoint" in refused(path)
