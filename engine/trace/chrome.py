"""A run as ``trace.json``: the Trace Event Format that ui.perfetto.dev and chrome://tracing open.

One tick is shown as one millisecond. Every turn is a slice (``X``) on its actor's thread, every message an arrow
(``s``, ``f``) from the turn that sent it. The turns of one actor in one tick share that millisecond in order. The same
run gives the same bytes. Format: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.base.events import FLAG_DEAD_LETTER, FLAG_FAULT, FLAG_TIMER
from engine.trace.causality import Reader
from engine.trace.columns import Events

TICK_US = 1000
WINDOW = 16_384
_FLAG_WORDS = ((FLAG_TIMER, "timer"), (FLAG_DEAD_LETTER, "dead letter"), (FLAG_FAULT, "fault"))


def write_chrome(
    write: Callable[[str], object],
    read: Reader,
    total: int,
    handler_names: tuple[str, ...],
    actor_names: dict[int, str],
    message_texts: Callable[[int, int], tuple[str, ...]],
) -> None:
    """Writes events ``0 <= n < total``; ``message_texts(start, stop)`` gives the messages with their arguments."""
    write('{"displayTimeUnit":"ms","traceEvents":[\n')
    write(_line({"ph": "M", "pid": 1, "name": "process_name", "args": {"name": "AeroFlow"}}))
    for actor, name in sorted(actor_names.items()):
        write(",\n" + _line({"ph": "M", "pid": 1, "tid": actor, "name": "thread_name", "args": {"name": name}}))
    slices: dict[tuple[int, int], _Slice] = {}
    for start, stop in _windows(read, total):
        events = read(start, stop)
        starts, lengths = _spread(events)
        texts = message_texts(start, stop)
        for i, event in enumerate(events):
            place = _Slice(float(starts[i]), float(lengths[i]))
            if event["sends"]:
                slices[int(event["actor"]), int(event["seq"])] = place
            write(",\n" + _line(_turn(event, start + i, place, handler_names, texts[i])))
            origin = slices.get((int(event["sender"]), int(event["sender_seq"])))
            if origin is not None:
                for row in _arrow(event, start + i, origin, place):
                    write(",\n" + _line(row))
    write("\n]}\n")


@dataclass(frozen=True, slots=True)
class _Slice:
    """Where a turn lies, in microseconds."""

    start: float
    length: float


def _windows(read: Reader, total: int) -> Iterator[tuple[int, int]]:
    """Ranges of events that begin and end with whole ticks."""
    start = 0
    while start < total:
        stop = min(total, start + WINDOW)
        while stop < total:
            ticks = read(start, stop)["tick"]
            inside = int(np.searchsorted(ticks, ticks[-1]))
            if inside > 0:
                stop = start + inside
                break
            stop = min(total, stop + WINDOW)
        yield start, stop
        start = stop


def _spread(events: Events) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Start and length in microseconds for whole ticks of events: turns of an actor in a tick share its millisecond."""
    order = np.lexsort((events["seq"], events["actor"], events["tick"]))
    ticks, actors = events["tick"][order], events["actor"][order]
    fresh = np.ones(len(events), bool)
    fresh[1:] = (ticks[1:] != ticks[:-1]) | (actors[1:] != actors[:-1])
    group = np.cumsum(fresh) - 1
    first = np.flatnonzero(fresh)
    sizes = np.diff(np.append(first, len(events)))
    place = np.arange(len(events)) - first[group]
    lengths = np.empty(len(events))
    starts = np.empty(len(events))
    lengths[order] = TICK_US / sizes[group]
    starts[order] = ticks * TICK_US + place * (TICK_US / sizes[group])
    return np.round(starts, 3), np.round(lengths, 3)


def _turn(event: np.void, number: int, place: _Slice, handler_names: tuple[str, ...], text: str) -> dict[str, object]:
    flags = int(event["flags"])
    words = [word for flag, word in _FLAG_WORDS if flags & flag]
    return {
        "ph": "X", "pid": 1, "tid": int(event["actor"]), "ts": place.start, "dur": place.length,
        "name": handler_names[int(event["type"])],
        "cat": ",".join(["turn", *words]),
        "args": {"event": number, "tick": int(event["tick"]), "seq": int(event["seq"]), "message": text},
    }  # fmt: skip


def _arrow(event: np.void, number: int, origin: _Slice, place: _Slice) -> Iterator[dict[str, object]]:
    """From the middle of the turn that sent the message to the start of the one that handles it."""
    arrow = {"pid": 1, "cat": "message", "name": "message", "id": number}
    middle = round(origin.start + origin.length / 2, 3)
    yield {"ph": "s", **arrow, "tid": int(event["sender"]), "ts": middle}
    yield {"ph": "f", **arrow, "tid": int(event["actor"]), "ts": place.start, "bp": "e"}


def _line(row: dict[str, object]) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))
