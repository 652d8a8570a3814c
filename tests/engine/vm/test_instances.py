"""The next run of a program gets the memory of the last one, and cannot tell."""

from __future__ import annotations

import gc

import pytest

from engine.base.events import Status
from engine.timetravel.session import Session
from engine.vm.machine import EVENTS_MAX, Machine
from engine.vm.program import Program
from tests.engine.timetravel.programs import BANK, FOREVER, STUCK, program

GROWING = """
actor Leaf(n: int) { state numbers: list<int> = [i * n for i in 0..1_000] }
for i in 0..3_000 { let leaf = spawn Leaf(i) }
"""


def outcome(machine: Machine) -> tuple[int, int, int]:
    machine.run(None, 5_000)
    return machine.events, machine.execution_hash, machine.digest()


def fresh(source: Program) -> Machine:
    """A machine whose memory nobody has used."""
    Machine(program("render 1"), 0)  # another program, so that an idle instance is let go
    return Machine(source, 3)


@pytest.mark.parametrize("source", [BANK, FOREVER, GROWING])
def test_a_run_in_used_memory_is_the_run_in_new_memory(source: str) -> None:
    compiled = program(source)
    machine = fresh(compiled)
    address, expected = machine.memory.ctypes.data, outcome(machine)
    for rubbish in (0x00, 0xFF, 0xA5):
        machine.memory[8:] = rubbish  # all but the bytes by which it is stopped
        del machine
        machine = Machine(compiled, 3)
        assert machine.memory.ctypes.data == address
        assert outcome(machine) == expected


def test_two_machines_never_share_memory() -> None:
    compiled = program(BANK)
    one, other = Machine(compiled, 0), Machine(compiled, 0)
    assert one.memory.ctypes.data != other.memory.ctypes.data


def test_memory_of_another_program_is_not_used() -> None:
    machine = Machine(program(BANK), 0)
    cells = machine.picture()[0]
    del machine
    assert Machine(program(FOREVER), 0).picture()[0] != cells
    again = Machine(program(BANK), 0)
    assert again.picture()[0] == cells


def test_a_machine_that_was_stopped_in_a_turn_leaves_a_whole_one() -> None:
    compiled = program(STUCK)
    machine = fresh(compiled)
    expected = machine.picture()[0]
    machine.run(40, EVENTS_MAX)
    machine.signal.request()
    machine.memory[:8] = 1
    del machine
    again = Machine(compiled, 3)
    assert again.picture()[0] == expected
    assert again.run(40, EVENTS_MAX) is Status.AT_LIMIT


def test_a_session_that_is_let_go_leaves_its_memory_at_once() -> None:
    compiled = program(BANK)
    Machine(program("render 1"), 0)
    gc.disable()
    try:
        session = Session.start(compiled)
        session.advance()
        address = session.recorder.machine.memory.ctypes.data
        del session
        assert Machine(compiled, 0).memory.ctypes.data == address
    finally:
        gc.enable()
