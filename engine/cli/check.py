"""``aeroflow check`` and ``aeroflow ir``: what the compiler says about files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine import api
from engine.cli.files import compile_file, program_path, read_source
from engine.cli.report import EXIT_PROBLEM, give, give_json, problem_line, problem_plain, say


def check(
    files: Annotated[list[Path], typer.Argument(help="Programs to check.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the problems as one JSON document.")] = False,
) -> None:
    """Check programs without running them; exit 1 if one has an error."""
    files = [program_path(file) for file in files]
    # a file that several import is told of once
    found = [problem for file in files for problem in api.analyse_in_project(read_source(file), str(file)).problems]
    problems = list(dict.fromkeys(found))
    errors = sum(problem.severity == "error" for problem in problems)
    if as_json:
        give_json([problem_plain(problem) for problem in problems])
    else:
        for problem in problems:
            give(problem_line(problem))
        warnings = len(problems) - errors
        counts = f"{errors} error{'s' * (errors != 1)}, {warnings} warning{'s' * (warnings != 1)}"
        say(f"{len(files)} file{'s' * (len(files) != 1)}: " + (counts if problems else "no problems"))
    if errors:
        raise typer.Exit(EXIT_PROBLEM)


def ir(file: Annotated[Path, typer.Argument(help="The program.")]) -> None:
    """Print the intermediate representation that a program is executed from."""
    give(compile_file(program_path(file)).ir_text)
