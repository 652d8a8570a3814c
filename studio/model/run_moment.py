"""The moment at the playhead: which actor is selected in it, and what of it is read from the engine.

Only the latest wish is served. Each carries a generation, by which ``studio.model.run_growth`` tells an answer that is
older than what is shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.api import Branch
from studio.model import engine_port as port
from studio.model.run_fields import RunFields

_AT_ONCE = (port.Start, port.OpenTrace, port.Recover, port.Stop, port.SaveTrace, port.ForgetRun)
"""What can be told the engine at any time."""


class RunMoment(RunFields):
    """The open run as it is at the playhead."""

    @property
    def total(self) -> int:
        """How many events the shown branch has."""
        return self.events.total

    @property
    def is_open(self) -> bool:
        """Whether there is a run to look at."""
        return self.summary is not None

    @property
    def is_busy(self) -> bool:
        """Whether the engine is compiling or running."""
        return self.state in ("compiling", "running")

    @property
    def in_the_past(self) -> bool:
        """Whether the playhead stands before the end."""
        return self.playhead < self.total

    @property
    def shown_branch(self) -> Branch | None:
        """The branch that is shown."""
        return next((b for b in self.branches if b.id == self.branch), None)

    @property
    def acting(self) -> int | None:
        """The actor of the event at the playhead; None before the first event."""
        return self.events.row(self.playhead - 1).actor if 0 < self.playhead <= self.total else None

    @property
    def subject(self) -> int | None:
        """The actor that the inspector shows: the selected one, else the one of the event that was read last."""
        if self.selected_actor is not None:
            return self.selected_actor
        return self.event_detail.actor if self.event_detail is not None else None

    def playhead_tick(self) -> int:
        """The tick of the event that led to the playhead's moment; the first tick before any event."""
        if self.playhead <= 0 or not self.total:
            return self.events.first_tick
        return self.events.tick_of(min(self.playhead, self.total) - 1)

    def text_of(self, n: int) -> str | None:
        """The message of event ``n`` with its arguments, if it has been read; ``want_texts`` asks for it."""
        return self._texts.get(n)

    # --- the selected actor ---

    def select_actor(self, actor: int | None, ask: bool = True) -> None:
        """Selects an actor in every view."""
        if actor == self.selected_actor:
            return
        self.selected_actor = actor
        self.pinned = self.pinned and actor is not None
        if self.actor_state is not None and self.actor_state.id != self.subject:
            self._forget_actor()
        self.selection_changed.emit()
        if ask and self.is_open:
            self._ask_moment()

    def pin(self, pinned: bool) -> None:
        """Keeps the actor that the inspector shows selected wherever the playhead goes, or lets it go again."""
        subject = self.subject
        self.pinned = pinned and subject is not None
        if pinned and subject != self.selected_actor:
            self.select_actor(subject)
        else:
            self.selection_changed.emit()
        if not pinned and self.is_open:
            self._follow_event()
            self._ask_moment()

    def _follow_event(self) -> None:
        """Ends the selection if it is not pinned and the event at the playhead is another actor's."""
        if not self.pinned and self.selected_actor not in (None, self.acting):
            self.select_actor(None, ask=False)

    # --- what views want to be read ---

    def want_picture(self, wanted: bool) -> None:
        """Tells whether a view of all actors is visible: pictures are read only for a visible one."""
        self._picture_wanted += 1 if wanted else -1
        if wanted and self.is_open:
            self._ask_moment()

    def want_following(self, wanted: bool) -> None:
        """The same for a view that shows the message that is handled next."""
        self._following_wanted += 1 if wanted else -1
        if wanted and self.is_open:
            self._ask_moment()

    def want_texts(self, rows: Sequence[int]) -> None:
        """Asks for the texts of messages that are not known yet; ``texts_changed`` follows."""
        missing = tuple(n for n in rows if n not in self._texts)
        if missing and self._engine is not None:
            self._engine.read_texts(port.ReadTexts(self.branch, missing))

    # --- to the engine ---

    def _set_playhead(self, n: int) -> None:
        self.playhead = n
        self.playhead_moved.emit(n)

    def _forget_moment(self) -> None:
        """Drops what was read of a moment, because it is one of another run or branch."""
        self.picture = None
        self.event_detail = None
        self.following = None
        self.actor_count = None
        self._forget_actor()

    def _forget_actor(self) -> None:
        self.actor_state = None
        self.state_before = None
        self.waiting = ()

    def _ask_moment(self) -> None:
        if self._engine is None:
            return
        self._generation += 1
        self._engine.seek(
            port.Seek(
                self._generation,
                self.branch,
                self.playhead,
                self.selected_actor,
                self._picture_wanted > 0,
                self._following_wanted > 0,
                self.live,
            )
        )

    def _post(self, command: port.Command) -> None:
        """Tells the engine; what concerns the shown run waits while it is not known which run the engine will have."""
        if self._beginning and self.is_open and not isinstance(command, _AT_ONCE):
            self._held.append(command)
        elif self._engine is not None:
            self._engine.post(command)
