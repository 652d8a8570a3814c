"""The cast of a branch: which actors it has, of what type, and who spawned them, read off their first events.

An actor's first event is its start (``FLAG_START``), whose handler says the type and whose sender is the parent. A
restart is a start too, sent by the actor itself, and changes nothing here. So the cast is a function of the events,
and grows with them: spawning a million actors is a few array operations.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from engine.api import FLAG_START, OUTSIDE, ActorTypeSummary, HandlerSummary, ProgramSummary

UNKNOWN = -1

_NOBODY = ActorTypeSummary(UNKNOWN, "", "actor", 0, ())


class Program:
    """The names of a program by number: actor types and handlers, total over every number that events may carry."""

    def __init__(self, summary: ProgramSummary | None = None) -> None:
        self.summary = summary
        self.types: tuple[ActorTypeSummary, ...] = summary.actor_types if summary else ()
        self.handlers: tuple[HandlerSummary, ...] = summary.handlers if summary else ()
        by_name = {t.name: t.id for t in self.types}
        self.type_of_handler = np.array([by_name.get(h.actor, UNKNOWN) for h in self.handlers] or [UNKNOWN], np.int32)
        self._handlers = {h.id: h for h in self.handlers}
        self._types = {t.id: t for t in self.types}

    def actor_type(self, type_id: int) -> ActorTypeSummary:
        """The type with that number; a nameless one if there is none."""
        return self._types.get(type_id, _NOBODY)

    def handler(self, handler_id: int) -> HandlerSummary | None:
        """The handler with that number."""
        return self._handlers.get(handler_id)

    def message(self, handler_id: int) -> str:
        """What an event of that type is called: the message, ``start``, or the timer."""
        handler = self._handlers.get(handler_id)
        return handler.name if handler else f"message {handler_id}"


class Cast:
    """The actors by id: ``types``, ``parents``, ``first`` (the number of the first event); UNKNOWN where none is known.

    An actor belongs to the cast from its first event on, which is its start unless a fork dropped that message. It
    may start again and again: the cast keeps the first time.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.count = 0
        """One more than the highest id seen."""
        self.acting = 0
        """How many actors have had an event."""
        self._types: npt.NDArray[np.int32] = np.full(64, UNKNOWN, np.int32)
        self._parents: npt.NDArray[np.int64] = np.full(64, UNKNOWN, np.int64)
        self._first: npt.NDArray[np.int64] = np.full(64, UNKNOWN, np.int64)
        self._pictured: npt.NDArray[np.uint32] = np.empty(0, np.uint32)

    @property
    def types(self) -> npt.NDArray[np.int32]:
        """The type of every actor, by id."""
        return self._types[: self.count]

    @property
    def parents(self) -> npt.NDArray[np.int64]:
        """The actor that spawned each, by id; OUTSIDE for those that no actor spawned, UNKNOWN without a start."""
        return self._parents[: self.count]

    @property
    def first(self) -> npt.NDArray[np.int64]:
        """The number of each actor's first event, by id."""
        return self._first[: self.count]

    @property
    def population(self) -> npt.NDArray[np.int64]:
        """How many actors of each type have had an event."""
        types = self.types[self.types >= 0]
        return np.bincount(types, minlength=max(1, len(self.program.types))).astype(np.int64)

    def members(self, actor_type: int) -> npt.NDArray[np.int64]:
        """The ids of a type's actors that have had an event, in their order."""
        return np.flatnonzero(self.types == actor_type)

    def add(self, first_n: int, events: npt.NDArray[np.void]) -> None:
        """Takes in the events that begin with number ``first_n``."""
        if not len(events):
            return
        actors = events["actor"].astype(np.int64)
        self._reserve(int(actors.max()) + 1)
        fresh = np.flatnonzero(self._first[actors] == UNKNOWN)
        if not len(fresh):
            return
        newcomers, at = np.unique(actors[fresh], return_index=True)
        places = fresh[at]
        rows = events[places]
        kinds = np.minimum(rows["type"].astype(np.int64), len(self.program.type_of_handler) - 1)
        self._types[newcomers] = self.program.type_of_handler[kinds]
        self._parents[newcomers] = np.where(rows["flags"] & FLAG_START, rows["sender"].astype(np.int64), UNKNOWN)
        self._first[newcomers] = places + first_n
        self.acting += len(newcomers)

    def learn(self, types: npt.NDArray[np.uint32]) -> None:
        """Takes the types of all actors from a picture of this branch, for those that have had no event yet."""
        if len(types) > len(self._pictured):
            self._pictured = types.copy()

    def before(self, n: int) -> Cast:
        """The cast as it was after ``n`` events, as a copy of its own."""
        kept = np.flatnonzero((self.first >= 0) & (self.first < n))
        copy = Cast(self.program)
        copy._reserve(int(kept[-1]) + 1 if len(kept) else 0)
        copy._types[kept] = self._types[kept]
        copy._parents[kept] = self._parents[kept]
        copy._first[kept] = self._first[kept]
        copy.acting = len(kept)
        return copy

    def type_of(self, actor: int) -> int:
        """The type of an actor, UNKNOWN if neither an event nor a picture told of it."""
        known = int(self._types[actor]) if 0 <= actor < self.count else UNKNOWN
        if known == UNKNOWN and 0 <= actor < len(self._pictured):
            return int(self._pictured[actor])
        return known

    def name(self, actor: int) -> str:
        """``Counter#3``, ``main`` for the program itself, ``outside`` for who is not an actor."""
        if actor == OUTSIDE:
            return "outside"
        kind = self.program.actor_type(self.type_of(actor))
        if kind.kind == "main":
            return "main"
        return f"{kind.name}#{actor}" if kind.name else f"actor {actor}"

    def _reserve(self, count: int) -> None:
        if count > len(self._types):
            size = max(count, 2 * len(self._types))
            self._types = _grown(self._types, size)
            self._parents = _grown(self._parents, size)
            self._first = _grown(self._first, size)
        self.count = max(self.count, count)


Number = TypeVar("Number", np.int32, np.int64)


def _grown(array: npt.NDArray[Number], size: int) -> npt.NDArray[Number]:
    larger: npt.NDArray[Number] = np.full(size, UNKNOWN, array.dtype)
    larger[: len(array)] = array
    return larger
