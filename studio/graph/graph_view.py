"""The live graph of actors as one widget.

While it is seen, a timer lets the model catch up for a few milliseconds a frame and moves nodes towards their places;
when nothing is left to do the timer rests, and hidden it does not run at all.
"""

from __future__ import annotations

from time import perf_counter

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QStyle, QToolTip, QWidget

from studio.graph.camera import Camera
from studio.graph.graph_labels import NAME_WIDTH, Pixels, name_boxes, taken_places
from studio.graph.graph_paint import (
    CODE,
    Look,
    Names,
    NodePictures,
    edge_classes,
    edge_lines,
    edges_left_out,
    paint_counts,
    paint_edges,
    paint_hot,
    paint_loops,
    paint_nodes,
    paint_pulse,
    paint_spawns,
)
from studio.model.edge_counts import Edges
from studio.model.event_store import Ints
from studio.model.figures import counted, grouped
from studio.model.graph import GraphModel
from studio.model.placement import Points
from studio.model.signal import ending
from studio.model.studio import StudioModel

FRAME_MS = 16
BUDGET_SECONDS = 0.004
COUNTING_SECONDS = 0.03
PULSE_SECONDS = 0.45
NEAR = 0.002
REFIT_RATIO = 1.5
"""A view that grew or shrank by more than this since the user zoomed shows everything again."""
NAMES_MEASURED = 60
"""Names are drawn beside so many nodes at most."""


