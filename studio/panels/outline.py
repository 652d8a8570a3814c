"""The outline: what the file in front declares. It follows the cursor, and a click goes there."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from engine.api import Symbol
from studio.model.studio import StudioModel
from studio.panels.placeholder import Placeholder, disconnector
from studio.panels.registry import Panel, register_panel
from studio.theming.icons import icons_of
from studio.theming.tree_rows import remove_rows

_SYMBOL = Qt.ItemDataRole.UserRole
KIND_COLORS = {
    "actor": "syntax.actor",
    "agent": "syntax.actor",
    "function": "syntax.function",
    "struct": "syntax.type",
    "enum": "syntax.type",
    "state": "syntax.keyword",
    "handler": "syntax.function",
    "timer": "syntax.number",
    "expectation": "syntax.keyword",
    "variable": "syntax.keyword",
    "test": "success",
    "invariant": "success",
}


class OutlinePanel(QWidget):
    """A tree of symbols."""

    def __init__(self, model: StudioModel) -> None:
        super().__init__()
        self._model = model
        self._tree = QTreeWidget(self)
        self._tree.setColumnCount(2)
        self._tree.setHeaderHidden(True)
        self._tree.setIndentation(14)
        self._tree.header().setStretchLastSection(False)
        self._tree.viewport().installEventFilter(self)
        self._tree.setUniformRowHeights(True)
        self._tree.setExpandsOnDoubleClick(False)  # a click goes to the place; a second one must not fold it
        self._tree.setSelectionMode(QTreeWidget.SelectionMode.ExtendedSelection)
        self._tree.setAccessibleName("Outline of the file")
        self._tree.itemClicked.connect(self._go)
        self._tree.itemActivated.connect(self._go)
        self._empty = Placeholder("Open a program, and its actors and functions appear here.", self._tree)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._tree)
        self.setFocusProxy(self._tree)
        self._shown: tuple[Symbol, ...] | None = None
        connections = [
            model.documents.active_changed.connect(self._changed),
            model.documents.changed.connect(lambda _: self._changed()),
            model.theme.changed.connect(self._rebuild),
        ]
        self._cursor: Callable[[], None] = _nothing
        self.destroyed.connect(disconnector([*connections, lambda: self._cursor()]))
        self._changed()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follows the width of the list."""
        if event.type() == QEvent.Type.Resize:
            self._fit_names()
        return super().eventFilter(watched, event)

    def _fit_names(self) -> None:
        """The names as wide as the longest of them, or as the list; the rest is for details. Both are cut there."""
        self._tree.resizeColumnToContents(0)
        width, least = self._tree.viewport().width(), self._tree.header().minimumSectionSize()
        names = min(self._tree.columnWidth(0), width - least)
        self._tree.setColumnWidth(0, names)
        self._tree.setColumnWidth(1, width - names)

    def _changed(self) -> None:
        document = self._model.documents.active
        outline = document.analysis.outline if document is not None else ()
        self._cursor()
        self._cursor = document.cursor_moved.connect(self._follow) if document is not None else _nothing
        if outline != self._shown:
            self._shown = outline
            self._rebuild()
        self._follow()

    def _rebuild(self) -> None:
        remove_rows(self._tree)
        for symbol in self._shown or ():
            self._tree.addTopLevelItem(self._item(symbol))
        self._tree.expandAll()
        self._fit_names()
        self._empty.setVisible(not self._shown)

    def _item(self, symbol: Symbol) -> QTreeWidgetItem:
        item = QTreeWidgetItem([symbol.name, symbol.detail])
        item.setData(0, _SYMBOL, symbol)
        item.setToolTip(0, f"{symbol.kind} {symbol.name} {symbol.detail}".strip())
        item.setIcon(0, icons_of(self._model).icon(symbol.kind, KIND_COLORS.get(symbol.kind, "text")))
        item.setForeground(1, QColor(self._model.theme.color("muted")))
        item.addChildren([self._item(child) for child in symbol.children])
        return item

    def _follow(self) -> None:
        """Selects the innermost symbol around the cursor."""
        document = self._model.documents.active
        found: QTreeWidgetItem | None = None
        if document is not None:
            line = document.cursor.line
            level = [self._tree.topLevelItem(i) for i in range(self._tree.topLevelItemCount())]
            while level:
                inner = next((item for item in level if item is not None and _covers(item, line)), None)
                if inner is None:
                    break
                found = inner
                level = [inner.child(i) for i in range(inner.childCount())]
        if found is not self._tree.currentItem():
            self._tree.setCurrentItem(found) if found is not None else self._tree.clearSelection()

    @Slot(QTreeWidgetItem)
    def _go(self, item: QTreeWidgetItem) -> None:
        symbol = item.data(0, _SYMBOL)
        self._model.documents.reveal(symbol.range.line, symbol.range.column)


def _nothing() -> None:
    """The connection of an outline without a file."""


def _covers(item: QTreeWidgetItem, line: int) -> bool:
    symbol: Symbol = item.data(0, _SYMBOL)
    return symbol.range.line <= line <= symbol.range.end_line


OUTLINE = register_panel(Panel("outline", "Outline", "outline", "left", 1, OutlinePanel))
