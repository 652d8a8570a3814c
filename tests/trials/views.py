"""Drives random programs and their forks to random moments, and compares every view's model with the engine.

python -m tests.trials.views --count 2000 --seed 1

Each program runs on the real engine; it is forked, and its forks are forked again. At every moment the models of the
views are compared with ``obvious.py``, which reads the engine's events and states in the plainest way.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from engine.api import Change, DropMessage, EditMessage, Inject, SetField
from studio.model.run import RunModel
from tests.trials.desk import Desk
from tests.trials.obvious import Obvious
from tests.trials.programs import random_program
from tests.trials.shown_pictures import ShownPictures
from tests.trials.shown_words import ShownWords

FILE = "trial.aefl"
EVENTS_MAX = 500
MORE_EVENTS = 800
"""How far a branch may run on."""
FORKS = 4
MOMENTS = 24


@dataclass(frozen=True, slots=True)
class Fault:
    """A view that shows something else than the engine says."""

    seed: int
    branch: int
    moment: int
    what: str

    def __str__(self) -> str:
        return f"seed {self.seed}, branch {self.branch}, moment {self.moment}: {self.what}"


def trial(seed: int, moments: int = MOMENTS) -> tuple[int, list[Fault]]:
    """Runs and forks the program of a seed; gives how many moments were compared, and what was wrong."""
    random = Random(seed)
    text = random_program(random)
    desk = Desk(random)
    pictures = ShownPictures(desk.run)
    words = ShownWords(desk.run, text, FILE)
    desk.run.want_picture(True)
    desk.run.want_following(True)
    desk.run.start(text, FILE, seed)
    desk.settle(EVENTS_MAX)
    assert desk.run.is_open, f"seed {seed}: {desk.troubles}\n{text}"
    faults: list[Fault] = []
    count = 0
    for round_number in range(FORKS + 1):
        if round_number:
            _fork(desk, random)
        for _ in range(moments // (FORKS + 1) + 1):
            _go_somewhere(desk, random)
            count += 1
            run = desk.run
            run.want_texts(words.rows(run.playhead))
            desk.settle(MORE_EVENTS)
            truth = Obvious(desk.session, run.branch)
            wrong = pictures.compared_with(truth, run.playhead)
            wrong += words.compared_with(truth, run.playhead, _filter(run, random))
            faults += [Fault(seed, run.branch, run.playhead, what) for what in wrong]
            if len(faults) > 5:
                return count, faults
    return count, faults


def _filter(run: RunModel, random: Random) -> str:
    """What a person might type over the table."""
    name = run.events.cast.name(random.randrange(max(run.events.cast.count, 1)))
    kind = name.partition("#")[0]
    words = ("work", name, kind, f"from:{kind}", "is:fault", "is:start", "is:dead", "from:outside", "ask")
    return " ".join(random.sample((*words, f"tick:{random.randint(0, 30)}"), random.choice((1, 1, 2))))


def _go_somewhere(desk: Desk, random: Random) -> None:
    """Another branch now and then, and another moment in one of the ways that a person has."""
    run = desk.run
    if random.random() < 0.3:
        run.show_branch(random.choice(run.branches).id)
        desk.settle(MORE_EVENTS)
    ways: tuple[Callable[[], object], ...] = (
        lambda: run.seek(random.randint(0, run.total)),
        lambda: run.seek(random.randint(0, run.total)),
        lambda: run.show_event(random.randrange(max(run.total, 1))),
        lambda: run.step(random.choice((1, -1, -1))),
        lambda: run.next_fault(random.choice((1, -1))),
        lambda: run.next_of_actor(random.choice((1, -1))),
        lambda: run.select_actor(random.randrange(max(run.events.cast.count, 1))),
        lambda: run.pin(random.random() < 0.5),
        run.to_cause,
        run.to_effect,
        run.to_end,
        run.to_start,
    )
    random.choice(ways)()
    desk.settle(MORE_EVENTS)


def _fork(desk: Desk, random: Random) -> None:
    """A branch at some moment of some branch, with some change."""
    run = desk.run
    run.show_branch(random.choice(run.branches).id)
    desk.settle(MORE_EVENTS)
    run.seek(random.randint(0, run.total))
    desk.settle(MORE_EVENTS)
    run.fork(_change(desk, random))
    desk.settle(MORE_EVENTS)


def _change(desk: Desk, random: Random) -> Change | None:
    run = desk.run
    changes: list[Change | None] = [None, DropMessage(), DropMessage()]
    if run.following is not None and "(" in run.following.text:
        changes += [EditMessage(f"({random.randint(0, 9)}, 3)"), EditMessage(f"({random.randint(0, 9)})")]
    cast = run.events.cast
    known = [actor for actor in range(1, cast.count) if cast.first[actor] >= 0]
    if known:
        actor = random.choice(known)
        changes += [
            Inject(f"{cast.name(actor)}.work({random.randint(0, 9)}, 2)"),
            SetField(actor, "done", str(random.randint(0, 9))),
        ]
    return random.choice(changes)


def run_trials(count: int, seed: int, told: Callable[[Fault], object]) -> tuple[int, int]:
    """Trials until so many moments were compared; gives the moments and the faults."""
    moments = faults = 0
    while moments < count:
        compared, wrong = trial(seed)
        moments += compared
        faults += len(wrong)
        for fault in wrong:
            told(fault)
        seed += 1
    return moments, faults


def main() -> None:
    """The long run."""
    parser = argparse.ArgumentParser(description="Compares the views of random runs with the engine.")
    parser.add_argument("--count", type=int, default=500, help="how many moments")
    parser.add_argument("--seed", type=int, default=0, help="the first seed; every program has its own")
    wanted = parser.parse_args()
    moments, faults = run_trials(wanted.count, wanted.seed, lambda fault: print(fault, flush=True))
    print(f"{moments} moments, {faults} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
