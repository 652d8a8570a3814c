"""What a program renders, as it is shown while the run goes on: nothing is kept."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Protocol

from engine import api
from engine.cli import streams
from engine.cli.escapes import on_lines
from engine.cli.report import say

WRITTEN_AT_ONCE = 1 << 20


def never() -> bool:
    """What is shown is shown to its end."""
    return False


def is_a_terminal() -> bool:
    """Whether the standard output is one."""
    return sys.stdout.isatty()


class Shown(Protocol):
    """Shows outputs as they come. ``has_failed`` is whether the top level of the program did."""

    has_failed: bool

    def show(self, rendered: api.Rendered, must_stop: Callable[[], bool] = never) -> None:
        """Shows what a step rendered, which may be hundreds of megabytes; what is left when it ``must_stop`` is not
        shown."""

    def end(self, last: api.Progress) -> None:
        """The run is over."""


class ShownAsText:
    """Outputs as lines on stdout, faults on stderr.

    A program that the user runs may steer the terminal; one that ``is_foreign``, out of a recording, may not.
    """

    def __init__(self, is_foreign: bool = False) -> None:
        self.has_failed = False
        self._text_of = on_lines if is_foreign and is_a_terminal() else str

    def show(self, rendered: api.Rendered, must_stop: Callable[[], bool] = never) -> None:
        """Writes the lines of a step."""
        for piece in rendered.pieces():
            if must_stop():
                break
            if isinstance(piece, bytes):
                self._show_lines(piece.decode("utf-8", "replace"), must_stop)
            else:
                self._show_each(piece)
        streams.flush()

    def _show_lines(self, lines: str, must_stop: Callable[[], bool]) -> None:
        """Writes lines, of which one may be large and the output slow."""
        for start in range(0, len(lines), WRITTEN_AT_ONCE):
            if start and must_stop():
                break
            streams.write(self._text_of(lines[start : start + WRITTEN_AT_ONCE]))

    def _show_each(self, outputs: tuple[api.Output, ...]) -> None:
        for output in outputs:
            if output.kind == "fault" and output.fault is not None:
                self.has_failed |= output.actor == 0
                streams.flush()
                say(fault_line(output.fault))
            else:
                streams.write(self._text_of(f"{output.text}\n"))

    def end(self, last: api.Progress) -> None:
        """All was said."""


class ShownAsJson:
    """One JSON document: the outputs as they come, a line each, then how the run ended."""

    def __init__(self) -> None:
        streams.use_utf8()
        self.has_failed = False
        self._count = 0

    def show(self, rendered: api.Rendered, must_stop: Callable[[], bool] = never) -> None:
        """Writes the outputs of a step."""
        for output in rendered:
            if must_stop():
                break
            self.has_failed |= output.kind == "fault" and output.actor == 0
            if output.fault is not None:
                say(fault_line(output.fault))
            text = streams.json_text(output_plain(output))
            streams.write(f"{',' if self._count else self._head()}\n    {text}")
            self._count += 1
        streams.flush()

    def _head(self) -> str:
        return '{\n  "outputs": ['

    def end(self, last: api.Progress) -> None:
        """Writes how the run ended, and the end of the document."""
        streams.write("\n  ]" if self._count else f"{self._head()}]")
        for name, value in summary_plain(last).items():
            streams.write(f',\n  "{name}": {streams.json_text(value)}')
        streams.write("\n}\n")


def fault_line(fault: api.FaultInfo) -> str:
    """``bank.aefl:12:5: fault in Account.withdraw (Account#3, tick 7): …``."""
    return (
        f"{fault.file}:{fault.line}:{fault.column}: fault in {fault.function} "
        f"({fault.actor_name}, tick {fault.tick}): {fault.message}"
    )


def output_plain(output: api.Output) -> dict[str, Any]:
    """An output for ``--json``; that of a fault says where it is."""
    plain: dict[str, Any] = {
        "tick": output.tick,
        "actor": output.actor,
        "seq": output.seq,
        "kind": output.kind,
        "text": output.text,
    }
    fault = output.fault
    if fault is not None:
        place = {"file": fault.file, "line": fault.line, "column": fault.column}
        plain["fault"] = {"kind": fault.kind, "function": fault.function, **place}
    return plain


def summary_plain(last: api.Progress) -> dict[str, Any]:
    """How the run ended, for ``--json``."""
    return {
        "status": last.status.value,
        "tick": last.tick,
        "events": last.total,
        "dead_letters": last.dead_letters,
        "hash": f"{last.execution_hash & (2**64 - 1):016x}",
        "waits": [wait.text for wait in last.waits],
    }
