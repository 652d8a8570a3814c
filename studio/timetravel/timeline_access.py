"""The timeline for screen readers: a slider whose value is the moment in words.

Qt asks a factory for the interface of a widget; the interfaces are kept here, because Qt does not own them.
"""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget

from studio.timetravel.timeline_view import TimelineView

_interfaces: dict[int, QAccessibleInterface] = {}


class TimelineAccess(QAccessibleWidget):
    """A timeline as a slider."""

    def __init__(self, view: TimelineView) -> None:
        super().__init__(view, QAccessible.Role.Slider)
        self._view = view

    def text(self, kind: QAccessible.Text) -> str:
        """The moment in words as its value."""
        if kind == QAccessible.Text.Value:
            return self._view.moment_in_words()
        return super().text(kind)


def _make(key: str, target: QObject) -> QAccessibleInterface | None:
    if not isinstance(target, TimelineView):
        return None
    number = id(target)
    _interfaces[number] = TimelineAccess(target)
    target.destroyed.connect(lambda: _interfaces.pop(number, None))
    return _interfaces[number]


def install_timeline_access() -> None:
    """Tells Qt; once per process."""
    QAccessible.installFactory(_make)
