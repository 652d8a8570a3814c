"""What a trace file says, as values that can be used: the one place where its frames become records.

A reader of trace files uses only what comes from here. Every field has its type, every number its bounds, every index
points into what it is an index of. What cannot be is ``Nonsense`` with a reason; the reader adds where it stands.
Whether the file tells the truth about the run is another question: ``engine/timetravel/verify.py`` answers it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
from blake3 import blake3

from engine.base.errors import TraceFileError
from engine.base.events import MARK_DTYPE, Status
from engine.base.recipe import Recipe
from engine.compiler.metadata import Metadata
from engine.trace.fields import U64_MAX, Fields, rows, text, whole
from engine.trace.limits import (
    BRANCHES_MAX,
    CHECKPOINTS_MAX,
    HEAP_BYTES_MAX,
    IMAGES_BYTES_MAX,
    MARKS_BYTES_MAX,
    METADATA_BYTES_MAX,
    MODULE_BYTES_MAX,
    PAGES_BYTES_MAX,
    POSITIONS_BYTES_MAX,
    Budget,
    Nonsense,
    unpacked,
)
from engine.trace.recorded import PAGE, VERSION, BranchRecord, CheckpointRecord, RecordedAnswer, TraceHeader
from engine.trace.valid_metadata import CELL_BYTES, CELLS_START, valid_metadata
from engine.trace.valid_module import check_module

U32_MAX = 2**32 - 1
_STATUSES = frozenset(status.value for status in Status)
_CHANGES: dict[str, tuple[type, ...]] = {"inject": (str,), "edit": (str,), "drop": (), "set": (int, str, str)}
"""The kinds of changes with the types of their operands."""


# --- frame by frame ---------------------------------------------------------------------------


def header(body: Any, budget: Budget) -> TraceHeader:
    """The header, with its module and metadata decompressed and checked."""
    fields = Fields(body, "the header")
    _check_version(fields.whole("version"))
    module = budget.decompress(fields.data("module"), MODULE_BYTES_MAX)
    if blake3(module).digest() != fields.data("module_digest", 32):
        raise Nonsense("the module is not the one that was recorded")
    check_module(module)
    plain = unpacked(budget.decompress(fields.data("metadata"), METADATA_BYTES_MAX))
    return TraceHeader(
        sources=_sources(fields),
        seed=fields.whole("seed", 0, U64_MAX),
        compiler=fields.text("compiler"),
        module=module,
        metadata=valid_metadata(plain),
        settings=fields.plain("settings"),
        branch_count=fields.whole("branches", 0, BRANCHES_MAX),
    )


def recipe(found: TraceHeader) -> Recipe | None:
    """How the program was compiled, as far as the header says so."""
    if "compiler" not in found.settings:
        return None
    fields = Fields(found.settings, "the recipe of the program")
    imports = []
    for row in fields.rows("imports"):
        words = [text(word, "a word of an import") for word in rows(row, "an import")]
        if len(words) != 4:
            raise Nonsense("an import is not made of four words")
        imports.append((words[0], words[1], words[2], words[3]))
    return Recipe(
        version=found.compiler,
        identity=fields.text("compiler"),
        test=fields.optional_text("test"),
        checked=fields.flag("checked"),
        imports=tuple(imports),
    )


def _check_version(version: int) -> None:
    if version > VERSION:
        raise TraceFileError("the recording was written by a newer AeroFlow; update to open it")
    if version < VERSION:
        raise TraceFileError(
            "the recording was written by an earlier AeroFlow, which this one cannot replay; record the program again"
        )


def _sources(fields: Fields) -> tuple[tuple[str, str], ...]:
    sources = []
    for row in fields.rows("sources"):
        pair = rows(row, "a source")
        if len(pair) != 2:
            raise Nonsense("a source is not a name and a text")
        sources.append((text(pair[0], "the name of a source"), text(pair[1], "a source")))
    if not sources or len({name for name, _ in sources}) != len(sources):
        raise Nonsense("the recording has no source, or two of one name")
    return tuple(sources)


def branch(body: Any) -> BranchRecord:
    """A branch at its beginning, by itself."""
    fields = Fields(body, "the branch")
    return BranchRecord(
        id=fields.whole("id", 0, BRANCHES_MAX - 1),
        name=fields.text("name"),
        parent=fields.optional_whole("parent", 0, BRANCHES_MAX - 1),
        at=fields.whole("at"),
        open_tick=fields.optional_whole("open_tick"),
        change=_change(fields.rows("change")),
        change_text=fields.text("change_text"),
        total=fields.whole("at"),
        tick=0,
        status="",
        execution_hash=0,
        digest=None,
    )


def reached(body: Any) -> tuple[int, dict[str, Any]]:
    """How far a branch has come: its id, and the fields of its record that say so."""
    fields = Fields(body, "the end of a branch")
    status = fields.text("status")
    if status not in _STATUSES:
        raise Nonsense(f"there is no status called {status[:50]!r}")
    return fields.whole("branch", 0, BRANCHES_MAX - 1), {
        "total": fields.whole("total"),
        "tick": fields.whole("tick"),
        "status": status,
        "execution_hash": fields.whole("execution_hash", 0, U64_MAX),
        "digest": fields.optional_whole("digest", 0, U64_MAX),
    }


def answers(body: Any) -> tuple[int, int, tuple[RecordedAnswer, ...]]:
    """Answers of the outside in a branch: its id, the number of the first, and the answers."""
    fields = Fields(body, "the list of answers")
    found = tuple(_answer(row) for row in fields.rows("answers"))
    return fields.whole("branch", 0, BRANCHES_MAX - 1), fields.whole("at"), found


def _change(plain: list[Any]) -> tuple[str | int, ...]:
    if not plain:
        return ()
    kind = text(plain[0], "the kind of a change")
    types = _CHANGES.get(kind)
    if types is None or tuple(map(type, plain[1:])) != types:
        raise Nonsense(f"the change {kind[:50]!r} is none that this version knows")
    if kind == "set":
        whole(plain[1], 0, U32_MAX, "the actor of a change")
    return tuple(plain)


def _answer(row: Any) -> RecordedAnswer:
    """An answer by itself; whether a program can get it is known with its program (``timetravel/valid_answers.py``)."""
    values = rows(row, "an answer")
    if tuple(map(type, values)) != (int, bytes, int, bytes):
        raise Nonsense("an answer is not made of two messages")
    return values[0], values[1], values[2], values[3]


def marks(body: Any, budget: Budget) -> tuple[int, npt.NDArray[np.void]]:
    """The hash marks of a branch, and its id."""
    fields = Fields(body, "the list of hash marks")
    data = budget.decompress(fields.data("marks"), MARKS_BYTES_MAX)
    if len(data) % MARK_DTYPE.itemsize:
        raise Nonsense("a hash mark is not whole")
    return fields.whole("branch", 0, BRANCHES_MAX - 1), np.frombuffer(data, MARK_DTYPE)


def checkpoint(body: Any, budget: Budget) -> CheckpointRecord:
    """A checkpoint by itself; ``connected_checkpoints`` looks at all of them."""
    fields = Fields(body, "the checkpoint")
    positions_data = budget.decompress(fields.data("positions"), POSITIONS_BYTES_MAX)
    pages = budget.decompress(fields.data("pages"), PAGES_BYTES_MAX)
    heap_length = fields.whole("heap_length", 0, HEAP_BYTES_MAX)
    if len(positions_data) % 4 or len(pages) != len(positions_data) // 4 * PAGE:
        raise Nonsense("its pages are not all there")
    positions = np.frombuffer(positions_data, "<u4")
    ascending = not (positions[1:] <= positions[:-1]).any()
    if not ascending or (len(positions) and int(positions[-1]) >= -(-heap_length // PAGE)):
        raise Nonsense("a page lies outside its memory")
    if heap_length % 8:
        raise Nonsense("its memory is not made of words")
    return CheckpointRecord(
        branch=fields.whole("branch", 0, BRANCHES_MAX - 1),
        n=fields.whole("n"),
        tick=fields.whole("tick"),
        cells=fields.data("cells"),
        heap_length=heap_length,
        positions=positions,
        pages=pages,
        digest=fields.data("digest", 32),
    )


# --- what the frames say of each other --------------------------------------------------------


def connected_branches(branches: Iterable[BranchRecord]) -> tuple[BranchRecord, ...]:
    """The branches that hang together, from branch 0 on."""
    whole_ones: dict[int, BranchRecord] = {}
    for record in branches:
        if record.id in whole_ones:
            raise Nonsense(f"branch {record.id} is there twice")
        if record.at > record.total:
            raise Nonsense(f"branch {record.id} leaves its parent at event {record.at:,}, where it has none")
        if record.id != len(whole_ones):
            continue
        if record.id == 0:
            if record.parent is not None or record.at or record.change or record.change_text:
                raise Nonsense("the first branch leaves another one")
        elif record.parent not in whole_ones:
            continue
        elif record.at > whole_ones[record.parent].total:
            raise Nonsense(f"branch {record.id} leaves its parent at event {record.at:,}, where it has none")
        whole_ones[record.id] = record
    return tuple(whole_ones.values())


def check_order(branch_id: int, found: npt.NDArray[np.void]) -> None:
    """Refuses marks of a branch that do not go up."""
    events, ticks = found["events"], found["tick"]
    starts_below_zero = len(found) and (int(events[0]) < 0 or int(ticks[0]) < 0)
    if starts_below_zero or (events[1:] <= events[:-1]).any() or (ticks[1:] < ticks[:-1]).any():
        raise Nonsense(f"the hash marks of branch {branch_id} are not in their order")


def check_marks(branches: Iterable[BranchRecord], found: dict[int, npt.NDArray[np.void]]) -> None:
    """Refuses marks outside their branch."""
    for record in branches:
        rows_of_branch = found.get(record.id)
        if rows_of_branch is None or not len(rows_of_branch):
            continue
        first, last = int(rows_of_branch["events"][0]), int(rows_of_branch["events"][-1])
        if first < record.at or last > record.total:
            raise Nonsense(f"branch {record.id} has hash marks of events that are not its own")


def usable_checkpoints(
    branches: tuple[BranchRecord, ...], checkpoints: list[CheckpointRecord], metadata: Metadata
) -> tuple[CheckpointRecord, ...]:
    """The checkpoints, but for the last ones where all together would be too much work. Refuses those that no machine
    could be put into, before memory is taken for any of them: each begins with the pages of the one before, so every
    page is in the file once."""
    cells_end = CELLS_START + CELL_BYTES * len(metadata.cells)
    moments: set[tuple[int, int]] = set()
    count, all_bytes = 0, 0
    for number, record in enumerate(checkpoints):
        where = f"the checkpoint at event {record.n:,}"
        owner = branches[record.branch] if record.branch < len(branches) else None
        if owner is None or not owner.at <= record.n <= owner.total or (record.branch, record.n) in moments:
            raise Nonsense(f"{where} belongs to no moment of the recording")
        moments.add((record.branch, record.n))
        if len(record.cells) != cells_end:
            raise Nonsense(f"{where} belongs to another program")
        before, count = count, -(-record.heap_length // PAGE)
        fresh = int(np.count_nonzero(record.positions >= before))
        if fresh != max(0, count - before):
            raise Nonsense(f"{where} has not all of its pages")
        all_bytes += record.heap_length
        if number >= CHECKPOINTS_MAX or all_bytes > IMAGES_BYTES_MAX:
            return tuple(checkpoints[:number])
    return tuple(checkpoints)
