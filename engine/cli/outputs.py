"""Where a command may write: looked at before any work is done for it.

A file that stands there is replaced only if it is empty or of the kind that the command writes. So nothing is lost that
the command cannot make again: no text of the user, and no data that a run reads while it is recorded.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from engine import api
from engine.cli.report import fail
from engine.files.places import place_of
from engine.project.sources import IS_SOURCE, is_source

LOOKED_AT_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that commands write, by what such a file begins with; its name has an article."""

    name: str
    start: re.Pattern[bytes]


RECORDING = Kind("a recording", re.compile(rb"AEROFLOWTRACE"))
EXPORT = Kind("an exported run", re.compile(rb"""\{"displayTimeUnit":"ms","traceEvents":\["""))
JUNIT = Kind("a JUnit report", re.compile(rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<testsuites?\b", re.S))
PICTURE = Kind(
    "a picture", re.compile(rb"\x89PNG|\xff\xd8\xff|BM.{4}\0{4}|RIFF.{4}WEBP|II\*\0|MM\0\*|P[1-6]\n|/\* XPM", re.S)
)


def description_of(name: str) -> Kind:
    """What ``aeroflow doc`` writes about a program of this name."""
    title = re.escape(f"# {name}".encode("utf-8", "surrogateescape"))
    return Kind(f"a description of {name}", re.compile(title + rb"\r?\n"))


def check_output(path: Path, kind: Kind, inputs: Iterable[tuple[Path, str]] = ()) -> None:
    """Ends the command where ``why_not`` finds a reason."""
    if reason := why_not(path, kind, inputs):
        fail(reason)


def why_not(path: Path, kind: Kind, inputs: Iterable[tuple[Path, str]] = ()) -> str:
    """Why no file of a kind can be written at a path, as a sentence; empty where one can.

    ``inputs`` are the files that are read, by what they are. Links and other ways to write a path are seen through.
    """
    inputs = list(inputs)
    for read, what in inputs:
        if _is_same(path, read):
            return f"{path} is {what}; choose another name"
    if is_source(path, [read.parent for read, _ in inputs]):
        return f"{path} {IS_SOURCE}"
    try:
        place = place_of(path)
        if place.old is None or place.is_stream or place.old.st_size == 0:
            return ""
        with open(place.target, "rb") as file:
            start = file.read(LOOKED_AT_BYTES)
    except OSError as error:
        return f"{path} cannot be written: {error.strerror or error}"
    return "" if kind.start.match(start) else f"{path} exists and is not {kind.name}; choose another name"


def _is_same(one: Path, other: Path) -> bool:
    with contextlib.suppress(OSError, ValueError):
        return os.path.samefile(one, other)
    return False


def files_of(file: Path, program: api.Program) -> list[tuple[Path, str]]:
    """What a program is made from."""
    modules = [(Path(source.name), "a module of the program") for source in program.sources.files[1:]]
    return [(file, "the program"), *modules, *manifest_of(file)]


def manifest_of(file: Path) -> list[tuple[Path, str]]:
    """The file of the project that a program belongs to, if there is one."""
    project = api.project_of(file).path
    return [] if project is None else [(project, "the file of the project")]
