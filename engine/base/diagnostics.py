"""A user's mistake, as a value: a code, a place, plain words, and a way out where there is one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from engine.base.bounded import bounded
from engine.base.source import SourceFile, Span


class Severity(Enum):
    """How bad it is: an error stops the program from running, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that an editor can apply: replace ``span`` by ``text``; ``title`` says what it does."""

    title: str
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake. ``code`` is stable (``E0102``); E00xx syntax, E01xx names, E02xx types,
    E03xx actors and effects, E09xx features that are not there yet. ``message`` and ``note`` are bounded."""

    code: str
    message: str
    span: Span
    file: str = ""
    severity: Severity = Severity.ERROR
    note: str = ""
    fix: Fix | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", bounded(self.message))
        object.__setattr__(self, "note", bounded(self.note))

    @property
    def is_error(self) -> bool:
        """Whether the program cannot run because of this."""
        return self.severity is Severity.ERROR


def format_diagnostic(diagnostic: Diagnostic, source: SourceFile) -> str:
    """One line as ``file:line:col: error[E0102]: message``, with the note behind it."""
    place = source.position(diagnostic.span.start)
    note = f" ({diagnostic.note})" if diagnostic.note else ""
    return (
        f"{source.name}:{place.line}:{place.column}: "
        f"{diagnostic.severity.value}[{diagnostic.code}]: {diagnostic.message}{note}"
    )
