"""Draws the graph: edges into a picture that is kept, nodes from small pictures of which there are few.

A node says by its shape what kind it is and by its colour of what type. A badge counts waiting messages, a broken
halo and a cross mark a fault. An actor that is gone is hollow and pale, and its name is struck out; a square says that
it has stopped. Colour is never the only sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from studio.graph.graph_labels import Pixels, count_boxes, edges_of, free_box, insets
from studio.model.color import mix
from studio.model.edge_counts import Edges
from studio.model.event_store import Ints
from studio.model.figures import counted, grouped, short
from studio.model.graph import Node, NodeStates
from studio.model.theme import ThemeModel

EDGES_AT_MOST = 900
SMOOTH_EDGES = 350
SMOOTH_MOVING = 40
"""More edges than this are drawn thin and without smoothing: width and smoothing are what costs."""
CODE = 100_000
"""An edge as one number: source times this, plus target."""
BADGE_RADIUS = 9.0
"""Smaller nodes get a dot for waiting messages, not a number."""
COUNTED_EDGES = 70
HEAD_ROOM = 0.7
"""What part of an edge at most is left out before its head."""
Names = Sequence[tuple[int, QRectF, str]]
"""The nodes that have a name, with its box."""


@dataclass(frozen=True, slots=True)
class Look:
    """Colours, fonts and the sharpness of the screen."""

    theme: ThemeModel
    font: QFont
    small: QFont
    ratio: float

    def color(self, token: str, alpha: int = 255) -> QColor:
        """A colour of the theme."""
        color = QColor(self.theme.color(token))
        color.setAlpha(alpha)
        return color

    def lane(self, actor_type: int) -> str:
        """The colour of a type of actors."""
        return self.theme.color(f"lane.{actor_type % 8}") if actor_type >= 0 else self.theme.color("muted")


# --- edges ----------------------------------------------------------------------------------------------


def edge_lines(edges: Edges, pixels: Pixels, radius: float, names: Names = ()) -> tuple[Pixels, Ints]:
    """Lines from node to node as (m, 4), ending outside nodes and their names, and which edges they are.

    The two directions of a pair run beside each other, each on its right; an edge to itself is left out.
    """
    kept = _between_nodes(edges)
    if len(kept) > EDGES_AT_MOST:
        kept = np.sort(kept[np.argsort(-edges.counts[kept], kind="stable")[:EDGES_AT_MOST]])
    start, end = pixels[edges.sources[kept]], pixels[edges.targets[kept]]
    difference = end - start
    length = np.maximum(np.sqrt((difference**2).sum(axis=1)), 1e-6)
    unit = difference / length[:, None]
    codes = edges.sources[kept] * CODE + edges.targets[kept]
    both = np.isin(edges.targets[kept] * CODE + edges.sources[kept], codes)
    side = np.stack([-unit[:, 1], unit[:, 0]], axis=1) * np.where(both, min(4.0, radius * 0.35), 0.0)[:, None]
    boxes = np.full((len(pixels), 4), np.nan)
    boxes[[i for i, _, _ in names]] = edges_of([box for _, box, _ in names])
    after = np.minimum(insets(end + side, -unit, boxes[edges.targets[kept]], radius), length * HEAD_ROOM)
    before = np.minimum(insets(start + side, unit, boxes[edges.sources[kept]], radius), (length - after) * 0.6)
    return np.concatenate([start + side + before[:, None] * unit, end + side - after[:, None] * unit], axis=1), kept


def _between_nodes(edges: Edges) -> Ints:
    return np.flatnonzero(edges.sources != edges.targets)


def edges_left_out(edges: Edges) -> str:
    """What is said of the edges that are not drawn; nothing if all are."""
    count = len(_between_nodes(edges))
    return (
        f"The busiest {grouped(EDGES_AT_MOST)} of {counted(count, 'edge')} are drawn." if count > EDGES_AT_MOST else ""
    )


def edge_classes(counts: Ints) -> Ints:
    """0, 1 or 2 by how much went along each edge, compared with the busiest."""
    if not len(counts):
        return counts
    strength = np.log1p(counts) / np.log1p(counts.max())
    classes: Ints = (strength >= 0.45).astype(np.int64) + (strength >= 0.8)
    return classes


def paint_edges(painter: QPainter, lines: Pixels, classes: Ints, still: bool, look: Look) -> None:
    """Edges in three widths by how much went along them; thin and plain while nodes move, or if there are many."""
    heads = len(lines) <= (SMOOTH_EDGES if still else SMOOTH_MOVING)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, heads)
    if not heads:
        thin = mix(look.theme.color("background"), look.theme.color("edge"), 0.4)  # opaque lines cost a third
        _paint_lines(painter, lines, QColor(thin), 1.0, False)
        return
    faint = 90 if len(lines) > 250 else 150
    for kind, (width, alpha) in enumerate(((1.0, faint), (1.6, faint + 40), (2.4, 215))):
        _paint_lines(painter, lines[classes == kind], look.color("edge", alpha), width, True)


def paint_hot(painter: QPainter, lines: Pixels, look: Look) -> None:
    """The edges that are used right now."""
    few = len(lines) <= 40
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, few)
    _paint_lines(painter, lines[:SMOOTH_EDGES], look.color("accent"), 2.4 if few else 1.0, few)


def _paint_lines(painter: QPainter, lines: Pixels, color: QColor, width: float, heads: bool) -> None:
    if not len(lines):
        return
    painter.setPen(QPen(color, width))
    painter.drawLines([QLineF(*line) for line in lines.tolist()])
    if not heads:
        return
    size = 5.0 + 1.6 * width
    direction = lines[:, 2:] - lines[:, :2]
    direction /= np.maximum(np.sqrt((direction**2).sum(axis=1)), 1e-6)[:, None]
    tips = lines[:, 2:] + direction * 1.5
    base = tips - direction * size
    side = np.stack([-direction[:, 1], direction[:, 0]], axis=1) * size * 0.45
    path = QPainterPath()
    for tip, left, right in zip(tips.tolist(), (base + side).tolist(), (base - side).tolist(), strict=True):
        path.addPolygon(QPolygonF([QPointF(*tip), QPointF(*left), QPointF(*right), QPointF(*tip)]))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.fillPath(path, color)


def paint_spawns(painter: QPainter, spawns: Ints, pixels: Pixels, look: Look) -> None:
    """Dotted lines from parents to children, below everything else."""
    if len(spawns) > SMOOTH_EDGES:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(look.color("border_strong", 150), 1, Qt.PenStyle.DotLine))
    ends = np.concatenate([pixels[spawns[:, 0]], pixels[spawns[:, 1]]], axis=1)
    painter.drawLines([QLineF(*line) for line in ends.tolist()])


def paint_loops(painter: QPainter, edges: Edges, pixels: Pixels, radius: float, taken: Pixels, look: Look) -> None:
    """What nodes send to themselves, groups among their members: a loop at the upper left, with its count around it
    where nothing else is."""
    own = np.flatnonzero(edges.sources == edges.targets)
    if len(own) > COUNTED_EDGES:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(look.small)
    metrics = QFontMetricsF(look.small)
    size = max(radius * 0.75, 5.0)
    for edge in own.tolist():
        x, y = pixels[edges.sources[edge]]
        middle = QPointF(x - radius * 0.85, y - radius * 0.85)
        painter.setPen(QPen(look.color("edge", 200), 1.6))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(middle, size, size)
        text = short(int(edges.counts[edge]))
        painter.setPen(look.color("muted"))
        width, height = metrics.horizontalAdvance(text), metrics.height()
        side, over = size + width / 2 + 4, size + height / 2
        around = np.array([(-side, 0), (0, -over), (-side, -over), (side, -over), (-side, over)])
        box = free_box(np.add(around, [middle.x(), middle.y()]), width, height, taken)
        if box is not None:
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def paint_counts(painter: QPainter, counts: Ints, lines: Pixels, taken: Pixels, look: Look) -> None:
    """How many messages went along each edge, on its line, if edges are few and nothing else is there."""
    if len(counts) > COUNTED_EDGES:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(look.small)
    metrics = QFontMetricsF(look.small)
    texts = [short(count) for count in counts.tolist()]
    widths = [metrics.horizontalAdvance(text) for text in texts]
    for text, box in zip(texts, count_boxes(lines, widths, metrics.height(), taken), strict=True):
        if box is None:
            continue
        path = QPainterPath()
        path.addRoundedRect(box, 4, 4)
        painter.fillPath(path, look.color("background", 215))
        painter.setPen(look.color("muted"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


# --- nodes ----------------------------------------------------------------------------------------------


class NodePictures:
    """Pictures of nodes by what they look like; made when first needed, until theme, size or sharpness change."""

    def __init__(self) -> None:
        self._made: dict[tuple[object, ...], QPixmap] = {}
        self._badges: dict[str, QPixmap] = {}
        self._key: object = None

    def picture(self, node: Node, radius: float, selected: bool, faulted: bool, gone: bool, look: Look) -> QPixmap:
        """The picture of a node; its middle is the node's place."""
        if self._key != (look.theme.name, look.ratio, round(radius, 1)):
            self._key = (look.theme.name, look.ratio, round(radius, 1))
            self._made.clear()
            self._badges.clear()
        key = (node.kind, node.actor_type, selected, faulted, gone)
        if key not in self._made:
            self._made[key] = _draw_node(node, radius, selected, faulted, gone, look)
        return self._made[key]

    def badge(self, text: str, look: Look) -> QPixmap:
        """The badge with a number; to be asked for after ``picture``, which knows whether the theme changed."""
        if text not in self._badges:
            self._badges[text] = _draw_badge(text, look)
        return self._badges[text]


