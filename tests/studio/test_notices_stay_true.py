"""What Studio says is true as long as it stands there, and a question stands there until it is answered."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from studio.application import Studio

PROGRAM = """\
actor Broken {
    on fail() { assert 1 == 2 }
    on work() { render 1 }
}
let broken = spawn Broken()
broken.work()
broken.fail()
after 2ms broken.work()
after 4ms broken.fail()
after 6ms broken.work()
"""


def run_program(studio: Studio, qtbot: QtBot) -> None:
    document = studio.model.documents.new(PROGRAM)
    studio.model.run.start(document.text, document.file)
    qtbot.waitUntil(lambda: studio.model.run.state == "finished" and not studio.busy, timeout=30_000)


def test_why_a_command_could_not_run_goes_with_the_next_move_of_the_playhead(studio: Studio, qtbot: QtBot) -> None:
    run_program(studio, qtbot)
    commands, status = studio.model.commands, studio.window.status
    for refused, move, reason in (
        ("time.fault", "time.fault_back", "No turn fails after this one."),
        ("time.effect", "time.back", ""),
        ("time.forward", "time.back", "The playhead is at the last event."),
    ):
        studio.model.run.to_end()
        qtbot.waitUntil(lambda: studio.model.run.event_detail is not None and not studio.busy, timeout=10_000)
        assert not commands.invoke(refused)
        assert status.message
        assert reason in status.message
        assert commands.invoke(move)
        assert status.message == ""


def test_a_refusal_goes_when_it_is_no_longer_true(studio: Studio, qtbot: QtBot) -> None:
    commands, status = studio.model.commands, studio.window.status
    assert not commands.invoke("time.back")
    assert status.message == "Run a program or open a recording first."
    run_program(studio, qtbot)
    qtbot.waitUntil(lambda: status.message == "", timeout=10_000)


def test_what_is_told_of_something_done_stays(studio: Studio, qtbot: QtBot) -> None:
    run_program(studio, qtbot)
    studio.model.notice.emit("info", "Saved a.aefl.")
    studio.model.run.step(-1)
    assert studio.window.status.message == "Saved a.aefl."


def test_compare_leaves_the_question_which_version_counts(studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "a.aefl"
    path.write_text("one\n")
    studio.files.open(path)
    studio.background.drain()
    document = studio.model.documents.items[0]
    document.set_text("mine\n")
    path.write_text("theirs, longer\n")
    studio.files.check_disk()
    studio.background.drain()
    notices = studio.window.area.notices
    QTest.mouseClick(notices.shown[0].buttons[0], Qt.MouseButton.LeftButton)
    studio.background.drain()
    assert [d.name for d in studio.model.documents.items] == ["a.aefl", "a.aefl (difference)"]
    assert [b.text() for b in notices.shown[0].buttons] == ["Compare", "Use the Version on Disk", "Keep Mine"]
    for n in range(5):  # what is only told takes no question away
        notices.show_notice("error", f"trouble {n}")
    assert notices.shown[0].buttons
    QTest.mouseClick(notices.shown[0].buttons[2], Qt.MouseButton.LeftButton)
    studio.background.drain()
    assert not notices.shown[0].buttons
    assert document.conflict == ""
