"""What is dropped dies: sessions, stores and documents of runs that are kept no longer are held by nothing.

``python -m tests.trials.rounds`` measures the memory over many rounds.
"""

from __future__ import annotations

import gc
import weakref
from random import Random

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.application import Studio
from studio.model.events_table import EventFilter, EventRows
from studio.window.features import all_panels
from tests.studio.conftest import drain
from tests.trials.desk import Desk
from tests.trials.programs import random_program
from tests.trials.shown_pictures import ShownPictures
from tests.trials.shown_words import ShownWords

FORKS = 3


def names_of_living(references: dict[str, weakref.ref[object]]) -> list[str]:
    return [name for name, reference in references.items() if reference() is not None]


def test_models_let_go_of_a_run_without_help_of_the_collector() -> None:
    random = Random(5)
    desk = Desk(random)
    text = random_program(random)
    shown = ShownPictures(desk.run), ShownWords(desk.run, text, "trial.aefl")
    desk.run.want_picture(True)
    desk.run.start(text, "trial.aefl")
    desk.settle(500)
    for _ in range(FORKS):
        desk.run.seek(desk.run.total // 2)
        desk.settle(500)
        desk.run.fork(None)
        desk.settle(500)
        while not (shown[0].graph.catch_up(1) and shown[0].timeline.catch_up()):
            pass
        shown[0].timeline.density(shown[0].timeline.edges(40))
        EventRows(desk.run.events, EventFilter.parse("work")).extend()
    references: dict[str, weakref.ref[object]] = {
        "session": weakref.ref(desk.session),
        "pages": weakref.ref(desk.session.history.store),
        "machine": weakref.ref(desk.session.recorder.machine),
        **{f"store {branch}": weakref.ref(store) for branch, store in desk.run._stores.items()},
    }
    gc.collect()
    gc.disable()
    try:
        old = desk.run.shown_run
        desk.run.start("render 1", "other.aefl")
        desk.settle()
        desk.run.forget_run(old)
        desk.settle()
        assert not names_of_living(references)
    finally:
        gc.enable()


def test_a_studio_with_every_panel_lets_go_of_runs_and_documents(
    qtbot: QtBot, qapp: QApplication, studio: Studio
) -> None:
    run, documents = studio.model.run, studio.model.documents
    for panel in all_panels():
        studio.window.show_panel(panel.id)
    document = documents.new(random_program(Random(4)), "trial.aefl")
    run.start(document.text, document.file)
    qtbot.waitUntil(lambda: run.state != "compiling" and (not run.is_busy or run.total > 500), timeout=30_000)
    run.stop()
    qtbot.waitUntil(lambda: not run.is_busy and run.is_open, timeout=30_000)
    run.seek(run.total // 2)
    qtbot.waitUntil(lambda: run.event_detail is not None or not run.playhead, timeout=30_000)
    run.fork(None)
    qtbot.waitUntil(lambda: len(run.branches) == 2, timeout=30_000)
    run.stop()
    qtbot.waitUntil(lambda: not run.is_busy, timeout=30_000)
    session = studio.engine._thread._worker._session
    assert session is not None
    references: dict[str, weakref.ref[object]] = {
        "session": weakref.ref(session),
        "document": weakref.ref(document),
        **{f"store {branch}": weakref.ref(store) for branch, store in run._stores.items()},
    }
    documents.remove(document)
    del session, document
    old = run.shown_run
    run.start("render 1", "other.aefl")
    qtbot.waitUntil(lambda: run.state == "finished" and run.shown_run != old, timeout=30_000)
    run.forget_run(old)
    qtbot.waitUntil(lambda: references["session"]() is None, timeout=30_000)
    qtbot.waitUntil(lambda: not studio.busy, timeout=30_000)
    drain(qapp)
    assert not names_of_living(references)
