"""A recording that is written while the run goes on, so that a kill or a power cut loses its last moments at most.

The file begins with the program and the first branch. From then on it gets what is new: answers of the outside at once,
hash marks and how far each branch has come about ten times a second, and checkpoints at distances that grow with the
run. Where it was cut off it is a recording up to its last mark. While the run rests, the file has an end and is whole;
when the run goes on, the end is taken away again. How often the file is written changes no result.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.base.errors import TraceFileError
from engine.files.growing import GrowingFile
from engine.timetravel.checkpoints import Checkpoint
from engine.timetravel.history import Line
from engine.timetravel.pacing import Stopwatch
from engine.timetravel.pages import PAGE, PagedImage
from engine.timetravel.storage import (
    CHECKPOINT_BYTES_MAX,
    branch_record,
    checkpoint_record,
    header_of,
    spread,
)
from engine.trace.frames import FramePlace, FrameWriter
from engine.trace.writing import put_answers, put_branch, put_checkpoint, put_header, put_marks, put_reached

if TYPE_CHECKING:
    from engine.timetravel.session import Session

NOTE_SECONDS = 0.1
FEW_FRAMES = 100_000
"""With more frames than that a file gets new ones less often: a million, which is all it may have, last for a month."""
CHECKPOINT_SHARE = 8
"""A checkpoint is written when the run has grown by this part since the one before …"""
BYTES_PER_EVENT = 1
"""… and all pages take no more than so many bytes for every event, so that compressing them stays a small part."""


@dataclass(slots=True)
class _Written:
    """How much of a branch is in the file."""

    answers: int = 0
    last_mark: int = -1
    total: int = -1
    checkpoints: list[int] = field(default_factory=lambda: [0])


class LiveRecording:
    """Appends what becomes of a session to a file."""

    def __init__(self, session: Session, path: Path, durable: bool = True) -> None:
        """Begins the file. Raises TraceFileError with the reason if it cannot be written."""
        self._session = session
        self._path = path
        self._pending = bytearray()
        self._frames = FrameWriter(self._pending.extend)
        self._written: list[_Written] = []
        self._before: PagedImage | None = None
        self._page_bytes = 0
        self._end: tuple[int, FramePlace] | None = None
        """Where the end begins that the file has while the run rests."""
        self._since_note = Stopwatch()
        put_header(self._frames, header_of(session, len(session.history.lines)))
        self._put_news()
        try:
            self._file = GrowingFile.create(path, bytes(self._pending), durable)
        except OSError as error:
            raise TraceFileError(f"{path} cannot be written: {error.strerror or error}") from error
        self._pending.clear()

    @property
    def path(self) -> Path:
        """Where the recording is now; as long as it grows perhaps not yet in its place."""
        return self._path if self._file.is_in_place else self._file.path

    @property
    def size(self) -> int:
        """How many bytes the file has."""
        return self._file.size

    def note(self) -> None:
        """Writes what is new, if that is worth it. Raises TraceFileError if it cannot be written."""
        if self._is_up_to_date:
            return
        lines = self._session.history.lines
        answered = any(len(line.answers) > self._written[line.id].answers for line in lines[: len(self._written)])
        rarer = (self._frames.count / FEW_FRAMES) ** 2
        if self._since_note.seconds < NOTE_SECONDS * (rarer + (not answered)):
            return
        self._write_news(exactly=False)

    def write(self) -> None:
        """Writes all that is new, to the last event. Raises TraceFileError if it cannot be written."""
        self._write_news(exactly=True)

    def _write_news(self, exactly: bool) -> None:
        if not self._is_up_to_date:
            with self._failing():
                self._take_end_back()
                self._put_news(exactly=exactly)
                self._put_checkpoints()
                self._flush()
                self._file.sync_if_due()
        self._since_note.restart()

    def rest(self) -> None:
        """Makes the file whole for as long as the run does not go on. Raises TraceFileError if that fails."""
        self.write()
        if not self._file.can_be_cut:
            return
        with self._failing():
            self._take_end_back()
            end = self._file.size, self._frames.place()
            self._put_news(ended=True)
            self._frames.end()
            self._flush()
            self._end = end
            self._file.sync()

    def finish(self) -> None:
        """Completes the file and gives it its name. Raises TraceFileError if that fails."""
        with self._failing():
            self._take_end_back()
            self._put_news(ended=True)
            self._put_last_checkpoints()
            self._frames.end()
            self._flush()
            self._file.complete()
        self._let_go()

    def leave(self) -> None:
        """Closes the file as it is, with what is new as far as that can be written: a recording that was cut off."""
        try:
            if not self._is_up_to_date:
                self._take_end_back()
                self._put_news(exactly=True)
                self._flush()
        except OSError:
            self._pending.clear()
        self._file.leave()
        self._let_go()

    def drop(self) -> None:
        """Removes the file: the run is kept elsewhere, or is not wanted any more."""
        self._file.drop()
        self._let_go()

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """Where the file cannot be written any more, says so and where the rest is."""
        try:
            yield
        except OSError as error:
            self._file.leave()
            self._let_go()
            kept = f"; what was recorded until then is in {self.path}" if self.path.is_file() else ""
            raise TraceFileError(f"{self._path} cannot be written any more: {error.strerror or error}{kept}") from error

    def _flush(self) -> None:
        if self._pending:
            data = bytes(self._pending)
            self._pending.clear()
            self._file.write(data)

    def _take_end_back(self) -> None:
        if self._end is not None:
            (size, place), self._end = self._end, None
            self._file.cut_back(size)
            self._frames.go_back(place)

    def _let_go(self) -> None:
        if self._before is not None:
            self._session.history.store.release(self._before)
            self._before = None

    # --- what is new ------------------------------------------------------------------------------

    @property
    def _is_up_to_date(self) -> bool:
        """Whether nothing has happened since the file was written last."""
        lines = self._session.history.lines
        return len(lines) == len(self._written) and all(
            line.total == written.total and len(line.answers) == written.answers
            for line, written in zip(lines, self._written, strict=True)
        )

    def _put_news(self, ended: bool = False, exactly: bool = False) -> None:
        """Puts what is new: to the last event if ``exactly``, otherwise to the last mark."""
        for line in self._session.history.lines:
            self._put_line(line, ended, exactly)

    def _put_line(self, line: Line, ended: bool, exactly: bool) -> None:
        """Answers come before the marks behind them, so that whatever is cut off can be replayed."""
        if line.id == len(self._written):
            self._written.append(_Written())
            put_branch(self._frames, branch_record(line, None))
        written = self._written[line.id]
        answers = line.answers[written.answers :]
        put_answers(self._frames, line.id, written.answers, [answer.plain for answer in answers])
        written.answers += len(answers)
        rows = line.marks.after(written.last_mark)
        rows = rows[rows["events"] <= line.total]  # a step that was stopped and undone may have had more
        if len(rows):
            put_marks(self._frames, line.id, rows)
            written.last_mark = int(rows["events"][-1])
        if ended:
            put_reached(self._frames, branch_record(line, self._session.end_digest(line)))
        elif len(rows) and not exactly:
            written.total = written.last_mark
            return
        elif line.total != written.total:
            put_reached(self._frames, branch_record(line, None))
        written.total = line.total

    # --- checkpoints ------------------------------------------------------------------------------

    def _put_checkpoints(self) -> None:
        for line in self._session.history.lines:
            newest = line.checkpoints.last_placed
            last = self._written[line.id].checkpoints[-1]
            if newest.n > last and newest.n - last >= newest.n // CHECKPOINT_SHARE:
                self._put_checkpoint(line, newest, min(CHECKPOINT_BYTES_MAX // 2, line.total * BYTES_PER_EVENT))

    def _put_last_checkpoints(self) -> None:
        """At the end, those that make going to any moment of the run quick."""
        for line in self._session.history.lines:
            for checkpoint in spread(line):
                if checkpoint.n not in self._written[line.id].checkpoints:
                    self._put_checkpoint(line, checkpoint, CHECKPOINT_BYTES_MAX)

    def _put_checkpoint(self, line: Line, checkpoint: Checkpoint, bytes_max: int) -> None:
        """Writes a checkpoint, unless the pages of all of them would then take more than that."""
        ids, store = checkpoint.image.ids, self._session.history.store
        before = self._before.ids if self._before is not None else ids[:0]
        common = min(len(ids), len(before))
        changed = len(ids) - int(np.count_nonzero(ids[:common] == before[:common]))
        if self._page_bytes + changed * PAGE > bytes_max:
            return
        record = checkpoint_record(store, line, checkpoint, self._before)
        put_checkpoint(self._frames, record)
        self._page_bytes += len(record.pages)
        self._written[line.id].checkpoints.append(checkpoint.n)
        store.retain(checkpoint.image)
        self._let_go()
        self._before = checkpoint.image
