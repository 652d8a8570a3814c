"""What a trace file says is checked before anything is done with it: types, bounds, indexes, addresses."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgpack
import pytest
import wasmtime
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import api
from engine.base.host_calls import HOST_CALLS
from engine.trace.aft import read_trace
from engine.trace.limits import Nonsense, unpacked
from engine.trace.valid_metadata import valid_metadata
from engine.trace.valid_module import check_module
from tests.engine.timetravel.programs import BANK, TYPES, finished, run_on
from tests.engine.trace.mutants import Frame, another, changed, frames_of, places, write_frames

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("*/*.aefl"))


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a run with a branch."""
    path = tmp_path_factory.mktemp("run") / "run.aft"
    session = finished(BANK)
    run_on(session, session.fork(0, 5, api.DropMessage()).id)
    session.save(path)
    return path


@pytest.fixture(scope="module")
def recording(recorded: Path) -> list[Frame]:
    """Its frames."""
    return frames_of(recorded)


def in_header(frames: list[Frame], change: Callable[[dict[str, Any]], dict[str, Any]]) -> list[Frame]:
    return [(kind, change(body)) if kind == "header" else (kind, body) for kind, body in frames]


def refused(tmp_path: Path, frames: list[Frame]) -> str:
    """Why a file with these frames is not opened."""
    path = tmp_path / "changed.aft"
    write_frames(path, frames)
    with pytest.raises(api.TraceFileError) as caught:
        api.Session.load(path)
    return str(caught.value)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_what_the_compiler_gives_is_valid(example: Path) -> None:
    program = api.compile_in_project(example.read_text("utf-8"), str(example)).program
    assert program is not None
    check_module(program.wasm)
    module = wasmtime.Module(wasmtime.Engine(), program.wasm)
    functions = {e.name: e.type for e in module.exports if isinstance(e.type, wasmtime.FuncType)}
    assert {
        name: (tuple(map(str, kind.params)), tuple(map(str, kind.results))) for name, kind in functions.items()
    } == HOST_CALLS
    assert valid_metadata(unpacked(msgpack.packb(program.metadata.to_plain()))) == program.metadata


@pytest.mark.parametrize("address", [-8, 0, 8, 56, 65, 68, 72, 2**16, 2**32, 2**47, 2**63 - 8, -(2**47)])
@pytest.mark.parametrize("cell", ["log_full", "look_up_at", "static_end"])
def test_a_cell_that_is_not_where_cells_are_is_refused(
    recording: list[Frame], tmp_path: Path, cell: str, address: int
) -> None:
    def move(header: dict[str, Any]) -> dict[str, Any]:
        cells = [c | {"address": address} if c["name"] == cell else c for c in header["metadata"]["cells"]]
        assert cells != header["metadata"]["cells"]
        return header | {"metadata": header["metadata"] | {"cells": cells}}

    assert " cell" in refused(tmp_path, in_header(recording, move))


def test_a_type_that_is_an_optional_of_itself_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.aft"
    finished(TYPES).save(path)

    def loop(header: dict[str, Any]) -> dict[str, Any]:
        types = header["metadata"]["types"]
        rows = [t | {"parts": [i]} if t["kind"] == "optional" else t for i, t in enumerate(types)]
        assert rows != types
        return header | {"metadata": header["metadata"] | {"types": rows}}

    assert "an optional of itself" in refused(tmp_path, in_header(frames_of(path), loop))


@given(seed=st.integers(0, 2**32))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_field_that_is_another_is_refused_in_words_or_read(recorded: Path, tmp_path: Path, seed: int) -> None:
    recording = frames_of(recorded)
    rng = random.Random(seed)
    number = rng.randrange(len(recording))
    kind, body = recording[number]
    path = rng.choice(list(places(body))[1:])
    frames = [*recording[:number], (kind, changed(body, path, lambda value: another(value, rng)))]
    frames += recording[number + 1 :]
    file = tmp_path / "changed.aft"
    write_frames(file, frames)
    with contextlib.suppress(api.TraceFileError):
        assert read_trace(file).branches


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "too early"),
        (b"\xdd\xff\xff\xff\xff", "too early"),
        (b"\x91" * 100 + b"\xc0", "too deeply"),
        (b"\xdd\x00\x40\x00\x00" + b"\xc0" * 0x400000, "too many"),
        (b"\x91\xc1", "of a kind"),
        (b"\x91\xd6\x00\x00\x00\x00\x00", "of a kind"),
        (b"\xc0\xc0", "length"),
        (b"\xc6\xff\xff\xff\xff", "length"),
    ],
)
def test_data_that_would_grow_is_refused_before_it_does(data: bytes, words: str) -> None:
    with pytest.raises(Nonsense, match=words):
        unpacked(data)


def _module(*sections: bytes) -> bytes:
    return b"\0asm\x01\0\0\0" + b"".join(sections)


@pytest.mark.parametrize(
    ("module", "words"),
    [
        (b"", "no WebAssembly"),
        (_module(), "no memory"),
        (_module(b"\x02\x01\x00"), "asks for things of the host"),
        (_module(b"\x06\x01\x00"), "variables outside"),
        (_module(b"\x08\x01\x00"), "runs before it is called"),
        (_module(b"\x05\x03\x01\x00\x00"), "a size that none can have"),
        (_module(b"\x05\x04\x01\x05\x01\x01"), "64 bits"),
        (_module(b"\x05\x04\x01\x03\x01\x01"), "shared"),
        (_module(b"\x05\x04\x02\x00\x01\x00"), "more of something"),
        (_module(b"\x04\x07\x01\x70\x00\xff\xff\xff\x0f", b"\x05\x03\x01\x00\x01"), "places, more than"),
        (_module(b"\x05\x03\x01\x00\x01"), "does not show its memory"),
        (_module(b"\x05\xff\x03\x01\x00\x01"), "too early"),
    ],
)
def test_a_module_of_another_shape_is_refused(module: bytes, words: str) -> None:
    with pytest.raises(Nonsense, match=words):
        check_module(module)
