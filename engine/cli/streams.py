"""Standard output and error as they may be: closed, full, given up by the reader, or unable to show a character.

None of this is a reason for a traceback or for a lost recording. A character that the output's encoding cannot show
is written as ``\\U0001f600``; the bytes of a file's name that is no Unicode are written as they are, except in JSON.
What other programs read (JSON, programs, Markdown) is UTF-8 whatever the locale. Where the reader has left
(``| head -1``) the command ends silently with the exit code of the signal for that, 141. A stream that was closed
before the start (``>&-``) swallows what is written.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import json
import os
import sys
from collections.abc import Iterator
from typing import Any

import typer

from engine.cli.escapes import in_json

EXIT_UNWRITABLE = 2
EXIT_READER_LEFT = 141
"""128 and the number of SIGPIPE, as for every other command in a pipe."""

_SHOWN_ANYHOW = "aeroflow-shown-anyhow"


def prepare() -> None:
    """Makes the three standard streams usable, however the process was started."""
    _occupy_closed_descriptors()
    codecs.register_error(_SHOWN_ANYHOW, _shown_anyhow)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_SHOWN_ANYHOW)


def _occupy_closed_descriptors() -> None:
    """Otherwise the first file that is opened would get the number of standard output, and what is printed."""
    while True:
        handle = os.open(os.devnull, os.O_RDWR)
        if handle > 2:
            os.close(handle)
            break
        os.set_inheritable(handle, True)
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)


def _shown_anyhow(error: UnicodeError) -> tuple[str | bytes, int]:
    """What is written for characters that an encoding does not have."""
    assert isinstance(error, UnicodeEncodeError)
    rest = error.object[error.start : error.end]
    if all("\udc80" <= letter <= "\udcff" for letter in rest):
        return bytes(ord(letter) - 0xDC00 for letter in rest), error.end
    return codecs.backslashreplace_errors(error)


def write(text: str) -> None:
    """Writes to the standard output. Raises ``typer.Exit`` where that is no more possible, having said why."""
    try:
        sys.stdout.write(text)
    except OSError as error:
        raise _lost(error) from error


def use_utf8() -> None:
    """Makes the standard output UTF-8 with the line breaks as they are, from here on: a program reads it."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors=_SHOWN_ANYHOW, newline="")


def json_text(value: Any, indent: int | None = None) -> str:
    """JSON in which JSON's own escapes stand for what steers a terminal, and for all where a text is no Unicode."""
    text = in_json(json.dumps(value, ensure_ascii=False, indent=indent))
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(value, indent=indent)
    return text


def flush() -> None:
    """Hands on what was written; see ``write``."""
    try:
        sys.stdout.flush()
    except OSError as error:
        raise _lost(error) from error


@contextlib.contextmanager
def flushed() -> Iterator[None]:
    """Hands on what the block wrote; where that fails, that decides the exit code."""
    try:
        yield
    finally:
        try:
            flush()
        except typer.Exit as end:
            sys.exit(end.exit_code)


def _lost(error: OSError) -> typer.Exit:
    """How to end when the standard output fails. From here on what is written there is swallowed."""
    with contextlib.suppress(OSError, ValueError):
        swallowing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(swallowing, sys.stdout.fileno())
        os.close(swallowing)
    if isinstance(error, BrokenPipeError):
        return typer.Exit(EXIT_READER_LEFT)
    with contextlib.suppress(OSError):
        print(f"aeroflow: the standard output cannot be written: {error.strerror or error}", file=sys.stderr)
    return typer.Exit(EXIT_UNWRITABLE)
