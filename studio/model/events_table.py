"""The events as a table: what each column says of a row, and a filter that finds rows among millions.

A filter is words, all of which must be true of an event. ``deposit`` finds actors and messages whose name holds it,
``Counter#3`` one actor, ``from:Auth`` senders, ``tick:120`` a tick, ``is:fault`` (``start timer injected dead fault``)
a kind.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.api import FLAG_DEAD_LETTER, FLAG_FAULT, FLAG_INJECTED, FLAG_START, FLAG_TIMER, OUTSIDE
from studio.model.cast import Cast
from studio.model.event_store import CHUNK_ROWS, EventRow, EventStore, Ints
from studio.model.figures import grouped, whole

KINDS = {
    "fault": FLAG_FAULT,
    "dead": FLAG_DEAD_LETTER,
    "injected": FLAG_INJECTED,
    "timer": FLAG_TIMER,
    "start": FLAG_START,
}
"""The kinds of events that have a name, the most telling first."""

COLUMNS = ("#", "Tick", "Actor", "Message", "From", "Kind", "Sends")
NUMBER, TICK, ACTOR, MESSAGE, FROM, KIND, SENDS = range(len(COLUMNS))

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class EventFilter:
    """The words of a filter, in lower case; empty finds everything."""

    words: tuple[str, ...] = ()

    @staticmethod
    def parse(text: str) -> EventFilter:
        """A filter from what was typed."""
        return EventFilter(tuple(dict.fromkeys(text.lower().split())))

    def mask(self, store: EventStore, start: int, stop: int) -> Mask:
        """Which events from ``start`` up to ``stop`` it finds."""
        found = np.ones(stop - start, np.bool_)
        for word in self.words:
            found &= _word_mask(word, store, start, stop)
            if not found.any():
                break
        return found


def _word_mask(word: str, store: EventStore, start: int, stop: int) -> Mask:
    prefix, _, rest = word.partition(":")
    if prefix == "is" and rest in KINDS:
        mask: Mask = store.column("flags", start, stop) & KINDS[rest] != 0
        return mask
    if prefix == "tick" and rest.isdecimal():
        mask = store.column("tick", start, stop) == whole(rest)
        return mask
    if prefix == "from" and rest:
        return _actors_named(rest, store.cast)[_clipped(store.column("sender", start, stop), store.cast)]
    messages = np.array([word in h.name.lower() for h in store.program.handlers] or [False])
    types = store.column("type", start, stop)
    by_message: Mask = messages[np.minimum(types, len(messages) - 1)]
    return by_message | _actors_named(word, store.cast)[_clipped(store.column("actor", start, stop), store.cast)]


def _clipped(actors: npt.NDArray[np.integer], cast: Cast) -> npt.NDArray[np.int64]:
    return np.minimum(actors.astype(np.int64), cast.count)


def _actors_named(word: str, cast: Cast) -> Mask:
    """For every actor, and one more for the outside, whether its name holds the word."""
    name, mark, number = word.partition("#")
    holds = np.array([name in ("main" if t.kind == "main" else t.name.lower()) for t in cast.program.types] + [False])
    actors = np.zeros(cast.count + 1, np.bool_)
    actors[:-1] = holds[cast.types]
    if mark:
        chosen = np.zeros(cast.count + 1, np.bool_)
        if number.isdecimal() and whole(number) < cast.count:
            chosen[whole(number)] = True
        actors &= chosen
    actors[-1] = word in "outside"
    return actors


class EventRows:
    """The events of one store that a filter finds, by position in the table; grows with the store.

    Rows, numbers and names are all of ``store``, whatever run is shown meanwhile.
    """

    def __init__(self, store: EventStore, filter: EventFilter) -> None:
        self.store = store
        self._filter = filter
        self._seen = 0
        self._found: list[Ints] = []
        self._rows: Ints = np.empty(0, np.int64)

    @property
    def complete(self) -> bool:
        """Whether every event has been looked at."""
        return not self._filter.words or self._seen == self.store.total

    def extend(self, chunks_at_most: int = 4) -> None:
        """Looks at new events, at most so many chunks of them."""
        if not self._filter.words:
            return
        for _ in range(chunks_at_most):
            stop = min(self.store.total, (self._seen // CHUNK_ROWS + 1) * CHUNK_ROWS)
            if stop == self._seen:
                return
            found = np.flatnonzero(self._filter.mask(self.store, self._seen, stop)) + self._seen
            self._found.append(found)
            self._seen = stop

    def __len__(self) -> int:
        return self.store.total if not self._filter.words else len(self._joined())

    def event(self, row: int) -> EventRow:
        """The event in a row of the table."""
        return self.store.row(self.event_at(row))

    def cell(self, row: int, column: int, message: str | None) -> str:
        """What a cell of the table says. ``message`` is the event's message with its arguments, if it has been read."""
        event, cast = self.event(row), self.store.cast
        match column:
            case 0:
                return grouped(event.n + 1)
            case 1:
                return grouped(event.tick)
            case 2:
                return cast.name(event.actor)
            case 3:
                return message or cast.program.message(event.type)
            case 4:
                return "" if event.sender == OUTSIDE and not event.n else cast.name(event.sender)
            case 5:
                return kind_of(event.flags)
        return str(event.sends) if event.sends else ""

    def event_at(self, row: int) -> int:
        """The number of the event in a row of the table."""
        return row if not self._filter.words else int(self._joined()[row])

    def row_of(self, n: int) -> int:
        """The row of event ``n``, or of the last one before it that is shown; -1 if there is none."""
        if not self._filter.words:
            return min(n, self.store.total - 1)
        return int(np.searchsorted(self._joined(), n, "right")) - 1

    def _joined(self) -> Ints:
        if self._found:
            self._rows = np.concatenate([self._rows, *self._found])
            self._found.clear()
        return self._rows


def kind_of(flags: int) -> str:
    """What kind of event it is, in words; empty for an ordinary message."""
    names = {"dead": "dead letter"}
    return ", ".join(names.get(name, name) for name, flag in KINDS.items() if flags & flag)
