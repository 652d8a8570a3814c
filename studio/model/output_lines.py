"""What was rendered, as lines of a list: one per line of text, per row of a state table, per arrow of a timeline.

Lines are found by number without making them all: a run may render a million values.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from engine.api import Output


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


class OutputLines:
    """All lines of a run's outputs; grows with them."""

    def __init__(self) -> None:
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
        """The number of the first line that is rendered after a moment."""
        low, high = 0, len(self._outputs)
        while low < high:
            middle = (low + high) // 2
            if self._outputs[middle].n < moment:
                low = middle + 1
            else:
                high = middle
        return self._starts[low] if low < len(self._outputs) else self._count


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
        place = f"{fault.file}:{fault.line}: " if fault.line else ""
        return "", f"{place}{fault.message}"
    return "", output.text.split("\n")[part]
