"""The line on a terminal that shows how far a run is. It makes room while the program reads a line of input."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import Protocol

from engine import api
from engine.base.counts import counted
from engine.cli import streams


class Bar(Protocol):
    """What shows how far a run is."""

    def moved(self, events: int, tick: int) -> None:
        """The run has come so far."""

    def read_line(self, prompt: str) -> str | None:
        """A line of the standard input, with nothing else on its line but the prompt."""


class _NoBar:
    def moved(self, events: int, tick: int) -> None:
        pass

    def read_line(self, prompt: str) -> str | None:
        streams.flush()
        return api.read_line(prompt)


@contextlib.contextmanager
def progress_bar(ticks: int | None) -> Iterator[Bar]:
    """A bar on stderr where that is a terminal, otherwise nothing."""
    if not sys.stderr.isatty():
        yield _NoBar()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=sys.stdout.isatty()) as bar:
        task = bar.add_task("running", total=ticks)

        class Shown:
            def moved(self, events: int, tick: int) -> None:
                completed = tick if ticks is not None else None
                bar.update(task, completed=completed, description=f"tick {tick:,} · {counted(events, 'event')}")

            def read_line(self, prompt: str) -> str | None:
                bar.stop()  # gives the terminal back, with its cursor
                streams.flush()
                line = api.read_line(prompt)
                bar.start()
                return line

        yield Shown()
