"""Gives the compiler and the formatter every kind of text: ``python -m tests.trials.fuzz_sources --count 24000``.

Texts are programs with pieces changed, cut and moved, words at random, forms deep inside each other, and forms that are
repeated many times. Each is read, checked, formatted, and formatted again; of those without errors some are compiled.
A fault is an exception, a formatted text that formats to another or no longer means the same, problems that compiling
and checking see differently, and work that has not ended after ``HANG_S`` of processor time.
"""

from __future__ import annotations

import argparse
import random
import re
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from types import FrameType

from engine import api
from engine.compiler.syntax.tokens import CONTEXTUAL_KEYWORDS, KEYWORDS, OPERATORS

HANG_S = 60.0
COMPILED_EVERY = 4
"""Of the texts without errors, every so manieth is compiled."""
REPEATED_MAX = 2000

ROOT = Path(__file__).parents[2]
_PIECE = re.compile(r"\w+|\s+|[^\w\s]")

WORDS = [
    *sorted(KEYWORDS | CONTEXTUAL_KEYWORDS), *OPERATORS, *"()[]{}" * 3, "\n", "\n", "\n    ", " ", " ", "x",
    "Foo", "f(",
    "1", "1.5", "1. 0", "10ms", "3 ticks", "0..10", "t.0.1", "0x", "0b", "1e", "1_0", '"a"', '"', 'f"', 'f"a {', '}"',
    "\\", "//", "/*", "*/", "$", "'", "é", "😀", "\u2028", "\ud800", "\0", "\ufeff", "<int>(", "list<", "int?",
]  # fmt: skip

NESTED: list[tuple[str, str, str]] = [
    ("render ", "(", ")"), ("render ", "[", "]"), ("render ", "{", "}"), ("render ", "-", ""), ("render ", "not ", ""),
    ("render ", "f(", ")"), ("", "if true { ", " }"), ("render ", "if true { ", " } else { 0 }"),
    ("render ", 'f"{', '}"'),
    ("render ", "match 1 { _ => ", " }"), ("render ", "[", " for x in xs]"), ("let f = ", "fn() => ", ""),
    ("", "for i in 0..2 { ", " }"), ("", "while false { ", " }"), ("type T = ", "list<", ">"),
    ("type T = ", "(", ", int)"),
    ("fn f(x: ", "int?", ")"), ("", "/* ", " */"), ("let v = ", "x with { a: ", " }"),
    ("actor A { on m() { ", "{ ", " }"),
]  # fmt: skip

REPEATED: list[tuple[str, str, str]] = [
    ("render 1", " + 1", ""), ("render a", ".b", ""), ("render a", "?.b", ""), ("render f", "()", ""),
    ("let x = [", "1, ", "]"),
    ("let x = {", "1: 2, ", "}"), ("fn f() { ", "let x = 1\n", " }"), ("", "render 1\n", ""), ("", "render 1; ", ""),
    ("", "// a\n", ""), ("render ", "9", ""), ("render 0x", "f", ""), ("render 0b", "1", ""), ("render 0.", "0", "1"),
    ('render "', "a", '"'), ('render "', "\\n", '"'), ('render f"', "{1}", '"'), ("fn f(", "a: int, ", ") {}"),
    ("enum E { ", "A, ", " }"), ("match 1 { ", "1 => {}\n", " _ => {} }"), ("if x { }", " else if x { }", ""),
    ("", "}", ""), ("", "(", ""), ("", "\n", ""), ("", "import a\n", ""), ("", 'f"{\n', ""), ("", "'", ""),
    ("", "#\n", ""),
]  # fmt: skip

