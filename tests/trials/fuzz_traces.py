"""Changes recordings in every way, with right checksums or not: ``python -m tests.trials.fuzz_traces --count 20000``.

Each changed file is loaded, verified and looked at in a process of its own pool. It must be refused, warned of, found
to differ, or show the same as the original. A fault is an exception that is none of ours, a process that can neither be
stopped nor ends, and a file that is accepted without a word and shows something else.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import threading
from collections import Counter
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from time import monotonic

from engine import api
from engine.cli.engine_thread import STACK_BYTES
from tests.trials.traces_to_fuzz import Outcome, change, outcome, record, shown

STOP_SECONDS = 6.0
"""After that long the work is asked to stop, again and again."""
HANG_SECONDS = 40.0
"""What then has not stopped hangs."""
FAULTS = frozenset({"exception", "hang", "silent", "died"})


@dataclass(frozen=True, slots=True)
class Result:
    """One changed file: its number, the run, what was changed, and what became of it."""

    number: int
    run: str
    where: str
    outcome: Outcome


def try_one(files: dict[str, Path], true: dict[str, str], number: int, seed: int, folder: Path) -> Result:
    """Makes and tries the changed file with this number, on a thread that can be asked to stop."""
    target = folder / f"{number}.aft"
    run, where = change(files, number, seed, target)
    signal, done = api.StopSignal(), threading.Event()
    found: list[Outcome] = []

    def work() -> None:
        try:
            found.append(outcome(target, true[run], signal, salvage=number % 5 == 0))
        finally:
            done.set()

    before = threading.stack_size(STACK_BYTES)
    try:
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
    finally:
        threading.stack_size(before)
    pause = STOP_SECONDS
    while not done.wait(pause):
        signal.request()
        pause = 0.05
    thread.join()
    target.unlink()
    return Result(number, run, where, found[0])


def _serve(pipe: Connection, files: dict[str, Path], true: dict[str, str], seed: int, folder: Path) -> None:
    """What a process of the pool does: numbers come in, results go out."""
    while (number := pipe.recv()) is not None:
        pipe.send(try_one(files, true, number, seed, folder))


class _Worker:
    """A process of the pool, and the number it is at."""

    def __init__(self, files: dict[str, Path], true: dict[str, str], seed: int, folder: Path) -> None:
        self.pipe, theirs = multiprocessing.Pipe()
        context = multiprocessing.get_context("spawn")
        self.process = context.Process(target=_serve, args=(theirs, files, true, seed, folder), daemon=True)
        self.process.start()
        theirs.close()
        self.number = -1
        self.since = monotonic()

    def take(self, number: int | None) -> None:
        """Hands over a number; None ends the process."""
        self.number, self.since = -1 if number is None else number, monotonic()
        self.pipe.send(number)

    def end(self) -> None:
        """Ends the process, whatever it does."""
        self.process.kill()
        self.process.join()
        self.pipe.close()


def trial(seed: int, count: int, processes: int = 2, first: int = 0) -> list[Result]:
    """Tries so many changed files; gives all results."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = record(folder)
        true = {run: shown(api.Session.load(file)) for run, file in files.items()}
        return _tried(files, true, seed, range(first, first + count), folder, processes)


def _tried(
    files: dict[str, Path], true: dict[str, str], seed: int, numbers: range, folder: Path, processes: int
) -> list[Result]:
    waiting, results = iter(numbers), list[Result]()
    workers: list[_Worker] = []

    def begin(worker: _Worker) -> None:
        number = next(waiting, None)
        worker.take(number)
        if number is None:
            worker.process.join(HANG_SECONDS)
            worker.end()
            workers.remove(worker)

    def again(worker: _Worker, kind: str) -> None:
        results.append(Result(worker.number, "", change(files, worker.number, seed, folder / "x")[1], Outcome(kind)))
        worker.end()
        workers.remove(worker)
        workers.append(_Worker(files, true, seed, folder))
        begin(workers[-1])

    for _ in range(processes):
        workers.append(_Worker(files, true, seed, folder))
        begin(workers[-1])
    while workers:
        ready = wait([worker.pipe for worker in workers], timeout=1.0)
        for worker in tuple(workers):
            if worker.pipe in ready:
                try:
                    results.append(worker.pipe.recv())
                except EOFError:
                    again(worker, "died")
                else:
                    begin(worker)
            elif monotonic() - worker.since > HANG_SECONDS:
                again(worker, "hang")
    return results


def main() -> int:
    """Tries many; gives 1 if there was a fault."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the number of the first changed file")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    results = trial(options.seed, options.count, options.processes, options.first)
    faults = [result for result in results if result.outcome.kind in FAULTS]
    for fault in sorted(faults, key=lambda one: one.number)[:50]:
        print(f"{fault.number} {fault.run}: {fault.where}: {fault.outcome.kind} {fault.outcome.words[:300]}")
    for long in [result for result in results if result.outcome.kind == "stopped"][:20]:
        print(f"{long.number} {long.run}: {long.where}: took long and was stopped")
    counts = Counter(result.outcome.kind for result in results)
    print(", ".join(f"{count:,} {kind}" for kind, count in counts.most_common()))
    print(f"traces: {len(results):,} tried, {len(faults)} faults, seed {options.seed}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
