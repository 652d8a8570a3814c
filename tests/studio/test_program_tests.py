"""Tests of programs in Studio: found, run behind the scenes, and a failed one opened where it failed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QTreeWidgetItem
from pytestqt.qtbot import QtBot

from engine import api
from studio.application import Studio
from studio.editor.gutter import Gutter
from studio.model.document import Document
from studio.model.program_tests import Case
from studio.panels.placeholder import Placeholder
from studio.panels.tests import OPEN, RESULT, RUN, TestsPanel

TIMEOUT_MS = 30_000
ACCOUNT = """actor Account {
    state balance: int = 0
    on deposit(n: int) { balance += n }
}
"""
PROGRAM = f"""{ACCOUNT}
test "a deposit is kept" {{
    let a = spawn Account()
    a.deposit(5)
    run until idle
    render {{"kept"}}
    assert a.balance == 5
}}

test "two deposits add up" {{
    let a = spawn Account()
    a.deposit(5)
    a.deposit(7)
    run until idle
    assert a.balance == 13
}}
"""
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Opener = Callable[[str], Document]


@pytest.fixture
def opened(studio: Studio, qtbot: QtBot, tmp_path: Path) -> Opener:
    """Opens a program in Studio and waits until its tests are known."""

    def open_program(text: str) -> Document:
        path = tmp_path / "bank.aefl"
        path.write_text(text, encoding="utf-8")
        studio.files.open(path)
        qtbot.waitUntil(lambda: bool(studio.model.tests.programs()), timeout=TIMEOUT_MS)
        document = studio.model.documents.find(path)
        assert document is not None
        return document

    return open_program


def panel_of(studio: Studio) -> TestsPanel:
    panel = studio.window.docks.docks["tests"].content()
    assert isinstance(panel, TestsPanel)
    return panel


def rows(panel: TestsPanel) -> list[QTreeWidgetItem]:
    program = panel.tree.topLevelItem(0)
    assert program is not None
    found = [program.child(number) for number in range(program.childCount())]
    return [row for row in found if row is not None]


def ran(studio: Studio) -> bool:
    counts = studio.model.tests.counts()
    return not studio.model.tests.busy and "new" not in counts


def test_all_tests_run_from_the_keyboard_and_a_failed_assertion_shows_both_sides(
    studio: Studio, opened: Opener, qtbot: QtBot
) -> None:
    opened(PROGRAM)
    told: list[tuple[str, str]] = []
    studio.model.notice.connect(lambda level, text: told.append((level, text)))
    qtbot.keyClick(studio.window, Qt.Key.Key_T, CONTROL | SHIFT)
    qtbot.waitUntil(lambda: ran(studio), timeout=TIMEOUT_MS)
    panel = panel_of(studio)
    assert studio.model.shell.panel_visible("tests")
    assert [(row.text(0), row.text(RESULT), row.text(OPEN)) for row in rows(panel)] == [
        ("a deposit is kept", "passed", "Open run"),
        ("two deposits add up", "assertion failed: a.balance == 13: left is 12, right is 13", "Rewind"),
    ]
    panel.tree.setCurrentItem(rows(panel)[0])
    assert "kept" in panel.details.toPlainText().splitlines()
    panel.tree.setCurrentItem(rows(panel)[1])
    details = panel.details.toPlainText().splitlines()
    assert "bank.aefl:19:5" in details
    assert "assert a.balance == 13" in details
    assert told == [("warning", "2 tests: 1 failed.")]


def test_enter_on_a_failed_test_opens_its_run_where_it_failed(studio: Studio, opened: Opener, qtbot: QtBot) -> None:
    document = opened(PROGRAM)
    studio.model.commands.invoke("tests.run_all")
    qtbot.waitUntil(lambda: ran(studio), timeout=TIMEOUT_MS)
    panel, run = panel_of(studio), studio.model.run
    panel.tree.setCurrentItem(rows(panel)[1])
    qtbot.keyClick(panel.tree, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: run.event_detail is not None and run.event_detail.fault is not None, timeout=TIMEOUT_MS)
    assert run.event_detail is not None
    assert run.event_detail.fault is not None
    assert run.event_detail.fault.line == 19
    assert run.playhead == run.total
    assert run.seed == api.seed_of_test("two deposits add up")
    assert document.mark is not None
    assert (document.mark.line, document.mark.kind) == (19, "fault")
    assert document.cursor.line == 19
    assert studio.model.shell.panel_visible("timeline")
    run.step(-1)  # and it can be walked back from there
    qtbot.waitUntil(lambda: run.event_detail is not None and run.event_detail.fault is None, timeout=TIMEOUT_MS)


def test_one_click_rewinds_the_run_of_the_text_that_failed_whatever_the_text_is_now(
    studio: Studio, opened: Opener, qtbot: QtBot
) -> None:
    document = opened(PROGRAM)
    studio.model.commands.invoke("tests.run_all")
    qtbot.waitUntil(lambda: ran(studio), timeout=TIMEOUT_MS)
    document.set_text(PROGRAM.replace("== 13", "== 12"))
    panel, run = panel_of(studio), studio.model.run
    qtbot.waitUntil(lambda: "the text has changed since" in rows(panel)[1].text(RESULT), timeout=TIMEOUT_MS)
    place = panel.tree.visualItemRect(rows(panel)[1])
    place.setLeft(panel.tree.columnViewportPosition(OPEN))
    qtbot.mouseClick(panel.tree.viewport(), Qt.MouseButton.LeftButton, pos=place.center())
    qtbot.waitUntil(lambda: run.event_detail is not None and run.event_detail.fault is not None, timeout=TIMEOUT_MS)
    assert "== 13" in run.source_text
    panel.tree.setCurrentItem(rows(panel)[1])
    qtbot.keyClick(panel.tree, Qt.Key.Key_Return, CONTROL)
    qtbot.waitUntil(
        lambda: studio.model.tests.state((document.id, "two deposits add up")) == "passed", timeout=TIMEOUT_MS
    )
    assert rows(panel)[1].text(RESULT) == "passed"


def test_a_test_that_never_ends_is_stopped_and_the_others_wait_no_longer(
    studio: Studio, opened: Opener, qtbot: QtBot
) -> None:
    document = opened('test "endless" { while true { } }\ntest "waits" { assert true }\n')
    tests = studio.model.tests
    studio.model.commands.invoke("tests.run_all")
    qtbot.waitUntil(lambda: tests.state((document.id, "endless")) == "running", timeout=TIMEOUT_MS)
    assert tests.state((document.id, "waits")) == "waiting"
    assert studio.model.commands.invoke("tests.stop")
    qtbot.waitUntil(lambda: not tests.busy, timeout=TIMEOUT_MS)
    assert tests.counts() == {"stopped": 2}
    tests.run([Case(document.id, "waits", 2)])
    qtbot.waitUntil(lambda: tests.state((document.id, "waits")) == "passed", timeout=TIMEOUT_MS)


def test_closing_ends_a_test_that_never_ends(open_studio: Callable[[], Studio], qtbot: QtBot) -> None:
    studio = open_studio()
    studio.model.documents.new('test "endless" { while true { } }\n')
    tests = studio.model.tests
    qtbot.waitUntil(lambda: bool(tests.programs()), timeout=TIMEOUT_MS)
    tests.run_all()
    qtbot.waitUntil(lambda: tests.counts() == {"running": 1}, timeout=TIMEOUT_MS)
    studio.window.close()
    assert not studio.tester._thread.is_alive()


def test_the_mark_beside_a_test_runs_it_and_shows_what_came_of_it(studio: Studio, opened: Opener, qtbot: QtBot) -> None:
    document = opened(PROGRAM)
    page = studio.window.area.page(document)
    assert page.edit.test_marks == {6: "new", 14: "new"}
    gutter = page.findChild(Gutter)
    assert isinstance(gutter, Gutter)
    tops = {block.blockNumber() + 1: top for block, top, _ in page.edit.visible_lines()}
    qtbot.mouseClick(gutter, Qt.MouseButton.LeftButton, pos=QPoint(8, int(tops[6]) + 6))
    qtbot.waitUntil(lambda: page.edit.test_marks == {6: "passed", 14: "new"}, timeout=TIMEOUT_MS)
    qtbot.mouseClick(gutter, Qt.MouseButton.LeftButton, pos=QPoint(gutter.width() - 14, int(tops[6]) + 6))
    assert page.edit.textCursor().selectedText().startswith('test "a deposit')


def test_the_test_at_the_cursor_runs_and_outside_of_one_the_command_says_why_not(
    studio: Studio, opened: Opener, qtbot: QtBot
) -> None:
    document = opened(PROGRAM)
    refused: list[str] = []
    studio.model.commands.refused.connect(lambda _, reason: refused.append(reason))
    qtbot.keyClick(studio.window, Qt.Key.Key_T, CONTROL)
    assert refused == ["The cursor is not in a test."]
    document.reveal(16, 5)
    qtbot.keyClick(studio.window, Qt.Key.Key_T, CONTROL)
    key = (document.id, "two deposits add up")
    qtbot.waitUntil(lambda: studio.model.tests.state(key) == "failed", timeout=TIMEOUT_MS)
    assert studio.model.tests.counts() == {"new": 1, "failed": 1}
    assert [case.name for case in studio.model.tests.failed()] == ["two deposits add up"]


def test_a_program_with_a_mistake_fails_its_tests_with_the_mistake(
    studio: Studio, opened: Opener, qtbot: QtBot
) -> None:
    document = opened(PROGRAM + 'let x: int = "no"\n')
    studio.model.commands.invoke("tests.run_all")
    qtbot.waitUntil(lambda: ran(studio), timeout=TIMEOUT_MS)
    outcome = studio.model.tests.outcome((document.id, "a deposit is kept"))
    assert outcome is not None
    assert outcome.message.startswith("E")
    assert outcome.place[1] == 21
    assert rows(panel_of(studio))[0].text(OPEN) == ""


def test_without_tests_the_panel_says_what_to_write_and_what_it_says_compiles(studio: Studio, qtbot: QtBot) -> None:
    studio.model.shell.show_panel("tests")
    panel = panel_of(studio)
    empty = panel.findChild(Placeholder)
    assert isinstance(empty, Placeholder)
    assert empty.isVisible()
    example = empty.text().split("\n\n")[1]
    assert not api.analyse(ACCOUNT + example, "a.aefl").problems
    assert not panel.details.isVisible()
    assert not studio.model.commands.invoke("tests.run_all")
    studio.model.documents.new(PROGRAM)
    qtbot.waitUntil(lambda: not empty.isVisible(), timeout=TIMEOUT_MS)
    assert len(rows(panel)) == 2
    assert rows(panel)[0].text(RUN) == "Run"
