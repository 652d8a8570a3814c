"""Long values, deep values and long names stay readable: in the inspector and in the graph."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QTreeWidgetItem
from pytestqt.qtbot import QtBot

from studio.application import Studio
from studio.graph.graph_view import GraphView
from studio.inspector.value_tree import ValueTree
from studio.model.figures import grouped
from studio.model.inspector import around_change

TIMEOUT_MS = 30_000
PROGRAM = """\
struct Leaf { some_rather_long_name: int }
actor AnActorWithAVeryLongNameIndeed {
    state text: string = ""
    state deep: list<list<list<list<list<list<Leaf>>>>>> = [[[[[[Leaf(1)]]]]]]
    on grow(word: string) {
        for i in 0..300 { text += "same " }
        text += word
    }
}

let one = spawn AnActorWithAVeryLongNameIndeed()
let two = spawn AnActorWithAVeryLongNameIndeed()
one.grow("first")
after 5ms one.grow("second")
after 9ms two.grow("third")
"""


@pytest.fixture
def ran(studio: Studio, qtbot: QtBot, tmp_path: Path) -> Studio:
    path = tmp_path / "long.aefl"
    path.write_text(PROGRAM, encoding="utf-8")
    studio.window.resize(1440, 900)
    studio.files.open(path)
    qtbot.waitUntil(lambda: bool(studio.model.documents.items) and not studio.busy, timeout=TIMEOUT_MS)
    studio.model.commands.invoke("run.start")
    run = studio.model.run
    qtbot.waitUntil(lambda: run.state == "finished" and run.actor_state is not None, timeout=TIMEOUT_MS)
    return studio


def row(tree: ValueTree, name: str) -> QTreeWidgetItem | None:
    top = tree.topLevelItem(0)
    items = [top.child(i) for i in range(top.childCount())] if top is not None else []
    return next((item for item in items if item.text(0) == name), None)


def test_what_changed_in_a_long_value_is_what_is_shown(ran: Studio, qtbot: QtBot) -> None:
    run, tree = ran.model.run, ran.window.findChild(ValueTree)
    assert tree is not None
    run.seek(run.total - 1)
    qtbot.waitUntil(lambda: run.actor_state is not None and run.actor_state.id == 1, timeout=TIMEOUT_MS)
    qtbot.waitUntil(lambda: (row(tree, "text") or QTreeWidgetItem()).text(1).startswith("…"), timeout=TIMEOUT_MS)
    item = row(tree, "text")
    assert item is not None
    before, after = item.text(1).split(" → ")
    assert before != after
    assert before.startswith("…")
    tip = item.toolTip(1)
    assert tip.startswith(f'string · {grouped(3011)} characters\nwas "same '), tip[:80]


def test_short_changes_are_shown_whole_and_long_ones_from_where_they_differ() -> None:
    assert around_change("50", "108") == ("50", "108")
    before, after = around_change("x" * 200 + "a", "x" * 200 + "b")
    assert before == "…" + "x" * 16 + "a"
    assert after == "…" + "x" * 16 + "b"
    longer = around_change("x" * 100, "x" * 500)
    assert longer == ("…" + "x" * 16, "…" + "x" * 80 + "…")


def test_deep_names_stay_in_view(ran: Studio, qtbot: QtBot) -> None:
    run, tree = ran.model.run, ran.window.findChild(ValueTree)
    assert tree is not None
    run.select_actor(1)
    qtbot.waitUntil(lambda: row(tree, "deep") is not None, timeout=TIMEOUT_MS)
    item = row(tree, "deep")
    while item is not None and item.childIndicatorPolicy() is QTreeWidgetItem.ChildIndicatorPolicy.ShowIndicator:
        item.setExpanded(True)
        item = item.child(0)
    assert item is not None
    assert item.text(0) == "some_rather_long_name"
    indent = tree.visualItemRect(item).left()
    assert tree.columnWidth(0) > indent + 60, "the beginning of the name can be read"


def test_walking_through_time_moves_no_node_and_names_are_within_the_graph(ran: Studio, qtbot: QtBot) -> None:
    run, view = ran.model.run, ran.window.findChild(GraphView)
    assert view is not None
    qtbot.waitUntil(lambda: len(view.graph.nodes) >= 3 and not view._timer.isActive(), timeout=TIMEOUT_MS)
    camera = view.camera
    for n in (1, 2, run.total):
        run.seek(n)
        qtbot.waitUntil(lambda: not view._timer.isActive(), timeout=TIMEOUT_MS)
        assert view.camera == camera
    pixels = view.camera.pixels(view._shown)[1:]
    half = [view.fontMetrics().horizontalAdvance(node.label) / 2 for node in view.graph.nodes[1:]]
    for (x, _), width in zip(pixels, half, strict=True):
        assert x - width > -view.width() / 8
        assert x + width < view.width() * 9 / 8
