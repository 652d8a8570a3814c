"""The output: everything rendered, line by line. A click moves the playhead there; what comes later is dimmed."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont, QHideEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QVBoxLayout, QWidget

from studio.model.figures import grouped
from studio.model.output_lines import OutputLine, OutputLines, made_at
from studio.model.signal import ending
from studio.model.studio import StudioModel
from studio.panels.placeholder import Placeholder
from studio.panels.registry import Panel, register_panel
from studio.theming.calm_table import CalmTable
from studio.theming.fonts import code_font
from studio.theming.icons import icons_of
from studio.theming.refresh import Refresh

Index = QModelIndex | QPersistentModelIndex
TICK, WHO, SIGN, TEXT = range(4)
HEADS = ("Tick", "Actor", "", "Output")
ICONS = {"fault": ("error", "error"), "state": ("state", "muted"), "timeline": ("timeline-lane", "muted")}
FRAME_MS = 33


class OutputModel(QAbstractTableModel):
    """The lines for Qt."""

    def __init__(self, model: StudioModel) -> None:
        super().__init__()
        self._model = model
        self._run = model.run
        self._lines = OutputLines(model.run.events)
        self._of: object = None
        self._code = code_font(model.settings)

    def catch_up(self) -> None:
        """Takes in what was rendered since, or starts over for other outputs."""
        outputs = self._run.outputs
        is_other = self._of is not outputs or self._lines.store is not self._run.events
        if is_other or len(outputs) < self._lines.output_count:
            self.beginResetModel()
            self._of = outputs
            self._lines = OutputLines(self._run.events)
            self._lines.extend(outputs)
            self.endResetModel()
            return
        fresh = outputs[self._lines.output_count :]
        if fresh:
            more = OutputLines(self._run.events)
            more.extend(fresh)
            first = len(self._lines)
            self.beginInsertRows(QModelIndex(), first, first + len(more) - 1)
            self._lines.extend(fresh)
            self.endInsertRows()

    def line(self, row: int) -> OutputLine:
        """A line by its row."""
        return self._lines.line(row)

    def is_made(self, line: OutputLine) -> bool:
        """Whether a line is there at the playhead's moment."""
        return made_at(line.output, self._lines.store) <= self._run.playhead

    def last_before(self, moment: int) -> int:
        """The row of the last line that is rendered at a moment; -1 if nothing is yet."""
        return self._lines.first_after(moment) - 1

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - the signature is Qt's
        """One row per line."""
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Tick, actor, text."""
        return 0 if parent.isValid() else len(HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The names of the columns."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and section == TICK:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return self.tr(HEADS[section]) if role == Qt.ItemDataRole.DisplayRole and HEADS[section] else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What a cell shows."""
        line = self._lines.line(index.row())
        column = index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.ToolTipRole:
                return self._text(line, column)
            case Qt.ItemDataRole.ForegroundRole:
                return self._color(line, column)
            case Qt.ItemDataRole.FontRole:
                return self._font(line) if column == TEXT else None
            case Qt.ItemDataRole.DecorationRole:
                icon = ICONS.get(line.kind)
                return icons_of(self._model).icon(*icon) if icon and column == SIGN and not line.part else None
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if column == TICK else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def _text(self, line: OutputLine, column: int) -> str:
        if column == TEXT:
            return f"{line.label.ljust(line.label_width)}   {line.text}" if line.label else line.text
        if line.part or column == SIGN:
            return ""
        return grouped(line.output.tick) if column == TICK else self._lines.store.cast.name(line.output.actor)

    def _color(self, line: OutputLine, column: int) -> QColor | None:
        theme = self._model.theme
        if column != TEXT or not self.is_made(line):
            return QColor(theme.color("muted"))
        return QColor(theme.color("error")) if line.kind == "fault" else None

    def _font(self, line: OutputLine) -> QFont:
        """What the program wrote is code; what comes after the playhead is also slanted, not only paler."""
        font = QFont(self._code)
        font.setItalic(not self.is_made(line))
        return font


