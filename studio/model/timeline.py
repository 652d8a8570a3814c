"""The timeline as numbers: which stretch of time is shown, in which lanes, and what lies where.

Time runs along *places* (see ``event_store``): ticks, with the events of one tick spread between it and the next. Lanes
are one per actor while there are few, one per actor type when there are many; a type can be opened, and a selected
actor always has a lane of its own. What ``render timeline`` hands out gets lanes of its own below.

The model knows widths in pixels only as the number of columns it is asked for; it draws nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.api import FLAG_TIMER, OUTSIDE, LaneMessage, Output
from studio.model import figures
from studio.model.event_store import Floats, Ints
from studio.model.lane_index import NO_LANE, LaneIndex
from studio.model.run import RunModel
from studio.model.signal import Signal

GROUP_OVER = 48
"""With more actors than this there is one lane per type."""
OPENED_AT_MOST = 200
"""So many actors of an opened type get lanes; others of it share the type's, and a row below says how many."""
EDGES_KEPT = 4
DETAIL_PIXELS = 5.0
"""Events are drawn one by one when each has this many pixels on average."""
DETAIL_AT_MOST = 700
DENSE_EVENTS = 1.5
"""With more events than this a column on average, a column of the overview is a density."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A row. ``kind``: ``actor``, ``type`` (``count`` actors share it), ``rest`` (how many actors of an opened type
    have no row) or ``rendered`` (a participant by name)."""

    kind: str
    label: str
    actor_type: int = -1
    actor: int = -1
    count: int = 1
    opened: bool = False
    nested: bool = False
    """Whether it lies under the lane of its type."""
    leaf: int = -1
    """Its index in counts; -1 if events never lie in it."""


@dataclass(frozen=True, slots=True)
class Details:
    """Events one by one: numbers, places, rows (-1 not shown) and flags, and the same of their causes."""

    rows: Ints
    places: Floats
    lanes: npt.NDArray[np.int32]
    flags: npt.NDArray[np.integer]
    causes: Ints
    cause_places: Floats
    cause_lanes: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class LaneArrow:
    """An arrow of a ``render timeline``: rows, place, payload, and the event that rendered it."""

    source: int
    target: int
    place: float
    payload: str
    n: int


