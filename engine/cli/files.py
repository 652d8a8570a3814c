"""Reading what the command was pointed at, with errors that say what to do."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import typer

from engine import api
from engine.base.errors import AeroFlowError
from engine.cli.report import EXIT_PROBLEM, fail, give_json, problem_plain, say, say_problems
from engine.files.reading import check_regular, read_regular
from engine.project.modules import SUFFIX


def read_source(path: Path) -> str:
    """The text of a program with ``\\n`` for every line break; ends the command where it cannot be read."""
    return with_plain_line_breaks(read_exactly(path))


def read_exactly(path: Path) -> str:
    """The text of a program with the line breaks that it has; ends the command where it cannot be read."""
    try:
        return _read(path)
    except Unreadable as error:
        fail(str(error))


def read_programs(paths: Iterable[Path]) -> tuple[list[tuple[Path, str]], int]:
    """The texts of all programs among and below the paths, and how many files and folders cannot be read. These are
    reported, and the others still count; ends the command where a path does not exist."""
    files, unreadable = _programs_in(paths)
    texts = []
    for path in files:
        try:
            texts.append((path, _read(path)))
        except Unreadable as error:
            unreadable.append(error)
    for reason in unreadable:
        say(f"aeroflow: {reason}")
    return texts, len(unreadable)


def with_plain_line_breaks(text: str) -> str:
    """The text with ``\\n`` for every line break, as the compiler takes it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


class Unreadable(AeroFlowError):
    """A program cannot be read."""


def _read(path: Path) -> str:
    try:
        return read_regular(path).decode("utf-8")
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


def _programs_in(paths: Iterable[Path]) -> tuple[list[Path], list[Unreadable]]:
    """The files among the paths and the programs below the folders, each once, but none of hidden folders; and the
    folders that cannot be read."""
    found: dict[Path, None] = {}
    unreadable: list[Unreadable] = []
    for path in paths:
        if os.path.isdir(path):
            found.update(dict.fromkeys(sorted(_programs_below(path, unreadable))))
        elif _is_missing(path):
            fail(f"there is no file {path}")
        else:
            found[path] = None
    return list(found), unreadable


def _programs_below(folder: Path, unreadable: list[Unreadable]) -> Iterator[Path]:
    def cannot(error: OSError) -> None:
        unreadable.append(Unreadable(f"{os.fsdecode(error.filename)} cannot be read: {error.strerror}"))

    for place, folders, names in os.walk(folder, onerror=cannot):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(place, name)
            if path.suffix == SUFFIX and not name.startswith(".") and _is_file(path):
                yield path


def _is_file(path: Path) -> bool:
    """Whether a path is no pipe, device or broken link. What cannot be looked at is left to the reading."""
    try:
        return path.is_file()
    except OSError:
        return True


def _is_missing(path: Path) -> bool:
    try:
        return not path.exists()
    except OSError:
        return False


def program_path(path: Path) -> Path:
    """The file to run where a folder may be named; ends the command where it has none."""
    try:
        return api.entry_of(path)
    except api.ProjectError as error:
        fail(str(error))


def load_trace(path: Path, salvage: bool = False, keep_events: bool = True, *, is_looking: bool = True) -> api.Session:
    """A recorded run, or with ``salvage`` what is whole of it; ends the command where it cannot be read. Without
    ``keep_events`` what runs on takes no memory for what it puts out. Who only looks is told where it was not compared
    with a replay."""
    try:
        check_regular(path)
        session = api.Session.load(path, salvage, keep_events=keep_events)
    except FileNotFoundError:
        fail(f"there is no file {path}")
    except OSError as error:
        fail(f"{path} cannot be read: {error.strerror}")
    except AeroFlowError as error:
        fail(f"{path}: {error}")
    for warning in session.warnings:
        say(f"aeroflow: {path}: {warning}")
    if is_looking and session.not_compared:
        say(f"aeroflow: {path}: {session.not_compared}; `aeroflow verify` compares all of it")
    return session


def save_trace(session: api.Session, path: Path) -> None:
    """Saves a run; the file that was there stays whole when that fails."""
    try:
        session.save(path)
    except (OSError, AeroFlowError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        fail(f"{path} cannot be written: {reason}")