def _draw_node(node: Node, radius: float, selected: bool, faulted: bool, gone: bool, look: Look) -> QPixmap:
    half = radius + 11
    pixmap = QPixmap(int(2 * half * look.ratio), int(2 * half * look.ratio))
    pixmap.setDevicePixelRatio(look.ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    middle = QPointF(half, half)
    color = QColor(look.lane(node.actor_type))
    if selected:
        painter.setPen(QPen(look.color("accent"), 2.2))
        painter.setBrush(look.color("selection"))
        painter.drawPath(shape(node.kind, middle, radius + 5))
    if faulted:
        painter.setPen(QPen(look.color("fault"), 2.4, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(shape(node.kind, middle, radius + 8))
    ground = look.theme.color("background" if gone else "node")
    if gone:
        color = QColor(mix(ground, look.lane(node.actor_type), 0.5))
    broken = node.kind == "outside" or gone
    painter.setPen(QPen(color, 1.5 if gone else 2.0, Qt.PenStyle.DashLine if broken else Qt.PenStyle.SolidLine))
    fill = QColor(mix(ground, look.lane(node.actor_type), 0.0 if gone else 0.24))
    if node.kind == "group":
        painter.setBrush(QColor(mix(ground, look.lane(node.actor_type), 0.0 if gone else 0.12)))
        painter.drawPath(shape("actor", middle + QPointF(4, -4), radius - 2))
        painter.setBrush(fill)
        painter.drawPath(shape("actor", middle + QPointF(-2, 2), radius - 2))
    else:
        painter.setBrush(fill)
        painter.drawPath(shape(node.kind, middle, radius))
    painter.end()
    return pixmap


def shape(kind: str, at: QPointF, radius: float) -> QPainterPath:
    """Circle for an actor, hexagon for an agent, square for the program, diamond for the outside."""
    path = QPainterPath()
    if kind == "main":
        path.addRoundedRect(QRectF(at.x() - radius * 0.9, at.y() - radius * 0.9, radius * 1.8, radius * 1.8), 5, 5)
    elif kind == "agent":
        corners = [QPointF(at.x() + radius * cos(i * pi / 3), at.y() + radius * sin(i * pi / 3)) for i in range(7)]
        path.addPolygon(QPolygonF(corners))
    elif kind == "outside":
        corners = [at + QPointF(x * radius, y * radius) for x, y in ((0, -1), (1, 0), (0, 1), (-1, 0), (0, -1))]
        path.addPolygon(QPolygonF(corners))
    else:
        path.addEllipse(at, radius, radius)
    return path


def paint_nodes(
    painter: QPainter,
    nodes: Sequence[Node],
    pixels: Pixels,
    visible: npt.NDArray[np.bool_],
    names: Names,
    states: NodeStates,
    selected: int,
    acting: int,
    radius: float,
    pictures: NodePictures,
    look: Look,
) -> None:
    """Nodes with badges and names."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    chosen = np.flatnonzero(visible).tolist()
    half = radius + 11
    for i in chosen:
        x, y = pixels[i]
        faulted, gone = bool(states.faulted[i]), bool(states.gone[i])
        picture = pictures.picture(nodes[i], radius, i == selected, faulted, gone, look)
        painter.drawPixmap(QPointF(x - half, y - half), picture)
    if acting >= 0 and visible[acting]:
        painter.setPen(QPen(look.color("playhead"), 2.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(shape(nodes[acting].kind, QPointF(*pixels[acting]), radius + 3.5))
    _paint_names(painter, names, states, look)
    for i in chosen:
        at = QPointF(*pixels[i])
        if states.waiting[i]:
            badge = pictures.badge(short(int(states.waiting[i])) if radius >= BADGE_RADIUS else "", look)
            middle = QPointF(badge.width(), badge.height()) / (2 * look.ratio)
            painter.drawPixmap(at + QPointF(radius * 0.8, -radius * 0.8) - middle, badge)
        if states.faulted[i]:
            _paint_fault(painter, at + QPointF(radius * 0.8, radius * 0.8), look)
        elif states.gone[i]:
            _paint_stop(painter, at + QPointF(radius * 0.8, radius * 0.8), look)


def _paint_names(painter: QPainter, names: Names, states: NodeStates, look: Look) -> None:
    """Names below their nodes, struck out where the actor is gone."""
    struck = QFont(look.small)
    struck.setStrikeOut(True)
    for i, box, text in names:
        gone = bool(states.gone[i])
        path = QPainterPath()
        path.addRoundedRect(box, 3, 3)
        painter.fillPath(path, look.color("background", 190))
        painter.setFont(struck if gone else look.small)
        painter.setPen(look.color("muted" if gone else "text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _draw_badge(text: str, look: Look) -> QPixmap:
    """How many messages wait, as a number or as a dot."""
    metrics = QFontMetricsF(look.small)
    height = 15.0 if text else 7.0
    width = max(metrics.horizontalAdvance(text) + 8, height) if text else height
    pixmap = QPixmap(int(width * look.ratio + 1), int(height * look.ratio + 1))
    pixmap.setDevicePixelRatio(look.ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    box = QRectF(0, 0, width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.color("background"))
    painter.drawRoundedRect(box, height / 2, height / 2)
    painter.setBrush(look.color("accent"))
    painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), height / 2 - 1, height / 2 - 1)
    if text:
        painter.setFont(look.small)
        painter.setPen(look.color("on_accent"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    painter.end()
    return pixmap


def _paint_fault(painter: QPainter, at: QPointF, look: Look) -> None:
    """A cross on a disc: the actor has failed."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.color("background"))
    painter.drawEllipse(at, 8, 8)
    painter.setPen(QPen(look.color("fault"), 2.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    for dy in (1, -1):
        painter.drawLine(QLineF(at.x() - 3.5, at.y() - 3.5 * dy, at.x() + 3.5, at.y() + 3.5 * dy))


def _paint_stop(painter: QPainter, at: QPointF, look: Look) -> None:
    """A square on a disc: the actor has stopped."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.color("background"))
    painter.drawEllipse(at, 8, 8)
    painter.setBrush(look.color("muted"))
    painter.drawRoundedRect(QRectF(at.x() - 4, at.y() - 4, 8, 8), 1.5, 1.5)


def paint_pulse(painter: QPainter, start: QPointF, end: QPointF, part: float, look: Look) -> None:
    """A message on its way, with its path."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    at = start + (end - start) * part
    painter.setPen(QPen(look.color("accent"), 2.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawLine(start + (end - start) * max(0.0, part - 0.35), at)
    painter.setPen(QPen(look.color("background"), 1.5))
    painter.setBrush(look.color("accent"))
    painter.drawEllipse(at, 6, 6)
