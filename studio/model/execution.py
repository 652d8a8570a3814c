"""The moment of the playhead as marks in the source: the lines of the turn, and values behind the lines.

Marks are shown only in a text that is still the one that runs; after an edit its lines mean something else.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.api import EventDetail, Symbol
from studio.model.document import Document, ExecutionMark
from studio.model.documents import Documents
from studio.model.run import RunModel

ARROW = "⟵ "
VALUE_MAX = 60


class ExecutionMarks:
    """Keeps the marks of all open documents in step with the run."""

    def __init__(self, documents: Documents, run: RunModel) -> None:
        self._documents = documents
        self._run = run
        self._marked: Document | None = None
        run.picture_changed.connect(self.update)
        run.changed.connect(self._run_changed)
        documents.opened.connect(lambda _: self.update())
        documents.active_changed.connect(self._active_changed)
        documents.changed.connect(self._document_changed)
        documents.closed.connect(self._closed)

    def file(self) -> str:
        """The name of the file that the playhead is in."""
        detail = self._run.event_detail
        if detail is not None and detail.fault is not None and detail.fault.line > 0:
            return detail.fault.file
        return detail.file if detail is not None and detail.file else self._run.source_name

    def document(self) -> Document | None:
        """The open document whose text is running, unchanged: of the file that the playhead is in.

        Of several that are, it is the one in front, else the file itself rather than a copy from a recording.
        """
        run = self._run
        if not run.is_open:
            return None
        file = self.file()
        text = run.sources.get(file, run.source_text)
        found = [d for d in self._documents.items if file in (d.file, d.recorded) and d.text == text]
        active = self._documents.active
        if active in found:
            return active
        return min(found, key=lambda d: bool(d.recorded), default=None)

    def update(self) -> None:
        """Marks what the playhead shows now."""
        document = self.document()
        if self._marked is not None and self._marked is not document:
            self._marked.set_marks(None, {})
        self._marked = document
        if document is None:
            return
        detail = self._run.event_detail
        if detail is None:
            document.set_marks(None, {})
        else:
            document.set_marks(
                mark_of(detail), values_of(detail, document.analysis.outline, self._other_fields(detail))
            )

    def _other_fields(self, detail: EventDetail) -> dict[str, str]:
        """The fields of the actor at the playhead, if that is the one whose state is known; those before a turn that
        failed."""
        state = self._run.state_before or self._run.actor_state
        return {f.name: f.value.quoted for f in state.fields} if state is not None and state.id == detail.actor else {}

    def _run_changed(self) -> None:
        """A recording brings its source along; it is shown if no open document is that text."""
        run = self._run
        if run.is_open and run.path is not None and run.source_text and self.document() is None:
            self._documents.new_recorded(run.source_name, run.source_text)
            self.update()

    def _document_changed(self, document: Document) -> None:
        if document is self._marked or document.file in self._run.sources:
            self.update()

    def _active_changed(self) -> None:
        if self.document() is not self._marked:
            self.update()

    def _closed(self, document: Document) -> None:
        if document is self._marked:
            self._marked = None
            self.update()


def mark_of(detail: EventDetail) -> ExecutionMark | None:
    """The lines of a turn; those of a fault are the line where it happened."""
    if detail.fault is not None and detail.fault.line > 0:
        return ExecutionMark(detail.fault.line, detail.fault.line, "fault")
    if detail.line <= 0:
        return None
    return ExecutionMark(detail.line, max(detail.line, detail.end_line), "turn")


def values_of(detail: EventDetail, outline: Iterable[Symbol], fields: dict[str, str]) -> dict[int, str]:
    """What stands behind which line: the message's arguments, the fields of the actor, why it failed. A turn that
    failed has changed nothing."""
    values: dict[int, str] = {}
    if detail.line > 0 and detail.arguments:
        values[detail.line] = ARROW + ", ".join(f"{name} = {short(value.quoted)}" for name, value in detail.arguments)
    changed = {change.name: change for change in detail.changes if detail.fault is None}
    for name, line in field_lines(outline, detail.line).items():
        if name in changed:
            before = changed[name].before
            after = short(changed[name].value.quoted)
            values[line] = f"{ARROW}{short(before)} → {after}" if before is not None else ARROW + after
        elif name in fields:
            values[line] = ARROW + short(fields[name])
    if detail.fault is not None and detail.fault.line > 0:
        values[detail.fault.line] = f"✗ {detail.fault.message}"
    return values


def field_lines(outline: Iterable[Symbol], line: int) -> dict[str, int]:
    """Where the fields of the actor around a line are declared; outside of actors, the program's variables."""
    symbols = tuple(outline)
    around = next(
        (s for s in symbols if s.kind in ("actor", "agent") and s.range.line <= line <= s.range.end_line), None
    )
    members = around.children if around is not None else symbols
    return {s.name: s.range.line for s in members if s.kind in ("state", "variable")}


def short(text: str) -> str:
    """A value that fits behind a line."""
    text = " ".join(text.split())
    return text if len(text) <= VALUE_MAX else text[: VALUE_MAX - 1] + "…"
