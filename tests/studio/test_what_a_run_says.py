"""What Studio says when a program cannot run, when a run is stopped in a turn, and when it is over."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.api import DropMessage
from studio.application import Studio
from studio.model import engine_port as port
from studio.model.inspector import sections
from studio.model.run import RunModel
from studio.model.timeline import TimelineModel
from studio.services.bridge import EngineBridge
from studio.timetravel.fork_card import DROP, ForkCard
from studio.timetravel.timeline_view import TimelineView
from studio.window.status import run_text
from tests.studio.b_scripted import studio as scripted_studio
from tests.trials.desk import Desk

ENDLESS = """
actor Spinner {
    on spin(n: int) {
        var i = n
        while true { i = (i + 1) % 1000 }
    }
}
Spinner.spin(1)
"""
FAULTS = """
actor Worker {
    on work(n: int) { render 60 / n }
}
let w = spawn Worker()
w.work(0)
w.work(1)
w.work(2)
"""
TIMERS = """
actor Clock {
    state left: int = 3
    every 5ms {
        left -= 1
        if left == 0 { stop }
    }
}
let clock = spawn Clock()
"""


def test_a_program_with_errors_leads_to_the_first_one_and_compiles_no_longer(qtbot: QtBot, studio: Studio) -> None:
    model = studio.model
    document = model.documents.new("let a = 1\nlet b = a +\nlet c = nothing\nlet d = nobody\n", "bad.aefl")
    said: list[str] = []
    model.run.problem.connect(said.append)
    model.commands.invoke("run.start")
    qtbot.waitUntil(lambda: bool(said) and model.run.state == "none", timeout=20_000)
    assert studio.window.panel_visible("problems")
    assert said[0].startswith("bad.aefl:")
    line = int(said[0].split(":")[1])
    qtbot.waitUntil(lambda: document.cursor.line == line, timeout=5_000)
    assert ".," not in said[0]


def test_the_number_of_further_errors_is_a_sentence_of_its_own(qtbot: QtBot) -> None:
    desk = Desk(Random(1))
    for text, ending in (
        ("render x\n", "."),
        ("render x\nrender y\n", ". There is 1 more error."),
        ("render x\n" * 3, ". There are 2 more errors."),
    ):
        desk.troubles.clear()
        desk.run.start(text, "bad.aefl")
        desk.settle()
        assert desk.run.state == "none"
        assert desk.troubles[0].endswith(ending)
        assert not desk.troubles[0].endswith(f".{ending}")


class Paints(QObject):
    """Counts how often a widget is painted."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Sees every event of the widget."""
        self.count += event.type() == QEvent.Type.Paint
        return False


def test_the_timeline_without_events_follows_the_state_of_the_run(qtbot: QtBot, qapp: QApplication) -> None:
    model, engine = scripted_studio()
    view = TimelineView(model, TimelineModel(model.run))
    qtbot.addWidget(view)
    view.resize(600, 200)
    view.show()
    qtbot.waitExposed(view)
    paints = Paints()
    view.viewport().installEventFilter(paints)
    model.run.start("", "bank.aefl")
    qtbot.waitUntil(lambda: bool(paints.count), timeout=10_000)
    qapp.processEvents()
    paints.count = 0
    engine.answer(model.run, port.NotOpened(model.run.run_number, ""))
    qtbot.waitUntil(lambda: bool(paints.count), timeout=10_000)


@pytest.fixture
def run() -> Iterator[RunModel]:
    """A run model on an engine of its own."""
    model, bridge = RunModel(), EngineBridge()
    model.attach(bridge)
    yield model
    bridge.close()


def test_after_stop_in_an_endless_turn_it_is_said_whose_turn_it_was(qtbot: QtBot, run: RunModel) -> None:
    said: list[str] = []
    run.message.connect(said.append)
    for _ in range(20):  # the wish to stop may come before the turn begins
        run.start(ENDLESS, "loop.aefl")
        qtbot.waitUntil(lambda: run.state == "running", timeout=20_000)
        run.stop()
        qtbot.waitUntil(lambda: run.state == "stopped", timeout=20_000)
        qtbot.waitUntil(lambda: run.event_detail is not None or not run.total, timeout=20_000)
        if run.cut is not None:
            break
    assert run.cut is not None
    sentence = "Stopped inside Spinner#1.spin(1), loop.aefl line 3; that turn did not happen"
    assert said == [f"{sentence}."]
    section = next(section for section in sections(run) if section.key == "cut")
    assert section.note == sentence


def test_a_run_that_had_faults_and_dead_letters_says_so() -> None:
    desk = Desk(Random(1))
    desk.run.start(FAULTS, "faults.aefl")
    desk.settle()
    assert run_text(desk.run) == f"finished {desk.run.total} events  ·  1 fault, 2 dead letters"
    desk.run.seek(2)
    desk.run.fork(DropMessage())
    desk.settle()
    assert run_text(desk.run) == f"finished {desk.run.total} events", "the fork has none of them"
    desk.run.show_branch(0)
    desk.settle()
    assert "1 fault, 2 dead letters" in run_text(desk.run)


def test_what_was_said_of_the_run_before_goes_with_it(qtbot: QtBot, studio: Studio) -> None:
    studio.model.notice.emit("info", "bank.aefl was changed outside and read again.")
    assert studio.window.status.message
    studio.model.run.start("render 1", "one.aefl")
    assert not studio.window.status.message
    qtbot.waitUntil(lambda: studio.model.run.state == "finished", timeout=20_000)


def test_dropping_a_message_says_what_else_is_lost(qtbot: QtBot) -> None:
    model, _ = scripted_studio()
    desk = Desk(Random(1))
    model.run = desk.run
    card = ForkCard(model)
    qtbot.addWidget(card)
    desk.run.start(TIMERS, "timers.aefl")
    desk.settle()
    ends = "This timer ends, because only its own turn sets it again."
    for moment, lost in ((1, "The actor never starts."), (2, ends)):
        desk.run.seek(moment)
        card.open_at_playhead()
        card.choices.button(DROP).setChecked(True)
        desk.settle()
        assert card.lost.isVisible()
        assert card.lost.text() == lost
    desk.run.fork(DropMessage())
    desk.settle()
    assert desk.run.branches[1].change == (
        "dropped Clock.every 5ms for actor 1: this timer ends, because only its own turn sets it again"
    )
