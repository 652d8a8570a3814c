"""LANGUAGE §6: sends, spawns, timers, state, references, and what a turn is."""

from __future__ import annotations

from ast import literal_eval

import pytest

from engine import api
from tests.engine.language.running import Run, expect, problem, problems, run


def _shown(result: Run) -> list[tuple[int, int, str]]:
    return [(output.tick, output.actor, output.text) for output in result.outputs if output.fault is None]


def test_the_counter_of_the_document() -> None:
    result = run(
        """
        actor Counter(start: int = 0) {            // parameters of spawn
            state count: int = start
            on add(n: int) -> int { count += n; render {count} }
            every 10ms { render {f"count {count}"} }
        }
        let server_1 = spawn Counter(5)
        server_1.add(2)                             // send: one tick later, never blocks
        after 20ms server_1.add(1)                  // a timer
        """,
        ticks=25,
    )
    assert _shown(result) == [(1, 1, "7"), (11, 1, "count 7"), (21, 1, "8"), (21, 1, "count 8")]


def test_an_actors_name_stands_for_its_one_default_instance() -> None:
    expect(
        """
        actor Auth(greeting: string = "hi", times: int = 1 + 1) {
            state calls: int = 0
            on login(user: string) {
                calls += 1
                render f"{self} {greeting} {user} {calls} {times}"
            }
        }
        let other = spawn Auth(times: 5, greeting: "ho")
        let same = Auth
        Auth.login("ada")
        same.login("bob")
        other.login("cy")
        render Auth == same  // => true
        // => Auth#1 hi ada 1 2
        // => Auth#1 hi bob 2 2
        // => Auth#2 ho cy 1 5
        """
    )
    assert "has no default instance, because it needs `n`" in problem("actor A(n: int) { on x() { } }\nA.x()")


def test_default_instances_come_first_in_the_order_of_their_declarations() -> None:
    expect(
        """
        actor A { on hi() { render f"{self}" } }
        actor Unused { }
        actor B { on hi() { render f"{self}" } }
        let first = spawn B()
        B.hi()
        A.hi()
        first.hi()
        // => A#1
        // => B#2
        // => B#3
        """
    )


def test_spawned_actors_have_ids_in_the_order_of_execution() -> None:
    result = run(
        """
        actor Node(parent: Node?, depth: int) {
            state kids: list<Node> = []
            on grow() {
                if depth < 2 {
                    for i in 0..2 {
                        let kid = spawn Node(self, depth + 1)
                        kids.push(kid)
                        kid.grow()
                    }
                }
                render f"{self} of {parent}: {kids}"
            }
        }
        let root = spawn Node(none, 0)
        root.grow()
        """
    )
    assert _shown(result) == [
        (1, 1, "Node#1 of none: [Node#2, Node#3]"),
        (2, 2, "Node#2 of Node#1: [Node#4, Node#5]"),
        (2, 3, "Node#3 of Node#1: [Node#6, Node#7]"),
        (3, 4, "Node#4 of Node#2: []"),
        (3, 5, "Node#5 of Node#2: []"),
        (3, 6, "Node#6 of Node#3: []"),
        (3, 7, "Node#7 of Node#3: []"),
    ]


def test_self_and_sender() -> None:
    expect(
        """
        actor Ping {
            on go() { Pong.ping(self) }
            on pong(by: Pong) { render f"{self} got {by}, {sender == by}, {sender == self}" }
        }
        actor Pong {
            on ping(by: Ping) {
                render f"{self} asked by {sender}, {sender == by}"
                by.pong(self)
                let me = self
                me.again(1)
            }
            on again(n: int) {
                render f"again {n} {sender == self}"
                if n < 2 { self.again(n + 1) }
            }
        }
        Ping.go()
        // => Pong#2 asked by Ping#1, true
        // => Ping#1 got Pong#2, true, false
        // => again 1 true
        // => again 2 true
        """
    )
    assert "which kind of actor `sender` is, is not known" in problem("actor A { on x() { sender.hi() } }")


