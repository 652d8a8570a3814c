"""A table that does not choose a row by itself.

Qt makes the first row the current one when the keyboard focus comes to a table without a current row, as after a reset
or when a dialog closes. Where the current row is the playhead, that would move the playhead.
"""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QTableView


class CalmTable(QTableView):
    """A table whose current row changes only when the user chooses one or the program sets it."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Takes the focus; no row becomes the current one by that."""
        if self.currentIndex().isValid():
            super().focusInEvent(event)
            return
        with QSignalBlocker(self.selectionModel()):
            super().focusInEvent(event)
            self.selectionModel().clearCurrentIndex()
