"""Event columns give back what was put in, say what is missing, and forget what is unused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.base.events import EVENT_DTYPE
from engine.trace.columns import BLOCK_EVENTS, SLAB_EVENTS, EventColumns, Events, join


def numbered(start: int, stop: int) -> Events:
    made = np.zeros(stop - start, EVENT_DTYPE)
    made["tick"] = np.arange(start, stop)
    return made


def ticks(columns: EventColumns, start: int, stop: int) -> list[int]:
    return [int(tick) for tick in columns.read(start, stop)["tick"]]


@given(
    first=st.integers(0, SLAB_EVENTS),
    sizes=st.lists(st.integers(1, 3 * BLOCK_EVENTS // 2), min_size=1, max_size=5),
)
def test_what_was_put_in_pieces_is_read_as_one(first: int, sizes: list[int]) -> None:
    columns = EventColumns(first)
    number = first
    for size in sizes:
        columns.put(number, numbered(number, number + size))
        number += size
    assert columns.missing(first, number) is None
    start, stop = first + (number - first) // 3, number
    events = join([columns.read(*piece) for piece in columns.pieces(start, stop)])
    assert np.array_equal(events["tick"], np.arange(start, stop))


def test_what_is_missing_is_named_a_block_at_a_time() -> None:
    columns = EventColumns(0)
    columns.put(0, numbered(0, 10))
    assert columns.missing(0, 10) is None
    assert columns.missing(0, 20) == (10, 20)
    assert columns.missing(0, 3 * BLOCK_EVENTS) == (10, BLOCK_EVENTS)
    assert columns.missing(BLOCK_EVENTS + 5, BLOCK_EVENTS + 9) == (BLOCK_EVENTS, BLOCK_EVENTS + 9)


def test_what_would_leave_a_gap_is_not_taken() -> None:
    columns = EventColumns(0)
    columns.put(5, numbered(5, 10))
    assert columns.missing(5, 10) == (0, 10)
    columns.put(0, numbered(0, 10))
    assert ticks(columns, 5, 10) == [5, 6, 7, 8, 9]


def test_old_blocks_are_forgotten_when_there_are_too_many() -> None:
    columns = EventColumns(0, slabs_max=2)
    columns.put(0, numbered(0, 2 * SLAB_EVENTS + 10))
    assert columns.missing(0, 10) == (0, 10)
    assert columns.missing(SLAB_EVENTS, 2 * SLAB_EVENTS + 10) is None


def test_nobody_can_write_into_what_was_read() -> None:
    columns = EventColumns(0)
    columns.put(0, numbered(0, 10))
    with pytest.raises(ValueError, match="read-only"):
        columns.read(0, 5)["tick"][0] = 7


def test_a_view_stays_as_it_is_when_its_columns_are_gone_and_others_are_filled() -> None:
    columns = EventColumns(0)
    columns.put(0, numbered(0, SLAB_EVENTS))
    view = columns.read(5, 8)
    del columns
    others = EventColumns(0)
    others.put(0, numbered(100, 100 + SLAB_EVENTS))
    assert list(view["tick"]) == [5, 6, 7]


def test_the_memory_of_a_slab_that_nobody_sees_any_more_serves_the_next_columns() -> None:
    columns = EventColumns(0)
    columns.put(0, numbered(0, SLAB_EVENTS))
    address = columns.read(0, 1).ctypes.data
    del columns
    others = EventColumns(0)
    others.put(0, numbered(100, 103))
    assert others.read(0, 1).ctypes.data == address
    assert ticks(others, 0, 3) == [100, 101, 102]