def test_messages_carry_every_type() -> None:
    expect(
        """
        struct M { a: int?, b: list<(string, float)>, c: dict<int, set<string>>, d: bytes, e: duration, f: A?, g: bool }
        actor A {
            on take(m: M, none_: M?, pair: (int, M), n: int = 7, big: int = 0) {
                render m
                render (none_, pair.1 == m, n, big)
                B.keep(m)
            }
        }
        actor B {
            state last: M? = none
            on keep(m: M) {
                last = m
                render last == m
            }
        }
        let m = M(a: none, b: [("x", 0.0 / 0.0)], c: {1: {"s"}}, d: "é".bytes(), e: -5us, f: A, g: true)
        let n = M(a: 300, b: [], c: {}, d: "".bytes(), e: 1h, f: none, g: false)
        A.take(m, none, (1, m), big: -9223372036854775808)
        A.take(n, n, (70000, n), 65536, 9223372036854775807)
        // => M(a: none, b: [("x", nan)], c: {1: {"s"}}, d: b"\\xc3\\xa9", e: -5us, f: A#1, g: true)
        // => (none, false, 7, -9223372036854775808)
        // => M(a: 300, b: [], c: {}, d: b"", e: 1h, f: none, g: false)
        // => (M(a: 300, b: [], c: {}, d: b"", e: 1h, f: none, g: false), true, 65536, 9223372036854775807)
        // => false
        // => true
        """
    )


def test_a_handler_goes_on_after_render_and_ends_at_return() -> None:
    expect(
        """
        actor A {
            on go(n: int) -> int {
                if n == 0 { return }
                render n
                render n * 2
            }
        }
        A.go(0)
        A.go(1)
        // => 1
        // => 2
        """
    )
    assert "what `go` renders must be `int`" in problem('actor A { on go() -> int { render "x" } }')
    assert "hands values out with `render`" in problem("actor A { on go() { return 5 } }")


# --- time and order ---------------------------------------------------------------------------


def test_after_rounds_up_to_whole_ticks_and_is_added_to_the_one_tick_of_a_send() -> None:
    result = run(
        """
        actor R { on m(s: string) { render s } }
        after 0ms R.m("0ms")
        after -5ms R.m("-5ms")
        after 500us R.m("500us")
        after 1ms R.m("1ms")
        after 1500us R.m("1500us")
        after 3 ticks R.m("3 ticks")
        let d = 2ms
        after d * 2 R.m("4ms")
        after 1s R.m("late")
        R.m("send")
        """,
        ticks=2000,
    )
    assert [(tick, text) for tick, _, text in _shown(result)] == [
        (1, "0ms"), (1, "-5ms"), (1, "send"), (2, "500us"), (2, "1ms"), (3, "1500us"), (4, "3 ticks"), (5, "4ms"),
        (1001, "late"),
    ]  # fmt: skip


def test_receivers_by_id_and_their_messages_by_sender_and_index() -> None:
    """The senders are asked in the wrong order; they act in the order of their ids all the same."""
    result = run(
        """
        actor R { on m(s: string) { render s } }
        actor S(one: R, two: R, name: string) {
            on go() {
                two.m(name + "1")
                one.m(name + "2")
                two.m(name + "3")
            }
        }
        let two = spawn R()
        let one = spawn R()
        let a = spawn S(one, two, "a")
        let b = spawn S(one, two, "b")
        let c = spawn S(one, two, "c")
        c.go()
        a.go()
        b.go()
        """
    )
    assert _shown(result) == [
        *((2, 1, text) for text in ("a1", "a3", "b1", "b3", "c1", "c3")),
        *((2, 2, text) for text in ("a2", "b2", "c2")),
    ]


def test_what_was_sent_earlier_is_handled_earlier_timers_too() -> None:
    result = run(
        """
        actor R { on m(s: string) { render s } }
        actor T { on go(n: int) { if n > 0 { self.go(n - 1) } else { R.m("sent in 5") } } }
        actor U { on go() { after 3ms R.m("sent in 2, for 3ms") } }
        after 5ms R.m("first of tick 0, for 5ms")
        T.go(4)
        after 1ms U.go()
        after 5ms R.m("second of tick 0, for 5ms")
        """
    )
    assert _shown(result) == [
        (6, 1, "first of tick 0, for 5ms"),
        (6, 1, "second of tick 0, for 5ms"),
        (6, 1, "sent in 2, for 3ms"),
        (6, 1, "sent in 5"),
    ]


