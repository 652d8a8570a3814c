"""Finding events in columns: by actor, kind, tick, sender, flags."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.trace.causality import WINDOW, Reader


@dataclass(frozen=True, slots=True)
class Query:
    """What an event must be; None and 0 ask for nothing. Ticks are inclusive; ``flags`` must all be set."""

    actors: frozenset[int] | None = None
    types: frozenset[int] | None = None
    senders: frozenset[int] | None = None
    from_tick: int | None = None
    to_tick: int | None = None
    flags: int = 0


def search(read: Reader, start: int, stop: int, query: Query, limit: int) -> tuple[int, ...]:
    """The numbers of the first ``limit`` events in ``start <= number < stop`` that the query asks for."""
    found: list[int] = []
    while start < stop and len(found) < limit:
        end = min(stop, start + WINDOW)
        events = read(start, end)
        if query.to_tick is not None and int(events["tick"][0]) > query.to_tick:
            break
        keep = np.ones(len(events), bool)
        for column, wanted in (("actor", query.actors), ("type", query.types), ("sender", query.senders)):
            if wanted is not None:
                keep &= np.isin(events[column], np.fromiter(sorted(wanted), np.int64))
        if query.from_tick is not None:
            keep &= events["tick"] >= query.from_tick
        if query.to_tick is not None:
            keep &= events["tick"] <= query.to_tick
        if query.flags:
            keep &= (events["flags"] & query.flags) == query.flags
        found.extend(start + int(hit) for hit in np.flatnonzero(keep)[: limit - len(found)])
        start = end
    return tuple(found)
