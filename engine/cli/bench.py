"""``aeroflow bench``: speed as ratios, with the machine's load beside them."""

from __future__ import annotations

import dataclasses
import importlib.util
import os
import platform
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from engine.base.counts import counted
from engine.cli.engine_thread import on_engine_thread
from engine.cli.numbers import count
from engine.cli.report import EXIT_PROBLEM, fail, give, give_json, say

if TYPE_CHECKING:
    from engine.bench.harness import Result


def bench(
    only: Annotated[
        list[str] | None, typer.Argument(help="Which benchmarks; without this, all but the Savina suite.")
    ] = None,
    rounds: Annotated[int, count("--rounds", help="How often each is run, in turns with its rivals.", least=1)] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as one JSON document.")] = False,
) -> None:
    """Measure AeroFlow beside C, CPython, Erlang, Go and Node, in turns within one run; exit 1 if a bar is missed.

    `savina` stands for the 30 actor programs of that suite, `savina/big` for one of them.
    """
    from engine.bench.savina import SAVINA, run_savina, summaries
    from engine.bench.suite import BENCHMARKS, run_suite

    windows = studio_benchmarks()
    known = [*BENCHMARKS, *windows, "savina"]
    names = only or known[:-1]
    actors = list(SAVINA) if "savina" in names else [name for name in SAVINA if f"savina/{name}" in names]
    unknown = [name for name in names if name not in known and name.removeprefix("savina/") not in SAVINA]
    if unknown:
        fail(f"no benchmark is called {unknown[0]}; there are {', '.join(known)}")
    processors = counted(os.cpu_count() or 1, "processor")
    say(f"{platform.machine()}, {processors}, Python {platform.python_version()}, load {load()}")
    results: list[Result] = []
    suite: list[Result] = []

    def work() -> None:
        for result in run_suite([name for name in names if name in BENCHMARKS], rounds):
            results.append(result)
            if not as_json:
                show(result)
        for result in run_savina(actors, rounds):
            suite.append(result)
            if not as_json:
                show_row(result, first=len(suite) == 1)

    on_engine_thread(work)
    for name in names:
        if name in windows:
            results.append(windows[name](rounds))
            if not as_json:
                show(results[-1])
    whole = summaries(suite)
    if as_json:
        give_json([*map(plain, [*results, *suite]), *map(dataclasses.asdict, whole)])
    else:
        for one in whole:
            mean = f"geometric mean of {one.programs}: {one.geometric_mean:.2f}x {one.rival}"
            give(f"{mean}; least {one.worst:.2f}x ({one.worst_name})")
    say(f"load {load()}")
    missed = any(met is False for result in [*results, *suite] for _, met in result.bars)
    if missed or not all(one.is_met for one in whole):
        raise typer.Exit(EXIT_PROBLEM)


def studio_benchmarks() -> dict[str, Callable[[int], Result]]:
    """Those of Studio, where it is installed."""
    if importlib.util.find_spec("PySide6") is None:
        return {}
    from studio.bench import BENCHMARKS

    return BENCHMARKS


def load() -> str:
    """The load averages, or a dash where the system keeps none."""
    return " ".join(f"{value:.2f}" for value in os.getloadavg()) if hasattr(os, "getloadavg") else "-"


def show(result: Result) -> None:
    """One benchmark as lines: times, ratios, bars."""
    give(f"{result.name}: {result.what}")
    for name, nanoseconds in result.medians.items():
        give(f"    {name:<14} {nanoseconds / 1e6:>12,.2f} ms   {result.ratios[name]:>8.3f}x")
    for bar, met in result.bars:
        word = "not compared" if met is None else "met" if met else "MISSED"
        give(f"    bar: at most {bar.ratio:.3f}x {bar.rival}: {word}")


def show_row(result: Result, first: bool) -> None:
    """One benchmark of the Savina suite as a row of a table; before the first, the head."""
    from engine.bench.savina import GO, speedup

    names = ("AeroFlow", GO, "Go", "Erlang")
    if first:
        give(f"{'':<12}" + "".join(f"{name:>18}" for name in names) + f"{'faster than Go, 1':>20}{'Go':>8}")
    times = (f"{result.medians[name] / 1e6:,.2f} ms" if name in result.medians else "-" for name in names)
    alone, everywhere = (
        "-" if factor is None else f"{factor:.2f}x" for factor in (speedup(result, GO), speedup(result, "Go"))
    )
    give(f"{result.name:<12}" + "".join(f"{time:>18}" for time in times) + f"{alone:>20}{everywhere:>8}")


def plain(result: Result) -> dict[str, object]:
    """One benchmark for ``--json``."""
    return {
        "name": result.name,
        "what": result.what,
        "median_ms": {name: value / 1e6 for name, value in result.medians.items()},
        "ratio": result.ratios,
        "bars": [{"rival": bar.rival, "ratio": bar.ratio, "met": met} for bar, met in result.bars],
    }
