"""The run button: it runs the program in front, pauses and continues it in place, and keeps its hands off others."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.application import Studio

TIMEOUT_MS = 30_000
LIVE = "actor Clock {\n    state n: int = 0\n    every 1ms { n += 1 }\n}\nlet clock = spawn Clock()\n"
SHORT = "render 1\n"


@pytest.fixture
def two(studio: Studio, qtbot: QtBot, tmp_path: Path) -> Studio:
    """A Studio with a program that never ends, in front, and a short one."""
    for name, text in (("short.aefl", SHORT), ("live & long.aefl", LIVE)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        studio.files.open(tmp_path / name)
    qtbot.waitUntil(lambda: len(studio.model.documents.items) == 2 and not studio.busy, timeout=TIMEOUT_MS)
    activate(studio, "live & long.aefl")
    return studio


def activate(studio: Studio, name: str) -> None:
    studio.model.documents.activate(next(d for d in studio.model.documents.items if d.name == name))
    studio.window.toolbar.refresh()


def press(studio: Studio) -> None:
    studio.window.toolbar.refresh()
    studio.window.toolbar.button("run.start").click()


def shown(studio: Studio) -> str:
    studio.window.toolbar.refresh()
    return studio.window.toolbar.button("run.start").accessibleName()


def test_the_button_runs_pauses_and_continues_in_place(two: Studio, qtbot: QtBot) -> None:
    run = two.model.run
    assert shown(two) == "Run"
    press(two)
    qtbot.waitUntil(lambda: run.state == "running" and run.total > 10, timeout=TIMEOUT_MS)
    assert shown(two) == "Pause"
    press(two)
    qtbot.waitUntil(lambda: run.state == "paused", timeout=TIMEOUT_MS)
    assert shown(two) == "Continue live & long.aefl"
    number = run.run_number
    press(two)
    qtbot.waitUntil(lambda: run.state == "running", timeout=TIMEOUT_MS)
    assert run.run_number == number, "the same run goes on"
    run.stop()
    qtbot.waitUntil(lambda: run.state == "stopped", timeout=TIMEOUT_MS)
    assert shown(two) == "Run"


def test_another_program_in_front_is_what_runs_and_the_paused_one_has_its_own_button(two: Studio, qtbot: QtBot) -> None:
    run, bar = two.model.run, two.window.toolbar
    two.model.commands.invoke("run.start")
    qtbot.waitUntil(lambda: run.state == "running", timeout=TIMEOUT_MS)
    activate(two, "short.aefl")
    assert shown(two) == "Run"
    qtbot.waitUntil(bar.button("run.pause").isVisible, timeout=TIMEOUT_MS)
    bar.button("run.pause").click()
    qtbot.waitUntil(lambda: run.state == "paused", timeout=TIMEOUT_MS)
    number = run.run_number
    assert shown(two) == "Run"
    assert bar.button("run.continue").toolTip() == "Continue live & long.aefl (Ctrl+F6)"
    bar.button("run.continue").click()
    qtbot.waitUntil(lambda: run.state == "running", timeout=TIMEOUT_MS)
    assert run.run_number == number
    bar.refresh()
    bar.button("run.pause").click()
    qtbot.waitUntil(lambda: run.state == "paused", timeout=TIMEOUT_MS)
    two.model.commands.invoke("run.start")
    qtbot.waitUntil(lambda: run.state == "finished", timeout=TIMEOUT_MS)
    assert (run.run_number, Path(run.source_name).name) == (number + 1, "short.aefl")


def test_f5_on_the_program_that_runs_says_so_and_after_an_edit_runs_the_new_text(two: Studio, qtbot: QtBot) -> None:
    run = two.model.run
    two.model.commands.invoke("run.start")
    qtbot.waitUntil(lambda: run.state == "running", timeout=TIMEOUT_MS)
    number = run.run_number
    assert not two.model.commands.invoke("run.start")
    assert two.window.status.message.startswith("This program is running;")
    document = two.model.documents.active
    assert document is not None
    document.set_text(SHORT)
    assert two.model.commands.invoke("run.start")
    qtbot.waitUntil(lambda: run.state == "finished", timeout=TIMEOUT_MS)
    assert run.run_number == number + 1


def test_a_page_that_is_no_program_is_not_compiled(two: Studio) -> None:
    two.model.commands.invoke("help.keyboard")
    number = two.model.run.run_number
    assert not two.model.commands.invoke("run.start")
    assert not two.model.commands.invoke("run.restart")
    assert two.model.run.run_number == number
    assert two.window.status.message == "This page is no program; open one to run it."
