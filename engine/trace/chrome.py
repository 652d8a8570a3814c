"""A run as ``trace.json``: the Trace Event Format that ui.perfetto.dev and chrome://tracing open.

One tick is shown as one millisecond. Every turn is a slice (``X``) on its actor's thread, every message an arrow
(``s``, ``f``) from the turn that sent it. The turns of one actor in one tick share that millisecond in order. The same
run gives the same bytes. Events are numbered from 1, as on the command line.
Format: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from engine.base.events import FLAG_DEAD_LETTER, FLAG_FAULT, FLAG_TIMER
from engine.trace.causality import Reader
from engine.trace.columns import Events

TICK_US = 1000
WINDOW = 16_384
_FLAG_WORDS = {FLAG_TIMER: "timer", FLAG_DEAD_LETTER: "dead letter", FLAG_FAULT: "fault"}


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
    write('{"ph":"M","pid":1,"name":"process_name","args":{"name":"AeroFlow"}}')
    for actor, name in sorted(actor_names.items()):
        write(f',\n{{"ph":"M","pid":1,"tid":{actor},"name":"thread_name","args":{{"name":{json.dumps(name)}}}}}')
    names = [json.dumps(name) for name in handler_names]
    categories = [json.dumps(",".join(["turn", *_words(flags)])) for flags in range(2 * max(_FLAG_WORDS))]
    senders: dict[tuple[int, int], float] = {}
    for start, stop in _windows(read, total):
        events = read(start, stop)
        starts, lengths = (column.tolist() for column in _spread(events))
        texts = message_texts(start, stop)
        rows = zip(events.tolist(), starts, lengths, texts, strict=True)
        for n, (event, begin, length, text) in enumerate(rows, start):
            tick, actor, seq, sender, sender_seq, kind, flags, _, _, sends = event
            if sends:
                senders[actor, seq] = round(begin + length / 2, 3)
            write(
                f',\n{{"ph":"X","pid":1,"tid":{actor},"ts":{begin},"dur":{length},"name":{names[kind]},'
                f'"cat":{categories[flags % len(categories)]},"args":{{"event":{n + 1},"tick":{tick},"seq":{seq},'
                f'"message":{json.dumps(text)}}}}}'
            )
            sent_at = senders.get((sender, sender_seq))
            if sent_at is not None:
                arrow = f'"pid":1,"cat":"message","name":"message","id":{n}'
                write(f',\n{{"ph":"s",{arrow},"tid":{sender},"ts":{sent_at}}}')
                write(f',\n{{"ph":"f",{arrow},"tid":{actor},"ts":{begin},"bp":"e"}}')
    write("\n]}\n")


def _words(flags: int) -> list[str]:
    return [word for flag, word in _FLAG_WORDS.items() if flags & flag]


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
    starts[order] = ticks.astype(np.float64) * TICK_US + place * (TICK_US / sizes[group])
    return np.round(starts, 3), np.round(lengths, 3)
