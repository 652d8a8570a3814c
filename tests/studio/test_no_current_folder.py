"""The folder in which Studio was started may be gone: everything that names a whole path works, the rest is told."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from studio.application import Studio

TIMEOUT_MS = 10_000
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps the current folder")


@pytest.fixture
def no_folder(tmp_path: Path) -> Iterator[None]:
    """The current folder is removed while it is current."""
    before = Path.cwd()
    folder = tmp_path / "gone"
    folder.mkdir()
    os.chdir(folder)
    folder.rmdir()
    yield
    os.chdir(before)


def test_studio_goes_on_when_its_current_folder_goes(
    studio: Studio, no_folder: None, qtbot: QtBot, tmp_path: Path
) -> None:
    told: list[tuple[str, str]] = []
    studio.model.notice.connect(lambda level, text: told.append((level, text)))
    model, run = studio.model, studio.model.run
    document = model.documents.new('render 1\nrender await fs.read("x.txt")\n', "untitled-1.aefl")
    assert model.commands.invoke("run.start")
    qtbot.waitUntil(lambda: run.state == "finished", timeout=TIMEOUT_MS)
    studio.files.save(document, tmp_path / "a.aefl")
    run.save_trace(tmp_path / "a.aft")
    qtbot.waitUntil(lambda: (tmp_path / "a.aft").exists() and not studio.busy, timeout=TIMEOUT_MS)
    assert (tmp_path / "a.aefl").read_text() == document.text
    studio.files.open(Path("relative.aefl"))
    studio.background.drain()
    assert told[-1] == ("error", "relative.aefl cannot be opened: it does not exist.")
    for command in ("file.open", "file.save_as", "file.open_folder", "run.save", "view.palette"):
        if command in model.commands:
            assert model.commands.invoke(command), command
    for dialog in studio.window.findChildren(QFileDialog):
        dialog.close()
    document.set_text("render wrong\n")
    qtbot.waitUntil(lambda: bool(document.problems), timeout=TIMEOUT_MS)
    assert [text for level, text in told if level == "error"] == ["relative.aefl cannot be opened: it does not exist."]


@pytest.mark.parametrize("arguments", [["rel.aefl"], ["--shot", "rel.png"]])
def test_a_start_that_needs_the_current_folder_ends_with_a_sentence(
    no_folder: None, tmp_path: Path, arguments: list[str]
) -> None:
    code = "import sys; from studio.app import main; sys.exit(main())"
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert f"{arguments[-1]} cannot be" in done.stderr
    assert "the current folder does not exist any more" in done.stderr
    assert "Traceback" not in done.stderr
