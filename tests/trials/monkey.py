"""A monkey at the real window: random keys, clicks, drags, commands, sizes, runs and forks on the real engine.

``python -m tests.trials.monkey --events 50000 --seed 1`` does so in a process of its own and ends with "N events, M
faults". A fault is an exception nobody caught, a stall of the GUI thread over a second of its own processor time, a
critical message of Qt, or a crash of the process; the seed repeats what the monkey did, though not what threads did.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from time import thread_time
from types import TracebackType

from PySide6.QtCore import QEvent, QEventLoop, QPoint, QPointF, QSize, Qt, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QDrag, QGuiApplication, QWheelEvent, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from engine.api import DropMessage, Inject
from engine.project.resources import folder
from studio.app import make_application
from studio.application import Studio
from studio.model.places import Places

STALL_SECONDS = 1.0
SILENCE_SECONDS = 60.0
"""When a step takes longer than this, whatever the machine does, the child says where it stands and ends."""
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
KEPT_OUT = frozenset({"file.quit", "file.open", "file.open_folder", "file.save_as", "file.save_recording"})
"""Commands that end Studio, or let files be chosen that are not the monkey's."""
SIZES = ((1440, 900), (1000, 700), (2560, 1440), (600, 400))
PROGRAMS = {
    "live.aefl": "actor Clock {\n    state n: int = 0\n    every 1ms { n += 1; render n }\n}\nlet c = spawn Clock()\n",
    "faulty.aefl": "actor W {\n    state n: int = 0\n    on go(k: int) { n += 10 / k }\n}\n"
    "let w = spawn W() restart on_fault(max: 50, within: 1s)\nfor i in 0..40 { w.go(i % 5) }\n",
    "wrong.aefl": "actor A {\n    on x( { n += \n" * 40,
    "endless.aefl": "actor S {\n    on spin() { while true {} }\n}\nlet s = spawn S()\nafter 3ms s.spin()\n",
    "tests.aefl": 'test "good" { assert 1 == 1 }\ntest "bad <b>x</b>" { assert 1 == 2 }\nrender "<b>bold</b> & co"\n',
}
_NAMES = """Return Escape Tab Backtab Backspace Delete Left Right Up Down Home End PageUp PageDown Space F C E Plus
Minus Comma Period F3 F8 F9 F10 F12 A Z X V BracketLeft Slash"""
KEYS = tuple(Qt.Key[f"Key_{name}"] for name in _NAMES.split())
TEXT = 'render f("x{1}") [a]; \'😀ä \t{}()'


