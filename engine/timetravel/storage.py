"""A session in a trace file and back, and its export for other tools."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from blake3 import blake3

from engine import __version__
from engine.base.errors import AeroFlowError, Interrupted, TraceFileError
from engine.base.events import Status
from engine.timetravel.changes import apply_change
from engine.timetravel.checkpoints import Checkpoint
from engine.timetravel.history import Answer, Line, Marks
from engine.timetravel.misbehaviour import MISBEHAVIOUR, misbehaviour
from engine.timetravel.opening import compare_at_opening
from engine.timetravel.origin import program_of
from engine.timetravel.pages import WORDS, PagedImage, PageStore, page_count
from engine.timetravel.valid_answers import check_answers
from engine.timetravel.views import Change, DropMessage, EditMessage, Inject, SetField
from engine.trace.aft import read_trace
from engine.trace.chrome import write_chrome
from engine.trace.columns import Events
from engine.trace.limits import Nonsense
from engine.trace.recorded import BranchRecord, CheckpointRecord, Trace, TraceHeader
from engine.trace.writing import saving, write_trace
from engine.vm.stopping import StopSignal

if TYPE_CHECKING:
    from engine.timetravel.session import Session

CHECKPOINTS_MAX = 32
"""How many checkpoints of a branch go into a file, evenly spread."""
LOST_MARKS = "lost_marks"
"""The setting of a file that was made from one that was not whole: a replay has more hash marks than it."""
CHECKPOINT_BYTES_MAX = 128 * 2**20
"""How many bytes of pages, uncompressed, go into a file in all."""


# --- saving -----------------------------------------------------------------------------------


def save(session: Session, path: Path) -> None:
    """Writes the session, whole or not at all. Raises TraceFileError with the reason."""
    lines = session.history.lines
    write_trace(
        path,
        Trace(
            header=header_of(session, len(lines)),
            branches=tuple(_whole_branch(session, line) for line in lines),
            marks={line.id: rows for line in lines if len(rows := line.marks.up_to(line.total))},
            checkpoints=tuple(_checkpoint_records(session)),
        ),
    )


def header_of(session: Session, branch_count: int) -> TraceHeader:
    """What a file of the session begins with."""
    recipe, lost = session.program.recipe, session.history.marks_may_be_missing
    return TraceHeader(
        sources=tuple((file.name, file.text) for file in session.program.sources.files),
        seed=session.seed,
        compiler=__version__ if recipe is None else recipe.version,
        module=session.program.wasm,
        metadata=session.metadata,
        settings=({} if recipe is None else recipe.settings()) | ({LOST_MARKS: True} if lost else {}),
        branch_count=branch_count,
    )


def branch_record(line: Line, digest: int | None) -> BranchRecord:
    """A branch without its answers; without the digest of its end it may still grow."""
    return BranchRecord(
        id=line.id,
        name=line.name,
        parent=line.parent,
        at=line.at,
        open_tick=line.open_tick,
        change=_plain_change(line.change),
        change_text=line.change_text,
        total=line.total,
        tick=line.tick,
        status=line.status.value,
        execution_hash=line.execution_hash,
        digest=digest,
    )


def _whole_branch(session: Session, line: Line) -> BranchRecord:
    """A branch with its end and its answers."""
    answers = tuple(answer.plain for answer in line.answers)
    return replace(branch_record(line, session.end_digest(line)), answers=answers)


def _plain_change(change: Change | None) -> tuple[str | int, ...]:
    match change:
        case None:
            return ()
        case Inject(send):
            return ("inject", send)
        case EditMessage(arguments):
            return ("edit", arguments)
        case DropMessage():
            return ("drop",)
        case SetField(actor, field, value):
            return ("set", actor, field, value)


def _change(plain: tuple[str | int, ...]) -> Change | None:
    match plain:
        case ():
            return None
        case ("inject", str(send)):
            return Inject(send)
        case ("edit", str(arguments)):
            return EditMessage(arguments)
        case ("drop",):
            return DropMessage()
        case ("set", int(actor), str(field), str(value)):
            return SetField(actor, field, value)
    raise TraceFileError(f"the recording has a change that this version does not know: {plain[0]}")


def _checkpoint_records(session: Session) -> list[CheckpointRecord]:
    """The first checkpoint of every fork and some that recording placed, each as a difference to the one before."""
    store = session.history.store
    records: list[CheckpointRecord] = []
    before: PagedImage | None = None
    left = CHECKPOINT_BYTES_MAX
    for line in session.history.lines:
        for checkpoint in spread(line):
            record = checkpoint_record(store, line, checkpoint, before)
            if len(record.pages) > left:
                return records
            left -= len(record.pages)
            records.append(record)
            before = checkpoint.image
    return records


def spread(line: Line) -> list[Checkpoint]:
    """Of the checkpoints that recording placed, some; not the very first of a run, which every machine begins with."""
    placed = line.checkpoints.placed()
    base = placed[:1] if line.parent is not None else []
    rest = placed[1:]
    if len(rest) > CHECKPOINTS_MAX:
        rest = [rest[len(rest) * i // CHECKPOINTS_MAX] for i in range(CHECKPOINTS_MAX)]
    return [*base, *rest]


def checkpoint_record(
    store: PageStore, line: Line, checkpoint: Checkpoint, before: PagedImage | None
) -> CheckpointRecord:
    """A checkpoint as the pages that differ from those of ``before``, the one before it in the file."""
    ids = checkpoint.image.ids
    pages = store.pages(ids)
    changed = np.ones(len(ids), bool)
    if before is not None:
        common = min(len(ids), len(before.ids))
        same = ids[:common] == before.ids[:common]
        differing = np.flatnonzero(~same)
        same[differing] = (pages[differing] == store.pages(before.ids[differing])).all(axis=1)
        changed[:common] = ~same
    return CheckpointRecord(
        branch=line.id,
        n=checkpoint.n,
        tick=checkpoint.tick,
        cells=checkpoint.image.cells,
        heap_length=checkpoint.image.heap_length,
        positions=np.flatnonzero(changed).astype(np.uint32),
        pages=pages[changed].tobytes(),
        digest=blake3(checkpoint.image.cells + pages.tobytes()).digest(),
    )


# --- loading ----------------------------------------------------------------------------------


def load(path: Path, salvage: bool, signal: StopSignal | None = None, keep_events: bool = True) -> Session:
    """A session from a file. Raises OSError or TraceFileError; see ``Session.load``."""
    from engine.timetravel.session import Session

    trace = read_trace(path, salvage)
    header = trace.header
    try:
        program, origin, doubt = program_of(header)
        for record in trace.branches:
            check_answers(record, program.metadata)
        session = Session.start(program, header.seed, keep_events=keep_events, signal=signal)
        session.origin = origin
        for machine in (session.scratch.machine, session.recorder.machine):
            machine.memory_is_foreign |= bool(trace.checkpoints)
        session.history.marks_may_be_missing = bool(trace.warnings) or LOST_MARKS in header.settings
        lost = "hash marks were lost when this recording was damaged" if LOST_MARKS in header.settings else ""
        session.warnings = (*trace.warnings, *filter(None, (lost, doubt)))
        images = _images(session, trace)
        _set_end(session.history.lines[0], trace.branches[0], trace)
        for record in trace.branches[1:]:
            _add_fork(session, record, images)
            _set_end(session.history.lines[record.id], record, trace)
        _add_checkpoints(session, images)
        compare_at_opening(session)
    except (TraceFileError, Interrupted):
        raise
    except Nonsense as error:
        raise TraceFileError(f"the recording cannot be replayed: {error}") from error
    except AeroFlowError as error:
        raise TraceFileError(f"the recording cannot be replayed: {error}") from error
    except MISBEHAVIOUR as error:
        raise TraceFileError(f"the recording cannot be replayed: {misbehaviour(error)}") from error
    return session


Images = dict[tuple[int, int], tuple[CheckpointRecord, PagedImage]]
"""The checkpoints of a file by branch and moment."""


def _images(session: Session, trace: Trace) -> Images:
    images: Images = {}
    pages: npt.NDArray[np.uint64] = np.zeros((0, WORDS), np.uint64)
    image = session.history.lines[0].checkpoints.before(0).image
    for record in trace.checkpoints:
        count = page_count(record.heap_length)
        if len(record.cells) != len(image.cells) or (len(record.positions) and int(record.positions.max()) >= count):
            raise TraceFileError("a checkpoint of the recording belongs to another program")
        grown = np.zeros((count, WORDS), np.uint64)
        grown[: min(count, len(pages))] = pages[:count]
        grown[record.positions] = np.frombuffer(record.pages, np.uint64).reshape(-1, WORDS)
        pages = grown
        if blake3(record.cells + pages.tobytes()).digest() != record.digest:
            raise TraceFileError(f"the checkpoint at event {record.n:,} does not match its digest")
        if (_cell(session, record, "events"), _cell(session, record, "tick")) != (record.n, record.tick):
            raise TraceFileError(f"the checkpoint at event {record.n:,} is one of another moment")
        heap = pages.reshape(-1).view(np.uint8)[: record.heap_length]
        image = session.history.store.capture(record.cells, heap, image)
        images[record.branch, record.n] = (record, image)
    return images


def _cell(session: Session, record: CheckpointRecord, name: str) -> int:
    """What a checkpoint has in one of the kernel's cells of 64 bits."""
    (address,) = (cell.address for cell in session.metadata.cells if cell.name == name)
    return int.from_bytes(record.cells[address : address + 8], "little", signed=True)


