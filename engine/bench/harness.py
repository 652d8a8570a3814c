"""Interleaved timing: A B C A B C …, so that a machine's moods fall on all alike, and answers that must agree."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

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


def compare(name: str, what: str, contenders: Sequence[Contender], bars: Sequence[Bar], rounds: int) -> Result:
    """Lets all do the work in turns. Raises AssertionError where answers differ: a wrong answer has no speed."""
    times: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for _ in range(rounds):
        expected = ""
        for contender in contenders:
            answer, nanoseconds = contender.timed()
            if contender is contenders[0]:
                expected = answer
            elif contender.checked and answer != expected:
                raise AssertionError(f"{name}: {contender.name} answers {answer}, {contenders[0].name} {expected}")
            times[contender.name].append(nanoseconds * contender.scale)
    ours = times[contenders[0].name]
    ratios = {
        other: statistics.median(a / b for a, b in zip(ours, theirs, strict=True)) for other, theirs in times.items()
    }
    outcome = tuple((bar, ratios[bar.rival] <= bar.ratio if bar.rival in ratios else None) for bar in bars)
    return Result(name, what, {other: statistics.median(t) for other, t in times.items()}, ratios, outcome)
