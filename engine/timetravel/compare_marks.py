"""Are the recorded hash marks those that a replay makes, all of them and no others?

Where marks stand follows from the run. Only at the two ends of a branch one may be missing: a mark is made when its
tick is over, and a branch can begin or end before that.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.base.errors import MachineError
from engine.base.events import MARK_DTYPE
from engine.timetravel.history import Line

Rows = npt.NDArray[np.void]


class MarksOfReplay:
    """The hash marks that a replay has made so far, over all parts of its path."""

    def __init__(self) -> None:
        self._pieces: list[Rows] = []

    def take(self, rows: Rows) -> None:
        """More of them."""
        if len(rows):
            self._pieces.append(rows.copy())

    def _rows(self, first: int, last: int) -> Rows:
        """Those of the events ``first <= n <= last``."""
        rows = np.concatenate(self._pieces) if self._pieces else np.empty(0, MARK_DTYPE)
        return rows[(rows["events"] >= first) & (rows["events"] <= last)]

    def compare_inside(self, line: Line, end: int, some_are_lost: bool) -> None:
        """Raises MachineError unless a branch has just these between its beginning and an event ``end``."""
        made, known = self._rows(line.at + 1, end - 1), line.marks.rows
        known = known[(known["events"] > line.at) & (known["events"] < end)]
        _refuse_others(made, known)
        missing = made["events"][~np.isin(made["events"], known["events"])]
        if len(missing) and not some_are_lost:
            raise MachineError(f"the recording has no hash mark at event {int(missing[0]):,}, where its run has one")

    def compare_ends(self, line: Line) -> None:
        """Raises MachineError where a branch has a mark at its first or last moment that is none of these."""
        known = line.marks.rows
        at_ends = (known["events"] <= line.at) | (known["events"] >= line.total)
        _refuse_others(self._rows(0, line.total), known[at_ends])


def _refuse_others(made: Rows, known: Rows) -> None:
    invented = known[~np.isin(known, made)]
    if len(invented):
        event = int(invented[0]["events"])
        raise MachineError(f"the recording has a hash mark at event {event:,} that the replay does not make")
