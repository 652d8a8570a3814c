"""A machine runs slices, survives faults, and goes back to its pictures."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import wasmtime

from engine.base.errors import MachineError
from engine.base.events import EVENT_DTYPE, FLAG_FAULT, OUTSIDE, Status
from engine.timetravel.pacing import coming_up_for_air
from engine.vm.calls import Export
from engine.vm.engine import shared_engine
from engine.vm.instances import Bytes
from engine.vm.machine import LOG_EVENTS, LOG_PAYLOADS, Batch, Machine
from engine.vm.program import Program
from engine.vm.records import OUTPUT_FAULT, OUTPUT_TEXT, OutputRecord, read_outputs
from engine.vm.stopping import StopSignal
from tests.engine.timetravel.programs import BANK, FOREVER, STUCK, program


class Collected:
    """What a machine wrote down."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.events = np.empty(0, EVENT_DTYPE)
        self.outputs: list[OutputRecord] = []
        self.marks: list[tuple[int, int, int]] = []
        self.payloads: list[bytes] = []

    def __call__(self, batch: Batch) -> None:
        assert not len(batch.events) or batch.first == len(self.events)
        self.events = np.concatenate([self.events, batch.events])
        self.outputs.extend(read_outputs(batch, self.machine.events))
        self.marks.extend(map(tuple, batch.marks.tolist()))
        for row in batch.events:
            start = int(row["payload_offset"])
            self.payloads.append(batch.payloads[start : start + int(row["payload_length"])].tobytes())


def new(text: str, logging: int = LOG_EVENTS) -> tuple[Machine, Collected]:
    machine = Machine(program(text), 3)
    machine.logging = logging
    return machine, Collected(machine)


def test_a_run_goes_on_over_faults_to_its_end() -> None:
    machine, seen = new(BANK)
    assert machine.run(None, 10**9, seen) is Status.FINISHED
    assert machine.events == len(seen.events) == 8
    assert [output.kind for output in seen.outputs] == [OUTPUT_TEXT] * 2 + [OUTPUT_FAULT]
    assert int(seen.events[-1]["flags"]) & FLAG_FAULT
    assert [int(status) for status in machine.actors()["status"]] == [2, 2, 3]


def test_slices_end_at_the_event_or_tick_that_was_asked_for() -> None:
    machine, seen = new(BANK)
    assert machine.run(None, 3, seen) is Status.AT_LIMIT
    assert machine.events == 3
    assert machine.run(1, 10**9, seen) is Status.AT_LIMIT
    assert machine.tick == 1
    assert int(seen.events["tick"].max()) == 1


def test_many_events_are_drained_in_pieces_without_a_gap() -> None:
    machine, seen = new(FOREVER)
    machine.run(None, 200_000, seen)
    assert len(seen.events) == 200_000
    marks = np.array([events for _, events, _ in seen.marks])
    assert (np.diff(marks) >= 1024).all()
    assert np.array_equal(seen.events["seq"][seen.events["actor"] == 2], np.arange((seen.events["actor"] == 2).sum()))


def test_payloads_are_logged_where_asked_for() -> None:
    machine, seen = new(BANK, LOG_PAYLOADS)
    machine.run(None, 10**9, seen)
    assert seen.payloads[1] == b"\xa3ada"


def test_a_picture_is_the_whole_run() -> None:
    machine, _ = new(FOREVER)
    machine.run(None, 5_000)
    cells, heap = machine.picture()
    kept = heap.copy()
    machine.run(None, 9_000)
    expected = machine.execution_hash, machine.digest(), machine.tick

    def write(memory: Bytes) -> None:
        memory[:] = kept

    for other in (machine, new(FOREVER)[0]):
        other.restore(cells, len(kept), write)
        assert other.events == 5_000
        other.run(None, 9_000)
        assert (other.execution_hash, other.digest(), other.tick) == expected


def test_a_picture_of_another_program_is_refused() -> None:
    machine, _ = new(BANK)
    with pytest.raises(MachineError, match="another program"):
        machine.restore(b"", 0, lambda heap: None)


def test_thousands_of_actors_are_read_in_bulk() -> None:
    source = "actor Leaf(n: int) { state k: int = n }\nfor i in 0..3_000 { let leaf = spawn Leaf(i) }\n"
    machine = Machine(program(source), 0)
    machine.run(None, 2_500)
    actors, records = machine.actors(), machine.actor_records()
    assert actors["id"].tolist() == list(range(3_001))
    assert (actors["type"] == records["type"]).all()
    assert (actors["waiting"] == records["arrived"] - records["seq"]).all()
    assert (actors["handled"] == records["seq"]).all()
    assert actors["status"].tolist() == [2] * 2_500 + [1] * 501
    assert (actors["parent"][1:] == 0).all()
    record = machine.actor_record(2_000)
    assert record is not None
    assert record.tolist() == records[2_000].tolist()
    assert machine.actor_record(3_001) is None


