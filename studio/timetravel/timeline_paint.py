"""Draws the timeline: overview, ruler and lanes into a picture that is kept, the playhead over it.

Counts come as arrays and become an image of one pixel per column and lane, which Qt stretches over the lane; only when
events are far apart is each drawn by itself, with the arrow from its cause.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QPolygonF

from engine.api import FLAG_DEAD_LETTER, FLAG_FAULT, FLAG_INJECTED, FLAG_START, FLAG_TIMER
from studio.model.event_store import Floats, Ints
from studio.model.figures import counted, grouped, short
from studio.model.theme import ThemeModel
from studio.model.timeline import Details, Lane, TimelineModel
from studio.theming.elide import elided
from studio.timetravel.timeline_geometry import LANE_HEIGHT, Geometry

BAND = 12.0
"""The height of the band of density inside a lane."""
LABELS_AT_MOST = 140
RENDERED_AT_MOST = 600


@dataclass(frozen=True, slots=True)
class Look:
    """Colours and fonts for one theme."""

    theme: ThemeModel
    font: QFont
    small: QFont

    def color(self, token: str, alpha: int = 255) -> QColor:
        """A colour of the theme."""
        color = QColor(self.theme.color(token))
        color.setAlpha(alpha)
        return color

    def lane(self, lane: Lane) -> QColor:
        """The colour of a lane: that of its actors' type."""
        return self.color(f"lane.{max(lane.actor_type, 0) % 8}" if lane.kind != "rendered" else "muted")


def paint_base(painter: QPainter, model: TimelineModel, geometry: Geometry, look: Look) -> None:
    """Everything but the playhead."""
    painter.fillRect(QRectF(0, 0, geometry.width, geometry.height), look.color("background"))
    rows = geometry.visible_rows(len(model.lanes))
    painter.save()
    painter.setClipRect(QRectF(0, geometry.lanes_top, geometry.width, geometry.height - geometry.lanes_top))
    _paint_lane_backgrounds(painter, model, geometry, look, rows)
    edges = model.edges(geometry.columns)
    painter.setClipRect(geometry.lanes)
    _paint_grid(painter, model, geometry, look)
    if model.run.total:
        if model.is_detailed(edges):
            _paint_details(painter, model, geometry, look, model.details(edges), rows)
        else:
            sharp = model.edges(_device_columns(painter, geometry))
            _paint_density(painter, model, geometry, look, sharp, rows)
            _paint_faults(painter, model, geometry, look, edges)
    _paint_rendered(painter, model, geometry, look)
    painter.setClipRect(QRectF(0, geometry.lanes_top, geometry.gutter, geometry.height))
    _paint_labels(painter, model, geometry, look, rows)
    painter.restore()
    _paint_ruler(painter, model, geometry, look)
    _paint_overview(painter, model, geometry, look)


def _device_columns(painter: QPainter, geometry: Geometry) -> int:
    """How many pixels of the screen the lanes are wide: columns of any other width would differ from each other."""
    return max(1, round(geometry.columns * painter.device().devicePixelRatioF()))


# --- lanes ------------------------------------------------------------------------------------------


def _paint_lane_backgrounds(
    painter: QPainter, model: TimelineModel, geometry: Geometry, look: Look, rows: range
) -> None:
    selected = model.run.selected_actor
    for row in rows:
        lane = model.lanes[row]
        rect = geometry.lane_rect(row)
        if lane.kind == "actor" and lane.actor == selected:
            painter.fillRect(rect, look.color("selection"))
            painter.fillRect(QRectF(0, rect.top(), 3, rect.height()), look.color("accent"))
        elif lane.kind == "rendered":
            painter.fillRect(rect, look.color("surface"))
        painter.fillRect(QRectF(0, rect.bottom() - 1, rect.width(), 1), look.color("border", 110))


