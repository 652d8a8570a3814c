"""Events as columns: the store, the time axis, lanes and the filter of the table."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.api import FLAG_FAULT, FLAG_TIMER, OUTSIDE
from studio.model.cast import Program
from studio.model.event_store import CHUNK_ROWS, EventStore
from studio.model.events_table import EventFilter, EventRows, kind_of
from studio.model.lane_index import DIRECT_ROWS, LaneIndex
from tests.studio.b_scripted import make_events, program, with_faults


def store_of(total: int, actors: int = 6, pieces: int = 1, per_tick: int = 3) -> EventStore:
    store = EventStore(Program(program()))
    for piece in np.array_split(make_events(total, actors, per_tick=per_tick), pieces):
        store.append(piece)
    return store


def test_rows_come_back_as_they_were_however_they_were_cut_into_batches() -> None:
    whole, cut = store_of(5_000), store_of(5_000, pieces=17)
    assert cut.total == 5_000
    for name in ("tick", "actor", "seq", "sender", "type", "flags"):
        assert np.array_equal(whole.column(name, 0, 5_000), cut.column(name, 0, 5_000))
    assert whole.row(4_321) == cut.row(4_321)


def test_a_column_that_spans_chunks_is_one_array() -> None:
    store = store_of(CHUNK_ROWS + 1_000, pieces=3)
    column = store.column("tick", CHUNK_ROWS - 5, CHUNK_ROWS + 5)
    assert [store.tick_of(n) for n in range(CHUNK_ROWS - 5, CHUNK_ROWS + 5)] == column.tolist()


def test_the_events_of_a_tick_share_its_stretch_of_time_in_their_order() -> None:
    store = store_of(100, actors=4)
    rows = np.arange(100)
    places = store.places(rows)
    assert (np.diff(places) > 0).all()
    assert np.array_equal(np.floor(places).astype(int), store.column("tick", 0, 100))


@given(st.integers(1, 400), st.integers(1, 9), st.floats(-2, 200))
@settings(max_examples=60, deadline=None)
def test_how_many_events_lie_before_a_place_is_the_inverse_of_their_places(
    total: int, per_tick: int, at: float
) -> None:
    store = store_of(total, actors=2, per_tick=per_tick)
    places = store.places(np.arange(total))
    found = int(store.rows_at(np.array([at]))[0])
    assert (places < at - 1e-9).sum() <= found <= (places < at + 1e-9).sum()


def test_the_cause_of_an_event_is_the_turn_that_sent_it() -> None:
    store = store_of(2_000)
    rows = np.arange(1_000, 1_100)
    rows = rows[store.take("flags", rows) & FLAG_TIMER == 0]
    for n, cause in zip(rows.tolist(), store.causes(rows).tolist(), strict=True):
        row = store.row(n)
        if cause >= 0:
            assert (store.row(cause).actor, store.row(cause).seq) == (row.sender, row.sender_seq)
    assert (store.causes(rows) >= 0).all()


def test_a_fork_shares_what_was_before_it_and_grows_apart() -> None:
    store = store_of(1_000)
    fork = store.fork(400)
    fork.append(make_events(50, 6, seed=9))
    assert (store.total, fork.total) == (1_000, 450)
    assert np.array_equal(fork.column("seq", 0, 400), store.column("seq", 0, 400))
    assert fork.cast.count == store.cast.count


def test_the_cast_knows_types_parents_and_names_from_the_start_events() -> None:
    cast = store_of(100, actors=7).cast
    assert [cast.name(a) for a in range(4)] == ["main", "Ledger#1", "Account#2", "Auth#3"]
    assert cast.name(OUTSIDE) == "outside"
    assert cast.parents[3] == 0
    assert cast.population.tolist() == [1, 2, 2, 2]


def test_the_next_event_of_an_actor_is_found_in_both_directions() -> None:
    store = store_of(500)
    actor = store.row(250).actor
    after = store.next_of_actor(250, actor, 1)
    assert after is not None
    assert store.next_of_actor(after, actor, -1) == 250
    assert store.next_of_actor(0, store.row(0).actor, -1) is None


@pytest.mark.parametrize("total", [3_000, DIRECT_ROWS + 50_000])
def test_lane_counts_add_up_to_the_events_of_each_lane(total: int) -> None:
    store = store_of(total, actors=5, pieces=4)
    index = LaneIndex(64)
    index.assign(0, np.arange(5, dtype=np.int32))
    while not index.extend(store):
        pass
    edges = np.linspace(0, total, 301).astype(np.int64)
    counts = index.counts(store, edges)
    exact = np.bincount(store.column("actor", 0, total), minlength=64)
    assert counts.shape == (64, 300)
    assert np.allclose(counts.sum(axis=1), exact, atol=130)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("is:fault", lambda store, n: store.row(n).flags & FLAG_FAULT),
        ("ledger#4", lambda store, n: store.row(n).actor == 4),
        ("auth deposit", lambda store, n: store.cast.name(store.row(n).actor).startswith("Auth")),
        ("tick:7", lambda store, n: store.row(n).tick == 7),
        ("from:account", lambda store, n: store.cast.name(store.row(n).sender).startswith("Account")),
    ],
)
def test_a_filter_finds_what_its_words_say(text: str, holds: object) -> None:
    assert callable(holds)
    store = EventStore(Program(program()))
    store.append(with_faults(make_events(400, 7), [50, 60]))
    rows = EventRows(store, EventFilter.parse(text))
    rows.extend()
    assert len(rows) > 0
    assert all(holds(store, rows.event_at(row)) for row in range(len(rows)))


def test_a_filtered_row_of_an_event_that_is_hidden_is_the_one_before_it() -> None:
    store = EventStore(Program(program()))
    store.append(with_faults(make_events(400, 7), [50, 60]))
    rows = EventRows(store, EventFilter.parse("is:fault"))
    rows.extend()
    assert [rows.row_of(n) for n in (49, 50, 59, 60, 399)] == [-1, 0, 0, 1, 1]
    assert kind_of(store.row(50).flags).startswith("fault")
