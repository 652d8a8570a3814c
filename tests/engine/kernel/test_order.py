"""Deliveries come by tick, by receiver, and in the order of sending; timers and slices change nothing about it."""

from __future__ import annotations

import random

import pytest

from engine.base.events import FLAG_DEAD_LETTER, FLAG_FAULT, FLAG_INJECTED, FLAG_START, FLAG_TIMER, OUTSIDE, Status
from tests.engine.kernel.running import ran, rows, start

STORM = """
actor Node {
    state others: list<Node> = []
    state seed: int = 0
    state left: int = 0
    on meet(nodes: list<Node>, number: int) {
        others = nodes
        seed = number
        left = 12
        self.talk(0)
    }
    on talk(x: int) {
        if left == 0 { return }
        left -= 1
        for i in 0..2 {
            seed = (seed *% 6364136223846793005 +% 1442695040888963407)
            let to = others[((seed >> 33) & 0x7fffffff) % others.len()]
            if seed & 4096 == 0 { after 3ms to.talk(x + 1) } else { to.talk(x + 1) }
        }
    }
}
fn count() -> int { return COUNT }
var nodes: list<Node> = []
for i in 0..count() { nodes.push(spawn Node()) }
var number = 1
for node in nodes { node.meet(nodes, number)
    number += 1 }
"""


def _storm(count: int) -> str:
    return STORM.replace("COUNT", str(count))


@pytest.mark.parametrize("count", [3, 40, 700, 5000])
def test_events_come_by_tick_receiver_and_send(count: int) -> None:
    world = ran(_storm(count) if count < 1000 else _storm(count).replace("left = 12", "left = 2"))
    events = list(rows(world, "tick", "actor", "seq"))
    assert [(t, a) for t, a, _ in events] == sorted((t, a) for t, a, _ in events)
    seqs: dict[int, int] = {}
    for _, actor, seq in events:
        assert seq == seqs.get(actor, 0)
        seqs[actor] = seq + 1
    assert world.machine.actors()["waiting"].sum() == 0


def test_a_receiver_handles_messages_in_the_order_of_their_sending() -> None:
    world = ran(_storm(40))
    at = {(actor, seq): n for n, (actor, seq) in enumerate(rows(world, "actor", "seq"))}
    sent: dict[tuple[int, int], list[int]] = {}
    for tick, actor, sender, sender_seq in rows(world, "tick", "actor", "sender", "sender_seq"):
        if sender != OUTSIDE:
            sent.setdefault((tick, actor), []).append(at[sender, sender_seq])
    assert all(causes == sorted(causes) for causes in sent.values())


def test_the_number_of_sends_counts_the_effects_of_an_event() -> None:
    world = ran(_storm(40))
    effects: dict[tuple[int, int], int] = {}
    for sender, sender_seq in rows(world, "sender", "sender_seq"):
        effects[sender, sender_seq] = effects.get((sender, sender_seq), 0) + 1
    assert all(sends == effects.get((actor, seq), 0) for actor, seq, sends in rows(world, "actor", "seq", "sends"))


def test_slices_of_any_size_give_the_same_run() -> None:
    whole = ran(_storm(40))
    for size in (1, 2, 7, 100):
        world = start(_storm(40))
        limit = 0
        while True:
            limit += size
            status = world.run(until_event=limit)
            if status is Status.FINISHED:
                break
            assert world.machine.events == limit
        assert world.machine.execution_hash == whole.machine.execution_hash
        assert world.machine.execution_hash == whole.machine.execution_hash
        assert world.machine.digest() == whole.machine.digest()
        assert (world.events == whole.events).all()


def test_a_tick_limit_stops_behind_that_tick() -> None:
    whole = ran(_storm(40))
    world = start(_storm(40))
    for tick in range(int(whole.events["tick"][-1])):
        assert world.run(until_tick=tick) is Status.AT_LIMIT
        assert world.machine.events == int((whole.events["tick"] <= tick).sum())
    assert world.run() is Status.FINISHED


def test_the_hash_follows_program_seed_and_nothing_else() -> None:
    assert len({ran(_storm(40)).machine.execution_hash for _ in range(3)}) == 1
    assert ran(_storm(40), logging=0).machine.execution_hash == ran(_storm(40), logging=2).machine.execution_hash
    assert ran(_storm(40)).machine.execution_hash != ran(_storm(41)).machine.execution_hash
    dice = "actor A { on roll() { render random_int(1, 6) } }\nfor i in 0..20 { A.roll() }"
    assert ran(dice, seed=1).texts == ran(dice, seed=1).texts != ran(dice, seed=2).texts


def test_timers_come_before_messages_of_the_tick_before() -> None:
    world = ran(
        """
        actor A {
            on early() { render "timer" }
            on late() { render "message" }
            on poke() { self.late() }
        }
        after 3ms A.early()
        after 2ms A.poke()
        after 3ms A.early()
        """
    )
    assert [(o.tick, o.text) for o in world.outputs] == [(4, "timer"), (4, "timer"), (4, "message")]