def _paint_labels(painter: QPainter, model: TimelineModel, geometry: Geometry, look: Look, rows: range) -> None:
    painter.setFont(look.font)
    metrics = QFontMetricsF(look.font)
    for row in rows:
        lane = model.lanes[row]
        rect = geometry.lane_rect(row)
        middle = rect.center().y()
        color = look.lane(lane)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        left = 22.0 if lane.nested else 10.0
        if lane.kind == "type":
            painter.drawPolygon(_triangle(QPointF(left + 4, middle), lane.opened))
        elif lane.kind == "rendered":
            painter.drawRect(QRectF(left + 1, middle - 1, 7, 2))
        elif lane.kind == "actor":
            painter.drawEllipse(QPointF(left + 4, middle), 4, 4)
        left += 15
        count = f"×{grouped(lane.count)}" if lane.kind == "type" else ""
        room = geometry.gutter - left - 8 - (metrics.horizontalAdvance(count) + 6 if count else 0)
        painter.setPen(look.color("muted" if lane.kind in ("rendered", "rest") else "text"))
        area = QRectF(left, rect.top(), max(room, 0), rect.height() - 1)
        label = elided(lane.label, metrics, room)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, label)
        if count:
            painter.setPen(look.color("muted"))
            area = QRectF(0, rect.top(), geometry.gutter - 8, rect.height() - 1)
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, count)
    painter.fillRect(QRectF(geometry.gutter - 1, geometry.lanes_top, 1, geometry.height), look.color("border"))


def _triangle(at: QPointF, opened: bool) -> QPolygonF:
    x, y = at.x(), at.y()
    if opened:
        return QPolygonF([QPointF(x - 5, y - 3), QPointF(x + 5, y - 3), QPointF(x, y + 4)])
    return QPolygonF([QPointF(x - 3, y - 5), QPointF(x - 3, y + 5), QPointF(x + 4, y)])


def _paint_density(
    painter: QPainter, model: TimelineModel, geometry: Geometry, look: Look, edges: Ints, rows: range
) -> None:
    counts = model.density(edges)[rows.start : rows.stop]
    if not counts.size:
        return
    colors = np.array([look.lane(model.lanes[row]).rgb() & 0xFFFFFF for row in rows], np.uint32)
    image = density_image(counts, colors)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    for row in rows:
        top = geometry.lane_rect(row).top() + (LANE_HEIGHT - 1 - BAND) / 2
        target = QRectF(geometry.gutter, top, geometry.columns, BAND)
        painter.drawImage(target, image, QRectF(0, row - rows.start, image.width(), 1))


def density_image(counts: Floats, colors: npt.NDArray[np.uint32]) -> QImage:
    """One pixel per lane and column: the lane's colour, the more opaque the more events."""
    most = np.log1p(max(float(counts.max()), 1.0))
    alpha = np.where(counts > 0.02, 70 + 185 * np.log1p(counts) / most, 0).astype(np.uint32)
    pixels = np.ascontiguousarray((alpha << np.uint32(24)) | colors[:, None])
    height, width = pixels.shape
    return QImage(pixels.tobytes(), width, height, width * 4, QImage.Format.Format_ARGB32).copy()


