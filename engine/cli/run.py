"""``aeroflow run``: runs a program; what it renders is all that goes to stdout."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from engine import api
from engine.base.counts import counted
from engine.cli import streams
from engine.cli.engine_thread import on_engine_thread
from engine.cli.files import compile_file, program_path
from engine.cli.numbers import count, seed_option
from engine.cli.outputs import RECORDING, check_output, files_of
from engine.cli.progress import progress_bar
from engine.cli.report import EXIT_FAULT, EXIT_INTERRUPTED, EXIT_STUCK, fail, say
from engine.cli.shown import ShownAsJson, ShownAsText

SHOW_SECONDS = 0.3
"""How long after a signal the rest of what was rendered is still shown."""
SLICE_EVENTS = 200_000
"""How many events run between two looks at the outputs."""
RATE_SECONDS_LEAST = 0.5
"""The events a second of a shorter run say more about its start than about its speed."""


def run(
    file: Annotated[Path, typer.Argument(help="The program, or the folder of a project.")] = Path("."),
    ticks: Annotated[int | None, count("--ticks", help="Stop after this tick, even if more is to do.")] = None,
    seed: Annotated[
        int | None, seed_option("The seed of the program's random numbers; else the project's, or 0.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Check invariants at the end of every tick.")] = False,
    record: Annotated[Path | None, typer.Option(help="Record the run into this .aft file.")] = None,
    allow_read: Annotated[
        list[Path] | None, typer.Option(help="Let the program read this folder, besides that of its project.")
    ] = None,
    allow_net: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HOST[:PORT]", help="Let the program use the network to reach this host; '*' is every host."
        ),
    ] = None,
    allow_env: Annotated[bool, typer.Option("--allow-env", help="Let the program see environment variables.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Refuse everything that comes from outside.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print outputs and summary as one JSON document.")] = False,
) -> None:
    """Run a program until nothing is left to do, or for a number of ticks."""
    path = program_path(file)
    if record is not None:
        check_output(record, RECORDING, [(path, "the program")])
    hosts = [host_of(text) for text in allow_net or ()]
    program = compile_file(path, check, as_json)
    if record is not None:
        check_output(record, RECORDING, files_of(path, program))
    used_seed = api.project_of(path).seed if seed is None else seed
    permissions = api.permissions_of(path, allow_read or (), hosts, allow_env)
    shown = ShownAsJson() if as_json else ShownAsText()
    signals: list[int] = []
    heard_at: list[float] = []
    sessions: list[api.Session] = []

    def interrupt(number: int) -> None:
        if not signals:
            heard_at.append(time.monotonic())
            signals.append(number)
        for session in sessions:
            session.interrupt()

    started = time.perf_counter()
    with progress_bar(ticks) as bar:
        outside = None if offline else api.RealOutside(permissions, bar.read_line)

        def work() -> api.Progress:
            session = api.Session.start(
                program, used_seed, keep_events=False, record=record is not None, outside=outside
            )
            sessions.append(session)
            with recording(session, record):
                while True:
                    progress = session.advance(max_events=SLICE_EVENTS, until_tick=ticks)
                    shown.show(
                        progress.rendered, lambda: bool(heard_at) and time.monotonic() > heard_at[0] + SHOW_SECONDS
                    )
                    bar.moved(progress.total, progress.tick)
                    if signals and progress.status is api.Status.RUNNING:
                        progress = replace(progress, status=api.Status.INTERRUPTED)
                    if progress.status is not api.Status.RUNNING:
                        return progress

        last = on_engine_thread(work, interrupt)
    seconds = time.perf_counter() - started
    shown.end(last)
    _say_how_it_ended(file, last, ticks, seconds, record)
    raise typer.Exit(exit_code(last, shown.has_failed, signals))


@contextlib.contextmanager
def recording(session: api.Session, path: Path | None) -> Iterator[None]:
    """Records what the block does, if that is wanted. What breaks off leaves a recording up to there, and says so."""
    if path is None:
        yield
        return
    session.record_into(path)
    try:
        yield
    except typer.Exit:  # the output is gone; the run itself is whole up to here
        session.finish_recording()
        raise
    except BaseException:
        kept = session.leave_recording()
        if kept is not None:
            say(f"aeroflow: what was recorded until then is in {kept}")
        raise
    session.finish_recording()


def host_of(text: str) -> api.Host:
    """The host that ``--allow-net`` names; ends the command where it names none."""
    try:
        return api.Host.parse(text)
    except ValueError as error:
        fail(f"--allow-net {text}: {error}")


def how_it_stopped(last: api.Progress, limit: int | None) -> str:
    """How far a run came, and why not further: ``finished at tick 6``."""
    if last.status is not api.Status.AT_LIMIT or limit is None:
        return f"{last.status.value} at tick {last.tick}"
    return f"stopped at the limit of tick {limit}" + (f", last event in tick {last.tick}" if last.tick < limit else "")


def _say_how_it_ended(file: Path, last: api.Progress, limit: int | None, seconds: float, record: Path | None) -> None:
    streams.flush()
    rate = f", {last.total / seconds:,.0f}/s" if seconds >= RATE_SECONDS_LEAST else ""
    handled = counted(last.total, "event") + _dead(last.dead_letters)
    say(
        f"{how_it_stopped(last, limit)}: {handled}{rate}, "
        f"hash {last.execution_hash & (2**64 - 1):016x}" + (f", recorded in {record}" if record else "")
    )
    for line in api.stuck(last.waits):
        say(f"{file}: {line}")
    if last.unchecked:
        say(f"{file}:{last.unchecked}: what is expected here was not checked: the program had not come to rest")


def exit_code(last: api.Progress, has_failed: bool, signals: Sequence[int] = ()) -> int:
    """The exit code of a run. ``has_failed`` is whether the top level failed."""
    if last.status is api.Status.INTERRUPTED:
        return 128 + signals[0] if signals else EXIT_INTERRUPTED
    if has_failed:
        return EXIT_FAULT
    return EXIT_STUCK if last.waits else 0


def _dead(count: int) -> str:
    """What the summary says of messages to actors that had ended."""
    return f", {counted(count, 'dead letter')}" if count else ""
