"""``aeroflow run``: runs a program; what it renders is all that goes to stdout."""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from engine import api
from engine.cli.engine_thread import on_engine_thread
from engine.cli.files import compile_file, program_path, save_trace
from engine.cli.numbers import count, seed_option
from engine.cli.progress import progress_bar
from engine.cli.report import EXIT_FAULT, EXIT_INTERRUPTED, EXIT_STUCK, fail, give, give_json, say

SLICE_EVENTS = 200_000
"""How many events run between two looks at the outputs."""


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
    if record is not None and not record.parent.is_dir():
        fail(f"there is no folder {record.parent} to record into")
    hosts = [host_of(text) for text in allow_net or ()]
    path = program_path(file)
    program = compile_file(path, check)
    used_seed = api.project_of(path).seed if seed is None else seed
    permissions = api.permissions_of(path, allow_read or (), hosts, allow_env)
    outputs: list[api.Output] = []
    sessions: list[api.Session] = []

    def show(output: api.Output) -> None:
        outputs.append(output)
        if output.kind == "fault" and output.fault is not None:
            say(fault_line(output.fault))
        elif not as_json:
            give(output.text)

    stopping = threading.Event()

    def interrupt() -> None:
        stopping.set()
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
            while True:
                progress = session.advance(max_events=SLICE_EVENTS, until_tick=ticks)
                for output in progress.outputs:
                    show(output)
                bar.moved(progress.total, progress.tick)
                if stopping.is_set() and progress.status is api.Status.RUNNING:
                    progress = replace(progress, status=api.Status.INTERRUPTED)
                if progress.status is not api.Status.RUNNING:
                    if record is not None:
                        save_trace(session, record)
                    return progress

        last = on_engine_thread(work, interrupt)
    seconds = time.perf_counter() - started
    if as_json:
        give_json(summary_plain(last, outputs))
    _say_how_it_ended(file, last, seconds, record)
    raise typer.Exit(exit_code(last, outputs))


def host_of(text: str) -> api.Host:
    """The host that ``--allow-net`` names; ends the command where it names none."""
    try:
        return api.Host.parse(text)
    except ValueError as error:
        fail(f"--allow-net {text}: {error}")


def _say_how_it_ended(file: Path, last: api.Progress, seconds: float, record: Path | None) -> None:
    sys.stdout.flush()
    rate = last.total / seconds if seconds > 0 else 0.0
    say(
        f"{last.status.value} at tick {last.tick}: {last.total:,} events{_dead(last.dead_letters)}, {rate:,.0f}/s, "
        f"hash {last.execution_hash & (2**64 - 1):016x}" + (f", recorded in {record}" if record else "")
    )
    for line in api.stuck(last.waits):
        say(f"{file}: {line}")
    if last.unchecked:
        say(f"{file}:{last.unchecked}: what is expected here was not checked: the program had not come to rest")


def exit_code(last: api.Progress, outputs: list[api.Output]) -> int:
    """How the run ended, for whoever started it."""
    if last.status is api.Status.INTERRUPTED:
        return EXIT_INTERRUPTED
    if any(output.kind == "fault" and output.actor == 0 for output in outputs):
        return EXIT_FAULT
    return EXIT_STUCK if last.waits else 0


def _dead(count: int) -> str:
    """What the summary says of messages to actors that had ended."""
    return f", {count:,} dead letter{'' if count == 1 else 's'}" if count else ""


def fault_line(fault: api.FaultInfo) -> str:
    """``bank.aefl:12:5: fault in Account.withdraw at tick 7: …``."""
    return (
        f"{fault.file}:{fault.line}:{fault.column}: fault in {fault.function} "
        f"(actor {fault.actor}, tick {fault.tick}): {fault.message}"
    )


def summary_plain(last: api.Progress, outputs: list[api.Output]) -> dict[str, object]:
    """The run for ``--json``."""
    return {
        "status": last.status.value,
        "tick": last.tick,
        "events": last.total,
        "dead_letters": last.dead_letters,
        "hash": f"{last.execution_hash & (2**64 - 1):016x}",
        "waits": [wait.text for wait in last.waits],
        "outputs": [{"tick": o.tick, "actor": o.actor, "seq": o.seq, "kind": o.kind, "text": o.text} for o in outputs],
    }
