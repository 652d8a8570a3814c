"""The text area for code: what is painted under and over the text, and what keys do.

Everything besides the text itself is painted here from the lines in view: the current line, found words, the lines of
the turn under the playhead, brackets, wavy lines under problems, values behind the lines. Nothing is stored in the
document's formats, so nothing has to be undone and a key press repaints one line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QPoint, QRect, Qt, Signal, Slot
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlock,
    QTextCursor,
    QWheelEvent,
)
from PySide6.QtWidgets import QPlainTextEdit, QToolTip, QWidget

from engine.api import Problem
from studio.editor import line_edits, typing_rules
from studio.editor.brackets import match_at
from studio.editor.code_paint import CodePaint
from studio.editor.gutter import Gutter
from studio.editor.places import Places
from studio.editor.spans import Marked, Spans
from studio.editor.stand_ins import SHOWN_MAX, StandIns
from studio.model.columns import from_utf16
from studio.model.document import ExecutionMark, Place
from studio.model.studio import StudioModel
from studio.theming.fonts import code_font

REST_KEPT = (
    f"An editor shows the first {SHOWN_MAX:,} characters of a line. The rest is kept, saved and copied with the line, "
    "but cannot be searched or edited."
)


def local_files(data: QMimeData) -> list[Path]:
    """The files of this machine that are dragged or were copied."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


