"""The model of the open run, on an engine that a test plays."""

from __future__ import annotations

import numpy as np
import pytest

from engine.api import Difference, Output
from studio.model import engine_port as port
from studio.model.run import RunModel
from tests.studio.b_scripted import (
    ScriptedEngine,
    branch,
    detail,
    grown,
    make_events,
    open_run,
    picture,
    program,
    with_faults,
)


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


@pytest.fixture
def run(engine: ScriptedEngine) -> RunModel:
    """A run of 200 events that has finished."""
    model = RunModel()
    open_run(engine, model, with_faults(make_events(200, 5), [90]))
    return model


def moment(run: RunModel, generation: int, n: int) -> port.Moment:
    events = make_events(200, 5)
    return port.Moment(generation, 0, n, picture(events, n), None, detail(n - 1, cause=3), None, ())


def test_the_playhead_rides_at_the_end_while_the_run_is_live(engine: ScriptedEngine) -> None:
    run = RunModel()
    run.attach(engine)
    run.start("", "bank.aefl")
    events = make_events(100, 5)
    opened = port.Opened("bank.aefl", "", 0, program(), None, ())
    engine.answer(run, opened, port.StateChanged("running"), grown(events[:40]))
    assert (run.live, run.playhead, run.total) == (True, 0, 0), "events are shown together with the moment behind them"
    engine.answer(run, moment(run, engine.seeks[-1].generation, 40))
    assert (run.live, run.playhead) == (True, 40)
    run.seek(10)
    engine.answer(run, grown(events[40:], first=40))
    assert (run.live, run.playhead, run.total) == (False, 10, 100)
    run.to_end()
    assert (run.live, run.playhead) == (True, 100)


def test_an_older_moment_never_replaces_a_newer_one(engine: ScriptedEngine, run: RunModel) -> None:
    run.seek(50)
    first = engine.seeks[-1].generation
    run.seek(60)
    engine.answer(run, moment(run, first + 1, 60), moment(run, first, 50))
    assert run.picture is not None
    assert run.picture.n == 60


def test_answers_of_the_run_before_are_dropped(engine: ScriptedEngine, run: RunModel) -> None:
    before, total = run.run_number, run.total
    run.start("", "other.aefl")
    engine._receive(port.Batch(before, (grown(make_events(total + 10, 5)),)))
    assert run.total == total + 10, "it goes on until the other one is there"
    engine.answer(run, port.Opened("other.aefl", "", 0, program(), None, ()))
    engine._receive(port.Batch(before, (grown(make_events(10, 2)),)))
    assert run.total == 0
    assert run.source_name == "other.aefl"


def test_events_that_are_sent_twice_count_once(engine: ScriptedEngine, run: RunModel) -> None:
    events = make_events(200, 5)
    engine.answer(run, grown(events[150:], first=150))
    assert run.total == 200


def test_a_gap_in_the_events_is_never_filled_with_others(engine: ScriptedEngine, run: RunModel) -> None:
    engine.answer(run, grown(make_events(10, 2), first=500))
    assert run.total == 200


def test_a_step_at_the_end_of_a_paused_run_makes_the_next_event_happen(engine: ScriptedEngine, run: RunModel) -> None:
    engine.answer(run, port.StateChanged("paused"))
    run.to_end()
    run.step(1)
    assert isinstance(engine.commands[-1], port.StepEvent)
    run.seek(100)
    run.step(1)
    assert run.playhead == 101


def test_showing_an_event_selects_its_actor_and_back_returns(run: RunModel) -> None:
    run.seek(20)
    run.show_event(120)
    assert (run.playhead, run.selected_actor) == (121, run.events.row(120).actor)
    run.back()
    assert run.playhead == 20
    run.forward()
    assert run.playhead == 121


def test_cause_and_effect_lead_to_other_events(engine: ScriptedEngine, run: RunModel) -> None:
    run.seek(50)
    answer = port.Moment(engine.seeks[-1].generation, 0, 50, None, None, detail(49, 33, (61, 70)), None, ())
    engine.answer(run, answer)
    run.to_cause()
    assert run.playhead == 34
    run.to_effect()
    assert run.playhead == 62


def test_faults_are_found_in_both_directions(run: RunModel) -> None:
    run.to_start()
    run.next_fault(1)
    assert run.playhead == 91
    run.to_end()
    run.next_fault(-1)
    assert run.playhead == 91


def test_a_fork_shows_the_new_branch_with_the_shared_part_at_once(engine: ScriptedEngine, run: RunModel) -> None:
    run.seek(80)
    run.fork(None)
    assert engine.commands[-1] == port.Fork(0, 80, None)
    branches = (branch(total=200), branch(1, 80, 0, 80, "fork 1"))
    engine.answer(run, port.BranchesChanged(branches), port.Forked(1), port.StateChanged("running"))
    assert (run.branch, run.total, run.playhead, run.live) == (1, 80, 80, True)
    assert engine.commands[-1] == port.ShowBranch(1, 80)
    more = make_events(200, 5, seed=8)[80:120]
    engine.answer(run, grown(more, first=80, branch=1), port.StateChanged("paused"))
    assert run.total == 120
    run.show_branch(0)
    assert (run.branch, run.total) == (0, 200)


def test_the_first_difference_can_be_gone_to(engine: ScriptedEngine, run: RunModel) -> None:
    engine.answer(run, port.BranchesChanged((branch(total=200), branch(1, 90, 0, 40, "fork 1"))))
    run.compare(1)
    assert engine.commands[-1] == port.Compare(0, 1)
    engine.answer(run, port.Compared(0, 1, Difference(57, None, None, "another argument")))
    run.to_difference()
    assert run.playhead == 58


def test_only_texts_that_are_not_known_are_asked_for(engine: ScriptedEngine, run: RunModel) -> None:
    engine.answer(run, port.TextsRead(0, ((3, "deposit(5)"),)))
    run.want_texts([2, 3, 4])
    assert engine.wishes[-1].rows == (2, 4)
    assert run.text_of(3) == "deposit(5)"


def test_pictures_are_read_only_while_somebody_sees_them(engine: ScriptedEngine, run: RunModel) -> None:
    run.seek(10)
    assert not engine.seeks[-1].picture
    run.want_picture(True)
    assert engine.seeks[-1].picture
    run.want_picture(False)
    run.seek(11)
    assert not engine.seeks[-1].picture


def test_outputs_of_a_batch_are_added_to_those_before(engine: ScriptedEngine, run: RunModel) -> None:
    outputs = (Output(3, 1, 0, 0, "text", "hello"),)
    engine.answer(run, grown(np.empty(0, make_events(1, 1).dtype), first=200, outputs=outputs))
    engine.answer(run, grown(np.empty(0, make_events(1, 1).dtype), first=200, outputs=outputs))
    assert [o.text for o in run.outputs] == ["hello", "hello"]


def test_a_tick_can_be_typed_in(run: RunModel) -> None:
    run.seek_tick(10)
    assert run.playhead_tick() == 10
    assert run.events.tick_of(run.playhead) == 11
