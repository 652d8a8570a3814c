"""Studio with programs whose files import each other: what is edited counts, and places open the right file."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from engine.api import Analysis, Problem, TextRange
from studio.model.document import Document
from studio.model.execution import ExecutionMarks
from studio.model.studio import StudioModel
from studio.panels.problems import ProblemsPanel
from studio.services import programs


def put(folder: Path, name: str, text: str) -> str:
    """Writes a file; gives its path as documents name it."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_what_is_edited_in_another_document_counts_before_what_is_on_the_disk(tmp_path: Path) -> None:
    main = put(tmp_path, "main.aefl", "from a import n\nrender n()\n")
    other = put(tmp_path, "a.aefl", "fn n() -> int { return 1 }\n")
    text = Path(main).read_text(encoding="utf-8")
    assert programs.analyse(text, main, {}).ok
    broken = programs.analyse(text, main, {other: "fn m() -> int { return 1 }\n"})
    assert [p.code for p in broken.problems] == ["E0121"]
    assert programs.compile(text, main, {}).program is not None


def test_a_text_without_a_file_stands_alone() -> None:
    assert [p.code for p in programs.analyse("import other\n", "untitled-1.aefl", {}).problems] == ["E0120"]


def test_a_problem_of_another_file_is_shown_once_and_opens_that_file(
    qtbot: QtBot, studio_model: StudioModel, tmp_path: Path
) -> None:
    model = studio_model
    paths = [tmp_path / name for name in ("a.aefl", "b.aefl", "shared.aefl")]
    documents = [Document(str(i), path, "import shared\n") for i, path in enumerate(paths)]
    problem = Problem(str(paths[2]), TextRange(1, 8, 1, 14), "E0101", "error", "no")
    for document in documents:
        model.documents.add(document)
        document.set_analysis(Analysis((problem,), ()))
    panel = ProblemsPanel(model)
    qtbot.addWidget(panel)
    assert panel._list.topLevelItemCount() == 1
    assert documents[0].problems == ()
    assert documents[2].problems == (problem,)
    model.documents.activate(documents[0])
    item = panel._list.topLevelItem(0)
    assert item is not None
    assert item.text(2) == "shared.aefl:1:8"
    panel._go(item, 0)
    assert model.documents.active is documents[2]


def test_a_place_in_a_file_that_is_not_open_is_opened(studio_model: StudioModel, tmp_path: Path) -> None:
    asked: list[tuple[Path, int | None, int]] = []
    studio_model.files.open = lambda path, line=None, column=1: asked.append((path, line, column))  # type: ignore[method-assign]
    studio_model.show_place(str(tmp_path / "other.aefl"), 7, 3)
    assert asked == [(tmp_path / "other.aefl", 7, 3)]


def test_a_recording_brings_all_its_files_along(studio_model: StudioModel, tmp_path: Path) -> None:
    model = studio_model
    ExecutionMarks(model.documents, model.run)
    model.run.path = tmp_path / "run.aft"
    model.run.sources = {"main.aefl": "import worker\n", "in/worker.aefl": "actor W {}\n"}
    model.show_place("in/worker.aefl", 1)
    active = model.documents.active
    assert active is not None
    assert (active.name, active.text, active.read_only) == ("worker.aefl (recorded)", "actor W {}\n", True)
    model.show_place("in/worker.aefl", 1)
    assert len(model.documents.items) == 1
