"""A table that does not choose a row by itself, and whose rows answer the mouse as a whole.

Qt makes the first row the current one when the keyboard focus comes to a table without a current row, as after a reset
or when a dialog closes. Where the current row is the playhead, that would move the playhead. Qt also marks the single
cell under the mouse, though a click means its row.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QSignalBlocker
from PySide6.QtGui import QFocusEvent, QHoverEvent
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from studio.theming.elide import elide_cell


class CalmTable(QTableView):
    """A table whose current row changes only when the user chooses one or the program sets it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hovered_row = -1
        """The row under the mouse; -1 if it is over none."""
        self.setItemDelegate(RowDelegate(self))

    def viewportEvent(self, event: QEvent) -> bool:
        """Notes the row under the mouse."""
        row = self.hovered_row
        if isinstance(event, QHoverEvent):
            row = -1 if event.type() == QEvent.Type.HoverLeave else self.rowAt(int(event.position().y()))
        elif event.type() == QEvent.Type.Leave:
            row = -1
        if row != self.hovered_row:
            self.hovered_row = row
            self.viewport().update()
        return super().viewportEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Takes the focus; no row becomes the current one by that."""
        if self.currentIndex().isValid():
            super().focusInEvent(event)
            return
        with QSignalBlocker(self.selectionModel()):
            super().focusInEvent(event)
            self.selectionModel().clearCurrentIndex()


class RowDelegate(QStyledItemDelegate):
    """Draws the row under the mouse as one that the mouse is over, and texts so that actors can be told apart."""

    def __init__(self, table: CalmTable) -> None:
        super().__init__(table)
        self._table = table

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """Says what a cell looks like."""
        super().initStyleOption(option, index)
        if index.row() == self._table.hovered_row:
            option.state |= QStyle.StateFlag.State_MouseOver
        elide_cell(option)
