"""Recordings of all kinds of runs, what they show, and changed copies of their files."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from blake3 import blake3

from engine import api
from engine.trace.frames import MAGIC
from tests.engine.timetravel.hostile import FOREVER as ENDLESS
from tests.engine.timetravel.hostile import module
from tests.engine.timetravel.programs import BANK, FOREVER, PICTURES, TYPES, program, run_on
from tests.engine.timetravel.test_awaits import SHOP
from tests.engine.timetravel.test_outside import READER, Fake
from tests.engine.trace.mutants import Frame, another, changed, frames_of, places, write_frames

EVENTS_SHOWN = 400
MOMENTS_SHOWN = 5


# --- recordings -------------------------------------------------------------------------------


def _bank() -> api.Session:
    session = api.Session.start(program(BANK), 3)
    run_on(session)
    n = session.message_texts(0, 0, session.total()).index("pay(Account#2, 30)")
    for change in (
        api.Inject("Account#2.deposit(1000)"),
        api.EditMessage("(Account#2, 99)"),
        api.DropMessage(),
        api.SetField(1, "balance", "7"),
    ):
        run_on(session, session.fork(0, n, change).id)
    return session


def _long() -> api.Session:
    session = api.Session.start(program(FOREVER), 5, keep_events=False)
    run_on(session, until=600_000)
    return session


def _cut() -> api.Session:
    session = api.Session.start(program(FOREVER), 5)
    while session.advance(until_tick=600).status is api.Status.RUNNING:
        pass
    return session


def _outside() -> api.Session:
    session = api.Session.start(program(READER), 1, outside=Fake(one="1", two="22", three="333"))
    run_on(session)
    return session


def _finished(text: str) -> Callable[[], api.Session]:
    def make() -> api.Session:
        session = api.Session.start(program(text), 3)
        while session.advance(until_tick=40).status is api.Status.RUNNING:
            pass
        return session

    return make


RUNS: dict[str, Callable[[], api.Session]] = {
    "bank": _bank,
    "long": _long,
    "cut": _cut,
    "outside": _outside,
    "types": _finished(TYPES),
    "shop": _finished(SHOP),
    "pictures": _finished(PICTURES),
}


def record(folder: Path) -> dict[str, Path]:
    """Records all runs into a folder."""
    files = {}
    for name, make in RUNS.items():
        files[name] = folder / f"{name}.aft"
        make().save(files[name])
    return files


# --- what is shown ----------------------------------------------------------------------------


def shown(session: api.Session) -> str:
    """A digest of what a person can look at, but for the names that people give to branches, and for the status: that a
    run was stopped can be said of any, and what else is said of it is verified."""
    digest = blake3()

    def show(*values: object) -> None:
        for value in values:
            digest.update(value if isinstance(value, bytes) else repr(value).encode("utf-8", "surrogatepass"))

    sources = session.sources if session.program.foreign else ()  # other texts that give the same program are its own
    show(sources, session.summary, session.metadata)
    for branch in session.branches():
        show(branch.parent, branch.at, branch.change, branch.total, branch.tick)
        show(session.history.line(branch.id).execution_hash)
        stop = min(branch.total, EVENTS_SHOWN)
        show(session.events(branch.id, 0, stop).tobytes(), session.message_texts(branch.id, 0, stop))
        show([(o.n, o.tick, o.actor, o.kind, o.text) for o in session.outputs(branch.id)])
        for i in range(MOMENTS_SHOWN + 1):
            n = branch.total * i // MOMENTS_SHOWN
            show(session.actors(branch.id, n), session.waits(branch.id, n), session.following(branch.id, n))
            show(session.waiting(branch.id, n, 1), session.state_digest(branch.id, n))
    return str(digest.hexdigest())


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a changed file. ``kind``: refused, warned, differs, equal, stopped (by us, when it took long),
    silent or an exception of another kind than ours; the last two are faults."""

    kind: str
    words: str = ""


def outcome(file: Path, true: str, signal: api.StopSignal, salvage: bool = False) -> Outcome:
    """Loads a file, verifies it and looks at it; ``true`` is what the unchanged one shows."""
    try:
        try:
            session = api.Session.load(file, salvage, signal)
        except api.TraceFileError as error:
            return Outcome("refused", str(error))
        checked = [session.verify(branch.id) for branch in session.branches()]
        bad = [one.message for one in checked if not one.ok]
        if session.warnings or bad:
            with contextlib.suppress(api.AeroFlowError):
                shown(session)
            return Outcome("warned" if session.warnings else "differs", " / ".join([*session.warnings, *bad]))
        # before anything is compared by a replay, it is shown as the file says
        fresh = api.Session.load(file, salvage, signal)
        same = shown(fresh) == true and shown(session) == true
        return Outcome("equal" if same else "silent", "; ".join(one.message for one in checked))
    except api.Interrupted:
        return Outcome("stopped")
    except api.AeroFlowError as error:
        return Outcome("refused", f"when it was looked at: {error}")
    except Exception as error:  # noqa: BLE001 - any other exception is what this looks for
        return Outcome("exception", f"{type(error).__name__}: {error}")


