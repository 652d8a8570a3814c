"""What was rendered, as lines of a list: one per line of text, per row of a state table, per arrow of a timeline.

Lines are found by number without making them all: a run may render a million values. They come in the order in which
they were made: a picture of state at the end of the tick that asked for it, everything else in its turn.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.api import Output
from studio.model.event_store import EventStore
from studio.model.run_words import file_name


@dataclass(frozen=True, slots=True)
class OutputLine:
    """A line. ``label`` is set for rows of a table; ``part`` counts the lines of one output from 0."""

    output: Output
    part: int
    kind: str
    label: str
    text: str
    label_width: int
    """The length of the longest label of its output."""


def made_at(output: Output, store: EventStore) -> int:
    """The first moment of a branch at which an output is there."""
    if output.kind != "state":
        return output.n + 1
    return int(store.before_tick(np.array([output.tick + 1], np.int64))[0])


class OutputLines:
    """All lines of the outputs of the branch that ``store`` holds; grows with them."""

    def __init__(self, store: EventStore) -> None:
        self.store = store
        self._outputs: list[Output] = []
        self._starts: list[int] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def extend(self, outputs: Sequence[Output]) -> None:
        """Adds outputs."""
        for output in outputs:
            self._starts.append(self._count)
            self._outputs.append(output)
            self._count += _line_count(output)

    @property
    def output_count(self) -> int:
        """How many outputs there are."""
        return len(self._outputs)

    def line(self, row: int) -> OutputLine:
        """A line by number."""
        index = bisect_right(self._starts, row) - 1
        output = self._outputs[index]
        part = row - self._starts[index]
        label, text = _part(output, part)
        width = max((len(name) for name, _ in output.rows), default=len(label))
        return OutputLine(output, part, output.kind, label, text, width)

    def first_after(self, moment: int) -> int:
        """The number of the first line that is not there yet at a moment."""
        index = count_made(self._outputs, self.store, moment)
        return self._starts[index] if index < len(self._outputs) else self._count


def count_made(outputs: Sequence[Output], store: EventStore, moment: int) -> int:
    """How many outputs of a branch are there at a moment."""
    return bisect_right(outputs, moment, key=lambda output: made_at(output, store))


def _line_count(output: Output) -> int:
    if output.kind == "state":
        return max(1, len(output.rows))
    if output.kind == "timeline":
        return max(1, len(output.lane))
    return 1 if output.fault is not None else output.text.count("\n") + 1


def _part(output: Output, part: int) -> tuple[str, str]:
    if output.kind == "state" and output.rows:
        return output.rows[part]
    if output.kind == "timeline" and output.lane:
        arrow = output.lane[part]
        payload = f"  {arrow.payload}" if arrow.payload else ""
        return f"{arrow.source} → {arrow.target}", f"at tick {arrow.tick}{payload}"
    if output.fault is not None:
        fault = output.fault
        place = f"{file_name(fault.file)}:{fault.line}: " if fault.line else ""
        return "", f"{place}{fault.message}"
    return "", output.text.split("\n")[part]
