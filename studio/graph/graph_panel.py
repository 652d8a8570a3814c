"""The panel of the graph: the picture, and a row that says what it shows."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from studio.graph.graph_view import GraphView
from studio.model.figures import counted
from studio.model.graph import GraphModel
from studio.model.signal import ending
from studio.model.studio import StudioModel
from studio.panels.registry import Panel, register_panel
from studio.theming.icons import icons_of
from studio.theming.quiet_label import QuietLabel

_TOOLS = (("zoom-in", "Closer (+)", 1.25), ("zoom-out", "Farther (-)", 0.8), ("zoom-fit", "Show everything (F)", 0.0))


class GraphPanel(QWidget):
    """The graph with its tools."""

    def __init__(self, model: StudioModel) -> None:
        super().__init__()
        self._model = model
        self._run = model.run
        self.graph = GraphModel(model.run)
        self.view = GraphView(model, self.graph, self)
        self._what = QuietLabel(self, 120)
        self._what.setProperty("role", "muted")
        self._buttons = [self._tool(*tool) for tool in _TOOLS]
        row = QHBoxLayout()
        row.setContentsMargins(8, 3, 8, 3)
        row.setSpacing(4)
        row.addWidget(self._what, 1)
        for button in self._buttons:
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(row)
        layout.addWidget(self.view, 1)
        self.setFocusProxy(self.view)
        self.destroyed.connect(
            ending(
                self._run.changed.connect(self._tell),
                self._run.playhead_moved.connect(lambda n: self._tell()),
                model.theme.changed.connect(self._set_icons),
            )
        )
        self._set_icons()

    def _tool(self, icon: str, tip: str, factor: float) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("icon-name", icon)
        button.setAutoRaise(True)
        button.setIconSize(QSize(16, 16))
        button.setToolTip(self.tr(tip))
        button.setAccessibleName(self.tr(tip))
        button.clicked.connect(lambda: self.view.zoom(factor) if factor else self.view.fit())
        return button

    def _set_icons(self) -> None:
        icons = icons_of(self._model)
        for button in self._buttons:
            button.setIcon(icons.icon(str(button.property("icon-name"))))

    def _tell(self) -> None:
        """How many actors there are at the playhead's moment, and whether they are shown by type."""
        count = self.graph.population(self._run.playhead)
        by_type = f" · {self.tr('by type')}" if self.graph.grouped else ""
        self._what.show_text(f"{counted(count, 'actor')}{by_type}" if count else "")


GRAPH = register_panel(Panel("graph", "Actor Graph", "graph", "right", 0, GraphPanel))