def test_timers_of_many_ticks_come_in_their_order() -> None:
    chooser = random.Random(3)
    delays = [chooser.randrange(0, 200) for _ in range(300)]
    lines = [f"after {delay}ms A.show({number})" for number, delay in enumerate(delays)]
    world = ran("actor A { on show(n: int) { render n } }\n" + "\n".join(lines))
    expected = sorted((delay + 1, number) for number, delay in enumerate(delays))
    assert [(o.tick, int(o.text)) for o in world.outputs] == expected


def test_every_goes_on_for_ever() -> None:
    world = start("actor A { every 5ms { render now() } }\nlet a = spawn A()")
    assert world.run(until_tick=40) is Status.AT_LIMIT
    assert world.texts == ["6", "11", "16", "21", "26", "31", "36"]
    flags = [f for (f,) in rows(world, "flags")]
    assert flags[:2] == [FLAG_START, FLAG_START]
    assert set(flags[2:]) == {FLAG_TIMER}


def test_a_delay_is_rounded_up_to_whole_ticks() -> None:
    world = ran(
        "actor A { on show(n: int) { render n } }\nafter 1us A.show(1)\nafter 1000us A.show(2)\nafter 1001us A.show(3)"
    )
    assert [(o.tick, o.text) for o in world.outputs] == [(2, "1"), (2, "2"), (3, "3")]


def test_the_actor_that_stopped_leaves_dead_letters() -> None:
    world = ran(
        """
        actor A { state s: string = "kept text"; on go() { stop }; on more() { render "never" } }
        let a = spawn A()
        a.go()
        a.more()
        after 9ms a.more()
        """
    )
    assert world.texts == []
    assert [f for (f,) in rows(world, "flags")] == [FLAG_START, FLAG_START, 0, FLAG_DEAD_LETTER, FLAG_DEAD_LETTER]
    assert world.machine.actors()["status"].tolist() == [2, 4]
    assert int(world.machine.actor_records()["heap_bytes"][1]) == 0


def test_the_timers_of_an_actor_that_ended_are_over_and_the_run_with_them() -> None:
    world = ran(
        """
        actor Stops { every 5ms { render now(); stop } }
        actor Fails { every 7ms { fail "no more" } }
        spawn Stops()
        spawn Fails()
        """
    )
    assert [f for (f,) in rows(world, "flags")][-2:] == [FLAG_TIMER, FLAG_TIMER | FLAG_FAULT]
    assert world.texts == ["6"]
    assert world.machine.tick == 8
    assert world.machine.actors()["waiting"].sum() == 0


def test_a_fault_undoes_what_the_turn_did_to_others() -> None:
    world = ran(
        """
        actor B { on hear(n: int) { render n } }
        actor A(b: B) {
            state n: int = 0
            on go(bad: bool) {
                n += 1
                b.hear(n)
                after 5ms b.hear(-n)
                render "said"
                let c = spawn B()
                c.hear(100 + n)
                if bad { fail "no" }
            }
        }
        let b = spawn B()
        let a = spawn A(b)
        a.go(false)
        a.go(true)
        a.go(false)
        """
    )
    assert world.texts == ["said", "1", "101", "-1"]
    assert world.faults == ["fail: no"]
    records = world.machine.actors()
    assert records["status"].tolist() == [2, 2, 3, 2]
    flags = dict(zip(rows(world, "actor", "seq"), rows(world, "flags"), strict=True))
    assert flags[2, 2] == (FLAG_FAULT,)
    assert flags[2, 3] == (FLAG_DEAD_LETTER,)
    assert world.machine.actors()["waiting"].sum() == 0


def test_a_fault_undoes_however_many_actors_the_turn_made() -> None:
    world = ran(
        """
        actor Child(n: int) { state kept: int = n; on hi() { render f"{self} {kept}" } }
        actor A {
            on go(count: int, bad: bool) {
                var last: Child? = none
                for i in 0..count { last = spawn Child(i) restart on_fault(max: 2) }
                if bad { fail "no" }
                last?.hi()
            }
        }
        let one = spawn A()
        let two = spawn A()
        one.go(1021, false)
        two.go(3000, true)
        one.go(2, false)
        """
    )
    assert world.faults == ["fail: no"]
    assert world.texts == ["Child#1023 1020", "Child#1025 1"]
    assert len(world.machine.actors()) == 1026


def test_a_fault_in_the_start_leaves_an_actor_that_never_lived() -> None:
    world = ran(
        """
        actor A(n: int) { state x: int = 10 / n; on hi() { render x } }
        let a = spawn A(0)
        a.hi()
        let b = spawn A(5)
        b.hi()
        """
    )
    assert world.texts == ["2"]
    assert world.machine.actors()["status"].tolist() == [2, 3, 2]
    assert (FLAG_START | FLAG_FAULT,) in list(rows(world, "flags"))


def test_a_message_from_outside_comes_in_the_next_tick() -> None:
    world = start("actor A { on show(n: int) { render n } }\nA.show(1)\nafter 5ms A.show(3)")
    world.run(until_event=1)
    world.tell("A", "show", 2)
    world.run()
    assert [(o.tick, o.text) for o in world.outputs] == [(1, "1"), (1, "2"), (6, "3")]
    assert FLAG_INJECTED in [f for (f,) in rows(world, "flags")]
    assert not world.machine.inject(99, 0, b"")
