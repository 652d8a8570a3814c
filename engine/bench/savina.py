"""The Savina suite: 30 actor programs (Imam and Sarkar, AGERE 2014), each beside the same actors in Go.

A program's first comment says what it does and where its parameters are not Savina's; its last line says its answer.
Both sides run the same actors and draw the same random numbers, and what comes out has to agree. Go's actors are
goroutines whose mailboxes are buffered channels. A run of ours is one thread, so the bars are those of Go on one
processor; Go on all processors is shown beside it.
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
GO = "Go, 1 processor"
"""The rival that the bars are about."""
GEOMETRIC_MEAN = 3.0
"""How much faster than that all of them together have to be."""
ANSWER_MARK = "//= "


@dataclass(frozen=True, slots=True)
class Summary:
    """How often faster than a rival we are: over all that it has too, and where it is least."""

    rival: str
    programs: int
    geometric_mean: float
    worst: float
    worst_name: str

    @property
    def is_met(self) -> bool:
        """Whether the mean is what it has to be, or nobody says what it has to be."""
        return self.rival != GO or self.programs < len(SAVINA) or self.geometric_mean >= GEOMETRIC_MEAN


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
        return compare(name, what(source), [ours, *others], [Bar(GO, 1.0)], rounds)


def speedup(result: Result, rival: str) -> float | None:
    """How often faster than a rival we are; None where it is not there."""
    return 1 / result.ratios[rival] if rival in result.ratios else None


def summaries(results: Sequence[Result]) -> list[Summary]:
    """The suite as a whole, beside each rival that is there."""
    return [found for rival in (GO, "Go", "Erlang") if (found := _summary(results, rival)) is not None]


def _summary(results: Sequence[Result], rival: str) -> Summary | None:
    factors = {result.name: factor for result in results if (factor := speedup(result, rival)) is not None}
    if not factors:
        return None
    mean = math.exp(sum(map(math.log, factors.values())) / len(factors))
    worst = min(factors, key=factors.__getitem__)
    return Summary(rival, len(factors), mean, factors[worst], worst)
