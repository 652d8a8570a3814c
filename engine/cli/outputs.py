"""Where a command may write: looked at before any work is done for it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from engine import api
from engine.cli.report import fail
from engine.files.places import place_of
from engine.project.sources import IS_SOURCE, is_source


def check_output(path: Path, inputs: Iterable[tuple[Path, str]] = ()) -> None:
    """Ends the command where a file cannot be written, is one that is read, or a program: no command puts a program
    where one is. ``inputs`` are the files that are read, by what they are.

    Links and other ways to write a path are seen through.
    """
    inputs = list(inputs)
    for read, what in inputs:
        if _is_same(path, read):
            fail(f"{path} is {what}; choose another name")
    if is_source(path, [read.parent for read, _ in inputs]):
        fail(f"{path} {IS_SOURCE}")
    try:
        place_of(path)
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror or error}")


def _is_same(one: Path, other: Path) -> bool:
    with contextlib.suppress(OSError, ValueError):
        return os.path.samefile(one, other)
    return False


def files_of(file: Path, program: api.Program) -> list[tuple[Path, str]]:
    """What a program is made from."""
    modules = [(Path(source.name), "a module of the program") for source in program.sources.files[1:]]
    project = api.project_of(file).path
    manifest = [] if project is None else [(project, "the file of the project")]
    return [(file, "the program"), *modules, *manifest]
