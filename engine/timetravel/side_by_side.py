"""Two outputs or texts that are not the same, in words of which the two halves are never the same either."""

from __future__ import annotations

from collections.abc import Sequence

from engine.base.values import quote
from engine.timetravel.views import Output
from engine.vm.plain import duration_text

_TEXT_MAX = 120
"""Longer texts are cut."""
_BEFORE = 40
"""So much of what two long texts have in common stands before their first difference."""
_NOUNS = {"text": "the text ", "state": "the state ", "timeline": "the timeline ", "fault": ""}


def shown(output: Output) -> tuple[object, ...]:
    """What makes two outputs the same: all but the lines of the program."""
    return output.n, output.tick, output.actor, output.seq, output.kind, output.text, output.rows, output.lane


def one_output(output: Output, tick_us: int) -> str:
    """What the event did, on one line: ``rendered 259803``."""
    return f"{_verb(output)} {_cut(_line(_text(output, tick_us)), 0)}"


def two_outputs(left: Output, right: Output, ticks_us: Sequence[int]) -> str:
    """What differs in two outputs of one event: ``it rendered 1 on the left and 2 on the right``."""
    verbs = [_verb(output) for output in (left, right)]
    texts = [_text(output, tick_us) for output, tick_us in zip((left, right), ticks_us, strict=True)]
    if verbs[0] != verbs[1]:
        lines = [_cut(_line(text), 0) for text in texts]
        return f"it {verbs[0]} {lines[0]} on the left and {verbs[1]} {lines[1]} on the right"
    if texts[0] != texts[1]:
        return f"it {verbs[0]} {two_texts(*texts)}"
    same = _cut(_line(texts[0]), 0)
    if left.kind != right.kind:
        kinds = [_NOUNS[output.kind] + same for output in (left, right)]
        return f"it {verbs[0]} {kinds[0]} on the left and {kinds[1]} on the right"
    if left.tick != right.tick:
        return f"it {verbs[0]} {same} in tick {left.tick} on the left and in tick {right.tick} on the right"
    return f"it {verbs[0]} {same} on both sides, of other parts"


def two_texts(left: str, right: str) -> str:
    """``one on the left and two on the right``, each on one line, cut around the first difference."""
    lines = [_line(text) for text in (left, right)]
    if lines[0] == lines[1]:
        lines = [quote(text) for text in (left, right)]
    same = next((i for i, pair in enumerate(zip(*lines, strict=False)) if pair[0] != pair[1]), min(map(len, lines)))
    start = 0 if same < _TEXT_MAX - _BEFORE else same - _BEFORE
    return f"{_cut(lines[0], start)} on the left and {_cut(lines[1], start)} on the right"


def _verb(output: Output) -> str:
    return "failed:" if output.kind == "fault" else "rendered"


def _text(output: Output, tick_us: int) -> str:
    """The text of an output; of a timeline its arrows with their times, ``A -> B at 3ms: 1``."""
    if not output.lane:
        return output.text
    arrows = []
    for message in output.lane:
        arrow = f"{message.source} -> {message.target} at {duration_text(message.tick * tick_us)}"
        arrows.append(f"{arrow}: {message.payload}" if message.payload else arrow)
    return ", ".join(arrows)


def _line(text: str) -> str:
    """A text on one line; in quotes where it has characters that are not seen."""
    plain = "".join(c for c in text if c not in '"\\\n\r\t')
    return (text.replace("\n", "⏎") or "an empty line") if quote(plain) == f'"{plain}"' else quote(text)


def _cut(line: str, start: int) -> str:
    """A part of a line that is not too long to be read beside another."""
    before, after = "…" if start else "", "…" if len(line) > start + _TEXT_MAX else ""
    return f"{before}{line[start : start + _TEXT_MAX]}{after}"
