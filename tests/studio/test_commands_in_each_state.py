"""A command that is enabled does something, whatever is open, and also while a run goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog, QToolButton
from pytestqt.qtbot import QtBot

from studio.application import Studio
from tests.studio.test_every_command import close_popups, effects

TIMEOUT_MS = 30_000
PROGRAM = "actor A {\n    on go(n: int) { render n }\n}\nlet a = spawn A()\nfor i in 0..4 { a.go(i) }\n"
LIVE = f"{PROGRAM}actor Clock {{\n    state n: int = 0\n    every 1ms {{ n += 1 }}\n}}\nlet clock = spawn Clock()\n"
LONG_ENOUGH = 200_000
"""After so many events a run that goes on is started again, so that the test stays small."""
STATES = ("fresh", "file", "run", "no timeline", "running")
SETTLED = {"view.reset_layout", "view.editor", "view.zoom_reset", "help.welcome", "theme.light", "theme.system"}
"""What may find everything as it wants it."""


def prepare(studio: Studio, qtbot: QtBot, state: str) -> None:
    """Brings about a state anew, whatever the command before has changed."""
    model, run = studio.model, studio.model.run
    close_popups(studio)
    for document in model.documents.items:
        if state == "fresh" or document.title != "a.aefl":
            model.documents.remove(document)
    studio.window.area.show_welcome() if state == "fresh" else None
    QApplication.clipboard().setText("pasted")
    if state != "fresh":
        program = LIVE if state == "running" else PROGRAM
        document = next(iter(model.documents.items), None) or model.documents.new(program, "a.aefl")
        if document.text != program:
            document.set_text(program)
        model.documents.activate(document)
        page = studio.window.area.page(document)
        studio.window.area.tabs.setCurrentWidget(page)
        page.edit.go_to(1, 3)
        page.edit.setFocus()
    if state in ("run", "no timeline"):
        if run.state != "finished" or len(run.branches) != 1:
            assert model.commands.invoke("run.start")
            qtbot.waitUntil(lambda: run.state == "finished" and run.total > 5, timeout=TIMEOUT_MS)
        run.seek(3)
    if state == "running":
        if run.state != "running" or len(run.branches) != 1 or run.total > LONG_ENOUGH:
            run.stop()
            number = run.run_number
            qtbot.waitUntil(lambda: not run.is_busy, timeout=TIMEOUT_MS)
            run.start(LIVE, document.file)
            qtbot.waitUntil(
                lambda: run.shown_run > number and run.state == "running" and run.total > 5, timeout=TIMEOUT_MS
            )
        run.seek(3)  # the playhead stands still, so that only commands move it
    if state == "no timeline":
        studio.window.docks.docks["timeline"].hide()
    qtbot.waitUntil(lambda: not (studio.background if state == "running" else studio).busy, timeout=TIMEOUT_MS)
    for notice in studio.window.area.notices.shown:
        cross = notice.findChild(QToolButton)
        assert isinstance(cross, QToolButton)
        cross.click()
    studio.window.status._fade()


def seen(studio: Studio) -> object:
    """Everything that a command may change."""
    return effects(studio), studio.model.run.live, len(studio.window.findChildren(QFileDialog))


@pytest.mark.parametrize("state", STATES)
def test_an_enabled_command_has_an_effect(studio: Studio, qtbot: QtBot, tmp_path: Path, state: str) -> None:
    idle = []
    for command in studio.model.commands:
        if command.id == "file.quit":
            continue
        prepare(studio, qtbot, state)
        reason = command.enabled()
        if reason is not None:
            assert reason.endswith("."), command.id
            assert not studio.model.commands.invoke(command.id)
            continue
        before = seen(studio)
        assert studio.model.commands.invoke(command.id), command.id
        try:
            qtbot.waitUntil(lambda before=before: seen(studio) != before, timeout=1_500)
        except qtbot.TimeoutError:
            idle.append(command.id)
    if state == "running":
        studio.model.run.stop()
        qtbot.waitUntil(lambda: not studio.model.run.is_busy, timeout=TIMEOUT_MS)
    assert set(idle) <= SETTLED, f"these do nothing and say nothing: {sorted(set(idle) - SETTLED)}"
    prepare(studio, qtbot, "fresh")
