"""Every command of the table does something or says why it cannot, also while no panel was ever opened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication, QFileDialog, QPlainTextEdit
from pytestqt.qtbot import QtBot

from engine.api import Inject
from studio.application import Studio
from studio.window.features import all_panels

TIMEOUT_MS = 30_000
PROGRAM = """\
actor Counter {
    state n: int = 0
    on add(k: int) {
        n += k
        if k > 3 { self.add(1) }
    }
    on fail_at(k: int) { render [1][k] }
}

let broken = spawn Counter()
broken.fail_at(3)
let counter = spawn Counter()
for i in 0..20 { counter.add(i) }
after 2ms counter.add(1)
after 4ms counter.fail_at(5)

test "it counts" { assert 1 + 1 == 2 }
test "it fails" { assert 1 + 1 == 3 }
"""
UNAVAILABLE = {"tests.stop", "run.stop", "run.pause", "run.continue"}
UNAVAILABLE |= {"edit.apply_fix", "edit.next_problem", "edit.previous_problem"}
"""What makes no sense while nothing runs and nothing is wrong."""


def test_every_command_has_an_effect_or_a_reason_while_no_panel_was_ever_built(
    open_studio: Callable[[], Studio], qtbot: QtBot, tmp_path: Path
) -> None:
    for name in ("a.aefl", "b.aefl"):
        (tmp_path / name).write_text(PROGRAM, encoding="utf-8")
    first = open_studio()
    for dock in first.window.docks.docks.values():
        dock.hide()
    first.window.close()
    studio = open_studio()
    assert [id for id, dock in studio.window.docks.docks.items() if dock.widget() is not None] == []
    studio.files.open(tmp_path / "b.aefl")
    studio.files.open(tmp_path / "a.aefl")
    qtbot.waitUntil(lambda: len(studio.model.documents.items) == 2 and not studio.busy, timeout=TIMEOUT_MS)
    refused, idle = {}, []
    for command in studio.model.commands:
        if command.id == "file.quit":
            continue
        prepare(studio, qtbot, tmp_path)
        before = effects(studio)
        reason = command.enabled()
        if reason is not None:
            refused[command.id] = reason
        assert studio.model.commands.invoke(command.id) is (reason is None), command.id
        try:
            qtbot.waitUntil(lambda before=before: effects(studio) != before, timeout=5_000)
        except qtbot.TimeoutError:
            idle.append(command.id)
        assert not idle, f"these do nothing and say nothing: {idle}"
    assert set(refused) == UNAVAILABLE
    assert all(reason.endswith(".") for reason in refused.values())
    assert studio.model.commands.invoke("file.quit")
    assert not studio.window.isVisible()


def prepare(studio: Studio, qtbot: QtBot, folder: Path) -> None:
    """A run with a fork that is compared, the playhead in its middle; an edit that can be undone and redone."""
    model, run = studio.model, studio.model.run
    for dock in studio.window.docks.docks.values():
        dock.hide()
    for name in ("a.aefl", "b.aefl"):
        if not any(document.name == name for document in model.documents.items):
            studio.files.open(folder / name)
    qtbot.waitUntil(lambda: len(model.documents.items) >= 2 and not studio.busy, timeout=TIMEOUT_MS)
    document = next(document for document in model.documents.items if document.name == "a.aefl")
    model.documents.activate(document)
    document.set_text(PROGRAM)
    document.set_text(PROGRAM.replace("20", "25"))
    document.set_text(PROGRAM)
    run.start(document.text, document.file)
    qtbot.waitUntil(lambda: run.state == "finished" and run.total > 20, timeout=TIMEOUT_MS)
    run.seek(12)
    run.fork(Inject("Counter#2.add(100)"))
    qtbot.waitUntil(lambda: run.branch == 1 and run.state == "finished", timeout=TIMEOUT_MS)
    if not model.tests.failed():
        model.tests.run_all()
        qtbot.waitUntil(lambda: bool(model.tests.failed()) and not studio.busy, timeout=TIMEOUT_MS)
    run.compare(0)
    qtbot.waitUntil(lambda: run.comparison is not None and not studio.busy, timeout=TIMEOUT_MS)
    assert document.buffer is not None
    document.buffer.perform("undo")
    edit = studio.window.area.page(document).edit
    line = PROGRAM[: PROGRAM.index("it counts")].count("\n") + 1
    edit.go_to(line, PROGRAM.split("\n")[line - 1].index("{") - 1)
    cursor = edit.textCursor()
    cursor.movePosition(cursor.MoveOperation.Right, cursor.MoveMode.KeepAnchor, 3)
    edit.setTextCursor(cursor)
    model.settings.set("editor.font_size", model.settings.number("editor.font_size") + 1)
    if model.settings.number("editor.font_size") > 20:
        model.settings.set("editor.font_size", 14.0)
    QApplication.clipboard().setText("pasted")
    for n in (5, 8, 11):
        run.seek(n, remember=True)
    run.back()
    run.seek(10)
    run.select_actor(2)
    qtbot.waitUntil(lambda: run.event_detail is not None and run.event_detail.n == run.playhead - 1, timeout=TIMEOUT_MS)
    studio.window.toolbar.button("time.fork").setFocus()
    studio.window.status._fade()


def effects(studio: Studio) -> object:
    """Everything that a command may change, to be compared."""
    model, run, window = studio.model, studio.model.run, studio.window
    active = model.documents.active
    page = window.area.tabs.currentWidget()
    edit = page.findChild(QPlainTextEdit) if page is not None else None
    cursor = edit.textCursor() if isinstance(edit, QPlainTextEdit) else None
    return (
        [(d.id, d.name, d.dirty, d.revision) for d in model.documents.items],
        active.id if active is not None else "",
        type(page).__name__,
        (cursor.position(), cursor.anchor()) if cursor is not None else None,
        (run.run_number, run.state, run.playhead, run.branch, len(run.branches), run.verified, run.pinned),
        id(run.comparison),
        (model.theme.choice, model.theme.name),
        [(key, model.settings.number(key)) for key in ("editor.font_size", "appearance.font_size")],
        model.settings.flag("editor.inline_values"),
        [panel.id for panel in all_panels() if window.panel_visible(panel.id)],
        sorted(type(w).__name__ for w in QApplication.topLevelWidgets() if w.isVisible()),
        [type(w).__name__ for w in (window.palette_view,) if w.isVisible()],
        window.palette_view.field.text() if window.palette_view.isVisible() else "",
        page.find_bar.isVisible() if hasattr(page, "find_bar") else None,
        window.isFullScreen(),
        window.status.message,
        len(window.area.notices.shown),
        type(window.focusWidget()).__name__,
        QApplication.clipboard().text(),
    )


def close_popups(studio: Studio) -> None:
    """Closes dialogs and the palette again."""
    for widget in QApplication.topLevelWidgets():
        if widget.isVisible() and (isinstance(widget, QFileDialog) or type(widget).__name__ == "ForkCard"):
            widget.close()
    studio.window.palette_view.dismiss()
    if studio.window.isFullScreen():
        studio.window.toggle_full_screen()
