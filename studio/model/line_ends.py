"""Line breaks of a text that has several kinds: each line keeps its own when the text is edited and saved.

Inside Studio every line break is ``\\n``. A file in which ``\\r\\n``, ``\\n`` and ``\\r`` are mixed is remembered with
what ended each of its lines. When it is written, the lines that are still there get their own line break back, and
new lines get the usual one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import chain

PAIRS_MAX = 4_000_000
"""Up to so many pairs of lines the differing part is compared in full, beyond that line by line from its start."""
_BREAK = re.compile("\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class LineEnds:
    """What ended each line of a text, the last line left out: it has no line break."""

    lines: tuple[str, ...]
    ends: tuple[str, ...]


def line_ends_of(text: str) -> tuple[str, LineEnds | None]:
    """The usual line break of a text as it is on the disk, and all of them if they are not the same."""
    windows = text.count("\r\n")
    counts = {"\n": text.count("\n") - windows, "\r\n": windows, "\r": text.count("\r") - windows}
    usual = max(counts, key=lambda eol: counts[eol])
    if sum(count > 0 for count in counts.values()) < 2:
        return usual, None
    return usual, LineEnds(tuple(_BREAK.split(text)), tuple(_BREAK.findall(text)))


def with_line_ends(text: str, usual: str, mixed: LineEnds | None) -> tuple[str, LineEnds | None]:
    """A text (with ``\\n``) as it is written to the disk, and its line breaks to remember."""
    if mixed is None:
        return text.replace("\n", usual) if usual != "\n" else text, None
    lines = tuple(text.split("\n"))
    ends = _carried_over(mixed, lines, usual)
    if len(set(ends)) < 2:
        only = ends[0] if ends else usual
        return only.join(lines), None
    return "".join(chain.from_iterable(zip(lines, (*ends, ""), strict=True))), LineEnds(lines, ends)


def _carried_over(old: LineEnds, lines: tuple[str, ...], usual: str) -> tuple[str, ...]:
    """The line breaks of the new lines: those that were there before keep theirs."""
    origins = _origins(old.lines, lines)[:-1]
    return tuple(old.ends[origin] if 0 <= origin < len(old.ends) else usual for origin in origins)


def _origins(old: tuple[str, ...], new: tuple[str, ...]) -> list[int]:
    """For each new line which old one it is or takes the place of; -1 for a line that was added."""
    shorter = min(len(old), len(new))
    head = next((n for n in range(shorter) if old[n] != new[n]), shorter)
    rest = shorter - head
    tail = next((n for n in range(rest) if old[-1 - n] != new[-1 - n]), rest)
    origins = [-1] * len(new)
    origins[:head] = range(head)
    if tail:
        origins[-tail:] = range(len(old) - tail, len(old))
    left, right = old[head : len(old) - tail], new[head : len(new) - tail]
    if len(left) * len(right) > PAIRS_MAX:
        _put(origins, head, head, min(len(left), len(right)))
        return origins
    for kind, i, end, j, stop in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if kind in ("equal", "replace"):
            _put(origins, head + j, head + i, min(end - i, stop - j))
    return origins


def _put(origins: list[int], at: int, first: int, count: int) -> None:
    origins[at : at + count] = range(first, first + count)
