"""Commands on recorded runs: ``state``, ``events``, ``fork``, ``diff``, ``verify``, ``export``.

People count events from 1, in text and in JSON; the engine counts from 0. So the number of an event is also how many
events there were once it was handled.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from engine import api
from engine.base.counts import counted
from engine.base.errors import AeroFlowError
from engine.cli.engine_thread import on_engine_thread
from engine.cli.files import load_trace, save_trace
from engine.cli.numbers import INT_MAX, count, whole_number
from engine.cli.outputs import EXPORT, RECORDING, check_output
from engine.cli.report import EXIT_PROBLEM, EXIT_STUCK, fail, give, give_json, say
from engine.cli.run import how_it_stopped
from engine.cli.shown import ShownAsText

T = TypeVar("T")

TraceArgument = Annotated[Path, typer.Argument(metavar="RECORDING", help="A recording of a run (.aft).")]
AtOption = Annotated[str, typer.Option("--at", help="A moment: TICK (its end) or TICK:ACTOR:SEQ (after that event).")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as one JSON document.")]
BranchOption = Annotated[int, count("--branch", help="Which branch of the run; 0 is the first.")]

EVENTS_AT_ONCE = 50_000
_NUMBER = re.compile(r" *[0-9]{1,4000} *")


def guarded(work: Callable[[], T]) -> T:
    """Runs engine work; a failure from outside becomes a sentence and exit 2."""
    try:
        return on_engine_thread(work)
    except AeroFlowError as error:
        fail(str(error))


def moment(session: api.Session, branch: int, at: str) -> int:
    """The moment that ``--at`` names."""
    parts = at.split(":")
    if len(parts) not in (1, 3) or not all(_NUMBER.fullmatch(part) for part in parts):
        fail(f"--at {at}: write a tick such as 125, or TICK:ACTOR:SEQ such as 125:3:0")
    numbers = [whole_number(part.strip()) or 0 for part in parts]
    if max(numbers) > INT_MAX:
        fail(f"--at {at}: its numbers go from 0 to {INT_MAX:,}")
    if len(numbers) == 1:
        return session.find(branch, numbers[0])
    return session.find(branch, *numbers)


def value_plain(value: api.Value) -> Any:
    """A value for ``--json``: its text, and its parts where it has some."""
    if not value.parts:
        return {"text": value.text, "type": value.type}
    return {
        "text": value.text,
        "type": value.type,
        "parts": [{"label": label, **value_plain(part)} for label, part in value.parts],
    }


def wait_plain(wait: api.Wait | None) -> Any:
    """What an actor awaits, for ``--json``."""
    if wait is None:
        return None
    return {
        "asked": wait.asked,
        "message": f"{wait.asked_name}.{wait.message}",
        "frames": [
            {
                "function": frame.function,
                "line": frame.line,
                "column": frame.column,
                "variables": {field.name: value_plain(field.value) for field in frame.fields},
            }
            for frame in wait.frames
        ],
    }


def wait_lines(wait: api.Wait) -> list[str]:
    """What an actor awaits, where, and with which variables it will go on."""
    lines = [wait.text]
    for frame in wait.frames:
        kept = ", ".join(f"{field.name} = {field.value.quoted}" for field in frame.fields)
        lines.append(f"  {frame.function} goes on at {frame.line}:{frame.column}" + (f" with {kept}" if kept else ""))
    return lines


def state(trace: TraceArgument, at: AtOption, branch: BranchOption = 0, as_json: JsonOption = False) -> None:
    """Show the state of every actor at a moment of a recorded run."""

    def work() -> tuple[api.Picture, list[api.ActorState]]:
        session = load_trace(trace)
        n = moment(session, branch, at)
        picture = session.picture(branch, n)
        return picture, [session.actor(branch, n, int(row["id"])) for row in picture.actors]

    picture, actors = guarded(work)
    if as_json:
        give_json(
            {
                "moment": picture.n,
                "tick": picture.tick,
                "actors": [
                    {
                        "id": actor.id,
                        "name": actor.name,
                        "status": actor.status,
                        "waiting": actor.waiting,
                        "handled": actor.handled,
                        "fields": {field.name: value_plain(field.value) for field in actor.fields},
                        "awaits": wait_plain(actor.wait),
                    }
                    for actor in actors
                ],
            }
        )
        return
    say(f"after {counted(picture.n, 'event')}, at tick {picture.tick}")
    for actor in actors:
        give(f"{actor.name} [{actor.status}, {actor.waiting} waiting, {actor.handled} handled]")
        for field in actor.fields:
            change = f"    (was {field.before})" if field.before is not None else ""
            give(f"  {field.name} = {field.value.quoted}{change}")
        if actor.wait is not None:
            for line in wait_lines(actor.wait):
                give(f"  {line}")


def events(
    trace: TraceArgument,
    first: Annotated[int, count("--from", help="First tick.")] = 0,
    last: Annotated[int | None, count("--to", help="Last tick.")] = None,
    actor: Annotated[int | None, count("--actor", help="Only deliveries to this actor.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only this message, such as Account.deposit or deposit.")] = None,
    branch: BranchOption = 0,
    as_json: JsonOption = False,
) -> None:
    """List the events of a recorded run with their causes."""

    def work() -> list[dict[str, Any]]:
        session = load_trace(trace)
        handlers = session.summary.handlers
        wanted = {h.id for h in handlers if kind in (None, h.name, f"{h.actor}.{h.name}")}
        if kind is not None and not wanted:
            names = ", ".join(f"{h.actor}.{h.name}" for h in handlers if h.kind == "message")
            fail(f"no message is called {kind}; there are {names}")
        rows: list[dict[str, Any]] = []
        total = session.total(branch)
        for start in range(0, total, EVENTS_AT_ONCE):
            for n, event in enumerate(session.events(branch, start, min(total, start + EVENTS_AT_ONCE)), start):
                if last is not None and event["tick"] > last:
                    return rows
                if event["tick"] < first or int(event["type"]) not in wanted:
                    continue
                if actor is None or event["actor"] == actor:
                    rows.append(event_plain(session, branch, n))
        return rows

    rows = guarded(work)
    if as_json:
        give_json(rows)
        return
    for row in rows:
        cause = "" if row["cause"] is None else f"  <- {row['cause']}"
        flag = (
            "  FAULT"
            if row["flags"] & api.FLAG_FAULT
            else "  DEAD LETTER"
            if row["flags"] & api.FLAG_DEAD_LETTER
            else ""
        )
        give(f"{row['n']:>8}  {row['tick']}:{row['actor']}:{row['seq']}  {row['name']}  {row['message']}{cause}{flag}")


def event_plain(session: api.Session, branch: int, n: int) -> dict[str, Any]:
    """An event for ``--json`` and for the list; the numbers of events count from 1."""
    detail = session.event(branch, n)
    arguments = ", ".join(value.quoted for _, value in detail.arguments)
    return {
        "n": n + 1,
        "tick": detail.tick,
        "actor": detail.actor,
        "seq": detail.seq,
        "sender": detail.sender,
        "name": detail.type,
        "message": f"({arguments})",
        "flags": detail.flags,
        "cause": None if detail.cause is None else detail.cause + 1,
        "line": detail.line,
    }


def fork(
    trace: TraceArgument,
    at: AtOption,
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to save the run with its new branch.")],
    send: Annotated[str | None, typer.Option(help="Inject a message, such as 'Auth.login(\"eve\")'.")] = None,
    edit: Annotated[
        str | None, typer.Option(help="Give the next event's message other arguments: '(\"eve\", 3)'.")
    ] = None,
    drop: Annotated[bool, typer.Option("--drop", help="Drop the next event's message.")] = False,
    field: Annotated[
        str | None, typer.Option("--set", help="Change a field: 'ACTOR.field = value', ACTOR a number.")
    ] = None,
    ticks: Annotated[int | None, count("--ticks", help="Run the branch on up to this tick.")] = None,
    branch: BranchOption = 0,
) -> None:
    """Fork a recorded run at a moment, with one change, and run the branch on."""
    changes = [c for c in (send, edit, field) if c is not None]
    if len(changes) + drop > 1:
        fail("one change at a time: --send, --edit, --drop or --set")
    change: api.Change | None = None
    if send is not None:
        change = api.Inject(send)
    elif edit is not None:
        change = api.EditMessage(edit)
    elif drop:
        change = api.DropMessage()
    elif field is not None:
        change = parse_field(field)

    check_output(output, RECORDING, _read_by(trace))
    shown = ShownAsText(is_foreign=True)

    def work() -> tuple[api.Branch, api.Progress, int]:
        session = load_trace(trace, keep_events=False)
        made = session.fork(branch, moment(session, branch, at), change)
        limit = ticks if ticks is not None else max(session.branches()[branch].tick, made.tick)
        try:
            while True:
                progress = session.advance(until_tick=limit, branch=made.id)
                shown.show(progress.rendered)
                if progress.status is not api.Status.RUNNING:
                    break
        except typer.Exit:  # the output is gone; what ran until then is saved
            save_trace(session, output)
            raise
        save_trace(session, output)
        return made, progress, limit

    made, progress, limit = guarded(work)
    say(
        f"branch {made.id} “{made.name}” leaves branch {branch} after {counted(made.at, 'event')}; "
        f"{how_it_stopped(progress, limit)}, with {counted(progress.total, 'event')}; saved in {output}"
    )
    for line in api.stuck(progress.waits):
        say(f"{trace}: {line}")
    if progress.waits:
        raise typer.Exit(EXIT_STUCK)


def _read_by(trace: Path) -> list[tuple[Path, str]]:
    return [(trace, "the recording that is read")]


def parse_field(text: str) -> api.SetField:
    """``3.balance = 100`` as a change; ends the command where it is something else."""
    target, equals, value = text.partition("=")
    actor, dot, name = target.strip().rpartition(".")
    kind, _, number = actor.rpartition("#")
    if not (equals and dot and _NUMBER.fullmatch(number) and name.isidentifier() and value.strip()):
        fail(f"--set {text}: write ACTOR.field = value, such as '3.balance = 100'")
    return api.SetField(min(whole_number(number.strip()) or 0, INT_MAX), name, value.strip(), kind.strip())


def diff(
    left: TraceArgument,
    right: Annotated[
        Path | None, typer.Argument(help="Another recording; without it, two branches of the first.")
    ] = None,
    left_branch: Annotated[int, count("--left-branch", help="Branch of the left run.")] = 0,
    right_branch: Annotated[
        int | None, count("--right-branch", help="Branch of the right run (default: its newest).")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Find the first event in which two runs, or two branches of one, differ, in itself or in what it renders; exit 1
    if there is one."""

    def work() -> api.Difference | None:
        one = load_trace(left, keep_events=False)
        other = load_trace(right, keep_events=False) if right is not None else one
        newest = other.branches()[-1].id
        return one.first_difference(left_branch, newest if right_branch is None else right_branch, other)

    found = guarded(work)
    if as_json:
        give_json(
            None
            if found is None
            else {"n": found.n + 1, "reason": found.reason, "left": side(found.left), "right": side(found.right)}
        )
    elif found is None:
        give("no difference: events, outputs and the states at the end are the same")
    else:
        is_over = found.left is None and found.right is None
        place = f"after {counted(found.n, 'event')}" if is_over else f"at event {found.n + 1:,}"
        give(f"first difference {place}: {found.reason}")
        give(f"  left:  {side_text(found.left)}")
        give(f"  right: {side_text(found.right)}")
    if found is not None:
        raise typer.Exit(EXIT_PROBLEM)


