"""Where the texts of the graph stand: names below their nodes, and counts on their edges where nothing else is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF

from studio.model.event_store import Ints
from studio.model.figures import short
from studio.model.graph import Node

LABELLED_NODES = 160
NAME_WIDTH = 150.0
"""A longer name is cut in its middle; its beginning and its number tell actors apart."""
LEAST_LENGTH = 46.0
"""Shorter edges have no room for a count."""
ALONG = (0.5, 0.4, 0.6, 0.3, 0.7)
"""Where on an edge its count may stand, the best place first."""
HEAD = 11.0
"""How far from its end the head of an edge reaches."""
Pixels = npt.NDArray[np.float64]


def name_boxes(
    nodes: Sequence[Node], pixels: Pixels, visible: npt.NDArray[np.bool_], sizes: Ints, selected: int, radius: float,
    font: QFont,
) -> list[tuple[int, QRectF, str]]:  # fmt: skip
    """Names of nodes with their boxes; none covers another. Where it is crowded, the selected one and groups alone."""
    metrics = QFontMetricsF(font)
    chosen = np.flatnonzero(visible).tolist()
    crowded = len(chosen) > LABELLED_NODES or radius < 5.5
    boxes: dict[int, tuple[QRectF, str]] = {}
    for i in sorted(chosen, key=lambda i: (i != selected, nodes[i].kind not in ("group", "main"))):
        node = nodes[i]
        if crowded and i != selected and node.kind not in ("group", "main"):
            continue
        text = f"{node.label} ×{short(int(sizes[i]))}" if node.kind == "group" else node.label
        text = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, NAME_WIDTH)
        width = metrics.horizontalAdvance(text)
        x, y = pixels[i]
        box = QRectF(x - width / 2 - 4, y + radius + 4, width + 8, metrics.height())
        if not any(box.intersects(other.adjusted(4, 3, -4, -3)) for other, _ in boxes.values()):
            boxes[i] = box, text
    return [(i, *boxes[i]) for i in sorted(boxes)]


def taken_places(pixels: Pixels, radius: float, names: Sequence[QRectF], lines: Pixels) -> Pixels:
    """What counts must not cover, as left, top, right and bottom: nodes, names and the heads of edges."""
    around = np.concatenate([pixels - radius - 2, pixels + radius + 2], axis=1)
    boxes = np.array([(r.left(), r.top(), r.right(), r.bottom()) for r in names]).reshape(-1, 4)
    direction = lines[:, 2:] - lines[:, :2]
    length = np.maximum(np.hypot(direction[:, 0], direction[:, 1]), 1e-6)[:, None]
    heads = np.stack([lines[:, 2:], lines[:, 2:] - direction / length * HEAD], axis=1)
    return np.concatenate([around, boxes, np.concatenate([heads.min(axis=1) - 3, heads.max(axis=1) + 3], axis=1)])


def count_boxes(lines: Pixels, widths: Sequence[float], height: float, taken: Pixels) -> list[QRectF | None]:
    """For each edge the box of its count, None where there is no room for it beside what is there already."""
    along = np.array(ALONG)[:, None]
    boxes: list[QRectF | None] = []
    for line, width in zip(lines, widths, strict=True):
        is_short = np.abs(line[2:] - line[:2]).sum() < LEAST_LENGTH
        middles = line[:2] * (1 - along) + line[2:] * along
        box = None if is_short else free_box(middles, width + 6, height, taken)
        boxes.append(box)
        if box is not None:
            taken = np.concatenate([taken, [[box.left(), box.top(), box.right(), box.bottom()]]])
    return boxes


def free_box(middles: Pixels, width: float, height: float, taken: Pixels) -> QRectF | None:
    """The first box around one of the places that covers nothing that is taken."""
    half = np.array([width / 2, height / 2])
    low, high = middles - half, middles + half
    covers = (low[:, None, :] < taken[None, :, 2:]) & (high[:, None, :] > taken[None, :, :2])
    free = np.flatnonzero(~covers.all(axis=2).any(axis=1))
    if not len(free):
        return None
    left, top = low[free[0]].tolist()
    return QRectF(left, top, width, height)
