"""Memory: nothing leaks, one actor cannot take it all, and a turn may be larger than any buffer."""

from __future__ import annotations

import numpy as np

from engine.base.events import MARK_DTYPE, Status
from engine.vm.machine import Batch, Machine
from tests.engine.kernel.running import FOREVER, World, compiled, ran, start

PROGRAM = """
struct Row { name: string, cells: list<int>, note: string? }
actor A {
    state rows: list<Row> = []
    state index: dict<string, list<string>> = {}
    state seen: set<string> = {}
    state last: (int, string) = (0, "")
    state best: Row? = none
    on go(n: int) {
        var copy = rows
        copy.push(Row(name: f"row {n}", cells: [n, n + 1], note: none))
        rows = copy
        let held = rows
        rows[0].cells.push(n)
        if rows[0].cells.len() > 6 { rows[0].cells = [n] }
        rows[0].note = f"note {n}"
        let first = rows[0]
        if rows.len() > 5 { rows.remove_at(1) }
        let names = [row.name for row in held]
        index[f"k{n % 7}"] = names
        index[f"k{n % 7}"].push("more")
        if n % 5 == 0 { index.remove(f"k{n % 3}") }
        seen.add(f"s{n % 11}")
        seen.remove(f"s{n % 4}")
        last = (n, f"last {n}")
        best = first
    }
    on clear() {
        rows = []
        index = {}
        seen = {}
        last = (0, "")
        best = none
    }
    on ready() {}
}
A.ready()
"""


def _bytes(world: World) -> int:
    return int(world.machine.actor_records()["heap_bytes"][world.actor("A")])


def _heap(world: World) -> int:
    return sum(len(part) for part in world.machine.picture())


def test_state_that_is_cleared_gives_its_bytes_back() -> None:
    world = ran(PROGRAM)
    world.ask("A", "clear")
    empty = _bytes(world)
    for n in range(100):
        world.ask("A", "go", n)
    assert _bytes(world) > empty + 500
    world.ask("A", "clear")
    assert world.faults == []
    assert _bytes(world) == empty


def test_the_heap_stops_growing() -> None:
    world = ran(PROGRAM)
    sizes = []
    for n in range(1200):
        world.tell("A", "go", n)
        world.run()
        if n % 300 == 299:
            sizes.append(_heap(world))
    assert sizes[1:] == sizes[1:2] * 3


def test_large_turns_give_everything_back() -> None:
    program = """
    actor A {
        state kept: list<int> = []
        on ready() {}
        on go(n: int) {
            var xs: list<int> = []
            for i in 0..n { xs.push(i) }
            render xs.len()
            let text = "abc".repeat(n)
            render text.len()
            for i in 0..1000 { self.take([i, n]) }
            self.long(text)
        }
        on take(xs: list<int>) { kept = xs }
        on long(s: string) { render s.len() }
    }
    A.ready()
    """
    world = ran(program)
    world.ask("A", "go", 10)
    assert world.ask("A", "go", 300_000) == ["300000", "900000", "900000"]
    large = _heap(world)
    for _ in range(5):
        world.ask("A", "go", 300_000)
        world.ask("A", "go", 10)
    assert _heap(world) <= large


def test_one_actor_has_64_mib() -> None:
    world = ran(
        """
        actor Hog {
            state rows: list<list<int>> = []
            on go() {
                var row: list<int> = []
                for i in 0..100000 { row.push(i) }
                rows.push(row)
                self.go()
            }
        }
        Hog.go()
        """
    )
    assert len(world.faults) == 1
    assert world.faults[0].startswith("heap_limit: ")
    assert 78 <= world.machine.events <= 86


def test_a_turn_that_wants_all_memory_fails_alone() -> None:
    world = ran(
        """
        actor Hog { on go() { var s = "0123456789"
            while true { s = s + s } } }
        actor Good { on go() { render "fine" } }
        Hog.go()
        after 5ms Good.go()
        """
    )
    assert world.texts == ["fine"]
    assert [fault.split(":")[0] for fault in world.faults] == ["out_of_memory"]
    assert _heap(world) < 2_000_000


def test_a_turn_may_render_more_than_the_buffer_holds() -> None:
    world = ran(
        'actor A { on go(n: int) { for i in 0..n { render f"line {i} {"x".repeat(50)}" } } }\nA.go(30000)\nA.go(2)'
    )
    assert len(world.texts) == 30_002
    assert world.texts[29_999] == "line 29999 " + "x" * 50
    assert world.texts[-1] == "line 1 " + "x" * 50


def test_what_is_idle_costs_little() -> None:
    program = """
    actor Idle(n: int) { state x: int = n }
    actor Parent {
        on go(waves: int) {
            for i in 0..1000 { let a = spawn Idle(i) }
            if waves > 1 { self.go(waves - 1) }
        }
    }
    Parent.go(WAVES)
    """
    small, large = ran(program.replace("WAVES", "1")), ran(program.replace("WAVES", "101"))
    assert (_heap(large) - _heap(small)) / 100_000 < 96


def test_marks_fold_the_run() -> None:
    program = compiled("actor A { on go(n: int) { if n > 0 { self.go(n - 1) } } }\nA.go(5000)")
    marks: list[np.ndarray] = []

    def take(batch: Batch) -> None:
        marks.append(batch.marks.copy())

    hashes = []
    for _ in range(2):
        machine = Machine(program, 0)
        marks.clear()
        assert machine.run(None, FOREVER, take) is Status.FINISHED
        rows = np.concatenate(marks)
        assert rows.dtype == MARK_DTYPE
        assert rows["events"].tolist() == [1024, 2048, 3072, 4096]
        hashes.append(rows["hash"].tolist())
    assert hashes[0] == hashes[1]
    assert len(set(hashes[0])) == 4


def test_a_machine_starts_again_from_nothing() -> None:
    world = start(PROGRAM)
    first = None
    for _ in range(2):
        world.machine._call("boot", 0)
        for n in range(20):
            world.run()
            world.tell("A", "go", n)
        world.run()
        result = (world.machine.execution_hash, world.machine.digest(), world.machine.events)
        first = first or result
        assert result == first
