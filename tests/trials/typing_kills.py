"""Studio is killed while somebody types, and started again: ``python -m tests.trials.typing_kills``.

The typist is a process of its own with the real window, offscreen. It types a letter every few hundredths of a second
into a file, says so, and saves now and then. At a random moment it is killed without warning. The next start must have
the text back, but for what was typed in the last moment: ``JOURNAL_MS`` is the longest that a letter may wait.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from studio.services.journal import JournalFolder

JOURNAL_MS = 1_000
LETTER_MS = 25
SAVE_EVERY = 40
SECONDS = (0.2, 3.0)
TYPIST = """
import sys, time
from pathlib import Path
from PySide6.QtTest import QTest
from studio.app import make_application
from studio.application import Studio
from studio.model.places import find_places
app = make_application()
studio = Studio(app, find_places(), "light")
studio.window.show()
studio.files.open(Path(sys.argv[1]))
studio.background.drain()
document = studio.model.documents.active
edit = studio.window.area.page(document).edit
letter_ms, save_every = int(sys.argv[2]), int(sys.argv[3])
number = 0
while True:
    number += 1
    QTest.keyClicks(edit, chr(ord("a") + number % 26))
    print(f"{time.monotonic_ns()} {number}", flush=True)
    if save_every and number % save_every == 0:
        studio.model.commands.invoke("file.save")
    until = time.monotonic() + letter_ms / 1000
    while time.monotonic() < until:
        app.processEvents()
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A kill: how many letters were typed, how many are back, and how old the oldest lost one was."""

    typed: int
    back: int
    loss_s: float

    @property
    def is_lost(self) -> bool:
        """Whether more is gone than the last moment."""
        return self.loss_s * 1000 > JOURNAL_MS


def kill_once(folder: Path, seconds: float) -> Outcome:
    """Types for so long, kills Studio, and looks at what the next start would show."""
    path = folder / "typed.aefl"
    path.write_text("")
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "AEROFLOW_STATE_DIR": str(folder / "state"),
        "AEROFLOW_CONFIG_DIR": str(folder / "config"),
    }
    command = [sys.executable, "-c", TYPIST, str(path), str(LETTER_MS), str(SAVE_EVERY)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
    assert process.stdout is not None
    with process.stdout as output:
        times = _read_for(output, seconds)
        process.kill()
        killed = time.monotonic_ns()
        process.wait()
        times += [int(line.split()[0]) for line in output.read().splitlines() if line.count(" ") == 1]
    back = len(text_after(folder / "state", path))
    loss_ns = killed - times[back] if back < len(times) else 0
    return Outcome(len(times), back, loss_ns / 1e9)


def _read_for(output: IO[str], seconds: float) -> list[int]:
    """When each letter was typed, for so long from the first one on."""
    times: list[int] = []
    while not times or times[-1] - times[0] < seconds * 1e9:
        line = output.readline()
        assert line, "the typist ended by itself"
        times.append(int(line.split()[0]))
    return times


def text_after(state: Path, path: Path) -> str:
    """The text that the next start shows: that of the journal, if there is one, else that of the file."""
    folder = JournalFolder(state / "journal")
    try:
        folder.adopt()
        entries, damaged = folder.read()
        assert not damaged, damaged
        assert len(entries) < 2, "one file, one text"
        return entries[0].text if entries else path.read_text(encoding="utf-8")
    finally:
        folder.close()


def trial(count: int, seed: int) -> list[Outcome]:
    """Kills Studio so many times, each time in a folder of its own."""
    random_ = random.Random(seed)
    outcomes = []
    for _ in range(count):
        with tempfile.TemporaryDirectory(prefix="aeroflow-typing-") as folder:
            outcomes.append(kill_once(Path(folder), random_.uniform(*SECONDS)))
    return outcomes


def main() -> int:
    """Runs the trial; gives 1 if text was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.trials.typing_kills", description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    outcomes = trial(options.count, options.seed)
    lost = [outcome for outcome in outcomes if outcome.is_lost]
    worst = max((outcome.loss_s for outcome in outcomes), default=0.0)
    typed = sum(outcome.typed for outcome in outcomes)
    print(f"{len(outcomes)} tried, {len(lost)} lost, worst loss {worst:.2f} s ({typed} letters, seed {options.seed})")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
