"""A window of 1000 by 700 pixels has everything in it: nothing is cut without an ellipsis, nothing is out of reach."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLabel, QTabBar, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from studio.application import Studio
from studio.graph.graph_labels import NAME_WIDTH, name_boxes
from studio.graph.graph_view import GraphView
from studio.model.graph import Node
from studio.panels.outline import OutlinePanel
from studio.panels.welcome import WelcomePage
from studio.theming.quiet_label import QuietLabel
from studio.timetravel.timeline_paint import tick_label_left
from studio.timetravel.timeline_view import TimelineView

SIZE = (1000, 700)
LONG = "ReconciliationCoordinatorForInternationalSettlements"
ENDLESS = f"""\
actor {LONG} {{
    state description_of_the_most_recent_exception_of_this_quarter: int = 0
    on process_incoming_settlement_instruction(amount_in_minor_units: int) {{ }}
    every 1ms {{ description_of_the_most_recent_exception_of_this_quarter += 1 }}
}}
let a = spawn {LONG}()
"""


@pytest.fixture
def small(studio: Studio, qtbot: QtBot) -> Studio:
    """A Studio in a small window, where the run of a program that is not in front goes on."""
    model = studio.model
    studio.window.resize(*SIZE)
    studio.window.docks.resize()
    running = model.documents.new(ENDLESS, f"{LONG}.aefl")
    assert model.commands.invoke("run.start")
    qtbot.waitUntil(lambda: model.run.state == "running" and model.run.total > 20, timeout=30_000)
    other = model.documents.new(f"{ENDLESS}// another\n", f"another_{LONG}.aefl")
    model.documents.activate(other)
    qtbot.waitUntil(lambda: bool(other.analysis.outline and running.analysis.outline), timeout=30_000)
    return studio


def inside(widget: QWidget, window: QWidget) -> bool:
    return window.rect().contains(QRect(widget.mapTo(window, widget.rect().topLeft()), widget.size()))


def test_every_button_of_the_toolbar_is_in_the_window(small: Studio, qtbot: QtBot) -> None:
    window, bar = small.window, small.window.toolbar
    qtbot.waitUntil(lambda: bar.button("run.pause").isVisible(), timeout=30_000)
    qtbot.waitUntil(lambda: (window.width(), window.height()) == SIZE, timeout=30_000)
    buttons = [b for b in bar.bar.findChildren(QToolButton) if b.accessibleName()]
    hidden = {bar.button("run.continue")}
    outside = [b.accessibleName() for b in buttons if b not in hidden and not (b.isVisible() and inside(b, window))]
    assert outside == []


def test_no_text_of_the_status_bar_is_cut_without_an_ellipsis_and_a_tooltip(small: Studio, qtbot: QtBot) -> None:
    status, window = small.window.status, small.window
    text = "This sentence tells of something that has happened, and of what can be done about it now, at some length."
    small.model.notice.emit("warning", text)
    qtbot.waitUntil(lambda: status.message == text, timeout=30_000)
    assert (window.width(), window.height()) == SIZE
    for label in status.bar.findChildren(QLabel):
        if label.isVisible() and isinstance(label, QuietLabel):
            assert label.toolTip() == label.shown
        elif label.isVisible():
            assert label.width() >= label.sizeHint().width(), label.text()
    for button in status.bar.findChildren(QToolButton):
        assert button.width() >= button.sizeHint().width() or button.text() in button.toolTip(), button.text()
        assert inside(button, window), button.text()


def test_no_tab_of_a_panel_is_out_of_reach(small: Studio) -> None:
    bars = [bar for bar in small.window.findChildren(QTabBar) if bar.isVisible() and bar.accessibleName() == "Panels"]
    assert len(bars) == 2
    for bar in bars:
        assert bar.tabRect(bar.count() - 1).right() <= bar.width(), bar.tabText(bar.count() - 1)


def test_names_of_the_outline_are_cut_with_an_ellipsis(small: Studio, qtbot: QtBot) -> None:
    small.window.docks.show("outline")
    panel = small.window.docks.docks["outline"].content()
    assert isinstance(panel, OutlinePanel)
    qtbot.waitUntil(lambda: panel._tree.topLevelItemCount() > 0, timeout=30_000)
    qtbot.waitUntil(lambda: panel._tree.horizontalScrollBar().maximum() == 0, timeout=30_000)
    assert panel._tree.columnWidth(0) > 100


def test_the_welcome_page_is_no_wider_than_its_place(studio: Studio, qtbot: QtBot) -> None:
    studio.window.resize(*SIZE)
    page = studio.window.findChild(WelcomePage)
    assert isinstance(page, WelcomePage)
    qtbot.waitUntil(lambda: page.widget().width() <= page.viewport().width(), timeout=30_000)


def test_names_of_the_graph_do_not_cover_each_other(studio: Studio) -> None:
    nodes = [Node(("actor", i), f"{LONG}#{i}", "actor", 1, i, 1, 0) for i in range(40)]
    pixels = np.stack([np.arange(40) % 8 * 60.0, np.arange(40) // 8 * 50.0], axis=1)
    everything, ones = np.ones(40, np.bool_), np.ones(40, np.int64)
    names = name_boxes(nodes, pixels, everything, ones, (17,), 8.0, QFont())
    assert 17 in [i for i, _, _ in names]
    assert all(box.width() <= NAME_WIDTH + 8 for _, box, _ in names)
    for (_, left, _), (_, right, _) in combinations(names, 2):
        assert not left.intersects(right.adjusted(4, 3, -4, -3))


def test_the_number_of_the_last_tick_is_not_cut() -> None:
    assert tick_label_left(100, 20, 200) == 104
    assert tick_label_left(190, 20, 200) + 20 <= 190


def test_every_empty_panel_says_what_will_be_in_it_and_how(studio: Studio) -> None:
    docks = studio.window.docks
    for id, dock in docks.docks.items():
        docks.show(id)
        texts = [label.text() for label in dock.content().findChildren(QLabel) if label.isVisible()]
        view = dock.content().findChild(GraphView)
        texts += [view.hint()] if isinstance(view, GraphView) else []
        timeline = dock.content().findChild(TimelineView)
        texts += [timeline.hint()] if isinstance(timeline, TimelineView) else []
        told = [
            text for text in texts if text.startswith(("Run a program, and ", "Open a program, and ", "Write a test "))
        ]
        assert told or id == "explorer", f"{id}: {texts}"
        assert all("appear" in text for text in told)
