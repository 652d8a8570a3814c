"""Every view shows the moment under the playhead as the engine knows it, in forks and after restarts too.

``python -m tests.trials.views`` is the long form.
"""

from __future__ import annotations

import numpy as np
import pytest

from engine.api import EVENT_DTYPE, FLAG_START
from studio.model.cast import Cast, Program
from tests.studio.b_scripted import make_events, program
from tests.trials.views import trial


@pytest.mark.parametrize("seed", [3, 6, 12, 24, 31, 38])
def test_every_view_agrees_with_the_engine_at_random_moments_of_random_runs_and_forks(seed: int) -> None:
    moments, faults = trial(seed)
    assert not faults, "\n".join(map(str, faults))
    assert moments > 20


def restarted(actor: int, at: int) -> np.ndarray:
    """A run in which an actor starts again."""
    events = make_events(100, 7)
    again = np.zeros(1, EVENT_DTYPE)
    again["actor"], again["sender"], again["flags"], again["type"] = actor, actor, FLAG_START, 3 * (1 + actor % 3)
    return np.concatenate([events[:at], again, events[at:]])


def test_a_restart_moves_no_actor_to_a_later_birth_and_counts_it_once() -> None:
    cast = Cast(Program(program()))
    events = restarted(5, 60)
    cast.add(0, events[:30])
    cast.add(30, events[30:])
    assert cast.first[5] == 5
    assert cast.parents[5] == 0
    assert cast.population.tolist() == [1, 2, 2, 2]
    assert cast.before(20).name(5) == cast.name(5) == "Account#5"


def test_an_actor_that_starts_twice_in_one_batch_was_born_the_first_time() -> None:
    cast = Cast(Program(program()))
    cast.add(0, restarted(5, 60))
    assert (int(cast.first[5]), int(cast.parents[5]), cast.acting) == (5, 0, 7)


def test_an_actor_whose_start_was_dropped_is_named_by_what_it_handles() -> None:
    cast = Cast(Program(program()))
    events = make_events(100, 7)
    without = events[events["actor"] != 4]
    late = events[(events["actor"] == 4) & (events["flags"] & FLAG_START == 0)]
    cast.add(0, without)
    assert cast.name(4) == "actor 4"
    cast.add(len(without), late)
    assert (cast.name(4), int(cast.first[4]), int(cast.parents[4])) == ("Ledger#4", len(without), -1)


def test_an_actor_that_has_not_started_is_named_by_the_picture_of_the_moment() -> None:
    cast = Cast(Program(program()))
    cast.add(0, make_events(100, 7))
    assert cast.name(9) == "actor 9"
    cast.learn(np.array([0, 2, 3, 1, 2, 3, 1, 2, 3, 1], np.uint32))
    assert cast.name(9) == "Auth#9"
    assert cast.count == 7, "it has no event, so no lane"
