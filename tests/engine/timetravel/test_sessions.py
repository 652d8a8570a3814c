"""Any moment of a run can be looked at, and looking changes nothing."""

from __future__ import annotations

import random

import numpy as np
import pytest

from engine import api
from engine.timetravel.checkpoints import recording_distance, seeking_distance
from tests.engine.timetravel.programs import (
    BANK,
    FOREVER,
    PICTURES,
    fields,
    finished,
    program,
    run_on,
    started,
    texts,
)


@pytest.fixture(scope="module")
def long_run() -> api.Session:
    """A run of 200,000 events."""
    session = started(FOREVER)
    run_on(session, until=200_000)
    return session


def test_a_state_at_a_moment_is_the_one_that_the_run_had_then() -> None:
    session = started(BANK)
    seen = []
    while session.advance(1).status is api.Status.RUNNING:
        n = session.total()
        seen.append((n, [tuple(row) for row in session.picture(0, n).actors], fields(session, 0, n, 1)))
    for n, actors, account in reversed(seen):
        assert [tuple(row) for row in session.picture(0, n).actors] == actors
        assert fields(session, 0, n, 1) == account


def test_moments_far_apart_are_the_same_however_one_gets_there(long_run: api.Session) -> None:
    other = started(FOREVER, keep_events=False, record=False)
    run_on(other, until=200_000)
    for n in random.Random(7).sample(range(200_001), 12):
        assert long_run.state_digest(0, n) == other.state_digest(0, n)
        assert np.array_equal(long_run.picture(0, n).actors, other.picture(0, n).actors)


