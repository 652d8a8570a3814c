"""The panels around the code: docked, tabbed, floating or hidden, and back again.

A panel's widget is made when it is first shown. Panels that share a place are named by their tabs; one that is alone
has a title of its own.
"""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QChildEvent, QEvent, QObject, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QTabBar,
    QTabWidget,
    QToolButton,
    QWidget,
)

from studio.model.studio import StudioModel
from studio.panels.registry import Panel
from studio.theming.icons import icons_of
from studio.window.dock_sizes import DockSizes

AREAS = {
    "left": Qt.DockWidgetArea.LeftDockWidgetArea,
    "right": Qt.DockWidgetArea.RightDockWidgetArea,
    "bottom": Qt.DockWidgetArea.BottomDockWidgetArea,
}
STACKED = frozenset({"right"})
"""Areas whose panels stand below each other at first instead of sharing a place."""


class DockTitle(QWidget):
    """The title of a panel that is alone, with what can be done with it."""

    def __init__(self, dock: QDockWidget, model: StudioModel) -> None:
        super().__init__(dock)
        self._dock = dock
        self._model = model
        self._collapsed = False
        self.setProperty("role", "dock-title")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(11, 4, 5, 4)
        row.setSpacing(2)
        row.addWidget(QLabel(dock.windowTitle()))
        row.addStretch(1)
        self._float = self._button("float", "Float or dock", self._toggle_floating)
        self._close = self._button("close", "Hide", dock.close)
        row.addWidget(self._float)
        row.addWidget(self._close)
        self.recolour()

    def _button(self, icon: str, name: str, run: object) -> QToolButton:
        button = QToolButton(self)
        button.setIconSize(QSize(13, 13))
        button.setToolTip(name)
        button.setAccessibleName(f"{name} {self._dock.windowTitle()}")
        button.setProperty("icon_name", icon)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        assert callable(run), "a button does something"
        button.clicked.connect(run)
        return button

    def _toggle_floating(self) -> None:
        self._dock.setFloating(not self._dock.isFloating())

    def recolour(self) -> None:
        """Takes the icons in the theme's colours."""
        for button in (self._float, self._close):
            button.setIcon(icons_of(self._model).icon(button.property("icon_name"), "muted"))
        self._float.setVisible(bool(self._dock.features() & QDockWidget.DockWidgetFeature.DockWidgetFloatable))

    def set_collapsed(self, collapsed: bool) -> None:
        """Takes no place while the panel's tab names it."""
        if collapsed != self._collapsed:
            self._collapsed = collapsed
            self.setMaximumHeight(0 if collapsed else 16_777_215)
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Nothing while collapsed."""
        return QSize(0, 0) if self._collapsed else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Nothing while collapsed."""
        return QSize(0, 0) if self._collapsed else super().minimumSizeHint()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Floats the panel, or docks it again."""
        if self._float.isVisible():
            self._toggle_floating()


class PanelDock(QDockWidget):
    """The frame of one panel."""

    def __init__(self, panel: Panel, model: StudioModel, window: QMainWindow) -> None:
        super().__init__(panel.title, window)
        self.panel = panel
        self._model = model
        self.setObjectName(f"panel-{panel.id}")
        if QGuiApplication.platformName().startswith("wayland"):
            self.setFeatures(self.features() & ~QDockWidget.DockWidgetFeature.DockWidgetFloatable)
        self.title = DockTitle(self, model)
        self.setTitleBarWidget(self.title)
        self.visibilityChanged.connect(self._seen)

    @Slot(bool)
    def _seen(self, visible: bool) -> None:
        if visible:
            self.content()

    def content(self) -> QWidget:
        """The panel's widget, made now if it was never shown."""
        if self.widget() is None:
            self.setWidget(self.panel.make(self._model))
        return self.widget()


