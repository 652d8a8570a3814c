"""Format Document: one step that can be undone, the cursor where it was, and a sentence where it cannot be done."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from pytestqt.qtbot import QtBot

from engine import api
from studio.application import Studio
from studio.model.document import Document
from studio.model.reflow import common_start, moved

TIMEOUT_MS = 30_000
LOOSE = (
    'actor  Bell{state rings:int=0;on ring( n:int ){rings+=n;render {f"🔔 {rings}"}}}\nBell.ring(2)\n\n\n\nlet x=1\n'
)
FORMAT = (Qt.Key.Key_F, Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.AltModifier)


def formatted(text: str) -> str:
    found = api.format_text(text, "a.aefl").text
    assert found is not None
    return found


def notices(studio: Studio) -> list[tuple[str, str]]:
    told: list[tuple[str, str]] = []
    studio.model.notice.connect(lambda level, text: told.append((level, text)))
    return told


def opened(studio: Studio, text: str) -> Document:
    return studio.model.documents.new(text, "bell.aefl")


def test_the_key_formats_in_one_step_and_the_cursor_stays_at_its_character(studio: Studio, qtbot: QtBot) -> None:
    document = opened(studio, LOOSE)
    edit = studio.window.area.page(document).edit
    cursor = edit.document().find("x=1")
    cursor.setPosition(cursor.selectionStart())
    edit.setTextCursor(cursor)
    told = notices(studio)
    qtbot.keyClick(edit, *FORMAT)
    qtbot.waitUntil(lambda: bool(told), timeout=TIMEOUT_MS)
    assert told == [("info", "bell.aefl is formatted.")]
    assert document.text == formatted(LOOSE) != LOOSE
    assert document.dirty
    after = edit.textCursor()
    after.movePosition(QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.KeepAnchor, 5)
    assert after.selectedText() == "x = 1"
    assert studio.model.commands.invoke("edit.undo")
    assert document.text == LOOSE


def test_formatting_twice_says_that_nothing_is_left_to_do(studio: Studio, qtbot: QtBot) -> None:
    document = opened(studio, formatted(LOOSE))
    told = notices(studio)
    studio.model.commands.invoke("edit.format")
    qtbot.waitUntil(lambda: bool(told), timeout=TIMEOUT_MS)
    assert told == [("info", "bell.aefl is in the one style already.")]
    assert not document.dirty


def test_a_text_with_a_mistake_is_left_alone_and_the_mistake_is_named(studio: Studio, qtbot: QtBot) -> None:
    document = opened(studio, "let  a=1\nfn broken( {\n")
    told = notices(studio)
    studio.model.commands.invoke("edit.format")
    qtbot.waitUntil(lambda: bool(told), timeout=TIMEOUT_MS)
    level, text = told[0]
    assert level == "warning"
    assert text.startswith("bell.aefl has a mistake and is not formatted. line 2: ")
    assert document.text == "let  a=1\nfn broken( {\n"


def test_what_was_typed_meanwhile_is_not_lost(studio: Studio, qtbot: QtBot) -> None:
    document = opened(studio, LOOSE)
    told = notices(studio)
    studio.model.commands.invoke("edit.format")
    document.set_text(LOOSE + "let y=2\n")
    qtbot.waitUntil(lambda: bool(told), timeout=TIMEOUT_MS)
    assert told == [("info", "bell.aefl was changed meanwhile; format it again.")]
    assert document.text == LOOSE + "let y=2\n"


def test_only_programs_that_can_be_changed_are_formatted(studio: Studio) -> None:
    refused: list[str] = []
    studio.model.commands.refused.connect(lambda _, reason: refused.append(reason))
    studio.model.documents.new("a  text", "About", read_only=True, plain=True)
    studio.model.commands.invoke("edit.format")
    studio.model.documents.new_recorded("bell.aefl", LOOSE)
    studio.model.commands.invoke("edit.format")
    assert refused == ["Only programs can be formatted.", "This text is read-only."]


@pytest.mark.parametrize(
    ("before", "after", "there"),
    [
        ("let a=|1", "let a = |1", "a digit"),
        ("|  let a=1", "|let a=1", "the start"),
        ("  |  let a=1", "|let a=1", "in the blanks before a line"),
        ("let a=1;  |", "let a=1|", "the end"),
        ("let a=1|;let b=2", "let a=1|\nlet b=2", "before a semicolon"),
        ("let a=1\n\n|\n\nlet b=2", "let a=1\n|\nlet b=2", "an empty line"),
        ("|", "|", "nothing"),
    ],
)
def test_a_place_is_found_again(before: str, after: str, there: str) -> None:
    offset = before.index("|")
    assert moved(before.replace("|", ""), after.replace("|", ""), offset) == after.index("|"), there


@given(st.text("ab \n;"), st.integers(0, 40))
def test_every_place_has_one_in_the_formatted_text_behind_the_same_characters(text: str, offset: int) -> None:
    offset = min(offset, len(text))
    after = "\n".join(text.replace(";", "").split())
    place = moved(text, after, offset)
    assert 0 <= place <= len(after)
    before = [char for char in text[:offset] if not char.isspace() and char != ";"]
    assert [char for char in after[:place] if not char.isspace()] == before


@given(st.text("ab", max_size=9), st.text("ab", max_size=9))
def test_the_common_start_is_the_longest_there_is(one: str, other: str) -> None:
    shared = common_start(one, other)
    assert one[:shared] == other[:shared]
    assert one[: shared + 1] != other[: shared + 1] or shared == min(len(one), len(other))
