"""A turn that does not end hides nothing of what came before it, and is named."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from studio.model import engine_port as port
from studio.model.inspector import sections
from studio.model.run import RunModel
from studio.model.run_words import running_text
from studio.services.bridge import EngineBridge
from studio.services.turn_watch import PATIENCE_SECONDS, TurnWatch
from studio.window.status import StatusBar, run_text
from tests.studio.b_scripted import detail, grown, make_events, open_run, studio

ENDLESS = """
actor Counter {
    state count: int = 0
    on add(n: int) {
        count += n
        render {f"count {count}"}
    }
}
actor Worker {
    on work(n: int) {
        var i = n
        while true { i = (i + 1) % 1000 }
    }
}
Counter.add(1)
Counter.add(2)
after 5ms Worker.work(7)
"""


@pytest.fixture
def run(qapp: object) -> Iterator[RunModel]:
    """A run model on the engine's thread."""
    engine, model = EngineBridge(), RunModel()
    model.attach(engine)
    yield model
    assert engine.close()


def test_what_came_before_an_endless_turn_is_shown_with_its_moment_while_it_runs(qtbot: QtBot, run: RunModel) -> None:
    run.start(ENDLESS, "endless.aefl")
    qtbot.waitUntil(lambda: run.turn_running is not None and run.event_detail is not None, timeout=20_000)
    assert (run.state, run.live) == ("running", True)
    assert [output.text for output in run.outputs] == ["count 1", "count 3"]
    assert run.event_detail is not None
    assert run.event_detail.n + 1 == run.playhead == run.total
    assert "Worker#2.work is running" in run_text(run)
    assert [s.note for s in sections(run) if s.key == "running"] == ["Worker#2.work(7); this turn has not ended"]
    before = run.total
    run.stop()
    qtbot.waitUntil(lambda: run.state == "stopped", timeout=20_000)
    assert run.total == before
    assert run.turn_running is None


def test_the_status_says_for_how_long_a_turn_has_been_running_until_it_ends(qtbot: QtBot) -> None:
    model, engine = studio()
    run, window, events = model.run, QMainWindow(), make_events(40, 5)
    qtbot.addWidget(window)
    status = StatusBar(window, model)
    open_run(engine, run, events[:0])
    engine.answer(run, port.StateChanged("running"), grown(events[:20]))
    engine.answer(run, port.TurnRunning(0, 20, 3, "Worker#3", "work(7)"))
    status.refresh()
    assert status._run.text().endswith("Worker#3.work is running")
    assert status._ticking.isActive()
    assert run.turn_running is not None
    assert running_text(run.turn_running, 4) == "Worker#3.work has been running for 4 s"
    engine.answer(run, grown(events[20:21], first=20))
    engine.answer(run, port.Moment(engine.seeks[-1].generation, 0, 21, None, None, detail(20), None, ()))
    status.refresh()
    assert "Worker#3" not in status._run.text()
    assert not status._ticking.isActive()
    status.close_status()


def test_a_late_slice_is_interrupted_once_and_the_turn_that_begins_again_is_left_alone() -> None:
    now, interrupted = [0.0], []

    def late(seconds: float) -> int:
        now[0] += seconds
        for _ in range(2):
            watch.interrupt_if_late(lambda: interrupted.append(now[0]))
        return len(interrupted)

    watch = TurnWatch(lambda: now[0])
    assert late(10) == 0, "nothing runs"
    with watch.slice():
        assert late(PATIENCE_SECONDS / 2) == 0
        assert late(PATIENCE_SECONDS) == 1
    assert watch.has_interrupted
    watch.turn_is_known()
    with watch.slice():
        assert late(100) == 1, "its turn has been named"
    assert not watch.has_interrupted
    with watch.slice():
        assert late(PATIENCE_SECONDS * 1.5) == 1, "each interruption doubles the patience"
        assert late(PATIENCE_SECONDS) == 2
    assert late(100) == 2
