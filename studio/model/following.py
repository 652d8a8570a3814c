"""Brings the file of the event at the playhead to the front when the user goes there.

It is a step or a jump that brings a file forward, never a frame of a drag or of a live run. The keyboard stays in the
panel where it is, and a text that is being typed into stays in front.
"""

from __future__ import annotations

from pathlib import Path

from studio.model.document import Document
from studio.model.execution import ExecutionMarks
from studio.model.studio import StudioModel


class Following:
    """Keeps the editor at the file that the playhead is in."""

    def __init__(self, model: StudioModel, marks: ExecutionMarks) -> None:
        self._model = model
        self._marks = marks
        self._wanted: int | None = None
        """The moment whose file is to come to the front once it has been read."""
        self._front = self._front_now()
        model.run.sought.connect(self._seek)
        model.run.playhead_moved.connect(self._moved)
        model.run.picture_changed.connect(self._arrive)

    def _front_now(self) -> tuple[str, int]:
        """Which text is in front, and after how many edits."""
        active = self._model.documents.active
        return (active.id, active.revision) if active is not None else ("", 0)

    def _seek(self, n: int) -> None:
        self._wanted, self._front = n, self._front_now()

    def _moved(self, n: int) -> None:
        if n != self._wanted:
            self._wanted = None

    def _arrive(self) -> None:
        run = self._model.run
        if self._wanted is None or run.event_detail is None or run.event_detail.n + 1 != self._wanted:
            return
        self._wanted = None
        if not (run.live and run.state == "running"):
            self._show(self._marks.file())

    def _show(self, file: str) -> None:
        """Brings a file of the program to the front: its text as it runs, else the file."""
        documents, run = self._model.documents, self._model.run
        if file not in run.sources:
            return
        document = self._marks.document()
        if document is None and run.path is not None:
            document = documents.new_recorded(file, run.sources[file], activate=False)
        document = document or documents.by_file(file)
        if document is not None:
            self._bring(document)
        elif Path(file).is_absolute():
            self._model.files.with_document(Path(file), self._bring)

    def _bring(self, document: Document) -> None:
        if self._front == self._front_now():
            self._model.documents.activate(document, with_keyboard=False)
