"""``aeroflow bench``: speed as ratios, with the machine's load beside them."""

from __future__ import annotations

import importlib.util
import os
import platform
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.engine_thread import on_engine_thread
from engine.cli.report import EXIT_PROBLEM, fail, give, give_json, say

if TYPE_CHECKING:
    from engine.bench.harness import Result


def bench(
    only: Annotated[list[str] | None, typer.Argument(help="Which benchmarks; all without this.")] = None,
    rounds: Annotated[int, typer.Option(help="How often each is run, in turns with its rivals.", min=1)] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as one JSON document.")] = False,
) -> None:
    """Measure AeroFlow beside CPython, Go and Node, in turns within one run; exit 1 if a bar is missed."""
    from engine.bench.suite import BENCHMARKS, run_suite

    windows = studio_benchmarks()
    known = [*BENCHMARKS, *windows]
    names = only or known
    unknown = [name for name in names if name not in known]
    if unknown:
        fail(f"no benchmark is called {unknown[0]}; there are {', '.join(known)}")
    say(f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}, load {load()}")
    results: list[Result] = []

    def take(result: Result) -> None:
        results.append(result)
        if not as_json:
            show(result)

    def work() -> None:
        for result in run_suite([name for name in names if name in BENCHMARKS], rounds):
            take(result)

    on_engine_thread(work)
    for name in names:
        if name in windows:
            take(windows[name](rounds))
    if as_json:
        give_json([plain(result) for result in results])
    say(f"load {load()}")
    if any(met is False for result in results for _, met in result.bars):
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


def plain(result: Result) -> dict[str, object]:
    """One benchmark for ``--json``."""
    return {
        "name": result.name,
        "what": result.what,
        "median_ms": {name: value / 1e6 for name, value in result.medians.items()},
        "ratio": result.ratios,
        "bars": [{"rival": bar.rival, "ratio": bar.ratio, "met": met} for bar, met in result.bars],
    }
