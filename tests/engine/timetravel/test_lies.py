"""A recording with right checksums that lies about anything that is shown is found out, or told at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from blake3 import blake3

from engine import api
from engine.base.events import MARK_DTYPE
from tests.engine.language.running import program_of
from tests.engine.timetravel.programs import BANK, FOREVER, PICTURES, finished, run_on, started
from tests.engine.timetravel.test_outside import READER, Fake, finish
from tests.engine.trace.mutants import frames_of, write_frames

Lie = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A recording with a branch, hash marks and checkpoints."""
    path = tmp_path / "run.aft"
    session = started(FOREVER)
    run_on(session, until=600_000)
    run_on(session, session.fork(0, 300_000, api.Inject("Clock#4.beat(1000)")).id, until=310_000)
    session.save(path)
    return path


def lie(path: Path, kind: str, change: Lie, number: int = 0) -> None:
    """Changes the frame of a kind with this number, with right checksums."""
    frames = frames_of(path)
    places = [place for place, (other, _) in enumerate(frames) if other == kind]
    place = places[number]
    body = change(frames[place][1])
    assert body != frames[place][1]
    write_frames(path, [*frames[:place], (kind, body), *frames[place + 1 :]])


def told(path: Path, branch: int = 0) -> str:
    """What ``verify`` says of a file in which it finds a lie."""
    result = api.Session.load(path).verify(branch)
    assert not result.ok
    return result.message


def test_a_recording_that_tells_the_truth_is_verified_in_plain_words(path: Path) -> None:
    session = api.Session.load(path)
    assert session.warnings == ()
    for branch, total in ((0, "600,000"), (1, "310,000")):
        result = session.verify(branch)
        assert result.ok, result.message
        assert result.message == f"Verified: all {total} events, the outputs and the final state match the recording"


def test_another_source_text_is_told_at_once_and_found_out(path: Path) -> None:
    lie(path, "header", lambda body: body | {"sources": [["test.aefl", BANK]]})
    session = api.Session.load(path)
    assert any("not what its source text gives" in warning for warning in session.warnings)
    assert "not what its source text gives" in told(path)


def test_other_names_are_told_at_once_and_the_right_ones_are_shown(path: Path) -> None:
    def rename(body: dict[str, Any]) -> dict[str, Any]:
        actors = [
            actor | {"name": "Bomb"} if actor["name"] == "Clock" else actor for actor in body["metadata"]["actors"]
        ]
        return body | {"metadata": body["metadata"] | {"actors": actors}}

    lie(path, "header", rename)
    session = api.Session.load(path)
    assert any("the names and places" in warning for warning in session.warnings)
    assert [kind.name for kind in session.summary.actor_types] == ["main", "Clock"]
    assert "the names and places" in told(path)


def without_some(body: dict[str, Any], start: int, stop: int) -> dict[str, Any]:
    rows = np.frombuffer(body["marks"], MARK_DTYPE)
    return body | {"marks": np.delete(rows, slice(start, stop)).tobytes()}


def with_marks(body: dict[str, Any], mark: tuple[int, int, int]) -> dict[str, Any]:
    """An invented mark (tick, events, hash) more, in its place; its tick is put between those of its neighbours."""
    rows = np.frombuffer(body["marks"], MARK_DTYPE)
    place = int(np.searchsorted(rows["events"], mark[1]))
    low, high = (int(rows[i]["tick"]) if 0 <= i < len(rows) else mark[0] for i in (place - 1, place))
    invented = np.array([(min(max(mark[0], low if place else 0), high), *mark[1:])], MARK_DTYPE)
    return body | {"marks": np.concatenate([rows[:place], invented, rows[place:]]).tobytes()}


@pytest.mark.parametrize(
    ("kind", "change", "words"),
    [
        ("reached", lambda body: body | {"tick": body["tick"] - 7}, "ends in tick"),
        ("reached", lambda body: body | {"status": "finished"}, "is finished, which it is not"),
        ("reached", lambda body: body | {"total": 599_999}, "ends with the hash"),
        ("reached", lambda body: body | {"total": 2**53}, "no hash marks behind event"),
        ("reached", lambda body: body | {"digest": 1}, "the states of the actors"),
        ("marks", lambda body: without_some(body, 0, 10_000), "no hash marks behind event 0"),
        ("marks", lambda body: without_some(body, 400, 10_000), "no hash marks behind event 4"),
        ("marks", lambda body: without_some(body, 5, 6), "differs from the recording"),
        ("marks", lambda body: without_some(body, 0, 6), "no hash mark at event"),
        ("marks", lambda body: without_some(body, 0, -1), "no hash mark at event"),
        ("marks", lambda body: with_marks(body, (1, 0, 7)), "a hash mark at event 0 that the replay does not make"),
        ("marks", lambda body: with_marks(body, (300, 1500, 7)), "a hash mark at event 1,500 that the replay"),
        ("marks", lambda body: with_marks(without_some(body, 1, 2), (0, 1500, 7)), "differs from the recording"),
        ("marks", lambda body: with_marks(body, (10**6, 600_000, 7)), "at event 600,000 that the replay does not make"),
    ],
)
def test_a_lie_about_how_the_run_went_is_found_out(path: Path, kind: str, change: Lie, words: str) -> None:
    lie(path, kind, change)
    assert words in told(path)


