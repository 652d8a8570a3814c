"""The outputs of a branch, in order: those that are kept, and the others by a replay.

A run may have far more outputs than fit into memory, so a replay hands them over a window of events at a time. How
many events that are follows from how much the last ones put out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from engine.base.errors import Interrupted
from engine.timetravel.views import Output
from engine.vm.machine import LOG_NOTHING, Batch
from engine.vm.records import read_outputs

if TYPE_CHECKING:
    from engine.timetravel.history import Line
    from engine.timetravel.session import Session

WINDOW_OUTPUTS = 10_000
"""About so many outputs are held at a time, where one turn has not more."""
WINDOW_EVENTS_MAX = 65_536
_MANY = 4_096
"""After so many outputs that were read it is asked whether to stop."""


def each_output(session: Session, branch: int) -> Iterator[Output]:
    """All that a branch rendered, and its faults."""
    path = session.history.ancestry(branch)
    for i, (line, end) in enumerate(path):
        pending = path[i + 1][0].open_tick if i + 1 < len(path) else None
        for output in _own_outputs(session, line):
            if _is_made_before(output, end, pending):
                yield output


def keep_outputs(session: Session, line: Line) -> None:
    """Completes the outputs that a branch keeps."""
    missing = list(_computed(session, line))
    line.outputs.extend(missing)
    line.outputs_to = line.total


def _own_outputs(session: Session, line: Line) -> Iterator[Output]:
    """The outputs of a branch's own part."""
    yield from line.outputs
    yield from _computed(session, line)


def _computed(session: Session, line: Line) -> Iterator[Output]:
    """The outputs behind those that are kept."""
    start, window = line.outputs_to, 64
    while start < line.total:
        found: list[Output] = []
        stop = min(line.total, start + window)

        def take(batch: Batch, found: list[Output] = found) -> None:
            machine = session.scratch.machine
            outputs = (session.describer.output(record, machine) for record in read_outputs(batch, machine.events))
            found.extend(unless_stopped(session, outputs))

        session.replay_window(line, start, stop, LOG_NOTHING, take)
        yield from found
        start = stop
        window = min(window * 2, WINDOW_EVENTS_MAX) if len(found) < WINDOW_OUTPUTS else max(1, window // 4)


def unless_stopped(session: Session, outputs: Iterable[Output]) -> Iterator[Output]:
    """The same outputs, of which one turn may have millions. Raises Interrupted when the work is to stop."""
    for number, output in enumerate(outputs, 1):
        if number % _MANY == 0 and session.signal.requested:
            raise Interrupted("reading what was rendered was stopped")
        yield output


def _is_made_before(output: Output, end: int, open_tick: int | None) -> bool:
    """Whether an output is there at moment ``end``. Pictures of state are taken when their tick ends, so those of a
    tick that is still open belong to the branch that ends it."""
    return output.n < end and not (output.kind == "state" and output.tick == open_tick)
