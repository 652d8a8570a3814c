"""Where the parts of the timeline lie in its widget, and which place of time is under a pixel."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF

OVERVIEW_HEIGHT = 46
RULER_HEIGHT = 22
LANE_HEIGHT = 24
PADDING = 8


@dataclass(frozen=True, slots=True)
class Geometry:
    """The layout for a size: labels at the left, overview on top, a ruler, then lanes, ``scroll`` pixels on."""

    width: int
    height: int
    gutter: int
    scroll: int
    start: float
    end: float
    overview_start: float
    overview_end: float

    @property
    def columns(self) -> int:
        """How many pixels wide the stretch of time is drawn."""
        return max(1, self.width - self.gutter - PADDING)

    @property
    def overview(self) -> QRectF:
        """The overview."""
        return QRectF(self.gutter, 2, self.columns, OVERVIEW_HEIGHT - 4)

    @property
    def ruler(self) -> QRectF:
        """The ruler with ticks."""
        return QRectF(self.gutter, OVERVIEW_HEIGHT, self.columns, RULER_HEIGHT)

    @property
    def lanes_top(self) -> int:
        """Where lanes begin."""
        return OVERVIEW_HEIGHT + RULER_HEIGHT

    @property
    def lanes(self) -> QRectF:
        """The lanes, without their labels."""
        return QRectF(self.gutter, self.lanes_top, self.columns, max(0, self.height - self.lanes_top))

    def x(self, place: float) -> float:
        """The pixel of a place in the lanes."""
        return self.gutter + (place - self.start) / (self.end - self.start) * self.columns

    def place(self, x: float) -> float:
        """The place under a pixel of the lanes."""
        return self.start + (x - self.gutter) / self.columns * (self.end - self.start)

    def overview_x(self, place: float) -> float:
        """The pixel of a place in the overview."""
        return self.gutter + (place - self.overview_start) / (self.overview_end - self.overview_start) * self.columns

    def overview_place(self, x: float) -> float:
        """The place under a pixel of the overview."""
        return self.overview_start + (x - self.gutter) / self.columns * (self.overview_end - self.overview_start)

    def lane_rect(self, row: int) -> QRectF:
        """A lane over the whole width, label included."""
        return QRectF(0, self.lanes_top + row * LANE_HEIGHT - self.scroll, self.width, LANE_HEIGHT)

    def lane_at(self, y: float) -> int:
        """The lane under a pixel; it may be one that does not exist."""
        return int((y - self.lanes_top + self.scroll) // LANE_HEIGHT) if y >= self.lanes_top else -1

    def visible_rows(self, count: int) -> range:
        """The lanes that can be seen."""
        first = self.scroll // LANE_HEIGHT
        last = (self.scroll + max(0, self.height - self.lanes_top)) // LANE_HEIGHT + 1
        return range(max(0, first), min(count, last))