class Docks(QObject):
    """All panels of a window."""

    def __init__(self, window: QMainWindow, model: StudioModel, panels: tuple[Panel, ...]) -> None:
        super().__init__(window)
        self._window = window
        self._model = model
        self.docks = {panel.id: PanelDock(panel, model, window) for panel in panels}
        window.setDockNestingEnabled(True)
        window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        window.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.BottomDockWidgetArea)
        window.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.BottomDockWidgetArea)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self.refresh_titles)
        for dock in self.docks.values():
            dock.visibilityChanged.connect(self._later)
            dock.topLevelChanged.connect(self._later)
            dock.dockLocationChanged.connect(self._later)
        self.sizes = DockSizes(window)
        self._disconnect = model.theme.changed.connect(self._recolour)
        window.installEventFilter(self)
        self.arrange()

    def close_docks(self) -> None:
        """Stops listening to the models."""
        self._disconnect()
        self._timer.stop()

    @Slot()
    def _later(self) -> None:
        self._timer.start()

    def arrange(self) -> None:
        """Puts every panel where it is at first."""
        for area, place in AREAS.items():
            docks = [dock for dock in self.docks.values() if dock.panel.area == area]
            for dock in docks:
                dock.setFloating(False)
                self._window.addDockWidget(place, dock)
            for above, below in pairwise(docks):
                if area in STACKED:
                    self._window.splitDockWidget(above, below, Qt.Orientation.Vertical)
                else:
                    self._window.tabifyDockWidget(above, below)
            for dock in docks:
                dock.show()
            if docks:
                docks[0].raise_()
        self.resize()
        self._later()

    def resize(self) -> None:
        """Gives each area its first size; needs the window's size to be known."""
        columns = [[d for d in self.docks.values() if d.panel.area == area] for area in STACKED]
        self.sizes.begin({dock: 52 if dock is docks[0] else 48 for docks in columns for dock in docks})

    @Slot()
    def refresh_titles(self) -> None:
        """Hides the titles of panels that have a tab, and gives the tabs what tabs need."""
        for dock in self.docks.values():
            tabbed = not dock.isFloating() and any(
                not other.isFloating() and not other.isHidden() for other in self._window.tabifiedDockWidgets(dock)
            )
            dock.title.set_collapsed(tabbed)
        for bar in self._window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
            _prepare(bar)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Prepares each bar of tabs that Qt makes for panels before it can be clicked, and sees edges being dragged."""
        if event.type() == QEvent.Type.MouseButtonPress:
            self.sizes.drag_begins()
        elif event.type() == QEvent.Type.MouseButtonRelease:
            QTimer.singleShot(0, self, self.sizes.drag_ends)  # the window takes the last size with this event
        if event.type() == QEvent.Type.ChildPolished and isinstance(event, QChildEvent):
            bar = event.child()
            if isinstance(bar, QTabBar) and bar.parent() is self._window:
                _prepare(bar)
        return super().eventFilter(watched, event)

    def _recolour(self) -> None:
        for dock in self.docks.values():
            dock.title.recolour()

    # --- for commands --------------------------------------------------------------------------------

    def is_seen(self, id: str) -> bool:
        """Whether a panel is in view, not only behind a tab."""
        dock = self.docks[id]
        return dock.isVisible() and not dock.visibleRegion().isEmpty()

    def show(self, id: str) -> None:
        """Brings a panel to the front and gives it the keyboard."""
        dock = self.docks[id]
        dock.show()
        dock.raise_()
        dock.content().setFocus(Qt.FocusReason.ShortcutFocusReason)

    def has_focus(self, id: str) -> bool:
        """Whether the keyboard is in a panel."""
        focus = self._window.focusWidget()
        return focus is not None and self.docks[id].isAncestorOf(focus)

    def _takes_focus(self, id: str) -> bool:
        content = self.docks[id].content()
        taker = content.focusProxy() or content
        return taker.isVisible() and taker.focusPolicy() != Qt.FocusPolicy.NoFocus

    def toggle(self, id: str) -> None:
        """Gives the keyboard to a panel, and hides one that has it or has nothing to give it to."""
        if self.is_seen(id) and (self.has_focus(id) or not self._takes_focus(id)):
            self.docks[id].hide()
        else:
            self.show(id)


def _prepare(bar: QTabBar) -> None:
    """Gives a bar of panels' tabs its looks. Its tabs stay in their order: Qt dies when a tab is dragged while a
    panel of the same place is hidden or shown (QMainWindowLayout::tabMoved takes the tab's number for the panel's)."""
    bar.setMovable(False)
    bar.setElideMode(Qt.TextElideMode.ElideNone)
    bar.setDrawBase(False)
    bar.setExpanding(False)
    bar.setAccessibleName("Panels")