class Monkey:
    """Plays with a window and keeps a list of what went wrong."""

    def __init__(self, start: Callable[[], Studio], seed: int) -> None:
        self._start = start
        self.studio = start()
        self.faults: list[str] = []
        self.done: Counter[str] = Counter()
        self._chance = random.Random(seed)
        self._last = ""
        self._commands = [command.id for command in self.studio.model.commands if command.id not in KEPT_OUT]
        self._actions: tuple[tuple[Callable[[], None], int], ...] = (
            (self._key, 26),
            (self._type, 8),
            (self._click, 26),
            (self._drag, 8),
            (self._wheel, 6),
            (self._command, 26),
            (self._seek, 8),
            (self._fork, 1),
            (self._run, 3),
            (self._resize, 1),
            (self._open, 2),
            (self._close, 1),
        )

    def play(self, events: int) -> None:
        """Does that many things, one after the other."""
        actions, weights = [a for a, _ in self._actions], [w for _, w in self._actions]
        for _ in range(events):
            action = self._chance.choices(actions, weights)[0]
            self._last = action.__name__.strip("_")
            self.done[self._last] += 1
            faulthandler.dump_traceback_later(SILENCE_SECONDS, exit=True)
            began = thread_time()
            with contextlib.suppress(RuntimeError):  # the press closed the popup, so there is none to release over
                action()
            self.breathe()
            spent = thread_time() - began
            if spent > STALL_SECONDS:
                self.fault(f"stall of {spent:.1f} s of processor time")
            if not self.studio.window.isVisible():  # it found Quit
                self.studio.close()
                self.studio = self._start()

    def fault(self, text: str) -> None:
        """Notes what went wrong, and after which action."""
        self.faults.append(f"{text} [after {self._last}]")
        print(f"{self.done.total()}: {self.faults[-1]}", file=sys.stderr, flush=True)

    def breathe(self) -> None:
        """Lets the window do what is due."""
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)

    # --- what it does ---------------------------------------------------------------------------------

    def _target(self) -> QWindow:
        popup = QApplication.activePopupWidget() or QApplication.activeModalWidget()
        handle = popup.windowHandle() if popup is not None else None
        return handle if handle is not None and isValid(handle) else self.studio.window.windowHandle()

    def _place(self, window: QWindow) -> QPoint:
        return QPoint(self._chance.randrange(max(1, window.width())), self._chance.randrange(max(1, window.height())))

    def _key(self) -> None:
        modifiers = self._chance.choices(
            (NONE, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier), (6, 2, 1)
        )[0]
        key = self._chance.choice(KEYS)
        if QApplication.activePopupWidget() is not None and self._chance.random() < 0.5:
            key = Qt.Key.Key_Escape
        QTest.keyClick(self._target(), key, modifiers)

    def _type(self) -> None:
        for _ in range(self._chance.randint(1, 8)):
            QTest.keyClick(self._target(), self._chance.choice("abcdefgh(){}\"' .:=@>"))
        if self._chance.random() < 0.2:
            QGuiApplication.clipboard().setText(TEXT[self._chance.randrange(len(TEXT)) :])

    def _click(self) -> None:
        window = self._target()
        button = Qt.MouseButton.RightButton if self._chance.random() < 0.1 else LEFT
        act = QTest.mouseDClick if self._chance.random() < 0.15 else QTest.mouseClick
        act(window, button, NONE, self._place(window))

    def _drag(self) -> None:
        window, handle = self.studio.window, self.studio.window.windowHandle()
        place = self._place(handle)
        QTest.mousePress(handle, LEFT, NONE, place)
        for _ in range(self._chance.randint(1, 6)):
            place += QPoint(self._chance.randint(-90, 90), self._chance.randint(-40, 40))
            QTest.mouseMove(handle, place)
            self.breathe()
            if self._chance.random() < 0.1:
                window.toggle_panel(self._chance.choice(list(window.docks.docks)))
        QTest.mouseRelease(handle, LEFT, NONE, place)

    def _wheel(self) -> None:
        handle = self.studio.window.windowHandle()
        place = QPointF(self._place(handle))
        angle = QPoint(0, self._chance.choice((-240, -120, 120, 240)))
        control = Qt.KeyboardModifier.ControlModifier if self._chance.random() < 0.2 else NONE
        buttons, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
        event = QWheelEvent(place, handle.mapToGlobal(place), QPoint(), angle, buttons, control, phase, False)
        QApplication.sendEvent(handle, event)

    def _command(self) -> None:
        command = self._chance.choice(self._commands)
        self._last = command
        self.studio.model.commands.invoke(command)

    def _seek(self) -> None:
        run = self.studio.model.run
        run.seek(self._chance.randint(0, max(1, run.total)), remember=self._chance.random() < 0.5)

    def _fork(self) -> None:
        self.studio.model.run.fork(self._chance.choice((None, DropMessage(), Inject("Clock#1.x()"))))

    def _run(self) -> None:
        self.studio.model.commands.invoke(self._chance.choice(("run.start", "run.restart", "run.stop", "run.pause")))

    def _resize(self) -> None:
        self.studio.window.resize(QSize(*self._chance.choice(SIZES)))

    def _open(self) -> None:
        programs = sorted(self.studio.model.examples.rglob("*.aefl"))
        self.studio.files.open(self._chance.choice(programs))

    def _close(self) -> None:
        documents = self.studio.model.documents
        if len(documents.items) > 6 and documents.active is not None:
            documents.remove(documents.active)

    # --- fixed hardships ------------------------------------------------------------------------------

    def restart_before_every_panel(self, times: int) -> None:
        """Runs again and again, faster than runs end, with each panel in front in turn and the mouse over it."""
        window, commands = self.studio.window, self.studio.model.commands
        self.studio.files.open(self.studio.model.examples / "bank" / "bank.aefl")
        self.settle()
        for number in range(times):
            panels = list(window.docks.docks)
            window.show_panel(panels[number % len(panels)])
            self._last = f"restart with {panels[number % len(panels)]} in front"
            commands.invoke("run.restart")
            handle = window.windowHandle()
            QTest.mouseMove(handle, self._place(handle))
            self.breathe()

    def run_to_the_end(self, times: int) -> None:
        """Runs a program to its end that often."""
        self.studio.files.open(self.studio.model.examples / "bank" / "bank.aefl")
        self.settle()
        for _ in range(times):
            self._last = "run"
            self.studio.model.commands.invoke("run.restart")
            self.settle()

    def settle(self) -> None:
        """Waits until nothing is being done."""
        faulthandler.dump_traceback_later(SILENCE_SECONDS, exit=True)
        while self.studio.busy:
            self.breathe()


