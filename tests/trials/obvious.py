"""What the views of a run have to show at a moment, in the plainest way: loops over its events and the engine's state.

Nothing is kept from one moment to the next, nothing is counted ahead, and no code of ``studio.model`` is used.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from engine.api import (
    FLAG_DEAD_LETTER,
    FLAG_FAULT,
    FLAG_INJECTED,
    FLAG_START,
    FLAG_TIMER,
    OUTSIDE,
    ActorTypeSummary,
    HandlerSummary,
    Output,
    Session,
)

STARTING, ALIVE, FAULTED, STOPPED, AWAITING = 1, 2, 3, 4, 5
KINDS = (
    ("fault", FLAG_FAULT),
    ("dead letter", FLAG_DEAD_LETTER),
    ("injected", FLAG_INJECTED),
    ("timer", FLAG_TIMER),
    ("start", FLAG_START),
)


def figure(number: int) -> str:
    """A number in groups of three."""
    return f"{number:,}".replace(",", "\u202f")


class Obvious:
    """One branch of a session, as it is now."""

    def __init__(self, session: Session, branch: int) -> None:
        self.session = session
        self.branch = branch
        self.total = session.total(branch)
        names = ("tick", "actor", "seq", "sender", "sender_seq", "type", "flags", "sends")
        rows = session.events(branch, 0, self.total)
        self.events: list[dict[str, int]] = [{name: int(row[name]) for name in names} for row in rows]
        self.types: list[ActorTypeSummary] = list(session.summary.actor_types)
        self.handlers: list[HandlerSummary] = list(session.summary.handlers)
        self.last: list[Any] = list(session.picture(branch, self.total).actors)

    def picture(self, moment: int) -> list[Any]:
        """All actors at a moment, as the engine knows them."""
        return list(self.session.picture(self.branch, moment).actors)

    def type_of(self, actor: int) -> ActorTypeSummary:
        """The type of an actor of the branch."""
        return self.types[int(self.last[actor]["type"])]

    def name(self, actor: int) -> str:
        """``Worker#3``, ``main``, ``outside``."""
        if actor == OUTSIDE:
            return "outside"
        kind = self.type_of(actor)
        return "main" if kind.kind == "main" else f"{kind.name}#{actor}"

    def started(self, moment: int) -> list[int]:
        """The actors that have had their first turn by then, whatever has become of them since."""
        return sorted({event["actor"] for event in self.events[:moment]})

    def edges(self, moment: int) -> Counter[tuple[str, str]]:
        """How many messages went from whom to whom by then."""
        found: Counter[tuple[str, str]] = Counter()
        for event in self.events[:moment]:
            if not event["flags"] & (FLAG_START | FLAG_TIMER):
                found[self.name(event["sender"]), self.name(event["actor"])] += 1
        return found

    def kind(self, n: int) -> str:
        """What kind of event it is, in words."""
        return ", ".join(name for name, flag in KINDS if self.events[n]["flags"] & flag)

    def cells(self, n: int) -> list[str]:
        """A row of the events table."""
        event = self.events[n]
        sender = "" if n == 0 and event["sender"] == OUTSIDE else self.name(event["sender"])
        return [
            figure(n + 1),
            figure(event["tick"]),
            self.name(event["actor"]),
            self.session.message_text(self.branch, n),
            sender,
            self.kind(n),
            str(event["sends"]) if event["sends"] else "",
        ]

    def matches(self, n: int, word: str) -> bool:
        """Whether a word of a filter, in lower case, is true of an event."""
        event = self.events[n]
        if word.startswith("is:"):
            return any(flag & event["flags"] for name, flag in KINDS if name.startswith(word[3:]))
        if word.startswith("tick:"):
            return event["tick"] == int(word[5:])
        if word.startswith("from:"):
            return self._is_called(event["sender"], word[5:])
        return word in self.handlers[event["type"]].name.lower() or self._is_called(event["actor"], word)

    def _is_called(self, actor: int, word: str) -> bool:
        """``work`` holds for Worker#3, ``worker#3`` too, ``worker#4`` not."""
        name, mark, number = word.partition("#")
        if actor == OUTSIDE:
            return word in "outside"
        kind = self.type_of(actor)
        called = "main" if kind.kind == "main" else kind.name.lower()
        return name in called and (not mark or number == str(actor))

    def outputs(self, moment: int) -> list[Output]:
        """What has been rendered by then. A picture of state is taken when its tick is over."""
        return [
            output
            for output in self.session.outputs(self.branch)
            if output.n < moment
            and not (output.kind == "state" and any(e["tick"] == output.tick for e in self.events[moment:]))
        ]
