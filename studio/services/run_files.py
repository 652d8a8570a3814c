"""The recordings of runs that are not saved, so that neither a crash nor ``kill -9`` loses them.

Each run that goes on is recorded into a file in the folder of its Studio (``journal.py`` says who owns that). While the
run rests, its file is whole. The file goes when the run is saved, when it is dropped, and when Studio is closed; a run
that goes on after it was saved gets a new one. All of this is done on the engine's thread.

A file that cannot be written is told once, and the run goes on without it.
"""

from __future__ import annotations

import contextlib
import uuid
from pathlib import Path

from engine import api
from studio.services.text_files import why

SUFFIX = ".aft"
BYTES_MAX = 512 * 2**20
"""How long the file of one run may grow."""


class RunFiles:
    """The file of each run, by the run's number; without a folder there are none."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._paths: dict[int, Path] = {}
        self._unrecorded: set[int] = set()
        """The runs that go on without a file."""
        self._is_told = False
        self._news: list[str] = []

    def take_news(self) -> list[str]:
        """Sentences for the user that were not taken yet."""
        news, self._news = self._news, []
        return news

    def adopt(self, run: int, path: Path) -> None:
        """A run was opened from the file that a crash left; the file is right until the run goes on."""
        self._paths[run] = path

    def advance(self, run: int, session: api.Session, events: int, branch: int) -> api.Progress:
        """Runs a session on, recording what it does."""
        self._begin(run, session)
        is_recording = session.recording_bytes is not None
        try:
            progress = session.advance(events, branch=branch)
        except api.TraceFileError as error:
            if not is_recording or session.recording_bytes is not None:
                raise
            self._fail(run, error)
            return session.advance(events, branch=branch)
        if (session.recording_bytes or 0) > BYTES_MAX:
            session.leave_recording()
            self._unrecorded.add(run)
            self._news.append(
                f"The run has become too long to be kept for a crash: what follows event {session.total(branch):,} "
                "would be lost. Save the recording if it matters."
            )
        return progress

    def forked(self, run: int, session: api.Session) -> None:
        """A session has a new branch."""
        self._begin(run, session)
        try:
            session.write_recording()
        except api.TraceFileError as error:
            self._fail(run, error)

    def stepped(self, run: int, session: api.Session) -> None:
        """A session has gone on by one event, and waits."""
        try:
            session.write_recording()
        except api.TraceFileError as error:
            self._fail(run, error)

    def rest(self, run: int, session: api.Session) -> None:
        """A session does not go on for now."""
        try:
            session.rest_recording()
        except api.AeroFlowError as error:
            session.leave_recording()
            self._fail(run, error)

    def drop(self, run: int, session: api.Session) -> None:
        """A run is saved or not wanted any more: its file goes."""
        session.drop_recording()
        self._unrecorded.discard(run)
        self._remove(self._paths.pop(run, None))

    def remove_all(self) -> None:
        """Studio is closed. May be called on any thread once no run goes on."""
        for path in tuple(self._paths.values()):
            self._remove(path)
        self._paths.clear()
        self._folder = None

    def _begin(self, run: int, session: api.Session) -> None:
        """Begins the file of a run that has none, or one that nothing more can be appended to."""
        if self._folder is None or session.recording_bytes is not None or run in self._unrecorded:
            return
        path = self._folder / f"{uuid.uuid4().hex}{SUFFIX}"
        try:
            session.record_into(path, durable=False)
        except api.TraceFileError as error:
            self._fail(run, error)
            return
        self._is_told = False
        self._remove(self._paths.get(run))
        self._paths[run] = path

    def _fail(self, run: int, error: api.AeroFlowError) -> None:
        """The run goes on without a file; what is in it by now stays."""
        self._unrecorded.add(run)
        if not self._is_told:
            self._is_told = True
            cause = error.__cause__
            reason = why(cause) if isinstance(cause, OSError) else str(error)
            self._news.append(f"A run that is not saved would be lost in a crash: {reason}. Save what matters.")

    def _remove(self, path: Path | None) -> None:
        if path is not None:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