def test_every_repeats_with_a_period_that_may_change() -> None:
    result = run(
        """
        actor T(fixed: duration = 5ms) {
            state period: duration = 4ms
            every period {
                render f"p{period}"
                period = period * 2
            }
            every fixed {
                render "f"
                if now() > 15 { stop }
            }
        }
        let t = spawn T()
        every 10ms {
            render "top"
            if now() == 20 { stop }
        }
        """
    )
    assert _shown(result) == [
        (5, 1, "p4ms"), (6, 1, "f"), (9, 1, "p8ms"), (10, 0, "top"), (11, 1, "f"), (16, 1, "f"), (20, 0, "top"),
    ]  # fmt: skip
    assert result.status is api.Status.FINISHED


def test_several_timers_may_have_one_period() -> None:
    result = run(
        """
        actor T {
            every 5ms { render "first" }
            every 5ms {
                render "second"
                stop
            }
        }
        let t = spawn T()
        every 7ms { render "top" }
        every 7ms {
            render "top too"
            stop
        }
        """
    )
    assert _shown(result) == [(6, 1, "first"), (6, 1, "second"), (7, 0, "top"), (7, 0, "top too")]


def test_timers_are_declared_at_the_top_level_or_in_an_actor() -> None:
    assert "`every` with a block stands at the top level or directly in an actor" in problem("fn f() { every 5ms { } }")
    assert "needs a time longer than nothing" in problem("every 0ms { render 1 }")
    assert "must be `duration`, but this is `int`" in problem("every 5 { render 1 }")
    assert "after the time comes a send" in problem("fn f() { }\nafter 5ms f()")


def test_now_is_the_tick_and_random_comes_from_seed_actor_and_counter() -> None:
    text = """
actor A {
    on draw() { render [random_int(-3, 3) for _ in 0..20] }
    on unit() {
        let x = random()
        render x >= 0.0 and x < 1.0
    }
}
let b = spawn A()
A.draw()
b.draw()
A.draw()
A.unit()
render now()
render random_int(5, 5)
"""
    first, again, other = run(text), run(text), run(text, seed=1)
    assert first.texts == again.texts
    assert first.texts != other.texts
    assert first.execution_hash == again.execution_hash
    assert first.texts[:2] == ["0", "5"]
    draws = [literal_eval(shown) for shown in first.texts[2:] if shown.startswith("[")]
    assert len({tuple(draw) for draw in draws}) == 3
    assert {number for draw in draws for number in draw} == set(range(-3, 4))
    assert run("let x = random_int(2, 1)").fault.kind == "fail"


def test_many_actors() -> None:
    result = expect(
        """
        actor Worker(id: int) {
            state total: int = 0
            on add(n: int) {
                total += n
                if n == 0 { Sum.put(total + id) }
            }
        }
        actor Sum {
            state sum: int = 0
            state count: int = 0
            on put(n: int) {
                sum += n
                count += 1
                if count == 5000 { render sum }
            }
        }
        var all: list<Worker> = []
        for i in 0..5000 { all.push(spawn Worker(i)) }
        for worker in all {
            worker.add(2)
            worker.add(0)
        }
        // => 12507500
        """
    )
    assert result.total == 1 + 1 + 3 * 5000 + 5000


# --- turns that fail, actors that end -----------------------------------------------------------


def test_a_fault_takes_back_sends_spawns_and_renders_of_its_turn() -> None:
    result = run(
        """
        actor B { on hi(n: int) { render f"{self} {n}" } }
        actor A {
            state n: int = 1
            on boom() {
                n = 2
                render "lost"
                B.hi(1)
                let c = spawn B()
                c.hi(2)
                after 1ms B.hi(3)
                render distributed state { self.n }
                fail f"boom {n}"
            }
            on later() { render n }
            every 5ms { render "tick" }
        }
        A.boom()
        A.later()
        B.hi(9)
        every 3ms {
            let d = spawn B()
            d.hi(4)
            stop
        }
        """
    )
    assert _shown(result) == [(1, 1, "B#1 9"), (4, 3, "B#3 4")]
    fault = result.fault
    assert (fault.kind, fault.message, fault.tick, fault.actor, fault.function) == ("fail", "boom 2", 1, 2, "A.boom")
    assert result.status is api.Status.FINISHED
    before = result.session.actor(0, fault.n, 2)
    assert [(field.name, field.value.text) for field in before.fields] == [("n", "1")]
    assert result.session.actor(0, fault.n + 1, 2).status == "faulted"


