"""The events of one branch as columns, for views that draw millions of them.

Rows live in chunks of fixed size, one contiguous array a column: appending never moves what is there, a branch
shares the full chunks of its parent, and a binary search stays inside one chunk. Event number ``n`` is row ``n``.

A moment has a *place* on the time axis, measured in ticks: the events of one tick share out the stretch from that
tick to the next evenly, in their order. So a tick with one event is a point, a tick with a million can be zoomed
into, and places grow with event numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.api import EVENT_DTYPE, FLAG_DEAD_LETTER, FLAG_FAULT
from studio.model.cast import Cast, Program

CHUNK_ROWS = 1 << 18
_COLUMNS = ("tick", "actor", "seq", "sender", "sender_seq", "type", "flags", "sends")

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event as plain numbers; ``type`` is the handler's number."""

    n: int
    tick: int
    actor: int
    seq: int
    sender: int
    sender_seq: int
    type: int
    flags: int
    sends: int


class _Chunk:
    """A piece of every column; only the last chunk of a store is still being filled."""

    __slots__ = ("columns", "count")

    def __init__(self) -> None:
        self.columns = {name: np.empty(CHUNK_ROWS, EVENT_DTYPE[name]) for name in _COLUMNS}
        self.count = 0

    def copy(self, count: int) -> _Chunk:
        other = _Chunk()
        for name in _COLUMNS:
            other.columns[name][:count] = self.columns[name][:count]
        other.count = count
        return other


