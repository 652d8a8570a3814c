"""How many messages went along each edge of the graph up to any moment.

Running counts are kept at every 65,536th event, sparse; a moment is the nearest of them before it plus one
``bincount`` of what lies between, under a millisecond wherever the playhead is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.api import FLAG_START, FLAG_TIMER, OUTSIDE
from studio.model.event_store import EventStore, Ints

BLOCK = 1 << 16
OUTSIDE_NODE = 0
"""The node of what is sent by no actor."""
NO_NODE = -1
"""Stands for the node of an actor that no node shows."""


@dataclass(frozen=True, slots=True)
class Edges:
    """Edges between nodes, with how many messages went along each."""

    sources: Ints
    targets: Ints
    counts: Ints


class EdgeCounts:
    """Counts for one assignment of actors to nodes, of which there are at most ``size``."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.seen = 0
        """How many events have been taken in."""
        self._nodes = np.full(64, NO_NODE, np.int64)
        self._running = np.zeros(size * size, np.int64)
        self._snapshots: list[tuple[Ints, Ints]] = [(np.empty(0, np.int64), np.empty(0, np.int64))]
        self._known: tuple[Ints, Ints] = (np.empty(0, np.int64), np.empty(0, np.int64))

    def assign(self, first_actor: int, nodes: Ints) -> None:
        """Says which nodes the actors from ``first_actor`` on belong to."""
        count = first_actor + len(nodes)
        if count >= len(self._nodes):
            larger = np.full(2 * count, NO_NODE, np.int64)
            larger[: len(self._nodes)] = self._nodes
            self._nodes = larger
        self._nodes[first_actor:count] = nodes

    def node_of(self, actors: npt.NDArray[np.integer]) -> Ints:
        """The nodes of actors; OUTSIDE has one too, and an actor that was never assigned has NO_NODE."""
        ids = actors.astype(np.int64)
        inside = (ids >= 0) & (ids < len(self._nodes))
        nodes: Ints = np.where(inside, self._nodes[np.where(inside, ids, 0)], NO_NODE)
        nodes[ids == OUTSIDE] = OUTSIDE_NODE
        return nodes

    def extend(self, store: EventStore) -> bool:
        """Takes in new events, at most one block of them; whether nothing is left."""
        stop = min(store.total, (self.seen // BLOCK + 1) * BLOCK)
        codes = self._codes(store, self.seen, stop)
        fresh = np.flatnonzero(np.append(self._running, 1)[codes] == 0)
        if len(fresh):
            found, at = np.unique(codes[fresh], return_index=True)
            known, firsts = self._known
            self._known = (np.append(known, found), np.append(firsts, fresh[at] + self.seen))
        self._running += np.bincount(codes, minlength=len(self._running) + 1)[:-1]
        self.seen = stop
        if stop % BLOCK == 0 and stop // BLOCK == len(self._snapshots):
            used = np.flatnonzero(self._running)
            self._snapshots.append((used, self._running[used]))
        return self.seen == store.total

    def first_uses(self) -> tuple[Ints, Ints, Ints]:
        """Sources and targets of all edges so far, with the numbers of the events that used them first."""
        codes, firsts = self._known
        return codes // self.size, codes % self.size, firsts

    def at(self, store: EventStore, moment: int) -> Edges:
        """The edges used in the first ``moment`` events, as far as they have been taken in."""
        moment = min(moment, self.seen)
        if moment == self.seen:
            counts = self._running
        else:
            block = moment // BLOCK
            codes = self._codes(store, block * BLOCK, moment)
            counts = np.bincount(codes, minlength=len(self._running) + 1)[:-1]
            used, before = self._snapshots[block]
            counts[used] += before
        used = np.flatnonzero(counts)
        return Edges(used // self.size, used % self.size, counts[used])

    def _codes(self, store: EventStore, start: int, stop: int) -> Ints:
        """For each event its edge; starts and timers, which no actor sent, get a number behind all edges."""
        sources = self.node_of(store.column("sender", start, stop))
        targets = self.node_of(store.column("actor", start, stop))
        without = store.column("flags", start, stop) & (FLAG_TIMER | FLAG_START) != 0
        without |= (sources == NO_NODE) | (targets == NO_NODE)
        codes: Ints = np.where(without, len(self._running), sources * self.size + targets)
        return codes
