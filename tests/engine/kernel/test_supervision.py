"""Restarts and timers leave nothing behind, however many there are."""

from __future__ import annotations

import pytest

from tests.engine.kernel.running import World, start

RESTARTS = """
struct Row { name: string, tags: list<string> }
actor Worker(size: int) {
    state rows: list<Row> = []
    state by_name: dict<string, Row> = {}
    every 5ms { rows.push(Row(name: "beat", tags: [])) }
    on work() {
        for i in 0..size {
            let row = Row(name: f"row {i}", tags: [f"{i}", "x"])
            rows.push(row)
            by_name[row.name] = row
        }
        rows[0].tags.push("changed")
        assert rows.len() < 0
    }
}
actor Boss {
    state worker: Worker = spawn Worker(20) restart always
    every 1ms worker.work()
}
Boss.go()
"""

TIMERS = """
actor A {
    state old: list<Timer> = []
    on go() {
        for t in old { assert t.cancel() }
        old = [after 1s self.late(i) for i in 0..20]
        old.push(every 1s self.late(-1))
        after 1ms self.go()
    }
    on late(i: int) { fail "cancelled timers never come" }
}
A.go()
"""


def heap_bytes(world: World) -> int:
    """How large the heap is."""
    return len(world.machine.picture()[1])


@pytest.mark.parametrize("program", [RESTARTS.replace("Boss.go()", "let boss = spawn Boss()"), TIMERS])
def test_memory_stays_as_it_is_through_thousands_of_them(program: str) -> None:
    world = start(program, logging=0)
    world.run(until_tick=200)
    before = heap_bytes(world)
    world.run(until_tick=3000)
    assert heap_bytes(world) == before
    assert world.machine.events > 1000


def test_a_restarted_actor_starts_with_no_memory_on_its_account() -> None:
    world = start(RESTARTS.replace("Boss.go()", "let boss = spawn Boss()"), logging=0)
    sizes = set()
    for tick in range(100, 140):
        world.run(until_tick=tick)
        sizes.add(int(world.machine.actor_records()["heap_bytes"][2]))
    assert max(sizes) < 10_000
    assert min(sizes) >= 0
