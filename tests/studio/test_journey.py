"""The way of a new user through Studio, on the real engine: edit, run, watch, rewind, look, fork, compare."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialogButtonBox, QWidget
from pytestqt.qtbot import QtBot

from engine import api
from engine.project.resources import folder
from studio.application import Studio
from studio.editor.code_edit import CodeEdit
from studio.timetravel.fork_card import INJECT, ForkCard
from studio.timetravel.timeline_view import TimelineView

TIMEOUT_MS = 30_000


W = TypeVar("W", bound=QWidget)


def child(studio: Studio, kind: type[W]) -> W:
    """The one widget of a kind in the window."""
    found = studio.window.findChild(kind)
    assert isinstance(found, kind), kind.__name__
    return found


def test_a_new_user_writes_runs_rewinds_forks_and_compares(
    open_studio: Callable[[], Studio], qtbot: QtBot, tmp_path: Path
) -> None:
    program = tmp_path / "bank.aefl"
    program.write_text((folder("examples") / "bank" / "bank.aefl").read_text(encoding="utf-8"), encoding="utf-8")
    studio = open_studio()
    run = studio.model.run

    # Opens the example and changes it in the editor: a line more at the end.
    studio.files.open(program)
    qtbot.waitUntil(lambda: "Auditor" in getattr(studio.model.documents.active, "text", ""), timeout=TIMEOUT_MS)
    editor = child(studio, CodeEdit)
    qtbot.keyClick(editor, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(editor, 'render "all set"')
    document = studio.model.documents.active
    assert document is not None
    assert document.dirty
    assert document.text.rstrip().endswith('render "all set"')

    # Runs it; what it renders and whom it consists of comes from the engine.
    qtbot.keyClick(studio.window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: run.state == "finished", timeout=TIMEOUT_MS)
    assert "all set" in [output.text for output in run.outputs]
    total = run.total
    assert total > 200
    assert run.playhead == total
    qtbot.waitUntil(lambda: run.picture is not None and len(run.picture.actors) == 7, timeout=TIMEOUT_MS)

    # Drags the timeline back to its middle; everything follows the playhead.
    view = child(studio, TimelineView)
    lanes = view.geometry_now().lanes
    start = QPoint(int(lanes.left() + lanes.width() * 0.9), int(lanes.top() + 60))
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    for share in (0.8, 0.6, 0.4):
        QTest.mouseMove(view.viewport(), QPoint(int(lanes.left() + lanes.width() * share), start.y()))
    place = QPoint(int(lanes.left() + lanes.width() * 0.4), start.y())
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    qtbot.waitUntil(lambda: 0 < run.playhead < total, timeout=TIMEOUT_MS)
    assert run.in_the_past

    # Reads the state of every actor at that moment, the same as the engine replayed on its own has it.
    moment = run.playhead
    alone = api.Session.start(api.compile(document.text, str(program)).program)
    while alone.advance().status is api.Status.RUNNING:
        pass
    for actor in range(7):
        run.select_actor(actor)
        qtbot.waitUntil(
            lambda actor=actor: run.actor_state is not None and run.actor_state.id == actor, timeout=TIMEOUT_MS
        )
        assert run.actor_state == alone.actor(0, moment, actor)

    # Forks there with another message.
    studio.model.commands.invoke("time.fork")
    cards = [w for w in QApplication.topLevelWidgets() if isinstance(w, ForkCard)] or studio.window.findChildren(
        ForkCard
    )
    (card,) = cards
    qtbot.waitUntil(card.isVisible, timeout=TIMEOUT_MS)
    card.choices.button(INJECT).setChecked(True)
    card.message.setText("Account#2.steal(1)")
    accept = next(b for b in card.findChildren(QDialogButtonBox)[0].buttons() if accepts(card, b))
    qtbot.mouseClick(accept, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(card.problem.text()), timeout=TIMEOUT_MS)
    assert len(run.branches) == 1, "a refused change makes no branch"
    card.message.setText("Account#2.deposit(Bank#1, 1000)")
    qtbot.mouseClick(accept, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(run.branches) == 2 and run.branch == 1, timeout=TIMEOUT_MS)
    qtbot.waitUntil(lambda: run.state == "finished" and run.total > moment, timeout=TIMEOUT_MS)

    # Compares what happened: the branches part at the injected message, and only from there on.
    run.compare(0)
    qtbot.waitUntil(lambda: run.comparison is not None and run.comparison.difference is not None, timeout=TIMEOUT_MS)
    assert run.comparison is not None
    assert run.comparison.difference is not None
    assert run.comparison.difference.n >= moment
    assert run.branches[0].total == total, "the parent is as it was"


def accepts(card: ForkCard, button: QAbstractButton) -> bool:
    """Whether a button of the card is the one that forks."""
    box = card.findChildren(QDialogButtonBox)[0]
    return box.buttonRole(button) is QDialogButtonBox.ButtonRole.AcceptRole
