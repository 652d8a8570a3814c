"""The explorer: the folder that is worked in, and the examples. Folders are read when they are opened."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt, Slot
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from studio.model.studio import StudioModel
from studio.model.workspace import Entry
from studio.panels.placeholder import disconnector
from studio.panels.registry import Panel, register_panel
from studio.theming.icons import icons_of
from studio.theming.tree_rows import remove_rows

_PATH = Qt.ItemDataRole.UserRole
_READ = Qt.ItemDataRole.UserRole + 1
_ICONS = {".aefl": ("program", "link"), ".aft": ("trace", "success")}


class ExplorerPanel(QWidget):
    """A tree of files."""

    def __init__(self, model: StudioModel) -> None:
        super().__init__()
        self._model = model
        self._tree = QTreeWidget(self)
        self._tree.setHeaderHidden(True)
        self._tree.setIndentation(14)
        self._tree.setUniformRowHeights(True)
        self._tree.setAccessibleName("Files and examples")
        self._tree.itemExpanded.connect(self._expand)
        self._tree.itemClicked.connect(self._clicked)
        self._tree.itemActivated.connect(self._clicked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._tree)
        self.setFocusProxy(self._tree)
        self._closed: set[str] = set()
        self._tree.itemCollapsed.connect(self._collapsed)
        connections = [
            model.workspace.changed.connect(self._rebuild),
            model.theme.changed.connect(self._rebuild),
            model.documents.active_changed.connect(self._follow),
            model.documents.changed.connect(self._saved),
        ]
        self.destroyed.connect(disconnector(connections))
        self._rebuild()

    def _saved(self, document: object) -> None:
        """A file that was saved for the first time belongs into the tree."""
        active = self._model.documents.active
        folder = self._model.workspace.folder
        path = active.path if active is document and active is not None else None
        if path is not None and path.parent == folder and self._find(path) is None:
            self._rebuild()

    # --- building ----------------------------------------------------------------------------------

    def _rebuild(self) -> None:
        remove_rows(self._tree)
        folder = self._model.workspace.folder
        if folder is not None:
            top = self._heading(folder.name or str(folder), str(folder))
            top.setData(0, _PATH, folder)
            self._tree.addTopLevelItem(top)
            self._read(top, folder)
            top.setExpanded(folder.name not in self._closed)
        examples = self._heading("Examples", str(self._model.examples))
        for example in self._model.workspace.examples:
            single = len(example.programs) == 1
            item = self._file(example.programs[0]) if single else QTreeWidgetItem([example.title])
            item.setText(0, example.programs[0].name if single else example.title)
            item.setToolTip(0, f"{example.about}\n{example.detail}")
            if not single:
                item.setIcon(0, icons_of(self._model).icon("folder", "muted"))
                item.addChildren([self._file(program) for program in example.programs])
            examples.addChild(item)
        self._tree.addTopLevelItem(examples)
        examples.setExpanded("Examples" not in self._closed)
        self._follow()

    def _heading(self, text: str, tip: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem([text])
        font = QFont(self._tree.font())
        font.setWeight(QFont.Weight.DemiBold)
        item.setFont(0, font)
        item.setToolTip(0, tip)
        return item

    def _file(self, path: Path) -> QTreeWidgetItem:
        item = QTreeWidgetItem([path.name])
        icon, color = _ICONS.get(path.suffix, ("file", "muted"))
        item.setIcon(0, icons_of(self._model).icon(icon, color))
        item.setData(0, _PATH, path)
        item.setToolTip(0, str(path))
        if path.suffix not in _ICONS:
            item.setForeground(0, QColor(self._model.theme.color("muted")))
        return item

    def _read(self, parent: QTreeWidgetItem, folder: Path) -> None:
        """Fills a folder's item once its listing is there, if that item is still shown."""
        parent.setData(0, _READ, True)
        key = str(folder)

        def then(entries: tuple[Entry, ...]) -> None:
            item = self._find(Path(key))
            if item is not None:
                item.takeChildren()
                for entry in entries:
                    item.addChild(self._folder(entry.path) if entry.is_folder else self._file(entry.path))
                self._follow()

        self._model.files.list_folder(folder, then)

    def _folder(self, path: Path) -> QTreeWidgetItem:
        item = QTreeWidgetItem([path.name])
        item.setIcon(0, icons_of(self._model).icon("folder", "muted"))
        item.setData(0, _PATH, path)
        item.setChildIndicatorPolicy(QTreeWidgetItem.ChildIndicatorPolicy.ShowIndicator)
        return item

    def _find(self, path: Path) -> QTreeWidgetItem | None:
        """The item of a path, among what has been read."""
        stack = [self._tree.topLevelItem(i) for i in range(self._tree.topLevelItemCount())]
        while stack:
            item = stack.pop()
            if item is None:
                continue
            if item.data(0, _PATH) == path:
                return item
            stack.extend(item.child(i) for i in range(item.childCount()))
        return None

    # --- what happens ------------------------------------------------------------------------------

    @Slot(QTreeWidgetItem)
    def _expand(self, item: QTreeWidgetItem) -> None:
        self._closed.discard(item.text(0))
        path = item.data(0, _PATH)
        if isinstance(path, Path) and not item.data(0, _READ):
            self._read(item, path)

    @Slot(QTreeWidgetItem)
    def _collapsed(self, item: QTreeWidgetItem) -> None:
        self._closed.add(item.text(0))

    @Slot(QTreeWidgetItem)
    def _clicked(self, item: QTreeWidgetItem) -> None:
        path = item.data(0, _PATH)
        if isinstance(path, Path) and item.childCount() == 0 and not item.data(0, _READ):
            if item.childIndicatorPolicy() == QTreeWidgetItem.ChildIndicatorPolicy.ShowIndicator:
                item.setExpanded(True)
            else:
                self._model.files.open(path)
        elif item.childCount():
            item.setExpanded(not item.isExpanded())

    def _follow(self) -> None:
        """Selects the file in front."""
        document = self._model.documents.active
        item = self._find(document.path) if document is not None and document.path is not None else None
        if item is not None:
            self._tree.setCurrentItem(item)
        else:
            self._tree.setCurrentIndex(QModelIndex())


EXPLORER = register_panel(Panel("explorer", "Explorer", "explorer", "left", 0, ExplorerPanel))
