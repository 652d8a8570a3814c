"""Around every command: whatever fails ends in a sentence and an exit code, never in a traceback."""

from __future__ import annotations

import contextlib
import os
import platform
import traceback
from collections.abc import Iterator
from pathlib import Path

import platformdirs

from engine import __version__
from engine.base.errors import AeroFlowError
from engine.cli.report import EXIT_BUG, EXIT_INTERRUPTED, EXIT_USAGE, say
from engine.files.whole import write_whole


@contextlib.contextmanager
def last_resort() -> Iterator[None]:
    """Ends the process with a sentence where the block fails in a way that no command has foreseen."""
    try:
        yield
    except KeyboardInterrupt:
        _end("interrupted", EXIT_INTERRUPTED)
    except AeroFlowError as error:
        _end(str(error), EXIT_USAGE)
    except MemoryError:
        _end("there is not enough memory for this", EXIT_USAGE)
    except OSError as error:
        name = "" if error.filename is None else f"{os.fsdecode(error.filename)}: "
        _end(f"{name}{error.strerror or error}", EXIT_USAGE)
    except Exception as error:  # noqa: BLE001 - the last resort of every command
        kept = _keep(error)
        where = f" Please report it with the file {kept}." if kept else " Please report it."
        _end(f"AeroFlow itself made a mistake ({type(error).__name__}: {error}).{where}", EXIT_BUG)


def _end(sentence: str, code: int) -> None:
    with contextlib.suppress(OSError, ValueError):  # there may be no stderr
        say(f"aeroflow: {sentence}")
    raise SystemExit(code)


def _keep(error: Exception) -> Path | None:
    """Writes down what happened, for a report; None where nothing can be written."""
    path = Path(platformdirs.user_state_dir("aeroflow", appauthor=False)) / "last-mistake.txt"
    lines = traceback.format_exception(error)
    about = f"aeroflow {__version__}, Python {platform.python_version()}, {platform.platform()}\n\n"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, (about + "".join(lines)).encode("utf-8", "backslashreplace"))
    except OSError:
        return None
    return path
