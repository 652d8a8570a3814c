"""The margin beside the code: line numbers, problems, tests, and where execution is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QWidget

from studio.theming.icons import icons_of

if TYPE_CHECKING:
    from studio.editor.code_edit import CodeEdit

MARK_WIDTH = 18
TEST_MARKS = {
    "new": ("run", "muted"),
    "waiting": ("clock", "muted"),
    "running": ("clock", "link"),
    "passed": ("success", "success"),
    "failed": ("error", "error"),
    "stopped": ("stop", "warning"),
    "old": ("run", "muted"),
}
"""Icon and colour of a test's mark by what came of it; ``old`` is one whose text has changed since."""


class Gutter(QWidget):
    """Paints what stands beside the lines that are in view. A click on a number selects its line, one on the mark of a
    test runs it."""

    def __init__(self, edit: CodeEdit) -> None:
        super().__init__(edit)
        self._edit = edit
        self.setAccessibleName("Line numbers")
        self.setCursor(Qt.CursorShape.ArrowCursor)

    def wanted_width(self) -> int:
        """What the numbers of this document need."""
        digits = max(3, len(str(self._edit.blockCount())))
        return MARK_WIDTH + self._edit.fontMetrics().horizontalAdvance("9") * digits + 14

    def sizeHint(self) -> QSize:
        """How large it wants to be."""
        return QSize(self.wanted_width(), 0)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Takes a click."""
        cursor = self._edit.cursorForPosition(event.position().toPoint())
        line = cursor.blockNumber() + 1
        if event.position().x() < MARK_WIDTH and line in self._edit.test_marks:
            self._edit.test_wanted.emit(line)
            return
        cursor.movePosition(cursor.MoveOperation.StartOfBlock)
        cursor.movePosition(cursor.MoveOperation.NextBlock, cursor.MoveMode.KeepAnchor)
        self._edit.setTextCursor(cursor)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints what is in view."""
        painter = QPainter(self)
        theme = self._edit.model.theme
        painter.fillRect(event.rect(), QColor(theme.color("background")))
        painter.setFont(self._edit.font())
        number_color, text_color = QColor(theme.color("line_number")), QColor(theme.color("text"))
        current = self._edit.textCursor().blockNumber()
        mark = self._edit.execution_mark
        right = self.width() - 12
        for block, top, height in self._edit.visible_lines():
            number = block.blockNumber()
            row = QRectF(0, top, self.width(), height)
            if number == current:
                painter.fillRect(row, QColor(theme.color("current_line")))
            if mark is not None and mark.line <= number + 1 <= mark.end_line:
                color = "fault" if mark.kind == "fault" else "playhead"
                painter.fillRect(QRectF(self.width() - 4, top, 3, height), QColor(theme.color(color)))
                if number + 1 == mark.line:
                    self._paint_arrow(painter, QColor(theme.color(color)), top + height / 2)
            painter.setPen(text_color if number == current else number_color)
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, top, right, height), flags, str(number + 1))
            if mark is not None and number + 1 == mark.line:
                continue
            severity = self._edit.severity_of(block)
            if severity:
                self._paint_dot(painter, QColor(theme.color(severity)), top + height / 2, severity)
            elif number + 1 in self._edit.test_marks:
                icon, color = TEST_MARKS[self._edit.test_marks[number + 1]]
                pixmap = icons_of(self._edit.model).pixmap(icon, 14, color, self.devicePixelRatioF())
                painter.drawPixmap(QPointF(2, top + (height - 14) / 2), pixmap)
        painter.end()

    def _paint_arrow(self, painter: QPainter, color: QColor, middle: float) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        left = 5.0
        painter.drawPolygon(
            QPolygonF([QPointF(left, middle - 5), QPointF(left + 9, middle), QPointF(left, middle + 5)])
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_dot(self, painter: QPainter, color: QColor, middle: float, severity: str) -> None:
        """A round mark for an error, a triangle for a warning, so that colour is not the only sign."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        if severity == "error":
            painter.drawEllipse(QPointF(9, middle), 3.6, 3.6)
        else:
            painter.drawPolygon(
                QPolygonF([QPointF(9, middle - 4), QPointF(13, middle + 3.4), QPointF(5, middle + 3.4)])
            )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
