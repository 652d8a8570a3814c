"""The toolbar: running, time, forking, where the playhead is, the search for everything, the theme."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QSize, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from studio.actions.run_commands import RunAction, is_of_run, run_action, run_name, runs_in_front
from studio.model.figures import counted, grouped
from studio.model.studio import StudioModel
from studio.theming.elastic_button import ElasticButton
from studio.theming.icons import icons_of
from studio.theming.refresh import Refresh
from studio.window.menus import shown_keys

GROUPS: tuple[tuple[str, ...], ...] = (
    ("run.start", "run.pause", "run.continue", "run.stop"),
    ("time.start", "time.back", "time.forward", "time.end"),
    ("time.fork",),
)
"""The buttons, by groups."""
ICONS = {
    "run.start": "run",
    "run.pause": "pause",
    "run.continue": "run",
    "run.stop": "stop",
    "time.start": "to-start",
    "time.back": "step-back",
    "time.forward": "step",
    "time.end": "to-end",
    "time.fork": "fork",
}
OTHER = ("run.pause", "run.continue")
"""The buttons for a run of a program that is not the one in front; the first button is the one in front's."""
WITH_TEXT = {"run.start": "Run", "time.fork": "Fork"}
RUN_WIDTH = 120
"""How wide the words of the run button may be."""
RUN_AROUND = 48
"""What the run button needs beside its words: icon and margins."""
SEARCH_WIDTH = 300
SEARCH_LEAST = WHERE_LEAST = 110
"""How narrow the two wide buttons become before a button is out of the window."""
COLORS = {"run.start": "on_accent", "run.stop": "error", "time.fork": "link"}


