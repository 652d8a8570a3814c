"""Runs programs the way a user does: through the engine's boundary, from text to what is shown.

What a program should show stands beside the line that shows it: ``render 1 + 1  // => 2``. ``expect`` runs the program
and compares all of these with all outputs, in their order. A picture of the state is shown as ``label: value, …``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from textwrap import dedent

from engine import api

FILE = "program.aefl"
EVENTS_MAX = 200_000

_EXPECTATION = re.compile(r"// => ?(.*)")


@dataclass(frozen=True)
class Run:
    """What a run did."""

    outputs: tuple[api.Output, ...]
    execution_hash: int
    total: int
    tick: int
    status: api.Status
    session: api.Session

    @property
    def texts(self) -> list[str]:
        """Everything that was rendered."""
        return [output.text for output in self.outputs if output.kind != "fault"]

    @property
    def faults(self) -> list[api.FaultInfo]:
        """The turns that failed."""
        return [output.fault for output in self.outputs if output.fault is not None]

    @property
    def fault(self) -> api.FaultInfo:
        """The one turn that failed."""
        (fault,) = self.faults
        return fault


def program_of(text: str) -> api.Program:
    """A program that must have no errors."""
    build = api.compile(dedent(text), FILE)
    assert build.program is not None, "\n".join(_line(problem) for problem in build.problems)
    return build.program


def run(text: str, *, ticks: int = 1000, events: int = EVENTS_MAX, seed: int = 0) -> Run:
    """Runs a program until nothing is left to do, or so far."""
    session = api.Session.start(program_of(text), seed)
    outputs: list[api.Output] = []
    while True:
        progress = session.advance(until_tick=ticks)
        outputs += progress.outputs
        if progress.status is not api.Status.RUNNING or progress.total >= events:
            break
    return Run(tuple(outputs), progress.execution_hash, progress.total, progress.tick, progress.status, session)


def expect(text: str, *, ticks: int = 1000) -> Run:
    """Runs a program, which must show exactly what its comments say, and have no faults."""
    result = run(text, ticks=ticks)
    assert [_fault(fault) for fault in result.faults] == []
    assert result.texts == _EXPECTATION.findall(text)
    return result


def problems(text: str) -> list[str]:
    """What is wrong with a program: ``2: E0201 message (note)``, where 2 is the line."""
    return [_line(problem) for problem in api.compile(dedent(text), FILE).problems]


def problem(text: str) -> str:
    """The one thing that is wrong with a program."""
    (found,) = problems(text)
    return found


def fixed(text: str) -> str:
    """The program after the fix of its one problem."""
    text = dedent(text)
    (found,) = api.compile(text, FILE).problems
    assert found.fix is not None, found
    lines = text.split("\n")
    place = found.fix.range
    start = sum(len(line) + 1 for line in lines[: place.line - 1]) + place.column - 1
    end = sum(len(line) + 1 for line in lines[: place.end_line - 1]) + place.end_column - 1
    return text[:start] + found.fix.text + text[end:]


def _line(problem: api.Problem) -> str:
    note = f" ({problem.note})" if problem.note else ""
    return f"{problem.range.line}: {problem.code} {problem.message}{note}"


def _fault(fault: api.FaultInfo) -> str:
    return f"{fault.line}: {fault.kind} {fault.message}"
