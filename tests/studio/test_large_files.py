"""Files of ten thousands of lines, names and mistakes stay quick to open, to edit and to leave."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem, QWidget
from pytestqt.qtbot import QtBot

from studio.application import Studio
from studio.editor.find_bar import FindBar
from studio.model.figures import counted
from studio.panels.problems import ROWS_MAX
from studio.theming.tree_rows import remove_rows

TIMEOUT_MS = 30_000


def open_text(studio: Studio, qtbot: QtBot, path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    studio.files.open(path)
    qtbot.waitUntil(lambda: any(d.path == path for d in studio.model.documents.items), timeout=TIMEOUT_MS)
    qtbot.waitUntil(lambda: not studio.busy, timeout=TIMEOUT_MS)


def test_rows_of_a_tree_go_in_one_step(shown: Callable[[QWidget], QWidget]) -> None:
    tree = QTreeWidget()
    shown(tree)
    tree.addTopLevelItems([QTreeWidgetItem([str(number)]) for number in range(300)])
    for number in range(300):
        tree.topLevelItem(number).addChild(QTreeWidgetItem(["part"]))
    tree.expandAll()
    steps: list[int] = []
    tree.model().rowsRemoved.connect(lambda *_: steps.append(1))
    remove_rows(tree)
    assert tree.topLevelItemCount() == 0
    assert steps == [1]


@pytest.mark.parametrize("panel", ["outline", "problems", "tests"])
def test_another_theme_fills_a_long_list_in_a_few_steps(
    studio: Studio, qtbot: QtBot, tmp_path: Path, panel: str
) -> None:
    line = {"outline": "fn f{}() {{}}\n", "problems": "let v{} = 1 + true\n", "tests": 'test "t{}" {{}}\n'}[panel]
    open_text(studio, qtbot, tmp_path / "long.aefl", "".join(line.format(n) for n in range(400)))
    studio.window.show_panel(panel)
    tree = studio.window.docks.docks[panel].findChild(QTreeWidget)
    assert tree is not None
    qtbot.waitUntil(lambda: tree.model().rowCount() > 0)
    steps: list[int] = []
    tree.model().rowsRemoved.connect(lambda *_: steps.append(1))
    studio.model.theme.choose("dark")
    assert len(steps) <= 2


def test_a_find_bar_is_made_for_the_files_in_which_one_looks_for_something(
    studio: Studio, qtbot: QtBot, tmp_path: Path
) -> None:
    for name in ("a", "b", "c"):
        open_text(studio, qtbot, tmp_path / f"{name}.aefl", "render 1\n")
    studio.model.theme.choose("dark")
    assert not studio.window.findChildren(FindBar)
    studio.model.commands.invoke("edit.find")
    (bar,) = studio.window.findChildren(FindBar)
    assert bar.isVisible()
    assert bar.y() == 0, "it lies above the code"


def test_the_list_of_problems_says_how_many_it_leaves_out(studio: Studio, qtbot: QtBot, tmp_path: Path) -> None:
    studio.window.show_panel("problems")
    open_text(studio, qtbot, tmp_path / "many.aefl", "".join(f"let v{n} = 1 + true\n" for n in range(1_203)))
    tree = studio.window.docks.docks["problems"].findChild(QTreeWidget)
    assert tree is not None
    (document,) = studio.model.documents.items
    found = len(document.analysis.problems)
    assert found > ROWS_MAX
    last = tree.topLevelItem(tree.topLevelItemCount() - 1)
    assert last.text(0) == f"… and {counted(found - ROWS_MAX, 'more problem')} in many.aefl"
    tree.itemActivated.emit(last, 0)
