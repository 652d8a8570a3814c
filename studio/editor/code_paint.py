"""Draws what lies under and over the text of an editor, from the lines in view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPixmap, QPolygonF, QTextBlock, QTextLine

from studio.model.columns import to_utf16

if TYPE_CHECKING:
    from studio.editor.code_edit import CodeEdit

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


Line = tuple[QTextBlock, float, float]
"""A line in view with its top and its height."""


class CodePaint:
    """Paints the marks of one editor; it keeps the pictures of waves."""

    def __init__(self, edit: CodeEdit) -> None:
        self._edit = edit
        self._waves: dict[str, QPixmap] = {}

    def forget_colors(self) -> None:
        """Another theme is shown."""
        self._waves.clear()

    def _color(self, token: str) -> QColor:
        return QColor(self._edit.model.theme.color(token))

    def under(self, painter: QPainter, lines: list[Line]) -> None:
        """Paints what the text lies on: the current line, the turn, levels of indentation, finds, brackets."""
        width = self._edit.viewport().width()
        mark, current = self._edit.execution_mark, self._edit.textCursor().blockNumber()
        for block, top, height in lines:
            number = block.blockNumber()
            row = QRectF(0, top, width, height)
            if number == current and not self._edit.textCursor().hasSelection():
                painter.fillRect(row, self._color("current_line"))
            if mark is not None and mark.line <= number + 1 <= mark.end_line:
                entry = "fault_line" if mark.kind == "fault" else "execution_line"
                painter.fillRect(row, self._color(entry if number + 1 == mark.line else "handler_line"))
            self._paint_guides(painter, block, top, height)
            for span in self._edit.found.between(block.position(), block.position() + block.length()):
                area = self._stretch(block, top, height, span.start, span.end)
                area.setWidth(max(area.width(), 2))
                painter.fillRect(area, self._color("match"))
        if self._edit.brackets is not None:
            for place in self._edit.brackets:
                for block, top, height in lines:
                    if block.contains(place):
                        area = self._stretch(block, top, height, place, place + 1)
                        painter.fillRect(area, self._color("selection"))

    def _paint_guides(self, painter: QPainter, block: QTextBlock, top: float, height: float) -> None:
        """Thin lines at the levels of indentation."""
        text = block.text()
        depth = (len(text) - len(text.lstrip(" "))) // self._edit.tab_width
        if depth > 0 and text.strip():
            step = self._edit.fontMetrics().horizontalAdvance(" ") * self._edit.tab_width
            left = self._edit.contentOffset().x() + self._edit.document().documentMargin()
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
        x = self._edit.contentOffset().x() + layout.position().x()
        first = max(0, start - block.position())
        last = min(block.length() - 1, end - block.position())
        left = x + x_of(line, first)
        return QRectF(left, top, x + x_of(line, last) - left, height)

    def over(self, painter: QPainter, lines: list[Line]) -> None:
        """Paints waves under problems, stand-ins for rests of lines, and values behind lines."""
        for block, top, height in lines:
            for span in self._edit.problem_spans.between(block.position(), block.position() + block.length()):
                area = self._stretch(block, top, height, span.start, span.end)
                self._paint_wave(painter, area, self._edit.problems[span.key].severity)
            if self._edit.hides_text:
                self._paint_rests(painter, block, top, height)
            text = self._edit.inline_values.get(block.blockNumber() + 1, "")
            if text and self._edit.model.settings.flag("editor.inline_values"):
                self._paint_value(painter, block, top, height, text)

    def _paint_rests(self, painter: QPainter, block: QTextBlock, top: float, height: float) -> None:
        """Paints the stand-ins for rests of lines. One beyond the right edge is told there."""
        text = block.text()
        painter.setFont(self._edit.font())
        for column, length in self._edit.stand_ins.rests(text):
            start = block.position() + to_utf16(text, column)
            area, sign = self._stretch(block, top, height, start, start + 1), "…"
            if area.left() > self._edit.viewport().width():
                sign = f" … {length:,} characters not shown "
                width = painter.fontMetrics().horizontalAdvance(sign)
                area = QRectF(self._edit.viewport().width() - width, top, width, height)
            painter.fillRect(area, self._color("selection"))
            painter.setPen(self._color("text"))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, sign)

    def _paint_wave(self, painter: QPainter, area: QRectF, severity: str) -> None:
        wave = self._waves.get(severity)
        if wave is None or wave.devicePixelRatio() != self._edit.devicePixelRatioF():
            wave = self._waves[severity] = make_wave(self._color(severity), self._edit.devicePixelRatioF())
        width = max(area.width(), 2 * WAVE_WIDTH)
        top = area.top() + self._edit.fontMetrics().ascent() + 2
        painter.drawTiledPixmap(QRectF(area.left(), top, width, WAVE_HEIGHT), wave)

    def _paint_value(self, painter: QPainter, block: QTextBlock, top: float, height: float, text: str) -> None:
        end = self._stretch(block, top, height, block.position(), block.position() + block.length()).right()
        font = QFont(self._edit.font())
        font.setItalic(True)
        painter.setFont(font)
        painter.setPen(self._color("inline_value"))
        area = QRectF(
            end + self._edit.fontMetrics().horizontalAdvance("   "), top, self._edit.viewport().width(), height
        )
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