class OutputPanel(QWidget):
    """The list of outputs."""

    def __init__(self, model: StudioModel) -> None:
        super().__init__()
        self._model = model
        self._run = model.run
        self._lines = OutputModel(model)
        self._following = False
        self.table = self._make_table()
        self._empty = Placeholder("Run a program, and what it renders appears here.", self.table)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table)
        self.setFocusProxy(self.table)
        self._timer = Refresh(self, self._run, self._catch_up, FRAME_MS)
        self.destroyed.connect(
            ending(
                self._run.store_changed.connect(self._restart),
                self._run.outputs_changed.connect(self._wake),
                self._run.playhead_moved.connect(lambda n: self._wake()),
                model.theme.changed.connect(self._wake),
            )
        )

    def _make_table(self) -> QTableView:
        table = CalmTable(self)
        table.setModel(self._lines)
        table.setAccessibleName(self.tr("Output"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        rows = table.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(table.fontMetrics().height() + 7)
        columns = table.horizontalHeader()
        columns.setHighlightSections(False)
        columns.setStretchLastSection(True)
        columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        table.setColumnWidth(TICK, 84)
        table.setColumnWidth(WHO, 140)
        columns.setMinimumSectionSize(24)
        table.setColumnWidth(SIGN, 26)
        table.selectionModel().currentRowChanged.connect(self._on_current)
        table.clicked.connect(self._go_to)
        table.activated.connect(self._go_to)
        table.doubleClicked.connect(self._on_double_click)
        return table

    def _on_current(self, current: QModelIndex, previous: QModelIndex) -> None:
        if not self._following:
            self._go_to(current)

    def _go_to(self, index: QModelIndex) -> None:
        """Moves to the moment from which a line is there; a click on the line that is current already means it too."""
        if not index.isValid():
            return
        output = self._lines.line(index.row()).output
        if output.kind == "state":
            self._run.seek(made_at(output, self._run.events), remember=True)
        elif self._run.playhead != output.n + 1:
            self._run.show_event(output.n)

    def _on_double_click(self, index: QModelIndex) -> None:
        """Shows the line of a fault, or the handler that rendered, in the editor."""
        output = self._lines.line(index.row()).output
        if output.fault is not None and output.fault.line:
            self._model.show_place(output.fault.file, output.fault.line)
        elif output.n < self._run.total:
            handler = self._run.program.handler(self._run.events.row(output.n).type)
            if handler is not None and handler.line:
                self._model.show_place(handler.file, handler.line)

    def _restart(self) -> None:
        """Another run or branch is shown: the lines of the one before go at once."""
        self._following = True
        self._lines.catch_up()
        self._following = False
        self._wake()

    def _wake(self) -> None:
        if self.isVisible():
            self._timer.later()

    def showEvent(self, event: QShowEvent) -> None:
        """Catches up with what happened while hidden."""
        super().showEvent(event)
        self._catch_up()
        self._reveal()

    def hideEvent(self, event: QHideEvent) -> None:
        """Hidden, it does nothing."""
        self._timer.stop()
        super().hideEvent(event)

    def _catch_up(self) -> None:
        self._following = True
        self._lines.catch_up()
        self._empty.setVisible(not self._lines.rowCount())
        row = self._lines.last_before(self._run.playhead)
        if row >= 0:
            index = self._lines.index(row, TEXT)
            current = self.table.currentIndex().row()
            if current < 0 or self._lines.line(current).output is not self._lines.line(row).output:
                self.table.selectRow(row)
                self.table.scrollTo(index, QAbstractItemView.ScrollHint.EnsureVisible)
        elif self.table.currentIndex().isValid():
            self.table.selectionModel().clear()
            self._reveal()
        self._following = False
        self.table.viewport().update()

    def _reveal(self) -> None:
        """Scrolls to the last line that is there at the playhead's moment, or before the first line."""
        row = self._lines.last_before(self._run.playhead)
        if row >= 0:
            self.table.scrollTo(self._lines.index(row, TEXT), QAbstractItemView.ScrollHint.EnsureVisible)
        else:
            self.table.scrollToTop()


OUTPUT = register_panel(Panel("output", "Output", "output", "bottom", 2, OutputPanel))