def _set_end(line: Line, record: BranchRecord, trace: Trace) -> None:
    line.name = record.name
    line.change_text = record.change_text
    line.total = record.total
    line.tick = record.tick
    line.status = Status(record.status)
    line.execution_hash = record.execution_hash
    line.digest = record.digest
    line.is_cut_off = record.digest is None
    line.answers = [Answer(*row) for row in record.answers]
    if record.id in trace.marks:
        line.marks = Marks(trace.marks[record.id])


def _add_fork(session: Session, record: BranchRecord, images: Images) -> None:
    """A branch at its beginning: from its checkpoint, or by going to its parent's moment and changing it again."""
    assert record.parent is not None
    change = _change(record.change)
    scratch, history = session.scratch, session.history
    base = images.pop((record.id, record.at), None)
    if base is None:
        machine = scratch.seek(record.parent, record.at)
        scratch.settle(None)
        if change is not None:
            apply_change(machine, session.describer, change)
        like = history.owner_of_moment(record.parent, record.at).checkpoints.before(record.at).image
        image = history.store.capture(*machine.picture(), like)
    else:
        image = base[1]
        machine = scratch.machine
        scratch.settle(None)
        machine.restore(image.cells, image.heap_length, lambda heap: history.store.write(image, heap))
        if record.open_tick != machine.open_tick:
            raise TraceFileError(f"the branch {record.name} begins at another moment than the recording says")
    line = history.add(record.name, record.parent, record.at, change, record.change_text, image, machine)
    scratch.settle(line)


def _add_checkpoints(session: Session, images: Images) -> None:
    for (branch, n), (record, image) in images.items():
        line = session.history.line(branch)
        if not line.at <= n <= line.total:
            raise TraceFileError(f"the recording has a checkpoint at event {n:,}, where its branch has none")
        line.checkpoints.add(Checkpoint(n, record.tick, image, placed=True))


# --- export -----------------------------------------------------------------------------------


def export_chrome(session: Session, path: Path, branch: int) -> None:
    """Writes ``trace.json``, whole or not at all. Raises TraceFileError with the reason."""
    total = session.total(branch)
    actors = session.picture(branch, total).actors
    names = {int(row["id"]): session.describer.actor_name(int(row["type"]), int(row["id"])) for row in actors}

    def read(start: int, stop: int) -> Events:
        return session.events(branch, start, stop)

    def texts(start: int, stop: int) -> tuple[str, ...]:
        return session.message_texts(branch, start, stop)

    with saving(path) as write:
        write_chrome(
            lambda text: write(text.encode("utf-8")), read, total, session.describer.handler_names, names, texts
        )
