"""Timelines and pictures of distributed state."""

from __future__ import annotations

import msgpack

from engine.vm.records import OUTPUT_STATE, OUTPUT_TIMELINE
from tests.engine.kernel.running import World, ran


def _data(world: World, kind: int) -> list[tuple[int, int, object]]:
    return [(o.tick, o.event, msgpack.unpackb(o.data)) for o in world.outputs if o.kind == kind]


def test_a_timeline_is_an_array_of_arrows() -> None:
    world = ran(
        """
        let x = 3
        render timeline {
            node Auth -> Recommender at 10ms payload "login event"
            node Recommender -> UI at tick=125 payload {"items": [1, 2, x]}
            node UI -> Auth at 0ms
        }
        """
    )
    arrows = [
        ["Auth", "Recommender", 10, "login event"],
        ["Recommender", "UI", 125, '{"items": [1, 2, 3]}'],
        ["UI", "Auth", 0, ""],
    ]
    assert _data(world, OUTPUT_TIMELINE) == [(0, 0, arrows)]


def test_a_picture_is_taken_at_the_end_of_the_tick() -> None:
    world = ran(
        """
        actor A { state count: int = 0
            state name: string = "n"
            on add(n: int) { count += n } }
        actor Watch(a: A, b: A) {
            on look() {
                render distributed state { a.count, b.count, b.name }
                render "asked"
            }
            on fail_after() {
                render distributed state { a.count }
                fail "no"
            }
        }
        let w0 = spawn A()
        let a = spawn A()
        let w = spawn Watch(w0, a)
        w.look()
        w0.add(1)
        a.add(5)
        after 1ms w.look()
        after 1ms w.fail_after()
        after 3ms a.add(10)
        """
    )
    first = {"a.count": "1", "b.count": "5", "b.name": "n"}
    pictures = _data(world, OUTPUT_STATE)
    assert [(tick, rows) for tick, _, rows in pictures] == [(1, first), (2, first)]
    looks = [n for n, row in enumerate(world.events) if int(row["actor"]) == 3 and int(row["seq"]) in (1, 2)]
    assert [event for _, event, _ in pictures] == looks
    assert world.faults == ["fail: no"]


def test_texts_of_values() -> None:
    world = ran(
        """
        struct P { x: int, y: float? }
        actor A { on go() { render f"{self} {sender}" } }
        render (1, "a\\n", [true, false], none ?? 2.0)
        render P(x: -1, y: none)
        render [10ms, 90s, 2h, 1us, 0ms]
        render {{"k": P(x: 0, y: 0.5)}}
        A.go()
        """
    )
    assert world.texts == [
        '(1, "a\\n", [true, false], 2.0)',
        "P(x: -1, y: none)",
        "[10ms, 90s, 2h, 1us, 0ms]",
        '{"k": P(x: 0, y: 0.5)}',
        "A#1 main",
    ]
