"""What an empty list says instead of nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QAbstractScrollArea, QLabel


class Placeholder(QLabel):
    """A sentence in the middle of a list that has no rows."""

    def __init__(self, text: str, area: QAbstractScrollArea) -> None:
        super().__init__(text, area.viewport())
        self._area = area
        self.setProperty("role", "muted")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWordWrap(True)
        self.setMargin(16)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        area.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follows the size of the list."""
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._area.viewport().rect())
        return super().eventFilter(watched, event)


def disconnector(connections: Sequence[Callable[[], None]]) -> Callable[[], None]:
    """What a view that goes away does: it no longer listens to the models."""

    def disconnect() -> None:
        for end in connections:
            end()

    return disconnect