DOUBLED: list[tuple[str, str]] = [
    ("let v0 = 1\n", "let v{n} = (v{m}, v{m})\n"), ('let A0 = "ab"\n', "let A{n} = A{m} + A{m}\n"),
    ("let A0 = [1]\n", "let A{n} = [A{m}, A{m}]\n"), ("type A0 = int\n", "type A{n} = (A{m}, A{m})\n"),
    ("fn f0<T>(x: T) {{}}\n", "fn f{n}<T>(x: T) {{ f{m}([x])\nf{m}((x, x)) }}\n"),
    ("struct S0 {{ a: int = 1 }}\n", "struct S{n} {{ a: S{m} = S{m}(), b: S{m} = S{m}() }}\n"),
    ("struct S0<T> {{ a: T }}\n", "struct S{n}<T> {{ a: S{m}<(T, T)>, b: S{m}<list<T>> }}\n"),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one text: ``fault`` is empty where nothing is wrong."""

    number: int
    text: str
    fault: str
    seconds: float


def programs() -> list[list[str]]:
    """The examples and the conformance corpus, each in pieces."""
    paths = [*sorted(ROOT.glob("examples/*/*.aefl")), *sorted(ROOT.glob("tests/conformance/*/*.aefl"))]
    return [_PIECE.findall(path.read_text("utf-8")) for path in paths]


class Source:
    """The texts of one seed, by their numbers."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.programs = programs()
        self.ways: list[Callable[[random.Random], str]] = [
            self.mutated, self.mutated, self.mutated, self.mutated, self.soup, self.nested, self.repeated, self.doubled
        ]  # fmt: skip

    def text(self, number: int) -> str:
        """The text with that number."""
        chance = random.Random(f"{self.seed} {number}")
        return chance.choice(self.ways)(chance)

    def mutated(self, chance: random.Random) -> str:
        """A program of which a few pieces are replaced, put in, taken out, doubled, or come from another."""
        pieces = list(chance.choice(self.programs))
        for _ in range(chance.randrange(1, 6)):
            at = chance.randrange(len(pieces) + 1)
            other = chance.choice(self.programs)
            start = chance.randrange(len(other))
            match chance.randrange(6):
                case 0:
                    pieces[at : at + 1] = [chance.choice(WORDS)]
                case 1:
                    pieces.insert(at, chance.choice(WORDS))
                case 2:
                    del pieces[at : at + chance.randrange(1, 8)]
                case 3:
                    pieces[at:at] = other[start : start + chance.randrange(1, 40)]
                case 4:
                    pieces[at:at] = pieces[at : at + chance.randrange(1, 30)]
                case _:
                    pieces[at : at + 1] = [chance.choice(other)]
        return "".join(pieces)

    def soup(self, chance: random.Random) -> str:
        """Words of the language at random."""
        between = chance.choice(["", " ", "\n"])
        return between.join(chance.choice(WORDS) for _ in range(chance.randrange(80)))

    def nested(self, chance: random.Random) -> str:
        """Forms inside each other, often deeper than is allowed, and not always closed."""
        before, opener, closer = chance.choice(NESTED)
        depth = chance.choice([3, 20, 63, 64, 65, 70, 300, REPEATED_MAX])
        closed = depth if chance.random() < 0.8 else chance.randrange(depth)
        return f"{before}{opener * depth}{chance.choice(['1', 'int', 'x', ''])}{closer * closed}\n"

    def repeated(self, chance: random.Random) -> str:
        """One form many times."""
        before, piece, after = chance.choice(REPEATED)
        return f"{before}{piece * chance.choice([2, 250, 256, 260, REPEATED_MAX, 5 * REPEATED_MAX])}{after}\n"

    def doubled(self, chance: random.Random) -> str:
        """Lines of which each is twice what the line before is."""
        first, line = chance.choice(DOUBLED)
        count = chance.choice([5, 24, 40])
        return first.format() + "".join(line.format(n=n, m=n - 1) for n in range(1, count)) + "render 1\n"


def fault_of(text: str, number: int) -> str:
    """What is wrong with what becomes of a text; empty where nothing is."""
    analysis = api.analyse(text, "a.aefl")
    formatted = api.format_text(text, "a.aefl")
    if formatted.text is not None:
        again = api.format_text(formatted.text, "a.aefl")
        if again.text != formatted.text:
            return "formatting again changes the text"
        codes = sorted(problem.code for problem in api.analyse(formatted.text, "a.aefl").problems)
        if codes != sorted(problem.code for problem in analysis.problems):
            return "the formatted text has other problems"
    if analysis.ok and number % COMPILED_EVERY == 0:
        build = api.compile(text, "a.aefl")
        if build.program is None or build.problems != analysis.problems:
            return "compiling sees other problems than checking"
    return ""


def try_one(source: Source, number: int) -> Result:
    """Makes and tries the text with this number."""
    text = source.text(number)
    started = process_time()
    try:
        with _ended_after(HANG_S):
            fault = fault_of(text, number)
    except Exception as problem:  # noqa: BLE001 - whatever it is, it is what the trial looks for
        fault = f"{type(problem).__name__}: {problem}"
    return Result(number, text, fault, process_time() - started)


@contextmanager
def _ended_after(seconds: float) -> Iterator[None]:
    """Raises ``TimeoutError`` in the work after so much processor time, on systems that can tell."""
    if not hasattr(signal, "ITIMER_PROF"):
        yield
        return

    def end(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"not ended after {seconds:.0f} s")

    before = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def trial(seed: int, count: int, first: int = 0) -> Iterator[Result]:
    """Tries so many texts."""
    source = Source(seed)
    for number in range(first, first + count):
        yield try_one(source, number)


def main() -> int:
    """Tries many; gives 1 if there was a fault."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=24_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the number of the first text")
    options = parser.parse_args()
    faults, slowest = 0, Result(0, "", "", 0.0)
    for result in trial(options.seed, options.count, options.first):
        if result.fault:
            faults += 1
            print(f"{result.number}: {result.fault[:200]}\n    {result.text[:300]!r}", flush=True)
        slowest = max(slowest, result, key=lambda one: one.seconds)
    print(
        f"slowest: {slowest.seconds:.1f} s of processor time, number {slowest.number}, {len(slowest.text):,} characters"
    )
    print(f"sources: {options.count:,} tried, {faults} faults, seed {options.seed}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
