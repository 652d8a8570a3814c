"""A line of millions of characters: the editor shows its beginning, says so, and keeps every character of the rest."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from engine.api import Analysis, Problem, TextRange
from studio.application import Studio
from studio.editor import stand_ins
from studio.editor.code_edit import CodeEdit
from studio.editor.stand_ins import REST_MIN, SHOWN_MAX, StandIns
from studio.model.document import Document

LONG = f'let data = "{"0123456789" * 200_000}"\n'


def opened(studio: Studio, path: Path, text: str) -> tuple[Document, CodeEdit]:
    path.write_text(text, encoding="utf-8")
    studio.files.open(path)
    studio.background.drain()
    document = studio.model.documents.active
    assert document is not None
    return document, studio.window.area.page(document).edit


def longest(edit: CodeEdit) -> int:
    """The characters of the longest line that Qt has to lay out."""
    blocks = (edit.document().findBlockByNumber(number) for number in range(edit.blockCount()))
    return max(block.length() for block in blocks)


def test_a_key_lays_out_a_bounded_part_of_a_line(studio: Studio, tmp_path: Path) -> None:
    _, edit = opened(studio, tmp_path / "a.aefl", f"render 1\n{LONG}render 2\n")
    assert longest(edit) < SHOWN_MAX + REST_MIN
    edit.go_to(2)
    QTest.keyClicks(edit, "x")
    assert longest(edit) < SHOWN_MAX + REST_MIN + 1


def test_a_file_with_a_long_line_is_saved_with_every_character(studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "a.aefl"
    document, edit = opened(studio, path, f"render 1\n{LONG}render 2\n")
    edit.go_to(2)
    QTest.keyClicks(edit, "x")
    assert document.text == f"render 1\nx{LONG}render 2\n"
    assert studio.model.commands.invoke("file.save")
    studio.background.drain()
    assert path.read_text(encoding="utf-8") == f"render 1\nx{LONG}render 2\n"
    assert studio.model.commands.invoke("edit.undo")
    assert document.text == f"render 1\n{LONG}render 2\n"


def test_opening_says_that_a_rest_is_not_shown(studio: Studio, tmp_path: Path) -> None:
    told: list[str] = []
    studio.model.notice.connect(lambda level, text: told.append(text))
    opened(studio, tmp_path / "a.aefl", LONG)
    (sentence,) = told
    assert sentence.startswith(f"a.aefl has a very long line. An editor shows the first {SHOWN_MAX:,} characters")


def test_the_find_bar_says_what_it_did_not_search(studio: Studio, tmp_path: Path) -> None:
    document, edit = opened(studio, tmp_path / "a.aefl", f"{LONG}let end = 1\n")
    bar = studio.window.area.page(document).find_bar
    bar.open(replace=False)
    QTest.keyClicks(bar.focusWidget(), "let")
    assert edit.textCursor().selectedText() == "let"
    shown = {label.text() for label in bar.findChildren(QLabel)}
    assert "1 of 2, rests of long lines not searched" in shown
    bar.next()
    assert edit.textCursor().blockNumber() == 1, "what stands behind a long line is found at its place"


def test_a_rest_goes_along_when_it_is_copied_and_pasted(studio: Studio, tmp_path: Path) -> None:
    document, edit = opened(studio, tmp_path / "a.aefl", LONG)
    edit.selectAll()
    edit.copy()
    assert QApplication.clipboard().text() == LONG
    edit.moveCursor(QTextCursor.MoveOperation.End)
    edit.paste()
    assert document.text == LONG * 2
    assert longest(edit) < SHOWN_MAX + REST_MIN


def test_a_long_line_that_is_pasted_is_shortened_too(studio: Studio, tmp_path: Path) -> None:
    document, edit = opened(studio, tmp_path / "a.aefl", "ab")
    edit.go_to(1, 2)
    data = QMimeData()
    data.setText(LONG.rstrip("\n"))
    edit.insertFromMimeData(data)
    assert document.text == f"a{LONG.rstrip(chr(10))}b"
    assert longest(edit) < SHOWN_MAX + REST_MIN + 3


def test_columns_are_those_of_the_whole_line(studio: Studio, tmp_path: Path) -> None:
    document, edit = opened(studio, tmp_path / "a.aefl", LONG)
    edit.moveCursor(QTextCursor.MoveOperation.EndOfBlock)
    assert document.cursor.column == len(LONG)
    edit.go_to(1, 1_000_000)
    assert edit.textCursor().positionInBlock() == SHOWN_MAX, "a column of the rest is where the rest stands"
    edit.go_to(1, 500)
    assert document.cursor.column == 500


def test_a_problem_in_the_rest_is_underlined_where_the_rest_stands(studio: Studio, tmp_path: Path) -> None:
    document, edit = opened(studio, tmp_path / "a.aefl", LONG)
    place = TextRange(1, 1_000_000, 1, 1_000_004)
    problem = Problem(document.file, place, "E0001", "error", "wrong")
    document.set_analysis(Analysis((problem,), ()))
    assert edit.problem_at(SHOWN_MAX) is problem
    assert edit.problem_at(SHOWN_MAX - 1) is None


def test_a_text_from_outside_replaces_only_what_differs(studio: Studio, tmp_path: Path) -> None:
    document, edit = opened(studio, tmp_path / "a.aefl", f"one\n{LONG}two\n")
    edit.go_to(3, 2)
    document.set_text(f"one and more\n{LONG}two\n")
    assert document.text == f"one and more\n{LONG}two\n"
    assert document.cursor.line == 3
    assert document.cursor.column == 2


@given(st.lists(st.text(st.sampled_from("ab\u2029\ufdd0\ufdd2\ufdd3\ue000é🔔"), max_size=14), max_size=6))
def test_what_an_editor_holds_means_the_same_text(lines: list[str]) -> None:
    text = "\n".join(lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stand_ins, "SHOWN_MAX", 4)
        patch.setattr(stand_ins, "REST_MIN", 3)
        held = StandIns(text)
        shown = held.shown(text)
        assert held.meant(shown) == text
        assert len(held.searched(shown)) == len(shown)
        assert max(map(len, shown.split("\n"))) <= 6
        for whole, line in zip(text.split("\n"), shown.split("\n"), strict=True):
            for column in range(len(whole) + 1):
                assert held.column_meant(line, held.column_shown(line, column)) <= column
            assert held.column_shown(line, held.column_meant(line, len(line))) == len(line)
