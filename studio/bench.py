"""How smooth Studio is: the GUI thread while a million messages run, and the time from a key press to its repaint.

Both drive the real window with the real engine. Without a display they draw in memory, which is what is measured then.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

from engine.bench.harness import Bar, Result
from engine.files.whole import write_whole
from studio.app import make_application
from studio.application import Studio
from studio.editor.code_edit import CodeEdit
from studio.graph.graph_view import GraphView
from studio.model.places import Places
from studio.timetravel.timeline_view import TimelineView

STALL_LIMIT_MS = 100.0
FRAME_LIMIT_MS = 1000 / 30
KEY_LIMIT_MS = 8.0
WAIT_S = 60.0
KEYS = 200
FUNCTION = """\
fn part_{i}(n: int) -> int {{
    let a = n * {i}  // the {i}th part
    if a > 10 {{ return a - 1 }}
    return a
}}
"""


@contextmanager
def studio_window() -> Iterator[tuple[QApplication, Studio]]:
    """A real Studio with settings of its own, closed again at the end."""
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = make_application()
    with tempfile.TemporaryDirectory(prefix="aeroflow-bench-") as name:
        studio = Studio(app, Places(Path(name) / "config", Path(name) / "state"), "light")
        studio.window.resize(1440, 900)
        studio.window.show()
        try:
            yield app, studio
        finally:
            studio.close()
            app.processEvents()


def wait_until(app: QApplication, condition: Callable[[], bool]) -> None:
    """Lets the window work until something holds. Raises TimeoutError where it never does."""
    until = time.monotonic() + WAIT_S
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError("Studio did not get there within a minute")
        app.processEvents()


def open_text(app: QApplication, studio: Studio, path: Path) -> None:
    """Opens a file and waits until its text is there and nothing else is going on."""
    studio.files.open(path)
    wait_until(app, lambda: studio.model.documents.active is not None and bool(studio.model.documents.active.text))
    wait_until(app, lambda: not studio.busy)


class Frames(QObject):
    """Counts the repaints of a widget, or of the viewport that it draws on."""

    def __init__(self, view: QWidget) -> None:
        super().__init__()
        self.times: list[float] = []
        self._canvas = view.viewport() if isinstance(view, QAbstractScrollArea) else view
        self._canvas.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Notes paint events and lets everything pass."""
        if event.type() is QEvent.Type.Paint:
            self.times.append(time.perf_counter())
        return False

    def stop(self) -> None:
        """Looks no more."""
        self._canvas.removeEventFilter(self)


def running(rounds: int) -> Result:
    """The longest gap between two looks of the event loop, and the frames of timeline and graph, while a ring runs."""
    program = Path(__file__).parents[1] / "engine" / "bench" / "programs" / "thread_ring.aefl"
    gaps: list[float] = []
    frame_ms: dict[str, list[float]] = {"timeline": [], "graph": []}
    with studio_window() as (app, studio):
        open_text(app, studio, program)
        timeline = studio.window.findChild(TimelineView)
        graph = studio.window.findChild(GraphView)
        assert timeline is not None
        assert graph is not None
        run = studio.model.run
        for _ in range(rounds):
            beats: list[float] = []
            heart = QTimer()
            heart.setInterval(0)
            heart.timeout.connect(lambda beats=beats: beats.append(time.perf_counter()))
            document = studio.model.documents.active
            assert document is not None
            frames = {"timeline": Frames(timeline), "graph": Frames(graph)}
            heart.start()
            run.start(document.text, document.file)
            wait_until(app, lambda: run.state == "running")
            began = time.perf_counter()
            wait_until(app, lambda: run.state == "finished")
            seconds = time.perf_counter() - began
            heart.stop()
            gaps.append(max(b - a for a, b in pairwise(beats)) * 1e9)
            for name, seen in frames.items():
                seen.stop()
                count = sum(moment >= began for moment in seen.times)
                frame_ms[name].append(seconds / max(1, count) * 1e9)
    medians = {"longest stall": max(gaps)} | {f"{name} frame": sorted(v)[len(v) // 2] for name, v in frame_ms.items()}
    limits = {"longest stall": STALL_LIMIT_MS, "timeline frame": FRAME_LIMIT_MS, "graph frame": FRAME_LIMIT_MS}
    return _against_limits("studio_run", "Studio while 1 M messages run (events kept, views live)", medians, limits)


def typing(rounds: int) -> Result:
    """From a key press to the end of its repaint, in a program of 5,000 lines with analysis running behind."""
    text = "".join(FUNCTION.format(i=i) for i in range(1_000))
    times: list[float] = []
    with tempfile.TemporaryDirectory() as folder, studio_window() as (app, studio):
        path = Path(folder) / "large.aefl"
        write_whole(path, text.encode("utf-8"), durable=False)
        open_text(app, studio, path)
        editor = studio.window.findChild(CodeEdit)
        assert editor is not None
        editor.setFocus()
        cursor = editor.textCursor()
        cursor.setPosition(len(editor.toPlainText()) // 2)
        editor.setTextCursor(cursor)
        app.processEvents()
        for i in range(KEYS * rounds):
            start = time.perf_counter_ns()
            QTest.keyClicks(editor, "let x = 1 "[i % 10])
            editor.viewport().repaint()
            times.append(float(time.perf_counter_ns() - start))
            app.processEvents()
    p95 = sorted(times)[int(len(times) * 0.95)]
    return _against_limits("studio_keys", "key press to repaint in 5,000 lines", {"p95": p95}, {"p95": KEY_LIMIT_MS})


def _against_limits(name: str, what: str, medians: dict[str, float], limits: dict[str, float]) -> Result:
    ratios = {key: medians[key] / (limit * 1e6) for key, limit in limits.items()}
    bars = tuple((Bar(f"{limit:.0f} ms ({key})", 1.0), ratios[key] <= 1.0) for key, limit in limits.items())
    return Result(name, what, medians, ratios, bars)


BENCHMARKS: dict[str, Callable[[int], Result]] = {"studio_run": running, "studio_keys": typing}
"""By the name that ``aeroflow bench`` takes."""
