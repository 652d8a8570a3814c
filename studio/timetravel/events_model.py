"""The events table for Qt: rows are made when they are looked at, texts of arguments asked for when they are seen."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from engine.api import FLAG_FAULT
from studio.model.event_store import EventRow
from studio.model.events_table import (
    ACTOR,
    COLUMNS,
    FROM,
    KIND,
    MESSAGE,
    NUMBER,
    SENDS,
    TICK,
    EventFilter,
    EventRows,
)
from studio.model.studio import StudioModel

Index = QModelIndex | QPersistentModelIndex


class EventsModel(QAbstractTableModel):
    """The rows that the filter finds in one store. ``catch_up`` tells Qt of rows that came since; ``reset`` is to be
    called as soon as another store is shown."""

    def __init__(self, model: StudioModel) -> None:
        super().__init__()
        self._model = model
        self._run = model.run
        self._filter = EventFilter()
        self._rows = EventRows(self._run.events, self._filter)
        self._told = 0

    def set_filter(self, text: str) -> None:
        """Shows other rows."""
        self._filter = EventFilter.parse(text)
        self.reset()

    def catch_up(self) -> bool:
        """Takes in events that came; whether nothing is left."""
        self._rows.extend()
        count = len(self._rows)
        if count > self._told:
            self.beginInsertRows(QModelIndex(), self._told, count - 1)
            self._told = count
            self.endInsertRows()
        return self._rows.complete

    def reset(self) -> None:
        """Shows the store of the open run, from the beginning."""
        self.beginResetModel()
        self._rows = EventRows(self._run.events, self._filter)
        self._rows.extend()
        self._told = len(self._rows)
        self.endResetModel()

    def event_in(self, row: int) -> EventRow:
        """The event in a row."""
        return self._rows.event(row)

    def event_at(self, row: int) -> int:
        """The number of the event in a row."""
        return self._rows.event_at(row)

    def row_of(self, n: int) -> int:
        """The row of an event, or of the last one before it; -1 if there is none."""
        return min(self._rows.row_of(n), self._told - 1)

    def want_texts(self, first: int, last: int) -> None:
        """Asks for the arguments of the rows that are seen."""
        last = min(last, self._told - 1)
        self._run.want_texts([self._rows.event_at(row) for row in range(max(first, 0), last + 1)])

    # --- for Qt -----------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - the signature is Qt's
        """How many rows Qt has been told of."""
        return 0 if parent.isValid() else self._told

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Always the same."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The names of the columns."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and section in (NUMBER, TICK, SENDS):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole and section == SENDS:
            return self.tr("Messages that the turn sent, and timers that it set")
        return self.tr(COLUMNS[section]) if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What a cell shows."""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            right = index.column() in (NUMBER, TICK, SENDS)
            side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ForegroundRole, Qt.ItemDataRole.FontRole):
            return None
        row = index.row()
        if row >= self._told:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._rows.cell(row, index.column(), self._run.text_of(self._rows.event_at(row)))
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._color(self._rows.event(row), index.column())
        if index.column() == ACTOR and self._rows.event_at(row) == self._run.playhead - 1:
            font = QFont()
            font.setBold(True)
            return font
        return None

    def _color(self, event: EventRow, column: int) -> QColor | None:
        theme = self._model.theme
        if event.n >= self._run.playhead:
            return QColor(theme.color("muted"))
        if event.flags & FLAG_FAULT and column in (MESSAGE, KIND):
            return QColor(theme.color("error"))
        if column in (NUMBER, TICK, FROM, SENDS, KIND):
            return QColor(theme.color("muted"))
        return None
