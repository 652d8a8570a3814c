"""Files of the corpus: a program of one idea, and at its end, as comments, what it must do.

    // An index past the end is a fault at the place of the index.
    let xs = [1]
    render xs.len()
    render xs[1]
    //= 1
    //= ! main 4:10 index 1 is out of range: there is 1 item

``//=`` is a line of output; an output of several lines takes several. ``//= !`` is a fault with its actor and place.
``//= ?`` at the end tells who waits for an answer that cannot come. ``//!`` is a problem that the compiler reports,
``//! E0203 4:9``. ``//-`` is a setting of the run: ``//- seed 7``, ``//- until 20ms`` for programs that do not end, or
``//- test deposits add up``, which runs that test in the place of the top level; ``//- check`` checks invariants.
A program of several files is a folder with a ``main.aefl``, which has the expectations; places in its other files are
written with their names, ``//! E0123 shapes.aefl:2:1``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from engine import api

CORPUS = Path(__file__).parent
EVENTS_MAX = 200_000
"""A program that has not ended by then needs ``//- until``."""

_UNTIL = re.compile(r"(\d+) ?(ms|s|ticks)")
_TICKS = {"ms": 1, "s": 1000, "ticks": 1}


@dataclass(frozen=True)
class Settings:
    """How a program is run: until the end of a tick, or until nothing is left to do."""

    seed: int = 0
    until_tick: int | None = None
    test: str | None = None
    """The test that runs, in the place of the top level."""
    checked: bool = False
    """Whether invariants are checked."""


@dataclass(frozen=True)
class CorpusFile:
    """A program with what it must do, which is kept as the lines of the comments."""

    path: Path
    text: str
    settings: Settings
    expected: tuple[str, ...]

    @property
    def name(self) -> str:
        """``section_3_types_and_values/slices_are_copies``."""
        path = self.path.parent if self.path.name == "main.aefl" else self.path.with_suffix("")
        return path.relative_to(CORPUS).as_posix()


class CorpusError(Exception):
    """A file that cannot be run as it is; the message says what to write."""


def corpus_paths() -> list[Path]:
    """The programs of the corpus; of those in folders, the main file."""
    paths = [*CORPUS.glob("section_*/*.aefl"), *CORPUS.glob("section_*/*/main.aefl")]
    return sorted(paths)


def read_corpus_file(path: Path) -> CorpusFile:
    """A file of the corpus. Raises CorpusError where its comments cannot be understood."""
    text = path.read_text(encoding="utf-8")
    if not text.startswith("// "):
        raise CorpusError(f"{path}:1: the first line must say the idea, as a comment of one sentence")
    return read_program(path, text)


def read_program(path: Path, text: str) -> CorpusFile:
    """A program with expectations, which would stand at that path. Raises CorpusError as above."""
    settings = Settings()
    expected = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith(("//=", "//!")):
            expected.append(line)
        elif line.startswith("//-"):
            settings = _with_setting(settings, line[3:].strip(), f"{path}:{number}")
    return CorpusFile(path, text, settings, tuple(expected))


def _with_setting(settings: Settings, line: str, place: str) -> Settings:
    name, _, value = line.partition(" ")
    if name == "seed" and value.isdigit():
        return replace(settings, seed=int(value))
    if name == "until" and (until := _UNTIL.fullmatch(value)):
        return replace(settings, until_tick=int(until[1]) * _TICKS[until[2]])
    if name == "check" and not value:
        return replace(settings, checked=True)
    if name == "test" and value:
        return replace(settings, test=value)
    raise CorpusError(f"{place}: no such setting: {line!r}; there are `seed 7` and `until 20ms`")


def build(file: CorpusFile) -> api.Build:
    """The program of a file, compiled, or its problems."""
    return api.compile_in_project(file.text, str(file.path), test=file.settings.test, checked=file.settings.checked)


def observed(file: CorpusFile) -> tuple[str, ...]:
    """What the program does, as the lines that its file should end with."""
    built = build(file)
    lines = [f"//! {p.code} {_place(file, p.file, p.range.line, p.range.column)}" for p in built.problems]
    if built.program is not None:
        lines += output_lines(built.program, file)
    return tuple(lines)


def output_lines(program: api.Program, file: CorpusFile) -> list[str]:
    """What a program renders and how it fails, as comments."""
    session = api.Session.start(program, file.settings.seed)
    lines: list[str] = []
    while True:
        progress = session.advance(until_tick=file.settings.until_tick)
        for output in progress.outputs:
            text = f"! {_fault(file, session, output.fault)}" if output.fault else output.text
            lines += (f"//= {line}" if line else "//=" for line in text.split("\n"))
        if progress.status is not api.Status.RUNNING:
            return lines + [f"//= ? {line}" for line in api.stuck(progress.waits)]
        if progress.total >= EVENTS_MAX:
            raise CorpusError(f"{file.path}: it does not end; say how long it runs, as in `//- until 20ms`")


def _fault(file: CorpusFile, session: api.Session, fault: api.FaultInfo) -> str:
    actor = session.actor(0, fault.n + 1, fault.actor)
    return f"{actor.name} {_place(file, fault.file, fault.line, fault.column)} {fault.message}"


def _place(file: CorpusFile, name: str, line: int, column: int) -> str:
    """``4:9``, or ``shapes.aefl:4:9`` in another file of the program."""
    path = Path(name)
    return (
        f"{line}:{column}" if path == file.path else f"{path.relative_to(file.path.parent).as_posix()}:{line}:{column}"
    )


def problems_in_words(built: api.Build) -> list[str]:
    """What the compiler says, for a person who wonders why a file fails."""
    return [f"{p.range.line}:{p.range.column} {p.code} {p.message} {p.note}".rstrip() for p in built.problems]


def rewritten(file: CorpusFile, lines: tuple[str, ...]) -> str:
    """The file's text with other expectations at its end."""
    kept = [line for line in file.text.split("\n") if not line.startswith(("//=", "//!"))]
    return "\n".join(["\n".join(kept).rstrip("\n"), *lines]) + "\n"
