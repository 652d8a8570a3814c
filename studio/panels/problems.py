"""The problems of all open files: a click goes there, and a fix is applied from the list."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from engine.api import Problem
from studio.model.document import Document
from studio.model.figures import counted
from studio.model.studio import StudioModel
from studio.panels.placeholder import Placeholder, disconnector
from studio.panels.registry import Panel, register_panel
from studio.theming.icons import icons_of
from studio.theming.tree_rows import remove_rows

_PLACE = Qt.ItemDataRole.UserRole
ROWS_MAX = 1_000
NONE_OPEN = "Open a program, and its problems appear here."
NONE_FOUND = "Studio looks for problems while you type, and they appear here. The open files have none."


class ProblemsPanel(QWidget):
    """A list of problems, errors first in each file, in the order of the text."""

    def __init__(self, model: StudioModel) -> None:
        super().__init__()
        self._model = model
        self._list = QTreeWidget(self)
        self._list.setColumnCount(4)
        self._list.setHeaderLabels(["Problem", "Code", "Place", "Fix"])
        self._list.setHeaderHidden(True)
        self._list.setRootIsDecorated(False)
        self._list.setSelectionMode(QTreeWidget.SelectionMode.ExtendedSelection)
        self._list.setUniformRowHeights(True)
        self._list.setAccessibleName("Problems")
        self._list.setTextElideMode(Qt.TextElideMode.ElideRight)
        header = self._list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2, 3):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self._list.itemClicked.connect(self._go)
        self._list.itemActivated.connect(self._go)
        self._empty = Placeholder("", self._list)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._list)
        self.setFocusProxy(self._list)
        self._shown: list[tuple[str, tuple[Problem, ...]]] | None = None
        connections = [
            model.documents.changed.connect(lambda _: self._changed()),
            model.documents.closed.connect(lambda _: self._changed()),
            model.theme.changed.connect(self._rebuild),
        ]
        self.destroyed.connect(disconnector(connections))
        self._changed()

    def _changed(self) -> None:
        found = [(d.id, d.analysis.problems) for d in self._model.documents.items if d.analysis.problems]
        if found != self._shown or not found:
            self._shown = found
            self._rebuild()

    def _rebuild(self) -> None:
        remove_rows(self._list)
        documents = {d.id: d for d in self._model.documents.items}
        found: dict[Problem, Document] = {}
        for id, problems in self._shown or ():
            for problem in problems[:ROWS_MAX]:
                found.setdefault(problem, documents[id])  # several may import the file that it is in
        rows = [self._row(document, problem) for problem, document in found.items()]
        for id, problems in self._shown or ():
            if len(problems) > ROWS_MAX:
                rows.append(self._rest(documents[id], len(problems) - ROWS_MAX))
        self._list.addTopLevelItems(rows)
        self._empty.setText(NONE_FOUND if documents else NONE_OPEN)
        self._empty.setVisible(not rows)

    def _row(self, document: Document, problem: Problem) -> QTreeWidgetItem:
        note = f" — {problem.note}" if problem.note else ""
        here = problem.file == document.file
        name = document.name if here else Path(problem.file).name
        place = f"{name}:{problem.range.line}:{problem.range.column}"
        fix = problem.fix.title if problem.fix is not None else ""
        item = QTreeWidgetItem([problem.message + note, problem.code, place, fix])
        item.setIcon(0, icons_of(self._model).icon(problem.severity, problem.severity))
        item.setToolTip(0, f"{problem.severity} {problem.code}: {problem.message}{note}")
        item.setData(0, _PLACE, (problem.file, problem.range.line, problem.range.column))
        for column in (1, 2):
            item.setForeground(column, QColor(self._model.theme.color("muted")))
        if fix:
            item.setIcon(3, icons_of(self._model).icon("fix", "link"))
            item.setForeground(3, QColor(self._model.theme.color("link")))
            item.setToolTip(3, f"{fix} (Ctrl+.)")
        return item

    def _rest(self, document: Document, count: int) -> QTreeWidgetItem:
        """The row that says how many problems of a file are not listed."""
        item = QTreeWidgetItem([f"… and {counted(count, 'more problem')} in {document.name}", "", "", ""])
        item.setForeground(0, QColor(self._model.theme.color("muted")))
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        return item

    @Slot(QTreeWidgetItem, int)
    def _go(self, item: QTreeWidgetItem, column: int) -> None:
        if item.data(0, _PLACE) is None:
            return
        file, line, place = item.data(0, _PLACE)
        self._model.show_place(file, line, place)
        document = self._model.documents.by_file(file)
        if document is None:
            return
        if column == 3 and item.text(3) and document.buffer is not None:
            document.buffer.perform("apply_fix")


PROBLEMS = register_panel(Panel("problems", "Problems", "problems", "bottom", 3, ProblemsPanel))
