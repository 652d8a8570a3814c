"""Requests to the outside: performed once, recorded, and answered from the record wherever a run is repeated."""

from __future__ import annotations

from pathlib import Path

from engine import api
from engine.base.outside import Answered, Pending, Ready, Refused, Request
from tests.engine.language.running import program_of

READER = """
actor Reader(name: string) {
    on load(path: string) {
        let text = await fs.read(path)
        render f"{name} at {now()}: {text}"
    }
}
let a = spawn Reader("a")
let b = spawn Reader("b")
a.load("one")
b.load("two")
after 10ms a.load("three")
"""


class Fake:
    """An outside that knows what it is asked for, and remembers it."""

    def __init__(self, **answers: object) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def begin(self, request: Request) -> Pending:
        """Answers at once."""
        self.asked.append(str(request))
        key = request.arguments[0] if request.arguments else request.name.replace(".", "_")
        if key not in self.answers:
            return Ready(Refused(f"nothing is known of {key}"))
        return Ready(Answered(self.answers[key]))


class Slow:
    """A request that is answered when it has been waited for so many times."""

    def __init__(self, waits: int, value: object) -> None:
        self.waits = waits
        self.value = value

    def wait(self, seconds: float) -> Answered | None:
        """Nothing, until it is time."""
        self.waits -= 1
        return Answered(self.value) if self.waits < 0 else None


def finish(session: api.Session) -> list[str]:
    """Runs on until nothing is left; gives all that was rendered, and the faults."""
    for _ in range(1000):
        if session.advance().status is not api.Status.RUNNING:
            return [output.text for output in session.outputs()]
    raise AssertionError("the run does not end")


def started(text: str, outside: api.Outside | None = None) -> api.Session:
    """A run of a program."""
    return api.Session.start(program_of(text), outside=outside)


FILES = {"one": "1", "two": "2", "three": "3"}


def test_an_answer_comes_one_tick_after_the_request() -> None:
    outside = Fake(**FILES)
    assert finish(started(READER, outside)) == ["a at 3: 1", "b at 3: 2", "a at 13: 3"]
    assert outside.asked == ["fs.read('one')", "fs.read('two')", "fs.read('three')"]


def test_how_long_an_answer_takes_changes_nothing() -> None:
    class Uneven(Fake):
        def begin(self, request: Request) -> Pending:
            super().begin(request)
            return Slow(3 if request.arguments == ("one",) else 0, FILES[request.arguments[0]])

    quick, slow = started(READER, Fake(**FILES)), started(READER, Uneven())
    assert finish(quick) == finish(slow)
    assert quick.execution_hash() == slow.execution_hash()


def test_time_stands_still_while_the_outside_works() -> None:
    class Late(Fake):
        def begin(self, request: Request) -> Pending:
            return Slow(5, "done")

    text = """
actor Clock {
    state beat: Timer = every 1ms self.tick()
    on tick() {
        render now()
        if now() == 4 { render beat.cancel() }
    }
}
let clock = spawn Clock()
render await fs.read("x")
"""
    assert finish(started(text, Late())) == ["done", "2", "3", "4", "true"]


def test_a_recording_is_verified_and_looked_at_without_an_outside(tmp_path: Path) -> None:
    session = started(READER, Fake(**FILES))
    outputs = finish(session)
    path = tmp_path / "run.aft"
    session.save(path)
    loaded = api.Session.load(path)
    assert [output.text for output in loaded.outputs()] == outputs
    assert loaded.verify().ok
    assert loaded.execution_hash() == session.execution_hash()
    for n in range(loaded.total() + 1):
        assert loaded.state_digest(0, n) == session.state_digest(0, n)
    texts = loaded.message_texts(0, 0, loaded.total())
    assert 'read("one")' in texts
    assert 'read -> "1"' in texts


def test_every_moment_knows_the_event_that_follows() -> None:
    session = started(READER, Fake(**FILES))
    finish(session)
    for n in reversed(range(session.total())):
        assert session.event(0, n).n == n
        following = session.following(0, n)
        assert following is not None
        assert following.text == session.message_text(0, n)


