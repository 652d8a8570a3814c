"""The events table for Qt: rows are made when they are looked at, texts of arguments asked for when they are seen."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from engine.api import FLAG_FAULT, OUTSIDE
from studio.model.events_table import COLUMNS, EventFilter, EventRows, kind_of
from studio.model.figures import grouped
from studio.model.studio import StudioModel

Index = QModelIndex | QPersistentModelIndex
NUMBER, TICK, ACTOR, MESSAGE, FROM, KIND, SENDS = range(7)


class EventsModel(QAbstractTableModel):
    """The rows that the filter finds. ``catch_up`` tells Qt of rows that came since."""

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
        self._reset()

    def catch_up(self) -> bool:
        """Takes in events that came; whether nothing is left."""
        if self._rows.store is not self._run.events:
            self._reset()
        self._rows.extend()
        count = len(self._rows)
        if count > self._told:
            self.beginInsertRows(QModelIndex(), self._told, count - 1)
            self._told = count
            self.endInsertRows()
        return self._rows.complete

    def _reset(self) -> None:
        self.beginResetModel()
        self._rows = EventRows(self._run.events, self._filter)
        self._rows.extend()
        self._told = len(self._rows)
        self.endResetModel()

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
        return self.tr(COLUMNS[section]) if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What a cell shows."""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            right = index.column() in (NUMBER, TICK, SENDS)
            side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ForegroundRole, Qt.ItemDataRole.FontRole):
            return None
        n = self._rows.event_at(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(n, index.column())
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._color(n, index.column())
        if index.column() == ACTOR and n == self._run.playhead - 1:
            font = QFont()
            font.setBold(True)
            return font
        return None

    def _text(self, n: int, column: int) -> str:
        row = self._run.events.row(n)
        cast = self._run.events.cast
        match column:
            case 0:
                return grouped(n + 1)
            case 1:
                return grouped(row.tick)
            case 2:
                return cast.name(row.actor)
            case 3:
                return self._run.text_of(n) or self._run.program.message(row.type)
            case 4:
                return "" if row.sender == OUTSIDE and not n else cast.name(row.sender)
            case 5:
                return kind_of(row.flags)
        return str(row.sends) if row.sends else ""

    def _color(self, n: int, column: int) -> QColor | None:
        theme = self._model.theme
        if n >= self._run.playhead:
            return QColor(theme.color("muted"))
        row = self._run.events.row(n)
        if row.flags & FLAG_FAULT and column in (MESSAGE, KIND):
            return QColor(theme.color("error"))
        if column in (NUMBER, TICK, FROM, SENDS, KIND):
            return QColor(theme.color("muted"))
        return None