class CodeEdit(QPlainTextEdit):
    """An editor for one document. ``place_changed`` tells that the cursor is elsewhere, ``test_wanted`` that the test
    in a line is to be run."""

    place_changed = Signal()
    test_wanted = Signal(int)

    def __init__(self, model: StudioModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.execution_mark: ExecutionMark | None = None
        self.test_marks: Mapping[int, str] = {}
        self.inline_values: Mapping[int, str] = {}
        self.problems: tuple[Problem, ...] = ()
        self.problem_spans = Spans()
        self.found = Spans()
        self.brackets: tuple[int, int] | None = None
        self._paint = CodePaint(self)
        self._gutter = Gutter(self)
        self._line = 0
        self.stand_ins = StandIns()
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setCursorWidth(2)
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.setAccessibleName("Code")
        self.blockCountChanged.connect(self._fit_gutter)
        self.updateRequest.connect(self._scroll_gutter)
        self.horizontalScrollBar().valueChanged.connect(self._scrolled_sideways)
        self.cursorPositionChanged.connect(self._cursor_moved)
        self.document().contentsChange.connect(self._text_changed)
        self._disconnect: list[Callable[[], None]] = [
            model.theme.changed.connect(self._restyle),
            model.settings.changed.connect(self._setting_changed),
        ]
        self.apply_font()

    def close_editor(self) -> None:
        """Stops listening to the models."""
        for disconnect in self._disconnect:
            disconnect()

    # --- the text ------------------------------------------------------------------------------

    def set_text(self, text: str) -> bool:
        """Shows another text, with nothing to undo. Gives whether the editor can hold every character of it."""
        self.stand_ins = StandIns(text)
        self.setPlainText(self.stand_ins.shown(text))
        return self.stand_ins.are_exact

    def current_text(self) -> str:
        """The text as it is now; unlike ``toPlainText`` this keeps no-break spaces and rare characters."""
        return self.stand_ins.meant(self.document().toRawText())

    def held_text(self) -> str:
        """The text as the editor holds it, with stand-ins; offsets in it are those of the document."""
        return self.document().toRawText().replace("\u2029", "\n")

    def searched_text(self) -> str:
        """The text in which to look for something, without the rests of very long lines."""
        return self.stand_ins.searched(self.document().toRawText())

    @property
    def hides_text(self) -> bool:
        """Whether the rests of very long lines are not shown."""
        return self.stand_ins.hide_text

    def can_hold(self, text: str) -> bool:
        """Whether this text can be put in without mistaking one of its characters for a stand-in."""
        return self.stand_ins.fit(text)

    def shown(self, text: str) -> str:
        """A text as a cursor can insert it here: paragraph ends that are no line breaks have their stand-ins."""
        return self.stand_ins.shown(text)

    def createMimeDataFromSelection(self) -> QMimeData:
        """What is copied or dragged is the text as it is meant, not as Qt holds it."""
        data = QMimeData()
        data.setText(self.stand_ins.meant(self.textCursor().selectedText()))
        return data

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Files are not text: the window opens what is dropped."""
        return not local_files(source) and super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Pastes a text. Files that were copied elsewhere are opened, never written into the program as addresses."""
        files = local_files(source)
        if files:
            for path in files:
                self.model.files.open(path)
        elif source.hasText():
            text = source.text().replace("\0", "")
            if not self.stand_ins.fit(text):
                text = "".join(char for char in text if self.stand_ins.fit(char))
            self.textCursor().insertText(self.stand_ins.shown(text))
            self.ensureCursorVisible()

    # --- appearance ----------------------------------------------------------------------------

    def apply_font(self) -> None:
        """Takes the font and the width of a tab from the settings."""
        font = code_font(self.model.settings)
        self.setFont(font)
        self.document().setDefaultFont(font)
        self.setTabStopDistance(self.fontMetrics().horizontalAdvance(" ") * self.tab_width)
        self._fit_gutter()

    @property
    def tab_width(self) -> int:
        """The columns of one level of indentation."""
        return self.model.settings.whole("editor.tab_width")

    def _restyle(self) -> None:
        self._paint.forget_colors()
        self.viewport().update()
        self._gutter.update()

    def _setting_changed(self, key: str) -> None:
        if key.startswith("editor."):
            self.apply_font()
            self._restyle()

    def changeEvent(self, event: QEvent) -> None:
        """The style changed: the code keeps its own font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and self.font().family() != code_font(self.model.settings).family():
            self.apply_font()

    # --- gutter --------------------------------------------------------------------------------

    @Slot()
    def _fit_gutter(self) -> None:
        self.setViewportMargins(self._gutter.wanted_width(), 0, 0, 0)
        self._place_gutter()

    def _place_gutter(self) -> None:
        area = self.contentsRect()
        self._gutter.setGeometry(QRect(area.left(), area.top(), self._gutter.wanted_width(), area.height()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What lies over the area follows its size."""
        super().resizeEvent(event)
        self._place_gutter()

    @Slot(QRect, int)
    def _scroll_gutter(self, rect: QRect, dy: int) -> None:
        if dy:
            self._gutter.scroll(0, dy)
        elif rect.height() >= self.viewport().height():
            self._gutter.update()

    @Slot()
    def _scrolled_sideways(self) -> None:
        """Qt moves the picture of the text, and what is painted at the right edge must stay there."""
        if self.hides_text:
            self.viewport().update()

    def visible_lines(self) -> Iterator[tuple[QTextBlock, float, float]]:
        """The blocks in view with their tops and heights in the viewport, the margin below the last one left out."""
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        bottom = self.viewport().height()
        while block.isValid() and top <= bottom:
            height = self.blockBoundingRect(block).height()
            if block.isVisible():
                margin = 0 if block.next().isValid() else self.document().documentMargin()
                yield block, top, height - margin
            top += height
            block = block.next()

    def severity_of(self, block: QTextBlock) -> str:
        """The worst severity of the problems that begin in a line; empty without one."""
        start, end = block.position(), block.position() + block.length()
        found = {self.problems[s.key].severity for s in self.problem_spans.between(start, end) if s.start >= start}
        return "error" if "error" in found else next(iter(found), "")

    # --- what is marked ------------------------------------------------------------------------

    def set_execution_mark(self, line: int, end_line: int, kind: str) -> None:
        """Marks the lines of the turn under the playhead; ``kind`` is ``turn`` or ``fault``. Line 0 takes it away."""
        self.execution_mark = ExecutionMark(line, end_line, kind) if line > 0 else None
        self._restyle()

    def set_test_marks(self, marks: Mapping[int, str]) -> None:
        """Shows by line what came of the tests that begin there."""
        if marks != self.test_marks:
            self.test_marks = marks
            self._gutter.update()

    def set_inline_values(self, values: Mapping[int, str]) -> None:
        """Shows a text behind each of these lines."""
        self.inline_values = values
        self.viewport().update()

    def set_problems(self, problems: tuple[Problem, ...]) -> None:
        """Underlines problems."""
        self.problems = problems
        places = Places(self.document(), self.stand_ins)
        self.problem_spans = Spans(self._span_of(problem, key, places) for key, problem in enumerate(problems))
        self._restyle()

    def _span_of(self, problem: Problem, key: int, places: Places) -> Marked:
        start = places.position(problem.range.line, problem.range.column)
        end = places.position(problem.range.end_line, problem.range.end_column)
        if end <= start:
            block = self.document().findBlock(start)
            start, end = (start, start + 1) if start < block.position() + block.length() - 1 else (start - 1, start)
        return Marked(max(0, start), max(1, end), key)

    def set_found(self, found: list[tuple[int, int]]) -> None:
        """Shows what a search found, as positions of the document."""
        self.found = Spans(Marked(start, end, 0) for start, end in found)
        self.viewport().update()

    def problem_at(self, position: int) -> Problem | None:
        """The problem underlined at a position."""
        spans = list(self.problem_spans.between(position, position + 1))
        return self.problems[spans[-1].key] if spans else None

    @Slot(int, int, int)
    def _text_changed(self, position: int, removed: int, added: int) -> None:
        self.problem_spans.shift(position, removed, added)
        self.found.shift(position, removed, added)

    # --- places --------------------------------------------------------------------------------

    def position_of(self, line: int, column: int) -> int:
        """The document's position of a place, clamped to the text; lines and columns from 1, in code points."""
        return Places(self.document(), self.stand_ins).position(line, column)

    def place(self) -> Place:
        """Where the cursor is."""
        cursor = self.textCursor()
        block = cursor.block()
        text = block.text()
        column = self.stand_ins.column_meant(text, from_utf16(text, cursor.positionInBlock()))
        return Place(block.blockNumber() + 1, column + 1)

    def go_to(self, line: int, column: int = 1) -> None:
        """Puts the cursor at a place and brings it into view, with something around it."""
        cursor = self.textCursor()
        cursor.setPosition(self.position_of(line, column))
        self.setTextCursor(cursor)
        height = self.fontMetrics().height()
        rect = self.cursorRect()
        if rect.top() < 2 * height or rect.bottom() > self.viewport().height() - 2 * height:
            self.centerCursor()

    def _is_whole(self, line: int) -> bool:
        """Whether a line is in view from top to bottom; its lower half may lie under the horizontal scroll bar."""
        bottom = self.viewport().height()
        lines = ((block.blockNumber() + 1, top, height) for block, top, height in self.visible_lines())
        return any(number == line and top >= 0 and top + height <= bottom for number, top, height in lines)

    def show_line(self, line: int) -> None:
        """Scrolls so that a line is in view, if it is not; the cursor stays."""
        block = self.document().findBlockByNumber(line - 1)
        if block.isValid() and not self._is_whole(line):
            bar = self.verticalScrollBar()
            bar.setValue(max(0, line - 1 - bar.pageStep() // 3))

    @Slot()
    def _cursor_moved(self) -> None:
        line = self.textCursor().blockNumber()
        brackets = match_at(self.document(), self.textCursor().position())
        if line != self._line or brackets != self.brackets:
            self._line, self.brackets = line, brackets
            self.viewport().update()
            self._gutter.update()
        self.place_changed.emit()

    @property
    def beside_bracket(self) -> bool:
        """Whether the cursor is beside a bracket that has a partner."""
        return match_at(self.document(), self.textCursor().position(), self.blockCount()) is not None

    def go_to_bracket(self) -> None:
        """Jumps to the partner of the bracket beside the cursor."""
        found = match_at(self.document(), self.textCursor().position(), self.blockCount())
        if found is not None:
            cursor = self.textCursor()
            cursor.setPosition(found[1])
            self.setTextCursor(cursor)

    # --- painting ------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints what is in view."""
        lines = [item for item in self.visible_lines() if self._touches(item, event.rect())]
        painter = QPainter(self.viewport())
        self._paint.under(painter, lines)
        painter.end()
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        self._paint.over(painter, lines)
        painter.end()

    @staticmethod
    def _touches(item: tuple[QTextBlock, float, float], rect: QRect) -> bool:
        _, top, height = item
        return top <= rect.bottom() and top + height >= rect.top()

    # --- keys, mouse, help -----------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Takes the keys that mean something here."""
        if self.isReadOnly() or not self._typed(event):
            super().keyPressEvent(event)

    def _typed(self, event: QKeyEvent) -> bool:
        """Whether one of the rules of typing dealt with the key."""
        key, modifiers = event.key(), event.modifiers()
        plain = modifiers & ~Qt.KeyboardModifier.KeypadModifier in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.ShiftModifier,
        )
        if not plain:
            return False
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            typing_rules.new_line(self, self.tab_width)
            return True
        if key == Qt.Key.Key_Backspace:
            return typing_rules.backspace(self, self.tab_width)
        if self.tabChangesFocus() and key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            return False
        if key == Qt.Key.Key_Tab:
            typing_rules.tab(self, self.tab_width)
            return True
        if key == Qt.Key.Key_Backtab:
            typing_rules.back_tab(self, self.tab_width)
            return True
        if key == Qt.Key.Key_Home:
            typing_rules.home(self, bool(modifiers & Qt.KeyboardModifier.ShiftModifier))
            return True
        text = event.text()
        closes = self.model.settings.flag("editor.close_brackets")
        return closes and len(text) == 1 and typing_rules.type_character(self, text)

    def perform(self, action: str) -> bool:
        """Does an editing action by name; gives whether there is one."""
        actions: dict[str, Callable[[], object]] = {
            "undo": self.undo,
            "redo": self.redo,
            "cut": self.cut,
            "copy": self.copy,
            "paste": self.paste,
            "select_all": self.selectAll,
            "toggle_comment": lambda: line_edits.toggle_comment(self),
            "indent": lambda: line_edits.indent(self, self.tab_width),
            "outdent": lambda: line_edits.outdent(self, self.tab_width),
            "move_line_up": lambda: line_edits.move_lines(self, -1),
            "move_line_down": lambda: line_edits.move_lines(self, 1),
            "duplicate_line": lambda: line_edits.duplicate_line(self),
            "delete_line": lambda: line_edits.delete_line(self),
            "go_to_bracket": self.go_to_bracket,
            "switch_tab_key": self._switch_tab_key,
        }
        if action in actions:
            actions[action]()
        return action in actions

    def _switch_tab_key(self) -> None:
        """Lets Tab leave the editor, for who has only a keyboard, or indent again."""
        self.setTabChangesFocus(not self.tabChangesFocus())
        leaves = "leaves the editor" if self.tabChangesFocus() else "indents"
        self.model.notice.emit("info", f"Tab {leaves} now; Ctrl+M switches.")

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scrolls; with Ctrl it changes the size."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            steps = event.angleDelta().y() / 120
            size = self.model.settings.number("editor.font_size") + steps
            least, most = self.model.settings.limits("editor.font_size")
            self.model.settings.set("editor.font_size", min(most, max(least, size)))
            event.accept()
        else:
            super().wheelEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Shows that the keyboard is here."""
        super().focusInEvent(event)
        self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        """Shows help where the mouse rests."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._show_help(event.pos(), event.globalPos())
            return True
        return super().viewportEvent(event)

    def _show_help(self, place: QPoint, screen: QPoint) -> None:
        cursor: QTextCursor = self.cursorForPosition(place)
        problem = self.problem_at(cursor.position())
        if problem is None:
            QToolTip.showText(screen, self._help_on_rest(cursor), self)
            return
        lines = [f"{problem.code}: {problem.message}"]
        if problem.note:
            lines.append(problem.note)
        if problem.fix is not None:
            lines.append(f"Ctrl+. — {problem.fix.title}")
        QToolTip.showText(screen, "\n".join(lines), self)

    def _help_on_rest(self, cursor: QTextCursor) -> str:
        """What to say where a stand-in for the rest of a line stands; empty elsewhere."""
        text = cursor.block().text()
        column = from_utf16(text, cursor.positionInBlock())
        here = (length for at, length in self.stand_ins.rests(text) if at <= column <= at + 1)
        return next((f"{length:,} more characters. {REST_KEPT}" for length in here), "")
