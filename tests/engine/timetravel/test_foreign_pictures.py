"""A checkpoint in a recording is memory from elsewhere, with right digests: whatever it holds, it lies about nothing in
silence and can be stopped."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3

from engine import api
from engine.vm.machine import ACTOR_RECORD, AWAITING
from tests.engine.timetravel.hostile import insisting
from tests.engine.timetravel.programs import FOREVER, run_on, started
from tests.engine.timetravel.test_awaits import SHOP
from tests.engine.trace.mutants import frames_of, write_frames

Memory = Callable[[bytearray, bytearray], None]
"""Changes the cells and the heap of a checkpoint."""
AT = 700


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A recording with a branch, whose beginning is a checkpoint."""
    path = tmp_path / "run.aft"
    session = started(FOREVER)
    run_on(session, until=1_000)
    run_on(session, session.fork(0, AT, api.Inject("Clock#4.beat(1000)")).id, until=1_500)
    session.save(path)
    return path


def put_memory(path: Path, change: Memory) -> None:
    """Changes the first checkpoint, with right digests, and drops those that are differences to it."""
    frames = frames_of(path)
    place = next(place for place, (kind, _) in enumerate(frames) if kind == "checkpoint")
    body: dict[str, Any] = frames[place][1]
    cells, heap = bytearray(body["cells"]), bytearray(body["pages"])
    change(cells, heap)
    body = body | {"cells": bytes(cells), "pages": bytes(heap), "digest": blake3(bytes(cells + heap)).digest()}
    write_frames(path, [*(frame for frame in frames if frame[0] != "checkpoint"), ("checkpoint", body)])


def cell(path: Path, name: str) -> int:
    """The address of a cell."""
    return next(cell.address for cell in api.Session.load(path).metadata.cells if cell.name == name)


def look(session: api.Session) -> None:
    """Looks at all of a branch."""
    session.events(1, 0, session.total(1))
    session.outputs(1)
    session.picture(1, AT)
    session.following(1, AT)
    session.actors(1, AT)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("events", AT + 1), ("events", 2**62), ("tick", 3), ("tick", -1), ("seed", 99), ("log_used", 80),
        ("log_payload_used", 8), ("output_used", 32), ("mark_count", 1), ("log_address", 64), ("mark_address", 64),
        ("heap_base", 64), ("static_end", 0), ("log_payload_address", 64), ("log_payload_capacity", 2**32 - 1),
        ("output_address", 64), ("output_capacity", 8), ("input_address", 64), ("input_capacity", 2**31),
        ("memory_limit", 2**32 - 1), ("log_payload_home", 0), ("output_home", 0), ("tick_microseconds", 1),
    ],
)  # fmt: skip
def test_what_is_not_the_runs_in_a_picture_is_refused(path: Path, name: str, value: int) -> None:
    address = cell(path, name)
    put_memory(path, lambda cells, heap: struct.pack_into("<Q", cells, address, value & (2**64 - 1)))
    with pytest.raises((api.TraceFileError, api.MachineError), match=r"picture|checkpoint"):
        look(api.Session.load(path))


def test_the_next_message_of_a_picture_is_found_or_can_be_stopped(path: Path) -> None:
    """The messages of an actor follow each other in a circle, and none of them is the one that it awaits."""
    machine = api.Session.load(path).scratch.seek(1, AT)
    records = int(machine.memory[cell(path, "actor_directory") :][:4].view("<u4")[0])
    base = int(machine.memory[cell(path, "heap_base") :][:4].view("<u4")[0])
    first = int(machine.memory[records : records + 4].view("<u4")[0]) - base

    def circle(cells: bytearray, heap: bytearray) -> None:
        for actor in range(1, 6):
            record = first + actor * ACTOR_RECORD.itemsize
            mail = struct.unpack_from("<I", heap, record + 12)[0]
            struct.pack_into("<I", heap, record + 4, AWAITING)
            if mail:
                struct.pack_into("<I", heap, mail - base, mail)

    put_memory(path, circle)
    session = api.Session.load(path)

    def work(_: api.StopSignal) -> None:
        for shown in (session.following, session.waiting, session.picture):
            with contextlib.suppress(api.AeroFlowError):
                shown(1, AT)  # type: ignore[operator]

    insisting(work, session.signal)


def test_a_lie_that_no_hash_covers_is_found_out(path: Path) -> None:
    """When a message on its way is due stands in no hash, but is shown."""
    truth = api.Session.load(path)
    machine = truth.scratch.seek(1, AT)
    peeked = int(machine._ask("peek")) & 0xFFFFFFFF
    base = int(machine.memory[cell(path, "heap_base") :][:4].view("<u4")[0])
    put_memory(path, lambda cells, heap: struct.pack_into("<q", heap, peeked - base + 24, machine.tick - 3))
    session = api.Session.load(path)
    with contextlib.suppress(api.MachineError):
        assert session.following(1, AT) != truth.following(1, AT)
    assert not session.verify(1).ok


def test_a_lie_about_a_message_further_back_is_found_out(path: Path) -> None:
    """Not the next message, but one that waits until its actor has its answer, would be shown as due earlier."""
    session = started(SHOP)
    run_on(session)
    run_on(session, session.fork(0, 5).id)
    session.save(path)
    machine = session.scratch.seek(1, 5)
    (record,) = (row for row in machine.actor_records() if row["status"] == AWAITING and row["mail_head"])
    base = int(machine.memory[cell(path, "heap_base") :][:4].view("<u4")[0])
    due = int(record["mail_head"]) - base + 24
    put_memory(path, lambda cells, heap: struct.pack_into("<q", heap, due, 0))
    assert not api.Session.load(path).verify(1).ok


def test_other_flags_of_events_are_found_out(path: Path) -> None:
    """How many messages a turn has sent, and its flags, stand in no hash, but are shown."""
    address = cell(path, "turn_rare")
    put_memory(path, lambda cells, heap: struct.pack_into("<I", cells, address, 88))
    true = started(FOREVER)
    run_on(true, until=1_000)
    fork = true.fork(0, AT, api.Inject("Clock#4.beat(1000)"))
    run_on(true, fork.id, until=1_500)
    session = api.Session.load(path)
    assert session.events(1, AT, 1_500).tolist() != true.events(1, AT, 1_500).tolist()
    assert not session.verify(1).ok
    assert not session.verify(1).ok