def _paint_faults(painter: QPainter, model: TimelineModel, geometry: Geometry, look: Look, edges: Ints) -> None:
    faults = model.run.events.faults
    faults = faults[(faults >= edges[0]) & (faults < edges[-1])]
    if len(faults) > 2000:
        faults = faults[:: len(faults) // 2000 + 1]
    if not len(faults):
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    places = model.run.events.places(faults)
    for n, place in zip(faults.tolist(), places.tolist(), strict=True):
        row = model.lane_of_actor(model.run.events.row(n).actor)
        if row >= 0:
            paint_cross(painter, QPointF(geometry.x(place), geometry.lane_rect(row).center().y()), look)


def paint_cross(painter: QPainter, at: QPointF, look: Look, size: float = 4.0) -> None:
    """The sign of a turn that failed."""
    painter.setPen(QPen(look.color("background"), 5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    lines = [
        QLineF(at.x() - size, at.y() - size, at.x() + size, at.y() + size),
        QLineF(at.x() - size, at.y() + size, at.x() + size, at.y() - size),
    ]
    painter.drawLines(lines)
    painter.setPen(QPen(look.color("fault"), 2.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawLines(lines)


# --- events one by one --------------------------------------------------------------------------------


def _paint_details(
    painter: QPainter, model: TimelineModel, geometry: Geometry, look: Look, details: Details, rows: range
) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for row in rows:
        middle = geometry.lane_rect(row).center().y() - 0.5
        painter.setPen(QPen(look.color("border"), 1))
        painter.drawLine(QLineF(geometry.gutter, middle, geometry.width, middle))
    x = geometry.gutter + (details.places - geometry.start) / (geometry.end - geometry.start) * geometry.columns
    y: Floats = (geometry.lanes_top + details.lanes * LANE_HEIGHT - geometry.scroll + LANE_HEIGHT / 2 - 0.5).astype(
        np.float64
    )
    _paint_arrows(painter, model, geometry, look, details, x, y)
    focus = model.run.playhead - 1
    for i in np.flatnonzero(details.lanes >= 0).tolist():
        color = look.lane(model.lanes[int(details.lanes[i])])
        _paint_dot(painter, QPointF(x[i], y[i]), int(details.flags[i]), color, look, int(details.rows[i]) == focus)
    if len(x) <= LABELS_AT_MOST:
        _paint_messages(painter, model, look, details, x, y)


def _paint_arrows(
    painter: QPainter, model: TimelineModel, geometry: Geometry, look: Look, details: Details, x: Floats, y: Floats
) -> None:
    """From each event's cause to the event; those to and from the event at the playhead stand out."""
    before = geometry.start - 0.02 * (geometry.end - geometry.start)
    places = np.where(np.isnan(details.cause_places), before, details.cause_places)
    from_x = geometry.gutter + (places - geometry.start) / (geometry.end - geometry.start) * geometry.columns
    from_y = geometry.lanes_top + details.cause_lanes * LANE_HEIGHT - geometry.scroll + LANE_HEIGHT / 2 - 0.5
    drawn = (details.cause_lanes >= 0) & (details.lanes >= 0)
    focus = model.run.playhead - 1
    special = drawn & ((details.rows == focus) | ((details.causes == focus) & (focus >= 0)))
    heads = len(x) <= 400
    for chosen, color, width in (
        (drawn & ~special, look.color("edge", 170), 1.2),
        (special, look.color("accent"), 2.0),
    ):
        painter.setPen(QPen(color, width))
        painter.setBrush(color)
        indexes = np.flatnonzero(chosen).tolist()
        painter.drawLines([QLineF(from_x[i], from_y[i], x[i], y[i]) for i in indexes])
        if heads:
            painter.setPen(Qt.PenStyle.NoPen)
            for i in indexes:
                painter.drawPolygon(arrow_head(QPointF(from_x[i], from_y[i]), QPointF(x[i], y[i]), 5.5, 6.5))


def arrow_head(start: QPointF, end: QPointF, back: float, size: float) -> QPolygonF:
    """A filled head of an arrow, its point ``back`` pixels before the end."""
    line = QLineF(start, end)
    length = max(line.length(), 1e-6)
    ux, uy = line.dx() / length, line.dy() / length
    tip = QPointF(end.x() - ux * back, end.y() - uy * back)
    base = QPointF(tip.x() - ux * size, tip.y() - uy * size)
    side = QPointF(-uy * size * 0.45, ux * size * 0.45)
    return QPolygonF([tip, base + side, base - side])


def _paint_dot(painter: QPainter, at: QPointF, flags: int, color: QColor, look: Look, focus: bool) -> None:
    """An event: circle for a message, square for a start, diamond for a timer, hollow if it came too late."""
    if focus:
        painter.setPen(QPen(look.color("playhead"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(at, 8, 8)
    painter.setPen(QPen(look.color("background"), 1.2))
    painter.setBrush(color)
    if flags & FLAG_FAULT:
        paint_cross(painter, at, look)
    elif flags & FLAG_DEAD_LETTER:
        painter.setPen(QPen(color, 1.6))
        painter.setBrush(look.color("background"))
        painter.drawEllipse(at, 4, 4)
    elif flags & FLAG_START:
        painter.drawRect(QRectF(at.x() - 4, at.y() - 4, 8, 8))
    elif flags & FLAG_TIMER:
        diamond = [QPointF(0, -5.5), QPointF(5.5, 0), QPointF(0, 5.5), QPointF(-5.5, 0)]
        painter.drawPolygon(QPolygonF([at + p for p in diamond]))
    else:
        painter.drawEllipse(at, 4.5, 4.5)
        if flags & FLAG_INJECTED:
            painter.setPen(QPen(color, 1.2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(at, 7, 7)


def _paint_messages(
    painter: QPainter, model: TimelineModel, look: Look, details: Details, x: Floats, y: Floats
) -> None:
    """The names of messages beside their dots, where there is room before the next dot of the lane."""
    painter.setFont(look.small)
    metrics = QFontMetricsF(look.small)
    types = model.run.events.take("type", details.rows)
    for i in range(len(x)):
        if details.lanes[i] < 0:
            continue
        painter.setPen(look.color("text" if int(details.rows[i]) == model.run.playhead - 1 else "muted"))
        later = x[(details.lanes == details.lanes[i]) & (x > x[i])]
        text = model.run.program.message(int(types[i]))
        if not len(later) or float(later.min()) - x[i] > metrics.horizontalAdvance(text) + 16:
            painter.drawText(QPointF(x[i] + 8, y[i] - 2), text)


def _paint_rendered(painter: QPainter, model: TimelineModel, geometry: Geometry, look: Look) -> None:
    """The arrows of ``render timeline``, between the lanes of its participants."""
    arrows = [a for a in model.arrows() if geometry.start <= a.place <= geometry.end]
    if not arrows:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(look.small)
    metrics = QFontMetricsF(look.small)
    taken: dict[int, float] = {}
    for arrow in arrows[:RENDERED_AT_MOST]:
        x = geometry.x(arrow.place)
        source = QPointF(x, geometry.lane_rect(arrow.source).center().y())
        target = QPointF(x, geometry.lane_rect(arrow.target).center().y())
        color = look.color("accent" if arrow.n < model.run.playhead else "muted")
        painter.setPen(QPen(color, 1.6))
        painter.drawLine(source, target)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse(source, 3, 3)
        painter.drawPolygon(arrow_head(source, target, 0, 8))
        width = metrics.horizontalAdvance(arrow.payload)
        if arrow.payload and x > taken.get(arrow.target, -1e9):
            left = x + 6 if x + 8 + width < geometry.lanes.right() else x - 6 - width
            painter.setPen(look.color("muted"))
            painter.drawText(QPointF(left, target.y() + 3), arrow.payload)
            taken[arrow.target] = x + width + 12


# --- ruler and overview ---------------------------------------------------------------------------------


def ruler_step(span: float, columns: int) -> int:
    """Ticks between labels: 1, 2 or 5 times a power of ten, so that labels are about 90 pixels apart."""
    least = max(1.0, span * 90 / columns)
    power = 10 ** int(np.floor(np.log10(least)))
    return int(next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least))


def _labelled_ticks(model: TimelineModel, geometry: Geometry) -> range:
    step = ruler_step(model.span, geometry.columns)
    first = int(np.ceil(geometry.start / step)) * step
    return range(max(first, 0), int(geometry.end) + 1, step)


def _paint_grid(painter: QPainter, model: TimelineModel, geometry: Geometry, look: Look) -> None:
    color = look.color("border", 120)
    for tick in _labelled_ticks(model, geometry):
        painter.fillRect(QRectF(round(geometry.x(tick)), geometry.lanes_top, 1, geometry.height), color)


def _paint_ruler(painter: QPainter, model: TimelineModel, geometry: Geometry, look: Look) -> None:
    rect = geometry.ruler
    painter.fillRect(QRectF(0, rect.top(), geometry.width, rect.height()), look.color("surface"))
    painter.fillRect(QRectF(0, rect.bottom() - 1, geometry.width, 1), look.color("border"))
    painter.setFont(look.small)
    painter.setPen(look.color("muted"))
    area = QRectF(10, rect.top(), geometry.gutter - 18, rect.height())
    painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, "tick")
    for tick in _labelled_ticks(model, geometry):
        painter.fillRect(QRectF(round(geometry.x(tick)), rect.bottom() - 6, 1, 5), look.color("border_strong"))


def tick_labels(
    model: TimelineModel, geometry: Geometry, metrics: QFontMetricsF, taken: list[QRectF]
) -> list[tuple[QRectF, str]]:
    """The numbers of ticks that stand whole in the ruler, where no mark and no playhead is."""
    rect, labels = geometry.ruler, list[tuple[QRectF, str]]()
    for tick in _labelled_ticks(model, geometry):
        label = grouped(tick)
        width = metrics.horizontalAdvance(label)
        left = tick_label_left(round(geometry.x(tick)), width, rect.right())
        box = QRectF(left, rect.top() + 2, width, rect.height() - 5)
        others = [*taken, *(other for other, _ in labels)]
        if not any(box.adjusted(-3, 0, 3, 0).intersects(other) for other in others):
            labels.append((box, label))
    return labels


def paint_tick_labels(
    painter: QPainter, model: TimelineModel, geometry: Geometry, look: Look, taken: list[QRectF]
) -> None:
    """Draws the numbers of ticks, over the kept picture, because what they leave room for moves."""
    painter.setFont(look.small)
    painter.setPen(look.color("muted"))
    for box, label in tick_labels(model, geometry, QFontMetricsF(look.small), taken):
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, label)


def tick_label_left(x: float, width: float, right: float) -> float:
    """Where the number of a tick begins: behind its mark, or before it where it would be cut."""
    return x + 4 if x + 4 + width <= right else x - 4 - width


def count_label(total: int, metrics: QFontMetricsF, width: float) -> str:
    """How many events there are, as exactly as there is room for."""
    label = counted(total, "event")
    return label if metrics.horizontalAdvance(label) <= width else f"{short(total)} events"


def _paint_overview(painter: QPainter, model: TimelineModel, geometry: Geometry, look: Look) -> None:
    rect = geometry.overview
    painter.fillRect(QRectF(0, 0, geometry.width, rect.bottom() + 2), look.color("surface"))
    painter.setFont(look.small)
    painter.setPen(look.color("muted"))
    total = model.run.total
    area = QRectF(10, rect.top(), geometry.gutter - 18, rect.height())
    label = count_label(total, QFontMetricsF(look.small), area.width())
    painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, f"whole run\n{label}")
    painter.fillRect(rect, look.color("background"))
    if total:
        ratio = painter.device().devicePixelRatioF()
        counts = model.overview_counts(_device_columns(painter, geometry))
        image = _bars_image(counts, round((rect.height() - 4) * ratio), look.color("accent", 190))
        image.setDevicePixelRatio(ratio)
        painter.drawImage(QPointF(rect.left(), rect.top() + 4), image)
    _paint_fault_marks(painter, model, geometry, look)
    _paint_window(painter, model, geometry, look)
    painter.setPen(QPen(look.color("border"), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5))


def _bars_image(counts: Floats, height: int, color: QColor) -> QImage:
    """Bars from below; their height grows with the square root, so that one event is still seen."""
    most = max(float(counts.max()), 1.0)
    bars = np.where(counts > 0.02, np.maximum(2.0, np.sqrt(counts / most) * height), 0)
    filled = np.arange(height, 0, -1)[:, None] <= bars[None, :]
    pixels = np.where(filled, np.uint32(color.rgba()), np.uint32(0)).astype(np.uint32)
    return QImage(pixels.tobytes(), len(counts), height, len(counts) * 4, QImage.Format.Format_ARGB32).copy()


def _paint_fault_marks(painter: QPainter, model: TimelineModel, geometry: Geometry, look: Look) -> None:
    faults = model.run.events.faults
    if not len(faults):
        return
    places = model.run.events.places(faults)
    low, high = model.overview
    pixels = np.unique(((places - low) / (high - low) * geometry.columns / 3).astype(np.int64)) * 3
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(look.color("background"), 1))
    painter.setBrush(look.color("fault"))
    top = geometry.overview.top() + 7
    for pixel in pixels.tolist():
        at = QPointF(geometry.gutter + pixel, top)
        painter.drawPolygon(QPolygonF([at + p for p in (QPointF(0, -5), QPointF(5, 0), QPointF(0, 5), QPointF(-5, 0))]))


def _paint_window(painter: QPainter, model: TimelineModel, geometry: Geometry, look: Look) -> None:
    """The stretch that the lanes show; what lies outside it is veiled."""
    rect = geometry.overview
    left, right = geometry.overview_x(geometry.start), geometry.overview_x(geometry.end)
    if model.follow:
        return
    veil = look.color("background", 150)
    painter.fillRect(QRectF(rect.left(), rect.top(), left - rect.left(), rect.height()), veil)
    painter.fillRect(QRectF(right, rect.top(), rect.right() - right, rect.height()), veil)
    box = QRectF(left, rect.top() + 1, max(right - left, 3), rect.height() - 2)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(look.color("accent"), 1.5))
    painter.setBrush(look.color("accent", 26))
    painter.drawRoundedRect(box, 3, 3)


@dataclass(frozen=True, slots=True)
class _Mark:
    moment: int
    text: str
    token: str


def _marks(model: TimelineModel) -> list[_Mark]:
    """Where this branch left its parent, where others left it, and where it first differs from another."""
    run = model.run
    shown = run.shown_branch
    marks: list[_Mark] = []
    if shown is not None and shown.parent is not None:
        parent = next((b.name for b in run.branches if b.id == shown.parent), "")
        marks.append(_Mark(shown.at, f"fork of {parent}", "checkpoint"))
    marks += [_Mark(b.at, b.name, "checkpoint") for b in run.branches if b.parent == run.branch]
    if run.comparison is not None and run.comparison.difference is not None:
        marks.append(_Mark(run.comparison.difference.n + 1, "≠ first difference", "warning"))
    return marks


def paint_marks(painter: QPainter, model: TimelineModel, geometry: Geometry, look: Look, taken: list[QRectF]) -> None:
    """Marks as dashed lines, with their names in the ruler where ``taken`` leaves room."""
    painter.setFont(look.small)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    metrics = QFontMetricsF(look.small)
    for mark in _marks(model):
        place = model.place_of(mark.moment)
        painter.setPen(QPen(look.color(mark.token), 1.4, Qt.PenStyle.DashLine))
        over = geometry.overview_x(place)
        painter.drawLine(QLineF(over, geometry.overview.top(), over, geometry.overview.bottom()))
        if not geometry.start <= place <= geometry.end:
            continue
        x = geometry.x(place)
        painter.drawLine(QLineF(x, geometry.ruler.top(), x, geometry.height))
        top, height = geometry.ruler.top() + 2, geometry.ruler.height() - 5
        box = QRectF(x + 3, top, metrics.horizontalAdvance(mark.text) + 10, height)
        while (hit := next((r for r in taken if r.intersects(box)), None)) is not None:
            box.moveLeft(hit.right() + 3)
        if box.right() > geometry.width:
            box.moveRight(min([x - 3, *(r.left() - 3 for r in taken)]))
        taken.append(box)
        painter.fillRect(box, look.color("surface"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, mark.text)


# --- the playhead ----------------------------------------------------------------------------------------


def paint_playhead(painter: QPainter, model: TimelineModel, geometry: Geometry, look: Look) -> None:
    """The playhead with its tick, the marks of branches, and a veil over what lies after the playhead."""
    run = model.run
    if not run.total:
        paint_tick_labels(painter, model, geometry, look, [])
        return
    place = model.place_of(run.playhead)
    x, over = geometry.x(place), geometry.overview_x(place)
    lanes, overview = geometry.lanes, geometry.overview
    if run.in_the_past:
        veil = look.color("background", 140)
        edge = max(x, lanes.left())
        painter.fillRect(QRectF(edge, lanes.top(), max(0.0, lanes.right() - edge), lanes.height()), veil)
        painter.fillRect(QRectF(over, overview.top() + 1, overview.right() - over - 1, overview.height() - 2), veil)
    pill = _pill(model, geometry, look, x) if lanes.left() - 1 <= x <= lanes.right() + 1 else None
    if run.in_the_past:
        _paint_current_message(painter, model, geometry, look)
    taken = [pill] if pill is not None else []
    paint_marks(painter, model, geometry, look, taken)
    paint_tick_labels(painter, model, geometry, look, taken)
    color = look.color("playhead")
    painter.setPen(QPen(color, 1.6))
    painter.drawLine(QLineF(over, overview.top(), over, overview.bottom()))
    if pill is None:
        return
    painter.drawLine(QLineF(x, geometry.ruler.bottom(), x, geometry.height))
    path = QPainterPath()
    path.addRoundedRect(pill, 4, 4)
    corners = [QPointF(x - 5, pill.bottom()), QPointF(x + 5, pill.bottom()), QPointF(x, pill.bottom() + 5)]
    path.addPolygon(QPolygonF(corners))
    painter.fillPath(path, color)
    painter.setPen(_on(color))
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, _playhead_text(model))


def _paint_current_message(painter: QPainter, model: TimelineModel, geometry: Geometry, look: Look) -> None:
    """The name of the message at the playhead again, over the veil: what happens now is not dimmed."""
    edges = model.edges(geometry.columns)
    if not model.is_detailed(edges):
        return
    details = model.details(edges)
    at = np.flatnonzero((details.rows == model.run.playhead - 1) & (details.lanes >= 0))
    if not len(at) or len(details.rows) > LABELS_AT_MOST:
        return
    i = int(at[0])
    x = geometry.x(float(details.places[i]))
    y = geometry.lane_rect(int(details.lanes[i])).center().y() - 0.5
    later = details.places[(details.lanes == details.lanes[i]) & (details.places > details.places[i])]
    text = model.run.program.message(int(model.run.events.take("type", details.rows[[i]])[0]))
    room = geometry.x(float(later.min())) - x if len(later) else np.inf
    if room <= QFontMetricsF(look.small).horizontalAdvance(text) + 16:
        return
    painter.save()
    painter.setClipRect(geometry.lanes)
    painter.setFont(look.small)
    painter.setPen(look.color("text"))
    painter.drawText(QPointF(x + 8, y - 2), text)
    painter.restore()


def _playhead_text(model: TimelineModel) -> str:
    return f"{grouped(model.run.playhead_tick())} · #{grouped(model.run.playhead)}"


def _pill(model: TimelineModel, geometry: Geometry, look: Look, x: float) -> QRectF:
    """The label of the playhead, in the ruler."""
    lanes = geometry.lanes
    width = QFontMetricsF(look.small).horizontalAdvance(_playhead_text(model)) + 14
    left = min(max(x - width / 2, lanes.left()), lanes.right() - width)
    return QRectF(left, geometry.ruler.top() + 2, width, geometry.ruler.height() - 5)


def _on(color: QColor) -> QColor:
    """Black or white, whichever is read better on a colour."""
    light = 0.2126 * color.redF() ** 2.2 + 0.7152 * color.greenF() ** 2.2 + 0.0722 * color.blueF() ** 2.2
    return QColor("#000000" if light > 0.18 else "#ffffff")