def test_looking_does_not_change_the_run() -> None:
    session, undisturbed = started(FOREVER), started(FOREVER)
    while session.total() < 3_000:
        session.advance(500)
        session.event(0, session.total() // 2)
        session.actor(0, session.total(), 2)
        session.message_texts(0, 0, 20)
    run_on(undisturbed, until=session.total())
    assert session.execution_hash() == undisturbed.execution_hash()


def test_kept_and_computed_events_are_the_same(long_run: api.Session) -> None:
    other = started(FOREVER, keep_events=False)
    run_on(other, until=200_000)
    for start, stop in ((0, 10), (65_500, 65_600), (100_000, 190_000), (0, 200_000)):
        assert np.array_equal(long_run.events(0, start, stop), other.events(0, start, stop))


def test_every_event_names_its_place_and_its_cause(long_run: api.Session) -> None:
    events = long_run.events(0, 0, 20_000)
    order = np.lexsort((events["seq"], events["actor"], events["tick"]))
    assert np.array_equal(order, np.arange(20_000))
    causes = long_run.causes(0, 1_000, 2_000)
    for i in range(0, 1_000, 97):
        detail = long_run.event(0, 1_000 + i)
        assert detail.cause == causes[i]
        assert detail.n in long_run.event(0, int(causes[i])).effects


def test_an_event_tells_what_it_changed() -> None:
    session = finished(BANK)
    n = session.message_texts(0, 0, session.total()).index("deposit(30)")
    event = session.event(0, n)
    assert event.type == "Account.deposit"
    assert [(name, value.text) for name, value in event.arguments] == [("amount", "30")]
    assert [(field.name, field.before, field.value.text) for field in event.changes] == [
        ("balance", "90", "120"),
        ("history", "[]", "[30]"),
    ]
    assert BANK.splitlines()[event.line - 1].strip() == "on deposit(amount: int) {"
    after = session.actor(0, n + 1, event.actor)
    assert {field.name: field.before for field in after.fields} == {"owner": None, "balance": "90", "history": "[]"}
    assert all(field.before is None for field in session.actor(0, n, event.actor).fields if field.name == "history")


def test_a_start_shows_all_fields_as_new() -> None:
    session = finished(BANK)
    event = session.event(0, 1)
    assert event.type == "Account.start"
    assert event.flags & api.FLAG_START
    assert [(field.name, field.before) for field in event.changes] == [
        ("owner", None),
        ("balance", None),
        ("history", None),
    ]


def test_a_fault_is_told_with_its_place_and_reason() -> None:
    session = finished(BANK)
    event = session.event(0, session.total() - 1)
    assert event.fault is not None
    assert event.fault.kind == "assert_failed"
    assert "not enough" in event.fault.message
    assert BANK.splitlines()[event.fault.line - 1].strip().startswith("assert")
    assert (event.fault.actor, event.fault.tick) == (event.actor, event.tick)
    assert session.actor(0, session.total(), event.actor).status == "faulted"


def test_messages_under_way_are_seen_in_the_mailbox() -> None:
    session = finished(BANK)
    waiting = session.waiting(0, 1, 1)
    assert [message.text for message in waiting] == ['start("ada")', "pay(Account#2, 30)"]
    assert {(message.sender, message.due) for message in waiting} == {(0, 1)}
    assert session.waiting(0, session.total(), 1) == ()


def test_moments_are_found_by_tick_actor_and_seq(long_run: api.Session) -> None:
    events = long_run.events(0, 0, 200_000)
    for n in (0, 1, 5, 77, 65_535, 150_001):
        event = events[n]
        assert long_run.find(0, int(event["tick"]), int(event["actor"]), int(event["seq"])) == n + 1
        assert long_run.find(0, int(event["tick"])) == int(np.searchsorted(events["tick"], event["tick"], "right"))
        last = np.flatnonzero((events["tick"] == event["tick"]) & (events["actor"] == event["actor"]))[-1]
        assert long_run.find(0, int(event["tick"]), int(event["actor"])) == last + 1


def test_what_cannot_be_found_is_said_in_a_sentence() -> None:
    session = started(FOREVER)
    run_on(session, until=100)
    with pytest.raises(api.SeekError, match=r"there is no tick 9,000: the run has come to tick 19"):
        session.find(0, 9_000)
    with pytest.raises(api.SeekError, match="actor 77 handled no message in tick 3"):
        session.find(0, 3, 77)
    with pytest.raises(api.SeekError, match="actor 2 handled no message 99 in tick 3; there it handled 3"):
        session.find(0, 3, 2, 99)
    with pytest.raises(api.SeekError, match="there is no moment 101"):
        session.picture(0, 101)
    with pytest.raises(api.SeekError, match="there is no event 100"):
        session.event(0, 100)
    with pytest.raises(api.SeekError, match="there are no events 50 to 101"):
        session.events(0, 50, 101)
    with pytest.raises(api.SeekError, match="there is no branch 4"):
        session.total(4)
    with pytest.raises(api.SeekError, match="there is no actor 99 at this moment; there are 6"):
        session.actor(0, 100, 99)
    with pytest.raises(api.SeekError, match="there is no moment -1"):
        session.picture(0, -1)


def test_after_the_end_every_tick_is_the_end() -> None:
    session = finished(BANK)
    assert session.find(0, 1_000) == session.total()


def test_outputs_are_computed_where_they_are_not_kept() -> None:
    session, other = finished(BANK), finished(BANK, keep_events=False, record=False)
    assert session.outputs() == other.outputs()
    assert texts(session)[:2] == ["ada: 80", "eve: 120"]


def test_pictures_and_lanes_come_out_as_data() -> None:
    session = started(PICTURES)
    while session.advance(until_tick=8).status is api.Status.RUNNING:
        pass
    lanes = [output for output in session.outputs() if output.kind == "timeline"]
    assert [(m.source, m.target, m.tick, m.payload) for m in lanes[0].lane] == [
        ("Auth", "Recommender", 10, "login event"),
        ("Recommender", "UI", 125, '{"items": [1, 2, 3]}'),
    ]
    pictures = [output for output in session.outputs() if output.kind == "state"]
    assert [dict(output.rows) for output in pictures[:2]] == [
        {"one.count": "2", "two.count": "20"},
        {"one.count": "4", "two.count": "40"},
    ]


def test_a_branch_that_leaves_in_the_middle_of_a_tick_takes_that_ticks_pictures_itself() -> None:
    session = started(PICTURES)
    while session.advance(until_tick=8).status is api.Status.RUNNING:
        pass
    for n in range(1, session.total()):
        branch = session.fork(0, n)
        while session.advance(until_tick=8, branch=branch.id).status is api.Status.RUNNING:
            pass
        assert session.outputs(branch.id) == session.outputs(0)


def test_timers_have_their_interval_as_text() -> None:
    session = started(PICTURES)
    session.advance(until_tick=8)
    assert "every 2ms" in session.message_texts(0, 0, session.total())


def test_advancing_stops_at_the_tick_that_was_asked_for() -> None:
    session = started(FOREVER)
    progress = session.advance(until_tick=10)
    assert progress.status is api.Status.AT_LIMIT
    assert progress.tick == 10
    assert int(progress.events["tick"].max()) == 10
    assert session.advance(until_tick=10).total == progress.total
    assert session.advance(3).status is api.Status.RUNNING


def test_progress_hands_over_each_event_and_output_once() -> None:
    session = started(BANK)
    events: list[object] = []
    outputs: list[api.Output] = []
    while True:
        progress = session.advance(2)
        assert progress.first == len(events)
        events.extend(progress.events.tolist())
        outputs.extend(progress.outputs)
        if progress.status is not api.Status.RUNNING:
            break
    assert events == session.events(0, 0, session.total()).tolist()
    assert tuple(outputs) == session.outputs()


def test_the_summary_names_actors_messages_and_lines() -> None:
    summary = started(BANK).summary
    assert [(actor.name, actor.kind) for actor in summary.actor_types] == [("main", "main"), ("Account", "actor")]
    deposit = next(handler for handler in summary.handlers if handler.name == "deposit")
    assert deposit.params == (api.Parameter("amount", "int"),)
    assert BANK.splitlines()[deposit.line - 1].strip() == "on deposit(amount: int) {"


def test_search_finds_events_by_what_they_are() -> None:
    session = finished(BANK)
    deposit = next(h.id for h in session.summary.handlers if h.name == "deposit")
    found = session.search(0, api.Query(types=frozenset({deposit})))
    assert [session.message_text(0, n) for n in found] == ["deposit(30)", "deposit(10)"] or len(found) == 2


def test_recording_leaves_checkpoints_by_its_rule_and_seeks_leave_more(long_run: api.Session) -> None:
    session = started(FOREVER)
    run_on(session, until=900_000)
    placed = session.history.lines[0].checkpoints.placed()
    distance = recording_distance(placed[-1].image.bytes)
    assert [checkpoint.n for checkpoint in placed] == [i * distance for i in range(900_000 // distance + 1)]
    session.picture(0, 3 * distance - 1)
    nearest = session.history.lines[0].checkpoints.before(3 * distance - 1)
    assert 3 * distance - 1 - nearest.n <= seeking_distance(placed[-1].image.bytes)


def test_the_same_run_has_the_same_checkpoints() -> None:
    runs = [started(FOREVER) for _ in range(2)]
    for session, slices in zip(runs, (10_000, 277_777), strict=True):
        while session.total() < 600_000:
            session.advance(min(slices, 600_000 - session.total()))
    a, b = ([c.n for c in session.history.lines[0].checkpoints.placed()] for session in runs)
    assert a == b


def test_another_seed_is_another_run() -> None:
    sessions = [api.Session.start(program(FOREVER), seed=seed) for seed in (1, 2)]
    hashes = {run_on(session, until=1_000).execution_hash for session in sessions}
    assert len(hashes) == 2
