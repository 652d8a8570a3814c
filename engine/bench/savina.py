"""The Savina suite: 30 actor programs (Imam and Sarkar, AGERE 2014), each beside the same actors in Go.

A program's first comment says what it does and where its parameters are not Savina's; its last line says its answer.
Both sides run the same actors and draw the same random numbers, and what comes out has to agree. Go's actors are
goroutines whose mailboxes are buffered channels; it may choose between all processors and one, whichever suits it.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.bench.harness import Bar, Contender, Result, compare, same_answer
from engine.bench.rival_programs import SAVINA_RIVALS, erlang_twin, go_twin
from engine.bench.suite import PROGRAMS, program, run_traced, warmed

MICRO = ("pingpong", "count", "fjthrput", "fjcreate", "threadring", "chameneos", "big")
CONCURRENCY = ("concdict", "concsll", "bndbuffer", "philosopher", "barber", "cigsmok", "logmap", "banking")
PARALLELISM = (
    "radixsort",
    "filterbank",
    "sieve",
    "uct",
    "facloc",
    "trapezoid",
    "piprecision",
    "recmatmul",
    "quicksort",
    "apsp",
    "sor",
    "astar",
    "nqueenk",
    "fib",
    "bitonicsort",
)
SAVINA = MICRO + CONCURRENCY + PARALLELISM
"""The suite's own names, in its own order."""
GEOMETRIC_MEAN = 3.0
"""How much faster than Go all of them together have to be."""
ANSWER_MARK = "//= "


@dataclass(frozen=True, slots=True)
class Summary:
    """How often faster than the better of Go's two ways we are: over all, and where it is least."""

    geometric_mean: float
    worst: float
    worst_name: str

    @property
    def is_met(self) -> bool:
        """Whether the mean is what it has to be."""
        return self.geometric_mean >= GEOMETRIC_MEAN


def path_of(name: str) -> Path:
    """Where a benchmark's program is."""
    return PROGRAMS / "savina" / f"{name}.aefl"


def what(source: str) -> str:
    """A program's first sentence."""
    return source.split("\n", 1)[0].removeprefix("// ")


def answer(source: str) -> str:
    """What a program renders in the end, by its last line."""
    last = source.rstrip().rsplit("\n", 1)[-1]
    assert last.startswith(ANSWER_MARK), "the last line of a benchmark says its answer"
    return last.removeprefix(ANSWER_MARK)


def run_savina(names: Sequence[str], rounds: int) -> Iterator[Result]:
    """Runs benchmarks one after another, each in turns with its rivals."""
    for name in names:
        yield run_one(name, rounds)


def run_one(name: str, rounds: int) -> Result:
    """One benchmark beside its rivals. Raises AssertionError where an answer is wrong."""
    source = path_of(name).read_text(encoding="utf-8")
    compiled = program(f"savina/{name}")
    found, _ = run_traced(compiled)
    assert same_answer(found, answer(source)), f"{name} answers {found}, not {answer(source)}"
    ours = Contender("AeroFlow", lambda: warmed(lambda: run_traced(compiled)))
    with tempfile.TemporaryDirectory() as scratch:
        others = go_twin(name, Path(scratch)) + erlang_twin(SAVINA_RIVALS / f"{name}.erl", Path(scratch))
        bars = [Bar("Go", 1.0), Bar("Go, 1 processor", 1.0)]
        return compare(name, what(source), [ours, *others], bars, rounds)


def speedup(result: Result) -> float | None:
    """How often faster we are than the better of Go's ways; None where there is no Go."""
    ratios = [ratio for rival, ratio in result.ratios.items() if rival.startswith("Go")]
    return 1 / max(ratios) if ratios else None


def summary(results: Sequence[Result]) -> Summary | None:
    """The suite as a whole; None where there is no Go."""
    factors = {result.name: factor for result in results if (factor := speedup(result)) is not None}
    if not factors:
        return None
    mean = math.exp(sum(map(math.log, factors.values())) / len(factors))
    worst = min(factors, key=factors.__getitem__)
    return Summary(mean, factors[worst], worst)
