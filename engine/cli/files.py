"""Reading what the command was pointed at, with errors that say what to do."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import typer

from engine import api
from engine.base.errors import AeroFlowError
from engine.cli.report import EXIT_PROBLEM, fail, give_json, problem_plain, say, say_problems


def read_source(path: Path) -> str:
    """The text of a program with ``\\n`` for every line break; ends the command where it cannot be read."""
    return with_plain_line_breaks(read_exactly(path))


def read_exactly(path: Path) -> str:
    """The text of a program with the line breaks that it has; ends the command where it cannot be read."""
    try:
        return _read(path)
    except Unreadable as error:
        fail(str(error))


def read_all(paths: Iterable[Path]) -> tuple[list[tuple[Path, str]], int]:
    """The texts of the files that can be read, and how many cannot, which are reported; the others still count."""
    texts, unreadable = [], 0
    for path in paths:
        try:
            texts.append((path, _read(path)))
        except Unreadable as error:
            unreadable += 1
            say(f"aeroflow: {error}")
    return texts, unreadable


def with_plain_line_breaks(text: str) -> str:
    """The text with ``\\n`` for every line break, as the compiler takes it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


class Unreadable(AeroFlowError):
    """A program cannot be read."""


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError as error:
        raise Unreadable(f"there is no file {path}") from error
    except IsADirectoryError as error:
        raise Unreadable(f"{path} is a folder; name a file such as {path / 'main.aefl'}") from error
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path} is not UTF-8 text (byte {error.start})") from error
    except ValueError as error:
        raise Unreadable(f"{path!s} is no name of a file: {error}") from error
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}") from error


def compile_file(path: Path, checked: bool = False, as_json: bool = False) -> api.Program:
    """A program ready to run, perhaps with its invariants checked; reports what is wrong with it, on demand also as a
    JSON document in place of the result, and ends the command where it cannot run."""
    build = api.compile_in_project(read_source(path), str(path), checked=checked)
    say_problems(build.problems)
    if build.program is None:
        if as_json:
            give_json({"status": "not run", "problems": [problem_plain(problem) for problem in build.problems]})
        raise typer.Exit(EXIT_PROBLEM)
    return build.program


def programs_in(paths: Iterable[Path]) -> list[Path]:
    """The files among the paths and the programs below the folders, each once, but none of hidden folders; ends the
    command where there is no such path."""
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = (file for file in path.rglob("*.aefl") if file.is_file())
            visible = (f for f in inside if not any(part.startswith(".") for part in f.relative_to(path).parts))
            found.update(dict.fromkeys(sorted(visible)))
        elif path.exists():
            found[path] = None
        else:
            fail(f"there is no file {path}")
    return list(found)


def program_path(path: Path) -> Path:
    """The file to run where a folder may be named; ends the command where it has none."""
    try:
        return api.entry_of(path)
    except api.ProjectError as error:
        fail(str(error))


def load_trace(path: Path, salvage: bool = False) -> api.Session:
    """A recorded run, or with ``salvage`` what is whole of it; ends the command where it cannot be read."""
    try:
        session = api.Session.load(path, salvage)
    except FileNotFoundError:
        fail(f"there is no file {path}")
    except OSError as error:
        fail(f"{path} cannot be read: {error.strerror}")
    except AeroFlowError as error:
        fail(f"{path}: {error}")
    for warning in session.warnings:
        say(f"aeroflow: {path}: {warning}")
    return session


def save_trace(session: api.Session, path: Path) -> None:
    """Saves a run; the file that was there stays whole when that fails."""
    try:
        session.save(path)
    except (OSError, AeroFlowError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        fail(f"{path} cannot be written: {reason}")
