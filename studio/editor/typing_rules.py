"""What typing does besides writing the character: closing brackets, indentation, smart Home.

Each function gives whether it dealt with the key; otherwise the editor does what it always does.
"""

from __future__ import annotations

import re

from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

from studio.editor.brackets import CLOSING, OPENING, brackets_of
from studio.editor.line_edits import indent, one_step, outdent, selected_lines

_PAIRS = {**CLOSING, '"': '"'}
_STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\])*"?|//.*')


def _around(cursor: QTextCursor) -> tuple[str, str]:
    """The text of the line before and after the cursor, in UTF-16 units so that columns are Qt's."""
    block = cursor.block()
    head = QTextCursor(block)
    head.setPosition(block.position())
    head.setPosition(cursor.position(), QTextCursor.MoveMode.KeepAnchor)
    before = head.selectedText()
    return before, block.text()[len(before) :]


def in_string_or_comment(before: str, after: str) -> bool:
    """Whether the place between the two parts of a line is inside a string or a line comment."""
    place = len(before)
    return any(
        m.start() < place and (place < m.end() or _open_at(m)) for m in _STRING_OR_COMMENT.finditer(before + after)
    )


def _open_at(found: re.Match[str]) -> bool:
    text = found.group()
    return text.startswith("//") or len(text) == 1 or not text.endswith('"')


def type_character(edit: QPlainTextEdit, char: str) -> bool:
    """Brackets and quotes: writes the pair, wraps what is selected, or steps over the closing one."""
    cursor = edit.textCursor()
    if cursor.hasSelection():
        return char in _PAIRS and _wrap(edit, cursor, char)
    before, after = _around(cursor)
    if char in (*OPENING, '"') and after.startswith(char) and not before.endswith("\\"):
        cursor.movePosition(QTextCursor.MoveOperation.Right)
        edit.setTextCursor(cursor)
        return True
    if char == "}" and before and not before.strip():
        with one_step(cursor):
            for _ in range(min(len(before), _closing_distance(edit, before))):
                cursor.deletePreviousChar()
            cursor.insertText(char)
        return True
    if char not in _PAIRS or in_string_or_comment(before, after):
        return False
    if after and (after[0].isalnum() or after[0] in '_"({['):
        return False
    if char == '"' and before and (before[-1] == '"' or (before[-1].isalnum() and before[-1] != "f")):
        return False
    with one_step(cursor):
        cursor.insertText(char + _PAIRS[char])
    cursor.movePosition(QTextCursor.MoveOperation.Left)
    edit.setTextCursor(cursor)
    return True


def _wrap(edit: QPlainTextEdit, cursor: QTextCursor, char: str) -> bool:
    start, text = cursor.selectionStart(), cursor.selectedText()
    with one_step(cursor):
        cursor.insertText(char + text + _PAIRS[char])
    cursor.setPosition(start + 1)
    cursor.setPosition(start + 1 + len(text.encode("utf-16-le")) // 2, QTextCursor.MoveMode.KeepAnchor)
    edit.setTextCursor(cursor)
    return True


def _closing_distance(edit: QPlainTextEdit, before: str) -> int:
    """How far a closing brace on an empty line moves to the left: to the line that opened it, else one level."""
    from studio.editor.brackets import match_at

    cursor = edit.textCursor()
    with one_step(cursor):
        cursor.insertText("}")
        found = match_at(edit.document(), cursor.position())
        cursor.deletePreviousChar()
    if found is None:
        return 0
    opener = edit.document().findBlock(found[1]).text()
    return max(0, len(before) - (len(opener) - len(opener.lstrip())))


def new_line(edit: QPlainTextEdit, width: int) -> None:
    """A new line with the indentation that its place asks for."""
    cursor = edit.textCursor()
    with one_step(cursor):
        cursor.removeSelectedText()
        before, after = _around(cursor)
        lead = before[: len(before) - len(before.lstrip())]
        depth = 0
        for _, char in brackets_of(before, 0):
            depth = depth + 1 if char in CLOSING else max(0, depth - 1)
        deeper = lead + " " * width if depth else lead
        closes = depth > 0 and after.lstrip()[:1] in tuple(OPENING)
        for _ in range(len(after) - len(after.lstrip()) if after.strip() else 0):
            cursor.deleteChar()
        cursor.insertText("\n" + deeper)
        if closes:
            place = cursor.position()
            cursor.insertText("\n" + lead)
            cursor.setPosition(place)
    edit.setTextCursor(cursor)
    edit.ensureCursorVisible()


def backspace(edit: QPlainTextEdit, width: int) -> bool:
    """An empty pair goes as a whole, and indentation by levels."""
    cursor = edit.textCursor()
    if cursor.hasSelection():
        return False
    before, after = _around(cursor)
    if before and after and before[-1] in _PAIRS and after[0] == _PAIRS[before[-1]]:
        with one_step(cursor):
            cursor.deleteChar()
            cursor.deletePreviousChar()
        return True
    if before and not before.strip(" "):
        with one_step(cursor):
            for _ in range((len(before) - 1) % width + 1):
                cursor.deletePreviousChar()
        return True
    return False


def tab(edit: QPlainTextEdit, width: int) -> None:
    """Indents the selected lines, or goes on to the next level."""
    first, last = selected_lines(edit)
    cursor = edit.textCursor()
    if cursor.hasSelection() and first != last:
        indent(edit, width)
    else:
        column = cursor.columnNumber()
        cursor.insertText(" " * (width - column % width))


def back_tab(edit: QPlainTextEdit, width: int) -> None:
    """Moves the lines one level to the left."""
    outdent(edit, width)


def home(edit: QPlainTextEdit, keep: bool) -> None:
    """To the first character of the line that is not a space, and from there to its start."""
    cursor = edit.textCursor()
    text = cursor.block().text()
    first = len(text) - len(text.lstrip())
    column = 0 if cursor.positionInBlock() == first else first
    mode = QTextCursor.MoveMode.KeepAnchor if keep else QTextCursor.MoveMode.MoveAnchor
    cursor.setPosition(cursor.block().position() + column, mode)
    edit.setTextCursor(cursor)
