"""Events table, output, branches, fork card, inspector and the commands of time."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QModelIndex, QPointF, Qt
from PySide6.QtGui import QHoverEvent
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionViewItem, QTreeWidgetItem, QWidget
from pytestqt.qtbot import QtBot

from engine.api import (
    ActorState,
    Difference,
    DropMessage,
    EditMessage,
    EventDetail,
    FaultInfo,
    FieldValue,
    Inject,
    Output,
    SetField,
    Value,
    WaitingMessage,
)
from studio.actions.run_commands import run_commands
from studio.inspector.inspector_panel import InspectorPanel
from studio.model import engine_port as port
from studio.model.event_store import EventStore
from studio.model.inspector import PARTS_AT_MOST, Row, sections
from studio.model.output_lines import OutputLines
from studio.model.run_words import change_text
from studio.model.studio import StudioModel
from studio.panels.output import TEXT, OutputPanel
from studio.timetravel.branches_panel import BranchesPanel
from studio.timetravel.events_model import MESSAGE, EventsModel
from studio.timetravel.events_panel import EventsPanel
from studio.timetravel.fork_card import DROP, EDIT, INJECT, NOTHING, SET, ForkCard
from tests.studio.b_scripted import ScriptedEngine, branch, detail, grown, make_events, open_run, studio, with_faults

FAULT = FaultInfo(90, 30, 1, 4, "index", "index 3 is out of range", "bank.aefl", 12, 5, "Auth.deposit", "Auth#1")

FOLLOWING = WaitingMessage(2, 0, 34, "Account.deposit", "deposit(5)")


@pytest.fixture
def opened() -> tuple[StudioModel, ScriptedEngine]:
    """A finished run of 400 events with outputs of every kind."""
    model, engine = studio()
    open_run(engine, model.run, with_faults(make_events(400, 6), [90]))
    outputs = (
        Output(10, 5, 1, 0, "text", "one\ntwo"),
        Output(50, 20, 2, 1, "state", "", rows=(("a.balance", "12"), ("long.name", "7"))),
        Output(90, 30, 1, 4, "fault", "", fault=FAULT),
        Output(300, 100, 3, 9, "text", "last"),
    )
    engine.answer(model.run, grown(make_events(1, 1)[:0], first=400, outputs=outputs))
    return model, engine


def number(text: str) -> Value:
    return Value(text, "int")


# --- events -------------------------------------------------------------------------------------------


def test_the_row_of_the_playhead_is_the_current_one(qtbot: QtBot, opened: tuple[StudioModel, ScriptedEngine]) -> None:
    model, _ = opened
    panel = EventsPanel(model)
    qtbot.addWidget(panel)
    panel.show()
    model.run.seek(123)
    qtbot.waitUntil(lambda: panel.table.currentIndex().row() == 122)
    panel.table.selectRow(200)
    assert model.run.playhead == 201


def test_a_filter_leaves_what_it_finds_and_the_playhead_follows_in_it(
    qtbot: QtBot, opened: tuple[StudioModel, ScriptedEngine]
) -> None:
    model, _ = opened
    panel = EventsPanel(model)
    qtbot.addWidget(panel)
    panel.show()
    qtbot.keyClicks(panel.filter, "is:fault")
    table = panel.table.model()
    assert table.rowCount(QModelIndex()) == 1
    assert "fault" in table.index(0, 5).data()
    panel.table.selectRow(0)
    assert model.run.playhead == 91


def test_arguments_are_asked_for_when_a_row_is_seen(qtbot: QtBot, opened: tuple[StudioModel, ScriptedEngine]) -> None:
    model, engine = opened
    model.run.seek(30)
    panel = EventsPanel(model)
    qtbot.addWidget(panel)
    panel.resize(800, 300)
    panel.show()
    qtbot.waitUntil(lambda: bool(engine.wishes))
    n = engine.wishes[-1].rows[0]
    assert len(engine.wishes[-1].rows) < 100
    engine.answer(model.run, port.TextsRead(0, ((n, "deposit(5)"),)))
    assert panel.table.model().index(n, MESSAGE).data() == "deposit(5)"


def test_a_million_rows_are_told_in_no_time(qtbot: QtBot) -> None:
    model, engine = studio()
    open_run(engine, model.run, make_events(1_000_000, 50))
    table = EventsModel(model)
    table.catch_up()
    assert table.rowCount() == 1_000_000
    assert table.index(999_999, 0).data() == "1\u202f000\u202f000"


# --- output -------------------------------------------------------------------------------------------


def test_outputs_become_lines_that_are_found_by_number() -> None:
    lines = OutputLines(EventStore())
    lines.extend([Output(n, n, 0, n, "text", "x\ny" if n % 2 else "x") for n in range(1_000)])
    assert len(lines) == 1_500
    assert (lines.line(1_499).output.n, lines.line(1_499).part) == (999, 1)
    assert lines.first_after(500) == 750


def test_a_line_of_output_leads_to_its_event_and_a_fault_says_where(
    qtbot: QtBot, opened: tuple[StudioModel, ScriptedEngine]
) -> None:
    model, _ = opened
    panel = OutputPanel(model)
    qtbot.addWidget(panel)
    panel.resize(700, 300)
    panel.show()
    table = panel.table.model()
    texts = [table.index(row, TEXT).data() for row in range(table.rowCount(QModelIndex()))]
    assert texts == [
        "one", "two", "a.balance   12", "long.name   7", "bank.aefl:12: index 3 is out of range", "last",
    ]  # fmt: skip
    panel.table.selectRow(4)
    assert model.run.playhead == 91
    later = table.index(5, TEXT).data(Qt.ItemDataRole.FontRole)
    assert later.italic(), "what comes after the playhead is set apart"
    assert not table.index(4, TEXT).data(Qt.ItemDataRole.FontRole).italic()


# --- branches and forks -----------------------------------------------------------------------------------


def test_branches_are_a_tree_and_the_comparison_is_told(
    qtbot: QtBot, opened: tuple[StudioModel, ScriptedEngine]
) -> None:
    model, engine = opened
    panel = BranchesPanel(model)
    qtbot.addWidget(panel)
    assert not panel.compare_button.isEnabled()
    tree = (branch(total=400), branch(1, 380, 0, 100, "fork 1"), branch(2, 350, 1, 200, "fork 2"))
    engine.answer(model.run, port.BranchesChanged(tree))
    top = panel.tree.topLevelItem(0)
    assert top is not None
    assert top.child(0).child(0).text(0) == "fork 2"
    panel.tree.itemActivated.emit(top.child(0), 0)
    assert model.run.branch == 1
    engine.answer(model.run, port.Compared(1, 0, Difference(120, None, None, "another argument")))
    assert "120" in panel.hint.text()
    assert panel.difference_button.isVisibleTo(panel)


def test_a_double_click_goes_to_a_branch_and_leaves_its_forks_in_sight(
    qtbot: QtBot, opened: tuple[StudioModel, ScriptedEngine]
) -> None:
    model, engine = opened
    panel = BranchesPanel(model)
    qtbot.addWidget(panel)
    panel.resize(300, 300)
    panel.show()
    engine.answer(model.run, port.BranchesChanged((branch(total=400), branch(1, 380, 0, 100, "fork 1"))))
    top = panel.tree.topLevelItem(0)
    assert top is not None
    viewport, at = panel.tree.viewport(), panel.tree.visualItemRect(top).center()
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=at)
    top = panel.tree.topLevelItem(0)
    assert top is not None
    assert top.isExpanded()
    assert model.run.branch == 0


def test_the_shown_branch_counts_the_events_of_a_run_that_goes_on(qtbot: QtBot) -> None:
    model, engine = studio()
    panel = BranchesPanel(model)
    qtbot.addWidget(panel)
    events = make_events(400, 6)
    open_run(engine, model.run, events[:0])
    engine.answer(model.run, port.StateChanged("running"), port.BranchesChanged((branch(total=0),)))
    for first, last in ((0, 150), (150, 400)):
        engine.answer(model.run, grown(events[first:last], first=first))
        generation = engine.seeks[-1].generation
        engine.answer(model.run, port.Moment(generation, 0, last, None, None, detail(last - 1), None, ()))
        item = panel.tree.topLevelItem(0)
        assert item is not None
        assert item.text(1) == str(last)


def test_the_fork_card_says_every_kind_of_change(qtbot: QtBot, opened: tuple[StudioModel, ScriptedEngine]) -> None:
    model, engine = opened
    run = model.run
    card = ForkCard(model)
    qtbot.addWidget(card)
    run.seek(100)
    run.select_actor(2)
    card.open_at_playhead()
    assert engine.seeks[-1].following
    state = ActorState(2, "Account", "Account#2", "alive", 0, 9, (FieldValue("balance", number("12")),))
    engine.answer(run, port.Moment(engine.seeks[-1].generation, 0, 100, None, state, None, FOLLOWING, ()))
    assert card.change() is None
    card.choices.button(INJECT).setChecked(True)
    card.message.setText('Auth.login("eve")')
    assert card.change() == Inject('Auth.login("eve")')
    card.choices.button(EDIT).setChecked(True)
    assert card.change() == EditMessage("(5)")
    card.choices.button(DROP).setChecked(True)
    assert card.change() == DropMessage()
    card.choices.button(SET).setChecked(True)
    assert card.change() == SetField(2, "balance", "12")
    qtbot.mouseClick(card.accept_button, Qt.MouseButton.LeftButton)
    assert engine.commands[-1] == port.Fork(0, 100, SetField(2, "balance", "12"))
    engine.answer(run, port.ForkRefused("balance is an int"))
    assert card.problem.isVisible()
    assert card.problem.text() == "balance is an int"
    tree = (branch(total=400), branch(1, 100, 0, 100, "fork 1"))
    engine.answer(run, port.BranchesChanged(tree), port.Forked(1))
    assert not card.isVisible()


def test_what_cannot_be_changed_here_cannot_be_chosen(qtbot: QtBot, opened: tuple[StudioModel, ScriptedEngine]) -> None:
    model, _ = opened
    card = ForkCard(model)
    qtbot.addWidget(card)
    card.open_at_playhead()
    assert not card.choices.button(EDIT).isEnabled()
    assert not card.choices.button(SET).isEnabled()
    assert card.choices.checkedId() == NOTHING
    qtbot.keyClick(card, Qt.Key.Key_Escape)
    assert not card.isVisible()


# --- the inspector ------------------------------------------------------------------------------------------


def inspected(model: StudioModel, engine: ScriptedEngine) -> None:
    """Puts a moment in which a field changed before the inspector."""
    run = model.run
    run.select_actor(1)
    run.seek(100)
    orders = Value("[1, 2]", "list<int>", tuple((str(i), number(str(i))) for i in range(PARTS_AT_MOST + 5)))
    fields = (FieldValue("balance", number("7"), before="12"), FieldValue("orders", orders))
    state = ActorState(1, "Ledger", "Ledger#1", "alive", 2, 9, fields)
    event = EventDetail(
        99, 33, 1, 8, 0, "Ledger.deposit", (("amount", number("5")),), 0, 80, (110,), 3, 6, None, fields[:1],
    )  # fmt: skip
    engine.answer(run, port.Moment(engine.seeks[-1].generation, 0, 100, None, state, event, None, ()))


def state_item(qtbot: QtBot, panel: InspectorPanel) -> QTreeWidgetItem:
    """The section of the state, once it is there."""

    def first() -> QTreeWidgetItem | None:
        item = panel.tree.topLevelItem(0)
        return item if item is not None and item.text(0) == "State" else None

    qtbot.waitUntil(lambda: first() is not None)
    item = first()
    assert item is not None
    return item


def test_a_changed_field_shows_what_it_was_and_what_it_is(
    qtbot: QtBot, opened: tuple[StudioModel, ScriptedEngine]
) -> None:
    model, engine = opened
    panel = InspectorPanel(model)
    qtbot.addWidget(panel)
    panel.show()
    inspected(model, engine)
    state = state_item(qtbot, panel)
    assert [state.child(i).text(1) for i in range(2)] == ["12 → 7", "[1, 2]"]
    assert panel.cause.isEnabled()
    assert panel.effect.isEnabled()


def test_parts_of_a_value_are_made_when_it_is_opened_and_stay_open(
    qtbot: QtBot, opened: tuple[StudioModel, ScriptedEngine]
) -> None:
    model, engine = opened
    panel = InspectorPanel(model)
    qtbot.addWidget(panel)
    panel.show()
    inspected(model, engine)
    state = state_item(qtbot, panel)
    assert state.child(1).childCount() == 0
    state.child(1).setExpanded(True)
    assert state.child(1).childCount() == PARTS_AT_MOST + 1
    panel.tree.show_sections(sections(model.run))
    state = panel.tree.topLevelItem(0)
    assert state is not None
    assert state.child(1).isExpanded()


def test_the_last_state_table_up_to_the_playhead_is_shown(opened: tuple[StudioModel, ScriptedEngine]) -> None:
    model, engine = opened
    inspected(model, engine)
    table = next(s for s in sections(model.run) if s.key == "table")
    assert [(r.label, r.text) for r in table.rows] == [("a.balance", "12"), ("long.name", "7")]
    model.run.seek(20)
    assert not any(s.key == "table" for s in sections(model.run))


def test_a_value_that_is_a_whole_book_is_cut() -> None:
    assert len(Row("x", "x", "y" * 10, value=Value("z", "list<int>", ())).parts()) == 0
    long = Value("[]", "list", (("0", Value("a" * 100_000, "string")),))
    assert len(Row("x", "x", "", value=long).parts()[0].text) < 1_000


# --- commands -------------------------------------------------------------------------------------------------


def test_every_command_of_time_says_why_it_cannot_run() -> None:
    model, _ = studio()
    commands = {c.id: c for c in run_commands(model)}
    for id, command in commands.items():
        reason = command.enabled()
        assert reason is not None, id
        assert reason.endswith((".", "?")), reason


def test_commands_become_possible_when_there_is_a_run(opened: tuple[StudioModel, ScriptedEngine]) -> None:
    model, engine = opened
    commands = {c.id: c for c in run_commands(model)}
    inspected(model, engine)
    for id in ("time.start", "time.back", "time.forward", "time.end", "time.cause", "time.effect", "time.fork"):
        assert commands[id].enabled() is None, id
    commands["time.back"].run()
    assert model.run.playhead == 99
    commands["time.fault_back"].run()
    assert model.run.playhead == 91


def test_no_two_commands_want_the_same_keys() -> None:
    model, _ = studio()
    model.commands.add(run_commands(model))
    assert len({c.shortcut for c in model.commands if c.shortcut}) == sum(bool(c.shortcut) for c in model.commands)


@pytest.mark.parametrize("make", [EventsPanel, OutputPanel])
def test_the_mouse_marks_whole_rows_of_tables(
    qtbot: QtBot,
    shown: Callable[[QWidget], QWidget],
    opened: tuple[StudioModel, ScriptedEngine],
    make: type[EventsPanel | OutputPanel],
) -> None:
    panel = make(opened[0])
    shown(panel)
    table = panel.table
    spot = QPointF(table.visualRect(table.model().index(1, 0)).center())

    def marked() -> set[tuple[int, int]]:
        cells = [(row, column) for row in range(3) for column in range(table.model().columnCount())]
        found = set()
        for row, column in cells:
            option = QStyleOptionViewItem()
            table.itemDelegate().initStyleOption(option, table.model().index(row, column))
            if option.state & QStyle.StateFlag.State_MouseOver:
                found.add((row, column))
        return found

    QApplication.sendEvent(table.viewport(), QHoverEvent(QEvent.Type.HoverMove, spot, spot, spot))
    assert marked() == {(1, column) for column in range(table.model().columnCount())}
    QApplication.sendEvent(table.viewport(), QHoverEvent(QEvent.Type.HoverLeave, QPointF(-1, -1), QPointF(), spot))
    assert not marked()


def test_an_empty_table_of_events_says_what_will_be_there(
    shown: Callable[[QWidget], QWidget], opened: tuple[StudioModel, ScriptedEngine]
) -> None:
    nothing, panel = EventsPanel(studio()[0]), EventsPanel(opened[0])
    shown(nothing)
    shown(panel)
    assert nothing._empty.text() == "Run a program, and every message that an actor handles appears here as a row."
    assert (nothing._empty.isVisible(), panel._empty.isVisible()) == (True, False)
    panel.filter.setText("no such thing")
    panel._catch_up()
    assert (panel._empty.isVisible(), panel._empty.text()) == (True, "No event matches the filter.")


def test_a_change_is_shown_with_the_name_of_its_actor() -> None:
    names = {3: "Bell#3"}
    assert change_text("dropped Bell.ring for actor 3", names.__getitem__) == "dropped Bell.ring for Bell#3"
    assert change_text("Bell#3.n: 1 became 2", names.__getitem__) == "Bell#3.n: 1 became 2"
