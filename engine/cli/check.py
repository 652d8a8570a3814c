"""``aeroflow check`` and ``aeroflow ir``: what the compiler says about files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine import api
from engine.base.counts import counted
from engine.cli.files import compile_file, program_path, read_programs, with_plain_line_breaks
from engine.cli.report import (
    EXIT_PROBLEM,
    EXIT_USAGE,
    fail,
    give,
    give_json,
    give_lines,
    problem_line,
    problem_plain,
    say,
)


def check(
    paths: Annotated[list[Path] | None, typer.Argument(help="Programs and folders; this folder without them.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the problems as one JSON document.")] = False,
) -> None:
    """Check programs without running them, in folders all of them; exit 1 if one has an error."""
    files, unreadable = read_programs(paths or [Path()])
    if not files and not unreadable:
        fail("there is no program here")
    # a problem of a file that several import is told once
    problems = list(dict.fromkeys(problem for path, text in files for problem in problems_of(path, text)))
    errors = sum(problem.severity == "error" for problem in problems)
    if as_json:
        give_json([problem_plain(problem) for problem in problems])
    else:
        for problem in problems:
            give(problem_line(problem))
        warnings = len(problems) - errors
        counts = f"{counted(errors, 'error')}, {counted(warnings, 'warning')}"
        if files:
            say(f"{counted(len(files), 'file')}: " + (counts if problems else "no problems"))
    if unreadable:
        raise typer.Exit(EXIT_USAGE)
    if errors:
        raise typer.Exit(EXIT_PROBLEM)


def problems_of(path: Path, text: str) -> tuple[api.Problem, ...]:
    """What is wrong with a program and the modules that it imports."""
    return api.analyse_in_project(with_plain_line_breaks(text), str(path)).problems


def ir(file: Annotated[Path, typer.Argument(help="The program.")]) -> None:
    """Print the intermediate representation that a program is executed from."""
    give_lines(compile_file(program_path(file)).ir_text)
