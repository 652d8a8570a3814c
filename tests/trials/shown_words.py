"""The models of tables, inspector and editor on one run, and what they show that the engine does not say."""

from __future__ import annotations

from collections.abc import Iterator

from engine.api import ActorState, EventDetail, Output
from studio.model.documents import Documents
from studio.model.events_table import EventFilter, EventRows
from studio.model.execution import ExecutionMarks
from studio.model.inspector import heading, sections
from studio.model.output_lines import OutputLines
from studio.model.run import RunModel
from tests.trials.obvious import Obvious, figure
from tests.trials.shown_pictures import differ

WINDOW = 12
"""So many rows of the table around the playhead are read."""


class ShownWords:
    """The models, which stay the same from run to run as in a window."""

    def __init__(self, run: RunModel, text: str, file: str) -> None:
        self.run = run
        self.documents = Documents()
        self.marks = ExecutionMarks(self.documents, run)
        self.document = self.documents.new(text, file)

    def rows(self, moment: int) -> range:
        """The events around the playhead, whose texts are to be read before they are compared."""
        return range(max(0, moment - WINDOW), min(self.run.total, moment + WINDOW))

    def compared_with(self, truth: Obvious, moment: int, words: str) -> list[str]:
        """What is wrong, in words. ``words`` is a filter of the events table."""
        found = [*self._table(truth, moment), *self._filtered(truth, words), *self._outputs(truth, moment)]
        return [*found, *self._inspector(truth, moment), *self._editor(truth, moment)]

    # --- tables ---------------------------------------------------------------------------------------

    def _table(self, truth: Obvious, moment: int) -> Iterator[str]:
        rows = EventRows(self.run.events, EventFilter())
        yield from differ("rows", len(rows), truth.total)
        for n in self.rows(moment):
            cells = [rows.cell(n, column, self.run.text_of(n)) for column in range(7)]
            yield from differ(f"row {n}", cells, truth.cells(n))

    def _filtered(self, truth: Obvious, words: str) -> Iterator[str]:
        rows = EventRows(self.run.events, EventFilter.parse(words))
        while not rows.complete:
            rows.extend()
        found = [rows.event_at(row) for row in range(len(rows))]
        expected = [n for n in range(truth.total) if all(truth.matches(n, word) for word in words.lower().split())]
        yield from differ(f"filter {words!r}", found, expected)

    def _outputs(self, truth: Obvious, moment: int) -> Iterator[str]:
        """The lines up to the first that is rendered later are those that the engine has rendered by then."""
        lines = OutputLines(self.run.events)
        lines.extend(self.run.outputs)
        shown = [lines.line(row) for row in range(lines.first_after(moment))]
        expected = [(output, line) for output in truth.outputs(moment) for line in _lines(output)]
        yield from differ("output", [(line.output, f"{line.label}{line.text}") for line in shown], expected)
        for line in shown:
            name = self.run.events.cast.name(line.output.actor)
            yield from differ("who rendered", name, truth.name(line.output.actor))

    # --- inspector ------------------------------------------------------------------------------------

    def _inspector(self, truth: Obvious, moment: int) -> Iterator[str]:
        run = self.run
        session, branch = truth.session, truth.branch
        event = session.event(branch, moment - 1) if moment else None
        subject = run.selected_actor if run.selected_actor is not None else event.actor if event else None
        head = heading(run)
        shown = {section.key: section for section in sections(run)}
        if subject is None:
            yield from differ("title", head.title, "Before the first event")
            return
        name = truth.name(subject)
        if head.title != name and not head.title.startswith((f"{name}.", f"{name} · ")):
            yield f"the title {head.title!r} is not of {name}"
        yield from differ("pinned", "pinned" in head.subtitle, run.pinned)
        if subject >= len(truth.picture(moment)):
            yield from differ("state", shown["state"].rows, ())
            return
        failed = event is not None and event.fault is not None and event.actor == subject
        state = session.actor(branch, moment - 1 if failed else moment, subject)
        yield from self._state(state, shown["state"].note, failed)
        fields = [(row.label, row.text, row.before) for row in shown["state"].rows]
        expected = [(f.name, f.value.quoted, None if failed else f.before) for f in state.fields]
        yield from differ(f"fields of {name}", fields, expected)
        waiting = [(row.label, row.text) for row in shown["waiting"].rows] if "waiting" in shown else []
        messages = session.waiting(branch, moment, subject)
        yield from differ(
            "waiting",
            waiting,
            [(f"tick {figure(m.due)}", f"{m.text}  ·  from {truth.name(m.sender)}") for m in messages],
        )
        if event is not None:
            yield from self._event(truth, event, shown["event"].note)

    def _state(self, state: ActorState, note: str, failed: bool) -> Iterator[str]:
        words = "before the turn that failed" if failed else state.status
        if not note.startswith(state.name) or words not in note:
            yield f"the state of {state.name}, {words}, is called {note!r}"

    def _event(self, truth: Obvious, event: EventDetail, note: str) -> Iterator[str]:
        yield from differ("event", note, f"{truth.name(event.actor)} · {event.type}")
        rows = next(section for section in sections(self.run) if section.key == "event").rows
        senders = [row.text for row in rows if row.key == "event/from"]
        sender = truth.events[event.n]["sender"]
        yield from differ("from", senders, [truth.name(sender)] if truth.name(sender) != "outside" else [])

    # --- editor ---------------------------------------------------------------------------------------

    def _editor(self, truth: Obvious, moment: int) -> Iterator[str]:
        """The lines of the handler are marked, or the line of the fault, and its words are those of the fault."""
        document = self.document
        yield from differ("marked document", self.marks.document(), document)
        if not moment:
            yield from differ("mark", (document.mark, document.inline_values), (None, {}))
            return
        event = truth.events[moment - 1]
        handler = truth.handlers[event["type"]]
        faults = [o.fault for o in truth.session.outputs(truth.branch) if o.fault is not None and o.n == moment - 1]
        mark = document.mark
        if faults and faults[0].line:
            expected = (faults[0].line, faults[0].line, "fault")
            yield from differ("fault", document.inline_values.get(faults[0].line), f"✗ {faults[0].message}")
        elif handler.line:
            expected = (handler.line, max(handler.line, handler.end_line), "turn")
        else:
            yield from differ("mark", mark, None)
            return
        found = (mark.line, mark.end_line, mark.kind) if mark is not None else None
        yield from differ("mark", found, expected)


def _lines(output: Output) -> list[str]:
    """An output as it is read, line by line."""
    if output.kind == "state":
        return [f"{label}{value}" for label, value in output.rows]
    if output.kind == "timeline":
        return [
            f"{m.source} → {m.target}at tick {m.tick}" + (f"  {m.payload}" if m.payload else "") for m in output.lane
        ]
    if output.fault is not None:
        place = f"{output.fault.file}:{output.fault.line}: " if output.fault.line else ""
        return [f"{place}{output.fault.message}"]
    return output.text.split("\n")