def test_what_is_sent_to_an_actor_that_is_gone_is_a_dead_letter() -> None:
    result = run(
        """
        actor A {
            state n: int = 0
            on end() {
                n = 5
                render f"still here {n}"
                self.after_end()
                stop
            }
            on after_end() { render "never" }
            on fail_() { fail "x" }
        }
        let b = spawn A()
        A.end()
        A.after_end()
        b.fail_()
        b.end()
        """
    )
    assert result.texts == ["still here 5"]
    events = result.session.events(0, 0, result.total)
    dead = [(int(event["actor"]), int(event["seq"])) for event in events if int(event["flags"]) & api.FLAG_DEAD_LETTER]
    assert dead == [(1, 2), (2, 2), (1, 3)]
    statuses = [result.session.actor(0, result.total, actor).status for actor in (0, 1, 2)]
    assert statuses == ["alive", "stopped", "faulted"]


def test_an_actor_whose_start_fails_never_was_alive() -> None:
    result = run(
        """
        actor A(n: int) {
            state x: int = 10 / n
            on hi() { render x }
        }
        let zero = spawn A(0)
        let two = spawn A(2)
        zero.hi()
        two.hi()
        """
    )
    assert result.texts == ["5"]
    assert (result.fault.kind, result.fault.actor, result.fault.function) == ("division_by_zero", 1, "A.start")


def test_an_actors_state_has_a_limit() -> None:
    result = run(
        """
        actor Big {
            state items: list<string> = []
            on fill(n: int) {
                for i in 0..n { items.push(f"{i} 0123456789 0123456789 0123456789") }
                render items.len()
            }
        }
        Big.fill(1000000)
        Big.fill(1000000)
        let other = spawn Big()
        other.fill(10)
        """
    )
    assert result.texts == ["1000000", "10"]
    assert (result.fault.kind, result.fault.function) == ("heap_limit", "Big.fill")


def test_a_turn_that_makes_more_than_there_is_room_for_fails() -> None:
    result = run(
        """
        fn endless() -> int {
            var xs: list<int> = []
            while xs.len() >= 0 { xs.push(1) }
            return 1
        }
        actor A { on go() { render endless() } }
        A.go()
        let b = spawn A()
        """
    )
    assert (result.fault.kind, result.fault.line) == ("out_of_memory", 4)


def test_assertions_show_both_sides() -> None:
    fault = run('let name = "ada"\nassert name == "bob"').fault
    assert (fault.kind, fault.line) == ("assert_failed", 2)
    assert fault.message == 'assertion failed: name == "bob": left is "ada", right is "bob"'
    assert run('let n = 1\nassert n > 1, f"n is {n}"').fault.message.startswith("assertion failed: n is 1 (n > 1:")
    assert run("assert [1].len() == 0 or false").fault.message == "assertion failed: [1].len() == 0 or false"
    expect('assert 1 + 1 == 2\nassert true, "fine"\nrender 1  // => 1')


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("A.nope()", "`A` has no handler `nope`"),
        ("A.hi()", "`A.hi` needs the argument `n`"),
        ('A.hi("x")', "`n` must be `int`, but this is `string`"),
        ("A.hi(1, 2)", "takes 1 argument, not 2"),
        ("A.hi(m: 1)", "has no argument `m`"),
        ("spawn B()", "there is no actor `B`"),
        ("let a = spawn A(1)", "`A` takes no arguments, not 1"),
        ("render A.count", "the state of another actor cannot be read"),
        ("A.count = 3", "the state of another actor cannot be read"),
        ("let a: A = 3", "`a` must be an actor `A`, but this is `int`"),
        ("A()", "`A` is an actor"),
        ("state x = 1", "`state` belongs directly in an actor"),
    ],
)
def test_mistakes_with_actors(line: str, message: str) -> None:
    assert message in problem(f"actor A {{\n    state count: int = 0\n    on hi(n: int) {{ count += n }}\n}}\n{line}")


def test_actors_see_only_what_is_theirs() -> None:
    text = "var count = 1\nlet FIXED = [1]\nactor A { on go() { render %s } }"
    assert problems(text % "FIXED") == []
    assert "`count` belongs to the top level, and an actor cannot see it" in problem(text % "count")
    assert "the parameter `n` cannot be assigned" in problem("actor A(n: int) { on x() { n = 1 } }")
    assert "`self` is a reference: write just `n`" in problem("actor A { state n: int = 1\non x() { render self.n } }")
