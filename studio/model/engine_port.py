"""What Studio says to the engine's thread, and what it hears from it: small frozen values, both ways.

Commands are done in order. Two kinds are not queued but kept in a slot where only the latest stays: where to seek,
and which message texts a table shows. Answers come in batches of one frame; every batch carries the number of the run
it speaks of, so that what is left over from the run before is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from engine.api import (
    ActorState,
    Branch,
    Change,
    Difference,
    EventDetail,
    Output,
    Picture,
    Problem,
    ProgramSummary,
    Verification,
    WaitingMessage,
)

# --- commands -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Start:
    """Compile a text and run it, or one of its tests, as run number ``run``; with ``events`` it stops after so many."""

    run: int
    text: str
    file: str
    seed: int
    unsaved: Mapping[str, str] = field(default_factory=dict)
    test: str | None = None
    events: int | None = None


@dataclass(frozen=True, slots=True)
class OpenTrace:
    """Open a recording as run number ``run``."""

    run: int
    path: Path


@dataclass(frozen=True, slots=True)
class Recover:
    """Take the recording that a crash left as run number ``run``, put away; done as soon as nothing runs."""

    run: int
    path: Path


@dataclass(frozen=True, slots=True)
class ShowRun:
    """Go back to a run that was put away."""

    run: int


@dataclass(frozen=True, slots=True)
class ForgetRun:
    """Drop a run that was put away."""

    run: int


@dataclass(frozen=True, slots=True)
class SaveTrace:
    """Write the recording of a run into a file."""

    path: Path
    run: int = 0


@dataclass(frozen=True, slots=True)
class Resume:
    """Run the end of a branch on."""

    branch: int


@dataclass(frozen=True, slots=True)
class Pause:
    """Stay at the event where the run is; it can go on."""


@dataclass(frozen=True, slots=True)
class Stop:
    """End the run, also in the middle of a turn, which then did not happen."""


@dataclass(frozen=True, slots=True)
class StepEvent:
    """Run the end of a branch on by one event."""

    branch: int


@dataclass(frozen=True, slots=True)
class Fork:
    """Make a branch at a moment with a change, and run it on."""

    branch: int
    n: int
    change: Change | None


@dataclass(frozen=True, slots=True)
class ShowBranch:
    """Send a branch's events from number ``have`` on, and all its outputs."""

    branch: int
    have: int


@dataclass(frozen=True, slots=True)
class Compare:
    """Look for the first difference of two branches."""

    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Verify:
    """Replay a branch and compare the hashes."""

    branch: int


@dataclass(frozen=True, slots=True)
class Seek:
    """Read a moment: the event that led there, one actor in full (the one that acted there, if none is named), all
    actors (if ``picture``), and the message that is handled next (if ``following``).

    With ``live`` it is whatever moment the run has reached when the wish is served, and running comes first.
    """

    generation: int
    branch: int
    n: int
    actor: int | None
    picture: bool
    following: bool = False
    live: bool = False


@dataclass(frozen=True, slots=True)
class ReadTexts:
    """Write out the messages of these events."""

    branch: int
    rows: tuple[int, ...]


Command = (
    Start
    | OpenTrace
    | Recover
    | ShowRun
    | ForgetRun
    | SaveTrace
    | Resume
    | Pause
    | Stop
    | StepEvent
    | Fork
    | ShowBranch
    | Compare
    | Verify
)


# --- answers ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StateChanged:
    """What the engine does now: none compiling running paused finished stopped."""

    state: str


@dataclass(frozen=True, slots=True)
class NotOpened:
    """A run could not be begun or opened; why, as a sentence. The one before goes on."""

    run: int
    reason: str


