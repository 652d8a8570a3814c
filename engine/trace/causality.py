"""What led to what: every edge is a fact that the scheduler wrote down, none is guessed.

An event is named by ``(actor, seq)``, and carries the name ``(sender, sender_seq)`` of the event in whose turn its
message was sent: its *cause*. The *effects* of an event are those whose cause it is. Numbers of events are found by
looking through the columns, nearest first: causes and effects are nearly always a tick away.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from engine.base.events import OUTSIDE
from engine.trace.columns import Events

Reader = Callable[[int, int], Events]
"""Gives the events ``start <= number < stop`` of a branch."""

WINDOW = 65_536
FIRST_WINDOW = 4_096

NO_CAUSE = -1


def delivery_before(read: Reader, number: int, actor: int, seq: int) -> int | None:
    """The number of the event ``(actor, seq)``, which is before event ``number``; None if there is none."""
    stop, size = number, FIRST_WINDOW
    while stop > 0:
        start = max(0, stop - size)
        events = read(start, stop)
        hits = np.flatnonzero((events["actor"] == actor) & (events["seq"] == seq))
        if len(hits):
            return start + int(hits[-1])
        stop, size = start, WINDOW
    return None


def cause(read: Reader, number: int) -> int | None:
    """The event in whose turn the message of event ``number`` was sent; None for what came from outside."""
    event = read(number, number + 1)[0]
    sender = int(event["sender"])
    return None if sender == OUTSIDE else delivery_before(read, number, sender, int(event["sender_seq"]))


def effects(read: Reader, number: int, total: int) -> tuple[int, ...]:
    """The events up to ``total`` that handle what was sent in the turn of event ``number``."""
    event = read(number, number + 1)[0]
    actor, seq, wanted = int(event["actor"]), int(event["seq"]), int(event["sends"])
    found: list[int] = []
    start, size = number + 1, FIRST_WINDOW
    while start < total and len(found) < wanted:
        stop = min(total, start + size)
        events = read(start, stop)
        hits = np.flatnonzero((events["sender"] == actor) & (events["sender_seq"] == seq))
        found.extend(start + int(hit) for hit in hits)
        start, size = stop, WINDOW
    return tuple(found)


def causes(read: Reader, start: int, stop: int, reach: int = WINDOW) -> npt.NDArray[np.int64]:
    """The cause's number for every event ``start <= number < stop``, looked for up to ``reach`` events before
    ``start``; ``NO_CAUSE`` for those from outside or further back."""
    events = read(start, stop)
    base = max(0, start - reach)
    reachable = read(base, stop)
    names = _names(reachable["actor"], reachable["seq"])
    order = np.argsort(names, kind="stable")
    wanted = _names(events["sender"], events["sender_seq"])
    places = np.minimum(np.searchsorted(names, wanted, sorter=order), len(names) - 1)
    if not len(names):
        return np.empty(0, np.int64)
    candidates = order[places]
    known = (names[candidates] == wanted) & (events["sender"] != OUTSIDE)
    return np.where(known, base + candidates, NO_CAUSE).astype(np.int64)


def _names(actors: npt.NDArray[np.uint32], seqs: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint64]:
    return (actors.astype(np.uint64) << np.uint64(32)) | seqs
