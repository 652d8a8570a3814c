"""The tree of the inspector: rows below a value are made when it is opened, and what was open stays open."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath
from PySide6.QtWidgets import (
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from studio.model.inspector import Row, Section
from studio.model.studio import StudioModel
from studio.model.theme import ThemeModel
from studio.theming.elide import elide_cell, elided
from studio.theming.fonts import code_font
from studio.theming.tree_rows import remove_rows

ROW = int(Qt.ItemDataRole.UserRole)
CHANGED = ROW + 1
PENDING = ROW + 2
NOTE = ROW + 3
ARROW = "→"
NAME_WIDTH = 96
"""The column of names is as wide as its names, from so many pixels up to a share of the view."""
NAME_SHARE = 0.6
NAME_MARGINS = 18


class ValueTree(QTreeWidget):
    """Sections of rows: name and value; the type and a long value in full are in the tooltip."""

    def __init__(self, model: StudioModel, go_to: Callable[[int], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = model.theme
        self._go_to = go_to
        self._code = code_font(model.settings)
        self._open: dict[str, bool] = {}
        self._filling = False
        self.setColumnCount(2)
        self.setHeaderLabels([self.tr("Name"), self.tr("Value")])
        self.setAccessibleName(self.tr("Values at the playhead"))
        self.setUniformRowHeights(True)
        self.setSelectionMode(QTreeWidget.SelectionMode.ExtendedSelection)
        self.setIndentation(12)
        self.setItemDelegate(_ChangeDelegate(model.theme, self))
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.resizeSection(0, NAME_WIDTH)
        self.itemExpanded.connect(self._on_expanded)
        self.itemCollapsed.connect(self._on_collapsed)
        self.itemActivated.connect(self._on_activated)

    def show_sections(self, sections: tuple[Section, ...]) -> None:
        """Shows other values; what was open and selected stays so."""
        self._filling = True
        current = self.currentItem()
        key = current.data(0, ROW).key if current is not None and current.data(0, ROW) is not None else ""
        offset = self.verticalScrollBar().value()
        remove_rows(self)
        for section in sections:
            item = QTreeWidgetItem([section.title])
            item.setData(0, ROW, Row(section.key, section.title, section.note))
            item.setData(0, NOTE, section.note)
            item.setData(0, int(Qt.ItemDataRole.AccessibleTextRole), f"{section.title}: {section.note}")
            item.setToolTip(0, section.note)
            font = QFont(self.font())
            font.setBold(True)
            item.setFont(0, font)
            self.addTopLevelItem(item)
            item.setFirstColumnSpanned(True)
            for row in section.rows:
                self._add(item, row)
            item.setExpanded(self._open.get(section.key, True))
            self._make_room(item)
        self._select(key)
        self.verticalScrollBar().setValue(offset)
        self._filling = False

    def _add(self, parent: QTreeWidgetItem, row: Row) -> None:
        text = f"{row.before} {ARROW} {row.text}" if row.before is not None else row.text
        item = QTreeWidgetItem([row.label, text])
        item.setData(0, ROW, row)
        item.setData(1, CHANGED, row.before is not None)
        item.setFont(1, self._code)
        for column in (0, 1):
            item.setToolTip(column, row.tip)
        if row.before is not None:
            item.setData(
                1,
                int(Qt.ItemDataRole.AccessibleTextRole),
                f"{self.tr('changed from')} {row.before} {self.tr('to')} {row.text}",
            )
        parent.addChild(item)
        if row.has_parts:
            item.setChildIndicatorPolicy(QTreeWidgetItem.ChildIndicatorPolicy.ShowIndicator)
            item.setData(0, PENDING, True)
            if self._open.get(row.key, False):
                self._fill(item)
                item.setExpanded(True)

    def _fill(self, item: QTreeWidgetItem) -> None:
        if item.data(0, PENDING):
            item.setData(0, PENDING, None)
            for part in item.data(0, ROW).parts():
                self._add(item, part)
            self._make_room(item)

    def _make_room(self, item: QTreeWidgetItem) -> None:
        """Widens the column of names, so that the deeper ones and their arrows stay in view."""
        depth, above = 1, item.parent()
        while above is not None:
            depth, above = depth + 1, above.parent()
        children = (item.child(i) for i in range(min(item.childCount(), 50)))
        labels = (child.text(0) for child in children if child is not None)
        widest = max((self.fontMetrics().horizontalAdvance(label) for label in labels), default=0)
        wanted = (depth + 1) * self.indentation() + widest + NAME_MARGINS
        if wanted > self.columnWidth(0):
            self.setColumnWidth(0, max(min(wanted, round(self.viewport().width() * NAME_SHARE)), NAME_WIDTH))

    def _select(self, key: str) -> None:
        """Selects the row with a key again."""
        waiting = [self.topLevelItem(i) for i in range(self.topLevelItemCount())]
        while waiting:
            item = waiting.pop()
            if item is None:
                continue
            if item.data(0, ROW).key == key:
                self.setCurrentItem(item)
                return
            waiting.extend(item.child(i) for i in range(item.childCount()))

    def _on_expanded(self, item: QTreeWidgetItem) -> None:
        self._fill(item)
        if not self._filling:
            self._open[item.data(0, ROW).key] = True

    def _on_collapsed(self, item: QTreeWidgetItem) -> None:
        if not self._filling:
            self._open[item.data(0, ROW).key] = False

    def _on_activated(self, item: QTreeWidgetItem) -> None:
        event = item.data(0, ROW).event
        if event is not None:
            self._go_to(event)


class _ChangeDelegate(QStyledItemDelegate):
    """Marks changed values: a bar at the left and a tint, beside the arrow in the text."""

    def __init__(self, theme: ThemeModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """Shortens values so that actors can be told apart, and names in their middle."""
        super().initStyleOption(option, index)
        if index.column() == 0:
            option.textElideMode = Qt.TextElideMode.ElideMiddle
        else:
            elide_cell(option)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paints the mark below the text."""
        if index.column() == 1 and index.data(CHANGED):
            rect = QRectF(option.rect).adjusted(1, 1, -2, -1)
            path = QPainterPath()
            path.addRoundedRect(rect, 3, 3)
            tint = QColor(self._theme.color("accent"))
            tint.setAlpha(34)
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillPath(path, tint)
            painter.fillRect(QRectF(rect.left(), rect.top(), 3, rect.height()), QColor(self._theme.color("accent")))
            painter.restore()
        super().paint(painter, option, index)
        note = index.data(NOTE)
        if note:
            title = option.fontMetrics.horizontalAdvance(str(index.data())) + 26  # bold, and its margins
            rect = QRectF(option.rect).adjusted(title, 0, -6, 0)
            painter.save()
            painter.setPen(QColor(self._theme.color("muted")))
            text = elided(str(note), option.fontMetrics, rect.width())
            painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
            painter.restore()