def test_peeking_shows_the_next_message_and_changes_nothing() -> None:
    machine, seen = new(BANK)
    peeked = []
    while (message := machine.peek()) is not None:
        assert machine.peek() == message
        peeked.append((message.receiver, message.handler, message.sender, message.sender_seq))
        machine.run(None, machine.events + 1, seen)
    columns = ("actor", "type", "sender", "sender_seq")
    assert peeked == [tuple(int(row[name]) for name in columns) for row in seen.events]
    assert peeked[0][2] == OUTSIDE


def test_a_stopped_machine_must_go_back_to_a_picture() -> None:
    machine, _ = new(STUCK)
    machine.run(40, 10**9)
    cells, heap = machine.picture()
    kept = heap.copy()
    timer = threading.Timer(0.05, machine.signal.request)
    timer.start()
    assert machine.run(None, 10**9) is Status.INTERRUPTED
    timer.join()
    assert not machine.usable
    for action in (lambda: machine.run(None, 1), machine.picture, machine.digest, machine.peek):
        with pytest.raises(MachineError, match="in the middle of a turn"):
            action()
    machine.signal.clear()
    machine.restore(cells, len(kept), lambda memory: memory.__setitem__(slice(None), kept))
    assert machine.run(41, 10**9) is Status.AT_LIMIT


def test_a_machine_pauses_at_the_end_of_a_turn_when_it_comes_up_for_air() -> None:
    machine, _ = new(FOREVER)
    with coming_up_for_air():
        assert machine.run(None, 10**12, None, lambda: True) is Status.RUNNING
    assert machine.usable
    reached = machine.events
    other, _ = new(FOREVER)
    other.run(None, reached)
    assert other.execution_hash == machine.execution_hash


def test_a_request_before_the_run_stops_it_at_once() -> None:
    machine, _ = new(FOREVER)
    machine.signal.request()
    assert machine.run(None, 1_000) is Status.INTERRUPTED
    assert machine.usable
    assert machine.events == 0


def test_values_from_outside_may_not_be_larger_than_the_buffer() -> None:
    machine, _ = new(BANK)
    with pytest.raises(MachineError, match="may have 262,144 bytes, this one has 300,000"):
        machine.inject(0, 0, b"x" * 300_000)


def test_bytes_that_are_no_module_are_refused() -> None:
    good = program(BANK)
    bad = Program(b"nonsense", good.metadata, good.sources, "")
    with pytest.raises(MachineError, match="cannot be started"):
        Machine(bad, 0)


def test_a_call_through_the_fast_path_gives_what_a_slow_one_gives() -> None:
    text = """(module
      (func (export "mixed") (param i32 i64 f64) (result f64)
        (f64.add (f64.convert_i64_s (i64.add (i64.extend_i32_s (local.get 0)) (local.get 1))) (local.get 2)))
      (func (export "nothing") (param i64)))"""
    store = wasmtime.Store(shared_engine())
    exports = wasmtime.Instance(store, wasmtime.Module(shared_engine(), text), []).exports(store)
    mixed, nothing = (exports[name] for name in ("mixed", "nothing"))
    assert isinstance(mixed, wasmtime.Func)
    assert isinstance(nothing, wasmtime.Func)
    fast = Export(store, mixed)
    for arguments in ((1, 2, 0.5), (-5, 2**62, -1e300), (-(2**31), -(2**63), 0.0)):
        assert fast(*arguments) == mixed(store, *arguments)
    assert Export(store, nothing)(7) is None


def test_a_signal_can_be_shared_and_cleared() -> None:
    signal = StopSignal()
    signal.request()
    assert signal.requested
    signal.clear()
    assert not signal.requested


def test_a_picture_that_was_taken_while_somebody_wanted_to_stop_runs_again() -> None:
    machine, seen = new("for i in 0..100 { render i }")
    machine.signal.request()
    cells, heap = machine.picture()
    copy = heap.copy()
    machine.signal.clear()
    machine.restore(cells, len(copy), lambda target: np.copyto(target, copy))
    assert machine.run(None, 10**9, seen) is Status.FINISHED
    assert len(seen.outputs) == 100
