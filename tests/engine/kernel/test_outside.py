"""What the host may do between two events: look at the next one, change or drop it, change state, go back."""

from __future__ import annotations

import struct

import msgpack
import numpy as np
import pytest

from engine.base.events import Status
from tests.engine.kernel.running import World, start

PROGRAM = """
actor A {
    state total: int = 0
    state names: list<string> = ["a"]
    on add(n: int, name: string) {
        total += n
        names.push(name)
        render f"{total} {names}"
    }
}
A.add(1, "x")
A.add(2, "y")
after 4ms A.add(3, "z")
"""


def _at(events: int) -> World:
    world = start(PROGRAM)
    world.run(until_event=events)
    return world


def test_peek_sees_every_event_before_it_happens() -> None:
    world = start(PROGRAM)
    seen = []
    while (message := world.machine.peek()) is not None:
        seen.append((message.due, message.receiver, message.handler, message.payload))
        world.run(until_event=world.machine.events + 1)
        last = world.events[-1]
        assert (int(last["tick"]), int(last["actor"]), int(last["type"])) == seen[-1][:3]
    assert len(seen) == world.machine.events == 5


def test_looking_changes_nothing() -> None:
    looked, plain = start(PROGRAM), start(PROGRAM)
    while looked.run(until_event=looked.machine.events + 1) is not Status.FINISHED:
        looked.machine.peek()
    plain.run()
    assert looked.machine.execution_hash == plain.machine.execution_hash


@pytest.mark.parametrize("events", [2, 3, 4])
def test_the_next_message_gets_other_arguments(events: int) -> None:
    world = _at(events)
    name = "longer than it was before" * (events == 3)
    assert world.machine.replace_next(struct.pack("<q", 7) + msgpack.packb(name))
    world.run()
    totals = [1, 2, 3]
    totals[events - 2] = 7
    assert [int(text.split()[0]) for text in world.texts] == [sum(totals[: i + 1]) for i in range(3)]
    assert f'"{name}"' in world.texts[-1]


@pytest.mark.parametrize("events", [2, 3, 4])
def test_the_next_message_is_dropped(events: int) -> None:
    world = _at(events)
    assert world.machine.drop_next()
    world.run()
    left = [n for n in (1, 2, 3) if n != events - 1]
    assert [int(text.split()[0]) for text in world.texts] == [left[0], sum(left)]
    assert world.machine.actors()["waiting"].sum() == 0


def test_every_message_can_be_dropped() -> None:
    world = _at(2)
    dropped = 0
    while world.machine.peek() is not None:
        assert world.machine.drop_next()
        dropped += 1
    assert dropped == 3
    assert world.machine.actors()["waiting"].sum() == 0
    assert world.run() is Status.FINISHED
    assert world.machine.events == 2
    world.tell("A", "add", 5, "five")
    world.run()
    assert world.texts == ['5 ["a", "five"]']


def test_dropping_and_sending_again_is_one_delivery() -> None:
    world = _at(2)
    for _ in range(2):
        assert world.machine.drop_next()
    for n in range(3):
        world.tell("A", "add", n, "n")
        assert world.machine.drop_next()
    world.tell("A", "add", 7, "seven")
    world.run(until_tick=3)
    assert [text.split()[0] for text in world.texts] == ["7"]


def test_an_actor_whose_start_is_dropped_never_lives() -> None:
    world = _at(1)
    assert world.machine.drop_next()
    world.run()
    assert world.texts == []
    assert world.machine.actors()["status"].tolist() == [2, 4]


def test_nothing_is_next_at_the_end() -> None:
    world = _at(1000)
    assert world.machine.peek() is None
    assert not world.machine.drop_next()
    assert not world.machine.replace_next(b"\x01\xa0")


def test_a_field_gets_another_value() -> None:
    world = _at(3)
    actor = world.actor("A")
    before = int(world.machine.actor_records()["heap_bytes"][actor])
    assert world.machine.poke(actor, 0, msgpack.packb(-50))
    assert world.machine.poke(actor, 1, msgpack.packb(["new", "list"]))
    assert world.machine.poke(actor, 1, msgpack.packb(["a", "x"]))
    assert int(world.machine.actor_records()["heap_bytes"][actor]) <= before
    world.run()
    assert world.texts[1:] == ['-48 ["a", "x", "y"]', '-45 ["a", "x", "y", "z"]']
    assert not world.machine.poke(99, 0, msgpack.packb(1))


def test_a_picture_of_memory_brings_a_moment_back() -> None:
    world = _at(3)
    cells, view = world.machine.picture()
    heap = view.copy()
    world.run()
    end = (world.machine.execution_hash, world.machine.digest(), world.machine.tick)
    texts = world.texts[1:]

    for _ in range(2):
        world.machine.restore(cells, len(heap), lambda target: np.copyto(target, heap))
        del world.outputs[:]
        assert world.machine.events == 3
        world.run()
        assert world.texts == texts
        assert (world.machine.execution_hash, world.machine.digest(), world.machine.tick) == end


def test_the_digest_follows_state() -> None:
    world = _at(3)
    digest = world.machine.digest()
    assert world.machine.digest() == digest
    world.machine.poke(world.actor("A"), 0, msgpack.packb(2))
    assert world.machine.digest() != digest
    world.machine.poke(world.actor("A"), 0, msgpack.packb(1))
    assert world.machine.digest() == digest
