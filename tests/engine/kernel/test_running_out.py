"""Where memory ends, the turn that needs more fails, wherever that is: never the machine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from engine.base.events import Status
from engine.vm.machine import LOG_EVENTS, LOG_NOTHING, LOG_PAYLOADS, Batch, Machine
from engine.vm.pictures import OwnCells
from engine.vm.records import read_outputs
from tests.engine.kernel.running import World, start

SPAWNING = """
actor A(n: int) {
    on go() {
        let a = spawn A(n + 1)
        a.go()
        self.go()
    }
}
let a = spawn A(0)
a.go()
"""
WATCHED = """
actor Child(text: string) {
    on work(n: int, rest: string) {
        if n % 3 == 0 { fail text + rest }
        after 5ms self.work(n + 1, rest)
    }
}
actor Parent {
    state told: int = 0
    on go(n: int, text: string) {
        for i in 0..n {
            let child = spawn Child(text) restart on_fault(max: 5)
            for j in 0..20 { child.work(j, text) }
        }
        self.go(n, text)
    }
    on failed(child, fault) { told += fault.message.len() }
}
let p = spawn Parent()
p.go(30, "x".repeat(5000))
"""
DELAYED = """
actor A {
    on go(n: int) {
        for i in 0..n { after 7ms self.late("some text that has to be kept until then") }
        self.go(n * 2)
    }
    on late(s: string) { let t = every 3ms self.never(s) }
    on never(s: string) {}
}
let a = spawn A()
a.go(100)
"""
ASKING = """
actor Server {
    state kept: list<string> = []
    on get(n: int) -> int {
        kept.push("k".repeat(n))
        render n
    }
}
actor Client(server: Server) {
    state got: int = 0
    on go(n: int) {
        let text = "y".repeat(n)
        self.more(text)
        got += await server.get(n)
        let after_it = "z".repeat(n)
        self.go(n + n / 3)
    }
    on more(text: string) { got += text.len() }
}
let s = spawn Server()
for i in 0..5 {
    let c = spawn Client(s)
    c.go(100 + i)
}
"""
TALKING = """
actor A {
    state lines: list<string> = []
    on go(n: int) {
        for i in 0..n { render "a line of text that is put out" }
        lines.push("l".repeat(n))
        self.go(n * 2)
        if n > 3000 { fail "f".repeat(n * 100) }
    }
}
for i in 0..4 {
    let a = spawn A()
    a.go(10 + i)
}
"""
WRITING = """
actor B { on take(s: string) { render s.len() } }
let b = spawn B()
actor A(b: B) {
    state lines: list<string> = []
    on go(n: int) {
        b.take("x".repeat(n * 1000))
        for i in 0..n { render "a line of text that is put out and takes some room in a buffer".repeat(10) }
        lines.push("l".repeat(n * 100))
        self.go(n + 7)
    }
}
for i in 0..4 {
    let a = spawn A(b)
    a.go(10 + i)
}
"""
EVENTS = 4_000
HISTORY_EVENTS = 1_000
PROGRAMS = {
    "writing": WRITING,
    "spawning": SPAWNING,
    "restarting": WATCHED,
    "delayed": DELAYED,
    "asking": ASKING,
    "talking": TALKING,
}


def limited(text: str, more: int) -> World:
    """A program whose memory ends so many bytes behind what it begins with."""
    world = start(text)
    cells = {cell.name: cell.address >> 2 for cell in world.program.metadata.cells}
    words = world.machine.memory.view("<u4")
    words[cells["memory_limit"]] = int(words[cells["heap_end"]]) + more
    return world


def _go_back_to_where_it_stands(machine: Machine) -> None:
    cells, heap = machine.picture()
    copy = heap.copy()
    machine._own_cells = OwnCells(machine._cells, cells)
    machine.restore(cells, len(copy), lambda place: np.copyto(place, copy))


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_turn_that_finds_no_memory_fails_and_the_run_goes_on(name: str) -> None:
    failed = 0
    for step in range(24):
        more = 4_500_000 + step * 37_000
        world = limited(PROGRAMS[name], more)
        assert world.run(until_event=EVENTS) in (Status.AT_LIMIT, Status.FINISHED)
        failed += any(fault.startswith("out_of_memory") for fault in world.faults)
        assert world.machine.usable
        world.machine.digest()
    assert failed


def test_memory_that_a_failed_turn_had_is_there_for_the_next() -> None:
    text = """
    actor A { on go(n: int) { render "x".repeat(n).len() } }
    let small = spawn A()
    let large = spawn A()
    large.go(4000000)
    small.go(10)
    after 5ms small.go(20)
    """
    world = limited(text, 5_000_000)
    world.run()
    assert (world.texts, len(world.faults)) == (["10", "20"], 1)


def test_the_words_of_a_fault_have_an_end() -> None:
    world = start('fail "é".repeat(100000)')
    world.run()
    (fault,) = world.faults
    assert fault.endswith("é…")
    assert len(fault) < 70_000


@dataclass(frozen=True)
class History:
    """How a run is looked at on its way: stopped after every so many events, with so much written down, and perhaps
    restored where it stands."""

    step: int = EVENTS
    logging: int = LOG_NOTHING
    restored: bool = False


HISTORIES = {
    "stopped at every event": History(1),
    "stopped now and then": History(7),
    "with events": History(logging=LOG_EVENTS),
    "with payloads": History(logging=LOG_PAYLOADS),
    "with payloads, stopped": History(3, LOG_PAYLOADS),
    "restored": History(10, restored=True),
}


def outcome(name: str, more: int, history: History) -> tuple[object, ...]:
    """What a run near the end of memory comes to."""
    machine = limited(PROGRAMS[name], more).machine
    machine.logging = history.logging
    texts: list[tuple[int, str]] = []
    until = 0

    def keep(batch: Batch) -> None:
        texts.extend((output.event, output.text) for output in read_outputs(batch, machine.events))

    while until < HISTORY_EVENTS:
        until = min(HISTORY_EVENTS, until + history.step)
        machine.run(None, until, keep)
        if history.restored:
            _go_back_to_where_it_stands(machine)
    machine.run(None, until)  # gives back what the host's buffers took of the heap
    return machine.events, machine.execution_hash, machine.heap_bytes, texts


@pytest.mark.parametrize("more", [4_700_000, 6_000_000, 8_000_000, 12_000_000, 30_000_000])
@pytest.mark.parametrize("name", PROGRAMS)
def test_where_memory_ends_follows_from_the_run_alone(name: str, more: int) -> None:
    straight = outcome(name, more, History())
    different = [how for how, history in HISTORIES.items() if outcome(name, more, history) != straight]
    assert different == []
