"""Runs random programs on wasmtime, after the passes, and on the interpreter, before them; says where they differ.

python -m tests.conformance.generate --count 20000 --seed 1

Hypothesis makes the choices. Several small programs ("worlds") are compiled at once, each from a tape of bytes that it
takes its choices from. The one that differs is made simpler as long as it still does, and written to the folder given
by ``--found``; the search goes on with the next seed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from engine.base.errors import MachineError
from engine.vm.native import keep_native_code_in
from tests.conformance.corpus import Settings
from tests.conformance.generator.choices import Choices
from tests.conformance.generator.files import MAIN, RandomProgram, as_program
from tests.conformance.generator.programs import random_world
from tests.conformance.observation import compiled_text, difference

WORLDS = 12
EVENTS_MAX = 20_000
TICKS_MAX = 400
"""A repeated message to somebody who waits for ever would go on for ever, too."""
EXAMPLES = 30
"""Compilations of one seed."""
TAPE = 640
"""Bytes of choices for one program; half of them need fewer. Hypothesis allows 8192 in all."""
ATTEMPTS_MAX = 1500
"""How often a program that differs is made simpler, or not."""


class Different(AssertionError):
    """The two executors do not agree, or a program could not be compiled or run."""

    def __init__(self, tapes: list[bytes], what: str) -> None:
        super().__init__(f"{program(tapes).text}\n{what}")
        self.tapes = tapes
        self.what = what


def program(tapes: list[bytes]) -> RandomProgram:
    """The worlds of some tapes, side by side."""
    return as_program([random_world(_choices(tape), str(number)) for number, tape in enumerate(tapes)])


def _choices(tape: bytes) -> Choices:
    """The bytes one after the other; behind the end everything is simple."""
    left = iter(tape)
    return Choices(lambda n: next(left, 0) % n)


def compare(tapes: list[bytes], run_seed: int = 0) -> None:
    """Raises Different if the executors differ on a program."""
    try:
        made = program(tapes)
        result = compiled_text(made.files[MAIN], MAIN, made.around)
        if result.program is None:
            raise Different(tapes, "\n".join(f"{p.code} {p.message}" for p in result.diagnostics))
        what = difference(result.program, Settings(run_seed, TICKS_MAX), EVENTS_MAX)
    except Different:
        raise
    except MachineError as error:
        raise Different(tapes, str(error)) from error
    except Exception as error:
        raise Different(tapes, repr(error)) from error
    if what:
        raise Different(tapes, what)


def search(start: int, examples: int, worlds: int) -> Different | None:
    """The first difference that the programs of a seed show, made simple."""
    tape = st.binary(min_size=TAPE, max_size=TAPE)

    @seed(start)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(tape, min_size=worlds, max_size=worlds))
    def all_agree(tapes: list[bytes]) -> None:
        compare(tapes, start)

    try:
        all_agree()
    except Different as found:
        return simplified(found, start)
    return None


def simplified(found: Different, run_seed: int) -> Different:
    """The same difference in one world, if it shows there, and with the simplest choices that still show it."""
    best = found

    def differs(tape: bytes) -> bool:
        nonlocal best
        try:
            compare([tape], run_seed)
        except Different as simpler:
            best = simpler
            return True
        return False

    for tape in found.tapes:
        if differs(tape):
            simplify(tape, differs)
            break
    return best


def simplify(tape: bytes, differs: Callable[[bytes], bool]) -> bytes:
    """A shorter tape, or one with more zeros, for which ``differs`` holds too: ever smaller pieces are left out."""
    attempts = 0
    size = len(tape) // 2
    while size:
        start = 0
        while start < len(tape) and attempts < ATTEMPTS_MAX:
            before, piece, after = tape[:start], tape[start : start + size], tape[start + size :]
            for replacement in (b"", bytes(size)):
                attempts += 1
                simpler = before + replacement + after
                if any(piece) and differs(simpler):
                    tape = simpler
                    break
            else:
                start += size
                continue
            start += len(replacement)
        size //= 2
    return tape


def main() -> None:
    """The long run."""
    parser = argparse.ArgumentParser(description="Compares the executors on random programs.")
    parser.add_argument("--count", type=int, default=1000, help="how many programs")
    parser.add_argument("--seed", type=int, default=0, help="the first seed; every few hundred programs have their own")
    parser.add_argument("--found", type=Path, default=Path("found"), help="the folder for programs that differ")
    wanted = parser.parse_args()
    keep_native_code_in(None)
    found = 0
    per_seed = EXAMPLES * WORLDS
    for number in range(-(-wanted.count // per_seed)):
        current = wanted.seed + number
        different = search(current, EXAMPLES, WORLDS)
        if different is not None:
            found += 1
            wanted.found.mkdir(parents=True, exist_ok=True)
            folder = wanted.found / f"seed_{current}"
            folder.mkdir(exist_ok=True)
            for name, text in program(different.tapes).files.items():
                (folder / name).write_text(text, encoding="utf-8")
            (folder / "difference.txt").write_text(different.what, encoding="utf-8")
            print(f"different: {folder}", flush=True)
        print(f"seed {current}: {(number + 1) * per_seed} programs compared, {found} differences", flush=True)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