def side(event: api.EventDetail | None) -> dict[str, Any] | None:
    """One side of a difference for ``--json``."""
    if event is None:
        return None
    arguments = {label: value.text for label, value in event.arguments}
    return {"tick": event.tick, "actor": event.actor, "seq": event.seq, "type": event.type, "arguments": arguments}


def side_text(event: api.EventDetail | None) -> str:
    """One side of a difference as a line."""
    if event is None:
        return "the run has ended"
    arguments = ", ".join(f"{label}: {value.quoted}" for label, value in event.arguments)
    return f"{event.tick}:{event.actor}:{event.seq}  {event.type}({arguments})  line {event.line}"


def verify(
    trace: TraceArgument,
    branch: Annotated[int | None, count("--branch", help="Only this branch of the run; 0 is the first.")] = None,
    salvage: Annotated[bool, typer.Option("--salvage", help="Read what is whole of a damaged file.")] = False,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Save what was read into this file.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Replay a recorded run with all its branches and compare every hash; exit 1 if one differs."""

    if output is not None:
        check_output(output, RECORDING, _read_by(trace))

    def work() -> list[tuple[api.Branch, api.Verification]]:
        session = load_trace(trace, salvage, is_looking=False)
        wanted = range(len(session.branches())) if branch is None else (branch,)
        outcomes = [session.verify(number) for number in wanted]
        if output is not None:
            save_trace(session, output)
        return [(session.branches()[number], outcome) for number, outcome in zip(wanted, outcomes, strict=True)]

    results = guarded(work)
    is_right = all(result.ok for _, result in results)
    if as_json:
        give_json(verified_plain(results))
    else:
        for one, result in results:
            give(result.message if len(results) == 1 else f"branch {one.id} ({one.name}): {result.message}")
    if not is_right:
        raise typer.Exit(EXIT_PROBLEM)


def verified_plain(results: list[tuple[api.Branch, api.Verification]]) -> dict[str, Any]:
    """What was verified for ``--json``: all together, with the message of the first branch that differs, and each."""
    first = next((result for _, result in results if not result.ok), results[0][1])
    message = f"Verified: all {counted(len(results), 'branch', 'branches')} match the recording"
    return {
        "ok": first.ok,
        "events": sum(result.events for _, result in results),
        "message": message if first.ok and len(results) > 1 else first.message,
        "branches": [
            {"branch": one.id, "name": one.name, "ok": result.ok, "events": result.events, "message": result.message}
            for one, result in results
        ],
    }


def export(
    trace: TraceArgument,
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write the JSON.")],
    branch: BranchOption = 0,
) -> None:
    """Write a recorded run as trace.json, for ui.perfetto.dev and other viewers of Chrome traces."""

    check_output(output, EXPORT, _read_by(trace))

    def work() -> int:
        session = load_trace(trace)
        session.export_chrome(output, branch)
        return session.total(branch)

    try:
        total = guarded(work)
    except OSError as error:
        fail(f"{output} cannot be written: {error.strerror}")
    say(f"{counted(total, 'event')} written to {output}")
