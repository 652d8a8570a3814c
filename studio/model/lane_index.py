"""How many events each lane has in each column of pixels, at once for a thousand events and for ten million.

Narrow windows are counted directly. For wide ones there are running counts per lane at every 128th event, made as the
events come; a column's count is the difference of two of them, interpolated inside a block of 128.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from studio.model.event_store import EventStore, Floats, Ints

BLOCK = 128
NO_LANE = -1
"""Stands for the lane of an actor that was never assigned to one."""
DIRECT_ROWS = 400_000
"""Windows of fewer events than this are counted event by event (about 5 ms at most)."""


class LaneIndex:
    """Counts for one assignment of actors to lanes; another assignment wants another index."""

    def __init__(self, lane_count: int) -> None:
        self.lane_count = lane_count
        self._lanes: npt.NDArray[np.int32] = np.full(64, NO_LANE, np.int32)
        self._cumulative: npt.NDArray[np.int32] = np.zeros((64, lane_count), np.int32)
        self._blocks = 0

    def assign(self, first_actor: int, lanes: npt.NDArray[np.int32]) -> None:
        """Puts the actors from ``first_actor`` on into lanes; who was assigned and counted before keeps its lane."""
        count = first_actor + len(lanes)
        if count > len(self._lanes):
            larger = np.full(max(count, 2 * len(self._lanes)), NO_LANE, np.int32)
            larger[: len(self._lanes)] = self._lanes
            self._lanes = larger
        self._lanes[first_actor:count] = lanes

    def lane_of(self, actors: npt.NDArray[np.integer]) -> npt.NDArray[np.int32]:
        """The lanes of actors; NO_LANE where an actor was never assigned, and for the outside."""
        ids = actors.astype(np.int64)
        inside = (ids >= 0) & (ids < len(self._lanes))
        lanes: npt.NDArray[np.int32] = np.where(inside, self._lanes[np.where(inside, ids, 0)], NO_LANE)
        return lanes

    def extend(self, store: EventStore, blocks_at_most: int = 16_384) -> bool:
        """Takes in whole blocks of new events, so many at most; whether it is up to date."""
        goal = min(store.total // BLOCK, self._blocks + blocks_at_most)
        while self._blocks < goal:
            count = min(goal - self._blocks, 2048)
            self._reserve(self._blocks + count + 1)
            start = self._blocks * BLOCK
            lanes = self.lane_of(store.column("actor", start, start + count * BLOCK))
            cells = lanes + np.repeat(np.arange(count, dtype=np.int64) * self.lane_count, BLOCK)
            counts = np.bincount(cells[lanes != NO_LANE], minlength=count * self.lane_count)
            counts = counts.reshape(count, self.lane_count)
            counts[0] += self._cumulative[self._blocks]
            self._cumulative[self._blocks + 1 : self._blocks + 1 + count] = np.cumsum(counts, axis=0)
            self._blocks += count
        return self._blocks == store.total // BLOCK

    def counts(self, store: EventStore, edges: Ints) -> Floats:
        """Events per lane and column, as (lanes, columns); column ``k`` holds events ``edges[k]`` to ``edges[k+1]``."""
        first, last = int(edges[0]), int(edges[-1])
        if last - first <= DIRECT_ROWS:
            return self._direct(store, edges)
        counts: Floats = np.diff(self._cumulative_at(store, edges), axis=0).T
        return counts

    def _direct(self, store: EventStore, edges: Ints) -> Floats:
        columns = len(edges) - 1
        lanes = self.lane_of(store.column("actor", int(edges[0]), int(edges[-1])))
        cells = lanes * np.int64(columns) + np.repeat(np.arange(columns, dtype=np.int64), np.diff(edges))
        counts = np.bincount(cells[lanes != NO_LANE], minlength=self.lane_count * columns)
        return counts.reshape(self.lane_count, columns).astype(np.float64)

    def _cumulative_at(self, store: EventStore, edges: Ints) -> Floats:
        """Running counts at event numbers; behind the last whole block, the rest is shared out evenly."""
        rest_from = self._blocks * BLOCK
        end = self._cumulative[self._blocks].astype(np.float64)
        rest = max(store.total - rest_from, 1)
        sample = min(store.total, rest_from + 4 * BLOCK)
        lanes = self.lane_of(store.column("actor", rest_from, sample))
        in_rest = np.bincount(lanes[lanes != NO_LANE], minlength=self.lane_count).astype(np.float64)
        in_rest *= rest / max(len(lanes), 1)
        block = np.minimum(edges // BLOCK, self._blocks)
        part = (edges - block * BLOCK) / BLOCK
        low = self._cumulative[block].astype(np.float64)
        high = self._cumulative[np.minimum(block + 1, self._blocks)]
        result: Floats = low + (high - low) * np.minimum(part, 1.0)[:, None]
        behind = edges > rest_from
        result[behind] = end + in_rest * ((edges[behind] - rest_from) / rest)[:, None]
        return result

    def _reserve(self, rows: int) -> None:
        if rows > len(self._cumulative):
            larger = np.zeros((max(rows, 2 * len(self._cumulative)), self.lane_count), np.int32)
            larger[: self._blocks + 1] = self._cumulative[: self._blocks + 1]
            self._cumulative = larger
