"""The panel of the timeline: a row of tools, and the timeline."""

from __future__ import annotations

from PySide6.QtCore import QRegularExpression, QSize
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout, QWidget

from studio.model.figures import grouped, whole
from studio.model.signal import ending
from studio.model.studio import StudioModel
from studio.model.timeline import TimelineModel
from studio.panels.registry import Panel, register_panel
from studio.theming.icons import icons_of
from studio.theming.quiet_label import QuietLabel
from studio.timetravel.timeline_access import install_timeline_access
from studio.timetravel.timeline_view import TimelineView

_TOOLS = (
    ("zoom-in", "Zoom in (+)", 0.5),
    ("zoom-out", "Zoom out (-)", 2.0),
    ("zoom-fit", "Show the whole run (F)", 0.0),
)


class TimelinePanel(QWidget):
    """The timeline with its tools."""

    def __init__(self, model: StudioModel) -> None:
        super().__init__()
        install_timeline_access()
        self._model = model
        self._run = model.run
        self.timeline = TimelineModel(model.run)
        self.view = TimelineView(model, self.timeline, self)
        self.view.event_opened.connect(self._open_event)
        self._where = QuietLabel(self, 260)
        self._where.setProperty("role", "muted")
        self._tick = QLineEdit(self)
        self._tick.setPlaceholderText(self.tr("Go to tick"))
        self._tick.setAccessibleName(self.tr("Go to tick"))
        self._tick.setValidator(QRegularExpressionValidator(QRegularExpression("[0-9]*"), self._tick))
        self._tick.setFixedWidth(92)
        self._tick.returnPressed.connect(self._go_to_tick)
        self._buttons = [self._tool(*tool) for tool in _TOOLS]
        row = QHBoxLayout()
        row.setContentsMargins(8, 3, 8, 3)
        row.setSpacing(4)
        row.addWidget(self._where, 1)
        row.addWidget(self._tick)
        for button in self._buttons:
            row.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(row)
        layout.addWidget(self.view, 1)
        self.setFocusProxy(self.view)
        self.destroyed.connect(
            ending(
                self._run.playhead_moved.connect(lambda n: self._tell()),
                self._run.changed.connect(self._tell),
                self._run.branches_changed.connect(self._tell),
                model.theme.changed.connect(self._set_icons),
            )
        )
        self._set_icons()
        self._tell()

    def _tool(self, icon: str, tip: str, factor: float) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("icon-name", icon)
        button.setAutoRaise(True)
        button.setIconSize(QSize(16, 16))
        button.setToolTip(self.tr(tip))
        button.setAccessibleName(self.tr(tip))
        button.clicked.connect(lambda: self._zoom(factor))
        return button

    def _set_icons(self) -> None:
        icons = icons_of(self._model)
        for button in self._buttons:
            button.setIcon(icons.icon(str(button.property("icon-name"))))

    def _zoom(self, factor: float) -> None:
        if factor:
            self.timeline.zoom(factor, self.timeline.place_of(self._run.playhead))
        else:
            self.timeline.fit()

    def _go_to_tick(self) -> None:
        if self._tick.text():
            self._run.seek_tick(whole(self._tick.text()))
            self._tick.clear()
            self.view.setFocus()

    def _tell(self) -> None:
        """Where the playhead stands, in words; in the past it says so."""
        run = self._run
        if not run.total:
            self._where.show_text("")
            return
        branch = run.shown_branch.name if run.shown_branch is not None and len(run.branches) > 1 else ""
        place = f"{self.tr('tick')} {grouped(run.playhead_tick())} · {self.tr('event')} {grouped(run.playhead)}"
        total = f"{self.tr('of')} {grouped(run.total)}"
        if run.live:
            state = f" · {self.tr('live')}"
        else:
            state = f" · {self.tr('in the past')}" if run.in_the_past else f" · {self.tr('at the end')}"
        self._where.show_text(f"{branch + ' · ' if branch else ''}{place} {total}{state}")

    def _open_event(self, n: int) -> None:
        """Shows the handler of an event in the editor."""
        if not 0 <= n < self._run.total:
            return
        handler = self._run.program.handler(self._run.events.row(n).type)
        if handler is not None and handler.line:
            self._model.show_place(handler.file, handler.line)

    def sizeHint(self) -> QSize:
        """A quarter of a window."""
        return QSize(900, 280)


TIMELINE = register_panel(Panel("timeline", "Timeline", "timeline", "bottom", 0, TimelinePanel))
