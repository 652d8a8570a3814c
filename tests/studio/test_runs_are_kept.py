"""A run that is open stays open until another one is there, and stays in the list after that, with its forks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QTreeWidget
from pytestqt.qtbot import QtBot

from studio.application import Studio
from studio.model.palette import palette_items
from studio.model.run import RunModel
from studio.model.runs import BYTES_MAX, RUNS_MAX, KeptRuns, RunEntry

PROGRAM = """\
actor Counter {
    state n: int = 0
    on add(k: int) { n += k; render n }
}
let c = spawn Counter()
c.add(1)
c.add(2)
test "fails" {
    assert 1 == 2
}
"""
ENDLESS = """\
actor Clock {
    state n: int = 0
    every 1ms { n += 1 }
}
spawn Clock()
"""


@pytest.fixture
def ran(studio: Studio, qtbot: QtBot, tmp_path: Path) -> Studio:
    """A Studio with a run that has finished and was forked, looked at in its middle."""
    path = tmp_path / "counter.aefl"
    path.write_text(PROGRAM)
    studio.files.open(path)
    studio.background.drain()
    start(studio, qtbot)
    run = studio.model.run
    run.seek(2)
    run.fork(None)
    qtbot.waitUntil(lambda: len(run.branches) == 2 and run.state == "finished", timeout=20_000)
    qtbot.waitUntil(lambda: run.total == run.branches[1].total, timeout=20_000)
    run.seek(3)
    return studio


def start(studio: Studio, qtbot: QtBot) -> None:
    number = studio.model.run.run_number + 1
    assert studio.model.commands.invoke("run.start")
    qtbot.waitUntil(
        lambda: studio.model.run.shown_run == number and studio.model.run.state == "finished", timeout=30_000
    )


def seen(run: RunModel) -> tuple[object, ...]:
    """What a person sees of a run."""
    names = [b.name for b in run.branches]
    return run.source_name, run.branch, names, run.total, run.playhead, run.state, run.execution_hash


def refused(studio: Studio, qtbot: QtBot, begin: Callable[[], object]) -> str:
    """The sentence with which something that was to be opened is refused."""
    told: list[str] = []
    disconnect = studio.model.run.problem.connect(told.append)
    begin()
    qtbot.waitUntil(lambda: bool(told), timeout=30_000)
    disconnect()
    return told[0]


def test_a_mistake_in_the_program_leaves_the_open_run_and_its_forks(ran: Studio, qtbot: QtBot) -> None:
    run, before = ran.model.run, seen(ran.model.run)
    ran.model.documents.items[0].set_text("render (\n")
    assert ":1:" in refused(ran, qtbot, lambda: ran.model.commands.invoke("run.start"))
    assert seen(run) == before
    assert len(run.runs) == 1
    run.seek(1)
    run.fork(None)
    qtbot.waitUntil(lambda: len(run.branches) == 3 and run.state == "finished", timeout=20_000)


@pytest.mark.parametrize("damage", ["junk", "cut", "missing"])
def test_a_recording_that_cannot_be_opened_leaves_the_open_run(
    ran: Studio, qtbot: QtBot, tmp_path: Path, damage: str
) -> None:
    run, path = ran.model.run, tmp_path / "bad.aft"
    if damage == "junk":
        path.write_bytes(b"no recording")
    elif damage == "cut":
        run.save_trace(path)
        qtbot.waitUntil(path.exists, timeout=20_000)
        qtbot.waitUntil(lambda: run.path == path, timeout=20_000)
        path.write_bytes(path.read_bytes()[:30])
    before = seen(run)
    assert "bad.aft" in refused(ran, qtbot, lambda: ran.files.open(path))
    assert seen(run) == before


def test_a_run_that_goes_on_goes_on_when_another_cannot_begin(studio: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "clock.aefl"
    path.write_text(ENDLESS)
    studio.files.open(path)
    studio.background.drain()
    run = studio.model.run
    assert studio.model.commands.invoke("run.start")
    qtbot.waitUntil(lambda: run.total > 100, timeout=30_000)
    bad = tmp_path / "bad.aft"
    bad.write_bytes(b"x")
    refused(studio, qtbot, lambda: studio.files.open(bad))
    total = run.total
    qtbot.waitUntil(lambda: run.total > total and run.state == "running", timeout=30_000)


def test_a_new_run_keeps_the_one_before_and_one_can_go_back_and_forth(ran: Studio, qtbot: QtBot) -> None:
    run, before = ran.model.run, seen(ran.model.run)
    start(ran, qtbot)
    assert [(entry.number, entry.forks) for entry in run.runs] == [(1, 1), (2, 0)]
    second = seen(run)
    run.show_run(1)
    qtbot.waitUntil(lambda: bool(run.outputs) and run.event_detail is not None, timeout=20_000)
    assert seen(run) == before
    run.show_branch(0)
    qtbot.waitUntil(lambda: run.total == run.branches[0].total, timeout=20_000)
    run.seek(1)
    qtbot.waitUntil(lambda: run.event_detail is not None and run.event_detail.n == 0, timeout=20_000)
    run.fork(None)
    qtbot.waitUntil(lambda: len(run.branches) == 3 and run.state == "finished", timeout=20_000)
    run.show_run(2)
    assert seen(run) == second


def test_a_running_run_rests_when_another_is_shown_and_goes_on_where_it_was(
    studio: Studio, qtbot: QtBot, tmp_path: Path
) -> None:
    clock, counter = tmp_path / "clock.aefl", tmp_path / "counter.aefl"
    clock.write_text(ENDLESS)
    counter.write_text(PROGRAM)
    run = studio.model.run
    for path in (clock, counter):
        studio.files.open(path)
        studio.background.drain()
        assert studio.model.commands.invoke("run.start")
        qtbot.waitUntil(lambda p=path: run.source_name == str(p) and run.total > 3, timeout=30_000)  # type: ignore[misc]
    run.show_run(1)
    qtbot.waitUntil(lambda: run.state == "paused" and run.total == run.branches[0].total, timeout=20_000)
    total = run.total
    run.resume()
    qtbot.waitUntil(lambda: run.total > total + 10, timeout=30_000)


def test_looking_into_a_failed_test_keeps_the_open_run(ran: Studio, qtbot: QtBot) -> None:
    run, before = ran.model.run, seen(ran.model.run)
    case = ran.model.tests.cases(ran.model.documents.items[0])[0]
    ran.model.tests.run([case])
    qtbot.waitUntil(lambda: ran.model.tests.state(case.key) == "failed", timeout=30_000)
    assert ran.model.tests.open_run(case.key)
    qtbot.waitUntil(lambda: run.shown_run == 2 and not run.is_busy, timeout=30_000)
    assert run.runs[1].title == "counter.aefl: fails"
    run.show_run(1)
    assert seen(run) == before


def test_runs_are_listed_in_the_palette_and_beside_the_branches(ran: Studio, qtbot: QtBot) -> None:
    start(ran, qtbot)
    assert [item.title for item in palette_items(ran.model, "~")] == ["counter.aefl #2", "counter.aefl #1"]
    ran.window.show_panel("branches")
    tree = ran.window.docks.docks["branches"].widget().findChild(QTreeWidget)
    assert tree is not None
    item = tree.topLevelItem(1)
    assert item is not None
    assert item.text(0) == "counter.aefl #1"
    tree.itemClicked.emit(item, 0)
    assert ran.model.run.shown_run == 1
    palette_items(ran.model, "~2")[0].run()
    assert ran.model.run.shown_run == 2
    assert ran.model.commands.invoke("run.forget")
    assert [entry.number for entry in ran.model.run.runs] == [2]


def test_starting_again_and_again_ends_in_the_last_run_with_a_bounded_list(ran: Studio, qtbot: QtBot) -> None:
    run, commands = ran.model.run, ran.model.commands
    for _ in range(RUNS_MAX + 6):
        commands.invoke("run.restart")
    qtbot.waitUntil(lambda: run.shown_run == run.run_number and run.state == "finished", timeout=60_000)
    assert len(run.runs) <= RUNS_MAX + 1
    assert run.runs[0].number == 1, "a run with forks stays"
    qtbot.waitUntil(lambda: len(ran.engine._thread._worker._kept) == len(run.kept.entries), timeout=20_000)


def test_a_recording_is_saved_of_the_run_that_was_shown(ran: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    run, path = ran.model.run, tmp_path / "first.aft"
    branches = len(run.branches)
    ran.model.commands.invoke("run.restart")
    run.save_trace(path)
    qtbot.waitUntil(lambda: path.exists() and run.shown_run == 2 and run.state == "finished", timeout=30_000)
    ran.files.open(path)
    qtbot.waitUntil(lambda: run.path == path and len(run.branches) == branches, timeout=30_000)


def test_runs_without_forks_go_first_and_those_with_forks_never() -> None:
    kept = KeptRuns()
    for number in range(RUNS_MAX + 4):
        kept.put(RunEntry(number, "a", number % 2, 10), {})
    assert kept.surplus() == (0, 2, 4, 6)
    kept = KeptRuns()
    kept.put(RunEntry(1, "a", 1, 10), {})
    kept.put(RunEntry(2, "b", 0, 10), {})
    kept.measure(1, BYTES_MAX)
    kept.measure(2, 5)
    assert kept.surplus() == (2,)