class GraphView(QWidget):
    """Nodes and edges at the playhead's moment."""

    def __init__(self, model: StudioModel, graph: GraphModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._run = model.run
        self.graph = graph
        self.camera = Camera()
        self._fits = True
        self._zoomed_at = QSize(1, 1)
        self._measured: tuple[list[str], float] = ([], 0.0)
        self._shown: Points = np.empty((0, 2), np.float32)
        self._shown_of: object = None
        self._pictures = NodePictures()
        self._edge_layer: QPixmap | None = None
        self._edge_key: object = None
        self._drawn_counts: tuple[Ints, Ints] = (np.empty(0, np.int64), np.empty(0, np.int64))
        self._drag_from: QPointF | None = None
        self._moved = False
        self._hovered = -1
        self._pulse_from = 0.0
        self._pulsing = False
        self._settled = False
        self._arrived = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("Actor graph"))
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._frame)
        self.destroyed.connect(
            ending(
                self._run.store_changed.connect(self._restart),
                graph.changed.connect(self.wake),
                self._run.playhead_moved.connect(self._on_playhead),
                self._run.changed.connect(self._on_run),
                self._run.frame.connect(self._at_frame),
                model.theme.changed.connect(self.wake),
            )
        )

    def sizeHint(self) -> QSize:
        """A comfortable square."""
        return QSize(420, 380)

    def minimumSizeHint(self) -> QSize:
        """Room for a few nodes."""
        return QSize(160, 72)

    # --- frames ---------------------------------------------------------------------------------------

    def _restart(self) -> None:
        """Another run or branch is shown: nothing that was drawn of the one before is compared with it."""
        self._pulsing = False
        self._hovered = -1
        self._drawn_counts = (np.empty(0, np.int64), np.empty(0, np.int64))

    def wake(self) -> None:
        """There is something new to show."""
        self._settled = False
        if self.isVisible() and not self._timer.isActive():
            self._timer.start()

    def showEvent(self, event: QShowEvent) -> None:
        """Seen again: catches up."""
        super().showEvent(event)
        self._run.want_picture(True)
        self.wake()

    def hideEvent(self, event: QHideEvent) -> None:
        """Hidden: does nothing."""
        self._timer.stop()
        self._run.want_picture(False)
        super().hideEvent(event)

    def _at_frame(self) -> None:
        """The live run has moved on: all its events are counted at once, as the other views show them."""
        if self._timer.isActive():
            self.graph.count(COUNTING_SECONDS)
            self._frame()

    def _frame(self) -> None:
        done = self.graph.catch_up(BUDGET_SECONDS)
        self._arrived = near = self._approach() and done
        self._pulsing &= perf_counter() - self._pulse_from < PULSE_SECONDS
        pulsing = self._pulsing
        self.update()
        self.setAccessibleDescription(self.describe())
        if done and near and not pulsing and self._settled and self._run.state != "running":
            self._timer.stop()
        self._settled = done and near

    def _approach(self) -> bool:
        """Moves what is shown towards the model's places; whether it has arrived."""
        places = self.graph.places
        known = len(self._shown) if self._shown_of is self.graph.run.events else 0
        self._shown_of = self.graph.run.events
        if len(self._shown) != len(places) or known == 0:
            kept = min(known, len(places))
            self._shown = np.concatenate([self._shown[:kept], places[kept:]])
        difference = places - self._shown
        arrived = bool(np.abs(difference).max(initial=0) < NEAR) or not self._animates()
        self._shown = places.copy() if arrived else self._shown + difference * np.float32(0.28)
        if self._fits:
            self.camera = self.camera.fitted(places[0 if self.graph.outside_sends else 1 :], self._half_name())
        return arrived

    def _half_name(self) -> float:
        """Half of the widest name, in pixels. The camera shows the whole run, so that scrubbing moves no node."""
        labels = [node.label for node in self.graph.nodes[1:NAMES_MEASURED]]
        if labels != self._measured[0]:
            metrics = QFontMetricsF(self.font())
            widest = max((metrics.horizontalAdvance(label) for label in labels), default=0.0)
            self._measured = (labels, min(widest, NAME_WIDTH) / 2 + 6)
        return self._measured[1]

    def _animates(self) -> bool:
        return self.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, self) != 0

    def _on_playhead(self, n: int) -> None:
        if self.isVisible() and not self._run.live and self._animates():
            self._pulsing = self.graph.pulse() is not None
            self._pulse_from = perf_counter()
        self.wake()

    # --- painting ---------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the kept picture of the edges, then nodes, names and pulses."""
        painter = QPainter(self)
        look = self._look()
        nodes, shown = self.graph.nodes, self._shown
        if len(shown) != len(nodes) or len(nodes) < 2:
            painter.fillRect(self.rect(), look.color("background"))
            self._paint_hint(painter, look)
            painter.end()
            return
        pixels = self.camera.pixels(shown)
        moment = self._run.playhead
        radius = self.camera.radius
        visible = self.graph.appeared(moment)
        names = self.names(pixels)
        self._paint_all_edges(painter, self.graph.edges(moment), pixels, (pixels[visible], names), look)
        states = self.graph.states(self._run.picture)
        selected = self.selected_node()
        acting = self._acting_node()
        pulse = self.graph.pulse() if self._pulsing else None
        if pulse is not None:
            part = min(1.0, (perf_counter() - self._pulse_from) / PULSE_SECONDS)
            source, target = pulse
            paint_pulse(painter, QPointF(*pixels[source]), QPointF(*pixels[target]), 1 - (1 - part) ** 2, look)
        paint_nodes(painter, nodes, pixels, visible, names, states, selected, acting, radius, self._pictures, look)
        self._paint_left_out(painter, look)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(look.color("focus"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def names(self, pixels: Pixels) -> Names:
        """The names that are drawn at the playhead's moment, with their boxes."""
        moment, first = self._run.playhead, (self._acting_node(), self.selected_node(), self._hovered)
        visible, sizes = self.graph.appeared(moment), self.graph.sizes(moment)
        return name_boxes(self.graph.nodes, pixels, visible, sizes, first, self.camera.radius, self._look().small)

    def _look(self) -> Look:
        small = QFont(self.font())
        if small.pointSizeF() > 0:
            small.setPointSizeF(max(7.0, small.pointSizeF() * 0.88))
        return Look(self._model.theme, self.font(), small, self.devicePixelRatioF())

    def _paint_all_edges(
        self, painter: QPainter, edges: Edges, pixels: Pixels, shown: tuple[Pixels, Names], look: Look
    ) -> None:
        """The kept picture of the edges, and over it what changes from moment to moment. ``shown`` are the nodes that
        are there and the names."""
        moment = self._run.playhead
        lines, kept = edge_lines(edges, pixels, self.camera.radius, shown[1])
        classes = edge_classes(edges.counts[kept])
        key = (
            pixels.tobytes(),
            lines.tobytes(),
            len(self.graph.nodes),
            kept.tobytes(),
            edges.sources.tobytes(),
            edges.targets.tobytes(),
            classes.tobytes(),
            self._arrived,
            look.theme.name,
            look.ratio,
            self.size(),
        )
        if self._edge_layer is None or key != self._edge_key:
            self._edge_layer, self._edge_key = self._edge_picture(lines, classes, pixels, moment, look), key
        painter.drawPixmap(0, 0, self._edge_layer)
        taken = taken_places(shown[0], self.camera.radius, [box for _, box, _ in shown[1]], lines)
        paint_loops(painter, edges, pixels, self.camera.radius, taken, look)
        paint_hot(painter, lines[self._hot(edges)[kept]], look)
        paint_counts(painter, edges.counts[kept], lines, taken, look)

    def _edge_picture(
        self,
        lines: npt.NDArray[np.float64],
        classes: Ints,
        pixels: npt.NDArray[np.float64],
        moment: int,
        look: Look,
    ) -> QPixmap:
        layer = QPixmap(self.size() * look.ratio)
        layer.setDevicePixelRatio(look.ratio)
        layer.fill(look.color("background"))
        painter = QPainter(layer)
        paint_spawns(painter, self.graph.spawns(moment), pixels, look)
        paint_edges(painter, lines, classes, self._arrived, look)
        painter.end()
        return layer

    def _hot(self, edges: Edges) -> npt.NDArray[np.bool_]:
        """The edges that are used now: while running, since they were drawn last; else by the event at the playhead."""
        codes = edges.sources * CODE + edges.targets
        if self._run.live:
            known, counts = self._drawn_counts
            at = np.minimum(np.searchsorted(known, codes), max(len(known) - 1, 0))
            same = (known[at] == codes) & (counts[at] == edges.counts) if len(known) else np.zeros(len(codes), np.bool_)
            hot: npt.NDArray[np.bool_] = ~same
        else:
            pulse = self.graph.pulse()
            hot = codes == (pulse[0] * CODE + pulse[1] if pulse is not None else -1)
        self._drawn_counts = (codes, edges.counts)
        return hot

    def _paint_hint(self, painter: QPainter, look: Look) -> None:
        painter.setPen(look.color("muted"))
        area = self.rect().adjusted(16, 16, -16, -16)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.hint())

    def _paint_left_out(self, painter: QPainter, look: Look) -> None:
        text = edges_left_out(self.graph.edges(self._run.playhead))
        if text:
            painter.setFont(look.small)
            painter.setPen(look.color("muted"))
            area = self.rect().adjusted(8, 4, -8, -4)
            painter.drawText(area, Qt.AlignmentFlag.AlignBottom | Qt.TextFlag.TextWordWrap, text)

    def hint(self) -> str:
        """What is written where there are no actors to draw."""
        return {"compiling": self.tr("Compiling…"), "running": self.tr("Running…")}.get(
            self._run.state, self.tr("Run a program, and its actors and their messages appear here.")
        )

    def _on_run(self) -> None:
        if not self._run.total:
            self.update()  # the hint follows the state

    # --- what is where ------------------------------------------------------------------------------------

    def selected_node(self) -> int:
        """The node that shows the selected actor; -1 if none does."""
        return self.graph.node_of(self._run.selected_actor) if self._run.selected_actor is not None else -1

    def _acting_node(self) -> int:
        if not 0 < self._run.playhead <= self._run.total:
            return -1
        return self.graph.node_of(self._run.events.row(self._run.playhead - 1).actor)

    def node_at(self, at: QPointF) -> int:
        """The node under a pixel; -1 if there is none."""
        if not len(self._shown) or len(self._shown) != len(self.graph.nodes):
            return -1
        pixels = self.camera.pixels(self._shown)
        distance = np.hypot(pixels[:, 0] - at.x(), pixels[:, 1] - at.y())
        distance[~self.graph.appeared(self._run.playhead)] = np.inf
        nearest = int(np.argmin(distance))
        return nearest if distance[nearest] <= self.camera.radius + 4 else -1

    def edge_at(self, at: QPointF) -> tuple[int, int, int] | None:
        """Source, target and count of the edge under a pixel."""
        edges = self.graph.edges(self._run.playhead)
        if not len(edges.counts) or len(self._shown) != len(self.graph.nodes):
            return None
        pixels = self.camera.pixels(self._shown)
        lines, kept = edge_lines(edges, pixels, self.camera.radius, self.names(pixels))
        if not len(kept):
            return None
        start, end = lines[:, :2], lines[:, 2:]
        direction = end - start
        spot = np.array([at.x(), at.y()])
        part = ((spot - start) * direction).sum(axis=1) / np.maximum((direction**2).sum(axis=1), 1e-6)
        distance = np.hypot(*(start + direction * np.clip(part, 0, 1)[:, None] - spot).T)
        nearest = int(np.argmin(distance))
        if distance[nearest] > 5:
            return None
        edge = int(kept[nearest])
        return int(edges.sources[edge]), int(edges.targets[edge]), int(edges.counts[edge])

    def describe(self) -> str:
        """The graph in a sentence, for somebody who does not see it."""
        visible = int(self.graph.appeared(self._run.playhead).sum())
        edges = self.graph.edges(self._run.playhead)
        text = f"{counted(visible, 'node')}, {counted(len(edges.counts), 'edge')}"
        left_out = edges_left_out(edges)
        text = f"{text}. {left_out}" if left_out else text
        node = self.selected_node()
        there = node >= 0 and self.graph.appeared(self._run.playhead)[node]
        return f"{text}; {self._describe_node(node)}" if there else text

    def _describe_node(self, index: int) -> str:
        node = self.graph.nodes[index]
        states = self.graph.states(self._run.picture)
        size = int(self.graph.sizes(self._run.playhead)[index])
        lines = [f"{node.label} ×{grouped(size)}" if node.kind == "group" else node.label]
        lines.append(f"{counted(int(states.waiting[index]), 'message')} {self.tr('waiting')}")
        for count, one, many in (
            (int(states.faulted[index]), self.tr("has failed and is gone"), self.tr("have failed and are gone")),
            (int(states.stopped[index]), self.tr("has stopped"), self.tr("have stopped")),
        ):
            if count:
                lines.append(f"{grouped(count)} {many}" if node.kind == "group" else one)
        if node.kind == "group":
            lines.append(self.tr("double-click shows its actors"))
        return "\n".join(lines)

    # --- mouse ----------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begins to move the picture, or selects."""
        self._drag_from = event.position()
        self._moved = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Moves the picture; shows by the cursor what can be clicked."""
        if self._drag_from is None:
            node = self.node_at(event.position())
            self.setCursor(Qt.CursorShape.PointingHandCursor if node > 0 else Qt.CursorShape.ArrowCursor)
            self._hover(node)
            return
        difference = event.position() - self._drag_from
        if self._moved or difference.manhattanLength() > 4:
            self._moved = True
            self._leave_fit()
            self.camera = self.camera.panned(difference.x(), difference.y())
            self._drag_from = event.position()
            self.update()

    def _hover(self, node: int) -> None:
        """Names the node under the mouse, if there was no room for its name."""
        if node != self._hovered:
            self._hovered = node
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """No node is under the mouse any more."""
        self._hover(-1)
        super().leaveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Selects what was clicked, if nothing was moved."""
        if self._drag_from is not None and not self._moved and event.button() == Qt.MouseButton.LeftButton:
            self._click(event.position())
        self._drag_from = None

    def _click(self, at: QPointF) -> None:
        index = self.node_at(at)
        if index >= 0:
            actor = self.graph.nodes[index].actor
            if actor >= 0:
                self._run.select_actor(actor)
            return
        edge = self.edge_at(at)
        if edge is not None:
            self._next_on_edge(edge[0], edge[1])
        else:
            self._run.select_actor(None)

    def _next_on_edge(self, source: int, target: int) -> None:
        """Moves to the next message that goes along an edge, from the first again after the last."""
        found = self.graph.next_on_edge(source, target, self._run.playhead)
        if found is not None:
            self._run.show_event(found)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Opens a group, or shows an actor's type in the editor."""
        index = self.node_at(event.position())
        if index < 0:
            self.fit()
        else:
            self._open_node(index)

    def _open_node(self, index: int) -> None:
        node = self.graph.nodes[index]
        if node.actor_type < 0:
            return
        if node.kind == "group" or self.graph.is_opened(node.actor_type):
            self.graph.toggle(node.actor_type)
            self.fit()
        else:
            actor_type = self._run.program.actor_type(node.actor_type)
            if actor_type.line:
                self._model.show_place(actor_type.file, actor_type.line)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zooms at the mouse."""
        self.zoom(1.15 ** (event.angleDelta().y() / 120), event.position())
        event.accept()

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Closer or farther."""
        self._leave_fit()
        self.camera = self.camera.zoomed(factor, at or QPointF(self.width() / 2, self.height() / 2))
        self.update()

    def _leave_fit(self) -> None:
        """The user has chosen what to see of the picture, for a view of about this size."""
        self._fits, self._zoomed_at = False, self.size()

    def fit(self) -> None:
        """Shows everything, and goes on to."""
        self._fits = True
        self.wake()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keeps the middle in the middle; a much larger or smaller view shows everything again."""
        self.camera = self.camera.resized(self.width(), self.height())
        ratios = (self.width() / self._zoomed_at.width(), self.height() / self._zoomed_at.height())
        if max(*ratios, *(1 / ratio for ratio in ratios)) > REFIT_RATIO:
            self._fits = True
        self.wake()
        super().resizeEvent(event)

    def event(self, event: QEvent) -> bool:
        """Shows what is under the mouse."""
        if event.type() == QEvent.Type.ToolTip:
            assert isinstance(event, QHelpEvent)
            text = self.tip(event.pos())
            if text:
                QToolTip.showText(event.globalPos(), text, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def tip(self, at: QPoint) -> str:
        """What is under a pixel, in words."""
        index = self.node_at(QPointF(at))
        if index >= 0:
            return self._describe_node(index)
        edge = self.edge_at(QPointF(at))
        if edge is None:
            return ""
        names = self.graph.nodes[edge[0]].label, self.graph.nodes[edge[1]].label
        return f"{names[0]} → {names[1]}\n{counted(edge[2], 'message')}; {self.tr('click shows the next one')}"

    # --- keys -------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go to the nearest node in their direction; plus, minus and F zoom; Return opens."""
        directions = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, -1),
            Qt.Key.Key_Down: (0, 1),
        }
        key = Qt.Key(event.key())
        if key in directions and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._select_towards(*directions[key])
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(1.25)
        elif key == Qt.Key.Key_Minus:
            self.zoom(0.8)
        elif key == Qt.Key.Key_F:
            self.fit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.selected_node() >= 0:
            self._open_node(self.selected_node())
        elif key == Qt.Key.Key_Escape:
            self._run.select_actor(None)
        else:
            super().keyPressEvent(event)

    def _select_towards(self, dx: int, dy: int) -> None:
        """Selects the nearest actor in a direction, or the first one."""
        if len(self._shown) != len(self.graph.nodes):
            return
        there = self.graph.appeared(self._run.playhead) & np.array([n.actor >= 0 for n in self.graph.nodes], np.bool_)
        if not there.any():
            return
        now = self.selected_node()
        if now < 0:
            self._run.select_actor(self.graph.nodes[int(np.flatnonzero(there)[0])].actor)
            return
        difference = self._shown - self._shown[now]
        along = difference[:, 0] * dx + difference[:, 1] * dy
        across = np.abs(difference[:, 0] * dy) + np.abs(difference[:, 1] * dx)
        cost = np.where(there & (along > 0.05), along + 2 * across, np.inf)
        best = int(np.argmin(cost))
        if np.isfinite(cost[best]):
            self._run.select_actor(self.graph.nodes[best].actor)
