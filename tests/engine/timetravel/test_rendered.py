"""What is rendered is handed on as it comes, and kept only by sessions that keep events."""

from __future__ import annotations

from typing import Any

import pytest

from engine import api
from engine.timetravel import outputs
from engine.vm.machine import Machine
from engine.vm.records import OutputRecord
from tests.engine.timetravel.programs import BANK, PICTURES, STUCK, started

CHATTY = """\
actor A {
    state n: int = 0
    every 1ms {
        n += 1
        render f"line {n} é😀"
        if n % 100 == 0 {
            let bad = spawn Bad()
            bad.go()
        }
    }
}
actor Bad {
    on go() {
        let nothing: list<int> = []
        render nothing[1]
    }
}
spawn A()
"""


def lines_of(progress: api.Progress) -> list[str]:
    """The step's pieces as lines, those of faults among them."""
    lines: list[str] = []
    for piece in progress.rendered.pieces():
        if isinstance(piece, bytes):
            lines += piece.decode().split("\n")[:-1]
        else:
            lines += [output.text for output in piece]
    return lines


def test_pieces_are_the_outputs_of_a_step() -> None:
    for source in (CHATTY, BANK, PICTURES):
        session = started(source, keep_events=False)
        told = 0
        while session.total() < 1_000:
            progress = session.advance(max_events=77)
            assert lines_of(progress) == [output.text for output in progress.outputs]
            told += len(progress.outputs)
            if progress.status is api.Status.FINISHED:
                break
        assert told >= 3


def test_texts_without_anything_else_come_as_lines_of_utf_8() -> None:
    session = started(CHATTY, keep_events=False)
    (piece,) = session.advance(max_events=50).rendered.pieces()
    assert isinstance(piece, bytes)
    assert piece.startswith("line 1 é😀\nline 2 é😀\n".encode())


def test_a_session_without_events_keeps_no_outputs_and_computes_them_again() -> None:
    kept, session = started(CHATTY), started(CHATTY, keep_events=False)
    for one in (kept, session):
        while one.total() < 500:
            one.advance(max_events=100)
    assert session.history.lines[0].outputs == []
    assert session.outputs() == kept.outputs()
    assert session.history.lines[0].outputs == []
    assert len(kept.history.lines[0].outputs) == len(session.outputs()) > 490


def test_outputs_of_a_turn_that_was_stopped_are_not_told() -> None:
    session = started(STUCK, keep_events=False)
    texts: list[str] = []
    for _ in range(60):
        progress = session.advance(max_events=1)
        texts += lines_of(progress)
        if session.total() >= 45:
            break
    assert texts == [output.text for output in session.outputs()]


@pytest.mark.parametrize("source", [CHATTY, BANK, PICTURES], ids=["texts", "faults", "pictures"])
def test_outputs_are_the_same_whatever_the_size_of_the_windows(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outputs, "WINDOW_OUTPUTS", 1)
    kept, session = started(source), started(source, keep_events=False)
    for one in (kept, session):
        one.advance(max_events=200)
        one.fork(0, one.total() // 2)
        one.advance(max_events=100, branch=1)
    for branch in (0, 1):
        assert tuple(outputs.each_output(session, branch)) == kept.outputs(branch) != ()


def test_reading_outputs_holds_a_window_of_them_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outputs, "WINDOW_OUTPUTS", 50)
    session = started(CHATTY, keep_events=False)
    while session.total() < 3_000:
        session.advance(max_events=1_000)
    made = 0
    plain = session.describer.output

    def counting(*arguments: Any) -> api.Output:
        nonlocal made
        made += 1
        return plain(*arguments)

    monkeypatch.setattr(session.describer, "output", counting)
    for read, _ in enumerate(outputs.each_output(session, 0)):
        assert made - read <= 200
    assert made > 2_900


MANY = """\
actor A {
    on go() {
        for n in 0..60_000 { render f"line {n} of many, with some more words" }
        for n in 0..10 { render timeline { node A -> B at 10ms payload "x" } }
        for n in 0..60_000 { render f"line {n} again" }
    }
}
A.go()
"""


def test_what_one_turn_renders_comes_in_pieces_of_whole_records() -> None:
    session = started(MANY, keep_events=False)
    progress = session.advance()
    pieces = list(progress.rendered.pieces())
    assert len(pieces) > 5
    assert [isinstance(piece, bytes) for piece in pieces].count(False) in (1, 2)
    assert lines_of(progress) == [output.text for output in progress.rendered] != []


def test_reading_what_one_turn_rendered_can_be_stopped_and_is_done_later(monkeypatch: pytest.MonkeyPatch) -> None:
    session = started(MANY)
    whole = started(MANY)
    whole.advance()
    output = session.describer.output

    def stopping(record: OutputRecord, machine: Machine) -> api.Output:
        session.interrupt()
        return output(record, machine)

    monkeypatch.setattr(session.describer, "output", stopping)
    progress = session.advance()
    assert (progress.total, session.history.lines[0].outputs) == (whole.total(), [])
    with pytest.raises(api.Interrupted):
        session.outputs()
    monkeypatch.setattr(session.describer, "output", output)
    assert session.outputs() == whole.outputs()
    assert session.verify().ok
