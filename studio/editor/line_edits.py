"""Edits of whole lines: comment, move, duplicate, delete, indent. Each is one step of undo."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtGui import QTextBlock, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

COMMENT = "// "


@contextmanager
def one_step(cursor: QTextCursor) -> Iterator[None]:
    """All edits inside are undone together."""
    cursor.beginEditBlock()
    try:
        yield
    finally:
        cursor.endEditBlock()


def selected_lines(edit: QPlainTextEdit) -> tuple[int, int]:
    """The first and last line, from 0, that the selection touches; one touched only at its start does not count."""
    cursor = edit.textCursor()
    document = edit.document()
    first = document.findBlock(cursor.selectionStart())
    last = document.findBlock(cursor.selectionEnd())
    if last.blockNumber() > first.blockNumber() and cursor.selectionEnd() == last.position():
        last = last.previous()
    return first.blockNumber(), last.blockNumber()


def _blocks(edit: QPlainTextEdit) -> list[QTextBlock]:
    first, last = selected_lines(edit)
    return [edit.document().findBlockByNumber(number) for number in range(first, last + 1)]


def toggle_comment(edit: QPlainTextEdit) -> None:
    """Makes the lines comments, all at the least indentation, or takes that away if all of them are."""
    blocks = [b for b in _blocks(edit) if b.text().strip()] or _blocks(edit)
    cursor = QTextCursor(edit.document())
    with one_step(cursor):
        if all(b.text().lstrip().startswith("//") for b in blocks):
            for block in blocks:
                start = block.text().index("//")
                length = 3 if block.text()[start + 2 : start + 3] == " " else 2
                _replace(cursor, block.position() + start, length, "")
        else:
            column = min(_indent_of(b.text()) for b in blocks)
            for block in blocks:
                _replace(cursor, block.position() + column, 0, COMMENT)


def _indent_of(text: str) -> int:
    return len(text) - len(text.lstrip())


def _replace(cursor: QTextCursor, position: int, length: int, text: str) -> None:
    cursor.setPosition(position)
    cursor.setPosition(position + length, QTextCursor.MoveMode.KeepAnchor)
    cursor.insertText(text)


def indent(edit: QPlainTextEdit, width: int) -> None:
    """Moves the selected lines one level to the right."""
    cursor = QTextCursor(edit.document())
    with one_step(cursor):
        for block in _blocks(edit):
            if block.text().strip():
                _replace(cursor, block.position(), 0, " " * width)


def outdent(edit: QPlainTextEdit, width: int) -> None:
    """Moves the lines one level to the left, as far as there is space."""
    cursor = QTextCursor(edit.document())
    with one_step(cursor):
        for block in _blocks(edit):
            text = block.text()
            length = 1 if text.startswith("\t") else min(width, _indent_of(text))
            _replace(cursor, block.position(), length, "")


def delete_line(edit: QPlainTextEdit) -> None:
    """Takes the lines away."""
    first, last = selected_lines(edit)
    document = edit.document()
    start = document.findBlockByNumber(first).position()
    after = document.findBlockByNumber(last + 1)
    cursor = edit.textCursor()
    with one_step(cursor):
        if after.isValid():
            _replace(cursor, start, after.position() - start, "")
        else:
            end = document.characterCount() - 1
            begin = max(0, start - 1)
            _replace(cursor, begin, end - begin, "")
            cursor.movePosition(QTextCursor.MoveOperation.StartOfBlock)
    edit.setTextCursor(cursor)


def duplicate_line(edit: QPlainTextEdit) -> None:
    """Writes the lines once more below; the cursor goes along."""
    first, last = selected_lines(edit)
    document = edit.document()
    text = "\n".join(document.findBlockByNumber(n).text() for n in range(first, last + 1))
    block = document.findBlockByNumber(last)
    before = edit.textCursor()
    shift = len(text.encode("utf-16-le")) // 2 + 1
    cursor = QTextCursor(document)
    with one_step(cursor):
        cursor.setPosition(block.position() + block.length() - 1)
        cursor.insertText("\n" + text)
    _select(edit, before.anchor() + shift, before.position() + shift)


def move_lines(edit: QPlainTextEdit, step: int) -> None:
    """Swaps the lines with the one above (-1) or below (1); nothing happens at the edge of the file."""
    first, last = selected_lines(edit)
    document = edit.document()
    other = document.findBlockByNumber(first - 1 if step < 0 else last + 1)
    if not other.isValid() or (step < 0 and first == 0):
        return
    chosen = edit.textCursor()
    lines = [document.findBlockByNumber(n).text() for n in range(first, last + 1)]
    lines = [*lines, other.text()] if step < 0 else [other.text(), *lines]
    start = document.findBlockByNumber(min(first, first + step)).position()
    end_block = document.findBlockByNumber(max(last, last + step))
    shift = other.length() * (1 if step > 0 else -1)
    cursor = QTextCursor(document)
    with one_step(cursor):
        _replace(cursor, start, end_block.position() + end_block.length() - 1 - start, "\n".join(lines))
    _select(edit, chosen.anchor() + shift, chosen.position() + shift)


def _select(edit: QPlainTextEdit, anchor: int, position: int) -> None:
    limit = edit.document().characterCount() - 1
    cursor = edit.textCursor()
    cursor.setPosition(max(0, min(anchor, limit)))
    cursor.setPosition(max(0, min(position, limit)), QTextCursor.MoveMode.KeepAnchor)
    edit.setTextCursor(cursor)