class Toolbar(QObject):
    """The one toolbar of a window."""

    def __init__(self, window: QMainWindow, model: StudioModel) -> None:
        super().__init__(window)
        self._model = model
        self._buttons: dict[str, QToolButton] = {}
        self._places: dict[str, QAction] = {}
        self.bar = QToolBar("Toolbar", window)
        self.bar.setObjectName("toolbar")
        self.bar.setMovable(False)
        self.bar.setFloatable(False)
        self.bar.setIconSize(QSize(17, 17))
        self.bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        window.addToolBar(self.bar)
        for number, group in enumerate(GROUPS):
            if number:
                self.bar.addSeparator()
            for id in group:
                self._add_button(id)
        self.bar.addSeparator()
        self._where = self._add_where()
        self.bar.addWidget(_stretch())
        self._search = self._add_search()
        self.bar.addWidget(_stretch())
        self._theme = self._add_theme()
        self._timer = Refresh(self, model.run, self.refresh, 30)
        run, documents = model.run, model.documents
        self._disconnect: list[Callable[[], None]] = [
            model.theme.changed.connect(self._recolour),
            model.commands.changed.connect(self._later),
            run.changed.connect(self._later),
            run.playhead_moved.connect(lambda _: self._later()),
            run.picture_changed.connect(self._later),
            run.branches_changed.connect(self._later),
            run.selection_changed.connect(self._later),
            documents.active_changed.connect(self._later),
        ]
        self._recolour()
        self.refresh()

    def close_toolbar(self) -> None:
        """Stops listening to the models."""
        for disconnect in self._disconnect:
            disconnect()
        self._timer.stop()

    def button(self, id: str) -> QToolButton:
        """The button of a command."""
        return self._buttons[id]

    def _later(self) -> None:
        self._timer.later()

    def _add_button(self, id: str) -> None:
        command = self._model.commands[id]
        button = QToolButton()
        button.setAccessibleName(command.title)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if id in WITH_TEXT:
            button.setText(WITH_TEXT[id])
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        if id == "run.start":
            button.setProperty("kind", "primary")
            button.setFixedWidth(RUN_WIDTH + RUN_AROUND)  # whatever it says, the others stay where they are
        button.clicked.connect(lambda: self._press(id))
        self._buttons[id] = button
        self._places[id] = self.bar.addWidget(button)

    def _press(self, id: str) -> None:
        """The run button does what it shows."""
        self._model.commands.invoke(run_action(self._model).command if id == "run.start" else id)

    def _add_where(self) -> QToolButton:
        button = ElasticButton(WHERE_LEAST)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setProperty("kind", "where")
        button.setAccessibleName("Tick and branch")
        button.like(button.fontMetrics().horizontalAdvance("event 999 999 of 999 999  ·  main ▾") + 44)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._branches = QMenu(button)
        self._branches.aboutToShow.connect(self._fill_branches)
        button.setMenu(self._branches)
        self.bar.addWidget(button)
        return button

    def _add_search(self) -> QToolButton:
        button = ElasticButton(SEARCH_LEAST)
        button.setProperty("kind", "search")
        button.setText(f"  Search everything   {shown_keys('Ctrl+P')}")
        button.setAccessibleName("Search everything")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setToolTip(f"Search everything ({shown_keys('Ctrl+P')})")
        button.like(SEARCH_WIDTH)
        button.clicked.connect(lambda: self._model.commands.invoke("file.quick_open"))
        self.bar.addWidget(button)
        return button

    def _add_theme(self) -> QToolButton:
        button = QToolButton()
        button.setToolTip("Switch light and dark")
        button.setAccessibleName("Switch light and dark")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: self._model.commands.invoke("view.toggle_theme"))
        self.bar.addWidget(button)
        return button

    def _fill_branches(self) -> None:
        self._branches.clear()
        run = self._model.run
        for branch in run.branches:
            action = self._branches.addAction(f"{branch.name}   {counted(branch.total, 'event')}")
            action.setCheckable(True)
            action.setChecked(branch.id == run.branch)
            action.triggered.connect(self._shower(branch.id))

    def _shower(self, branch: int) -> Callable[[], None]:
        def show() -> None:
            self._model.run.show_branch(branch)

        return show

    @Slot()
    def refresh(self) -> None:
        """Which buttons can be pressed, and where the playhead is."""
        self._timer.stop()
        action = run_action(self._model)
        for id, button in self._buttons.items():
            command = self._model.commands[action.command if id == "run.start" else id]
            reason = command.enabled()
            button.setEnabled(reason is None)
            keys = f" ({shown_keys(command.shortcut)})" if command.shortcut else ""
            title = f"{command.title} {run_name(self._model)}" if id in OTHER else command.title
            title = action.title if id == "run.start" else title
            button.setToolTip(title + keys + (f"\n{reason}" if reason else ""))
        self._refresh_run(action)
        run = self._model.run
        branch = run.shown_branch
        self._where.setEnabled(branch is not None)
        name = branch.name if branch is not None else "no run"
        past = run.is_open and run.in_the_past and not run.live
        place = (
            f"event {grouped(run.playhead)} of {grouped(run.total)}" if past else f"tick {grouped(run.playhead_tick())}"
        )
        front = self._model.documents.active
        if run.is_open and front is not None and not is_of_run(run, front):
            place = f"{self._elided(run_name(self._model))}  ·  {place}"
        where = f"{place}  ·  {name} ▾" if run.is_open else "no run"
        self._where.setText(where.replace("&", "&&"))
        self._where.setToolTip(f"{where.removesuffix(' ▾')}\nWhere the playhead is, and the branch that is shown")
        self._where.setIcon(icons_of(self._model).icon("back" if past else "clock", "warning" if past else "muted"))
        for widget in (self._where, self.bar):
            if widget.property("past") != past:
                widget.setProperty("past", past)
                widget.style().polish(widget)

    def _refresh_run(self, action: RunAction) -> None:
        """The run button for the program in front; a run of another program has a button of its own."""
        button, icons = self._buttons["run.start"], icons_of(self._model)
        text = self._elided(action.title)
        pausing = action.command == "run.pause"
        kind = "" if pausing else "primary"
        if button.text() != text.replace("&", "&&") or button.property("kind") != kind:
            button.setText(text.replace("&", "&&"))
            button.setAccessibleName(action.title)
            button.setProperty("kind", kind)
            button.style().polish(button)
        button.setIcon(icons.icon(action.icon, "text" if pausing else "on_accent"))
        elsewhere = not runs_in_front(self._model)
        for id, state in zip(OTHER, ("running", "paused"), strict=True):
            self._places[id].setVisible(elsewhere and self._model.run.state == state)

    def _elided(self, text: str) -> str:
        """A text no wider than the words of the run button may be."""
        metrics = self._buttons["run.start"].fontMetrics()
        return metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, RUN_WIDTH)

    def _recolour(self) -> None:
        icons = icons_of(self._model)
        for id, button in self._buttons.items():
            button.setIcon(icons.icon(ICONS[id], COLORS.get(id, "text")))
        self._search.setIcon(icons.icon("search", "muted"))
        self._theme.setIcon(icons.icon("theme", "text"))
        self._later()


def _stretch() -> QWidget:
    """Something that takes the room that is left."""
    widget = QWidget()
    widget.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    QHBoxLayout(widget).setContentsMargins(0, 0, 0, 0)
    return widget
