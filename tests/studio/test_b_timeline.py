"""The timeline: its model as numbers, its widget by mouse, wheel and keys."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QFontMetricsF, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.api import LaneMessage, Output
from studio.model import engine_port as port
from studio.model.run import RunModel
from studio.model.studio import StudioModel
from studio.model.timeline import GROUP_OVER, TimelineModel
from studio.timetravel.timeline_access import TimelineAccess, install_timeline_access
from studio.timetravel.timeline_paint import count_label, density_image, ruler_step
from studio.timetravel.timeline_view import TimelineView
from tests.studio.b_scripted import ScriptedEngine, branch, grown, make_events, open_run, studio, with_faults


def opened(total: int, actors: int, per_tick: int = 3) -> tuple[StudioModel, ScriptedEngine, TimelineModel]:
    model, engine = studio()
    timeline = TimelineModel(model.run)
    open_run(engine, model.run, with_faults(make_events(total, actors, per_tick=per_tick), [total // 2]))
    timeline.catch_up()
    return model, engine, timeline


# --- the model --------------------------------------------------------------------------------------


def test_a_moment_is_drawn_at_the_event_that_led_to_it() -> None:
    model, _, timeline = opened(500, 5)
    for n in (0, 1, 77, 250, 500):
        assert timeline.moment_at(timeline.place_of(n)) == n
    assert timeline.moment_at(-1e9) == 0
    assert timeline.moment_at(1e9) == model.run.total


def test_zooming_leaves_the_place_under_the_mouse_where_it_is() -> None:
    _, _, timeline = opened(5_000, 5)
    place = timeline.start + 0.3 * timeline.span
    for factor in (0.5, 0.5, 0.5, 1.7, 0.4):
        timeline.zoom(factor, place)
        assert (place - timeline.start) / timeline.span == pytest.approx(0.3, abs=1e-6)
    assert not timeline.follow
    timeline.zoom(1e9, place)
    assert timeline.follow


def test_one_tick_with_a_hundred_thousand_events_can_be_zoomed_into() -> None:
    _, _, timeline = opened(100_000, 5, per_tick=50_000)
    place = timeline.place_of(60_000)
    for _ in range(60):
        timeline.zoom(0.5, place)
    edges = timeline.edges(1_000)
    assert 1 <= edges[-1] - edges[0] <= 5
    assert timeline.is_detailed(edges)


def test_while_it_shows_the_whole_run_it_goes_on_to_as_the_run_grows() -> None:
    model, engine, timeline = opened(500, 5)
    end = timeline.end
    more = make_events(900, 5)[500:]
    engine.answer(model.run, grown(more, first=500))
    timeline.catch_up()
    assert timeline.end > end
    assert timeline.follow


def test_few_actors_have_a_lane_each_and_many_share_one_by_type() -> None:
    model, _, timeline = opened(2_000, 7)
    assert [lane.label for lane in timeline.lanes][:3] == ["main", "Ledger#1", "Account#2"]
    model, _, timeline = opened(3_000, GROUP_OVER + 20)
    assert [lane.kind for lane in timeline.lanes] == ["actor", "type", "type", "type"]
    assert sum(lane.count for lane in timeline.lanes) == GROUP_OVER + 20
    model.run.select_actor(33)
    assert any(lane.actor == 33 and lane.nested for lane in timeline.lanes)
    timeline.toggle(1)
    assert sum(lane.nested for lane in timeline.lanes) > 15


def test_every_event_of_the_window_is_counted_in_exactly_one_lane() -> None:
    for actors in (7, GROUP_OVER + 30):
        _, _, timeline = opened(20_000, actors)
        edges = timeline.edges(400)
        assert timeline.density(edges).sum() == edges[-1] - edges[0] == 20_000


def test_an_arrow_leads_from_the_cause_to_the_event() -> None:
    model, _, timeline = opened(300, 5)
    place = timeline.place_of(150)
    timeline.show_window(place - 4, place + 4)
    details = timeline.details(timeline.edges(900))
    known = np.flatnonzero(details.causes >= 0)
    assert len(known) > 10
    assert (details.cause_places[known] < details.places[known]).all()
    n = int(details.rows[known[0]])
    row, cause = model.run.events.row(n), model.run.events.row(int(details.causes[known[0]]))
    assert (cause.actor, cause.seq) == (row.sender, row.sender_seq)


def test_rendered_timelines_get_lanes_and_arrows_below_the_actors() -> None:
    model, engine, timeline = opened(300, 3)
    lane = (LaneMessage("Auth", "UI", 10, "login"), LaneMessage("UI", "Log", 12, ""))
    empty = make_events(1, 1)[:0]
    engine.answer(model.run, grown(empty, first=300, outputs=(Output(5, 3, 0, 0, "timeline", "", lane=lane),)))
    assert [x.label for x in timeline.lanes if x.kind == "rendered"] == ["Auth", "UI", "Log"]
    assert [(a.source, a.target) for a in timeline.arrows()] == [(3, 4), (4, 5)]


def test_labels_of_the_ruler_are_round_numbers() -> None:
    assert [ruler_step(span, 900) for span in (5, 40, 1_000, 123_456)] == [1, 5, 100, 20_000]


def test_a_lane_with_one_event_is_still_seen_beside_one_with_a_million() -> None:
    counts = np.array([[1.0, 0.0], [1e6, 1e6]])
    image = density_image(counts, np.array([0x112233, 0x445566], np.uint32))
    assert image.pixelColor(0, 0).alpha() > 60
    assert image.pixelColor(1, 0).alpha() == 0
    assert image.pixelColor(0, 1).alpha() > 240


# --- the widget --------------------------------------------------------------------------------------


@pytest.fixture
def view(qtbot: QtBot) -> TimelineView:
    model, _, timeline = opened(400, 6)
    widget = TimelineView(model, timeline)
    qtbot.addWidget(widget)
    widget.resize(1_000, 260)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def test_a_drag_moves_the_playhead_all_the_way(qtbot: QtBot, view: TimelineView) -> None:
    run, lanes = view.timeline.run, view.geometry_now().lanes
    y = int(lanes.bottom()) - 5
    qtbot.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(int(lanes.left()) + 5, y))
    assert run.playhead < 20
    seen = []
    for x in range(int(lanes.left()) + 5, int(lanes.right()), 60):
        qtbot.mouseMove(view.viewport(), QPoint(x, y))
        seen.append(run.playhead)
    assert seen == sorted(seen)
    assert len(set(seen)) > 8
    qtbot.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton)


def test_the_wheel_zooms_at_the_mouse(qtbot: QtBot, view: TimelineView) -> None:
    at = view.geometry_now().lanes.center()
    place = view.geometry_now().place(at.x())
    span = view.timeline.span
    event = QWheelEvent(
        QPointF(at), view.viewport().mapToGlobal(QPointF(at)), QPoint(), QPoint(0, 240),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view.viewport(), event)
    assert view.timeline.span < span
    assert view.geometry_now().place(at.x()) == pytest.approx(place, rel=1e-6)


def test_all_of_it_can_be_done_by_keys(qtbot: QtBot, view: TimelineView) -> None:
    run = view.timeline.run
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert run.playhead == 0
    qtbot.keyClick(view, Qt.Key.Key_Right)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert run.playhead == 1
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert run.selected_actor == 1
    qtbot.keyClick(view, Qt.Key.Key_Period)
    assert run.events.row(run.playhead - 1).actor == 1
    span = view.timeline.span
    qtbot.keyClick(view, Qt.Key.Key_Plus)
    assert view.timeline.span < span
    qtbot.keyClick(view, Qt.Key.Key_F)
    assert view.timeline.follow
    qtbot.keyClick(view, Qt.Key.Key_PageDown)
    assert run.playhead == 201
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert run.playhead == run.total


def test_hovering_an_event_tells_tick_actor_and_message(view: TimelineView) -> None:
    run, timeline = view.timeline.run, view.timeline
    place = timeline.place_of(100)
    timeline.show_window(place - 5, place + 5)
    row = run.events.row(99)
    lane = view.geometry_now().lane_rect(timeline.lane_of_actor(row.actor))
    at = QPoint(round(view.geometry_now().x(place)), round(lane.center().y()))
    text = view.describe(at)
    assert run.events.cast.name(row.actor) in text
    assert "#100" in text
    assert f"tick {row.tick}" in text


def test_a_click_on_an_event_goes_there_and_selects_its_actor(qtbot: QtBot, view: TimelineView) -> None:
    run, timeline = view.timeline.run, view.timeline
    place = timeline.place_of(120)
    timeline.show_window(place - 5, place + 5)
    lane = view.geometry_now().lane_rect(timeline.lane_of_actor(run.events.row(119).actor))
    at = QPoint(round(view.geometry_now().x(place)), round(lane.center().y()))
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert run.playhead == 120
    assert run.selected_actor == run.events.row(119).actor


def test_the_window_is_dragged_in_the_overview(qtbot: QtBot, view: TimelineView) -> None:
    timeline = view.timeline
    timeline.show_window(20, 40)
    overview = view.geometry_now().overview
    start = QPoint(round(view.geometry_now().overview_x(30)), round(overview.center().y()))
    qtbot.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(view.viewport(), start + QPoint(200, 0))
    qtbot.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=start + QPoint(200, 0))
    assert timeline.start > 30
    assert timeline.span == pytest.approx(20)


def test_moving_the_playhead_does_not_draw_the_lanes_again(qtbot: QtBot, view: TimelineView) -> None:
    model, _, timeline = opened(50_000, 6)
    wide = TimelineView(model, timeline)
    qtbot.addWidget(wide)
    wide.resize(900, 240)
    wide.grab()
    before = wide._base_key
    for n in range(100, 40_000, 5_000):
        model.run.seek(n)
        wide.grab()
    assert wide._base_key == before


def test_a_screen_reader_finds_a_slider_that_tells_the_moment(view: TimelineView) -> None:
    install_timeline_access()
    view.timeline.run.seek(100)
    interface = QAccessible.queryAccessibleInterface(view)
    assert interface is not None
    assert interface.role() == QAccessible.Role.Slider
    spoken = TimelineAccess(view).text(QAccessible.Text.Value)
    assert "event 100 of 400" in spoken


def test_forks_and_the_first_difference_are_marked(qtbot: QtBot, view: TimelineView) -> None:
    model, engine, timeline = opened(400, 6)
    marked = TimelineView(model, timeline)
    qtbot.addWidget(marked)
    marked.resize(900, 240)
    plain = marked.grab().toImage()
    engine.answer(model.run, port.BranchesChanged((branch(total=400), branch(1, 300, 0, 150, "fork 1"))))
    x = round(marked.geometry_now().x(timeline.place_of(150)))
    image = marked.grab().toImage()
    ratio = image.devicePixelRatio()
    column = [image.pixel(int(x * ratio), y) != plain.pixel(int(x * ratio), y) for y in range(image.height())]
    assert sum(column) > 60


def test_a_number_of_events_too_long_for_its_place_is_rounded_not_cut(qapp: QApplication) -> None:
    metrics = QFontMetricsF(qapp.font())
    exact = "29\u202f934\u202f231 events"
    assert count_label(29_934_231, metrics, metrics.horizontalAdvance(exact)) == exact
    assert count_label(29_934_231, metrics, metrics.horizontalAdvance(exact) - 1) == "30 M events"
    assert count_label(1, metrics, 1_000) == "1 event"


@pytest.mark.parametrize("columns", [619, 1001, 1283])
def test_an_even_run_has_an_even_overview_however_wide_it_is(columns: int) -> None:
    engine, run = ScriptedEngine(), RunModel()
    open_run(engine, run, make_events(20_000, 5, per_tick=3))
    inner = TimelineModel(run).overview_counts(columns)[columns // 20 : -columns // 20]
    assert inner.max() / inner.min() < 1.02