def test_an_end_that_the_run_never_comes_to_is_not_shown_either(path: Path) -> None:
    lie(path, "reached", lambda body: body | {"total": 2**53})
    session = api.Session.load(path)
    with pytest.raises(api.MachineError, match="cannot be trusted there"):
        session.events(0, 600_000, 700_000)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda body: body | {"change_text": "nothing"}, "the recording calls it “nothing”"),
        (lambda body: body | {"change": ["inject", "Clock#4.beat(1001)"]}, "Clock#4.beat(1001)"),
        (lambda body: body | {"change": ["drop"]}, "the change of"),
        (lambda body: body | {"change": ["set", 4, "nothing", "1"]}, "nothing"),
    ],
)
def test_a_lie_about_a_branch_is_found_out(path: Path, change: Lie, words: str) -> None:
    lie(path, "branch", change, 1)
    assert words in told(path, 1)


def test_a_checkpoint_of_another_state_is_found_out(path: Path) -> None:
    """Every page has a right digest; the state that would be shown at that moment is not the run's."""
    frames = [frame for frame in frames_of(path) if frame[0] != "checkpoint"]
    body = next(body for kind, body in frames_of(path) if kind == "checkpoint")
    n, truth = body["n"], api.Session.load(path)
    beats = int(truth.actors(0, n)[2].fields[0].value.text)
    where, shown = -1, beats
    while shown == beats:
        where = body["pages"].find(beats.to_bytes(8, "little"), where + 1)
        assert where >= 0
        pages = body["pages"][:where] + (beats + 1).to_bytes(8, "little") + body["pages"][where + 8 :]
        other = body | {"pages": pages, "digest": blake3(body["cells"] + pages).digest()}
        write_frames(path, [*frames, ("checkpoint", other)])
        shown = int(api.Session.load(path).actors(0, n)[2].fields[0].value.text)
    assert shown == beats + 1
    assert "the checkpoint at event" in told(path)


def test_answers_that_were_never_asked_for_are_found_out(tmp_path: Path) -> None:
    path = tmp_path / "run.aft"
    session = api.Session.start(program_of(READER), 1, outside=Fake(one="1", two="22", three="333"))
    finish(session)
    session.save(path)
    assert api.Session.load(path).verify().ok
    lie(path, "answers", lambda body: body | {"answers": body["answers"] + body["answers"][-1:] * 9})
    assert "uses 3 answers of the outside, the recording has 12" in told(path)


def test_a_limit_that_was_the_end_is_found_out(tmp_path: Path) -> None:
    path = tmp_path / "run.aft"
    finished(BANK).save(path)
    lie(path, "reached", lambda body: body | {"status": "at limit"})
    assert "stopped at a limit, which it is not" in told(path)


@pytest.mark.parametrize("status", ["running", "interrupted", "at limit"])
@pytest.mark.parametrize("branch", [0, 1])
def test_a_finished_run_that_is_said_to_go_on_is_found_out(tmp_path: Path, status: str, branch: int) -> None:
    path = tmp_path / "run.aft"
    session = finished(BANK)
    run_on(session, session.fork(0, 5).id)
    session.save(path)
    assert all(api.Session.load(path).verify(number).ok for number in (0, 1))
    ends = [
        i for i, (kind, body) in enumerate(p for p in frames_of(path) if p[0] == "reached") if body["branch"] == branch
    ]
    lie(path, "reached", lambda body: body | {"status": status}, ends[-1])
    assert "which it is not" in told(path, branch) or "which is finished" in told(path, branch)


@pytest.mark.parametrize("keeps_checkpoint", [True, False])
def test_a_branch_shows_what_its_run_puts_out_whatever_tick_the_file_calls_open(
    tmp_path: Path, keeps_checkpoint: bool
) -> None:
    """Pictures of state belong to the tick that ends, so the open tick decides who shows them."""
    path = tmp_path / "run.aft"
    session = started(PICTURES)
    while session.advance(until_tick=7).status is api.Status.RUNNING:
        pass
    for n in range(session.total()):
        fork = session.fork(0, n).id
        while session.advance(until_tick=7, branch=fork).status is api.Status.RUNNING:
            pass
    session.save(path)
    shown = [[output.text for output in session.outputs(line.id)] for line in session.branches()]
    assert len(shown[0]) > 3
    assert all(texts == shown[0] for texts in shown)
    frames = [frame for frame in frames_of(path) if keeps_checkpoint or frame[0] != "checkpoint"]
    opened = 0
    for place, (kind, body) in enumerate(frames):
        for tick in (None, 0, 1, 2, 3, 4, 5):
            if kind != "branch" or not body["id"] or body["open_tick"] == tick:
                continue
            opened += body["open_tick"] is not None
            write_frames(path, [*frames[:place], (kind, body | {"open_tick": tick}), *frames[place + 1 :]])
            if keeps_checkpoint:
                with pytest.raises(api.TraceFileError, match="begins at another moment"):
                    api.Session.load(path)
                continue
            loaded = api.Session.load(path)
            assert [output.text for output in loaded.outputs(body["id"])] == shown[0]
    assert opened
