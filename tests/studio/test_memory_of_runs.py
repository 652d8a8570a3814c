"""A run that never ends is paused before it takes all memory, and goes on when it is told to."""

from __future__ import annotations

from random import Random

import pytest

from studio.model.figures import counted
from studio.services.memory_watch import MemoryWatch
from tests.trials.desk import Desk

TICKING = "actor Clock { state n: int = 0\n every 1ms { n += 1 } }\nspawn Clock()\n"
TALKING = 'actor Clock { state n: int = 0\n every 1ms { n += 1\n render f"tick {n}" } }\nspawn Clock()\n'


@pytest.mark.parametrize(("program", "events_max"), [(TICKING, 60_000), (TALKING, 5_000)], ids=["events", "outputs"])
def test_an_endless_run_is_paused_with_a_sentence_and_continues_for_as_much_again(
    program: str, events_max: int
) -> None:
    desk = Desk(Random(1))
    desk.worker.memory_watch = MemoryWatch(memory_max=1 << 20)
    desk.run.start(program, "clock.aefl")
    desk.settle()
    paused_at = desk.run.total
    assert desk.run.state == "paused"
    assert 0 < paused_at < events_max
    [trouble] = desk.troubles
    assert trouble.startswith(f"Paused after {counted(paused_at, 'event')}: the last ones take about")
    desk.run.resume()
    desk.settle()
    assert desk.run.state == "paused"
    assert desk.run.total > paused_at + paused_at // 2
    assert len(desk.troubles) == 2


def test_a_run_that_ends_is_not_paused() -> None:
    desk = Desk(Random(1))
    desk.worker.memory_watch = MemoryWatch(memory_max=1 << 20)
    desk.run.start("render 1\nrender 2\n", "small.aefl")
    desk.settle()
    assert (desk.run.state, desk.troubles) == ("finished", [])
