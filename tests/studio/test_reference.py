"""The language reference in Studio: every chapter is there, links lead on, code is coloured, and words are found."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QColor, QTextBlock
from PySide6.QtWidgets import QTabWidget
from pytestqt.qtbot import QtBot

from engine.project.resources import folder
from studio.application import Studio
from studio.model.reference import GRAMMAR, START, Reference, anchor_of
from studio.panels.reference import ReferencePage
from studio.services.reference_files import read_reference
from studio.theming.markdown import code_areas, is_code
from studio.theming.rich_text import blocks

DOCS = folder("resources") / "docs"
CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def reference() -> Reference:
    found = Reference()
    found.set_texts(read_reference(DOCS))
    return found


@pytest.fixture
def page(studio: Studio, qtbot: QtBot) -> ReferencePage:
    """The reference, opened by its key."""
    qtbot.waitUntil(lambda: bool(studio.model.reference.chapters))
    qtbot.keyClick(studio.window, Qt.Key.Key_F1, Qt.KeyboardModifier.ShiftModifier)
    found = studio.window.findChild(ReferencePage)
    assert isinstance(found, ReferencePage)
    return found


def block_with(page: ReferencePage, text: str) -> QTextBlock:
    return next(block for block in blocks(page.browser.document()) if text in block.text())


def test_every_chapter_of_the_reference_is_listed_once_in_the_order_of_the_contents(reference: Reference) -> None:
    names = [chapter.name for chapter in reference.chapters]
    assert names[0] == START
    assert sorted(names) == sorted([*(path.name for path in (DOCS / "language").glob("*.md")), GRAMMAR])
    assert names.index("lexical.md") < names.index("actors.md") < names.index("diagnostics.md") < names.index(GRAMMAR)
    assert reference.chapter("actors.md").title == "Actors"  # type: ignore[union-attr]


def test_every_link_of_the_reference_leads_to_a_chapter_that_studio_shows(page: ReferencePage, studio: Studio) -> None:
    known = {chapter.name for chapter in studio.model.reference.chapters}
    followed = 0
    for chapter in studio.model.reference.chapters:
        for target in re.findall(r"\]\(([^)]+)\)", chapter.text):
            page.go_to(chapter.name)
            page.browser.anchorClicked.emit(QUrl(target))
            assert page.name in known
            assert page.name != chapter.name, f"{chapter.name}: {target}"
            followed += 1
    assert followed > 20


def test_programs_are_coloured_as_in_the_editor_and_follow_the_theme(page: ReferencePage, studio: Studio) -> None:
    page.go_to("actors.md")

    def color_of_keyword() -> str:
        block = block_with(page, "actor Counter(start: int = 0) {")
        assert is_code(block)
        piece = block.begin().fragment()
        assert piece.text() == "actor"
        return piece.charFormat().foreground().color().name()

    assert color_of_keyword() == QColor(studio.model.theme.color("syntax.keyword")).name()
    light = color_of_keyword()
    studio.model.commands.invoke("view.toggle_theme")
    assert page.name == "actors.md"
    assert color_of_keyword() == QColor(studio.model.theme.color("syntax.keyword")).name() != light


def test_each_block_of_code_has_a_ground_as_wide_as_its_longest_line(page: ReferencePage, studio: Studio) -> None:
    page.go_to(GRAMMAR)
    (area,) = code_areas(page.browser.document())
    layout = page.browser.document().documentLayout()
    for block in blocks(page.browser.document()):
        if is_code(block):
            assert area.contains(layout.blockBoundingRect(block).topLeft())
            assert block.layout().maximumWidth() < area.width()
    page.go_to("actors.md")
    chapter = studio.model.reference.chapter("actors.md")
    assert chapter is not None
    assert len(code_areas(page.browser.document())) == chapter.text.count("```aefl")


def test_back_and_forward_go_through_the_chapters_by_key_and_not_through_the_time_of_the_run(
    page: ReferencePage, qtbot: QtBot
) -> None:
    page.go_to("actors.md")
    page.browser.verticalScrollBar().setValue(120)
    page.go_to("timers.md")
    qtbot.keyClick(page.browser, Qt.Key.Key_Left, ALT)
    assert page.name == "actors.md"
    assert page.browser.verticalScrollBar().value() == 120
    qtbot.keyClick(page.browser, Qt.Key.Key_Right, ALT)
    assert page.name == "timers.md"


def test_words_are_found_in_every_chapter_and_marked(page: ReferencePage, qtbot: QtBot, studio: Studio) -> None:
    qtbot.keyClick(page.browser, Qt.Key.Key_F, CONTROL)
    assert page.field.hasFocus()
    qtbot.keyClicks(page.field, "restart always")
    shown = [page.chapters.item(row) for row in range(page.chapters.count())]
    titles = [item.text() for item in shown if not item.isHidden()]
    assert titles
    assert len(titles) < len(shown)
    qtbot.keyClick(page.field, Qt.Key.Key_Return)
    assert page.name in studio.model.reference.holding("restart always")
    assert page.browser.textCursor().selectedText() == "restart always"
    assert page.browser.extraSelections()
    first = (page.name, page.browser.textCursor().position())
    for _ in range(40):  # goes round through all chapters, and comes back
        qtbot.keyClick(page.field, Qt.Key.Key_Return)
        assert page.browser.textCursor().selectedText() == "restart always"
        if (page.name, page.browser.textCursor().position()) == first:
            break
    assert (page.name, page.browser.textCursor().position()) == first
    qtbot.keyClicks(page.field, " and never")
    assert page._found.shown == "not in the reference"
    qtbot.keyClick(page.field, Qt.Key.Key_Escape)
    assert page.field.text() == ""
    assert page.browser.hasFocus()


def test_a_heading_is_reached_by_its_anchor(page: ReferencePage) -> None:
    assert anchor_of("The default instance") == "the-default-instance"
    assert anchor_of("`??` and `?.`: optional") == "-and--optional"
    page.go_to("actors.md", "the-default-instance")
    heading = block_with(page, "The default instance")
    top = page.browser.document().documentLayout().blockBoundingRect(heading).top()
    bar = page.browser.verticalScrollBar()
    assert abs(bar.value() - min(top, bar.maximum())) < 12


def test_the_reference_closes_by_key_and_the_file_before_it_stays(studio: Studio, qtbot: QtBot) -> None:
    document = studio.model.documents.new("let a = 1\n")
    studio.model.shell.show_reference()
    page = studio.window.findChild(ReferencePage)
    assert isinstance(page, ReferencePage)
    tabs = studio.window.area.findChild(QTabWidget)
    assert isinstance(tabs, QTabWidget)
    assert tabs.currentWidget() is page
    document.reveal(1)
    assert tabs.currentWidget() is studio.window.area.page(document)
    studio.model.shell.show_reference()
    assert tabs.currentWidget() is page
    qtbot.keyClick(page.browser, Qt.Key.Key_W, CONTROL)
    assert studio.model.documents.items == (document,)
    assert tabs.currentWidget() is studio.window.area.page(document)
    assert tabs.count() == 1
