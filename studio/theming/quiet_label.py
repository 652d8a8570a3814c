"""A label whose text may change at every frame: it keeps its size, so that nothing around it is laid out again.

(``QLabel.setText`` asks for a new layout of the whole window each time, also when nothing would move.)
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAccessible, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from studio.theming.elide import elided


class QuietLabel(QLabel):
    """One line of text, shortened where there is no room. ``width_hint`` is how wide it likes to be."""

    def __init__(self, parent: QWidget | None = None, width_hint: int = 60) -> None:
        super().__init__(parent)
        self._shown = ""
        self._width_hint = width_hint
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def shown(self) -> str:
        """The text."""
        return self._shown

    def show_text(self, text: str) -> None:
        """Shows another text."""
        if text != self._shown:
            self._shown = text
            self.update()
            if QAccessible.isActive():
                self.setAccessibleName(text)

    def sizeHint(self) -> QSize:
        """The same whatever the text."""
        return QSize(self._width_hint, self.fontMetrics().height() + 2)

    def minimumSizeHint(self) -> QSize:
        """It can be as narrow as it must."""
        return QSize(20, self.fontMetrics().height() + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the text in the colour that the style sheet gives to labels."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        text = elided(self._shown, self.fontMetrics(), self.width())
        painter.drawText(self.rect(), self.alignment() | Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()
