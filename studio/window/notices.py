"""Notices above the code: what went wrong, and questions that wait without stopping anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from studio.model.figures import counted
from studio.model.studio import StudioModel
from studio.theming.icons import icons_of

SHOWN_MAX = 3
LENGTH_MAX = 1_000
LEAST_WIDTH = 120
"""Of the text: without it, one word that cannot be broken, such as a long name, makes the whole window wider."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A button of a notice. ``primary`` marks what most people want; one that ``keeps`` it only helps to decide."""

    title: str
    run: Callable[[], object]
    primary: bool = False
    keeps: bool = False


class Notice(QFrame):
    """One sentence with its answers."""

    def __init__(
        self, model: StudioModel, level: str, text: str, answers: tuple[Answer, ...], close: Callable[[], None]
    ):
        super().__init__()
        self.text = text
        self.setProperty("role", "notice")
        self.setProperty("level", level)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(f"{level}: {text}")
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 5, 8, 5)
        row.setSpacing(8)
        sign = QLabel()
        color = {"info": "link", "warning": "warning", "error": "error"}[level]
        sign.setPixmap(icons_of(model).pixmap(level, 16, color, self.devicePixelRatioF()))
        row.addWidget(sign)
        label = QLabel(text if len(text) <= LENGTH_MAX else f"{text[:LENGTH_MAX]}…")
        label.setWordWrap(True)
        label.setMinimumWidth(LEAST_WIDTH)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row.addWidget(label, 1)
        self.buttons: list[QPushButton] = []
        for answer in answers:
            button = QPushButton(answer.title)
            if answer.primary:
                button.setProperty("kind", "primary")
            button.clicked.connect(answer.run if answer.keeps else _both(close, answer.run))
            row.addWidget(button)
            self.buttons.append(button)
        cross = QToolButton()
        cross.setIcon(icons_of(model).icon("close", "muted"))
        cross.setToolTip("Close")
        cross.setAccessibleName("Close this notice")
        cross.clicked.connect(close)
        row.addWidget(cross)


def _both(first: Callable[[], object], second: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        first()
        second()

    return run


class Notices(QWidget):
    """The notices that are open, the newest below. One with a key takes the place of the one before it."""

    def __init__(self, model: StudioModel) -> None:
        super().__init__()
        self._model = model
        self._open: dict[str, Notice] = {}
        self._count = 0
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._earlier = QLabel(self)
        self._earlier.setProperty("role", "muted")
        self._earlier.setContentsMargins(10, 3, 8, 3)
        self._earlier.hide()
        self._layout.addWidget(self._earlier)

    def show_notice(self, level: str, text: str, answers: tuple[Answer, ...] = (), key: str = "") -> Notice:
        """Shows a notice until it is answered or closed."""
        self._count += 1
        key = key or f"#{self._count}"
        self.remove(key)
        notice = Notice(self._model, level, text, answers, lambda: self.remove(key))
        self._open[key] = notice
        self._layout.addWidget(notice)
        self._arrange()
        return notice

    def remove(self, key: str) -> None:
        """Takes a notice away, if it is there."""
        notice = self._open.pop(key, None)
        if notice is not None:
            self._layout.removeWidget(notice)
            notice.hide()
            notice.deleteLater()
            self._arrange()

    def _arrange(self) -> None:
        """Shows the newest; a row says how many wait behind them, and each comes back when another is closed."""
        waiting = len(self._open) - SHOWN_MAX
        for number, notice in enumerate(self._open.values()):
            notice.setVisible(number >= waiting)
        self._earlier.setVisible(waiting > 0)
        self._earlier.setText(f"{counted(waiting, 'earlier notice')}; close one of these to see the last of them.")

    def text_of(self, key: str) -> str:
        """What the open notice with this key says; nothing if there is none."""
        return self._open[key].text if key in self._open else ""

    @property
    def shown(self) -> tuple[Notice, ...]:
        """The open notices, those that wait included."""
        return tuple(self._open.values())
