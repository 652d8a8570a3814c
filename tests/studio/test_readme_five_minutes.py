"""The README's "Five minutes", done by mouse and keys in a real window as its words say.

Each step takes the words in bold, in italics and in code from its text and presses, clicks or finds just these. A word
that the README gains, loses or changes fails the test, as does a button that is renamed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QTabBar, QTreeWidgetItem, QTreeWidgetItemIterator, QWidget
from pytestqt.qtbot import QtBot

from studio.application import Studio
from studio.editor.code_edit import CodeEdit
from studio.graph.graph_view import GraphView
from studio.inspector.value_tree import ValueTree
from studio.panels.output import OutputPanel
from studio.panels.tests import TestsPanel as Tests
from studio.timetravel.branches_panel import BranchesPanel
from studio.timetravel.events_panel import EventsPanel
from studio.timetravel.fork_card import ForkCard
from studio.timetravel.timeline_view import TimelineView
from tests.tidy.sources import ROOT

TIMEOUT_MS = 30_000
WORD = re.compile(r"\*\*(.+?)\*\*|\*(.+?)\*|`(.+?)`")
FAILING = 'actor A {\n    on x() {}\n}\n\ntest "it adds" { assert 1 + 1 == 2 }\ntest "it fails" { assert 1 + 1 == 3 }\n'
W = TypeVar("W", bound=QWidget)


class Step:
    """One step of the README. ``word`` takes the next word of its text that is set apart, which must be that one."""

    def __init__(self, text: str) -> None:
        self.text = " ".join(text.split())
        self._words = [next(filter(None, found)) for found in WORD.findall(self.text)]

    def word(self, expected: str) -> str:
        assert self._words, f"the README no longer says {expected}: {self.text}"
        word = self._words.pop(0)
        assert word == expected, self.text
        return word

    def end(self) -> None:
        assert self._words == [], f"the test does not do what this step says: {self.text}"


def steps() -> list[Step]:
    """The numbered steps of the README."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    part = text.partition("\n## Five minutes\n")[2].partition("\n## ")[0]
    return [Step(step) for step in re.split(r"^\d+\. ", part, flags=re.MULTILINE)[1:]]


class Hands:
    """A user at a window who only has a mouse and a keyboard."""

    def __init__(self, studio: Studio, qtbot: QtBot) -> None:
        self.studio = studio
        self.run = studio.model.run
        self._qtbot = qtbot

    def until(self, happened: Callable[[], object]) -> None:
        self._qtbot.waitUntil(lambda: bool(happened()), timeout=TIMEOUT_MS)

    def moment(self) -> None:
        """Waits until the engine has told what the playhead shows."""
        run = self.run
        self.until(lambda: run.event_detail is not None and run.event_detail.n == run.playhead - 1)

    def press(self, keys: str) -> None:
        combination = QKeySequence(keys)[0]
        QTest.keyClick(self.studio.window, combination.key(), combination.keyboardModifiers())

    def click(self, widget: QWidget, place: QPoint | None = None) -> None:
        at = place if place is not None else widget.rect().center()
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)

    def open_panel(self, title: str) -> None:
        """Clicks on the tab of a panel."""
        for bar in self.studio.window.findChildren(QTabBar):
            for index in range(bar.count()):
                if bar.tabText(index) == title and bar.isVisible():
                    self.click(bar, bar.tabRect(index).center())
                    return
        pytest.fail(f"no panel is called {title}")

    def click_button(self, parent: QWidget, text: str) -> None:
        buttons = [b for b in parent.findChildren(QAbstractButton) if b.text().replace("&", "") == text]
        (button,) = (b for b in buttons if b.isVisible())
        assert button.isEnabled(), text
        self.click(button)

    def find(self, kind: type[W]) -> W:
        found = self.studio.window.findChild(kind)
        assert isinstance(found, kind), kind.__name__
        return found

    def output(self) -> list[tuple[str, str]]:
        """Label and text of every line of the output."""
        panel = self.find(OutputPanel)
        return [(panel._lines.line(row).label, panel._lines.line(row).text) for row in range(panel._lines.rowCount())]

    def values(self) -> list[str]:
        """The values in the inspector."""
        texts, walk = [], QTreeWidgetItemIterator(self.find(ValueTree))
        while walk.value() is not None:
            item: QTreeWidgetItem = walk.value()
            texts.append(item.text(1))
            walk += 1
        return texts

    def lines_in_view(self) -> list[str]:
        """The lines of the code that can be read whole."""
        edit = self.find(CodeEdit)
        height = edit.viewport().height()
        return [b.text().strip() for b, top, tall in edit.visible_lines() if top >= 0 and top + tall <= height]


