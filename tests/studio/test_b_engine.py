"""The engine's thread with the real engine: running, stopping, seeking, forking, recordings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import pytest
from pytestqt.qtbot import QtBot

from engine.api import DropMessage, EditMessage, Inject, SetField
from studio.model.inspector import sections
from studio.model.run import RunModel
from studio.services.bridge import EngineBridge

COUNTER = """
actor Counter {
    state count: int = 0
    on add(n: int) {
        count += n
        render {f"count {count}"}
    }
}
Counter.add(1)
Counter.add(2)
after 5ms Counter.add(3)
"""

ENDLESS = """
actor Spinner {
    on spin(n: int) {
        var i = n
        while true { i = (i + 1) % 1000 }
    }
}
Spinner.spin(1)
"""
WHOLE_TURNS = (0, 1, 2)
"""The events before the endless turn have happened, or fewer, where the wish to stop came first."""

LONG = """
actor Ping {
    state left: int = 0
    on begin(n: int) {
        left = n
        Pong.ball(1)
    }
    on back(n: int) {
        left -= 1
        if left > 0 { Pong.ball(n) }
    }
}
actor Pong {
    on ball(n: int) { Ping.back(n + 1) }
}
Ping.begin(200000)
"""


@pytest.fixture
def bridge(qapp: object) -> Iterator[EngineBridge]:
    """An engine's thread that ends with the test."""
    engine = EngineBridge()
    yield engine
    assert engine.close()


@pytest.fixture
def run(bridge: EngineBridge) -> RunModel:
    model = RunModel()
    model.attach(bridge)
    return model


def wait(qtbot: QtBot, run: RunModel, *states: str) -> None:
    qtbot.waitUntil(lambda: run.state in states, timeout=20_000)


def settled(qtbot: QtBot, run: RunModel) -> None:
    """Waits until the moment at the playhead has been read."""
    qtbot.waitUntil(
        lambda: (
            (run.playhead == 0 and run.event_detail is None)
            or (run.event_detail is not None and run.event_detail.n == run.playhead - 1)
        ),
        timeout=10_000,
    )


def test_a_program_runs_to_its_end_and_every_moment_can_be_read(qtbot: QtBot, run: RunModel) -> None:
    run.start(COUNTER, "counter.aefl")
    wait(qtbot, run, "finished")
    assert [o.text for o in run.outputs] == ["count 1", "count 3", "count 6"]
    assert run.execution_hash
    run.select_actor(1)
    run.seek(run.total)
    settled(qtbot, run)
    qtbot.waitUntil(lambda: run.actor_state is not None and run.actor_state.fields[0].value.text == "6")
    assert run.actor_state is not None
    assert run.actor_state.fields[0].before == "3"


def test_a_mistake_in_the_program_is_told_with_its_line(qtbot: QtBot, run: RunModel) -> None:
    told: list[str] = []
    run.problem.connect(told.append)
    run.start("let x: int = nobody\n", "wrong.aefl")
    wait(qtbot, run, "none")
    assert told
    assert told[0].startswith("wrong.aefl:1: ")


def test_stop_ends_an_endless_loop_at_the_last_whole_turn(qtbot: QtBot, run: RunModel) -> None:
    run.start(ENDLESS, "endless.aefl")
    wait(qtbot, run, "running")
    run.stop()
    wait(qtbot, run, "stopped")
    assert run.total in WHOLE_TURNS
    run.seek(run.total)
    settled(qtbot, run)


def test_pause_holds_a_turn_that_takes_too_long_and_the_run_can_be_looked_at(qtbot: QtBot, run: RunModel) -> None:
    run.start(ENDLESS, "endless.aefl")
    wait(qtbot, run, "running")
    run.pause()
    wait(qtbot, run, "paused")
    run.seek(1)
    settled(qtbot, run)


def test_starting_another_program_leaves_an_endless_one(qtbot: QtBot, run: RunModel) -> None:
    run.start(ENDLESS, "endless.aefl")
    wait(qtbot, run, "running")
    run.start(COUNTER, "counter.aefl")
    wait(qtbot, run, "finished")
    assert run.source_name == "counter.aefl"
    assert len(run.outputs) == 3


