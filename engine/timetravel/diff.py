"""The first difference of two branches, of one run or of two.

Events and what they put out are compared, then the states at the end. Equal hashes mean equal pasts, so two runs are
compared by their hash marks first and event by event only between the last equal and the first different one. What two
branches of a session have in common is not compared at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from engine.base.counts import counted
from engine.base.events import EVENT_DTYPE, MARK_DTYPE
from engine.timetravel.outputs import each_output
from engine.timetravel.side_by_side import one_output, shown, two_outputs, two_texts
from engine.timetravel.views import ActorState, Difference, EventDetail
from engine.trace.columns import Events

if TYPE_CHECKING:
    from engine.timetravel.session import Session

_WINDOW = 8_192
_COLUMNS = ("tick", "actor", "seq", "sender", "sender_seq", "type", "flags", "payload_length", "sends")
_WORDS = {
    "tick": "the tick is {0} on the left and {1} on the right",
    "actor": "it is {0} on the left and {1} on the right",
    "seq": "it is number {0} of the actor on the left and number {1} on the right",
    "sender": "it was sent by {0} on the left and by {1} on the right",
    "sender_seq": "it was sent in its sender's turn {0} on the left and {1} on the right",
    "type": "it is {0} on the left and {1} on the right",
}


def first_difference(left: Session, left_branch: int, right: Session, right_branch: int) -> Difference | None:
    """The first event in which two branches differ, or in which they put out something else; None if all events, all
    outputs and the states at the end are the same."""
    pair = _Pair(left, left_branch, right, right_branch)
    output = pair.first_different_output()
    n = pair.first_different_event(None if output is None else output.n)
    if n is not None:
        return Difference(n, pair.detail(0, n), pair.detail(1, n), pair.reason(n))
    if output is not None:
        return Difference(output.n, pair.detail(0, output.n), pair.detail(1, output.n), output.reason)
    return pair.different_state()


class _OutputDifference(NamedTuple):
    """The event with the first output that is not the same, and what is different."""

    n: int
    reason: str


class _Pair:
    """Two branches side by side. Types of messages are compared by name, so that two programs can be compared."""

    def __init__(self, left: Session, left_branch: int, right: Session, right_branch: int) -> None:
        self.sides = ((left, left_branch), (right, right_branch))
        self.totals = [session.total(branch) for session, branch in self.sides]
        names = [session.describer.handler_names for session, _ in self.sides]
        known: dict[tuple[str, int], int] = {}
        numbers = [[known.setdefault(key, len(known)) for key in _numbered(side)] for side in names]
        self._types = (np.array(numbers[0], np.int64), np.array(numbers[1], np.int64))

    def first_different_output(self) -> _OutputDifference | None:
        """The first output that is not the same, or that only one side has."""
        left, right = (each_output(session, branch) for session, branch in self.sides)
        for one, other in zip_longest(left, right):
            if one is None or other is None or shown(one) != shown(other):
                break
        else:
            return None
        n = min(output.n for output in (one, other) if output is not None)
        ticks_us = [session.describer.metadata.tick_us for session, _ in self.sides]
        if one is not None and other is not None and one.n == other.n:
            return _OutputDifference(n, two_outputs(one, other, ticks_us))
        side = 0 if one is not None and one.n == n else 1
        output = (one, other)[side]
        assert output is not None
        text, word = one_output(output, ticks_us[side]), ("left", "right")[side]
        return _OutputDifference(n, f"it {text} on the {word}, and nothing more on the other side")

    def first_different_event(self, until: int | None) -> int | None:
        """The number of the first event that is not the same, or that only one side has; up to event ``until``."""
        common = min(self.totals)
        start, stop = self._narrowed(self._shared_past(), common)
        if until is not None:
            stop = min(stop, until + 1)
        while start < stop:
            end = min(stop, start + _WINDOW)
            different = self._different(start, end)
            if different is not None:
                return different
            start = end
        if until is not None and until < common:
            return None
        return common if self.totals[0] != self.totals[1] else None

    def _shared_past(self) -> int:
        """The moment up to which both are the same by construction."""
        (left, left_branch), (right, right_branch) = self.sides
        if left is not right:
            return 0
        shared = 0
        for (a, a_end), (b, b_end) in zip(
            left.history.ancestry(left_branch), right.history.ancestry(right_branch), strict=False
        ):
            if a is not b:
                break
            shared = min(a_end, b_end)
        return shared

    def _narrowed(self, start: int, stop: int) -> tuple[int, int]:
        """A smaller range in which the first difference lies, by the hash marks. A hash says nothing about the range
        where handlers have other numbers, so two programs are compared event by event."""
        if not self._same_handlers():
            return start, stop
        left, right = (_marks(session, branch) for session, branch in self.sides)
        left, right = left[left["events"] > start], right[right["events"] > start]
        count = min(len(left), len(right))
        different = np.flatnonzero(left[:count] != right[:count])
        first = int(different[0]) if len(different) else count
        if first > 0:
            start = int(left["events"][first - 1])
        if first < count:
            stop = min(stop, int(max(left["events"][first], right["events"][first])))
        return start, stop

    def _same_handlers(self) -> bool:
        """Whether a handler has the same number on both sides."""
        return bool(np.array_equal(*self._types))

    def _events(self, side: int, start: int, stop: int) -> Events:
        session, branch = self.sides[side]
        return session.events(branch, start, stop)

    def _different(self, start: int, stop: int) -> int | None:
        """The first event in a window that is not the same, payloads included."""
        left, right = self._events(0, start, stop), self._events(1, start, stop)
        unequal = np.zeros(stop - start, bool)
        for name in _COLUMNS:
            a, b = left[name], right[name]
            if name == "type":
                a, b = self._types[0][a], self._types[1][b]
            unequal |= a != b
        first = int(np.argmax(unequal)) if unequal.any() else stop - start
        for position, (one, other) in enumerate(zip(*self._payloads(start, start + first), strict=True)):
            if one != other:
                return start + position
        return start + first if first < stop - start else None

    def _payloads(self, start: int, stop: int) -> tuple[list[bytes], list[bytes]]:
        left, right = (session.payloads(branch, start, stop) for session, branch in self.sides)
        return left, right

    def detail(self, side: int, n: int) -> EventDetail | None:
        """Event ``n`` of one side, or None where that branch has ended."""
        session, branch = self.sides[side]
        return session.event(branch, n) if n < session.total(branch) else None

    def reason(self, n: int) -> str:
        """In plain words, what differs in event ``n``."""
        for side, word, other in ((0, "left", "right"), (1, "right", "left")):
            if n >= self.totals[side]:
                return f"the {word} run has ended after {counted(n, 'event')}, the {other} one goes on"
        left, right = self._events(0, n, n + 1)[0], self._events(1, n, n + 1)[0]
        for name, words in _WORDS.items():
            values: list[object] = [int(left[name]), int(right[name])]
            if name in ("actor", "type") and values[0] != values[1]:
                values = [self._call(side, n, row) for side, row in enumerate((left, right))]
            elif name == "sender":
                rows = zip(self.sides, (left, right), strict=True)
                values = [session.actor_name(branch, n, int(row["sender"])) for (session, branch), row in rows]
            if values[0] != values[1]:
                return words.format(*values)
        texts = [session.message_text(branch, n) for session, branch in self.sides]
        if texts[0] != texts[1]:
            return f"the message is {two_texts(*texts)}"
        payloads = self._payloads(n, n + 1)
        if payloads[0] != payloads[1]:
            return f"the message is {texts[0]} on both sides as far as it is shown, and differs in what is not"
        if left["flags"] != right["flags"]:
            return "the turn ended otherwise: one side has a fault, or no such actor any more"
        return (
            f"the turn sent {counted(int(left['sends']), 'message')} on the left and {int(right['sends'])} on the right"
        )

    def _call(self, side: int, n: int, row: np.void) -> str:
        """An event as a call: ``Account#2.deposit(5)``."""
        session, branch = self.sides[side]
        actor_type = session.describer.handler_names[int(row["type"])].partition(".")[0]
        receiver = actor_type if actor_type == "main" else f"{actor_type}#{int(row['actor'])}"
        return f"{receiver}.{session.message_text(branch, n)}"

    def different_state(self) -> Difference | None:
        """A difference that no event shows: a field that was changed by a fork and that nothing has asked for since."""
        for n in dict.fromkeys((self._shared_past(), min(self.totals))):
            unknown = None
            if self._same_handlers():
                digests = [session.state_digest(branch, n) for session, branch in self.sides]
                if digests[0] == digests[1]:
                    continue
                unknown = "the states differ in a part that is not shown"
            reason = self._state_reason(n) or unknown
            if reason is not None:
                return Difference(n, self.detail(0, n), self.detail(1, n), f"the events are the same, but {reason}")
        return None

    def _state_reason(self, n: int) -> str | None:
        """The first field of the first actor that is not the same at a moment, in plain words."""
        lefts, rights = (session.actors(branch, n) for session, branch in self.sides)
        for left, right in zip(lefts, rights, strict=False):
            reason = _actor_reason(left, right)
            if reason is not None:
                return reason
        if len(lefts) != len(rights):
            return f"there are {counted(len(lefts), 'actor')} on the left and {len(rights)} on the right"
        return None


