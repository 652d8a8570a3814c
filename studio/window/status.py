"""The status bar: what the run does, the last notice, and where the cursor is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QObject, QSize, Qt, QTimer, Slot
from PySide6.QtWidgets import QLabel, QMainWindow, QStatusBar, QToolButton

from studio.model.commands import Command
from studio.model.document import TextFormat
from studio.model.engine_port import TurnRunning
from studio.model.figures import counted, grouped, short
from studio.model.run import RunModel
from studio.model.run_words import running_text
from studio.model.studio import StudioModel
from studio.theming.elastic_button import ElasticButton
from studio.theming.icons import icons_of
from studio.theming.quiet_label import QuietLabel
from studio.theming.refresh import Refresh

NOTICE_MS = 9_000
ROOMY = 1_200
"""From this width on, the bar has room for everything beside a notice."""
STATE_LEAST = 120
SHOW_TIMELINE = "Show the timeline"
STATES = {
    "none": ("ready", "dot", "muted"),
    "compiling": ("compiling", "clock", "link"),
    "running": ("recording", "recording", "error"),
    "paused": ("paused", "pause", "warning"),
    "finished": ("finished", "success", "success"),
    "stopped": ("stopped", "stop", "muted"),
}
"""What a state of the run is called, its icon and that icon's colour."""
LEVELS = {"info": "muted", "warning": "warning", "error": "error"}


def run_text(run: RunModel, turn_seconds: int = 0) -> str:
    """What the run does, in a few words; ``turn_seconds`` is how long the turn has been running that does not end."""
    name = STATES[run.state][0]
    if not run.is_open:
        return name
    parts = [f"{name} {counted(run.total, 'event')}"]
    faults, dead = len(run.events.faults), run.events.dead_letters
    wrong = [counted(faults, "fault")] * bool(faults) + [counted(dead, "dead letter")] * bool(dead)
    if wrong:
        parts.append(", ".join(wrong))
    if run.turn_running is not None:
        parts.append(running_text(run.turn_running, turn_seconds))
    elif run.state == "running" and run.rate > 0:
        parts.append(f"{short(run.rate)}/s")
    if run.in_the_past and not run.live:
        parts.append(f"looking back at event {grouped(run.playhead)}")
    return "  ·  ".join(parts)


def hash_text(run: RunModel) -> str:
    """The beginning and end of the execution hash."""
    digits = f"{run.execution_hash & 0xFFFFFFFFFFFFFFFF:016x}"
    return f"hash {digits[:4]}…{digits[-2:]}"


def format_text(format: TextFormat) -> str:
    """How a file is written."""
    eol = {"\n": "LF", "\r\n": "CRLF", "\r": "CR"}[format.eol]
    return f"{format.encoding.upper()}{' BOM' if format.bom else ''}   {eol}"