def play(seed: int, events: int, restarts: int, runs: int, home: Path) -> Monkey:
    """A whole Studio in folders of its own, played with and closed again."""
    app = make_application()
    examples = home / "examples"
    shutil.copytree(folder("examples"), examples)
    (examples / "monkey").mkdir()
    for name, text in PROGRAMS.items():
        (examples / "monkey" / name).write_text(text, encoding="utf-8")

    def start() -> Studio:
        studio = Studio(app, Places(home / "config", home / "state"), "light")
        studio.model.examples = examples
        studio.files.read_examples()
        studio.window.show()
        return studio

    monkey = Monkey(start, seed)

    def caught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        monkey.fault("".join(traceback.format_exception(kind, error, trace)[-4:]))

    def told(kind: QtMsgType, context: object, text: str) -> None:
        if kind in (QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg):
            monkey.fault(text)

    def free() -> None:
        """Dragged texts, dialogs and menus wait for a hand that never comes."""
        QDrag.cancel()
        for waiting in (QApplication.activePopupWidget(), QApplication.activeModalWidget()):
            if waiting is not None:
                waiting.close()

    sys.excepthook = caught
    threading.excepthook = lambda args: caught(args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback)
    qInstallMessageHandler(told)
    timer = QTimer()
    timer.timeout.connect(free)
    timer.start(300)
    try:
        monkey.restart_before_every_panel(restarts)
        monkey.run_to_the_end(runs)
        monkey.play(events)
        monkey.studio.model.run.stop()
        monkey.settle()
    finally:
        sys.excepthook, threading.excepthook = sys.__excepthook__, threading.__excepthook__
        monkey.studio.window.close()
        monkey.studio.close()
        timer.stop()
        qInstallMessageHandler(None)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return monkey


def main() -> int:
    """Plays in a child process, for a crash must be told too."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--restarts", type=int, default=60)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--inside", default="", help="the folder of a child; for the monkey itself")
    options = parser.parse_args()
    if options.inside:
        faulthandler.enable()
        faulthandler.dump_traceback_later(SILENCE_SECONDS, exit=True)
        monkey = play(options.seed, options.events, options.restarts, options.runs, Path(options.inside))
        print(f"{monkey.done.total():,} events, {len(monkey.faults)} faults, seed {options.seed}")
        return 1 if monkey.faults else 0
    with tempfile.TemporaryDirectory(prefix="aeroflow-monkey-") as home:
        environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ}
        command = [sys.executable, "-m", "tests.trials.monkey", *sys.argv[1:], "--inside", home]
        done = subprocess.run(command, env=environment, check=False)
    if done.returncode not in (0, 1):
        print(f"the process died with {done.returncode}: 1 fault, seed {options.seed}")
    return 0 if done.returncode == 0 else 1


if __name__ == "__main__":
    raise SystemExit(main())
