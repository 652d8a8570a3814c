"""Recordings that are killed: ``python -m tests.trials.kills --count 400 --seed 1``.

Each try starts ``aeroflow run --record`` and ends it at a random moment with SIGKILL, SIGTERM or SIGINT, sometimes
where a recording was before. Afterwards a recording must be there, open and verify up to its end (after SIGKILL: up to
its last mark), and the old file must be as it was unless the new one is whole. The runs are children of a process that
has imported the engine already, so that a try takes a moment.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from engine import api

BUSY = """
actor A(n: int) {
    state sum: int = 0
    state last: list<int> = []
    on pass(to: int) {
        sum += to
        last.push(to)
        if last.len() > 500 { last = [] }
        if to > 0 { self.pass(to - 1) }
    }
}
for i in 0..50 { let a = spawn A(i)
    a.pass(200_000) }
"""
TALKING = """
actor A {
    state n: int = 0
    every 1ms {
        n += 1
        if n % 10 == 0 { render f"line {n}" }
    }
}
spawn A()
"""
ASKING = """
actor A {
    state n: int = 0
    every 1ms {
        let text = await fs.read("numbers.txt")
        n += text.len()
        render f"{n}"
    }
}
spawn A()
"""
PROGRAMS = {"busy": (BUSY, 10_000_000), "talking": (TALKING, 2_000_000), "asking": (ASKING, 20_000)}
"""The programs and the ticks after which they are over: the last tries come too late."""
SIGNALS = (*[signal.SIGKILL] * 6, signal.SIGTERM, signal.SIGTERM, signal.SIGINT, signal.SIGINT)
LATEST_SECONDS = 0.6
PATIENCE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one try. ``kind`` is whole, cut off, not begun, lost or damaged."""

    kind: str
    about: str


class Nursery:
    """A process that starts commands as its children."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.trials.kills", "--nursery"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def start(self, folder: Path, words: list[str]) -> int:
        """Starts a command in a folder; gives the number of its process."""
        return int(self._say([str(folder), *words]))

    def ended(self) -> int:
        """Waits for the command; gives its exit code, negative for the signal that killed it."""
        return int(self._say(None))

    def _say(self, words: list[str] | None) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()

    def close(self) -> None:
        """Ends the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=PATIENCE_SECONDS)
        self._process.stdout.close()


def _be_nursery() -> None:
    from engine.cli.main import main as command

    pid = 0
    for line in sys.stdin:
        words = json.loads(line)
        if words is None:
            print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
            continue
        pid = os.fork()
        if pid:
            print(pid, flush=True)
            continue
        folder, *arguments = words
        os.chdir(folder)
        for number, name in ((0, os.devnull), (1, "out"), (2, "err")):
            os.dup2(os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC), number)
        sys.argv = ["aeroflow", *arguments]
        try:
            command()
        except SystemExit as end:
            os._exit(end.code if isinstance(end.code, int) else 0)
        os._exit(0)


def one_try(nursery: Nursery, folder: Path, chance: random.Random, old: bytes) -> Outcome:
    """Starts a recording, ends it at some moment, and looks at what is there."""
    name = chance.choice(list(PROGRAMS))
    text, ticks = PROGRAMS[name]
    number = chance.choice(SIGNALS)
    was_there = chance.random() < 0.5
    early = chance.random() < 0.15
    delay = chance.uniform(0, LATEST_SECONDS)
    about = f"{name}, {number.name} after {delay:.3f} s{', early' * early}{', over an old file' * was_there}"
    (folder / "p.aefl").write_text(text, encoding="utf-8")
    (folder / "numbers.txt").write_text("12345", encoding="utf-8")
    path = folder / "run.aft"
    if was_there:
        path.write_bytes(old)
    pid = nursery.start(folder, ["run", "p.aefl", "--record", "run.aft", "--ticks", str(ticks)])
    until = time.monotonic() + PATIENCE_SECONDS
    begun = False
    while not early and not begun and time.monotonic() < until:
        begun = path.exists() if not was_there else bool(list(folder.glob("run.unfinished-*")))
        begun = begun or bool((folder / "out").exists() and path.exists() and path.read_bytes() != old)
    until = time.monotonic() + delay
    while time.monotonic() < until:
        pass
    os.kill(pid, number)
    if number is signal.SIGINT and chance.random() < 0.5:
        os.kill(pid, number)
    code = nursery.ended()
    return _judged(folder, path, old if was_there else None, begun, number, code, about)


def _judged(
    folder: Path, path: Path, old: bytes | None, begun: bool, number: signal.Signals, code: int, about: str
) -> Outcome:
    unfinished = list(folder.glob("run.unfinished-*"))
    about = f"{about}: exit code {code}"
    now = path.read_bytes() if path.exists() else None
    if old is not None and now is None:
        return Outcome("damaged", f"{about}: the old file is gone")
    if now is not None and now != old:
        recording, in_place = path, True
    elif unfinished:
        recording, in_place = unfinished[0], False
    else:
        return Outcome("lost" if begun else "not begun", about)
    said = (folder / "err").read_text(encoding="utf-8", errors="replace") if (folder / "err").exists() else ""
    must_be_whole = number is not signal.SIGKILL and code != -number
    try:
        session = api.Session.load(recording)
        result = session.verify()
    except (OSError, api.AeroFlowError) as error:
        return Outcome("lost", f"{about}: {error}")
    if not result.ok:
        return Outcome("lost", f"{about}: {result.message}")
    if session.warnings and ((in_place and old is not None) or must_be_whole):
        return Outcome("damaged", f"{about}: {session.warnings}; {said[-500:]}")
    if "Traceback" in said:
        return Outcome("damaged", f"{about}: {said[-500:]}")
    return Outcome("cut off" if session.warnings else "whole", about)


def trial(count: int, seed: int, say: bool = False) -> list[Outcome]:
    """So many tries."""
    chance = random.Random(seed)
    nursery = Nursery()
    outcomes = []
    try:
        with tempfile.TemporaryDirectory() as scratch:
            before = Path(scratch) / "before.aft"
            build = api.compile(TALKING, "old.aefl")
            assert build.program is not None
            session = api.Session.start(build.program)
            session.advance(100)
            session.save(before)
            for number in range(count):
                folder = Path(scratch) / str(number)
                folder.mkdir()
                outcomes.append(one_try(nursery, folder, chance, before.read_bytes()))
                if say and outcomes[-1].kind in ("lost", "damaged"):
                    print(f"{number}: {outcomes[-1].kind}: {outcomes[-1].about}", flush=True)
    finally:
        nursery.close()
    return outcomes


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--nursery", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.nursery:
        _be_nursery()
        return 0
    outcomes = trial(options.count, options.seed, say=True)
    kinds = Counter(outcome.kind for outcome in outcomes)
    rest = ", ".join(f"{kinds[kind]} {kind}" for kind in ("whole", "cut off", "not begun"))
    print(f"{len(outcomes)} tried, {kinds['lost']} lost, {kinds['damaged']} damaged ({rest}); seed {options.seed}")
    return 1 if kinds["lost"] or kinds["damaged"] else 0


if __name__ == "__main__":
    sys.exit(main())