def test_the_five_minutes_of_the_readme_are_what_they_say(studio: Studio, qtbot: QtBot) -> None:
    hands = Hands(studio, qtbot)
    studio.window.resize(1440, 900)
    one, two, three, four, five, six, seven = steps()
    open_and_run(hands, one)
    read_the_output(hands, two)
    drag_the_playhead(hands, three)
    filter_and_follow(hands, four)
    walk(hands, five)
    fork_and_compare(hands, six)
    run_the_tests(hands, seven)


def open_and_run(hands: Hands, step: Step) -> None:
    path = ROOT / step.word("examples/bank/bank.aefl")
    hands.studio.files.open(path)
    hands.until(lambda: hands.studio.model.documents.active is not None and not hands.studio.busy)
    hands.press(step.word("F5"))
    hands.until(lambda: hands.run.state == "finished")
    program = hands.run.program
    names = [program.message(hands.run.events.row(n).type) for n in range(hands.run.total)]
    assert "Forty transfers between three accounts" in step.text
    assert names.count("transfer") == 40
    hands.until(lambda: len(hands.find(GraphView).graph.nodes) >= 7)
    assert hands.find(TimelineView).isVisible()
    hands.open_panel(step.word("Output"))
    hands.until(hands.output)
    step.end()


def read_the_output(hands: Hands, step: Step) -> None:
    sums = re.search(r"(\d+) \+ (\d+) \+ (\d+) is (\d+)", step.text)
    assert sums is not None
    first = [text for label, text in hands.output() if label.endswith(".balance")][:3]
    assert first == [sums[1], sums[2], sums[3]]
    assert sum(map(int, first)) == int(sums[4])
    step.end()


