"""While a run goes on, all views of one frame show the same moment."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from studio.graph.graph_panel import GraphPanel
from studio.inspector.inspector_panel import InspectorPanel
from studio.model import engine_port as port
from studio.model.studio import StudioModel
from studio.panels.output import OutputPanel
from studio.timetravel.events_panel import EventsPanel
from studio.timetravel.timeline_panel import TimelinePanel
from studio.window.status import StatusBar
from tests.studio.b_scripted import ScriptedEngine, detail, grown, make_events, open_run, picture, studio

Show = Callable[[QWidget], QWidget]
EVENTS = make_events(300, 6)


def moment(engine: ScriptedEngine, n: int) -> port.Moment:
    """The answer to the last wish."""
    return port.Moment(engine.seeks[-1].generation, 0, n, picture(EVENTS, n), None, detail(n - 1), None, ())


class Views:
    """Every view of a run, and the moment that each of them shows."""

    def __init__(self, model: StudioModel, shown: Show) -> None:
        self.run = model.run
        self.timeline, self.graph, self.events = TimelinePanel(model), GraphPanel(model), EventsPanel(model)
        self.inspector, self.output, self.window = InspectorPanel(model), OutputPanel(model), QMainWindow()
        self.status = StatusBar(self.window, model)
        for view in (self.timeline, self.graph, self.events, self.inspector, self.output, self.window):
            shown(view)

    def moments(self) -> dict[str, int]:
        """The moment of each view, read from what it shows."""
        state = self.graph.view.graph.states(self.run.picture)
        assert len(state.waiting) == len(self.graph.graph.nodes)
        where = self.timeline._where.shown.split(" · ")
        return {
            "lanes": int(where[1].split()[1]),
            "lanes, of": int(where[1].split()[3]),
            "events": self.events.table.currentIndex().row() + 1,
            "rows": self.events.table.model().rowCount(),
            "edges": self.graph.graph._counts.seen,
            "badges": self.run.picture.n if self.run.picture is not None else -1,
            "inspector": int(self.inspector.subtitle.shown.split(" · ")[0].removeprefix("#")),
            "status": int(self.status._run.text().split()[1]),
        }


@pytest.fixture
def live(qtbot: QtBot, shown: Show) -> tuple[Views, ScriptedEngine]:
    """All views of a run that goes on."""
    model, engine = studio()
    views = Views(model, shown)
    open_run(engine, model.run, EVENTS[:0])
    engine.answer(model.run, port.StateChanged("running"))
    return views, engine


def test_events_of_a_frame_are_shown_with_their_moment_in_all_views_at_once(live: tuple[Views, ScriptedEngine]) -> None:
    views, engine = live
    run = views.run
    engine.answer(run, grown(EVENTS[:100]), moment(engine, 100), grown(EVENTS[100:140], first=100))
    assert set(views.moments().values()) == {100}
    engine.answer(run, grown(EVENTS[140:200], first=140))
    assert set(views.moments().values()) == {100}, "the moment behind these events has not been read"
    engine.answer(run, moment(engine, 200))
    assert set(views.moments().values()) == {200}


def test_a_moment_of_other_events_than_those_that_came_is_not_shown(live: tuple[Views, ScriptedEngine]) -> None:
    views, engine = live
    run = views.run
    engine.answer(run, grown(EVENTS[:100]), moment(engine, 100))
    engine.answer(run, grown(EVENTS[100:150], first=100))
    engine.answer(run, moment(engine, 120))
    assert set(views.moments().values()) == {100}
    engine.answer(run, moment(engine, 150))
    assert set(views.moments().values()) == {150}


def test_a_run_ends_with_its_last_events_and_their_moment(live: tuple[Views, ScriptedEngine]) -> None:
    views, engine = live
    run = views.run
    engine.answer(run, grown(EVENTS[:100]), moment(engine, 100))
    engine.answer(run, grown(EVENTS[100:130], first=100), moment(engine, 130), port.StateChanged("finished"))
    assert not run.live
    assert set(views.moments().values()) == {130}


def test_looking_back_shows_what_has_come_so_far(live: tuple[Views, ScriptedEngine]) -> None:
    views, engine = live
    run = views.run
    engine.answer(run, grown(EVENTS[:100]), moment(engine, 100), grown(EVENTS[100:140], first=100))
    run.seek(50)
    assert (run.live, run.playhead, run.total) == (False, 50, 140)
    engine.answer(run, grown(EVENTS[140:200], first=140))
    assert (run.playhead, run.total) == (50, 200)