class TimelineModel:
    """The window [``start``, ``end``) of places, and the lanes of the run that is open."""

    def __init__(self, run: RunModel) -> None:
        self.run = run
        self.changed: Signal[[]] = Signal()
        """Window, lanes or data are others; whoever draws should."""
        self.start = 0.0
        self.end = 1.0
        self.follow = True
        """The window covers the whole run, also while it grows."""
        self.version = 0
        """Counts changes of what is drawn in lanes and overview; the playhead is none."""
        self._edges: dict[object, Ints] = {}
        self._lanes: tuple[Lane, ...] = ()
        self._opened: set[int] = set()
        self._program = run.program
        self._index = LaneIndex(64)
        self._signature: object = None
        self._actors_seen = 0
        self._arrows: list[LaneArrow] = []
        self._last_arrow_tick = 0
        self._participants: dict[str, int] = {}
        self._outputs: Sequence[Output] = run.outputs
        self._outputs_seen = 0
        run.store_changed.connect(self._restart)
        run.events_added.connect(self._on_events)
        run.outputs_changed.connect(self._on_outputs)
        run.selection_changed.connect(self._on_selection)
        run.branches_changed.connect(self._touch)

    # --- the window -------------------------------------------------------------------------------

    @property
    def extent(self) -> tuple[float, float]:
        """From the first tick to the end of the last one, what was rendered for later ticks included."""
        events = self.run.events
        if not events.total:
            return 0.0, 1.0
        return float(events.first_tick), float(max(events.last_tick, self._last_arrow_tick) + 1)

    @property
    def span(self) -> float:
        """The width of the window, in ticks."""
        return self.end - self.start

    def fit(self) -> None:
        """Shows the whole run, and goes on to."""
        self.follow = True
        self.start, self.end = self._padded()
        self._touch()

    def zoom(self, factor: float, place: float) -> None:
        """Makes the window wider (``factor`` > 1) or narrower around a place, which stays where it is."""
        low, high = self._padded()
        span = min(max(self.span * factor, self._least_span(place)), high - low)
        start = place - (place - self.start) * (span / self.span)
        self._set(start, start + span)

    def pan(self, ticks: float) -> None:
        """Moves the window."""
        self._set(self.start + ticks, self.end + ticks)

    def show_window(self, start: float, end: float) -> None:
        """Shows a stretch."""
        self._set(start, end)

    def reveal(self, place: float) -> None:
        """Moves the window just so far that a place is inside, with some room around it."""
        margin = self.span * 0.08
        if place < self.start + margin:
            self.pan(place - self.start - margin)
        elif place > self.end - margin:
            self.pan(place - self.end + margin)

    def _set(self, start: float, end: float) -> None:
        low, high = self._padded()
        span = min(end - start, high - low)
        start = min(max(start, low), high - span)
        self.follow = span >= (high - low) * 0.999
        self.start, self.end = start, start + span
        self._touch()

    def _padded(self) -> tuple[float, float]:
        low, high = self.extent
        room = (high - low) * 0.015
        return low - room, high + room

    def _least_span(self, place: float) -> float:
        """Three events wide, whatever the tick at that place holds."""
        tick = np.array([np.floor(place), np.floor(place) + 1], np.int64)
        inside = int(np.diff(self.run.events.before_tick(tick))[0])
        return 3.0 / max(inside, 1)

    # --- moments and places -----------------------------------------------------------------------

    def place_of(self, moment: int) -> float:
        """Where a moment is drawn: at the event that led to it."""
        if moment <= 0 or not self.run.total:
            return self.extent[0]
        return float(self.run.events.places(np.array([min(moment, self.run.total) - 1]))[0])

    def moment_at(self, place: float) -> int:
        """The moment drawn nearest to a place."""
        events = self.run.events
        if not events.total:
            return 0
        after = int(events.rows_at(np.array([place]))[0])
        near = np.array([n for n in (after - 1, after) if 0 <= n < events.total], np.int64)
        places = events.places(near)
        best = int(near[np.argmin(np.abs(places - place))])
        start = self.extent[0]
        return 0 if abs(place - start) < abs(float(places[np.argmin(np.abs(places - place))]) - place) else best + 1

    def edges(self, columns: int) -> Ints:
        """Event numbers at the borders of so many columns of the window, ``columns + 1`` of them."""
        events = self.run.events
        key = (events, events.total, self.start, self.end, columns)
        if key not in self._edges:
            if len(self._edges) > EDGES_KEPT:
                self._edges.clear()
            self._edges[key] = events.rows_at(np.linspace(self.start, self.end, columns + 1))
        return self._edges[key]

    def overview_counts(self, columns: int) -> Floats:
        """Events per column over the whole run. Where columns hold several, parts of events count too, and neighbours
        are evened out: whole events would beat against the columns and show waves that are not in the run."""
        low, high = self._padded()
        borders = np.linspace(low, high, columns + 1)
        if self.run.total < DENSE_EVENTS * columns:
            return np.diff(self.run.events.rows_at(borders)).astype(np.float64)
        counts = np.pad(np.diff(self.run.events.passed(borders)), 1, "edge")
        result: Floats = counts[:-2] / 4 + counts[1:-1] / 2 + counts[2:] / 4
        return result

    @property
    def overview(self) -> tuple[float, float]:
        """The stretch that the overview shows."""
        return self._padded()

    # --- lanes --------------------------------------------------------------------------------------

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """The rows from top to bottom."""
        return self._lanes

    def toggle(self, actor_type: int) -> None:
        """Opens a type's lane into its actors, or closes it."""
        self._opened.symmetric_difference_update({actor_type})
        self._arrange()
        self._touch()

    def lane_of_actor(self, actor: int) -> int:
        """The row in which an actor's events lie; -1 if there is none."""
        rows = [i for i, lane in enumerate(self._lanes) if lane.kind == "actor" and lane.actor == actor]
        if rows:
            return rows[0]
        kind = self.run.events.cast.type_of(actor)
        return next((i for i, lane in enumerate(self._lanes) if lane.kind == "type" and lane.actor_type == kind), -1)

    def density(self, edges: Ints) -> Floats:
        """Events per row and column, shape (rows, columns)."""
        counts = self._index.counts(self.run.events, edges)
        leaves = np.array([lane.leaf for lane in self._lanes], np.int64)
        return counts[leaves] * (leaves >= 0)[:, None]

    def is_detailed(self, edges: Ints) -> bool:
        """Whether events in these columns are few enough to be drawn one by one."""
        visible = int(edges[-1] - edges[0])
        return visible <= min(DETAIL_AT_MOST, len(edges) / DETAIL_PIXELS)

    def details(self, edges: Ints) -> Details:
        """The events between the first and the last edge, and those behind it whose cause is between them."""
        events = self.run.events
        first, last = max(0, int(edges[0]) - 1), int(edges[-1])
        rows = np.arange(first, min(events.total, last + DETAIL_AT_MOST), dtype=np.int64)
        causes = events.causes(rows)
        kept = (rows <= last) | (causes >= first) & (causes <= last)
        rows, causes = rows[kept], causes[kept]
        flags = events.take("flags", rows)
        lanes = self._rows_of(events.take("actor", rows))
        known = causes >= 0
        cause_places = np.full(len(rows), np.nan)
        cause_places[known] = events.places(causes[known])
        senders = events.take("sender", rows)
        unsent = (senders == OUTSIDE) | (flags & FLAG_TIMER != 0)
        cause_lanes = np.where(unsent, -1, self._rows_of(senders)).astype(np.int32)
        return Details(rows, events.places(rows), lanes, flags, causes, cause_places, cause_lanes)

    def arrows(self) -> list[LaneArrow]:
        """What ``render timeline`` handed out, with rows as they are now."""
        first = len(self._lanes) - len(self._participants)
        return [LaneArrow(a.source + first, a.target + first, a.place, a.payload, a.n) for a in self._arrows]

    def _rows_of(self, actors: npt.NDArray[np.integer]) -> npt.NDArray[np.int32]:
        """The rows in which the events of actors lie; -1 where there is none."""
        rows = np.full(self._index.lane_count, -1, np.int32)
        for row, lane in enumerate(self._lanes):
            if lane.leaf >= 0:
                rows[lane.leaf] = row
        leaves = self._index.lane_of(actors)
        return np.where(leaves == NO_LANE, np.int32(-1), rows[leaves])

    def _arrange(self) -> None:
        """Lays out the lanes; counts are made anew only if an actor changed its lane."""
        cast = self.run.events.cast
        grouped = cast.acting > GROUP_OVER
        lanes = self._grouped_lanes() if grouped else self._actor_lanes()
        leaves = tuple((lane.kind, lane.actor_type, lane.actor) for lane in lanes)
        size = max(64, 1 << max((lane.leaf for lane in lanes), default=0).bit_length())
        signature = (self.run.events, size, leaves if grouped else "actors")
        if signature != self._signature:
            self._signature = signature
            self._index = LaneIndex(size)
        self._assign(lanes, grouped)
        rendered = tuple(Lane("rendered", name) for name in self._participants)
        self._lanes = tuple(lanes) + rendered

    def _actor_lanes(self) -> list[Lane]:
        cast = self.run.events.cast
        acting = np.flatnonzero(cast.first >= 0).tolist()
        return [Lane("actor", cast.name(a), cast.type_of(a), a, leaf=a) for a in acting]

    def _grouped_lanes(self) -> list[Lane]:
        cast = self.run.events.cast
        lanes: list[Lane] = []
        selected = self.run.selected_actor
        for kind in cast.program.types:
            members = cast.members(kind.id)
            if not len(members):
                continue
            opened = kind.id in self._opened
            if len(members) == 1:
                single = int(members[0])
                lanes.append(Lane("actor", cast.name(single), kind.id, single, leaf=len(lanes)))
                continue
            lanes.append(Lane("type", kind.name, kind.id, count=len(members), opened=opened, leaf=len(lanes)))
            shown = members[:OPENED_AT_MOST].tolist() if opened else []
            if selected is not None and selected not in shown and (members == selected).any():
                shown.append(selected)
            below = len(lanes)
            lanes += [Lane("actor", cast.name(a), kind.id, a, nested=True, leaf=below + i) for i, a in enumerate(shown)]
            if opened and len(shown) < len(members):
                rest = f"{figures.grouped(len(members) - len(shown))} more, in the lane above"
                lanes.append(Lane("rest", rest, kind.id, nested=True))
        return lanes

    def _assign(self, lanes: list[Lane], grouped: bool) -> None:
        """Tells the index the lanes of all actors; those that it knows keep theirs."""
        cast = self.run.events.cast
        if grouped:
            of_type = np.full(len(cast.program.types) + 1, NO_LANE, np.int32)
            for lane in lanes:
                if lane.kind == "type":
                    of_type[lane.actor_type] = lane.leaf
            assigned = of_type[cast.types]
        else:
            assigned = np.full(cast.count, NO_LANE, np.int32)
        for lane in lanes:
            if lane.kind == "actor":
                assigned[lane.actor] = lane.leaf
        self._index.assign(0, assigned)
        self._actors_seen = cast.acting

    # --- what happens to the run ---------------------------------------------------------------------

    def catch_up(self) -> bool:
        """Takes in what came; called before drawing, so that unseen it costs nothing. Whether nothing is left."""
        if self.run.events.cast.acting != self._actors_seen:
            self._arrange()
        done = self._index.extend(self.run.events)
        if self.follow:
            self.start, self.end = self._padded()
        return done

    def _restart(self) -> None:
        """Another run or branch is shown: nothing that was read of the one before holds any more."""
        if self._program is not self.run.program:
            self._program = self.run.program
            self._opened.clear()
        self._actors_seen = 0
        self._outputs = self.run.outputs
        self._forget_arrows()
        self._edges.clear()
        self._arrange()
        self._touch()

    def _forget_arrows(self) -> None:
        self._outputs_seen = 0
        self._arrows.clear()
        self._participants.clear()
        self._last_arrow_tick = 0

    def _on_events(self, first: int, count: int) -> None:
        if first == 0 and count == 0:
            self.follow = True
        self._touch()

    def _on_selection(self) -> None:
        if self.run.events.cast.acting > GROUP_OVER:
            self._arrange()
        self._touch()

    def _on_outputs(self) -> None:
        if self._outputs is not self.run.outputs or self._outputs_seen > len(self.run.outputs):
            self._outputs = self.run.outputs
            self._forget_arrows()
        for output in self._outputs[self._outputs_seen :]:
            if output.lane:
                self._add_arrows(output)
        self._outputs_seen = len(self._outputs)
        self._arrange()
        self._touch()

    def _add_arrows(self, output: Output) -> None:
        for message in output.lane:
            self._arrows.append(self._arrow(message, output.n))
            self._last_arrow_tick = max(self._last_arrow_tick, message.tick)

    def _arrow(self, message: LaneMessage, n: int) -> LaneArrow:
        source = self._participants.setdefault(message.source, len(self._participants))
        target = self._participants.setdefault(message.target, len(self._participants))
        return LaneArrow(source, target, message.tick + 0.5, message.payload, n)

    def _touch(self) -> None:
        self.version += 1
        self.changed.emit()
