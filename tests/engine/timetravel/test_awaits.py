"""Time travel through awaits: what a waiting actor has kept is part of every moment, and answers are messages."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import api
from engine.base.errors import ForkError
from tests.engine.timetravel.programs import fields, finished, run_on, texts

SHOP = """
actor Store {
    state sold: int = 0
    on price(name: string) -> int { sold += 1; render {name.len() * 10} }
    on refuse() -> int { }
}
fn total(store: Store, names: list<string>) -> int {
    var sum = 0
    for name in names { sum += await store.price(name) }
    return sum
}
actor Shop(store: Store) {
    state done: int = 0
    on quote(names: list<string>) {
        let count = names.len()
        let sum = total(store, names)
        done += 1
        render {f"{count} for {sum}"}
    }
    on note(text: string) { render {f"{text} after {done}"} }
}
let store = spawn Store()
let shop = spawn Shop(store)
shop.quote(["tea", "milk"])
after 1ms shop.note("a")
after 2ms shop.note("b")
"""


def moment_after(session: api.Session, text: str, branch: int = 0) -> int:
    """The moment right after the event with that text."""
    return session.message_texts(branch, 0, session.total(branch)).index(text) + 1


def test_answers_are_messages_of_the_run() -> None:
    session = finished(SHOP)
    assert texts(session) == ["30", "40", "2 for 70", "a after 1", "b after 1"]
    asked, answered = moment_after(session, 'price("tea")') - 1, moment_after(session, "price -> 30") - 1
    event = session.event(0, answered)
    assert (event.type, event.cause, event.arguments[0][1].text) == ("Store.price answer", asked, "30")
    assert session.event(0, asked).effects == (answered,)
    assert [n for n, text in enumerate(session.message_texts(0, 0, session.total())) if "->" in text] == [
        answered,
        moment_after(session, "price -> 40") - 1,
    ]


def test_a_moment_shows_what_an_actor_awaits_and_what_it_keeps() -> None:
    session = finished(SHOP)
    state = session.actor(0, moment_after(session, "price -> 30"), 2)
    assert state.status == "awaiting"
    wait = state.wait
    assert wait is not None
    assert wait.text == "Shop#2 waits at 9:32 for Store#1.price"
    assert [(frame.function, frame.line) for frame in wait.frames] == [("Shop.quote", 16), ("total", 9)]
    assert {f.name: f.value.text for f in wait.frames[0].fields} == {"count": "2"}
    inner = {f.name: f.value.quoted for f in wait.frames[1].fields}
    assert (inner["sum"], inner["store"]) == ("30", "Store#1")
    assert session.waits(0, 0) == ()
    assert session.actor(0, session.total(), 2).wait is None


def test_what_waits_for_a_waiting_actor_is_in_its_mailbox() -> None:
    session = finished(SHOP)
    n = moment_after(session, "price -> 30")
    assert [message.text for message in session.waiting(0, n, 2)] == ['note("a")', 'note("b")']
    assert session.actor(0, n, 2).waiting == 2


def test_every_moment_of_a_run_with_awaits_can_be_reached_again() -> None:
    session = finished(SHOP)
    assert session.verify().ok
    before = [session.actors(0, n) for n in range(session.total() + 1)]
    for n in reversed(range(session.total() + 1)):
        assert session.actors(0, n) == before[n]
        branch = session.fork(0, n)
        assert run_on(session, branch.id).execution_hash == session.execution_hash(0)
        assert texts(session, branch.id) == texts(session)


def test_an_answer_can_be_changed_in_a_fork() -> None:
    session = finished(SHOP)
    n = moment_after(session, "price -> 30") - 1
    branch = session.fork(0, n, api.EditMessage("(1000)"))
    run_on(session, branch.id)
    assert branch.change == "price -> 30 became price -> 1000"
    assert "2 for 1040" in texts(session, branch.id)


def test_an_actor_whose_answer_is_lost_waits_for_ever() -> None:
    session = finished(SHOP)
    branch = session.fork(0, moment_after(session, "price -> 40") - 1, api.DropMessage())
    progress = run_on(session, branch.id)
    assert progress.status is api.Status.FINISHED
    assert api.stuck(progress.waits) == ("Shop#2 waits at 9:32 for Store#1.price; the message or its answer was lost",)
    assert "a after 1" not in texts(session, branch.id)


def test_an_ask_that_is_lost_is_never_answered() -> None:
    session = finished(SHOP)
    branch = session.fork(0, moment_after(session, 'price("tea")') - 1, api.DropMessage())
    assert [wait.actor for wait in run_on(session, branch.id).waits] == [2]


def test_a_message_from_outside_waits_for_a_waiting_actor() -> None:
    session = finished(SHOP)
    branch = session.fork(0, moment_after(session, "price -> 30"), api.Inject('Shop#2.note("outside")'))
    run_on(session, branch.id)
    assert texts(session, branch.id)[-1] == "outside after 1"


def test_the_state_of_a_waiting_actor_can_be_changed() -> None:
    session = finished(SHOP)
    n = moment_after(session, "price -> 30")
    branch = session.fork(0, n, api.SetField(2, "done", "10"))
    run_on(session, branch.id)
    assert "a after 11" in texts(session, branch.id)


def test_a_refusal_cannot_be_changed() -> None:
    session = finished(SHOP + "let n = await store.refuse()\n")
    refused = moment_after(session, "no answer: the handler ended without answering") - 1
    assert session.event(0, refused).type == "no answer"
    with pytest.raises(ForkError, match="no answer comes"):
        session.fork(0, refused, api.EditMessage("(1)"))


LATER = """\
actor A { on m() -> int { render {1} } }
let a = spawn A()
let n = await a.m()
let (x, y) = (n + 1, 2.5)
let o: int? = 5
let z = (1 +
    await a.m())