def drag_the_playhead(hands: Hands, step: Step) -> None:
    step.word("playhead")
    hands.open_panel("Timeline")
    view = hands.find(TimelineView)
    geometry = view.geometry_now()
    end = QPoint(round(geometry.x(view.timeline.place_of(hands.run.playhead))), geometry.lanes_top + 40)
    place = QPoint(round(geometry.x(view.timeline.place_of(57))), end.y())
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end)
    QTest.mouseMove(view.viewport(), QPoint((end.x() + place.x()) // 2, end.y()))
    QTest.mouseMove(view.viewport(), place)
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    assert 12 < hands.run.playhead < 69, "between the first two refusals"
    hands.moment()
    step.end()


def filter_and_follow(hands: Hands, step: Step) -> None:
    hands.open_panel(step.word("Events"))
    panel = hands.find(EventsPanel)
    hands.click(panel.filter)
    QTest.keyClicks(panel.filter, step.word("refused"))
    qt_row = panel.table.model().index(0, 2)
    hands.until(lambda: panel._events.rowCount() == 6 and not panel._timer.isActive())
    hands.click(panel.table.viewport(), panel.table.visualRect(qt_row).center())
    hands.moment()
    detail = hands.run.event_detail
    assert detail is not None
    assert detail.type.endswith("refused")
    hands.press(step.word("F12"))
    hands.moment()
    assert hands.run.event_detail is not None
    assert hands.run.event_detail.type.endswith(step.word("deposit"))
    change = step.word("50 → 108")
    hands.until(lambda: change in hands.values())
    hands.press(step.word("Shift+F12"))
    hands.moment()
    assert hands.run.event_detail is not None
    assert hands.run.event_detail.n == detail.n
    assert "the editor to the line" in step.text
    hands.until(lambda: any(line.startswith("on refused(") for line in hands.lines_in_view()))
    step.end()


def walk(hands: Hands, step: Step) -> None:
    run = hands.run
    start, actor = run.playhead, run.events.row(run.playhead - 1).actor
    hands.press(step.word("F9"))
    assert run.playhead > start
    assert run.events.row(run.playhead - 1).actor == actor
    hands.moment()
    hands.press(step.word("Shift+F9"))
    assert run.playhead == start
    hands.moment()
    hands.press(step.word("F10"))
    assert run.playhead == start + 1
    hands.moment()
    hands.press(step.word("Shift+F10"))
    assert run.playhead == start
    hands.moment()
    step.end()


def fork_and_compare(hands: Hands, step: Step) -> None:
    run, window = hands.run, hands.studio.window
    hands.press(step.word("F12"))
    hands.moment()
    deposit = run.playhead
    hands.press(step.word("Shift+F10"))
    hands.moment()
    assert run.playhead == deposit - 1
    hands.click_button(window.toolbar.bar, step.word("Fork"))
    card = hands.find(ForkCard)
    hands.until(lambda: card.isVisible() and run.following is not None)
    hands.click_button(card, step.word("Drop the next message"))
    before = hands.output()
    hands.click_button(card, step.word("Fork"))
    hands.until(lambda: run.branch == 1 and run.state == "finished")
    assert not card.isVisible()
    window.activateWindow()  # as every window manager does when a dialog closes
    hands.until(window.isActiveWindow)
    hands.open_panel(step.word("Branches"))
    width = window.docks.docks["branches"].width()
    panel = hands.find(BranchesPanel)
    hands.click_button(panel, step.word("Compare with original"))
    hands.until(lambda: run.comparison is not None)
    assert window.docks.docks["branches"].width() == width
    hands.click_button(panel, step.word("To first difference"))
    assert run.comparison is not None
    assert run.comparison.difference is not None
    assert run.playhead == run.comparison.difference.n + 1
    hands.open_panel(step.word("Output"))
    hands.until(lambda: len(hands.output()) == len(before) and hands.output() != before)
    first_audit = [text for label, text in hands.output() if label.endswith(".balance")][:3]
    assert first_audit != [text for label, text in before if label.endswith(".balance")][:3]
    step.end()


def run_the_tests(hands: Hands, step: Step) -> None:
    model = hands.studio.model
    step.word("test")
    hands.press("Ctrl+N")
    document = model.documents.active
    assert document is not None
    document.set_text(FAILING)
    hands.until(lambda: not hands.studio.busy and len(model.tests.cases(document)) == 2)
    hands.open_panel(step.word("Tests"))
    hands.press(step.word("Ctrl+Shift+T"))
    hands.until(lambda: model.tests.counts().get("failed") == 1 and not hands.studio.busy)
    document.reveal(5, 3)
    hands.press(step.word("Ctrl+T"))
    hands.until(lambda: model.tests.counts().get("passed") == 1 and not hands.studio.busy)
    tree = hands.find(Tests).tree
    failed = next(item for item in hands.find(Tests)._items() if item.text(0) == "it fails")
    tree.scrollToItem(failed)
    hands.click(tree.viewport(), tree.visualItemRect(failed).center())
    number = hands.run.run_number
    key = QKeySequence(step.word("Enter"))[0]
    QTest.keyClick(tree, Qt.Key.Key_Return if key.key() == Qt.Key.Key_Enter else key.key())
    hands.until(lambda: hands.run.run_number > number and hands.run.total > 0 and not hands.run.is_busy)
    hands.moment()
    assert hands.run.event_detail is not None
    assert hands.run.event_detail.fault is not None, "the run stands at the failure"
    step.end()


def test_the_readme_numbers_its_steps() -> None:
    assert len(steps()) == 7
    assert Path(ROOT / "README.md").is_file()