class EventStore:
    """The events of a branch from the first on, with the cast that they tell of."""

    def __init__(self, program: Program | None = None) -> None:
        self.cast = Cast(program or Program())
        self._chunks: list[_Chunk] = []
        self._total = 0
        self._faults: list[Ints] = []
        self._fault_array: Ints = np.empty(0, np.int64)
        self.dead_letters = 0
        """How many messages came to actors that had ended."""

    @property
    def total(self) -> int:
        """How many events there are."""
        return self._total

    @property
    def program(self) -> Program:
        """The names that the numbers in the columns stand for."""
        return self.cast.program

    @property
    def first_tick(self) -> int:
        """The tick of the first event; 0 while there is none."""
        return int(self._chunks[0].columns["tick"][0]) if self._total else 0

    @property
    def last_tick(self) -> int:
        """The tick of the last event; 0 while there is none."""
        return self.tick_of(self._total - 1) if self._total else 0

    @property
    def faults(self) -> Ints:
        """The numbers of the events whose turn failed."""
        if self._faults:
            self._fault_array = np.concatenate([self._fault_array, *self._faults])
            self._faults.clear()
        return self._fault_array

    def append(self, events: npt.NDArray[np.void]) -> None:
        """Adds events at the end."""
        self.cast.add(self._total, events)
        faults = np.flatnonzero(events["flags"] & FLAG_FAULT)
        if len(faults):
            self._faults.append(faults + self._total)
        self.dead_letters += int(np.count_nonzero(events["flags"] & FLAG_DEAD_LETTER))
        done = 0
        while done < len(events):
            if not self._chunks or self._chunks[-1].count == CHUNK_ROWS:
                self._chunks.append(_Chunk())
            chunk = self._chunks[-1]
            taken = min(CHUNK_ROWS - chunk.count, len(events) - done)
            for name in _COLUMNS:
                chunk.columns[name][chunk.count : chunk.count + taken] = events[name][done : done + taken]
            chunk.count += taken
            done += taken
        self._total += len(events)

    def fork(self, at: int) -> EventStore:
        """A store with the first ``at`` events, to which others can be appended; full chunks are shared."""
        at = min(at, self._total)
        other = EventStore()
        other.cast = self.cast.before(at)
        full, rest = divmod(at, CHUNK_ROWS)
        other._chunks = self._chunks[:full]
        if rest:
            other._chunks.append(self._chunks[full].copy(rest))
        other._total = at
        other._fault_array = self.faults[self.faults < at]
        flags = (piece for _, piece in other.pieces("flags", 0, at))
        other.dead_letters = sum(int(np.count_nonzero(piece & FLAG_DEAD_LETTER)) for piece in flags)
        return other

    # --- reading rows -------------------------------------------------------------------------

    def pieces(self, name: str, start: int, stop: int) -> Iterator[tuple[int, npt.NDArray[np.integer]]]:
        """A column from ``start`` up to ``stop`` as views, each with the number of its first row; nothing is copied."""
        stop = min(stop, self._total)
        while start < stop:
            index, offset = divmod(start, CHUNK_ROWS)
            end = min(CHUNK_ROWS, offset + stop - start)
            yield start, self._chunks[index].columns[name][offset:end]
            start += end - offset

    def column(self, name: str, start: int, stop: int) -> npt.NDArray[np.integer]:
        """A column from ``start`` up to ``stop``: a view where that lies in one chunk, else a copy."""
        pieces = [piece for _, piece in self.pieces(name, start, stop)]
        if len(pieces) == 1:
            return pieces[0]
        return np.concatenate(pieces) if pieces else np.empty(0, EVENT_DTYPE[name])

    def take(self, name: str, rows: Ints) -> npt.NDArray[np.integer]:
        """A column at the given rows."""
        result = np.empty(len(rows), EVENT_DTYPE[name])
        chunk_of = rows // CHUNK_ROWS
        for index in np.unique(chunk_of):
            here = chunk_of == index
            result[here] = self._chunks[int(index)].columns[name][rows[here] - int(index) * CHUNK_ROWS]
        return result

    def row(self, n: int) -> EventRow:
        """Event number ``n``."""
        if not 0 <= n < self._total:
            raise IndexError(n)
        index, offset = divmod(n, CHUNK_ROWS)
        columns = self._chunks[index].columns
        return EventRow(n, *(int(columns[name][offset]) for name in _COLUMNS))

    def tick_of(self, n: int) -> int:
        """The tick of event number ``n``."""
        index, offset = divmod(n, CHUNK_ROWS)
        return int(self._chunks[index].columns["tick"][offset])

    def next_of_actor(self, n: int, actor: int, step: int) -> int | None:
        """The nearest event of an actor after (``step`` 1) or before (-1) event ``n``, by number; None at the ends."""
        if step > 0:
            for first, piece in self.pieces("actor", n + 1, self._total):
                found = np.flatnonzero(piece == actor)
                if len(found):
                    return first + int(found[0])
            return None
        stop = n
        while stop > 0:
            start = (stop - 1) // CHUNK_ROWS * CHUNK_ROWS
            found = np.flatnonzero(self.column("actor", start, stop) == actor)
            if len(found):
                return start + int(found[-1])
            stop = start
        return None

    # --- places on the time axis ----------------------------------------------------------------

    def before_tick(self, ticks: Ints) -> Ints:
        """For each tick, how many events have an earlier one."""
        result = np.full(len(ticks), self._total, np.int64)
        last = np.array([c.columns["tick"][c.count - 1] for c in self._chunks], np.int64)
        chunk_of = np.searchsorted(last, ticks, "left")
        for index in np.unique(chunk_of):
            if index < len(self._chunks):
                here = chunk_of == index
                chunk = self._chunks[int(index)]
                found = np.searchsorted(chunk.columns["tick"][: chunk.count], ticks[here], "left")
                result[here] = found + int(index) * CHUNK_ROWS
        return result

    def places(self, rows: Ints) -> Floats:
        """Where the events of those numbers lie on the time axis, in ticks."""
        if not len(rows):
            return np.empty(0)
        ticks = self.take("tick", rows).astype(np.int64)
        different, back = np.unique(ticks, return_inverse=True)
        starts = self.before_tick(np.concatenate([different, different + 1]))
        first, after = starts[: len(different)], starts[len(different) :]
        inside: Floats = (rows - first[back] + 0.5) / (after - first)[back]
        return inside + ticks

    def rows_at(self, places: Floats) -> Ints:
        """For each place, how many events lie before it: the inverse of ``places``."""
        ticks = np.floor(places).astype(np.int64)
        starts = self.before_tick(np.concatenate([ticks, ticks + 1]))
        first, after = starts[: len(ticks)], starts[len(ticks) :]
        inside = np.ceil((places - ticks) * (after - first) - 0.5).astype(np.int64)
        rows: Ints = np.clip(first + inside, first, after)
        return rows

    def passed(self, places: Floats) -> Floats:
        """For each place, how many events lie before it, with the part of an event's stretch that has passed."""
        ticks = np.floor(places).astype(np.int64)
        starts = self.before_tick(np.concatenate([ticks, ticks + 1]))
        first, after = starts[: len(ticks)], starts[len(ticks) :]
        inside: Floats = (places - ticks) * (after - first)
        return inside + first

    def causes(self, rows: Ints, reach: int = 20_000) -> Ints:
        """For each event, the event in whose turn it was sent, by number; -1 if over ``reach`` rows lie between."""
        if not len(rows):
            return np.empty(0, np.int64)
        start, stop = max(0, int(rows.min()) - reach), int(rows.max()) + 1
        keys = self.column("actor", start, stop).astype(np.uint64) << np.uint64(32)
        keys |= self.column("seq", start, stop).astype(np.uint64)
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        wanted = self.take("sender", rows).astype(np.uint64) << np.uint64(32)
        wanted |= self.take("sender_seq", rows).astype(np.uint64)
        found = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        result = np.where(keys[found] == wanted, order[found] + start, -1)
        return np.where(result < rows, result, -1).astype(np.int64)