class StatusBar(QObject):
    """Keeps the status bar of a window up to date."""

    def __init__(self, window: QMainWindow, model: StudioModel) -> None:
        super().__init__(window)
        self._model = model
        self.bar = QStatusBar(window)
        self.bar.setSizeGripEnabled(False)
        window.setStatusBar(self.bar)
        self._run = self._button("State of the run", SHOW_TIMELINE, "panel.timeline")
        self._hash = QLabel()
        self._hash.setToolTip(
            "Execution hash: equal for equal runs. Click Verify in the Run menu to replay and compare."
        )
        self._verified = QLabel()
        self._message = QuietLabel(width_hint=10)
        for widget in (self._run, self._hash, self._verified):
            self.bar.addWidget(widget)
        self.bar.addWidget(self._message, 1)
        self._place = self._button("Place of the cursor", "Go to a line", "edit.go_to_line")
        self._format = QLabel()
        self._problems = self._button("Problems", "Show the problems", "panel.problems")
        for widget in (self._place, self._format, self._problems):
            self.bar.addPermanentWidget(widget)
        self._timer = Refresh(self, model.run, self.refresh, 30)
        self._fading = QTimer(self)
        self._fading.setSingleShot(True)
        self._fading.setInterval(NOTICE_MS)
        self._fading.timeout.connect(self._fade)
        self._turn: TurnRunning | None = None
        self._turn_clock = QElapsedTimer()
        self._ticking = QTimer(self)
        self._ticking.setInterval(500)
        self._ticking.timeout.connect(self.refresh)
        self._cursor: Callable[[], None] = _nothing
        self._refused: Command | None = None
        """The command whose refusal is the notice that is shown."""
        self._run_number = model.run.run_number
        run, documents = model.run, model.documents
        self._disconnect: list[Callable[[], None]] = [
            run.changed.connect(self._later),
            run.store_changed.connect(self._on_store),
            run.playhead_moved.connect(lambda _: self._later()),
            documents.active_changed.connect(self._document_changed),
            documents.changed.connect(lambda _: self._later()),
            model.theme.changed.connect(self.refresh),
            model.notice.connect(self.show_notice),
            model.commands.refused.connect(self._show_refusal),
            run.sought.connect(lambda _: self._end_refusal()),
            run.selection_changed.connect(self._later),
        ]
        self._document_changed()
        self.refresh()

    def close_status(self) -> None:
        """Stops listening to the models."""
        for disconnect in (*self._disconnect, self._cursor):
            disconnect()
        self._timer.stop()
        self._ticking.stop()
        self._fading.stop()

    def _button(self, name: str, tip: str, command: str) -> QToolButton:
        button = ElasticButton(STATE_LEAST)
        button.setIconSize(QSize(14, 14))
        button.setAccessibleName(name)
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: self._model.commands.invoke(command))
        return button

    def _later(self) -> None:
        self._timer.later()

    def _on_store(self) -> None:
        """What was said of the run before does not stand beside the next."""
        if self._model.run.run_number != self._run_number:
            self._run_number = self._model.run.run_number
            self._fade()

    def _document_changed(self) -> None:
        self._cursor()
        document = self._model.documents.active
        self._cursor = document.cursor_moved.connect(self._later) if document is not None else _nothing
        self._later()

    def show_notice(self, level: str, text: str) -> None:
        """Shows a sentence for a while; errors have a place of their own above the code."""
        if level == "error":
            return
        self._refused = None
        self._message.show_text(text)
        self._message.setToolTip(text)
        self._message.setProperty("role", LEVELS[level])
        self._message.style().polish(self._message)
        self._fading.start()
        self._make_room()

    def _make_room(self) -> None:
        """A notice is worth more than hash and format, which go in a narrow window while it is shown."""
        roomy = not self.message or self.bar.width() >= ROOMY
        self._hash.setVisible(self._model.run.is_open and roomy)
        self._format.setVisible(self._model.documents.active is not None and roomy)

    def _show_refusal(self, command: Command, reason: str) -> None:
        self.show_notice("info", reason)
        self._refused = command

    def _end_refusal(self) -> None:
        """Why a command could not run was said of the moment that has been left."""
        if self._refused is not None:
            self._fade()

    @Slot()
    def _fade(self) -> None:
        self._refused = None
        self._message.show_text("")
        self._message.setToolTip("")
        self._make_room()

    @property
    def message(self) -> str:
        """The notice that is shown."""
        return self._message.shown

    @Slot()
    def refresh(self) -> None:
        """Shows everything as it is now; a refusal that is no longer true goes."""
        self._timer.stop()
        if self._refused is not None and self._refused.enabled() != self.message:
            self._fade()
        run, icons = self._model.run, icons_of(self._model)
        _, icon, color = STATES[run.state]
        if run.state == "finished" and len(run.events.faults):
            icon, color = "warning", "warning"
        elif run.state == "finished" and run.events.dead_letters:
            icon, color = "info", "link"
        if run.is_open and run.in_the_past and not run.live:
            icon, color = "back", "warning"
        self._run.setIcon(icons.icon(icon, color))
        text = run_text(run, self._turn_seconds())
        self._run.setText(text.replace("&", "&&"))
        self._run.setToolTip(f"{text}\n{SHOW_TIMELINE}")
        self._hash.setText(hash_text(run))
        self._verified.setVisible(run.is_open and run.verified is not None)
        self._verified.setText("✓ verified" if run.verified else "✗ differs")
        self._verified.setProperty("role", "success" if run.verified else "error")
        self._verified.style().polish(self._verified)
        self._refresh_document()

    def _turn_seconds(self) -> int:
        """How long the turn has been running that does not end; the text follows the clock until it ends."""
        turn = self._model.run.turn_running
        if turn is not self._turn:
            self._turn = turn
            self._turn_clock.restart()
        if turn is None:
            self._ticking.stop()
            return 0
        self._ticking.start()
        return self._turn_clock.elapsed() // 1000

    def _refresh_document(self) -> None:
        document = self._model.documents.active
        self._place.setVisible(document is not None)
        self._make_room()
        if document is not None:
            self._place.setText(f"Ln {document.cursor.line}, Col {document.cursor.column}")
            self._format.setText(format_text(document.format))
        problems = dict.fromkeys(p for d in self._model.documents.items for p in d.analysis.problems)
        errors = sum(p.severity == "error" for p in problems)
        icon, color = ("error", "error") if errors else ("warning", "warning") if problems else ("success", "success")
        self._problems.setIcon(icons_of(self._model).icon(icon, color))
        self._problems.setText(counted(len(problems), "problem"))


def _nothing() -> None:
    """The connection of a status bar without a document."""
