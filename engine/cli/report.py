"""How the command speaks: results on stdout, everything about them on stderr, one voice for errors."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable
from typing import Any, NoReturn

import typer

from engine.api import Problem
from engine.base.bounded import bounded
from engine.cli import streams
from engine.cli.escapes import on_lines, on_one_line

EXIT_PROBLEM = 1
"""The program has errors, or a comparison found a difference."""
EXIT_USAGE = 2
"""The command was called in a way that makes no sense, or a file cannot be used."""
EXIT_FAULT = 3
"""The program's top level itself failed while running."""
EXIT_STUCK = 4
"""Nothing is left to do, and some actor still awaits an answer."""
EXIT_BUG = 70
"""AeroFlow itself made a mistake."""
EXIT_INTERRUPTED = 130
"""Ctrl-C: 128 and the number of the signal, which is also how other signals end a command."""


def say(text: str) -> None:
    """A line for the person, on stderr, if it can be written. It is one line, whatever names and values are in it."""
    with contextlib.suppress(OSError):
        print(on_one_line(text), file=sys.stderr)


def give(text: str) -> None:
    """A line of the result, on stdout. What a program puts out goes to ``streams.write`` as it is."""
    streams.write(f"{on_one_line(text)}\n")


def give_lines(text: str) -> None:
    """A result of several lines, on stdout."""
    streams.write(f"{on_lines(text)}\n")


def give_json(value: Any) -> None:
    """The result for a program that reads it: one JSON document."""
    streams.use_utf8()
    streams.write(f"{streams.json_text(value, indent=2)}\n")


def fail(message: str, code: int = EXIT_USAGE) -> NoReturn:
    """Says what is wrong and ends the command."""
    say(f"aeroflow: {bounded(message)}")
    raise typer.Exit(code)


def problem_line(problem: Problem) -> str:
    """``file:line:col: error[E0102]: message (note)``."""
    note = f" ({problem.note})" if problem.note else ""
    place = f"{problem.file}:{problem.range.line}:{problem.range.column}"
    return f"{place}: {problem.severity}[{problem.code}]: {problem.message}{note}"


def problem_plain(problem: Problem) -> dict[str, Any]:
    """A problem for ``--json``."""
    return {
        "file": problem.file,
        "line": problem.range.line,
        "column": problem.range.column,
        "end_line": problem.range.end_line,
        "end_column": problem.range.end_column,
        "code": problem.code,
        "severity": problem.severity,
        "message": problem.message,
        "note": problem.note,
        "fix": None if problem.fix is None else {"title": problem.fix.title, "text": problem.fix.text},
    }


def say_problems(problems: Iterable[Problem]) -> None:
    """Problems on stderr, a line each."""
    for problem in problems:
        say(problem_line(problem))
