"""A run that is made of arrays, and an engine's port that answers from them: for tests of models and views."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.api import (
    ACTOR_DTYPE,
    EVENT_DTYPE,
    FLAG_FAULT,
    FLAG_START,
    FLAG_TIMER,
    OUTSIDE,
    ActorTypeSummary,
    Analysis,
    Branch,
    EventDetail,
    HandlerSummary,
    Output,
    Parameter,
    Picture,
    ProgramSummary,
    Status,
)
from studio.model import engine_port as port
from studio.model.ports import Language
from studio.model.run import RunModel
from studio.model.settings import Settings
from studio.model.studio import StudioModel
from studio.model.theme import ThemeModel, load_themes

ROOT = Path(__file__).resolve().parents[2]
TYPES = ("main", "Auth", "Ledger", "Account")


def program() -> ProgramSummary:
    """Main, and three actor types with a start, a message and a timer each."""
    types = tuple(
        ActorTypeSummary(i, name, "main" if i == 0 else "actor", 1 + 5 * i, (Parameter("balance", "int"),))
        for i, name in enumerate(TYPES)
    )
    handlers = []
    for name in TYPES:
        for kind, message in (("start", "start"), ("message", "deposit"), ("timer", "every 10ms")):
            params = (Parameter("amount", "int"),) if kind == "message" else ()
            handlers.append(HandlerSummary(len(handlers), name, message, kind, params, 3, 6))
    return ProgramSummary("bank.aefl", types, tuple(handlers))


def make_events(total: int, actors: int, seed: int = 1, per_tick: int = 3) -> npt.NDArray[np.void]:
    """A run: actor 0 is main, actor ``a`` is of type ``1 + a % 3``; after the starts, messages wander, sent a tick
    before."""
    random = np.random.default_rng(seed)
    events = np.zeros(total, EVENT_DTYPE)
    n = np.arange(total)
    events["tick"] = np.where(n < 1, 0, np.where(n < actors, 1, 2 + (n - actors) // per_tick))
    kinds = np.where(np.arange(actors) == 0, 0, 1 + np.arange(actors) % 3)
    chosen = random.integers(0, actors, total)
    chosen[:actors] = np.arange(min(actors, total))
    in_tick = events["tick"]
    order = np.lexsort((chosen, in_tick))
    actor = chosen[order]
    events["actor"] = actor
    events["type"] = kinds[actor] * 3 + 1
    timers = (n % 17 == 0) & (n >= actors)
    events["type"][timers] += 1
    events["flags"][timers] = FLAG_TIMER
    events["type"][: min(actors, total)] = kinds[: min(actors, total)] * 3
    events["flags"][: min(actors, total)] = FLAG_START
    order = np.argsort(actor, kind="stable")
    starts = np.searchsorted(actor[order], np.arange(actors))
    seq = np.empty(total, np.int64)
    seq[order] = n - starts[actor[order]]
    events["seq"] = seq
    cause = np.maximum(n - 1 - random.integers(per_tick, 2 * per_tick + 1, total), 0)
    cause[: min(actors, total)] = 0
    events["sender"] = actor[cause]
    events["sender_seq"] = seq[cause]
    events["sender"][timers] = actor[timers]
    events["sender"][0] = OUTSIDE
    events["sends"] = 1
    return events


def with_faults(events: npt.NDArray[np.void], rows: list[int]) -> npt.NDArray[np.void]:
    """The same events, where the turns of some failed."""
    events["flags"][rows] |= FLAG_FAULT
    return events


class ScriptedEngine:
    """An ``EnginePort`` that remembers what it was told and answers when a test says so."""

    def __init__(self) -> None:
        self.commands: list[port.Command] = []
        self.seeks: list[port.Seek] = []
        self.wishes: list[port.ReadTexts] = []
        self._receive: Callable[[port.Batch], None] = lambda batch: None

    def post(self, command: port.Command) -> None:
        self.commands.append(command)

    def seek(self, seek: port.Seek) -> None:
        self.seeks.append(seek)

    def read_texts(self, wish: port.ReadTexts) -> None:
        self.wishes.append(wish)

    def listen(self, receive: Callable[[port.Batch], None]) -> None:
        self._receive = receive

    def answer(self, run: RunModel, *answers: port.Answer) -> None:
        """Hands over answers, as one batch of the open run."""
        self._receive(port.Batch(run.run_number, answers))


def grown(
    events: npt.NDArray[np.void], first: int = 0, branch: int = 0, outputs: tuple[Output, ...] = ()
) -> port.Grown:
    """The news that a branch has these events now."""
    tick = int(events["tick"][-1]) if len(events) else 0
    return port.Grown(branch, first, events, outputs, first + len(events), tick, 0x7F3A, 1e6)


def branch(id: int = 0, total: int = 0, parent: int | None = None, at: int = 0, name: str = "main") -> Branch:
    return Branch(id, name, parent, at, "", total, 0, Status.FINISHED, 0x7F3A)


def open_run(engine: ScriptedEngine, run: RunModel, events: npt.NDArray[np.void]) -> None:
    """Brings a run to the state after it has finished with these events."""
    run.attach(engine)
    run.start("", "bank.aefl")
    engine.answer(
        run,
        port.Opened("bank.aefl", "", 0, program(), None, ()),
        port.StateChanged("running"),
        port.BranchesChanged((branch(total=len(events)),)),
        grown(events),
        port.StateChanged("finished"),
    )


def picture(events: npt.NDArray[np.void], n: int) -> Picture:
    """All actors after ``n`` events; some have messages waiting."""
    count = int(events["actor"].max()) + 1
    actors = np.zeros(count, ACTOR_DTYPE)
    actors["id"] = np.arange(count)
    actors["status"] = 2
    actors["waiting"] = np.arange(count) % 4
    actors["handled"] = np.bincount(events["actor"][:n], minlength=count)
    failed = events["actor"][:n][events["flags"][:n] & FLAG_FAULT != 0]
    actors["status"][failed] = 3
    return Picture(0, n, int(events["tick"][n - 1]) if n else 0, actors)


def detail(n: int, cause: int | None = None, effects: tuple[int, ...] = ()) -> EventDetail:
    return EventDetail(n, 12, 1, n, 0, "Auth.deposit", (), 0, cause, effects, 3, 6, None, ())


def studio(theme: str = "light") -> tuple[StudioModel, ScriptedEngine]:
    """A Studio in a theme, on a scripted engine, with nothing open."""
    sources, wrong = load_themes(ROOT / "themes")
    assert not wrong
    engine = ScriptedEngine()
    run = RunModel()
    run.attach(engine)
    language = Language(lambda text, file, unsaved: Analysis((), ()), lambda line, state: ((), 0))
    model = StudioModel(run, ThemeModel(sources, theme), Settings(), language, ROOT / "resources", ROOT / "examples")
    return model, engine