# --- changed files ----------------------------------------------------------------------------


def change(files: dict[str, Path], number: int, seed: int, target: Path) -> tuple[str, str]:
    """Writes the changed copy with this number; gives the name of the run, and what was changed."""
    rng = Random(f"{seed}-{number}")
    name = rng.choice(list(files))
    source = files[name]
    kinds = (_field, _field, _field, _field, _two_fields, _frames, _raw, _module, _from_another)
    return name, rng.choice(kinds)(source, files, target, rng)


def _field(source: Path, _: dict[str, Path], target: Path, rng: Random) -> str:
    frames = frames_of(source)
    frames, where = _with_other_field(frames, rng)
    write_frames(target, frames)
    return where


def _two_fields(source: Path, _: dict[str, Path], target: Path, rng: Random) -> str:
    frames, one = _with_other_field(frames_of(source), rng)
    frames, two = _with_other_field(frames, rng)
    write_frames(target, frames)
    return f"{one} and {two}"


def _with_other_field(frames: list[Frame], rng: Random) -> tuple[list[Frame], str]:
    while True:
        number = rng.randrange(len(frames))
        kind, body = frames[number]
        if not isinstance(body, dict) or not body:
            continue
        top = rng.choice(list(body))  # or the metadata would be all that is ever changed
        if top == "metadata" and isinstance(body[top], dict) and rng.random() < 0.9 and body[top]:
            inner = rng.choice(list(body[top]))
            path = (top, inner, *rng.choice(list(places(body[top][inner]))))
        else:
            path = (top, *rng.choice(list(places(body[top]))))
        other = changed(body, path, lambda value: another(value, rng))
        if other != body:
            where = f"{kind} {number}: {'.'.join(map(str, path))}"
            return [*frames[:number], (kind, other), *frames[number + 1 :]], where


def _frames(source: Path, _: dict[str, Path], target: Path, rng: Random) -> str:
    frames = frames_of(source)
    i, j = rng.randrange(len(frames)), rng.randrange(len(frames))
    what = rng.choice(("drop", "twice", "swap", "move", "cut"))
    match what:
        case "drop":
            del frames[i]
        case "twice":
            frames.insert(j, frames[i])
        case "swap":
            frames[i], frames[j] = frames[j], frames[i]
        case "move":
            frames.insert(j, frames.pop(i))
        case "cut":
            del frames[i:]
    write_frames(target, frames)
    return f"{what} {i} {j}"


def _raw(source: Path, _: dict[str, Path], target: Path, rng: Random) -> str:
    data = bytearray(source.read_bytes())
    start = rng.randrange(len(MAGIC), len(data))
    what = rng.choice(("flip", "truncate", "cut out", "overwrite", "append"))
    match what:
        case "flip":
            data[start] ^= 1 << rng.randrange(8)
        case "truncate":
            del data[start:]
        case "cut out":
            del data[start : start + rng.randrange(1, 2000)]
        case "overwrite":
            data[start : start + 8] = rng.randbytes(8)
        case "append":
            data += rng.randbytes(rng.randrange(1, 100))
    target.write_bytes(data)
    return f"{what} at {start}"


def _module(source: Path, files: dict[str, Path], target: Path, rng: Random) -> str:
    frames = frames_of(source)
    (header,) = (body for kind, body in frames if kind == "header")
    wasm = header["module"]
    what = rng.choice(("flip", "flip", "flip", "another", "hostile"))
    match what:
        case "flip":
            place = rng.randrange(8, len(wasm))
            wasm = wasm[:place] + bytes([wasm[place] ^ (1 << rng.randrange(8))]) + wasm[place + 1 :]
        case "another":
            wasm = next(body for kind, body in frames_of(files[rng.choice(list(files))]) if kind == "header")["module"]
        case _:
            wasm = module({rng.choice(("boot", "run", "digest", "peek", "recover")): ENDLESS})
    write_frames(target, [(k, b | {"module": wasm} if k == "header" else b) for k, b in frames])
    return f"module: {what}"


def _from_another(source: Path, files: dict[str, Path], target: Path, rng: Random) -> str:
    """A field that another recording has at the same place."""
    frames, others = frames_of(source), frames_of(files[rng.choice(list(files))])
    number = rng.randrange(len(frames))
    kind, body = frames[number]
    same_kind = [b for k, b in others if k == kind] or [body]
    name = rng.choice(list(body))
    frames[number] = (kind, body | {name: rng.choice(same_kind)[name]})
    write_frames(target, frames)
    return f"{kind} {number}: {name} of another"
