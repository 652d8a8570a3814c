"""From places of the graph to pixels and back."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF

from studio.model.placement import Points

LEAST_SCALE, MOST_SCALE = 6.0, 360.0
FIT_SCALE_MOST = 150.0
MARGIN = 30.0
STRETCH_MOST = 2.2
"""How many times wider than high, or higher than wide, a fitted picture may become in a narrow view."""
NAME = 16.0
"""Room for the names below the lowest nodes."""
LOOP = 18.0
"""Room above the highest nodes for what they send to themselves."""


@dataclass(frozen=True, slots=True)
class Camera:
    """``scale`` pixels per unit of distance, times ``stretch`` across; the place (``x``, ``y``) is in the middle."""

    x: float = 0.0
    y: float = 0.0
    scale: float = 110.0
    width: float = 1.0
    height: float = 1.0
    stretch: float = 1.0

    @property
    def across(self) -> float:
        """Pixels per unit of distance from left to right."""
        return self.scale * self.stretch

    def pixels(self, points: Points) -> npt.NDArray[np.float64]:
        """Pixels of places, shape (n, 2)."""
        middle = np.array([self.width / 2 - self.x * self.across, self.height / 2 - self.y * self.scale])
        result: npt.NDArray[np.float64] = points.astype(np.float64) * [self.across, self.scale] + middle
        return result

    def zoomed(self, factor: float, at: QPointF) -> Camera:
        """Closer or farther, with the place under a pixel staying there."""
        scale = min(max(self.scale * factor, LEAST_SCALE), MOST_SCALE)
        change = 1 / self.scale - 1 / scale
        x = self.x + (at.x() - self.width / 2) * change / self.stretch
        y = self.y + (at.y() - self.height / 2) * change
        return replace(self, x=x, y=y, scale=scale)

    def panned(self, dx: float, dy: float) -> Camera:
        """Moved by pixels."""
        return replace(self, x=self.x - dx / self.across, y=self.y - dy / self.scale)

    def resized(self, width: float, height: float) -> Camera:
        """For a widget of another size."""
        return replace(self, width=max(width, 1.0), height=max(height, 1.0))

    def fitted(self, points: Points, beside: float = MARGIN) -> Camera:
        """So that all places can be seen, with so many pixels at the left and right for half a name."""
        if not len(points):
            return replace(self, x=0.0, y=0.0, scale=110.0, stretch=1.0)
        low, high = points.min(axis=0), points.max(axis=0)
        extent = np.maximum(high - low, 0.01)
        beside = min(max(beside, MARGIN), self.width / 4)
        around = 2 * min(MARGIN, self.height / 8) + NAME + LOOP
        across, down = max(self.width - 2 * beside, 40), max(self.height - around, 30)
        room = np.clip([across / extent[0], down / extent[1]], LEAST_SCALE, FIT_SCALE_MOST)
        stretch = min(max(float(room[0] / room[1]), 1 / STRETCH_MOST), STRETCH_MOST)
        scale = float(min(room[0] / stretch, room[1]))
        x, y = ((low + high) / 2).tolist()
        y += (NAME - LOOP) / 2 / scale
        return replace(self, x=x, y=y, scale=scale, stretch=stretch)

    @property
    def radius(self) -> float:
        """The radius of a node in pixels."""
        return min(max(0.22 * min(self.scale, self.across), 5.0), 22.0)
