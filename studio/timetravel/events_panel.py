"""The panel of the events table: the timeline as text, with a filter."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QHideEvent, QPainter, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
)
from PySide6.QtWidgets import QWidget as Widget

from studio.model.events_table import MESSAGE
from studio.model.figures import grouped
from studio.model.signal import ending
from studio.model.studio import StudioModel
from studio.panels.placeholder import Placeholder
from studio.panels.registry import Panel, register_panel
from studio.theming.calm_table import CalmTable, RowDelegate
from studio.theming.quiet_label import QuietLabel
from studio.theming.refresh import Refresh
from studio.timetravel.events_model import EventsModel

FRAME_MS = 33
WIDTHS = (84, 84, 150, 340, 150, 110, 60)


class EventsPanel(Widget):
    """A table of all events; its current row is the playhead."""

    def __init__(self, model: StudioModel) -> None:
        super().__init__()
        self._model = model
        self._run = model.run
        self._events = EventsModel(model)
        self._following = False
        self.filter = QLineEdit(self)
        self._show_hint()
        self.filter.setClearButtonEnabled(True)
        self.filter.setAccessibleName(self.tr("Filter of events"))
        self.filter.textChanged.connect(self._on_filter)
        self._count = QuietLabel(self, 170)
        self._count.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._count.setFixedWidth(170)
        self._count.setProperty("role", "muted")
        self.table = self._make_table()
        self._empty = Placeholder("", self.table)
        row = QHBoxLayout()
        row.setContentsMargins(8, 4, 8, 4)
        row.addWidget(self.filter, 1)
        row.addSpacing(8)
        row.addWidget(self._count)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(row)
        layout.addWidget(self.table, 1)
        self.setFocusProxy(self.table)
        self._timer = Refresh(self, self._run, self._catch_up, FRAME_MS)
        self.destroyed.connect(
            ending(
                self._run.store_changed.connect(self._restart),
                self._run.events_added.connect(lambda first, count: self._wake()),
                self._run.playhead_moved.connect(lambda n: self._wake()),
                self._run.texts_changed.connect(lambda: self.table.viewport().update()),
                model.theme.changed.connect(lambda: self.table.viewport().update()),
            )
        )

    def _make_table(self) -> QTableView:
        table = CalmTable(self)
        table.setModel(self._events)
        table.setAccessibleName(self.tr("Events"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        rows = table.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(table.fontMetrics().height() + 8)
        columns = table.horizontalHeader()
        columns.setHighlightSections(False)
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column, width in enumerate(WIDTHS):
            table.setColumnWidth(column, width)
        columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        columns.setSectionResizeMode(MESSAGE, QHeaderView.ResizeMode.Stretch)
        table.setItemDelegate(_PlayheadDelegate(self._events, self._model, table))
        table.selectionModel().currentRowChanged.connect(self._on_current)
        table.clicked.connect(self._go_to)
        table.activated.connect(self._go_to)
        table.doubleClicked.connect(self._on_double_click)
        table.verticalScrollBar().valueChanged.connect(self._wake)
        return table

    def _on_filter(self, text: str) -> None:
        self._events.set_filter(text)
        self._wake()

    def _on_current(self, current: QModelIndex, previous: QModelIndex) -> None:
        if not self._following:
            self._go_to(current)

    def _go_to(self, index: QModelIndex) -> None:
        """Moves to the event of a row; a click on the row that is current already means it too."""
        if not index.isValid():
            return
        n = self._events.event_at(index.row())
        if self._run.playhead != n + 1 or self._run.selected_actor != self._run.events.row(n).actor:
            self._run.show_event(n)

    def _on_double_click(self, index: QModelIndex) -> None:
        handler = self._run.program.handler(self._events.event_in(index.row()).type)
        if handler is not None and handler.line:
            self._model.show_place(handler.file, handler.line)

    # --- following the run ------------------------------------------------------------------------

    def _restart(self) -> None:
        """Another run or branch is shown: the rows of the one before go at once."""
        self._following = True
        self._events.reset()
        self._following = False
        self._wake()

    def _wake(self) -> None:
        if self.isVisible():
            self._timer.later()

    def showEvent(self, event: QShowEvent) -> None:
        """Catches up with what happened while hidden."""
        super().showEvent(event)
        self._catch_up()

    def hideEvent(self, event: QHideEvent) -> None:
        """Hidden, it does nothing."""
        self._timer.stop()
        super().hideEvent(event)

    def _show_hint(self) -> None:
        """What can be typed into the filter, with names that the program has."""
        program, cast = self._run.program, self._run.events.cast
        names = [next((h.name for h in program.handlers if h.kind == "message"), "")]
        names += [cast.name(1)] if cast.count > 1 else []
        names += [f"from:{kind.name}" for kind in program.types if kind.name != "main"][:1]
        hint = ", ".join([name for name in names if name] + ["tick:120", "is:fault"])
        self.filter.setPlaceholderText(f"{self.tr('Filter:')} {hint}")

    def _catch_up(self) -> None:
        self._following = True
        complete = self._events.catch_up()
        self._follow()
        self._following = False
        self._show_hint()
        found, total = self._events.rowCount(), self._run.total
        self._empty.setVisible(not found)
        self._empty.setText(
            self.tr("No event matches the filter.")
            if total
            else self.tr("Run a program, and every message that an actor handles appears here as a row.")
        )
        self._count.show_text(
            grouped(total) if found == total else f"{grouped(found)} {self.tr('of')} {grouped(total)}"
        )
        top = self.table.rowAt(0)
        if top >= 0:
            bottom = self.table.rowAt(self.table.viewport().height() - 1)
            self._events.want_texts(top, bottom if bottom >= 0 else self._events.rowCount() - 1)
        self.table.viewport().update()
        if not complete:
            self._wake()

    def _follow(self) -> None:
        """Makes the row of the playhead the current one, and selects it if it is that very event.

        Where the filter leaves the event out, the row before it is only where the keyboard goes on from.
        """
        row = self._events.row_of(self._run.playhead - 1) if self._run.playhead else -1
        selection = self.table.selectionModel()
        if row < 0:
            selection.clear()
            return
        index = self._events.index(row, MESSAGE)
        exact = self._events.event_at(row) == self._run.playhead - 1
        if selection.currentIndex().row() != row or selection.isRowSelected(row) != exact:
            flags = QItemSelectionModel.SelectionFlag
            selection.setCurrentIndex(index, flags.ClearAndSelect | flags.Rows if exact else flags.Clear)
            column = self.table.horizontalScrollBar().value()
            self.table.scrollTo(index, QAbstractItemView.ScrollHint.EnsureVisible)
            self.table.horizontalScrollBar().setValue(column)


class _PlayheadDelegate(RowDelegate):
    """Draws the playhead as a line between two rows where the filter leaves its event out."""

    def __init__(self, events: EventsModel, model: StudioModel, table: CalmTable) -> None:
        super().__init__(table)
        self._events = events
        self._model = model

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paints a cell, and the line below it."""
        super().paint(painter, option, index)
        playhead = self._model.run.playhead
        if self._events.event_at(index.row()) != playhead - 1 and self._events.row_of(playhead - 1) == index.row():
            rect = QRect(option.rect)
            color = QColor(self._model.theme.color("accent"))
            painter.fillRect(rect.left(), rect.bottom() - 1, rect.width(), 2, color)


EVENTS = register_panel(Panel("events", "Events", "events", "bottom", 1, EventsPanel))
