"""What there is to know of the open run, and the signals that tell of its changes.

The fields that ``_clear`` sets are those of one run: they are put away with it and taken out again as a whole. The
others are about all runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.api import ActorState, Branch, EventDetail, Output, Picture, Problem, ProgramSummary, WaitingMessage
from studio.model import engine_port as port
from studio.model.branches import Comparison
from studio.model.cast import Program
from studio.model.engine_port import EnginePort
from studio.model.event_store import EventStore
from studio.model.recovery import RecoveredRun
from studio.model.runs import KeptRuns
from studio.model.signal import Signal
from studio.model.visited import Visited


class RunFields:
    """The fields and signals of the open run."""

    def __init__(self) -> None:
        self.changed: Signal[[]] = Signal()
        self.store_changed: Signal[[]] = Signal()
        """``events`` and ``outputs`` are those of another run or branch. Comes before every other signal of that
        change: whoever keeps rows or counts of the store before lets go of them here."""
        self.events_added: Signal[[int, int]] = Signal()
        self.playhead_moved: Signal[[int]] = Signal()
        self.sought: Signal[[int]] = Signal()
        """The user goes to this moment: a step, a jump, the end of a drag; never a frame of a drag or of a live run."""
        self.picture_changed: Signal[[]] = Signal()
        self.frame: Signal[[]] = Signal()
        """The live run has moved on in every part of this model; views that gather changes show them now, so that
        all that is on the screen is of one moment."""
        self.branches_changed: Signal[[]] = Signal()
        self.outputs_changed: Signal[[]] = Signal()
        self.selection_changed: Signal[[]] = Signal()
        self.texts_changed: Signal[[]] = Signal()
        self.problem: Signal[[str]] = Signal()
        self.not_compiled: Signal[[tuple[Problem, ...]]] = Signal()
        """The program has these errors, so nothing runs."""
        self.message: Signal[[str]] = Signal()
        self.fork_asked: Signal[[]] = Signal()
        self.forked: Signal[[]] = Signal()
        self.fork_refused: Signal[[str]] = Signal()
        self.runs_changed: Signal[[]] = Signal()
        """Which runs are kept beside the shown one."""
        self.recovered: Signal[[]] = Signal()
        """A run that a crash interrupted is back."""
        self.at_risk: Signal[[str]] = Signal()
        """A run would be lost in a crash, until it is saved."""
        self.not_recovered: Signal[[str]] = Signal()
        self.run_number = 0
        """The number of the run that was asked for last."""
        self.shown_run = 0
        """The number of the run that is shown: another one, while the one asked for is still being compiled."""
        self.kept = KeptRuns()
        self.has_dropped_runs = False
        """Whether it was told that old runs go."""
        self._titles: dict[int, str] = {}
        self._recovering: list[int] = []
        """The runs that are to come back, and …"""
        self.recovered_runs: list[RecoveredRun] = []
        """… those that are back."""
        self._beginning = False
        """Whether the run that was asked for last is still to come; the shown one stays until then."""
        self._last_opened = 0
        self._state_before = "none"
        """What the engine does with the shown run while another begins."""
        self._held: list[port.Command] = []
        """What was asked of the shown run meanwhile; done if the other one does not come."""
        self._engine: EnginePort | None = None
        self._generation = 0
        self._picture_wanted = 0
        self._following_wanted = 0
        others = set(vars(self))
        self._clear()
        self._of_a_run = tuple(name for name in vars(self) if name not in others)

    def _clear(self) -> None:
        self.state = "none"
        self.source_name = ""
        self.source_text = ""
        self.sources: dict[str, str] = {}
        """The texts of all files of the program, by name."""
        self.seed = 0
        self.path: Path | None = None
        self.summary: ProgramSummary | None = None
        self.program = Program()
        self.branches: tuple[Branch, ...] = ()
        self.branch = 0
        self.playhead = 0
        self.live = True
        self.tick = 0
        self.rate = 0.0
        self.execution_hash = 0
        self.verified: bool | None = None
        self.events = EventStore()
        self.outputs: Sequence[Output] = []
        self.picture: Picture | None = None
        self.event_detail: EventDetail | None = None
        self.following: WaitingMessage | None = None
        self.actor_state: ActorState | None = None
        """The state of ``subject``, and …"""
        self.state_before: ActorState | None = None
        """… where its turn at the playhead failed, its state before that turn."""
        self.waiting: tuple[WaitingMessage, ...] = ()
        self.cut: port.TurnCut | None = None
        """The turn in whose middle the run was stopped."""
        self.turn_running: port.TurnRunning | None = None
        """The turn that has been running for long."""
        self.actor_count: int | None = None
        """How many actors there are at the moment that was read last, those that have not started included."""
        self.selected_actor: int | None = None
        self.pinned = False
        """Whether the selected actor stays selected wherever the playhead goes."""
        self.comparison: Comparison | None = None
        self._stores: dict[int, EventStore] = {0: self.events}
        self._unshown: list[port.Grown] = []
        """What the live run has grown by since the moment that is shown; it is shown together with the next one."""
        self._texts: dict[int, str] = {}
        self._shown_generation = 0
        self._going_to_end = False
        """Whether a recording is being read that nobody has looked into yet: it opens at its end, as a run leaves
        it."""
        self._visited = Visited()
