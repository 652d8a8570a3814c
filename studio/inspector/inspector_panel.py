"""The inspector: the event at the playhead, the state of an actor there, and the ways to cause and effect."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from studio.inspector.value_tree import ValueTree
from studio.model.inspector import heading, sections
from studio.model.signal import ending
from studio.model.studio import StudioModel
from studio.panels.registry import Panel, register_panel
from studio.theming.icons import icons_of
from studio.theming.quiet_label import QuietLabel
from studio.theming.refresh import Refresh

FRAME_MS = 33


EMPTY = "Run a program, and the values of the actor or event that you select appear here."


class InspectorPanel(QWidget):
    """What there is to know about a moment."""

    def __init__(self, model: StudioModel) -> None:
        super().__init__()
        self._model = model
        self._run = model.run
        self.title = QuietLabel(self)
        self.title.setProperty("role", "title")
        self.subtitle = QuietLabel(self)
        self.subtitle.setProperty("role", "muted")
        self.pin = self._button(self.tr("Pin"), self.tr("Keeps this actor here wherever the playhead goes"), "time.pin")
        self.pin.setCheckable(True)
        self.cause = self._button(self.tr("Cause"), self.tr("To the turn that sent this message"), "time.cause")
        self.effect = self._button(self.tr("Effect"), self.tr("To what this turn sent"), "time.effect")
        self.effect.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.tree = ValueTree(model, self._run.show_event, self)
        self.hint = QLabel(self.tr(EMPTY), self)
        self.hint.setProperty("role", "muted")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setWordWrap(True)
        self._head = QWidget(self)
        head = QVBoxLayout(self._head)
        head.setContentsMargins(10, 6, 6, 4)
        head.setSpacing(0)
        head.addWidget(self.title)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.pin)
        row.addWidget(self.cause)
        row.addWidget(self.effect)
        row.addStretch(1)
        head.addWidget(self.subtitle)
        head.addLayout(row)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._head)
        layout.addWidget(self.tree, 1)
        layout.addWidget(self.hint, 1)
        self.setFocusProxy(self.tree)
        self._timer = Refresh(self, self._run, self._fill, FRAME_MS)
        self.destroyed.connect(
            ending(
                self._run.store_changed.connect(self._fill),
                self._run.picture_changed.connect(self._wake),
                self._run.selection_changed.connect(self._wake),
                self._run.outputs_changed.connect(self._wake),
                model.theme.changed.connect(self._on_theme),
            )
        )
        self._on_theme()
        self._fill()

    def sizeHint(self) -> QSize:
        """Narrow beside the graph."""
        return QSize(340, 360)

    def _button(self, text: str, tip: str, command: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setAutoRaise(True)
        button.setToolTip(tip)
        button.clicked.connect(lambda: self._model.commands.invoke(command))
        return button

    def _on_theme(self) -> None:
        icons = icons_of(self._model)
        self.pin.setIcon(icons.icon("pin"))
        self.cause.setIcon(icons.icon("cause"))
        self.effect.setIcon(icons.icon("effect"))
        self._wake()

    def _wake(self) -> None:
        if self.isVisible():
            self._timer.later()

    def showEvent(self, event: QShowEvent) -> None:
        """Catches up with what happened while hidden."""
        super().showEvent(event)
        self._fill()

    def hideEvent(self, event: QHideEvent) -> None:
        """Hidden, it does nothing."""
        self._timer.stop()
        super().hideEvent(event)

    def _fill(self) -> None:
        run = self._run
        for widget in (self._head, self.tree):
            widget.setVisible(run.is_open)
        self.hint.setVisible(not run.is_open)
        detail = run.event_detail
        self.cause.setEnabled(detail is not None and detail.cause is not None)
        self.effect.setEnabled(detail is not None and bool(detail.effects))
        self.pin.setEnabled(run.subject is not None)
        self.pin.setChecked(run.pinned)
        head = heading(run)
        self.title.show_text(head.title)
        self.title.setToolTip(head.tip)
        self.subtitle.show_text(head.subtitle)
        self.tree.show_sections(sections(run))


INSPECTOR = register_panel(Panel("inspector", "Inspector", "inspector", "right", 1, InspectorPanel))