def _numbered(names: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Names, each with how many of the same came before: an actor may have several timers of one name."""
    seen: Counter[str] = Counter()
    for name in names:
        yield name, seen[name]
        seen[name] += 1


def _actor_reason(left: ActorState, right: ActorState) -> str | None:
    """What is not the same in the states of one actor, in plain words."""
    if left.name != right.name:
        return f"an actor is {left.name} on the left and {right.name} on the right"
    if left.status != right.status:
        return f"{left.name} is {left.status} on the left and {right.status} on the right"
    for one, other in zip(left.fields, right.fields, strict=False):
        name = f"{left.name}.{one.name}"
        if one.name != other.name:
            return f"a field is {name} on the left and {left.name}.{other.name} on the right"
        if one.value.quoted != other.value.quoted:
            return f"{name} is {two_texts(one.value.quoted, other.value.quoted)}"
        if one.value.type != other.value.type:
            return f"{name} is of the type {one.value.type} on the left and {other.value.type} on the right"
        if one.value != other.value:
            return f"{name} is {one.value.quoted} on both sides as far as it is shown, and differs in what is not"
    return None


def _marks(session: Session, branch: int) -> npt.NDArray[np.void]:
    """The hash marks of a branch with those of its ancestors that count for it."""
    pieces = []
    for line, end in session.history.ancestry(branch):
        rows = line.marks.rows
        pieces.append(rows[rows["events"] <= end])
    return np.concatenate(pieces) if pieces else np.empty(0, MARK_DTYPE)


assert set(_COLUMNS) <= set(EVENT_DTYPE.names or ())
