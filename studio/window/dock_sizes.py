"""How large the panels are: their sizes follow the window down, and come back when it grows again.

Sizes are kept as they were at first or when the user last dragged an edge, each with the size that the window had then.
Every size of the window takes its shares from these, never from the sizes of the window before.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar

Area = Qt.DockWidgetArea
LEAST_SHARE = {
    Area.LeftDockWidgetArea: 0.22,
    Area.RightDockWidgetArea: 0.32,
    Area.TopDockWidgetArea: 0.3,
    Area.BottomDockWidgetArea: 0.3,
}
"""What part of a small window an area keeps, if it took no less of the larger one."""
SIDES = (Area.LeftDockWidgetArea, Area.RightDockWidgetArea)
SAME = 3


@dataclass(frozen=True, slots=True)
class Chosen:
    """A size in pixels that was chosen while the window had ``of`` pixels."""

    size: int
    of: int

    def fair(self, now: int, least_share: float) -> int:
        """The size for a window of ``now`` pixels: never more, and less only as the window is."""
        return min(self.size, round(now * max(least_share, self.size / self.of)))


FIRST = {
    Area.LeftDockWidgetArea: Chosen(236, 1440),
    Area.RightDockWidgetArea: Chosen(372, 1440),
    Area.TopDockWidgetArea: Chosen(200, 900),
    Area.BottomDockWidgetArea: Chosen(288, 900),
}


class DockSizes:
    """The sizes of a window's panels."""

    def __init__(self, window: QMainWindow) -> None:
        self._window = window
        self._areas = dict(FIRST)
        self._heights: dict[QDockWidget, int] = {}
        """Of panels below each other; only their proportion counts."""
        self._before: dict[QDockWidget, QRect] = {}
        self._restored = False

    def begin(self, heights: dict[QDockWidget, int]) -> None:
        """Gives areas their first sizes, and panels below each other heights in this proportion."""
        self._areas, self._heights, self._restored = dict(FIRST), dict(heights), False
        self.fit()

    def restored(self) -> None:
        """Qt puts panels where they were and goes on to while the window finds its size; ``settle`` ends that."""
        self._restored = True

    def settle(self) -> None:
        """Takes over the sizes of a restored layout once the window rests."""
        if not self._restored:
            return
        self._restored = False
        for dock, area in self._docked():
            self._heights[dock] = dock.height()
            if abs(self._size(dock, area) - self._share(area, FIRST[area])) > SAME:
                self._areas[area] = Chosen(self._size(dock, area), self._extent(area))

    def fit(self) -> None:
        """Gives every area its share of the window."""
        if self._restored:
            return
        docked = self._docked()
        for dock, area in docked:
            axis = Qt.Orientation.Horizontal if area in SIDES else Qt.Orientation.Vertical
            self._window.resizeDocks([dock], [self._share(area, self._areas[area])], axis)
        for side in SIDES:
            column = [dock for dock, area in docked if area == side and dock in self._heights]
            if len(column) > 1:
                heights = [self._heights[dock] for dock in column]
                self._window.resizeDocks(column, heights, Qt.Orientation.Vertical)

    def drag_begins(self) -> None:
        """Notes the sizes before the user may drag an edge."""
        self._before = {dock: dock.geometry() for dock, _ in self._docked()}

    def drag_ends(self) -> None:
        """Keeps what the user has dragged."""
        for dock, area in self._docked():
            before = self._before.get(dock, dock.geometry()).size()
            if area in SIDES and before.height() != dock.height():
                self._heights[dock] = dock.height()
            along = before.width() - dock.width() if area in SIDES else before.height() - dock.height()
            if along:
                self._areas[area] = Chosen(self._size(dock, area), self._extent(area))

    def _docked(self) -> list[tuple[QDockWidget, Area]]:
        """The panels in view with their areas."""
        docks = self._window.findChildren(QDockWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        return [
            (dock, self._window.dockWidgetArea(dock))
            for dock in docks
            if not dock.isFloating() and not dock.isHidden() and not self._is_behind(dock)
        ]

    def _is_behind(self, dock: QDockWidget) -> bool:
        """Whether another panel of the same place is in front."""
        return bool(self._window.tabifiedDockWidgets(dock)) and dock.visibleRegion().isEmpty()

    def _extent(self, area: Area) -> int:
        return self._window.width() if area in SIDES else self._window.height()

    def _share(self, area: Area, chosen: Chosen) -> int:
        return chosen.fair(self._extent(area), LEAST_SHARE[area])

    def _size(self, dock: QDockWidget, area: Area) -> int:
        """How much a panel takes of the window, with the tabs above it."""
        if area in SIDES:
            return dock.width()
        bars = self._window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
        tabs = max((bar.height() for bar in bars), default=0)
        return dock.height() + (tabs if self._window.tabifiedDockWidgets(dock) else 0)