let s = "x"
"""


def test_names_of_the_top_level_have_no_value_before_their_line() -> None:
    session = finished(LATER)
    assert fields(session, 0, 1, 0) == {"a": "A#1"} | dict.fromkeys("nxyozs", "none yet")
    asked_again = moment_after(session, "m -> 1")
    known = fields(session, 0, asked_again, 0)
    assert known == {"a": "A#1", "n": "1", "x": "2", "y": "2.5", "o": "5", "z": "none yet", "s": "none yet"}
    assert fields(session, 0, session.total(), 0)["z"] == "2"
    with pytest.raises(ForkError, match=r"main\.z has no value yet"):
        session.fork(0, asked_again, api.SetField(0, "z", "3"))


def test_names_of_a_later_part_of_a_test_have_no_value_before_it() -> None:
    text = 'test "t" {\n    let a = 1\n    run for 5ms\n    let b = 2\n    run for 5ms\n    let c = 3\n}\n'
    build = api.compile_in_project(text, "t.aefl", test="t")
    assert build.program is not None
    session = api.Session.start(build.program)
    run_on(session, 0)
    assert [fields(session, 0, n, 0)["b"] for n in range(1, session.total() + 1)] == ["none yet", "2", "2"]


FAULTS = """\
actor A {
    state n: int = 0
    state xs: list<int> = []
    on work(k: int) {
        n += 1
        xs.push(n)
        n = 10 * n / k
    }
}
let a = spawn A()
a.work(5)
a.work(0)
after 5ms a.work(1)
"""


def test_the_state_of_an_actor_that_faulted_is_the_one_before_that_turn() -> None:
    session = finished(FAULTS)
    before = {"n": "2", "xs": "[1]"}
    fault = next(output.fault for output in session.outputs(0) if output.fault is not None)
    assert fields(session, 0, fault.n, 1) == before
    for n in range(fault.n + 1, session.total() + 1):
        assert fields(session, 0, n, 1) == before
        assert {f.name: f.value.quoted for f in session.actors(0, n)[1].fields} == before
        assert not any(field.before for field in session.actor(0, n, 1).fields)
    assert session.event(0, fault.n).changes == ()
    with pytest.raises(ForkError, match="A#1 is faulted and has no state"):
        session.fork(0, session.total(), api.SetField(1, "n", "3"))


def test_a_recording_keeps_what_is_needed_to_show_waits(tmp_path: Path) -> None:
    session = finished(SHOP)
    session.save(tmp_path / "shop.aft")
    loaded = api.Session.load(tmp_path / "shop.aft")
    n = moment_after(session, "price -> 30")
    assert loaded.waits(0, n) == session.waits(0, n) != ()


def test_what_is_kept_across_an_await_is_part_of_the_digest() -> None:
    """Two runs that differ in nothing but a local of a waiting handler are told apart."""
    program = """
actor Never { on ask() -> int { render {await Never.ask()} } }
actor Keeper { on keep(text: string) { let kept = text; let n = await Never.ask(); render {f"{kept}{n}"} } }
let keeper = spawn Keeper()
keeper.keep("one")
"""
    first, second = finished(program), finished(program.replace('"one"', '"two"'))
    digests = {session._at(0, session.total()).digest() for session in (first, second, finished(program))}
    assert len(digests) == 2
