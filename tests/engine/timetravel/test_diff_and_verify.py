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
    assert result.message == "Verified: all 20,000 events and the final state match the recording"


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
