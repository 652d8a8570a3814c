"""Whatever the program in a recording does: opening can be stopped, another file opened, and Studio left."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from engine import api
from engine.cli.engine_thread import on_engine_thread
from studio.model.run import RunModel
from studio.services.bridge import EngineBridge
from studio.services.engine_thread import EngineThread
from tests.engine.timetravel.hostile import FOREVER, module, put_into

PROGRAM = "actor A {\n    on go() { render 1 }\n}\nA.go()\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A recording whose module can be replaced."""
    path = tmp_path / "run.aft"

    def record() -> None:
        program = api.compile(PROGRAM, "a.aefl").program
        assert program is not None
        session = api.Session.start(program)
        while session.advance().status is api.Status.RUNNING:
            pass
        session.save(path)

    on_engine_thread(record)
    return path


def test_a_program_that_never_ends_is_told_stopped_and_makes_way(qtbot: QtBot, path: Path, tmp_path: Path) -> None:
    good = tmp_path / "good.aft"
    good.write_bytes(path.read_bytes())
    engine, run = EngineBridge(), RunModel()
    run.attach(engine)
    told: list[str] = []
    run.problem.connect(told.append)
    put_into(path, module({"boot": FOREVER}))
    run.open_trace(path)
    qtbot.waitUntil(lambda: run.state == "compiling", timeout=10_000)
    run.stop()
    qtbot.waitUntil(lambda: run.state == "none", timeout=20_000)
    put_into(path, module({"run": FOREVER}))
    run.open_trace(path)
    qtbot.waitUntil(lambda: any("not what its source text gives" in word for word in told), timeout=20_000)
    run.stop()
    run.open_trace(good)
    qtbot.waitUntil(lambda: run.state == "finished", timeout=20_000)
    assert engine.close()


@pytest.mark.parametrize("name", ["boot", "run", "digest", "peek"])
def test_the_engine_thread_ends_while_a_foreign_program_runs(qtbot: QtBot, path: Path, name: str) -> None:
    put_into(path, module({name: FOREVER}))
    engine, run = EngineBridge(), RunModel()
    run.attach(engine)
    run.open_trace(path)
    qtbot.waitUntil(lambda: run.state != "none", timeout=10_000)
    assert engine.close()


def test_a_thread_that_cannot_be_ended_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.services.engine_thread.JOIN_SECONDS", 0.05)
    release, entered = threading.Event(), threading.Event()

    def stuck(worker: object, command: object) -> None:
        entered.set()
        release.wait()

    monkeypatch.setattr("studio.services.engine_worker.EngineWorker.do", stuck)
    engine = EngineThread(lambda batch: None)
    from studio.model import engine_port as port

    engine.post(port.Stop())
    entered.wait()
    try:
        assert not engine.close()
        assert engine.is_daemon
    finally:
        release.set()
    assert engine.close()


LEAVE = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication, QTimer
from studio.model.run import RunModel
from studio.services.bridge import EngineBridge
app = QCoreApplication([])
engine, run = EngineBridge(), RunModel()
run.attach(engine)
run.open_trace(Path(sys.argv[1]))
QTimer.singleShot(300, app.quit)
app.exec()
engine.close()
print("left", flush=True)
"""


def test_the_process_ends_while_a_foreign_program_runs(path: Path) -> None:
    put_into(path, module({"boot": FOREVER}))
    done = subprocess.run(
        [sys.executable, "-c", LEAVE, str(path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (0, "left\n"), done.stderr
