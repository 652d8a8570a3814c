"""Texts with pieces of code in them: HTML and Markdown can only name a family, so what says ``monospace`` gets the font
of code here, without ligatures."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtGui import QFont, QTextBlock, QTextCharFormat, QTextCursor, QTextDocument

CODE_FAMILY = "monospace"


def blocks(document: QTextDocument) -> Iterator[QTextBlock]:
    """All lines and paragraphs, those in tables too."""
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


def select(document: QTextDocument, start: int, length: int) -> QTextCursor:
    """A cursor over a piece of a text."""
    cursor = QTextCursor(document)
    cursor.setPosition(start)
    cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
    return cursor


def code_pieces(document: QTextDocument) -> list[tuple[int, int]]:
    """Where code is: position and length."""
    found = []
    for block in blocks(document):
        iterator = block.begin()
        while not iterator.atEnd():
            piece = iterator.fragment()
            if CODE_FAMILY in (piece.charFormat().fontFamilies() or ()):
                found.append((piece.position(), piece.length()))
            iterator += 1
    return found


def set_code_font(document: QTextDocument, font: QFont) -> None:
    """Gives the code in a text its font."""
    style = QTextCharFormat()
    style.setFont(font)
    for start, length in code_pieces(document):
        select(document, start, length).mergeCharFormat(style)
