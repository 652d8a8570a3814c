"""Causes and effects are found by the names that events carry."""

from __future__ import annotations

from engine.base.events import OUTSIDE
from engine.trace.causality import NO_CAUSE, cause, causes, effects
from engine.trace.columns import Events
from tests.engine.trace.rows import events, relay


def test_every_event_of_a_relay_is_caused_by_the_one_before() -> None:
    rows = relay(10_000)

    def read(start: int, stop: int) -> Events:
        return rows[start:stop]

    assert cause(read, 0) is None
    assert [cause(read, n) for n in (1, 2, 5_000, 9_999)] == [0, 1, 4_999, 9_998]
    assert effects(read, 9_998, len(rows)) == (9_999,)
    assert effects(read, 9_999, len(rows)) == ()


def test_a_cause_far_back_is_found() -> None:
    rows = events([(0, 0, 0, OUTSIDE, 0), *((1 + i, 1, i, OUTSIDE, 0) for i in range(20_000)), (30_000, 2, 0, 0, 0)])
    assert cause(lambda a, b: rows[a:b], len(rows) - 1) == 0
    assert effects(lambda a, b: rows[a:b], 0, len(rows)) == (len(rows) - 1,)


def test_a_turn_may_have_many_effects() -> None:
    rows = events([(0, 0, 0, OUTSIDE, 0), *((1, i, 0, 0, 0) for i in range(1, 50))])
    assert effects(lambda a, b: rows[a:b], 0, len(rows)) == tuple(range(1, 50))


def test_the_causes_of_a_window_are_those_of_its_events() -> None:
    rows = relay(3_000)

    def read(start: int, stop: int) -> Events:
        return rows[start:stop]

    assert causes(read, 0, 4).tolist() == [NO_CAUSE, 0, 1, 2]
    assert causes(read, 2_000, 2_100).tolist() == list(range(1_999, 2_099))
    assert causes(read, 2_000, 2_003, reach=0).tolist() == [NO_CAUSE, 2_000, 2_001]
    assert causes(read, 0, 0).tolist() == []
