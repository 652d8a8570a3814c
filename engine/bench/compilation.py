"""How long it takes from a text to a running program, or to its mistakes."""

from __future__ import annotations

import re
import time
from itertools import count
from pathlib import Path

from engine import api
from engine.bench.harness import Bar, Contender, Result, Timed, compare

SOURCE = Path(__file__).parent / "programs" / "accounts.aefl"
EDITED = "* percent / 100"
LINES = 99
LINES_HUGE = 100_000
ROUNDS_HUGE = 3
"""Enough where one round takes many seconds."""
_DECLARED = re.compile(r"^(?:actor|struct|enum|fn|let|var) (\w+)", re.MULTILINE)


def copies(number: int) -> str:
    """The program of 99 lines that often, each time with other names."""
    text = SOURCE.read_text(encoding="utf-8")
    names = re.compile(rf"\b({'|'.join(sorted(set(_DECLARED.findall(text))))})\b")
    return "\n".join(names.sub(rf"\g<1>{i}", text) for i in range(number))


def new_edits() -> count[int]:
    """Numbers that no earlier process of this user has taken, whose programs are in the cache on disk."""
    return count(time.time_ns() // 1000)


def edited(text: str, edits: count[int]) -> str:
    """The text with another number in every copy, so that none of its machine code is in a cache."""
    return text.replace(EDITED, f"* percent / {next(edits)}")


def started(source: str) -> tuple[str, int]:
    """Compiles, and runs the first event."""
    start = time.perf_counter_ns()
    build = api.compile(source, str(SOURCE))
    assert build.program is not None, [problem.message for problem in build.problems]
    api.Session.start(build.program).advance(max_events=1)
    return "", time.perf_counter_ns() - start


def compile_small(rounds: int) -> Result:
    """A small program, with what the process has compiled before in its caches and without."""
    text, edits = copies(1), new_edits()

    def cold() -> tuple[str, int]:
        with api.without_caches():
            return started(text)

    warm = _bounded("warm", lambda: started(edited(text, edits)), 300, "compile", "100 edited lines", rounds)
    cold_one = _bounded("cold", cold, 2000, "compile", "", rounds)
    return Result(
        warm.name,
        "an edited program of 100 lines until it runs",
        warm.medians | cold_one.medians,
        warm.ratios | cold_one.ratios,
        (*warm.bars, *cold_one.bars),
    )


def compile_large(rounds: int) -> Result:
    """A program of a thousand lines of which ten have changed."""
    text, edits = copies(10), new_edits()
    what = "an edited program of 1,000 lines until it runs"
    return _bounded("warm", lambda: started(edited(text, edits)), 500, "compile_1000", what, rounds)


def check_large(rounds: int) -> Result:
    """Only the mistakes of a program of five thousand lines, as an editor wants them after every change."""
    text, edits = copies(51), new_edits()

    def checked() -> tuple[str, int]:
        source = edited(text, edits)
        start = time.perf_counter_ns()
        assert not api.analyse(source, str(SOURCE)).problems
        return "", time.perf_counter_ns() - start

    return _bounded("check", checked, 300, "check_5000", "the mistakes of 5,000 edited lines", rounds)


def format_huge(rounds: int) -> Result:
    """A hundred thousand lines, laid out in the one style."""
    text = copies(LINES_HUGE // LINES)

    def formatted() -> tuple[str, int]:
        start = time.perf_counter_ns()
        assert api.format_text(text, str(SOURCE)).text is not None
        return "", time.perf_counter_ns() - start

    return _bounded(
        "format", formatted, 3000, "format_100000", "100,000 lines in the one style", min(rounds, ROUNDS_HUGE)
    )


def compile_huge(rounds: int) -> Result:
    """A hundred thousand lines that no cache knows, until they run."""
    text = copies(LINES_HUGE // LINES)

    def compiled() -> tuple[str, int]:
        with api.without_caches():
            return started(text)

    what = "100,000 lines until they run, without caches"
    return _bounded("compile", compiled, 15_000, "compile_100000", what, min(rounds, 1))


def compile_literals(rounds: int) -> Result:
    """A list of 20,000 ints and a dict of 10,000 entries."""
    edits = new_edits()
    numbers = ", ".join(str(i % 1000) for i in range(20_000))
    entries = ", ".join(f'"key {i}": {i}' for i in range(10_000))

    def compiled() -> tuple[str, int]:
        return started(f"let xs = [{next(edits)}, {numbers}]\nlet d = {{{entries}}}\nrender xs.len() + d.len()\n")

    what = "a list of 20,000 ints and a dict of 10,000 entries"
    return _bounded("compile", compiled, 4000, "literals", what, rounds)


def _bounded(title: str, timed: Timed, milliseconds: int, name: str, what: str, rounds: int) -> Result:
    if rounds > 1:
        timed()
    limit = f"{milliseconds} ms"
    contenders = [Contender(title, timed), Contender(limit, lambda: ("", milliseconds * 1_000_000))]
    return compare(name, what, contenders, [Bar(limit, 1.0)], rounds)
