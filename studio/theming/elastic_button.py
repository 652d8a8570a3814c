"""A button that gives up room where there is little: it cuts its text instead of leaving the window."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QStyle, QStyleOptionToolButton, QStylePainter, QToolButton

AROUND_TEXT = 44
"""Icon and margins."""


class ElasticButton(QToolButton):
    """A tool button as wide as its text where there is room, and never narrower than ``least`` pixels."""

    def __init__(self, least: int) -> None:
        super().__init__()
        self._least = least
        self._liked = 0
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def like(self, width: int) -> None:
        """Takes this much room if it is there."""
        self._liked = width
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Room for the whole text."""
        whole = super().sizeHint()
        return QSize(max(whole.width(), self._liked), whole.height())

    def minimumSizeHint(self) -> QSize:
        """Room for an icon and the beginning of the text."""
        return QSize(min(self._least, self.sizeHint().width()), super().sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the button with the text as it fits in."""
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        if self.width() < super().sizeHint().width():
            room = self.width() - AROUND_TEXT
            option.text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)
        painter.end()