def test_a_fork_asks_only_for_what_its_parent_did_not() -> None:
    outside = Fake(**FILES, other="4")
    session = started(READER, outside)
    finish(session)
    outside.asked.clear()
    texts = session.message_texts(0, 0, session.total())
    n = texts.index('load("one")')
    branch = session.fork(0, n, api.EditMessage('("other")'))
    finish(session)
    found = [output.text for output in session.outputs(branch.id)]
    assert found == ["a at 3: 4", "b at 3: 2", "a at 13: 3"]
    assert outside.asked == ["fs.read('other')"]
    assert session.verify(branch.id).ok
    assert [output.text for output in session.outputs(0)] == ["a at 3: 1", "b at 3: 2", "a at 13: 3"]


def test_a_fork_without_a_change_is_the_same_run() -> None:
    outside = Fake(**FILES)
    session = started(READER, outside)
    finish(session)
    outside.asked.clear()
    for n in range(session.total()):
        branch = session.fork(0, n)
        while session.advance().status is api.Status.RUNNING:
            pass
        assert session.execution_hash(branch.id) == session.execution_hash(0)
    assert outside.asked == []


def test_a_saved_fork_keeps_its_own_answers(tmp_path: Path) -> None:
    session = started(READER, Fake(**FILES, other="4"))
    finish(session)
    n = session.message_texts(0, 0, session.total()).index('load("one")')
    branch = session.fork(0, n, api.EditMessage('("other")'))
    finish(session)
    session.save(tmp_path / "run.aft")
    loaded = api.Session.load(tmp_path / "run.aft")
    assert loaded.verify(branch.id).ok
    assert [o.text for o in loaded.outputs(branch.id)] == [o.text for o in session.outputs(branch.id)]


def test_a_refusal_is_a_fault_with_its_reason_and_the_actor_may_start_again() -> None:
    text = """
actor Reader {
    on load(path: string) { render await fs.read(path) }
}
let r = spawn Reader() restart always
r.load("nowhere")
r.load("one")
"""
    session = started(text, Fake(**FILES))
    assert finish(session) == ["nothing is known of nowhere", "1"]
    (fault,) = [output.fault for output in session.outputs() if output.fault]
    assert (fault.kind, fault.line, fault.function) == ("unanswered", 3, "Reader.load")
    assert session.verify().ok


def test_without_an_outside_everything_is_refused() -> None:
    (said,) = finish(started('render await env("HOME")'))
    assert said == "env is not possible here: this run is cut off from the outside"


def test_all_kinds_of_answers_arrive_as_what_they_are() -> None:
    text = """
render await env("A")
render (await env("B")) ?? "none"
render await fs.exists("f")
render (await fs.read_bytes("g")).len()
render await clock.wall()
match await input("name? ") {
    none => render "end"
    line => render f"line {line}"
}
let r = await http.get("u")
render r
"""
    response = [200, [("content-type", "text/plain")], "hello"]
    answers = {"A": "x", "B": None, "f": True, "g": b"\x00\xff", "clock_wall": 1_700_000_000_000, "name? ": "ada"}
    outside = Fake(**answers, u=response)
    assert finish(started(text, outside)) == [
        "x", "none", "true", "2", "1700000000000", "line ada",
        'HttpResponse(status: 200, headers: {"content-type": "text/plain"}, body: "hello")',
    ]  # fmt: skip


def test_an_answer_may_be_larger_than_the_input_buffer() -> None:
    text = 'let text = await fs.read("big")\nrender text.len()\nrender await fs.read("one")'
    session = started(text, Fake(big="x" * 5_000_000, **FILES))
    assert finish(session) == ["5000000", "1"]
    assert session.verify().ok


def test_a_run_that_waits_for_the_outside_can_be_stopped_and_goes_on() -> None:
    class Stopping(Fake):
        def begin(self, request: Request) -> Pending:
            return Answering()

    class Answering:
        waits = 0

        def wait(self, seconds: float) -> Answered | None:
            self.waits += 1
            if self.waits == 1:
                session.interrupt()
                return None
            return Answered("late")

    session = started('render await fs.read("x")', Stopping())
    assert session.advance().status is api.Status.INTERRUPTED
    assert finish(session) == ["late"]


def test_what_was_rendered_before_a_question_is_given_out_before_it_is_put() -> None:
    asked: list[str] = []

    class Person(Fake):
        def begin(self, request: Request) -> Pending:
            asked.append(request.arguments[0])
            return super().begin(request)

    session = started('render "welcome"\nlet name = await input("name? ")\nrender "end"', Person(**{"name? ": "ada"}))
    first = session.advance()
    assert ([output.text for output in first.outputs], asked) == (["welcome"], [])
    rest = session.advance()
    assert ([output.text for output in rest.outputs], asked) == (["end"], ["name? "])
