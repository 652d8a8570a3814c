"""What a run looks like from outside, at any of its moments: frozen values in the words of an editor.

A *moment* of a run is ``(branch, n)``: the state after ``n`` events of that branch; ``n = 0`` is before the first.
Event number ``i`` (from 0) leads from moment ``i`` to moment ``i + 1``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from engine.base.events import Status
from engine.base.values import Value as Value

if TYPE_CHECKING:
    from engine.timetravel.rendered import Rendered

# --- what a program consists of ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a message, with the text of its type."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class HandlerSummary:
    """A kind of turn; ``id`` is the ``type`` of events. ``kind``: start, message, timer. File and lines: where its text
    is."""

    id: int
    actor: str
    name: str
    kind: str
    params: tuple[Parameter, ...]
    line: int
    end_line: int
    file: str = ""


@dataclass(frozen=True, slots=True)
class ActorTypeSummary:
    """An actor type; ``id`` is the number that actors carry. ``main`` is 0, the top level of the program."""

    id: int
    name: str
    kind: str
    """``main``, ``actor`` or ``agent``."""
    line: int
    fields: tuple[Parameter, ...]
    file: str = ""


@dataclass(frozen=True, slots=True)
class ProgramSummary:
    """What a compiled program consists of."""

    file: str
    actor_types: tuple[ActorTypeSummary, ...]
    handlers: tuple[HandlerSummary, ...]


# --- what a run shows -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FaultInfo:
    """A turn that failed: what was going on, where in the source, and in plain words why."""

    n: int
    """The number of the event whose turn failed."""
    tick: int
    actor: int
    seq: int
    kind: str
    message: str
    file: str
    line: int
    column: int
    function: str
    actor_name: str
    """``Account#3``."""


@dataclass(frozen=True, slots=True)
class LaneMessage:
    """One arrow of a ``render timeline``: names, the tick it stands at, and the text of its payload (may be empty)."""

    source: str
    target: str
    tick: int
    payload: str


@dataclass(frozen=True, slots=True)
class Output:
    """Something rendered. ``kind``: ``text``, ``state`` (has ``rows``), ``timeline`` (has ``lane``) or ``fault``."""

    n: int
    """The number of the event in whose turn it was rendered."""
    tick: int
    actor: int
    seq: int
    kind: str
    text: str
    rows: tuple[tuple[str, str], ...] = ()
    lane: tuple[LaneMessage, ...] = ()
    fault: FaultInfo | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """What a step of running brought. ``events`` is a structured array of ``EVENT_DTYPE``, read-only; it is empty in
    a session that keeps no events."""

    branch: int
    status: Status
    """RUNNING: call again for more. AT_LIMIT: ``until_tick`` is reached. FINISHED: nothing is left to do."""
    first: int
    """The number of the first event of this step."""
    events: npt.NDArray[np.void]
    rendered: Rendered
    """What was rendered, and faults, as ``outputs`` or in pieces that cost less."""
    total: int
    """How many events the branch has now."""
    tick: int
    execution_hash: int
    """Over all deliveries and outputs; where the run has finished or reached a limit, over the states then too."""
    waits: tuple[Wait, ...] = ()
    """Where nothing is left to do: the actors that still await an answer, which can never come."""
    dead_letters: int = 0
    """How many messages came to actors that had ended, since the start."""
    cut: WaitingMessage | None = None
    """Where the work was interrupted in the middle of a turn: the message of that turn, which then did not happen."""
    unchecked: int = 0
    """Where ``until_tick`` came first: the line of an expectation of the top level, which waits for the end; or 0."""

    @property
    def outputs(self) -> tuple[Output, ...]:
        """What was rendered in this step, and its faults, in order."""
        return self.rendered.outputs


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A field of an actor's state. ``before`` is its text as in source one event earlier if that event changed it,
    else None."""

    name: str
    value: Value
    before: str | None = None


@dataclass(frozen=True, slots=True)
class WaitingFrame:
    """A function that awaits, or that calls one which does: where it will go on, and the variables that it has kept."""

    function: str
    line: int
    column: int
    fields: tuple[FieldValue, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """What an actor awaits: the answer of ``asked`` to ``message``. ``held`` are the messages that came meanwhile;
    ``frames`` begin with the handler, the last one is where the ``await`` stands."""

    actor: int
    name: str
    asked: int
    asked_name: str
    message: str
    line: int
    column: int
    held: int
    frames: tuple[WaitingFrame, ...]

    @property
    def text(self) -> str:
        """``Auth#1 waits at 12:9 for Store#2.get``."""
        return f"{self.name} waits at {self.line}:{self.column} for {self.asked_name}.{self.message}"


