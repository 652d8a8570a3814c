"""The text area for code: what is painted under and over the text, and what keys do.

Everything besides the text itself is painted here from the lines in view: the current line, found words, the lines of
the turn under the playhead, brackets, wavy lines under problems, values behind the lines. Nothing is stored in the
document's formats, so nothing has to be undone and a key press repaints one line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QRect, QRectF, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QHelpEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
    QTextBlock,
    QTextCursor,
    QTextLine,
    QWheelEvent,
)
from PySide6.QtWidgets import QPlainTextEdit, QToolTip, QWidget

from engine.api import Problem
from studio.editor import line_edits, typing_rules
from studio.editor.brackets import match_at
from studio.editor.gutter import Gutter
from studio.editor.places import Places
from studio.editor.spans import Marked, Spans
from studio.editor.stand_ins import StandIns
from studio.model.columns import from_utf16
from studio.model.document import ExecutionMark, Place
from studio.model.studio import StudioModel
from studio.theming.fonts import code_font

WAVE_WIDTH, WAVE_HEIGHT = 4, 4
"""Of one wave of the line under a problem, in logical pixels."""


def make_wave(color: QColor, ratio: float) -> QPixmap:
    """One wave, to be laid side by side; drawing the line anew for every problem costs many times more."""
    pixmap = QPixmap(round(WAVE_WIDTH * ratio), round(WAVE_HEIGHT * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color, 1.2))
    points = [QPointF(-2, 1), QPointF(0, 3), QPointF(2, 1), QPointF(4, 3), QPointF(6, 1)]
    painter.drawPolyline(QPolygonF(points))
    painter.end()
    return pixmap


def x_of(line: QTextLine, column: int) -> float:
    """Where a column of a line stands; PySide gives it as a pair with the column it settled on, its stubs do not."""
    place: object = line.cursorToX(column)
    return float(place[0]) if isinstance(place, tuple) else float(line.width())


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
        self._inline_values: Mapping[int, str] = {}
        self._problems: tuple[Problem, ...] = ()
        self._problem_spans = Spans()
        self._found = Spans()
        self._brackets: tuple[int, int] | None = None
        self._waves: dict[str, QPixmap] = {}
        self._gutter = Gutter(self)
        self._line = 0
        self._stand_ins = StandIns()
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setCursorWidth(2)
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.setAccessibleName("Code")
        self.blockCountChanged.connect(self._fit_gutter)
        self.updateRequest.connect(self._scroll_gutter)
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
        self._stand_ins = StandIns(text)
        self.setPlainText(self._stand_ins.shown(text))
        return self._stand_ins.are_exact

    def current_text(self) -> str:
        """The text as it is now; unlike ``toPlainText`` this keeps no-break spaces and rare characters."""
        return self._stand_ins.meant(self.document().toRawText())

    def can_hold(self, text: str) -> bool:
        """Whether this text can be put in without mistaking one of its characters for a stand-in."""
        return self._stand_ins.fit(text)

    def shown(self, text: str) -> str:
        """A text as a cursor can insert it here: paragraph ends that are no line breaks have their stand-ins."""
        return self._stand_ins.shown(text)

    def createMimeDataFromSelection(self) -> QMimeData:
        """What is copied or dragged is the text as it is meant, not as Qt holds it."""
        data = QMimeData()
        data.setText(self._stand_ins.meant(self.textCursor().selectedText()))
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
            if not self._stand_ins.fit(text):
                text = "".join(char for char in text if self._stand_ins.fit(char))
            self.textCursor().insertText(self._stand_ins.shown(text))
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
        self._waves.clear()
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
        found = {self._problems[s.key].severity for s in self._problem_spans.between(start, end) if s.start >= start}
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
        self._inline_values = values
        self.viewport().update()

    def set_problems(self, problems: tuple[Problem, ...]) -> None:
        """Underlines problems."""
        self._problems = problems
        places = Places(self.document())
        self._problem_spans = Spans(self._span_of(problem, key, places) for key, problem in enumerate(problems))
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
        self._found = Spans(Marked(start, end, 0) for start, end in found)
        self.viewport().update()

    def problem_at(self, position: int) -> Problem | None:
        """The problem underlined at a position."""
        spans = list(self._problem_spans.between(position, position + 1))
        return self._problems[spans[-1].key] if spans else None

    @Slot(int, int, int)
    def _text_changed(self, position: int, removed: int, added: int) -> None:
        self._problem_spans.shift(position, removed, added)
        self._found.shift(position, removed, added)

    # --- places --------------------------------------------------------------------------------

    def position_of(self, line: int, column: int) -> int:
        """The document's position of a place, clamped to the text; lines and columns from 1, in code points."""
        return Places(self.document()).position(line, column)

    def place(self) -> Place:
        """Where the cursor is."""
        cursor = self.textCursor()
        block = cursor.block()
        return Place(block.blockNumber() + 1, from_utf16(block.text(), cursor.positionInBlock()) + 1)

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
        if line != self._line or brackets != self._brackets:
            self._line, self._brackets = line, brackets
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
        self._paint_under(painter, lines)
        painter.end()
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        self._paint_over(painter, lines)
        painter.end()

    @staticmethod
    def _touches(item: tuple[QTextBlock, float, float], rect: QRect) -> bool:
        _, top, height = item
        return top <= rect.bottom() and top + height >= rect.top()

    def _color(self, token: str) -> QColor:
        return QColor(self.model.theme.color(token))

    def _paint_under(self, painter: QPainter, lines: list[tuple[QTextBlock, float, float]]) -> None:
        width = self.viewport().width()
        mark, current = self.execution_mark, self.textCursor().blockNumber()
        for block, top, height in lines:
            number = block.blockNumber()
            row = QRectF(0, top, width, height)
            if number == current and not self.textCursor().hasSelection():
                painter.fillRect(row, self._color("current_line"))
            if mark is not None and mark.line <= number + 1 <= mark.end_line:
                entry = "fault_line" if mark.kind == "fault" else "execution_line"
                painter.fillRect(row, self._color(entry if number + 1 == mark.line else "handler_line"))
            self._paint_guides(painter, block, top, height)
            for span in self._found.between(block.position(), block.position() + block.length()):
                area = self._stretch(block, top, height, span.start, span.end)
                area.setWidth(max(area.width(), 2))
                painter.fillRect(area, self._color("match"))
        if self._brackets is not None:
            for place in self._brackets:
                for block, top, height in lines:
                    if block.contains(place):
                        area = self._stretch(block, top, height, place, place + 1)
                        painter.fillRect(area, self._color("selection"))

    def _paint_guides(self, painter: QPainter, block: QTextBlock, top: float, height: float) -> None:
        """Thin lines at the levels of indentation."""
        text = block.text()
        depth = (len(text) - len(text.lstrip(" "))) // self.tab_width
        if depth > 0 and text.strip():
            step = self.fontMetrics().horizontalAdvance(" ") * self.tab_width
            left = self.contentOffset().x() + self.document().documentMargin()
            painter.setPen(self._color("border"))
            for level in range(1, depth):
                x = round(left + level * step)
                painter.drawLine(x, round(top), x, round(top + height) - 1)

    def _stretch(self, block: QTextBlock, top: float, height: float, start: int, end: int) -> QRectF:
        """The part of a line between two positions of the document."""
        layout = block.layout()
        if layout.lineCount() == 0:
            return QRectF()
        line = layout.lineAt(0)
        x = self.contentOffset().x() + layout.position().x()
        first = max(0, start - block.position())
        last = min(block.length() - 1, end - block.position())
        left = x + x_of(line, first)
        return QRectF(left, top, x + x_of(line, last) - left, height)

    def _paint_over(self, painter: QPainter, lines: list[tuple[QTextBlock, float, float]]) -> None:
        for block, top, height in lines:
            for span in self._problem_spans.between(block.position(), block.position() + block.length()):
                area = self._stretch(block, top, height, span.start, span.end)
                self._paint_wave(painter, area, self._problems[span.key].severity)
            text = self._inline_values.get(block.blockNumber() + 1, "")
            if text and self.model.settings.flag("editor.inline_values"):
                self._paint_value(painter, block, top, height, text)

    def _paint_wave(self, painter: QPainter, area: QRectF, severity: str) -> None:
        wave = self._waves.get(severity)
        if wave is None or wave.devicePixelRatio() != self.devicePixelRatioF():
            wave = self._waves[severity] = make_wave(self._color(severity), self.devicePixelRatioF())
        width = max(area.width(), 2 * WAVE_WIDTH)
        top = area.top() + self.fontMetrics().ascent() + 2
        painter.drawTiledPixmap(QRectF(area.left(), top, width, WAVE_HEIGHT), wave)

    def _paint_value(self, painter: QPainter, block: QTextBlock, top: float, height: float, text: str) -> None:
        end = self._stretch(block, top, height, block.position(), block.position() + block.length()).right()
        font = QFont(self.font())
        font.setItalic(True)
        painter.setFont(font)
        painter.setPen(self._color("inline_value"))
        area = QRectF(end + self.fontMetrics().horizontalAdvance("   "), top, self.viewport().width(), height)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

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
            QToolTip.hideText()
            return
        lines = [f"{problem.code}: {problem.message}"]
        if problem.note:
            lines.append(problem.note)
        if problem.fix is not None:
            lines.append(f"Ctrl+. — {problem.fix.title}")
        QToolTip.showText(screen, "\n".join(lines), self)
