"""Where the texts of the graph stand: names at their nodes, and counts on their edges, where nothing else is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont, QFontMetricsF

from studio.model.event_store import Ints
from studio.model.figures import short
from studio.model.graph import Node
from studio.theming.elide import elided

LABELLED_NODES = 160
NAME_WIDTH = 150.0
"""Longer names are shortened in their middle."""
LEAST_LENGTH = 46.0
"""Shorter edges have no room for a count."""
ALONG = (0.5, 0.4, 0.6, 0.3, 0.7)
"""Where on an edge its count may stand, the best place first."""
HEAD = 11.0
"""How far from its end the head of an edge reaches."""
Pixels = npt.NDArray[np.float64]


def name_boxes(
    nodes: Sequence[Node], pixels: Pixels, visible: npt.NDArray[np.bool_], sizes: Ints, first: Sequence[int],
    radius: float, font: QFont,
) -> list[tuple[int, QRectF, str]]:  # fmt: skip
    """The names of nodes and their boxes, below each node or beside it, where no other name or node is.

    The nodes in ``first`` always have their names; of the others those without room go without, and if nodes are many
    only groups and the program have names.
    """
    metrics = QFontMetricsF(font)
    chosen = np.flatnonzero(visible).tolist()
    crowded = len(chosen) > LABELLED_NODES
    wanted = [i for i in chosen if i not in first and not (crowded and nodes[i].kind not in ("group", "main"))]
    wanted.sort(key=lambda i: nodes[i].kind not in ("group", "main", "outside"))
    around = pixels[visible]
    taken = np.concatenate([around - radius - 1, around + radius + 1], axis=1)
    boxes = []
    for i in [*(i for i in dict.fromkeys(first) if i >= 0 and visible[i]), *wanted]:
        text = elided(nodes[i].label, metrics, NAME_WIDTH)
        text = f"{text} ×{short(int(sizes[i]))}" if nodes[i].kind == "group" else text
        width, height = metrics.horizontalAdvance(text) + 8, metrics.height()
        over, beside = radius + 4 + height / 2, radius + 4 + width / 2
        steps = np.array([(0, over), (0, -over), (beside, 0), (-beside, 0)])
        box = free_box(pixels[i] + steps, width, height, taken)
        if box is None and i in first:
            box = QRectF(pixels[i][0] - width / 2, pixels[i][1] + radius + 4, width, height)
        if box is not None:
            boxes.append((i, box, text))
            taken = np.concatenate([taken, edges_of([box])])
    return boxes


def edges_of(boxes: Sequence[QRectF]) -> Pixels:
    """Left, top, right and bottom of boxes, shape (n, 4)."""
    return np.array([(r.left(), r.top(), r.right(), r.bottom()) for r in boxes], np.float64).reshape(-1, 4)


def insets(middles: Pixels, outward: Pixels, boxes: Pixels, radius: float) -> npt.NDArray[np.float64]:
    """How far from the middles of nodes edges begin or end, so that they touch neither the node nor its name.

    ``outward`` are unit vectors from the node along the edge, ``boxes`` the nodes' names, NaN for those without one.
    """
    result = np.full(len(middles), radius + 3)
    with np.errstate(divide="ignore", invalid="ignore"):
        one, other = (boxes[:, :2] - middles) / outward, (boxes[:, 2:] - middles) / outward
    enters, leaves = np.minimum(one, other).max(axis=1), np.maximum(one, other).min(axis=1)
    through = (enters < leaves) & (leaves > 0) & (enters < radius + 3 + HEAD)
    result[through] = np.maximum(result[through], leaves[through] + 3)
    return result


def taken_places(pixels: Pixels, radius: float, names: Sequence[QRectF], lines: Pixels) -> Pixels:
    """What counts must not cover, as left, top, right and bottom: nodes, names and the heads of edges."""
    around = np.concatenate([pixels - radius - 2, pixels + radius + 2], axis=1)
    boxes = edges_of(names)
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
