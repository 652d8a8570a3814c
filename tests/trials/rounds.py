"""Opens, runs, stops, seeks, forks and closes again and again in a whole Studio, and prints the memory it takes.

python -m tests.trials.rounds --count 200

Memory that grows with the rounds is held by something that should have let go.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from time import monotonic

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QEventLoop
from PySide6.QtWidgets import QApplication

from studio.application import Studio
from studio.model.places import Places
from studio.window.features import all_panels
from tests.trials.programs import random_program

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
EVENTS = 2_000
WAIT_SECONDS = 20
WARM_SHARE = 4
"""After this part of the rounds all caches are filled."""
GROWTH_MAX = 0.25
"""How much memory may grow from then on; what was lost in each round made it double."""
PROGRAMS = 10
"""So many different programs take turns, so that what is kept by text does not grow for ever."""


class Rounds:
    """A Studio in folders of its own, driven without waiting longer than needed."""

    def __init__(self, app: QApplication, folder: Path, seed: int = 0) -> None:
        self._app = app
        self._folder = folder
        self._seed = seed
        self.studio = Studio(app, Places(folder / "config", folder / "state"), "light")
        self.studio.window.show()
        self.refused = 0
        """How many recordings could not be opened again."""
        self.said = ""
        """The latest problem that Studio told of."""
        self.studio.model.run.problem.connect(self._hear)
        self._panels = [panel.id for panel in all_panels()]

    def _hear(self, sentence: str) -> None:
        self.said = sentence

    def wait(self, until: Callable[[], bool]) -> None:
        """Does what Qt has to do until something is so. Raises RuntimeError where that takes too long."""
        run, end = self.studio.model.run, monotonic() + WAIT_SECONDS
        while not until():
            if monotonic() > end:
                raise RuntimeError(
                    f"nothing moves: {run.state}, {run.total} events, {len(run.branches)} branches; {self.said}"
                )
            self._app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)

    def round(self, number: int) -> None:
        """One round: a program runs, is stopped, looked at, forked, saved, opened from its recording, and closed."""
        random = Random(self._seed * PROGRAMS + number % PROGRAMS)
        studio = self.studio
        model, run = studio.model, studio.model.run
        studio.window.show_panel(self._panels[number % len(self._panels)])
        document = model.documents.new(random_program(random), f"round{number % PROGRAMS}.aefl")
        self.wait(lambda: not studio.analysis.busy)
        before = run.shown_run
        run.start(document.text, document.file, number % PROGRAMS)
        self.wait(
            lambda: run.shown_run != before and run.state != "compiling" and (not run.is_busy or run.total > EVENTS)
        )
        run.stop()
        self.wait(lambda: not run.is_busy)
        for _ in range(3):
            run.seek(random.randint(0, run.total))
            self.wait(lambda: not run.playhead or run.event_detail is not None)
        run.fork(None)
        self.wait(lambda: len(run.branches) > 1)
        self.wait(lambda: not run.is_busy or run.total > 2 * EVENTS)
        run.stop()
        self.wait(lambda: not run.is_busy)
        path = self._folder / "round.aft"
        run.save_trace(path)
        self.wait(lambda: run.path is not None)
        before = run.shown_run
        run.open_trace(path)
        self.wait(lambda: not run.is_busy)
        self.refused += run.shown_run == before
        for entry in run.runs:
            run.forget_run(entry.number)  # those with forks would be kept for ever
        for open_document in model.documents.items:
            model.documents.remove(open_document)
        self._app.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def close(self) -> None:
        """Ends the Studio."""
        self.studio.window.close()
        self.studio.close()


def resident_bytes() -> int:
    """How much memory this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES


def main() -> int:
    """The long run; gives 1 where memory does not come back or a recording could not be opened again."""
    parser = argparse.ArgumentParser(description="Measures the memory of a Studio over many rounds.")
    parser.add_argument("--count", type=int, default=200, help="how many rounds")
    parser.add_argument("--every", type=int, default=25, help="after how many rounds the memory is printed")
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    app = QApplication.instance()
    app = app if isinstance(app, QApplication) else QApplication([])
    warm = 0
    with tempfile.TemporaryDirectory() as folder:
        rounds = Rounds(app, Path(folder), wanted.seed)
        for number in range(wanted.count + 1):
            if number % wanted.every == 0 or number == wanted.count:
                gc.collect()
                print(f"round {number}: {resident_bytes() / 1e6:.0f} MB", flush=True)
            if number == wanted.count // WARM_SHARE:
                warm = resident_bytes()
            if number < wanted.count:
                rounds.round(number)
        growth = resident_bytes() / warm - 1
        rounds.close()
    faults = rounds.refused + (growth > GROWTH_MAX)
    print(f"{rounds.refused} recordings could not be opened again {rounds.said}; memory grew by {growth:.0%}")
    print(f"rounds: {wanted.count} tried, {faults} faults, seed {wanted.seed}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
