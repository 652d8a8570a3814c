"""What the inspector, the editor and the output say of one moment is of one actor, one turn and that moment."""

from __future__ import annotations

from random import Random

import pytest

from engine.api import DropMessage
from studio.model.documents import Documents
from studio.model.execution import ExecutionMarks
from studio.model.inspector import heading, last_table, sections
from studio.model.output_lines import OutputLines
from tests.trials.desk import Desk

FILE = "teller.aefl"
TEXT = """
actor Teller(limit: int) {
    state seen: int = 0
    on count(n: int) {
        seen += n
        render 60 / (limit - n)
    }
}
let one = spawn Teller(3) restart on_fault(max: 1)
let two = spawn Teller(5)
one.count(1)
two.count(2)
one.count(3)
two.count(5)
after 5ms one.count(2)
after 5ms two.count(2)
"""
WATCHED = """
actor Server {
    state counter: int = 0
    on add(n: int) { counter += n }
}
actor Watch(server: Server) {
    on look() { render distributed state { server.counter } }
}
let a = spawn Server()
let watch = spawn Watch(a)
let b = spawn Server()
a.add(1)
watch.look()
b.add(2)
after 3ms a.add(4)
"""


@pytest.fixture
def desk() -> Desk:
    desk = Desk(Random(1))
    desk.run.start(TEXT, FILE)
    desk.settle()
    return desk


def event_of(desk: Desk, message: str, actor: int) -> int:
    """The number of the event in which an actor handles a message."""
    session = desk.session
    return next(
        n
        for n in range(session.total())
        if session.message_text(0, n) == message and int(session.events(0, n, n + 1)[0]["actor"]) == actor
    )


def state_note(desk: Desk) -> str:
    return next(section.note for section in sections(desk.run) if section.key == "state")


def test_title_and_state_are_of_the_actor_of_the_event_however_one_came_there(desk: Desk) -> None:
    run = desk.run
    ways = (lambda: run.step(1), lambda: run.step(-1), lambda: run.show_event(4), lambda: run.seek(5), run.to_end)
    for way in ways * 3:
        way()
        desk.settle()
        name = run.events.cast.name(run.events.row(run.playhead - 1).actor)
        assert heading(run).title.startswith(name)
        assert state_note(desk).startswith(name)


def test_a_pinned_actor_stays_and_says_so(desk: Desk) -> None:
    run = desk.run
    run.seek(event_of(desk, "count(1)", 1) + 1)
    desk.settle()
    run.pin(True)
    run.show_event(event_of(desk, "count(2)", 2))
    desk.settle()
    assert heading(run).title == "Teller#1"
    assert heading(run).subtitle.endswith("pinned")
    assert state_note(desk).startswith("Teller#1")
    run.pin(False)
    desk.settle()
    assert heading(run).title == "Teller#2.count(2)"
    assert state_note(desk).startswith("Teller#2")


def test_an_actor_that_is_not_there_yet_is_said_not_to_be(desk: Desk) -> None:
    run = desk.run
    run.show_event(event_of(desk, "count(2)", 2))
    desk.settle()
    run.pin(True)
    run.to_start()
    desk.settle()
    assert heading(run).title == "Teller#2"
    assert state_note(desk) == "Teller#2 has not been spawned at this moment"


def test_an_actor_of_another_branch_does_not_stay_selected_where_its_number_is_of_another_one(desk: Desk) -> None:
    run = desk.run
    born = {actor: int(run.events.cast.first[actor]) for actor in (1, 2)}
    run.seek(born[2])
    desk.settle()
    run.fork(DropMessage())
    desk.settle()
    run.show_branch(0)
    for actor, stays in ((1, True), (2, False)):
        run.select_actor(actor)
        run.pin(True)
        run.show_branch(1)
        desk.settle()
        assert (run.selected_actor, run.pinned) == ((actor, True) if stays else (None, False))
        run.show_branch(0)
        desk.settle()
        run.pin(False)


@pytest.mark.parametrize(
    ("message", "actor", "seen", "then"), [("count(3)", 1, "1", "starts again"), ("count(5)", 2, "2", "is gone")]
)
def test_at_a_fault_the_fields_before_the_turn_are_shown(
    desk: Desk, message: str, actor: int, seen: str, then: str
) -> None:
    run = desk.run
    run.show_event(event_of(desk, message, actor))
    desk.settle()
    state = next(section for section in sections(run) if section.key == "state")
    assert state.note == f"Teller#{actor} · before the turn that failed; then it {then}"
    assert [(row.label, row.text, row.before) for row in state.rows if row.label == "seen"] == [("seen", seen, None)]


def test_the_editor_shows_the_fields_before_a_turn_that_failed_and_no_changes(desk: Desk) -> None:
    run, documents = desk.run, Documents()
    ExecutionMarks(documents, run)
    document = documents.new(TEXT, FILE)
    run.show_event(event_of(desk, "count(3)", 1))
    desk.settle()
    assert document.mark is not None
    assert document.mark.kind == "fault"
    assert all("→" not in value for value in document.inline_values.values())


def test_marks_are_in_the_document_in_front_of_those_that_are_the_running_text(desk: Desk) -> None:
    run, documents = desk.run, Documents()
    marks = ExecutionMarks(documents, run)
    recorded = documents.new_recorded(FILE, TEXT)
    source = documents.new(TEXT, FILE)
    run.seek(5)
    desk.settle()
    assert (source.mark is not None, recorded.mark) == (True, None)
    documents.activate(recorded)
    assert (source.mark, recorded.mark is not None) == (None, True)
    documents.activate(documents.new("render 1", "other.aefl"))
    assert marks.document() is source, "of those behind, the file itself comes first"
    assert source.mark is not None
    documents.remove(source)
    assert recorded.mark is not None, "the marks go on to what is left"


def test_a_picture_of_state_is_there_when_its_tick_is_over() -> None:
    desk = Desk(Random(1))
    run = desk.run
    run.start(WATCHED, "watched.aefl")
    desk.settle()
    look = event_of(desk, "look()", 2)
    tick = run.events.tick_of(look)
    end = next(n for n in range(run.total) if run.events.tick_of(n) > tick)
    assert end > look + 1, "the tick goes on after the picture was asked for"
    lines = OutputLines(run.events)
    lines.extend(run.outputs)
    for moment, count in ((look + 1, 0), (end - 1, 0), (end, 1), (run.total, 1)):
        run.seek(moment)
        assert lines.first_after(moment) == count
        assert (last_table(run) is not None) == bool(count)
    table = last_table(run)
    assert table is not None
    assert table.rows == (("server.counter", "1"),)
