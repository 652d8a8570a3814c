"""The first difference of two runs is found, and told in plain words."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import api
from tests.engine.timetravel.programs import BANK, FOREVER, TYPES, finished, program, run_on, started


def test_equal_runs_have_no_difference() -> None:
    assert finished(BANK).first_difference(0, 0, finished(BANK, keep_events=False)) is None


def test_a_changed_message_is_the_first_difference() -> None:
    session = finished(BANK)
    n = session.message_texts(0, 0, session.total()).index("pay(Account#2, 30)")
    branch = session.fork(0, n, api.EditMessage("(Account#2, 99)"))
    run_on(session, branch.id)
    difference = session.first_difference(0, branch.id)
    assert difference is not None
    assert difference.n == n
    assert difference.reason == ("the message is pay(Account#2, 30) on the left and pay(Account#2, 99) on the right")
    assert difference.left is not None
    assert difference.right is not None
    assert [value.text for _, value in difference.right.arguments] == ["Account#2", "99"]


def test_a_branch_that_ends_earlier_is_different_there() -> None:
    session = finished(BANK)
    branch = session.fork(0, session.total() - 1, api.DropMessage())
    run_on(session, branch.id)
    difference = session.first_difference(0, branch.id)
    assert difference is not None
    assert (difference.n, difference.right) == (session.total() - 1, None)
    assert "the right run has ended" in difference.reason


def test_a_field_that_nobody_asked_for_is_a_difference_of_state() -> None:
    session = finished(TYPES)
    branch = session.fork(0, session.total(), api.SetField(2, "label", '"x"'))
    run_on(session, branch.id)
    difference = session.first_difference(0, branch.id)
    assert difference is not None
    assert difference.n == session.total()
    assert difference.reason == ('the events are the same, but Keeper#2.label is "" on the left and "x" on the right')


@pytest.mark.parametrize("keep_events", [True, False])
def test_a_difference_late_in_a_long_run_is_found_exactly(keep_events: bool) -> None:
    left, right = (started(FOREVER, keep_events=keep_events) for _ in range(2))
    run_on(left, until=400_000)
    run_on(right, until=300_001)
    fork = right.fork(0, 300_001, api.Inject("Clock#4.beat(1000)"))
    run_on(right, fork.id, until=400_000)
    difference = left.first_difference(0, fork.id, right)
    assert difference is not None
    a, b = left.events(0, 0, 400_000), right.events(fork.id, 0, 400_000)
    different = next(
        n for n in range(300_000, 400_000)
        if a[n] != b[n] or left.payloads(0, n, n + 1) != right.payloads(fork.id, n, n + 1)
    )  # fmt: skip
    assert difference.n == different


def test_runs_of_two_versions_of_a_program_are_compared_by_names() -> None:
    changed = BANK.replace("actor Account", "actor Extra { on ping() { render {1} } }\nactor Account")
    difference = finished(BANK).first_difference(0, 0, finished(changed))
    assert difference is None
    other = finished(BANK.replace("eve.pay(ada, 10)", "eve.pay(ada, 11)"))
    difference = finished(BANK).first_difference(0, 0, other)
    assert difference is not None
    assert "pay(Account#1, 10) on the left" in difference.reason


def test_a_true_recording_is_verified_with_its_marks() -> None:
    session = started(FOREVER)
    run_on(session, until=20_000)
    result = session.verify()
    assert result.ok
    assert result.events == 20_000
    assert result.message == "Verified: all 20,000 events, the outputs and the final state match the recording"


def test_ten_runs_recorded_or_not_kept_or_not_have_one_hash(tmp_path: Path) -> None:
    hashes = set()
    for i in range(10):
        session = api.Session.start(program(FOREVER), 5, keep_events=i % 2 == 0, record=i % 3 == 0)
        while session.total() < 60_000:
            session.advance(min(10_000 + 777 * i, 60_000 - session.total()))
        if i % 4 == 0:
            session.save(tmp_path / "run.aft")
            session = api.Session.load(tmp_path / "run.aft")
        hashes.add((session.execution_hash(), session.state_digest(0, 60_000)))
        fork = session.fork(0, 30_000 + i)
        run_on(session, fork.id, until=60_000)
        hashes.add((session.execution_hash(fork.id), session.state_digest(fork.id, 60_000)))
    assert len(hashes) == 1


ROLLS = "actor D { on roll() { render random_int(1, 1000000) } }\nD.roll()\nD.roll()"


def _difference(
    left: str, right: str, left_seed: int = 0, right_seed: int = 0, until: int = 100
) -> tuple[int, str] | None:
    one, other = (api.Session.start(program(text), seed) for text, seed in ((left, left_seed), (right, right_seed)))
    for session in (one, other):
        run_on(session, until=until)
    found = one.first_difference(0, 0, other)
    return None if found is None else (found.n, found.reason)


def test_an_output_that_is_not_the_same_is_a_difference() -> None:
    found = _difference(ROLLS, ROLLS, 1, 2)
    assert found == (2, "it rendered 259803 on the left and 801517 on the right")
    assert _difference(ROLLS, ROLLS, 1, 1) is None


def test_the_first_output_that_is_not_the_same_is_told_in_plain_words() -> None:
    assert _difference('render "one"', 'render "two"') == (0, "it rendered one on the left and two on the right")
    more = _difference("render 1", "render 1\nrender 2")
    assert more == (0, "it rendered 2 on the right, and nothing more on the other side")
    fails = _difference('fail "a"', 'fail "b"')
    assert fails == (0, "it failed: a on the left and b on the right")
    looks = "actor A { state n: int = 1\n on go() { n = 2 } }\nlet a = spawn A()\nafter 3ms a.go()\n"
    looks += "every 5ms render distributed state { a.n }"
    found = _difference(looks, looks.replace("n = 2", "n = 3"), until=30)
    assert found == (3, "it rendered a.n: 2 on the left and a.n: 3 on the right")


def test_an_event_that_differs_before_any_output_comes_first() -> None:
    text = "actor A { on go(n: int) { render 1 } }\nA.go(1)\nafter 5ms A.go(1)\nafter 9ms A.go(1)"
    other = text.replace("5ms A.go(1)", "5ms A.go(2)").replace("render 1", "render if now() > 7 { 2 } else { 1 }")
    assert _difference(text, other) == (3, "the message is go(1) on the left and go(2) on the right")


def test_a_difference_of_outputs_late_in_a_long_run_is_found_exactly() -> None:
    text = "actor A { state n: int = 0\n every 1ms { n += 1\n if n == 70000 { render n } } }\nlet a = spawn A()"
    left, right = (api.Session.start(program(text.replace("render n", f"render {value}"))) for value in ("n", "1"))
    for session in (left, right):
        run_on(session, until=90_000)
    found = left.first_difference(0, 0, right)
    assert found is not None
    assert found.reason == "it rendered 70000 on the left and 1 on the right"
    assert left.outputs(0)[0].n == found.n


def test_a_difference_is_never_told_with_two_equal_texts() -> None:
    """Whatever differs is named: the time of an arrow, the kind of an output, what a long text has behind its cut."""
    arrow = "render timeline { node A -> B at 3ms payload 1 }"
    found = _difference(arrow, arrow.replace("3ms", "4ms"))
    assert found == (0, "it rendered A -> B at 3ms: 1 on the left and A -> B at 4ms: 1 on the right")
    found = _difference(arrow, 'render "A -> B at 3ms: 1"')
    assert found == (
        0,
        "it rendered the timeline A -> B at 3ms: 1 on the left and the text A -> B at 3ms: 1 on the right",
    )
    assert _difference('render "a\\nb"', 'render "a⏎b"') == (
        0,
        'it rendered "a\\nb" on the left and "a⏎b" on the right',
    )
    found = _difference('render "a"', 'render "a\\u{200B}"')
    assert found == (0, 'it rendered a on the left and "a\\u{200b}" on the right')
    long = 'render "x".repeat(500) + "left"'
    n, reason = _difference(long, long.replace('"left"', '"right"')) or (0, "")
    assert (n, reason) == (0, f"it rendered …{'x' * 40}left on the left and …{'x' * 40}right on the right")
    items = "actor A { on go(xs: list<int>) {} }\nA.go([0 for i in 0..5000] + [1])"
    n, reason = _difference(items, items.replace("[1]", "[2]")) or (0, "")
    assert n == 2
    assert reason.endswith("on both sides as far as it is shown, and differs in what is not")
    kept = "var xs = [0 for i in 0..5000]\nxs.push(1)"
    n, reason = _difference(kept, kept.replace("push(1)", "push(2)")) or (0, "")
    assert reason.startswith("the events are the same, but ")


def test_several_timers_of_one_name_are_no_difference() -> None:
    text = "actor A { state n: int = 0\n every 10ms { n += 1 }\n every 10ms { n += 2 } }\nlet a = spawn A()"
    assert _difference(text, text, until=30) is None


@pytest.mark.parametrize("broken", [1, 62, 63, 64, 90])
def test_an_invariant_that_only_one_run_violates_is_a_difference(broken: int) -> None:
    """Also at the borders of the windows in which outputs are read, and in the last tick."""
    counts = "actor A { state n: int = 0\n every 1ms { n += 1\n if n == 90 { stop } } }\nlet a = spawn A()\n"
    texts = [f'{counts}invariant "small" {{ [a.n for a in A].all(fn(n) => n != {n}) }}' for n in (broken, 1000)]
    sessions = []
    for text in texts:
        built = api.compile_in_project(text, "test.aefl", checked=True)
        assert built.program is not None
        sessions.append(api.Session.start(built.program))
        run_on(sessions[-1], until=200)
    found = sessions[0].first_difference(0, 0, sessions[1])
    assert (found is not None) == (broken != 90)  # in the tick that A stops, there is no A any more
    if found is not None:
        assert found.n == broken + 1
        assert "the invariant" in found.reason
