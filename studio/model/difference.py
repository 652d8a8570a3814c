"""The difference of two texts as lines with ``-`` and ``+``, in time in proportion to the texts."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

CONTEXT = 3
PAIRS_MAX = 4_000_000
"""How many pairs of lines may be compared; beyond that one block goes out and the other comes in."""


def difference(old: str, new: str, old_name: str, new_name: str) -> str:
    """A unified difference; empty where the lines are the same."""
    before, after = old.splitlines(), new.splitlines()
    start = _equal(before, after)
    end = _equal(before[start:][::-1], after[start:][::-1])
    if (len(before) - start - end) * (len(after) - start - end) <= PAIRS_MAX:
        lines: Iterator[str] = difflib.unified_diff(before, after, old_name, new_name, lineterm="", n=CONTEXT)
    else:
        lines = _as_one_block(before, after, start, end, old_name, new_name)
    return "\n".join(lines)


def _equal(left: Sequence[str], right: Sequence[str]) -> int:
    """How many lines are equal at the start of both."""
    return next(
        (n for n, (one, other) in enumerate(zip(left, right, strict=False)) if one != other), min(len(left), len(right))
    )


def _as_one_block(
    before: Sequence[str], after: Sequence[str], start: int, end: int, old_name: str, new_name: str
) -> Iterator[str]:
    first = max(0, start - CONTEXT)
    tail = min(end, CONTEXT)
    old_last, new_last = len(before) - end, len(after) - end
    yield f"--- {old_name}"
    yield f"+++ {new_name}"
    yield f"@@ -{first + 1},{old_last + tail - first} +{first + 1},{new_last + tail - first} @@"
    yield from (f" {line}" for line in before[first:start])
    yield from (f"-{line}" for line in before[start:old_last])
    yield from (f"+{line}" for line in after[start:new_last])
    yield from (f" {line}" for line in after[new_last : new_last + tail])
