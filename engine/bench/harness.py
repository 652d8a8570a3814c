"""Interleaved timing: A B C A B C …, so that a machine's moods fall on all alike, and answers that must agree."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

ANSWER_TOLERANCE = 1e-9
"""Relative: floats that arrive in another order have another sum."""
Timed = Callable[[], tuple[str, int]]
"""Does the work once: (its answer as text, the nanoseconds that the work itself took)."""


@dataclass(frozen=True, slots=True)
class Contender:
    """Somebody who does the work. ``scale`` multiplies its time where it did only a part (a slow rival's fib(30))."""

    name: str
    timed: Timed
    scale: float = 1.0
    checked: bool = True
    """Whether its answer must be the same as the first contender's."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What is to be reached: the first contender's time may be at most ``ratio`` times that of ``rival``."""

    rival: str
    ratio: float


@dataclass(frozen=True, slots=True)
class Result:
    """Median times in nanoseconds by contender, the first one's first, and how the bars came out."""

    name: str
    what: str
    medians: dict[str, float]
    ratios: dict[str, float]
    """The median over the rounds of (first contender's time ÷ this one's time in the same round)."""
    bars: tuple[tuple[Bar, bool | None], ...]
    """Each bar with whether it is met, or None where its rival is not there."""


def same_answer(one: str, other: str) -> bool:
    """Whether two texts are the same, or numbers that differ only in how floats were added up and written."""
    if one == other:
        return True
    try:
        return math.isclose(float(one), float(other), rel_tol=ANSWER_TOLERANCE) and not (is_int(one) and is_int(other))
    except ValueError:
        return False


def is_int(text: str) -> bool:
    """Whether a text is a whole number, which has to be met exactly."""
    return text.lstrip("-").isdigit()


def compare(name: str, what: str, contenders: Sequence[Contender], bars: Sequence[Bar], rounds: int) -> Result:
    """Lets all do the work in turns. Raises AssertionError where answers differ: a wrong answer has no speed."""
    times: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for _ in range(rounds):
        expected = ""
        for contender in contenders:
            answer, nanoseconds = contender.timed()
            if contender is contenders[0]:
                expected = answer
            elif contender.checked and not same_answer(answer, expected):
                raise AssertionError(f"{name}: {contender.name} answers {answer}, {contenders[0].name} {expected}")
            times[contender.name].append(nanoseconds * contender.scale)
    ours = times[contenders[0].name]
    ratios = {
        other: statistics.median(a / b for a, b in zip(ours, theirs, strict=True)) for other, theirs in times.items()
    }
    outcome = tuple((bar, ratios[bar.rival] <= bar.ratio if bar.rival in ratios else None) for bar in bars)
    return Result(name, what, {other: statistics.median(t) for other, t in times.items()}, ratios, outcome)
