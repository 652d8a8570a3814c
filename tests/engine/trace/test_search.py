"""Searching looks through columns for actors, kinds, senders, ticks and flags."""

from __future__ import annotations

from engine.base.events import FLAG_FAULT
from engine.trace.columns import Events
from engine.trace.search import Query, search
from tests.engine.trace.rows import relay

ROWS = relay(300)
ROWS["type"][::7] = 3
ROWS["flags"][30] = FLAG_FAULT | 1


def read(start: int, stop: int) -> Events:
    return ROWS[start:stop]


def test_an_actor_is_found_where_it_acts() -> None:
    assert search(read, 0, 12, Query(actors=frozenset({1})), 100) == (1, 4, 7, 10)


def test_conditions_must_all_hold() -> None:
    query = Query(actors=frozenset({0, 1}), types=frozenset({3}), from_tick=14, to_tick=42)
    assert search(read, 0, 300, query, 100) == (21, 28, 42)


def test_senders_and_flags_are_conditions_too() -> None:
    assert search(read, 0, 300, Query(flags=FLAG_FAULT), 100) == (30,)
    assert search(read, 0, 6, Query(senders=frozenset({2})), 100) == (3,)


def test_it_stops_at_the_limit() -> None:
    assert search(read, 0, 300, Query(), 3) == (0, 1, 2)
