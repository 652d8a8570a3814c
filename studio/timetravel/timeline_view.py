"""The timeline as a widget: shows what ``TimelineModel`` says and turns mouse, wheel and keys into its actions.

The picture without the playhead is kept; moving the playhead draws two lines and a veil over it, so a drag costs the
same over a hundred events and over ten million.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QContextMenuEvent,
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QMenu, QToolTip, QWidget

from engine.api import OUTSIDE
from studio.model.event_store import Floats
from studio.model.events_table import kind_of
from studio.model.figures import counted, grouped
from studio.model.signal import ending
from studio.model.studio import StudioModel
from studio.model.timeline import TimelineModel
from studio.timetravel.timeline_geometry import LANE_HEIGHT, PADDING, Geometry
from studio.timetravel.timeline_paint import Look, paint_base, paint_playhead

HIT_PIXELS = 9
GUTTER_LEAST, GUTTER_MOST = 96, 220


class TimelineView(QAbstractScrollArea):
    """Overview, ruler and lanes with the playhead."""

    event_opened = Signal(int)
    """An event was double-clicked, by number."""

    def __init__(self, model: StudioModel, timeline: TimelineModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._run = model.run
        self.timeline = timeline
        self._base: QPixmap | None = None
        self._base_key: object = None
        self._drag = ""
        self._drag_from = QPointF()
        self._drag_window = (0.0, 1.0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Timeline"))
        self.setAccessibleDescription(
            self.tr("Left and Right move the playhead by an event, plus and minus zoom, Up and Down choose an actor.")
        )
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.destroyed.connect(
            ending(
                timeline.changed.connect(self._redraw),
                self._run.playhead_moved.connect(self._on_playhead),
                self._run.picture_changed.connect(self._redraw),
                self._run.changed.connect(self._on_run),
                model.theme.changed.connect(self._on_theme),
            )
        )
        self._small = QFont()
        self._set_fonts()

    def sizeHint(self) -> QSize:
        """Room for a handful of lanes."""
        return QSize(900, 240)

    def minimumSizeHint(self) -> QSize:
        """The overview and two lanes."""
        return QSize(240, 120)

    # --- geometry -----------------------------------------------------------------------------------

    def geometry_now(self) -> Geometry:
        """Where things lie now."""
        start, end = self.timeline.overview
        viewport = self.viewport()
        return Geometry(
            viewport.width(),
            viewport.height(),
            self._gutter(),
            self.verticalScrollBar().value(),
            self.timeline.start,
            self.timeline.end,
            start,
            end,
        )

    def _gutter(self) -> int:
        metrics = QFontMetricsF(self.font())
        lanes = self.timeline.lanes[:200]
        widest = max((metrics.horizontalAdvance(_label(lane.label, lane.count)) for lane in lanes), default=0)
        nested = 12 if any(lane.nested for lane in lanes) else 0
        return int(min(max(widest + 38 + nested, GUTTER_LEAST), GUTTER_MOST, self.viewport().width() / 3))

    def _update_scroll(self) -> None:
        bar = self.verticalScrollBar()
        content = len(self.timeline.lanes) * LANE_HEIGHT
        room = max(0, self.viewport().height() - self.geometry_now().lanes_top)
        bar.setPageStep(max(room, 1))
        bar.setSingleStep(LANE_HEIGHT)
        bar.setRange(0, max(0, content - room))

    # --- painting -------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the kept picture, made anew if something changed, and the playhead."""
        if not self.timeline.catch_up():
            self._redraw()
        self._update_scroll()
        geometry = self.geometry_now()
        look = Look(self._model.theme, self.font(), self._small)
        ratio = self.devicePixelRatioF()
        key = (geometry, self.timeline.version, ratio, self._model.theme.name, self._focus_event(geometry))
        if key != self._base_key or self._base is None:
            self._base = self._fresh_pixmap(ratio)
            painter = QPainter(self._base)
            paint_base(painter, self.timeline, geometry, look)
            painter.end()
            self._base_key = key
        painter = QPainter(self.viewport())
        painter.drawPixmap(0, 0, self._base)
        paint_playhead(painter, self.timeline, geometry, look)
        if not self._run.total:
            self._paint_hint(painter, geometry, look)
        if self.hasFocus():
            painter.setPen(look.color("focus"))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _focus_event(self, geometry: Geometry) -> int:
        """The event at the playhead where events are drawn one by one, because it is marked there."""
        edges = self.timeline.edges(geometry.columns)
        return self._run.playhead if self.timeline.is_detailed(edges) else -1

    def _fresh_pixmap(self, ratio: float) -> QPixmap:
        size = self.viewport().size() * ratio
        if self._base is not None and self._base.size() == size:
            return self._base
        pixmap = QPixmap(size)
        pixmap.setDevicePixelRatio(ratio)
        return pixmap

    def _paint_hint(self, painter: QPainter, geometry: Geometry, look: Look) -> None:
        painter.setPen(look.color("muted"))
        painter.setFont(self.font())
        painter.drawText(geometry.lanes, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.hint())

    def hint(self) -> str:
        """What is written where there is nothing to draw."""
        return {
            "compiling": self.tr("Compiling…"),
            "running": self.tr("Running…"),
        }.get(self._run.state, self.tr("Run a program, and every message that an actor handles appears here."))

    def changeEvent(self, event: QEvent) -> None:
        """Follows changes of the font."""
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange):
            self._set_fonts()
            self._on_theme()
        super().changeEvent(event)

    def _set_fonts(self) -> None:
        self._small = QFont(self.font())
        if self._small.pointSizeF() > 0:
            self._small.setPointSizeF(max(7.0, self._small.pointSizeF() * 0.88))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keeps the scroll range right."""
        super().resizeEvent(event)
        self._update_scroll()

    def _on_theme(self) -> None:
        self._base_key = None
        self._redraw()

    def _redraw(self) -> None:
        self.viewport().update()

    def _on_run(self) -> None:
        """Without events, the state of the run is what there is to read."""
        if not self._run.total:
            self._redraw()

    def _on_playhead(self, n: int) -> None:
        if self.isVisible():
            if not self.timeline.follow and not self._drag:
                self.timeline.reveal(self.timeline.place_of(n))
            self._redraw()
            if QAccessible.isActive():
                QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.ValueChanged))

    # --- mouse ------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Takes hold of the playhead, of the window in the overview, or of the lanes."""
        geometry, at = self.geometry_now(), event.position()
        self._drag_from = at
        self._drag_window = (self.timeline.start, self.timeline.end)
        pans = event.button() == Qt.MouseButton.MiddleButton or event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if event.button() == Qt.MouseButton.RightButton:
            return
        if at.x() < geometry.gutter:
            self._press_label(geometry.lane_at(at.y()))
        elif at.y() < geometry.overview.bottom():
            self._press_overview(geometry, at.x())
        elif pans:
            self._drag = "pan"
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        else:
            self._drag = "playhead"
            self._press_lanes(geometry, at)

    def _press_label(self, row: int) -> None:
        if not 0 <= row < len(self.timeline.lanes):
            return
        lane = self.timeline.lanes[row]
        if lane.kind == "type":
            self.timeline.toggle(lane.actor_type)
        elif lane.kind == "actor":
            self._run.select_actor(None if lane.actor == self._run.selected_actor else lane.actor)

    def _press_overview(self, geometry: Geometry, x: float) -> None:
        place = geometry.overview_place(x)
        if self.timeline.follow:
            self._drag = "overview-playhead"
            self._run.seek(self.timeline.moment_at(place))
            return
        self._drag = "window"
        if not geometry.start <= place <= geometry.end:
            span = self.timeline.span
            self.timeline.show_window(place - span / 2, place + span / 2)
            self._drag_window = (self.timeline.start, self.timeline.end)

    def _press_lanes(self, geometry: Geometry, at: QPointF) -> None:
        hit = self._event_at(geometry, at)
        if hit is not None:
            self._run.show_event(hit)
            return
        row = geometry.lane_at(at.y())
        if 0 <= row < len(self.timeline.lanes) and self.timeline.lanes[row].kind == "actor":
            self._run.select_actor(self.timeline.lanes[row].actor, ask=False)
        self._run.seek(self.timeline.moment_at(geometry.place(at.x())))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drags what was taken hold of."""
        geometry, at = self.geometry_now(), event.position()
        if self._drag == "playhead":
            self._scrub(geometry, at.x())
        elif self._drag == "overview-playhead":
            self._run.scrub(self.timeline.moment_at(geometry.overview_place(at.x())))
        elif self._drag == "pan":
            ticks = (self._drag_from.x() - at.x()) / geometry.columns * self.timeline.span
            self.timeline.show_window(self._drag_window[0] + ticks, self._drag_window[1] + ticks)
        elif self._drag == "window":
            ticks = geometry.overview_place(at.x()) - geometry.overview_place(self._drag_from.x())
            self.timeline.show_window(self._drag_window[0] + ticks, self._drag_window[1] + ticks)
        else:
            over_label = at.x() < geometry.gutter and geometry.lane_at(at.y()) in range(len(self.timeline.lanes))
            shape = Qt.CursorShape.PointingHandCursor if over_label else Qt.CursorShape.ArrowCursor
            self.viewport().setCursor(shape)

    def _scrub(self, geometry: Geometry, x: float) -> None:
        """Moves the playhead; at the borders the window comes along."""
        lanes = geometry.lanes
        if x < lanes.left() or x > lanes.right():
            over = x - lanes.left() if x < lanes.left() else x - lanes.right()
            self.timeline.pan(over / geometry.columns * self.timeline.span * 0.3)
        x = min(max(x, lanes.left()), lanes.right())
        self._run.scrub(self.timeline.moment_at(self.geometry_now().place(x)))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Lets go; a drag of the playhead ends where it is."""
        if self._drag in ("playhead", "overview-playhead"):
            self._run.seek(self._run.playhead)
        self._drag = ""
        self.viewport().unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Opens the event under the mouse in the editor; in the overview, shows the whole run."""
        geometry, at = self.geometry_now(), event.position()
        if at.y() < geometry.overview.bottom():
            self.timeline.fit()
        elif at.x() >= geometry.gutter and self._run.playhead:
            self.event_opened.emit(self._run.playhead - 1)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zooms at the mouse; with Shift or sideways pans; over the labels scrolls the lanes."""
        geometry, at = self.geometry_now(), event.position()
        delta = event.angleDelta()
        if at.x() < geometry.gutter:
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() - delta.y() * LANE_HEIGHT // 120)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier or abs(delta.x()) > abs(delta.y()):
            amount = delta.x() or delta.y()
            self.timeline.pan(-amount / 120 * self.timeline.span * 0.12)
        elif delta.y():
            over = at.y() < geometry.overview.bottom()
            place = geometry.overview_place(at.x()) if over else geometry.place(at.x())
            self.timeline.zoom(0.8 ** (delta.y() / 120), place)
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done at the playhead."""
        menu = QMenu(self)
        for id in ("time.cause", "time.effect", "time.fork", "timeline.fit"):
            if id in self._model.commands:
                command = self._model.commands[id]
                action = menu.addAction(command.title)
                action.setEnabled(command.enabled() is None)
                action.setData(id)
        menu.triggered.connect(lambda action: self._model.commands.invoke(action.data()))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    # --- hovering ---------------------------------------------------------------------------------------

    def _event_at(self, geometry: Geometry, at: QPointF) -> int | None:
        """The event drawn under the mouse, where events are drawn one by one."""
        edges = self.timeline.edges(geometry.columns)
        if not self._run.total or not self.timeline.is_detailed(edges) or not geometry.lanes.contains(at):
            return None
        details = self.timeline.details(edges)
        row = geometry.lane_at(at.y())
        near = [
            (abs(geometry.x(float(details.places[i])) - at.x()), int(details.rows[i]))
            for i in range(len(details.rows))
            if details.lanes[i] == row
        ]
        distance, n = min(near, default=(HIT_PIXELS + 1, -1))
        return n if distance <= HIT_PIXELS else None

    def viewportEvent(self, event: QEvent) -> bool:
        """Shows what is under the mouse."""
        if event.type() == QEvent.Type.ToolTip:
            assert isinstance(event, QHelpEvent)
            text = self.describe(event.pos())
            if text:
                spot = QRect(event.pos() - QPoint(6, 6), QSize(12, 12))
                QToolTip.showText(event.globalPos(), text, self.viewport(), spot)
            else:
                QToolTip.hideText()
            return True
        return super().viewportEvent(event)

    def describe(self, at: QPoint) -> str:
        """What is under a pixel, in words."""
        geometry, spot = self.geometry_now(), QPointF(at)
        hit = self._event_at(geometry, spot)
        if hit is not None:
            return self.describe_event(hit)
        if not self._run.total or not geometry.lanes.contains(spot):
            return ""
        first, last = (float(geometry.place(x)) for x in (spot.x() - 0.5, spot.x() + 0.5))
        rows = self.timeline.run.events.rows_at(_pair(first, last))
        count = int(rows[1] - rows[0])
        tick = f"{self.tr('tick')} {grouped(max(0, int(geometry.place(spot.x()))))}"
        return f"{tick}\n{counted(count, self.tr('event'))} {self.tr('in this column')}" if count else tick

    def describe_event(self, n: int) -> str:
        """An event in words: number, tick, actor, message, sender."""
        row = self._run.events.row(n)
        cast = self._run.events.cast
        text = self._run.text_of(n) or self._run.program.message(row.type)
        kind = kind_of(row.flags)
        sender = "" if row.sender == OUTSIDE else f"\n{self.tr('from')} {cast.name(row.sender)}"
        head = f"#{grouped(n + 1)} · {self.tr('tick')} {grouped(row.tick)}"
        return f"{head}{' · ' + kind if kind else ''}\n{cast.name(row.actor)} · {text}{sender}"

    def moment_in_words(self) -> str:
        """The playhead's moment, for somebody who does not see it."""
        run = self._run
        if not run.total:
            return self.tr("nothing has run")
        place = (
            f"{self.tr('event')} {run.playhead} {self.tr('of')} {run.total}, {self.tr('tick')} {run.playhead_tick()}"
        )
        if not run.playhead:
            return f"{self.tr('before the first event of')} {run.total}"
        row = run.events.row(run.playhead - 1)
        return f"{place}: {run.events.cast.name(row.actor)}, {run.program.message(row.type)}"

    # --- keys ---------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Moves the playhead, the window and the selection."""
        key, shift = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if control:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            direction = 1 if key == Qt.Key.Key_Right else -1
            if shift:
                self.timeline.pan(direction * self.timeline.span * 0.1)
            else:
                self._run.step(direction)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._select_lane(1 if key == Qt.Key.Key_Down else -1)
        elif not self._other_key(key):
            super().keyPressEvent(event)

    def _other_key(self, key: int) -> bool:
        """The keys without a direction; whether it was one of them."""
        place = self.timeline.place_of(self._run.playhead)
        actions: dict[int, Callable[[], object]] = {
            Qt.Key.Key_Home: self._run.to_start,
            Qt.Key.Key_End: self._run.to_end,
            Qt.Key.Key_Plus: lambda: self.timeline.zoom(0.6, place),
            Qt.Key.Key_Equal: lambda: self.timeline.zoom(0.6, place),
            Qt.Key.Key_Minus: lambda: self.timeline.zoom(1 / 0.6, place),
            Qt.Key.Key_F: self.timeline.fit,
            Qt.Key.Key_Comma: lambda: self._run.next_of_actor(-1),
            Qt.Key.Key_Period: lambda: self._run.next_of_actor(1),
            Qt.Key.Key_PageUp: lambda: self._run.next_fault(-1),
            Qt.Key.Key_PageDown: lambda: self._run.next_fault(1),
            Qt.Key.Key_C: self._run.to_cause,
            Qt.Key.Key_E: self._run.to_effect,
            Qt.Key.Key_Return: lambda: self.event_opened.emit(self._run.playhead - 1),
            Qt.Key.Key_Escape: lambda: self._run.select_actor(None),
        }
        action = actions.get(key)
        if action is None:
            return False
        action()
        return True

    def _select_lane(self, step: int) -> None:
        rows = [i for i, lane in enumerate(self.timeline.lanes) if lane.kind == "actor"]
        if not rows:
            return
        selected = self._run.selected_actor
        now = next((i for i, row in enumerate(rows) if self.timeline.lanes[row].actor == selected), None)
        chosen = (0 if step > 0 else len(rows) - 1) if now is None else min(max(now + step, 0), len(rows) - 1)
        self._run.select_actor(self.timeline.lanes[rows[chosen]].actor)
        top = rows[chosen] * LANE_HEIGHT
        bar = self.verticalScrollBar()
        if top < bar.value():
            bar.setValue(top)
        elif top + LANE_HEIGHT > bar.value() + bar.pageStep():
            bar.setValue(top + LANE_HEIGHT - bar.pageStep() + PADDING)


def _label(text: str, count: int) -> str:
    return text if count == 1 else f"{text} ×{grouped(count)}"


def _pair(first: float, last: float) -> Floats:
    return np.array([first, last])