@dataclass(frozen=True, slots=True)
class ActorState:
    """One actor at one moment. ``status``: starting, alive, faulted, stopped, or awaiting, a way of being alive (see
    ``wait``). ``waiting`` counts its mailbox."""

    id: int
    type: str
    name: str
    """``Counter#3``; ``main`` for the program itself."""
    status: str
    waiting: int
    handled: int
    fields: tuple[FieldValue, ...]
    wait: Wait | None = None


@dataclass(frozen=True, slots=True)
class WaitingMessage:
    """A message that was sent and not handled yet. ``due`` is the tick in which it arrives."""

    receiver: int
    sender: int
    """``OUTSIDE`` where no actor sent it."""
    due: int
    type: str
    text: str
    """``deposit(5)``."""
    handler: int = 0
    """The number of its handler."""
    without: str = ""
    """What else is lost where this message never arrives, as a part of a sentence; empty if nothing is."""


@dataclass(frozen=True, slots=True)
class EventDetail:
    """One event in full. ``arguments`` are the message's parameters; ``cause`` and ``effects`` are event numbers."""

    n: int
    tick: int
    actor: int
    seq: int
    sender: int
    type: str
    """``Account.deposit``."""
    arguments: tuple[tuple[str, Value], ...]
    flags: int
    cause: int | None
    effects: tuple[int, ...]
    line: int
    end_line: int
    fault: FaultInfo | None
    changes: tuple[FieldValue, ...]
    """The fields of the actor's state that this event changed, with their texts before."""
    file: str = ""
    """Where the handler is, with ``line`` and ``end_line``."""
    text: str = ""
    """``deposit(5)``."""


@dataclass(frozen=True, slots=True)
class Picture:
    """All actors at one moment: a read-only array of ``ACTOR_DTYPE``, by id."""

    branch: int
    n: int
    tick: int
    actors: npt.NDArray[np.void]


# --- changes and branches ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Inject:
    """Change of a fork: a message from outside, written as source: ``Auth.login("eve")``, ``Counter#3.add(2)``."""

    send: str


@dataclass(frozen=True, slots=True)
class EditMessage:
    """Change of a fork: the next event's message with other arguments, written as source: ``("eve", 3)``."""

    arguments: str


@dataclass(frozen=True, slots=True)
class DropMessage:
    """Change of a fork: the next event's message never arrives."""


@dataclass(frozen=True, slots=True)
class SetField:
    """Change of a fork: a field of an actor's state gets another value, written as source."""

    actor: int
    field: str
    value: str
    actor_type: str = ""
    """The type that the actor should have, where the person has said one."""


Change = Inject | EditMessage | DropMessage | SetField


@dataclass(frozen=True, slots=True)
class Branch:
    """A line of history. The first has no parent. ``total`` counts its events, those before the fork included."""

    id: int
    name: str
    parent: int | None
    at: int
    """The moment of the parent where it leaves."""
    change: str
    total: int
    tick: int
    status: Status
    execution_hash: int


@dataclass(frozen=True, slots=True)
class Difference:
    """The first event in which two branches differ, by number, or None for each where that branch has ended."""

    n: int
    left: EventDetail | None
    right: EventDetail | None
    reason: str
    """In plain words: which part differs."""


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome of replaying a branch: whether every hash was the same, and if not, where not."""

    ok: bool
    events: int
    message: str
