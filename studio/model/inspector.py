"""What the inspector shows of a moment, as a tree of rows: the event, the state of an actor, what waits for it, tables.

Rows are made from values when they are looked at: a list with a million items costs what is shown of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.api import OUTSIDE, FieldValue, Output, Value
from studio.model.events_table import kind_of
from studio.model.figures import counted, grouped
from studio.model.output_lines import count_made
from studio.model.run import RunModel
from studio.model.run_words import cut_text, turn_text

PARTS_AT_MOST = 200
TEXT_MAX = 400
AROUND_MAX = 80
"""How much of a long value is shown where it changed."""
BEFORE_CHANGE = 16
TITLE_MAX = 500
TABLE_WITHIN = 2_000
"""A state table is looked for among so many of the latest outputs."""
TIP_MAX = 2_000
AFTER_A_FAULT = {"starting": "starts again", "faulted": "is gone"}
"""What follows the turn that failed, by the actor's status."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the tree. ``before`` is what a changed field was; ``key`` stays the same from moment to moment."""

    key: str
    label: str
    text: str
    type: str = ""
    before: str | None = None
    value: Value | None = None
    event: int | None = None
    """The event that a double click goes to."""
    before_whole: str | None = None
    """What a changed field was, in full."""

    @property
    def tip(self) -> str:
        """Type, length and the value in full, as far as a tooltip can show it; of a changed field also what it was."""
        if self.value is None:
            return self.text
        whole = self.value.quoted
        count = len(self.value.parts)
        size = (
            counted(count, "part")
            if count
            else counted(len(self.value.text), "character")
            if len(whole) > AROUND_MAX
            else ""
        )
        head = " · ".join(part for part in (self.type, size) if part)
        was = f"was {_shortened(self.before_whole, TIP_MAX)}\nis " if self.before_whole is not None else ""
        return f"{head}\n{was}{_shortened(whole, TIP_MAX)}"

    @property
    def has_parts(self) -> bool:
        """Whether there is something below it."""
        return self.value is not None and bool(self.value.parts)

    def parts(self) -> tuple[Row, ...]:
        """The rows below, the first 200 of them."""
        if self.value is None:
            return ()
        parts = self.value.parts
        rows = [
            Row(f"{self.key}/{label}", label, _shortened(part.quoted), part.type, value=part)
            for label, part in parts[:PARTS_AT_MOST]
        ]
        if len(parts) > PARTS_AT_MOST:
            rows.append(Row(f"{self.key}/…", "…", f"{grouped(len(parts) - PARTS_AT_MOST)} more"))
        return tuple(rows)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its rows; ``note`` stands beside the heading."""

    key: str
    title: str
    note: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above the rows: whose moment it is, in a few words; ``tip`` is the whole of ``title``."""

    title: str
    tip: str
    subtitle: str


def heading(run: RunModel) -> Heading:
    """Names the actor whose state is shown, with the message that it handled if the event at the playhead is its."""
    detail, subject, cast = run.event_detail, run.subject, run.events.cast
    if subject is None and run.acting is None:
        return Heading("Before the first event", "", "")
    if detail is None and subject is None:
        event = run.events.row(run.playhead - 1)  # the engine has not told more of it yet
        title = turn_text(cast.name(event.actor), cast.program.message(event.type))
        return Heading(title, title, "")
    notes = [f"#{grouped(detail.n + 1)}", f"tick {grouped(detail.tick)}"] if detail is not None else []
    title = cast.name(subject if subject is not None else 0)
    if detail is not None and detail.actor == subject:
        title = turn_text(title, detail.text or detail.type.rpartition(".")[2])
        notes += [kind] if (kind := kind_of(detail.flags)) else []
    elif not run.pinned:
        notes.append("selected")
    if run.pinned:
        notes.append("pinned")
    return Heading(_shortened(title, TITLE_MAX), _shortened(title, TIP_MAX), " · ".join(notes))


def sections(run: RunModel) -> tuple[Section, ...]:
    """Everything there is to say about the playhead's moment."""
    parts = (_running_section, _cut_section, _state_section, _awaits_section, _event_section, _waiting_section)
    found = [*(part(run) for part in parts), *_tables(run)]
    return tuple(section for section in found if section is not None)


def _running_section(run: RunModel) -> Section | None:
    """The turn that does not end, at the end of the run."""
    turn = run.turn_running
    if turn is None or turn.branch != run.branch or run.in_the_past:
        return None
    return Section("running", "Running", f"{turn_text(turn.name, turn.text)}; this turn has not ended", ())


def _cut_section(run: RunModel) -> Section | None:
    """In whose turn the run was stopped, at its end."""
    cut = run.cut
    if cut is None or cut.branch != run.branch or run.in_the_past:
        return None
    return Section("cut", "Stopped", cut_text(cut), ())


