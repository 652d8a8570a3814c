"""The palette: one field that finds commands, files, symbols and lines, over the top of the window."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Slot,
)
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListView,
    QMainWindow,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)

from studio.model.palette import palette_items
from studio.model.palette_item import PaletteItem
from studio.model.studio import StudioModel
from studio.model.workspace import FoundFiles
from studio.theming.icons import icons_of
from studio.window.menus import shown_keys

WIDTH = 640
ROWS_SHOWN = 13
ROW_HEIGHT = 28
HINT = "Search everything  ·  > commands  ·  @ symbols  ·  ~ runs  ·  : line"

Index = QModelIndex | QPersistentModelIndex


class _Rows(QAbstractListModel):
    """The rows that are offered."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.items: list[PaletteItem] = []

    def show(self, items: list[PaletteItem]) -> None:
        """Offers other rows."""
        self.beginResetModel()
        self.items = items
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """How many rows there are."""
        return 0 if parent.isValid() else len(self.items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The text of a row, for screen readers too."""
        item = self.items[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return " ".join(part for part in (item.title, item.detail, shown_keys(item.keys), item.refusal) if part)
        if role == Qt.ItemDataRole.ToolTipRole:
            return item.refusal or item.detail or None
        return None


class _RowPainter(QStyledItemDelegate):
    """Paints a row: icon, title with the letters that matched, detail, keys or why it cannot run."""

    def __init__(self, model: StudioModel, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """All rows are equally high."""
        return QSize(100, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paints one row."""
        rows = index.model()
        assert isinstance(rows, _Rows), "the palette has one kind of rows"
        item, theme = rows.items[index.row()], self._model.theme
        area = QRectF(option.rect)
        state = option.state
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, QColor(theme.color("selection")))
        color = QColor(theme.color("muted" if item.refusal or item.is_hint else "text"))
        if item.icon:
            icon = icons_of(self._model).icon(item.icon, "muted")
            icon.paint(painter, round(area.left()) + 9, round(area.top()) + (ROW_HEIGHT - 16) // 2, 16, 16)
        font = QFont(option.font)
        left = self._paint_title(painter, area.adjusted(34, 0, -10, 0), item, font, color)
        painter.setFont(font)
        painter.setPen(QColor(theme.color("muted")))
        right = item.refusal or shown_keys(item.keys) or item.keys
        above = rows.items[index.row() - 1].group if index.row() else ""
        if item.group and item.group != above:
            right = f"{right}    {item.group}" if right else item.group
            if index.row():
                painter.fillRect(QRectF(area.left(), area.top(), area.width(), 1), QColor(theme.color("border")))
        metrics = painter.fontMetrics()
        room = area.right() - 12 - left - 16
        right = metrics.elidedText(right, Qt.TextElideMode.ElideRight, max(0, int(room)))
        width = metrics.horizontalAdvance(right)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(area.adjusted(0, 0, -12, 0), middle | Qt.AlignmentFlag.AlignRight, right)
        detail = metrics.elidedText(item.detail, Qt.TextElideMode.ElideRight, max(0, int(room - width - 12)))
        painter.drawText(QRectF(left + 12, area.top(), room, area.height()), middle, detail)
        painter.restore()

    def _paint_title(self, painter: QPainter, area: QRectF, item: PaletteItem, font: QFont, color: QColor) -> float:
        """The title in pieces, those that matched in the accent's colour; gives where it ends."""
        left, found = area.left(), set(item.places)
        strong = QFont(font)
        strong.setWeight(QFont.Weight.DemiBold)
        start = 0
        while start < len(item.title):
            end = start + 1
            while end < len(item.title) and (end in found) == (start in found):
                end += 1
            hit = start in found
            painter.setFont(strong if hit else font)
            painter.setPen(QColor(self._model.theme.color("link")) if hit and not item.refusal else color)
            piece = item.title[start:end]
            painter.drawText(
                QRectF(left, area.top(), area.width(), area.height()), Qt.AlignmentFlag.AlignVCenter, piece
            )
            left += painter.fontMetrics().horizontalAdvance(piece)
            start = end
        return left


class PaletteView(QFrame):
    """The palette of a window; hidden until it is asked for."""

    def __init__(self, window: QMainWindow, model: StudioModel) -> None:
        super().__init__(window)
        self._window = window
        self._model = model
        self._files = FoundFiles()
        self.setProperty("role", "popup")
        self.setAccessibleName("Palette")
        self.field = QLineEdit(self)
        self.field.setAccessibleName("Search everything")
        self.field.setPlaceholderText(HINT)
        self.field.textChanged.connect(self._typed)
        self.field.installEventFilter(self)
        self._rows = _Rows(self)
        self._painter = _RowPainter(model, self)
        self.list = QListView(self)
        self.list.setModel(self._rows)
        self.list.setItemDelegate(self._painter)
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setAccessibleName("What was found")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.clicked.connect(lambda index: self._choose(index.row()))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        layout.addWidget(self.field)
        layout.addWidget(self.list)
        window.installEventFilter(self)
        self.hide()

    @property
    def items(self) -> list[PaletteItem]:
        """The rows that are offered."""
        return self._rows.items

    def open(self, prefix: str) -> None:
        """Shows the palette with the beginning of a search."""
        self._files = FoundFiles()
        folder = self._model.workspace.folder
        if folder is not None:
            self._model.files.find_files(folder, self._found_files)
        self.field.setText(prefix)
        self._typed(prefix)
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def _found_files(self, files: FoundFiles) -> None:
        self._files = files
        if self.isVisible():
            self._typed(self.field.text())

    @Slot(str)
    def _typed(self, text: str) -> None:
        items = palette_items(self._model, text, self._files)
        self._rows.show(items)
        if items:
            self.list.setCurrentIndex(self._rows.index(0))
        self._place(len(items))

    def _place(self, rows: int) -> None:
        width = min(WIDTH, self._window.width() - 40)
        height = 16 + self.field.sizeHint().height() + (6 + min(rows, ROWS_SHOWN) * ROW_HEIGHT + 2 if rows else 0)
        self.list.setVisible(rows > 0)
        top = self._window.menuBar().height() + 6
        self.setGeometry((self._window.width() - width) // 2, top, width, height)

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self._rows.items) and not self._rows.items[row].is_hint:
            item = self._rows.items[row]
            self.dismiss()
            item.run()

    def dismiss(self) -> None:
        """Hides the palette and gives the keyboard back to the code."""
        if self.isVisible():
            self.hide()
            if "view.editor" in self._model.commands:
                self._model.commands["view.editor"].run()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the field that move in the list; the window's size; the keyboard going elsewhere."""
        if watched is self._window and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place(len(self._rows.items))
        if watched is self.field:
            if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
                return self._key(event)
            if event.type() == QEvent.Type.FocusOut and not self.list.underMouse():
                self.hide()
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        row, last = self.list.currentIndex().row(), len(self._rows.items) - 1
        steps = {
            Qt.Key.Key_Down: row + 1 if row < last else 0,
            Qt.Key.Key_Up: row - 1 if row > 0 else last,
            Qt.Key.Key_PageDown: min(last, row + ROWS_SHOWN),
            Qt.Key.Key_PageUp: max(0, row - ROWS_SHOWN),
        }
        key = Qt.Key(event.key())
        if key in steps:
            self.list.setCurrentIndex(self._rows.index(max(0, steps[key])))
        elif key == Qt.Key.Key_Escape:
            self.dismiss()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(row)
        else:
            return False
        return True
