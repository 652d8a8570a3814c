"""Where a list or a search has a bound, a row or a sentence says what is not in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QListWidget, QToolButton
from pytestqt.qtbot import QtBot

from engine.api import Analysis, Symbol, TextRange
from studio.application import Studio
from studio.graph.graph_paint import EDGES_AT_MOST, edge_lines, edges_left_out
from studio.model import inspector, run_search, timeline
from studio.model.edge_counts import Edges
from studio.model.figures import grouped
from studio.model.palette import GROUP_MAX, ROWS_MAX, palette_items
from studio.model.palette_item import PaletteItem
from studio.model.runs import KEPT_RUNS, RUNS_MAX
from studio.model.studio import StudioModel
from studio.model.workspace import FoundFiles
from studio.services import files as file_service
from studio.services.files import find_files
from studio.timetravel.timeline_panel import TimelinePanel
from studio.window import edit_targets
from studio.window.notices import SHOWN_MAX

PROGRAM = """\
actor Bell(k: int) {
    on ring(n: int) { render f"ring {n}" }
}
for i in 0..12 { let b = spawn Bell(i); b.ring(i) }
"""


def hints(items: list[PaletteItem], group: str = "") -> list[str]:
    return [item.title for item in items if item.is_hint and item.group == group]


def test_the_palette_says_how_many_files_are_not_in_its_list(studio_model: StudioModel) -> None:
    files = FoundFiles(tuple(Path(f"/w/part{n}.aefl") for n in range(321)))
    items = palette_items(studio_model, "", files)
    assert len(items) == ROWS_MAX + 1
    assert hints(items) == [f"The first {ROWS_MAX} of 321; type more to find the others."]
    assert hints(palette_items(studio_model, "part", files), "Files") == [
        f"The first {GROUP_MAX} of 321; type more to find the others."
    ]
    assert hints(palette_items(studio_model, "part32", files), "Files") == []


def test_the_palette_says_how_many_symbols_are_not_in_its_list(studio_model: StudioModel) -> None:
    document = studio_model.documents.new("", "a.aefl")
    outline = tuple(Symbol(f"part{n}", "function", "", TextRange(n, 1, n, 2)) for n in range(1, 101))
    document.set_analysis(Analysis((), outline))
    assert hints(palette_items(studio_model, "@part"), "Symbols") == [
        f"The first {ROWS_MAX} of 100; type more to find the others."
    ]


def test_files_that_were_not_looked_for_are_told_also_where_nothing_is_found(studio_model: StudioModel) -> None:
    files = FoundFiles((), "Only the nearest 2,000 folders of /w are searched.")
    assert hints(palette_items(studio_model, "zzz", files)) == ["Nothing found for “zzz”."]
    assert hints(palette_items(studio_model, "zzz", files), "Files") == [files.left_out]


def test_programs_are_found_at_any_depth_and_a_bound_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path.joinpath(*"abcdefgh")
    deep.mkdir(parents=True)
    for place in (deep / "deep.aefl", tmp_path / "a" / "near.aefl"):
        place.write_text("")
    found = find_files(tmp_path)
    assert [path.name for path in found.paths] == ["near.aefl", "deep.aefl"]
    assert not found.left_out
    monkeypatch.setattr(file_service, "FILES_MAX", 1)
    assert [path.name for path in find_files(tmp_path).paths] == ["near.aefl"]
    assert find_files(tmp_path).left_out == f"Only the nearest 1 files of {tmp_path} are searched."
    monkeypatch.setattr(file_service, "FILES_MAX", 9)
    monkeypatch.setattr(file_service, "FOLDERS_MAX", 5)
    assert [path.name for path in find_files(tmp_path).paths] == ["near.aefl"]
    assert find_files(tmp_path).left_out == f"Only the nearest 5 folders of {tmp_path} are searched."


def test_the_search_in_a_run_says_where_more_is_and_what_is_not_searched(
    studio: Studio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.model.documents.new(PROGRAM, "bells.aefl")
    assert studio.model.commands.invoke("run.start")
    run = studio.model.run
    qtbot.waitUntil(lambda: run.state == "finished" and len(run.outputs) == 12, timeout=30_000)
    items = palette_items(studio.model, "ring")
    assert hints(items, "Output") == ["The first 8; Output has all."]
    assert hints(items, "Events") == ["The first 8; the filter of Events finds all."]
    assert hints(palette_items(studio.model, "Bell"), "Actors") == ["The first 8 of 12; type more to find the others."]
    for name in ("ACTORS_LOOKED_AT", "EVENTS_LOOKED_AT", "OUTPUTS_LOOKED_AT"):
        monkeypatch.setattr(run_search, name, 5)
    items = palette_items(studio.model, "zzz")
    assert hints(items, "Actors") == ["Only the first 5 of 13 actors are searched."]
    assert hints(items, "Output") == ["Only the first 5 of 12 lines of output are searched."]
    assert hints(items, "Events") == [f"Only the first 5 of {run.total} events are searched."]


def test_copying_more_rows_than_are_copied_is_told(
    studio: Studio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    rows = QListWidget()
    qtbot.addWidget(rows)
    rows.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
    rows.addItems(["a", "b", "c"])
    target = edit_targets.edit_target(rows, told.append)
    assert target is not None
    target.perform("select_all")
    target.perform("copy")
    assert (QGuiApplication.clipboard().text(), told) == ("a\nb\nc", [])
    monkeypatch.setattr(edit_targets, "ROWS_MAX", 2)
    target.perform("copy")
    assert (QGuiApplication.clipboard().text(), told) == ("a\nb", ["Copied the first 2 of 3 selected rows."])


def test_the_first_run_that_is_dropped_is_told_and_the_list_says_so(studio: Studio, qtbot: QtBot) -> None:
    told: list[str] = []
    run = studio.model.run
    run.message.connect(told.append)
    studio.model.documents.new("render 1\n", "a.aefl")
    for number in range(1, RUNS_MAX + 4):
        assert studio.model.commands.invoke("run.start")
        qtbot.waitUntil(lambda n=number: run.shown_run == n and run.state == "finished", timeout=30_000)  # type: ignore[misc]
    assert [text for text in told if "dropped" in text] == [f"Run #1 was dropped. {KEPT_RUNS}"]
    assert hints(palette_items(studio.model, "~")) == [KEPT_RUNS]


def test_a_row_that_only_says_something_cannot_be_chosen(studio: Studio, qtbot: QtBot) -> None:
    palette = studio.window.palette_view
    palette.open("zzz")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()
    palette.dismiss()


def test_messages_that_the_inspector_does_not_list_are_counted(
    studio: Studio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspector, "PARTS_AT_MOST", 5)
    text = "actor Bell {\n    on ring(n: int) { }\n}\nlet b = spawn Bell()\nfor i in 0..12 { b.ring(i) }\n"
    studio.model.documents.new(text, "bell.aefl")
    assert studio.model.commands.invoke("run.start")
    run = studio.model.run
    qtbot.waitUntil(lambda: run.state == "finished" and run.total == 14, timeout=30_000)
    run.seek(2)
    run.select_actor(1)
    qtbot.waitUntil(lambda: len(run.waiting) == 12, timeout=30_000)
    (waiting,) = (section for section in inspector.sections(run) if section.key == "waiting")
    assert len(waiting.rows) == 6
    assert (waiting.rows[-1].label, waiting.rows[-1].text) == ("…", "7 more")


def test_actors_of_an_opened_type_without_a_lane_are_counted_in_a_row(
    studio: Studio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline, "OPENED_AT_MOST", 5)
    studio.model.documents.new(PROGRAM.replace("0..12", "0..60"), "bells.aefl")
    assert studio.model.commands.invoke("run.start")
    run = studio.model.run
    qtbot.waitUntil(lambda: run.state == "finished" and len(run.outputs) == 60, timeout=30_000)
    panel = studio.window.docks.docks["timeline"].content()
    assert isinstance(panel, TimelinePanel)
    model = panel.timeline
    qtbot.waitUntil(lambda: any(lane.kind == "type" for lane in model.lanes), timeout=30_000)
    lane = next(lane for lane in model.lanes if lane.kind == "type")
    assert not [lane for lane in model.lanes if lane.kind == "rest"]
    model.toggle(lane.actor_type)
    assert [lane.label for lane in model.lanes if lane.kind == "rest"] == ["55 more, in the lane above"]
    edges = model.edges(100)
    assert model.density(edges).shape[0] == len(model.lanes)
    run.select_actor(60)
    assert [lane.label for lane in model.lanes if lane.kind == "rest"] == ["54 more, in the lane above"]


def test_edges_that_are_not_drawn_are_counted() -> None:
    count = EDGES_AT_MOST + 5
    edges = Edges(np.arange(count), np.arange(count) + 1, np.ones(count, np.int64))
    assert len(edge_lines(edges, np.zeros((count + 1, 2)), 5.0)[0]) == EDGES_AT_MOST
    assert edges_left_out(edges) == f"The busiest {EDGES_AT_MOST} of {grouped(count)} edges are drawn."
    few = Edges(np.arange(3), np.arange(3), np.ones(3, np.int64))
    assert edges_left_out(few) == ""


def test_notices_behind_the_newest_are_counted_and_come_back(studio: Studio) -> None:
    notices = studio.window.area.notices
    opened = [notices.show_notice("error", f"notice {n}") for n in range(SHOWN_MAX + 2)]
    assert [notice.isVisible() for notice in opened] == [False, False] + [True] * SHOWN_MAX
    assert notices._earlier.isVisible()
    assert notices._earlier.text() == "2 earlier notices; close one of these to see the last of them."
    opened[-1].findChild(QToolButton).click()  # type: ignore[attr-defined]
    assert [notice.isVisible() for notice in opened[:-1]] == [False] + [True] * SHOWN_MAX
    assert notices._earlier.text().startswith("1 earlier notice;")
    opened[-2].findChild(QToolButton).click()  # type: ignore[attr-defined]
    assert not notices._earlier.isVisible()