def _event_section(run: RunModel) -> Section | None:
    detail = run.event_detail
    if detail is None:
        return None
    cast = run.events.cast
    rows = [Row(f"event/{name}", name, _shortened(v.quoted), v.type, value=v) for name, v in detail.arguments]
    if detail.sender != OUTSIDE:
        rows.append(Row("event/from", "from", cast.name(detail.sender), event=detail.cause))
    if detail.fault is not None:
        place = f"{detail.fault.file}:{detail.fault.line}"
        rows.append(Row("event/fault", "fault", f"{detail.fault.message} ({place})"))
    note = f"{cast.name(detail.actor)} · {detail.type}"
    return Section("event", "Event", note, tuple(rows))


def _state_section(run: RunModel) -> Section | None:
    state, before = run.actor_state, run.state_before
    if state is None:
        return _missing_section(run)
    if before is not None:
        after = AFTER_A_FAULT.get(state.status, state.status)
        note = f"{state.name} · before the turn that failed; then it {after}"
        return Section(
            "state", "State", note, tuple(_field_row(replace(field, before=None)) for field in before.fields)
        )
    waiting = f" · {grouped(state.waiting)} waiting" if state.waiting else ""
    note = f"{state.name} · {state.status} · {grouped(state.handled)} handled{waiting}"
    return Section("state", "State", note, tuple(_field_row(field) for field in state.fields))


def _missing_section(run: RunModel) -> Section | None:
    """Says that the actor does not exist at the moment."""
    subject, count = run.subject, run.actor_count
    if subject is None or count is None or subject < count:
        return None
    return Section("state", "State", f"{run.events.cast.name(subject)} has not been spawned at this moment", ())


def _field_row(field: FieldValue) -> Row:
    value = field.value
    key = f"state/{field.name}"
    if field.before is None:
        return Row(key, field.name, _shortened(value.quoted), value.type, None, value)
    before, after = around_change(field.before, value.quoted)
    return Row(key, field.name, after, value.type, before, value, before_whole=field.before)


def around_change(before: str, after: str) -> tuple[str, str]:
    """Two texts cut to where they begin to differ, if they are long: their equal beginnings would hide the change."""
    if max(len(before), len(after)) <= AROUND_MAX:
        return before, after
    same = next((i for i, (one, two) in enumerate(zip(before, after, strict=False)) if one != two), None)
    start = max(0, (min(len(before), len(after)) if same is None else same) - BEFORE_CHANGE)

    def cut(text: str) -> str:
        end = "…" if len(text) > start + AROUND_MAX else ""
        return f"{'…' if start else ''}{text[start : start + AROUND_MAX]}{end}"

    return cut(before), cut(after)


def _awaits_section(run: RunModel) -> Section | None:
    """What the actor awaits, and what the functions that will go on have kept."""
    wait = run.actor_state.wait if run.actor_state is not None else None
    if wait is None:
        return None
    rows: list[Row] = []
    for i, frame in enumerate(wait.frames):
        rows.append(Row(f"awaits/{i}", frame.function, f"continues at line {frame.line}"))
        rows += (
            Row(f"awaits/{i}/{n}", f"  {f.name}", _shortened(f.value.quoted), f.value.type, value=f.value)
            for n, f in enumerate(frame.fields)
        )
    note = f"{wait.asked_name}.{wait.message} · line {wait.line}"
    return Section("awaits", "Awaits", note, tuple(rows))


def _waiting_section(run: RunModel) -> Section | None:
    if run.actor_state is None or not run.waiting:
        return None
    cast = run.events.cast
    rows = tuple(
        Row(f"waiting/{i}", f"tick {grouped(message.due)}", f"{message.text}  ·  from {cast.name(message.sender)}")
        for i, message in enumerate(run.waiting[:PARTS_AT_MOST])
    )
    if len(run.waiting) > PARTS_AT_MOST:
        rows += (Row("waiting/…", "…", f"{grouped(len(run.waiting) - PARTS_AT_MOST)} more"),)
    return Section("waiting", "Waiting", f"{grouped(len(run.waiting))} in the mailbox", rows)


def _tables(run: RunModel) -> list[Section]:
    """The last table of ``render distributed state`` up to the playhead, if there is one."""
    last = last_table(run)
    if last is None:
        return []
    rows = tuple(Row(f"table/{label}", label, _shortened(text), event=last.n) for label, text in last.rows)
    return [Section("table", "Distributed state", f"at tick {grouped(last.tick)}", rows)]


def last_table(run: RunModel) -> Output | None:
    """The last state table that was rendered up to the playhead."""
    count = count_made(run.outputs, run.events, run.playhead)
    for output in reversed(run.outputs[max(0, count - TABLE_WITHIN) : count]):
        if output.kind == "state":
            return output
    return None


def _shortened(text: str, length: int = TEXT_MAX) -> str:
    return text if len(text) <= length else f"{text[:length]}…"
