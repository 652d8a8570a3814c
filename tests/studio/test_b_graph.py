"""The graph: what it counts, where nodes lie, and what can be done with it."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from pytestqt.qtbot import QtBot

from engine.api import FLAG_START, FLAG_TIMER
from studio.graph.camera import Camera
from studio.graph.graph_labels import count_boxes, taken_places
from studio.graph.graph_paint import NodePictures, edge_lines
from studio.graph.graph_view import GraphView
from studio.model import engine_port as port
from studio.model.edge_counts import BLOCK
from studio.model.graph import NODES_AT_MOST, GraphModel
from studio.model.run import RunModel
from tests.studio.b_scripted import ScriptedEngine, grown, make_events, open_run, picture, program, studio, with_faults


def settled(run: RunModel) -> GraphModel:
    graph = GraphModel(run)
    while not graph.catch_up(0.05):
        pass
    return graph


def run_of(total: int, actors: int, batches: int = 1) -> RunModel:
    """A finished run whose events came in so many batches, all placed while it ran."""
    run, engine = RunModel(), ScriptedEngine()
    run.attach(engine)
    run.start("", "bank.aefl")
    engine.answer(run, port.Opened("bank.aefl", "", 0, program(), None, ()), port.StateChanged("running"))
    first = 0
    for piece in np.array_split(make_events(total, actors), batches):
        engine.answer(run, grown(piece, first=first))
        first += len(piece)
    engine.answer(run, port.StateChanged("finished"))
    return run


def expected_counts(run: RunModel, moment: int) -> dict[tuple[int, int], int]:
    events = run.events
    flags = events.column("flags", 0, moment)
    sent = flags & (FLAG_TIMER | FLAG_START) == 0
    pairs = zip(events.column("sender", 0, moment)[sent], events.column("actor", 0, moment)[sent], strict=True)
    counts: dict[tuple[int, int], int] = {}
    for sender, actor in pairs:
        key = (int(sender) + 1, int(actor) + 1)
        counts[key] = counts.get(key, 0) + 1
    return counts


@pytest.mark.parametrize("moment", [0, 10, 777, BLOCK - 1, BLOCK, BLOCK + 1, 100_000])
def test_edges_count_the_messages_up_to_the_playhead(moment: int) -> None:
    run = run_of(100_000, 6, batches=7)
    edges = settled(run).edges(moment)
    found = dict(
        zip(zip(edges.sources.tolist(), edges.targets.tolist(), strict=True), edges.counts.tolist(), strict=True)
    )
    assert found == expected_counts(run, moment)


def test_the_same_run_gives_the_same_picture() -> None:
    first, second = settled(run_of(3_000, 40)), settled(run_of(3_000, 40))
    assert np.array_equal(first.places, second.places)


def test_how_fast_a_run_came_does_not_change_its_picture() -> None:
    whole = settled(run_of(3_000, 40))
    run, engine = RunModel(), ScriptedEngine()
    run.attach(engine)
    graph = GraphModel(run)
    run.start("", "bank.aefl")
    engine.answer(run, port.Opened("bank.aefl", "", 0, program(), None, ()), port.StateChanged("running"))
    first = 0
    for piece in np.array_split(make_events(3_000, 40), 60):
        engine.answer(run, grown(piece, first=first))
        first += len(piece)
        graph.catch_up(0.001)
    engine.answer(run, port.StateChanged("finished"))
    while not graph.catch_up(0.05):
        pass
    assert np.allclose(whole.places, graph.places, atol=1e-4)


def test_nodes_do_not_lie_on_each_other() -> None:
    places = settled(run_of(3_000, 60)).places[1:]
    distance = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    np.fill_diagonal(distance, 9)
    assert distance.min() > 0.25


def test_a_new_actor_appears_near_its_parent_and_the_others_stay() -> None:
    run, engine = RunModel(), ScriptedEngine()
    open_run(engine, run, make_events(900, 12))
    graph = settled(run)
    before = graph.places.copy()
    more = make_events(901, 12)[900:].copy()
    more["actor"], more["seq"], more["flags"], more["type"], more["sender"] = 12, 0, FLAG_START, 3, 4
    engine.answer(run, grown(more, first=900))
    while not graph.catch_up(0.05):
        pass
    moved = np.hypot(*(graph.places[1:13] - before[1:13]).T)
    assert moved.max() < 0.6
    assert np.hypot(*(graph.places[13] - graph.places[5])) < 2.5


def test_many_actors_are_shown_by_type_and_open_on_demand() -> None:
    run = run_of(4_000, NODES_AT_MOST + 100)
    graph = settled(run)
    assert [(n.kind, n.label) for n in graph.nodes[1:]] == [
        ("main", "main"), ("group", "Auth"), ("group", "Ledger"), ("group", "Account"),
    ]  # fmt: skip
    assert sum(node.count for node in graph.nodes[1:]) == NODES_AT_MOST + 100
    graph.toggle(2)
    while not graph.catch_up(0.05):
        pass
    ledgers = [n for n in graph.nodes if n.actor_type == 2]
    assert len(ledgers) > 100
    assert sum(node.count for node in ledgers) == run.events.cast.population[2]
    edges = graph.edges(run.total)
    assert edges.counts.sum() == sum(expected_counts(run, run.total).values())


def test_the_outside_appears_with_the_first_message_it_sends() -> None:
    run, engine = RunModel(), ScriptedEngine()
    events = make_events(300, 4)
    events["sender"][200] = 0xFFFFFFFF
    events["flags"][200] = 4
    open_run(engine, run, events)
    graph = settled(run)
    assert not graph.appeared(200)[0]
    assert graph.appeared(201)[0]


def test_mailboxes_and_faults_come_from_the_picture_of_the_moment() -> None:
    run, engine = RunModel(), ScriptedEngine()
    events = with_faults(make_events(300, 4), [100])
    open_run(engine, run, events)
    graph = settled(run)
    states = graph.states(picture(events, 300))
    assert states.waiting.tolist() == [0, 0, 1, 2, 3]
    assert states.faulted[int(events["actor"][100]) + 1] == 1
    assert graph.states(None).waiting.sum() == 0


def test_next_on_an_edge_goes_around() -> None:
    run = run_of(2_000, 5)
    graph = settled(run)
    pair = max(expected_counts(run, run.total).items(), key=lambda item: item[1])[0]
    found = graph.next_on_edge(*pair, 0)
    assert found is not None
    row = run.events.row(found)
    assert (row.sender + 1, row.actor + 1) == pair
    assert graph.next_on_edge(*pair, run.total) == found


def test_the_camera_keeps_the_place_under_the_mouse() -> None:
    camera = Camera(1.0, 2.0, 100, 400, 300).zoomed(1.5, QPointF(350, 40))
    before = Camera(1.0, 2.0, 100, 400, 300)
    place = np.array([[1.0 + 150 / 100, 2.0 - 110 / 100]], np.float32)
    assert np.allclose(camera.pixels(place), before.pixels(place))


# --- the widget --------------------------------------------------------------------------------------


@pytest.fixture
def view(qtbot: QtBot) -> GraphView:
    model, engine = studio()
    events = with_faults(make_events(600, 6), [200])
    widget = GraphView(model, GraphModel(model.run))
    qtbot.addWidget(widget)
    widget.resize(500, 420)
    widget.show()
    qtbot.waitExposed(widget)
    open_run(engine, model.run, events)
    qtbot.waitUntil(lambda: not widget._timer.isActive(), timeout=10_000)
    return widget


def test_a_click_selects_an_actor_everywhere(qtbot: QtBot, view: GraphView) -> None:
    pixels = view.camera.pixels(view._shown)
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(*np.round(pixels[3]).astype(int).tolist()))
    assert view.graph.run.selected_actor == 2
    assert view.selected_node() == 3
    assert "Account#2" in view.describe()


def test_a_graph_that_has_settled_costs_nothing(qtbot: QtBot, view: GraphView) -> None:
    assert not view._timer.isActive()
    view.hide()
    view.graph.run.seek(300)
    assert not view._timer.isActive()
    assert view.graph.run._picture_wanted == 0


def test_the_arrow_keys_go_from_node_to_node(qtbot: QtBot, view: GraphView) -> None:
    chosen = set()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Right) * 3:
        qtbot.keyClick(view, key)
        chosen.add(view.graph.run.selected_actor)
    assert len(chosen) >= 4
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert view.graph.run.selected_actor is None


def test_a_click_on_an_edge_goes_to_its_next_message(qtbot: QtBot, view: GraphView) -> None:
    run = view.graph.run
    run.seek(300)
    qtbot.waitUntil(lambda: not view._timer.isActive(), timeout=10_000)
    spots = [QPointF(x, y) for x in range(20, 480, 4) for y in range(20, 400, 4)]
    at = next(s for s in spots if view.node_at(s) < 0 and view.edge_at(s) is not None)
    edge = view.edge_at(at)
    assert edge is not None
    assert "message" in view.tip(at.toPoint())
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=at.toPoint())
    row = run.events.row(run.playhead - 1)
    assert (row.sender + 1, row.actor + 1) == edge[:2]


def test_an_empty_graph_asks_for_a_run_only_while_no_run_is_on(qtbot: QtBot) -> None:
    model, engine = studio()
    view = GraphView(model, GraphModel(model.run))
    qtbot.addWidget(view)
    assert view.hint().startswith("Run a program, and ")
    open_run(engine, model.run, make_events(1, 1)[:0])
    engine.answer(model.run, port.StateChanged("running"))
    assert view.hint() == "Running…"
    engine.answer(model.run, port.StateChanged("finished"))
    assert view.hint().startswith("Run a program, and ")


def test_actors_that_are_gone_look_and_are_described_otherwise(qtbot: QtBot, view: GraphView) -> None:
    engine_picture = picture(make_events(300, 6), 300)
    engine_picture.actors["status"][[1, 2]] = (3, 4)
    states = view.graph.states(engine_picture)
    nodes = [view.graph.node_of(actor) for actor in (1, 2, 3)]
    assert [bool(states.gone[node]) for node in nodes] == [True, True, False]
    view.graph.run.picture = engine_picture
    said = [view._describe_node(node).splitlines()[-1] for node in nodes[:2]]
    assert said == ["has failed and is gone", "has stopped"]
    look, pictures = view._look(), NodePictures()
    alive, gone = (
        pictures.picture(view.graph.nodes[nodes[0]], 20, False, False, is_gone, look).toImage()
        for is_gone in (False, True)
    )
    assert alive != gone


def test_counts_cover_neither_nodes_nor_names_nor_heads_nor_each_other() -> None:
    random = np.random.default_rng(3)
    pixels = random.uniform(0, 400, (12, 2))
    pairs = [(a, b) for a in range(12) for b in range(12) if a != b]
    lines = np.array([(*pixels[a], *pixels[b]) for a, b in pairs])
    names = [QRectF(x - 30, y + 24, 60, 14) for x, y in pixels.tolist()]
    taken = taken_places(pixels, 20, names, lines)
    boxes = [box for box in count_boxes(lines, [12.0] * len(lines), 14, taken) if box is not None]
    assert boxes
    obstacles = [QRectF(QPointF(*row[:2]), QPointF(*row[2:])) for row in taken.tolist()]
    for i, box in enumerate(boxes):
        assert not any(box.intersects(other) for other in obstacles + boxes[:i])


@pytest.mark.parametrize("size", [(360, 110), (360, 250), (900, 200), (200, 500)])
def test_names_cover_neither_nodes_nor_each_other_and_edges_end_outside_them(
    qtbot: QtBot, view: GraphView, size: tuple[int, int]
) -> None:
    view.resize(*size)
    qtbot.waitUntil(lambda: not view._timer.isActive(), timeout=10_000)
    pixels, radius = view.camera.pixels(view._shown), view.camera.radius
    names = view.names(pixels)
    assert len(names) >= 4
    boxes = [box for _, box, _ in names]
    for i, box in enumerate(boxes):
        assert not any(box.intersects(other) for other in boxes[:i])
    edges = view.graph.edges(view.graph.run.total)
    lines, kept = edge_lines(edges, pixels, radius, names)
    long = np.hypot(*(lines[:, 2:] - lines[:, :2]).T) > 16
    own = {i: box for i, box, _ in names}
    for line, target in zip(lines[long], edges.targets[kept][long], strict=True):
        assert target not in own or not own[int(target)].contains(QPointF(*line[2:]))


def test_a_name_without_room_is_shown_under_the_mouse(qtbot: QtBot, view: GraphView) -> None:
    pixels = np.repeat(view.camera.pixels(view._shown)[:1], len(view.graph.nodes), axis=0)
    shown = [i for i, _, _ in view.names(pixels)]
    hidden = next(i for i in range(1, len(view.graph.nodes)) if i not in shown)
    view._hover(hidden)
    assert hidden in [i for i, _, _ in view.names(pixels)]


def test_a_zoomed_graph_shows_everything_again_when_its_view_changes_much(qtbot: QtBot, view: GraphView) -> None:
    view.zoom(3)
    view.resize(520, 430)
    assert not view._fits
    view.resize(360, 120)
    assert view._fits


def test_the_outside_has_room_beside_the_receiver_of_its_message() -> None:
    run, engine = RunModel(), ScriptedEngine()
    events = make_events(300, 8)
    events["sender"][200] = 0xFFFFFFFF
    events["flags"][200] = 4
    open_run(engine, run, events)
    places = settled(run).places
    receiver = int(events["actor"][200]) + 1
    distance = np.hypot(*(places[1:] - places[0]).T)
    assert distance.min() > 0.5
    assert distance[receiver - 1] < 1.6
