"""What two branches of a run have in common: the events before the moment in which they part."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.api import Branch, Difference


@dataclass(frozen=True, slots=True)
class Comparison:
    """The shown branch against another; ``difference`` is None if they are the same."""

    other: int
    difference: Difference | None


def common_moment(branches: Iterable[Branch], left: int, right: int) -> int:
    """The last moment that two branches share; 0 where one of them is not among the branches."""
    by_id = {branch.id: branch for branch in branches}
    reach = _reach(by_id, left)
    shared = (min(reach[line], moment) for line, moment in _reach(by_id, right).items() if line in reach)
    return max(shared, default=0)


def _reach(by_id: dict[int, Branch], branch: int) -> dict[int, int]:
    """A branch and those that it comes from, each with the moment up to which it is its history."""
    reach: dict[int, int] = {}
    line = by_id.get(branch)
    moment = line.total if line is not None else 0
    while line is not None:
        reach[line.id] = moment
        moment = min(moment, line.at)
        line = by_id.get(line.parent) if line.parent is not None else None
    return reach
