"""A file that another program changed is never overwritten before the user has chosen which version counts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QToolButton

from studio.application import Studio
from studio.model.document import Document


def opened(studio: Studio, path: Path) -> Document:
    studio.files.open(path)
    studio.background.drain()
    document = studio.model.documents.find(path)
    assert document is not None
    return document


def saved(studio: Studio) -> None:
    studio.model.commands.invoke("file.save")
    studio.background.drain()


def entered(studio: Studio) -> None:
    studio.files.check_disk()
    studio.background.drain()


def restarted(studio: Studio, open_studio: Callable[[], Studio], path: Path) -> tuple[Studio, Document]:
    studio.close()
    second = open_studio()
    second.background.drain()
    document = second.model.documents.find(path)
    assert document is not None
    second.model.documents.activate(document)
    return second, document


@pytest.mark.parametrize("told_before", [False, True])
@pytest.mark.parametrize("restarts", [1, 2])
def test_text_that_comes_back_does_not_overwrite_a_file_changed_meanwhile(
    open_studio: Callable[[], Studio], tmp_path: Path, told_before: bool, restarts: int
) -> None:
    path = tmp_path / "a.aefl"
    path.write_text("one\n")
    studio = open_studio()
    document = opened(studio, path)
    document.set_text("mine\n")
    path.write_text("theirs, longer\n")
    if told_before:
        entered(studio)
    for _ in range(restarts):
        studio, document = restarted(studio, open_studio, path)
        assert document.text == "mine\n"
        assert document.conflict == "changed"
        entered(studio)
        assert document.conflict == "changed"
        document.set_text("mine\n")
    saved(studio)
    assert path.read_text() == "theirs, longer\n"
    assert any("was changed on the disk" in notice.text for notice in studio.window.area.notices.shown)
    studio.files.keep_mine(document)
    studio.background.drain()
    saved(studio)
    assert path.read_text() == "mine\n"


def test_text_that_comes_back_does_not_overwrite_a_file_removed_and_made_again(
    open_studio: Callable[[], Studio], tmp_path: Path
) -> None:
    path = tmp_path / "a.aefl"
    path.write_text("one\n")
    studio = open_studio()
    opened(studio, path).set_text("mine\n")
    path.unlink()
    studio, document = restarted(studio, open_studio, path)
    assert document.conflict == "removed"
    path.write_text("theirs\n")
    entered(studio)
    saved(studio)
    assert document.conflict == "changed"
    assert path.read_text() == "theirs\n"


def test_text_that_comes_back_to_its_unchanged_file_is_saved_as_usual(
    open_studio: Callable[[], Studio], tmp_path: Path
) -> None:
    path = tmp_path / "a.aefl"
    path.write_text("one\n")
    studio = open_studio()
    opened(studio, path).set_text("mine\n")
    studio, document = restarted(studio, open_studio, path)
    entered(studio)
    assert document.conflict == ""
    saved(studio)
    assert path.read_text() == "mine\n"


def test_saving_twice_is_no_answer_to_the_question_which_version_counts(studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "a.aefl"
    path.write_text("one\n")
    document = opened(studio, path)
    document.set_text("mine\n")
    path.write_text("theirs, longer\n")
    saved(studio)
    for notice in studio.window.area.notices.shown:
        closer = notice.findChild(QToolButton)
        assert closer is not None
        closer.click()
    saved(studio)
    assert path.read_text() == "theirs, longer\n"
    assert document.dirty
    assert any("was changed on the disk" in notice.text for notice in studio.window.area.notices.shown)
    assert "a.aefl is not saved" in studio.window.status.message


def test_two_changed_files_of_one_name_are_both_asked_about(studio: Studio, tmp_path: Path) -> None:
    for folder in ("left", "right"):
        path = tmp_path / folder / "a.aefl"
        path.parent.mkdir()
        path.write_text("one\n")
        opened(studio, path).set_text("mine\n")
        path.write_text("theirs, longer\n")
    entered(studio)
    texts = [notice.text for notice in studio.window.area.notices.shown]
    assert [text.split(" was ")[0] for text in texts] == ["a.aefl — left", "a.aefl — right"]
