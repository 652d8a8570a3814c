"""Whatever is typed or pasted into a field is answered at once: long numbers, long texts, lines, many words."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from studio.application import Studio
from studio.model import fuzzy
from studio.model.event_store import EventStore
from studio.model.events_table import EventFilter
from studio.model.figures import WHOLE_MOST, whole
from studio.timetravel.events_panel import EventsPanel
from studio.timetravel.fork_card import ForkCard
from studio.timetravel.timeline_panel import TimelinePanel
from studio.window.palette_view import PaletteView

TIMEOUT_MS = 30_000
FAR = """\
actor Far {
    state word: string = ""
    on go(text: string) { word = text }
}
let far = spawn Far()
after 2999999999ms far.go("x")
after 9007199254740992ms far.go("y")
after 9007199254740993ms far.go("z")
"""
DIGITS = "9" * 5_000


@pytest.fixture
def ran(studio: Studio, qtbot: QtBot, tmp_path: Path) -> Studio:
    path = tmp_path / "far.aefl"
    path.write_text(FAR, encoding="utf-8")
    studio.files.open(path)
    qtbot.waitUntil(lambda: bool(studio.model.documents.items) and not studio.busy, timeout=TIMEOUT_MS)
    studio.model.commands.invoke("run.start")
    run = studio.model.run
    qtbot.waitUntil(lambda: run.state == "finished" and not studio.busy, timeout=TIMEOUT_MS)
    return studio


def paste(field: QLineEdit, text: str) -> None:
    """Puts a text into a field as Ctrl+V does."""
    QGuiApplication.clipboard().setText(text)
    field.selectAll()
    field.paste()


def test_a_number_has_as_many_digits_as_somebody_pastes() -> None:
    assert [whole("0"), whole("0007"), whole("12"), whole("٣")] == [0, 7, 12, 3]
    assert whole("9" * 19) == whole(DIGITS) == WHOLE_MOST
    assert whole(DIGITS, 9) == 9
    assert whole("0" * 5_000 + "5") == 5


@pytest.mark.parametrize("tick", [3_000_000_000, 9_007_199_254_740_993, 9_007_199_254_740_994])
def test_one_goes_to_any_tick_of_a_run(ran: Studio, tick: int) -> None:
    panel, run = ran.window.findChild(TimelinePanel), ran.model.run
    assert panel is not None
    ran.window.show_panel("timeline")
    field = panel.findChild(QLineEdit)
    assert field is not None
    ticks = [run.events.tick_of(n) for n in range(run.total)]
    assert tick in ticks
    field.setFocus()
    QTest.keyClicks(field, str(tick))
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert run.playhead == ticks.index(tick) + 1
    assert run.playhead_tick() == tick


@pytest.mark.parametrize("tick", ["9223372036854775807", "9999999999999999999", DIGITS])
def test_a_tick_behind_the_last_one_is_the_end(ran: Studio, tick: str) -> None:
    panel, run = ran.window.findChild(TimelinePanel), ran.model.run
    assert panel is not None
    field = panel.findChild(QLineEdit)
    assert field is not None
    run.seek(1)
    paste(field, tick)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert run.playhead == run.total


@pytest.mark.parametrize("typed", [f"tick:{DIGITS}", f"Far#{DIGITS}", f"from:Far#{DIGITS}", "tick:" + "9" * 20])
def test_no_number_in_the_filter_of_events_is_too_long(ran: Studio, qtbot: QtBot, typed: str) -> None:
    ran.window.show_panel("events")
    panel = ran.window.findChild(EventsPanel)
    assert panel is not None
    qtbot.waitUntil(lambda: panel.table.model().rowCount() == ran.model.run.total)
    paste(panel.filter, typed)
    qtbot.waitUntil(lambda: panel.table.model().rowCount() == 0)
    paste(panel.filter, "tick:9007199254740993")
    qtbot.waitUntil(lambda: panel.table.model().rowCount() == 1)


def test_a_filter_of_many_words_looks_for_each_once_and_stops_when_nothing_is_left(
    ran: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, read = ran.model.run.events, []
    column = EventStore.column

    def counted(self: EventStore, name: str, start: int, stop: int) -> object:
        read.append(name)
        return column(self, name, start, stop)

    monkeypatch.setattr(EventStore, "column", counted)
    assert EventFilter.parse("go " * 5_000).mask(store, 0, store.total).sum() == 3
    few = len(read)
    words = " ".join(f"word{n}" for n in range(5_000))
    assert not EventFilter.parse(words).mask(store, 0, store.total).any()
    assert few <= 2
    assert len(read) <= 2 * few


@pytest.mark.parametrize(
    "typed", [f":{DIGITS}", f":1:{DIGITS}", f"far.aefl:{DIGITS}", f"far.aefl:2:{DIGITS}", "far\naefl", ">a\nb", ":1\n"]
)
def test_the_palette_takes_any_text(ran: Studio, qtbot: QtBot, typed: str) -> None:
    palette = ran.window.findChild(PaletteView)
    assert palette is not None
    palette.open("")
    paste(palette.field, typed)
    assert palette.items
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not ran.busy, timeout=TIMEOUT_MS)
    palette.dismiss()


def test_line_nought_is_the_first_line(ran: Studio) -> None:
    palette = ran.window.findChild(PaletteView)
    assert palette is not None
    palette.open(":0:0")
    assert [item.title for item in palette.items] == ["Go to line 1"]
    palette.dismiss()


def test_letters_are_looked_for_in_a_long_name_with_a_bounded_number_of_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = 0
    begins = fuzzy._begins_word

    def counted(text: str, index: int) -> bool:
        nonlocal looked
        looked += 1
        return begins(text, index)

    monkeypatch.setattr(fuzzy, "_begins_word", counted)
    assert fuzzy.match("abba", "ab" * 20_000 + "c") is not None
    assert fuzzy.match("bbbc" * 100, "ab" * 20_000 + "c") is None
    assert looked < 100_000
    assert fuzzy.match("end", "x" * 20_000 + "_end") is not None, "a word is found wherever it stands"


@pytest.mark.parametrize("length", [40_000, 200_000])
def test_the_fork_card_takes_a_value_as_long_as_it_is(ran: Studio, qtbot: QtBot, length: int) -> None:
    run = ran.model.run
    run.seek(run.total)
    qtbot.waitUntil(lambda: run.actor_state is not None and not ran.busy, timeout=TIMEOUT_MS)
    ran.model.commands.invoke("time.fork")
    card = ran.window.findChild(ForkCard)
    assert card is not None
    wide = card.minimumSizeHint().width()
    for field in (card.message, card.arguments, card.value):
        paste(field, "x" * length)
        assert len(field.text()) == length
    assert card.minimumSizeHint().width() == wide
    card.close()