@dataclass(frozen=True, slots=True)
class PutAway:
    """A run made way for another and is kept; how much memory that takes."""

    run: int
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A run is there; its source and names. The one before is put away."""

    file: str
    text: str
    seed: int
    summary: ProgramSummary
    path: Path | None
    warnings: tuple[str, ...]
    sources: tuple[tuple[str, str], ...] = ()
    """Name and text of all its files."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """A run that a crash interrupted is there again, put away; it rests in ``state``."""

    run: int
    opened: Opened
    branches: tuple[Branch, ...]
    state: str
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class NotRecovered:
    """The recording that a crash left could not be used; why and where it is, as a sentence."""

    run: int
    reason: str


@dataclass(frozen=True, slots=True)
class NotRecorded:
    """What is not saved would be lost in a crash; why, as a sentence. The run goes on."""

    reason: str


@dataclass(frozen=True, slots=True)
class Grown:
    """Events of a branch from number ``first`` on, made just now or read again (then there are no outputs)."""

    branch: int
    first: int
    events: npt.NDArray[np.void]
    outputs: tuple[Output, ...]
    total: int
    tick: int
    execution_hash: int
    rate: float


@dataclass(frozen=True, slots=True)
class OutputsRead:
    """All outputs of a branch so far."""

    branch: int
    outputs: tuple[Output, ...]


@dataclass(frozen=True, slots=True)
class BranchesChanged:
    """All branches."""

    branches: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """What a ``Seek`` found. ``following`` is the message that is handled next, if there is one."""

    generation: int
    branch: int
    n: int
    picture: Picture | None
    actor: ActorState | None
    event: EventDetail | None
    following: WaitingMessage | None
    waiting: tuple[WaitingMessage, ...]
    before: ActorState | None = None
    """The state of ``actor`` before the event, if that is a turn of it that failed."""
    types: npt.NDArray[np.uint32] = field(default_factory=lambda: np.empty(0, np.uint32))
    """The types of all actors of the moment, by id."""


@dataclass(frozen=True, slots=True)
class TextsRead:
    """Messages written out, by event number."""

    branch: int
    texts: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Forked:
    """A new branch is there and is being run on."""

    branch: int


@dataclass(frozen=True, slots=True)
class ForkRefused:
    """The change cannot be made there; why, in plain words."""

    reason: str


@dataclass(frozen=True, slots=True)
class Compared:
    """The first difference of two branches; None if they are the same."""

    left: int
    right: int
    difference: Difference | None


@dataclass(frozen=True, slots=True)
class Verified:
    """The outcome of a ``Verify``."""

    branch: int
    verification: Verification


@dataclass(frozen=True, slots=True)
class Saved:
    """The recording of a run is in that file."""

    path: Path
    run: int = 0


@dataclass(frozen=True, slots=True)
class NotCompiled:
    """The program has errors: nothing runs. At least one of the problems is an error."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class TurnCut:
    """The run was stopped in the middle of a turn, which then did not happen: whose it is, and the handler's place."""

    branch: int
    actor: int
    name: str
    text: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class TurnRunning:
    """A turn that has been running for long, whose event will have number ``n``; no event after it can come before."""

    branch: int
    n: int
    actor: int
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something went wrong; a sentence for the user."""

    text: str


Answer = (
    StateChanged
    | NotOpened
    | PutAway
    | Opened
    | Recovered
    | NotRecovered
    | NotRecorded
    | Grown
    | OutputsRead
    | BranchesChanged
    | Moment
    | TextsRead
    | Forked
    | ForkRefused
    | Compared
    | Verified
    | Saved
    | NotCompiled
    | TurnCut
    | TurnRunning
    | Trouble
)


@dataclass(frozen=True, slots=True)
class Batch:
    """The answers of one frame, in order."""

    run: int
    answers: tuple[Answer, ...]


class EnginePort(Protocol):
    """The engine's thread, seen from the GUI's thread. Nothing here waits."""

    def post(self, command: Command) -> None:
        """Queues a command."""

    def seek(self, seek: Seek) -> None:
        """Asks for a moment; an earlier wish that is not yet being done is forgotten."""

    def read_texts(self, wish: ReadTexts) -> None:
        """Asks for the texts of messages; an earlier wish is forgotten."""

    def listen(self, receive: Callable[[Batch], None]) -> None:
        """From now on ``receive`` is called with every batch, on the GUI's thread."""