def test_the_thread_ends_out_of_an_endless_loop(qtbot: QtBot) -> None:
    engine = EngineBridge()
    model = RunModel()
    model.attach(engine)
    model.start(ENDLESS, "endless.aefl")
    wait(qtbot, model, "running")
    assert engine.close()


def test_a_paused_run_goes_on_and_comes_to_the_same_end(qtbot: QtBot, run: RunModel) -> None:
    run.start(LONG, "long.aefl")
    wait(qtbot, run, "finished")
    whole = (run.total, run.execution_hash)
    run.start(LONG, "long.aefl")
    qtbot.waitUntil(lambda: run.total > 1_000, timeout=20_000)
    run.pause()
    wait(qtbot, run, "paused", "finished")
    held = run.total
    run.step(1)
    qtbot.waitUntil(lambda: run.total in (held + 1, whole[0]), timeout=10_000)
    wait(qtbot, run, "paused", "finished")
    run.resume()
    wait(qtbot, run, "finished")
    assert (run.total, run.execution_hash) == whole


def test_of_many_seeks_the_last_one_is_what_is_shown(qtbot: QtBot, run: RunModel) -> None:
    run.start(LONG, "long.aefl")
    wait(qtbot, run, "finished")
    run.want_picture(True)
    for n in range(10_000, 300_000, 1_000):
        run.seek(n)
    settled(qtbot, run)
    qtbot.waitUntil(lambda: run.picture is not None and run.picture.n == 299_000, timeout=10_000)
    assert run.event_detail is not None
    assert run.event_detail.n == 298_999


def test_a_seek_while_running_does_not_stop_the_run(qtbot: QtBot, run: RunModel) -> None:
    run.start(LONG, "long.aefl")
    qtbot.waitUntil(lambda: run.total > 1_000, timeout=20_000)
    run.seek(500)
    settled(qtbot, run)
    wait(qtbot, run, "finished")
    assert run.playhead == 500


def test_a_fork_with_another_message_becomes_a_branch_of_its_own(qtbot: QtBot, run: RunModel) -> None:
    run.start(COUNTER, "counter.aefl")
    wait(qtbot, run, "finished")
    original = [o.text for o in run.outputs]
    run.seek(2)
    run.fork(Inject("Counter.add(100)"))
    qtbot.waitUntil(lambda: run.branch == 1 and run.state == "finished", timeout=10_000)
    qtbot.waitUntil(lambda: len(run.outputs) == 4, timeout=10_000)
    assert [o.text for o in run.outputs][-1] == "count 106"
    run.compare(0)
    qtbot.waitUntil(lambda: run.comparison is not None, timeout=10_000)
    assert run.comparison is not None
    assert run.comparison.difference is not None
    run.show_branch(0)
    qtbot.waitUntil(lambda: len(run.outputs) == 3, timeout=10_000)
    assert [o.text for o in run.outputs] == original


@pytest.mark.parametrize(
    ("change", "last"),
    [
        (None, "count 6"),
        (EditMessage("(10)"), "count 15"),
        (DropMessage(), "count 5"),
        (SetField(1, "count", "7"), "count 13"),
    ],
)
def test_every_kind_of_change_can_be_forked(qtbot: QtBot, run: RunModel, change: object, last: str) -> None:
    run.start(COUNTER, "counter.aefl")
    wait(qtbot, run, "finished")
    run.seek(2)
    run.fork(change)  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: run.branch == 1 and run.state == "finished", timeout=10_000)
    qtbot.waitUntil(lambda: bool(run.outputs) and run.outputs[-1].text == last, timeout=10_000)


