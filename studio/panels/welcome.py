"""The welcome page: start something new, go on with something recent, or open and run an example in one click."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QIcon, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.model.studio import StudioModel
from studio.model.workspace import Example
from studio.panels.placeholder import disconnector
from studio.theming.icons import icons_of

TAGLINE = "Write a distributed program, watch it run, and walk back to the moment it went wrong."
STEPS = (
    ("Run", "F5 runs the program; the actor graph and the timeline fill as it goes."),
    ("Rewind", "Drag the timeline, or step with F10 and Shift+F10: every view shows that moment."),
    ("Fork", "Change a message or a field there and run on: a second history beside the first."),
)
RECENT_SHOWN = 5
TWO_COLUMNS = 720
"""From this width on, the examples stand beside the links."""


class WelcomePage(QScrollArea):
    """A page of links."""

    def __init__(self, model: StudioModel) -> None:
        super().__init__()
        self._model = model
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Welcome")
        connections = [model.workspace.changed.connect(self._rebuild), model.theme.changed.connect(self._rebuild)]
        self.destroyed.connect(disconnector(connections))
        self._rebuild()

    def _rebuild(self) -> None:
        page = QWidget()
        page.setProperty("role", "page")
        outer = QHBoxLayout(page)
        outer.setContentsMargins(28, 26, 28, 20)
        column = QWidget()
        column.setMaximumWidth(980)
        inside = QVBoxLayout(column)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addLayout(self._head())
        inside.addSpacing(20)
        self._body = body = QHBoxLayout()
        body.setSpacing(32)
        body.addLayout(self._start(), 2)
        body.addLayout(self._examples(), 5)
        inside.addLayout(body)
        inside.addStretch(1)
        outer.addStretch(1)
        outer.addWidget(column, 20)
        outer.addStretch(1)
        self.setWidget(page)
        self._turn()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The two columns stand below each other where they have no room beside each other."""
        super().resizeEvent(event)
        self._turn()

    def _turn(self) -> None:
        beside, below = QHBoxLayout.Direction.LeftToRight, QHBoxLayout.Direction.TopToBottom
        self._body.setDirection(beside if self.width() >= TWO_COLUMNS else below)

    def _heading(self, text: str, factor: float) -> QLabel:
        label = QLabel(text)
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * factor)
        font.setWeight(QFont.Weight.DemiBold)
        label.setFont(font)
        return label

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(16)
        logo = QLabel()
        logo.setPixmap(
            QIcon(str(self._model.resources / "aeroflow.svg")).pixmap(QSize(52, 52), self.devicePixelRatioF())
        )
        row.addWidget(logo)
        text = QVBoxLayout()
        text.setSpacing(3)
        text.addWidget(self._heading("AeroFlow Studio", 1.9))
        tagline = QLabel(TAGLINE)
        tagline.setProperty("role", "muted")
        tagline.setWordWrap(True)
        text.addWidget(tagline)
        row.addLayout(text, 1)
        return row

    def _link(self, icon: str, text: str, command: str) -> QPushButton:
        shortcut = self._model.commands[command].shortcut if command in self._model.commands else ""
        button = QPushButton(text)
        button.setProperty("kind", "link")
        button.setIcon(icons_of(self._model).icon(icon, "link"))
        button.setToolTip(shortcut)
        button.clicked.connect(lambda: self._model.commands.invoke(command))
        button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        return button

    def _start(self) -> QVBoxLayout:
        side = QVBoxLayout()
        side.setSpacing(3)
        side.addWidget(self._heading("Start", 1.15))
        side.addWidget(self._link("new", "New program", "file.new"))
        side.addWidget(self._link("program", "Open a program or recording…", "file.open"))
        side.addWidget(self._link("folder", "Open a folder…", "file.open_folder"))
        side.addWidget(self._link("command", "All commands", "view.palette"))
        side.addWidget(self._link("reference", "Language reference", "help.reference"))
        recent = [Path(path) for path in self._model.recent[:RECENT_SHOWN]]
        if recent:
            side.addSpacing(20)
            side.addWidget(self._heading("Recent", 1.15))
            for path in recent:
                side.addWidget(self._recent(path))
        side.addSpacing(20)
        side.addWidget(self._heading("How it works", 1.15))
        for title, text in STEPS:
            label = QLabel(f'<span style="font-weight:600">{title}.</span> {text}')
            label.setProperty("format", "rich")
            label.setWordWrap(True)
            label.setProperty("role", "muted")
            side.addWidget(label)
            side.addSpacing(4)
        side.addStretch(1)
        return side

    def _recent(self, path: Path) -> QPushButton:
        button = QPushButton(path.name)
        button.setProperty("kind", "link")
        button.setIcon(icons_of(self._model).icon("trace" if path.suffix == ".aft" else "program", "link"))
        button.setToolTip(str(path))
        button.clicked.connect(lambda: self._model.files.open(path))
        button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        return button

    def _examples(self) -> QVBoxLayout:
        side = QVBoxLayout()
        side.setSpacing(10)
        side.addWidget(self._heading("Examples", 1.15))
        grid = QGridLayout()
        grid.setSpacing(10)
        for index, example in enumerate(self._model.workspace.examples):
            grid.addWidget(ExampleCard(self._model, example), index // 2, index % 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        side.addLayout(grid)
        side.addStretch(1)
        return side


class ExampleCard(QFrame):
    """An example: its name opens it, its button opens and runs it."""

    def __init__(self, model: StudioModel, example: Example) -> None:
        super().__init__()
        self._model = model
        self._example = example
        self.setProperty("role", "card")
        self.setToolTip(example.detail)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 6, 7, 9)
        layout.setSpacing(2)
        row = QHBoxLayout()
        title = QPushButton(example.title)
        title.setProperty("kind", "link")
        title.setAccessibleName(f"Open the example {example.title}")
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        title.setFont(font)
        title.clicked.connect(self._open)
        row.addWidget(title)
        row.addStretch(1)
        run = QToolButton()
        run.setIcon(icons_of(model).icon("run", "link"))
        run.setToolTip("Open and run")
        run.setAccessibleName(f"Open and run the example {example.title}")
        run.clicked.connect(self._open_and_run)
        row.addWidget(run)
        layout.addLayout(row)
        about = QLabel(example.about)
        about.setProperty("role", "muted")
        about.setWordWrap(True)
        about.setContentsMargins(5, 0, 6, 0)
        layout.addWidget(about)
        layout.addStretch(1)

    def _open(self) -> None:
        self._model.files.open(self._example.programs[0])

    def _open_and_run(self) -> None:
        self._model.files.open_and_run(self._example.programs[0])
