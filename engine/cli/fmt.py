"""``aeroflow fmt``: programs in the one style."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from engine import api
from engine.base.counts import counted
from engine.cli import streams
from engine.cli.files import read_programs
from engine.cli.report import EXIT_PROBLEM, EXIT_USAGE, fail, give, say, say_problems
from engine.files.whole import write_whole

STDIN = "<stdin>"


def fmt(
    paths: Annotated[list[Path] | None, typer.Argument(help="Programs or folders; else this folder.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; list what would change and exit 1.")] = False,
    stdin: Annotated[bool, typer.Option("--stdin", help="Format what comes in, onto standard output.")] = False,
) -> None:
    """Lay programs out in the one style. What they mean and every comment stay; files with mistakes are left alone."""
    if stdin:
        if paths:
            fail("name files or use --stdin, not both")
        _format_stdin(check)
        return
    changed, broken = 0, 0
    files, failed = read_programs(paths or [Path()])
    if not files and not failed:
        fail("there is no program here")
    for path, text in files:
        result = _formatted(text, str(path))
        if result is None:
            broken += 1
        elif result != text:
            if check:
                give(str(path))
            elif not _is_written(path, result):
                failed += 1
                continue
            changed += 1
    told = f"{counted(len(files), 'file')}: {changed} {'to format' if check else 'formatted'}"
    if files:
        say(told + (f", {broken} with mistakes" if broken else ""))
    if failed:
        raise typer.Exit(EXIT_USAGE)
    if broken or (check and changed):
        raise typer.Exit(EXIT_PROBLEM)


def _format_stdin(check: bool) -> None:
    if sys.stdin is None:
        fail("the standard input is closed")
    try:
        text = typer.get_binary_stream("stdin").read().decode("utf-8")
    except UnicodeDecodeError as error:
        fail(f"standard input is not UTF-8 text (byte {error.start})")
    except OSError as error:
        fail(f"the standard input cannot be read: {error.strerror or error}")
    result = _formatted(text, STDIN)
    if result is None:
        raise typer.Exit(EXIT_PROBLEM)
    if not check:
        streams.use_utf8()
        streams.write(result)
    elif result != text:
        give(STDIN)
        raise typer.Exit(EXIT_PROBLEM)


def _formatted(text: str, name: str) -> str | None:
    """The text in the one style, or None for one with mistakes, which are told."""
    try:
        result = api.format_text(text, name)
    except api.FormatError as error:
        fail(f"internal error: {error}")
    say_problems(result.problems)
    return result.text


def _is_written(path: Path, text: str) -> bool:
    """Writes a program; says why where that fails."""
    try:
        write_whole(path, text.encode("utf-8"))
    except OSError as error:
        say(f"aeroflow: {path} cannot be written: {error.strerror}")
        return False
    return True