def test_a_change_that_cannot_be_made_is_refused_with_a_sentence(qtbot: QtBot, run: RunModel) -> None:
    refused: list[str] = []
    run.fork_refused.connect(refused.append)
    run.start(COUNTER, "counter.aefl")
    wait(qtbot, run, "finished")
    run.seek(2)
    run.fork(Inject("Nobody.add(1)"))
    qtbot.waitUntil(lambda: bool(refused), timeout=10_000)
    assert "Nobody" in refused[0]
    assert (run.branch, len(run.branches)) == (0, 1)


def test_a_recording_is_saved_and_opened_again_with_the_same_events(
    qtbot: QtBot, run: RunModel, tmp_path: Path
) -> None:
    run.start(LONG, "long.aefl")
    wait(qtbot, run, "finished")
    path, before, events = tmp_path / "long.aft", run.execution_hash, run.events
    run.save_trace(path)
    qtbot.waitUntil(lambda: run.path == path, timeout=20_000)
    run.open_trace(path)
    qtbot.waitUntil(lambda: run.state == "finished" and run.total == events.total, timeout=20_000)
    assert run.execution_hash == before
    assert run.playhead == run.total, "a recording opens at its end"
    assert (run.events.column("actor", 1_000, 2_000) == events.column("actor", 1_000, 2_000)).all()
    run.verify()
    qtbot.waitUntil(lambda: run.verified is not None, timeout=20_000)
    assert run.verified


def test_a_file_that_is_no_recording_is_told_and_nothing_breaks(qtbot: QtBot, run: RunModel, tmp_path: Path) -> None:
    told: list[str] = []
    run.problem.connect(told.append)
    path = tmp_path / "not.aft"
    path.write_bytes(b"this is not a recording")
    run.open_trace(path)
    wait(qtbot, run, "none")
    run.open_trace(tmp_path / "missing.aft")
    qtbot.waitUntil(lambda: len(told) >= 2, timeout=10_000)
    run.start(COUNTER, "counter.aefl")
    wait(qtbot, run, "finished")


def test_texts_of_messages_are_read_when_they_are_asked_for(qtbot: QtBot, run: RunModel) -> None:
    run.start(COUNTER, "counter.aefl")
    wait(qtbot, run, "finished")
    run.want_texts(range(run.total))
    qtbot.waitUntil(lambda: run.text_of(run.total - 1) == "add(3)", timeout=10_000)


def test_the_gui_thread_gets_few_batches_however_many_events_there_are(qtbot: QtBot, run: RunModel) -> None:
    batches: list[int] = []
    run.events_added.connect(lambda first, count: batches.append(count))
    began = perf_counter()
    run.start(LONG, "long.aefl")
    wait(qtbot, run, "finished")
    assert sum(batches) == run.total > 400_000
    assert len(batches) < 70 * (perf_counter() - began) + 10


def test_what_is_told_just_before_an_endless_turn_always_arrives(qtbot: QtBot, run: RunModel) -> None:
    for _ in range(25):
        run.start(ENDLESS, "endless.aefl")
        wait(qtbot, run, "running")
        run.stop()
        wait(qtbot, run, "stopped")
        assert run.total in WHOLE_TURNS


def test_a_run_that_ends_in_a_cycle_of_waits_says_so_and_shows_them(qtbot: QtBot, run: RunModel) -> None:
    problems: list[str] = []
    run.problem.connect(problems.append)
    text = """
actor Ego {
    on first(n: int) -> int {
        let kept = n * 2
        render {kept + await self.second()}
    }
    on second() -> int { render {2} }
}
Ego.first(4)
"""
    run.start(text, "ego.aefl")
    wait(qtbot, run, "finished")
    assert problems == ["Nothing can run any more: a cycle of waits: Ego#1 waits at 5:24 for Ego#1.second."]
    run.select_actor(1)
    run.seek(run.total)
    settled(qtbot, run)
    qtbot.waitUntil(lambda: any(s.key == "awaits" for s in sections(run)), timeout=10_000)
    section = next(s for s in sections(run) if s.key == "awaits")
    assert section.note == "Ego#1.second · line 5"
    assert [(row.label, row.text) for row in section.rows] == [
        ("Ego.first", "continues at line 5"),
        ("  kept", "8"),
    ]
