"""What editing commands act on: the field, text, table or tree that has the keyboard, never the program behind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTableView,
    QTextEdit,
    QTreeView,
    QWidget,
)

from studio.editor.code_edit import CodeEdit
from studio.model.figures import THIN_SPACE, grouped
from studio.model.ports import EditTarget

ROWS_MAX = 100_000
"""So many rows are copied at most."""
NOT_A_TEXT = "Click into the code or a field first."
NOTHING_TO_COPY = "Nothing here can be copied; the rows of Events, Output, Inspector and Branches can."
NOTHING_TO_SELECT = "Nothing here can be selected; the rows of Events, Output, Inspector and Branches can."
_GROUPED = re.compile(rf"(?<=\d){THIN_SPACE}(?=\d{{3}})")
Field = QLineEdit | QPlainTextEdit | QTextEdit


def edit_target(widget: QWidget | None, tell: Callable[[str], object]) -> EditTarget | None:
    """What editing commands mean while a widget has the keyboard; None if they mean the code. ``tell`` is called with
    what the user should know."""
    if isinstance(widget, QComboBox):
        widget = widget.lineEdit() or widget
    elif isinstance(widget, QAbstractSpinBox):
        widget = widget.lineEdit()
    if widget is None or isinstance(widget, CodeEdit):
        return None
    if isinstance(widget, QLineEdit | QPlainTextEdit | QTextEdit):
        return FieldTarget(widget)
    if isinstance(widget, QAbstractItemView):
        return RowsTarget(widget, tell)
    return NoTarget()


class FieldTarget:
    """A field or a text that is no program."""

    def __init__(self, field: Field) -> None:
        self._field = field

    def perform(self, action: str) -> None:
        """Does an editing action by name."""
        field = self._field
        actions: dict[str, Callable[[], object]] = {
            "undo": field.undo,
            "redo": field.redo,
            "cut": field.cut,
            "copy": field.copy,
            "paste": field.paste,
            "select_all": field.selectAll,
        }
        actions[action]()

    def can_perform(self, action: str) -> str | None:
        """None if the action makes sense now, else why not."""
        field = self._field
        if action in ("undo", "redo", "cut", "paste") and field.isReadOnly():
            return "This text is read-only."
        if isinstance(field, QLineEdit):
            selected, undo, redo = field.hasSelectedText(), field.isUndoAvailable(), field.isRedoAvailable()
        else:
            text = field.document()
            selected, undo, redo = field.textCursor().hasSelection(), text.isUndoAvailable(), text.isRedoAvailable()
        if action in ("cut", "copy") and not selected:
            return "Nothing is selected."
        if action == "undo" and not undo:
            return "There is nothing to undo."
        if action == "redo" and not redo:
            return "There is nothing to redo."
        return None


class RowsTarget:
    """A table, tree or list: its selected rows can be copied, nothing in it can be edited."""

    def __init__(self, view: QAbstractItemView, tell: Callable[[str], object]) -> None:
        self._view = view
        self._tell = tell

    def perform(self, action: str) -> None:
        """Copies the selected rows, or selects all."""
        if action == "select_all":
            self._view.selectAll()
        elif action == "copy":
            QGuiApplication.clipboard().setText(rows_text(self._view))
            count = sum(1 for _ in _selected_rows(self._view))
            if count > ROWS_MAX:
                self._tell(f"Copied the first {grouped(ROWS_MAX)} of {grouped(count)} selected rows.")

    def can_perform(self, action: str) -> str | None:
        """None if the action makes sense now, else why not."""
        if action == "copy":
            return None if next(_selected_rows(self._view), None) is not None else "Nothing is selected."
        if action == "select_all":
            single = self._view.selectionMode() is QAbstractItemView.SelectionMode.SingleSelection
            return "Here one row at a time is selected." if single else None
        return NOT_A_TEXT


class NoTarget:
    """Something with the keyboard that has no text, such as the timeline."""

    def perform(self, action: str) -> None:
        """Does nothing."""

    def can_perform(self, action: str) -> str | None:
        """Why nothing can be edited there."""
        return {"copy": NOTHING_TO_COPY, "select_all": NOTHING_TO_SELECT}.get(action, NOT_A_TEXT)


def rows_text(view: QAbstractItemView) -> str:
    """The selected rows as text: a line for each, the columns apart by tabs."""
    columns = _shown_columns(view)
    table: list[list[str]] = []
    for row in islice(_selected_rows(view), ROWS_MAX):
        table.append([_cell_text(row.siblingAtColumn(column)) for column in columns])
    used = [n for n in range(len(columns)) if any(line[n] for line in table)]
    if len(table) == 1 and len(used) == 1:
        return table[0][used[0]]
    return "\n".join("\t".join(" ".join(line[n].split()) for n in used) for line in table)


def _cell_text(cell: QModelIndex) -> str:
    """What a cell shows, numbers without the spaces between their groups. What a program put out is aligned to the
    left, and its digits stay apart."""
    text, alignment = cell.data(Qt.ItemDataRole.DisplayRole), cell.data(Qt.ItemDataRole.TextAlignmentRole)
    if text is None:
        return ""
    is_exact = alignment is not None and bool(Qt.AlignmentFlag(alignment) & Qt.AlignmentFlag.AlignLeft)
    return str(text) if is_exact else _GROUPED.sub("", str(text))


def _shown_columns(view: QAbstractItemView) -> list[int]:
    """The columns as they stand from left to right."""
    if isinstance(view, QTableView):
        header = view.horizontalHeader()
    elif isinstance(view, QTreeView):
        header = view.header()
    else:
        return [0]
    return [c for c in map(header.logicalIndex, range(header.count())) if not header.isSectionHidden(c)]


def _selected_rows(view: QAbstractItemView) -> Iterator[QModelIndex]:
    """The first cell of each selected row, from top to bottom."""
    selection, model = view.selectionModel(), view.model()
    if selection is None or model is None:
        return
    if isinstance(view, QTreeView):
        index = model.index(0, 0)
        while index.isValid():
            if selection.isSelected(index):
                yield index
            index = view.indexBelow(index)
        return
    end = -1
    parts = selection.selection()
    for top, bottom in sorted((parts.at(n).top(), parts.at(n).bottom()) for n in range(parts.count())):
        for row in range(max(top, end + 1), bottom + 1):
            yield model.index(row, 0)
        end = max(end, bottom)
