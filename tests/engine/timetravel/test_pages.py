"""The page store gives back every picture that it holds, and keeps equal pages once."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.timetravel.pages import PAGE, PagedImage, PageStore


def read_back(store: PageStore, image: PagedImage) -> bytes:
    heap = np.full(image.heap_length, 0xAA, np.uint8)
    store.write(image, heap)
    return heap.tobytes()


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_every_picture_is_given_back_whatever_was_captured_and_released(data: st.DataObject) -> None:
    store = PageStore()
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    heap = np.zeros(data.draw(st.integers(0, 40 * PAGE)), np.uint8)
    held: list[tuple[PagedImage, bytes]] = []
    for _ in range(data.draw(st.integers(1, 12))):
        if data.draw(st.booleans()):
            heap = np.concatenate([heap, np.zeros(data.draw(st.integers(0, 20)) * 1_000, np.uint8)])
        for _ in range(data.draw(st.integers(0, 4))):
            if len(heap):
                start = int(rng.integers(len(heap)))
                heap[start : start + 100] = rng.integers(0, 256, len(heap[start : start + 100]), np.uint8)
        reuse: bool = bool(held) and data.draw(st.booleans())
        like = held[data.draw(st.integers(0, len(held) - 1))][0] if reuse else None
        held.append((store.capture(b"cells", heap, like), heap.tobytes()))
        if len(held) > 3:
            image, _ = held.pop(data.draw(st.integers(0, len(held) - 1)))
            store.release(image)
        for image, content in held:
            assert read_back(store, image) == content
    for image, _ in held:
        store.release(image)
    assert store.bytes_used == PAGE  # the page of zeros


def test_what_did_not_change_is_stored_once() -> None:
    store = PageStore()
    heap = np.random.default_rng(1).integers(0, 256, 1_000 * PAGE, np.uint8)
    first = store.capture(b"", heap, None)
    before = store.bytes_used
    heap[5 * PAGE + 7] ^= 1
    second = store.capture(b"", heap, first)
    assert store.bytes_used - before == PAGE
    assert np.flatnonzero(first.ids != second.ids).tolist() == [5]


def test_pages_of_zeros_take_no_room() -> None:
    store = PageStore()
    before = store.bytes_used
    store.capture(b"", np.zeros(500 * PAGE, np.uint8), None)
    assert store.bytes_used == before
