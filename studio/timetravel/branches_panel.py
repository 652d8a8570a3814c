"""The panel of branches: a tree as in a version-control client, comparison, and the jump to the first difference."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.api import Branch
from studio.model.figures import counted, grouped
from studio.model.run_words import change_text
from studio.model.signal import ending
from studio.model.studio import StudioModel
from studio.panels.placeholder import Placeholder
from studio.panels.registry import Panel, register_panel
from studio.theming.icons import icons_of
from studio.theming.tree_rows import remove_rows

ROLE_ID = int(Qt.ItemDataRole.UserRole)
ROLE_RUN = ROLE_ID + 1


class BranchesPanel(QWidget):
    """All branches of the open run; the shown one is marked."""

    def __init__(self, model: StudioModel) -> None:
        super().__init__()
        self._model = model
        self._run = model.run
        self._shown: QTreeWidgetItem | None = None
        """The row of the shown branch."""
        self.tree = QTreeWidget(self)
        self.tree.setHeaderLabels([self.tr("Branch"), self.tr("Events")])
        self.tree.setAccessibleName(self.tr("Branches"))
        self.tree.setRootIsDecorated(True)
        self.tree.setUniformRowHeights(True)
        self.tree.setExpandsOnDoubleClick(False)  # a click goes to the branch; a second one must not hide its forks
        self.tree.header().setStretchLastSection(False)
        self.tree.header().setSectionResizeMode(0, self.tree.header().ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, self.tree.header().ResizeMode.ResizeToContents)
        self.tree.itemActivated.connect(self._activated)
        self.tree.itemClicked.connect(self._activated)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(self._menu)
        self.hint = QLabel(self)
        self.hint.setWordWrap(True)
        self.hint.setProperty("role", "muted")
        self.hint.setContentsMargins(10, 8, 10, 4)
        self.compare_button = QPushButton(self.tr("Compare with…"), self)
        self.compare_button.clicked.connect(self._choose_other)
        self.difference_button = QPushButton(self.tr("To first difference"), self)
        self.difference_button.clicked.connect(self._run.to_difference)
        self._empty = Placeholder(self.tr("Run a program, and it appears here with a branch for each fork."), self.tree)
        row = QVBoxLayout()
        row.setContentsMargins(8, 4, 8, 8)
        row.setSpacing(4)
        for widget in (self.hint, self.compare_button, self.difference_button):
            widget.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row.addWidget(self.compare_button)
        row.addWidget(self.difference_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.tree, 1)
        layout.addWidget(self.hint)
        layout.addLayout(row)
        self.setFocusProxy(self.tree)
        self.destroyed.connect(
            ending(
                self._run.branches_changed.connect(self._fill),
                self._run.runs_changed.connect(self._fill),
                self._run.events_added.connect(lambda first, count: self._show_count()),
                model.theme.changed.connect(self._fill),
            )
        )
        self._fill()

    def _fill(self) -> None:
        remove_rows(self.tree)
        icons = icons_of(self._model)
        items: dict[int, QTreeWidgetItem] = {}
        for branch in self._run.branches:
            shown = branch.id == self._run.branch
            item = QTreeWidgetItem([branch.name, grouped(branch.total)])
            item.setData(0, ROLE_ID, branch.id)
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            item.setToolTip(0, self._describe(branch))
            item.setIcon(0, icons.icon("branches" if branch.parent is None else "fork", "accent" if shown else "muted"))
            if shown:
                font = item.font(0)
                font.setBold(True)
                item.setFont(0, font)
            items[branch.id] = item
            if branch.parent in items:
                items[branch.parent].addChild(item)
            else:
                self.tree.addTopLevelItem(item)
        for entry in self._run.kept.entries:
            item = QTreeWidgetItem([f"{entry.title} #{entry.number}", grouped(entry.events)])
            item.setData(0, ROLE_RUN, entry.number)
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            forks = f", {counted(entry.forks, self.tr('fork'))}" if entry.forks else ""
            item.setToolTip(0, f"{self.tr('An earlier run; click to go back to it')}{forks}")
            item.setIcon(0, icons.icon("trace", "muted"))
            self.tree.addTopLevelItem(item)
        self.tree.expandAll()
        self._empty.setVisible(not self.tree.topLevelItemCount())
        if self._run.branch in items:
            self._shown = items[self._run.branch]
            self.tree.setCurrentItem(self._shown)
        self._show_count()
        self._tell()

    def _show_count(self) -> None:
        """The shown branch counts the events of a run that goes on, as every other view does."""
        branch = self._run.shown_branch
        if self._shown is not None and branch is not None:
            self._shown.setText(1, grouped(max(branch.total, self._run.total)))

    def _describe(self, branch: Branch) -> str:
        """A branch in words."""
        if branch.parent is None:
            return f"{branch.name}: {self.tr('the run itself')}"
        parent = next((b.name for b in self._run.branches if b.id == branch.parent), "")
        change = change_text(branch.change, self._run.events.cast.name) or self.tr("nothing changed")
        return f"{branch.name}: {self.tr('from')} {parent} {self.tr('after event')} {grouped(branch.at)}\n{change}"

    def _tell(self) -> None:
        """Comparison and change of the shown branch, in words."""
        run = self._run
        others = [b for b in run.branches if b.id != run.branch]
        self.compare_button.setEnabled(bool(others))
        whom = others[0].name if len(others) == 1 else "…"
        self.compare_button.setText(f"{self.tr('Compare with')} {whom}".replace(" …", "…").replace("&", "&&"))
        reason = "" if others else self.tr("There is no other branch yet: fork first.")
        self.compare_button.setToolTip(reason)
        self.difference_button.setVisible(run.comparison is not None and run.comparison.difference is not None)
        self.hint.setVisible(bool(run.branches))
        if run.comparison is not None:
            self.hint.setText(self._comparison_text())
        elif run.shown_branch is not None and run.shown_branch.parent is not None:
            self.hint.setText(self._describe(run.shown_branch))
        else:
            self.hint.setText("" if others else self.tr("Fork at any moment to try what would have happened."))

    def _comparison_text(self) -> str:
        comparison = self._run.comparison
        assert comparison is not None
        other = next((b.name for b in self._run.branches if b.id == comparison.other), "")
        found = comparison.difference
        if found is None:
            return f"{self.tr('No difference from')} {other}."
        same = counted(found.n, self.tr("event"))
        here = self._run.shown_branch.name if self._run.shown_branch is not None else ""
        reason = found.reason.replace("on the left", f"in {here}").replace("on the right", f"in {other}")
        return f"{same} {self.tr('in common with')} {other}. {self.tr('Then')} {reason}"

    def _activated(self, item: QTreeWidgetItem) -> None:
        run = item.data(0, ROLE_RUN)
        if run is not None:
            self._run.show_run(int(run))
        else:
            self._run.show_branch(int(item.data(0, ROLE_ID)))

    def _choose_other(self) -> None:
        """Compares with the one other branch, or shows a menu of the others."""
        others = [branch.id for branch in self._run.branches if branch.id != self._run.branch]
        if len(others) == 1:
            self._run.compare(others[0])
            return
        self._popup(self.compare_button.mapToGlobal(QPoint(0, self.compare_button.height())), None)

    def _menu(self, at: QPoint) -> None:
        item = self.tree.itemAt(at)
        if item is not None:
            place, run = self.tree.viewport().mapToGlobal(at), item.data(0, ROLE_RUN)
            self._popup_of_run(place, int(run)) if run is not None else self._popup(place, int(item.data(0, ROLE_ID)))

    def _popup_of_run(self, at: QPoint, run: int) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Go back to this run")).triggered.connect(lambda: self._run.show_run(run))
        menu.addAction(self.tr("Forget this run")).triggered.connect(lambda: self._run.forget_run(run))
        menu.popup(at)

    def _popup(self, at: QPoint, branch: int | None) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if branch is not None and branch != self._run.branch:
            menu.addAction(self.tr("Show")).triggered.connect(lambda: self._run.show_branch(branch))
        for other in self._run.branches:
            if other.id != self._run.branch and branch in (None, other.id):
                action = menu.addAction(f"{self.tr('Compare with')} {other.name}")
                action.triggered.connect(lambda checked=False, id=other.id: self._run.compare(id))
        if self._run.comparison is not None:
            menu.addAction(self.tr("End comparison")).triggered.connect(self._run.end_comparison)
        if menu.actions():
            menu.popup(at)


BRANCHES = register_panel(Panel("branches", "Branches", "branches", "left", 2, BranchesPanel))
