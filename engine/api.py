"""The boundary of the engine: what Studio, the command line and editors may say to it.

Frozen values go in and come out, in the words of an editor. Lines and columns count from 1, in code points.
A *moment* of a run is ``(branch, n)``: the state after ``n`` events of that branch; ``n = 0`` is before the
first. Event number ``i`` (from 0) leads from moment ``i`` to moment ``i + 1``.
"""

from __future__ import annotations

from dataclasses import dataclass

# --- checking and compiling -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TextRange:
    """From (line, column) up to, not including, (end_line, end_column)."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class TextEdit:
    """Replace a range by a text; ``title`` says what that does."""

    title: str
    range: TextRange
    text: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A diagnostic as an editor shows it. ``severity`` is ``error`` or ``warning``."""

    file: str
    range: TextRange
    code: str
    severity: str
    message: str
    note: str = ""
    fix: TextEdit | None = None


@dataclass(frozen=True, slots=True)
class Symbol:
    """An entry of the outline. ``kind``: actor agent function struct enum state handler timer variable."""

    name: str
    kind: str
    detail: str
    range: TextRange
    children: tuple[Symbol, ...] = ()


@dataclass(frozen=True, slots=True)
class Analysis:
    """What is known of a text without running it; a broken text still has an outline."""

    problems: tuple[Problem, ...]
    outline: tuple[Symbol, ...]

    @property
    def ok(self) -> bool:
        """Whether it can run."""
        return not any(p.severity == "error" for p in self.problems)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a message, with the text of its type."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class HandlerSummary:
    """A kind of turn; ``id`` is the ``type`` of events. ``kind``: start, message, timer. Lines are those of its text."""

    id: int
    actor: str
    name: str
    kind: str
    params: tuple[Parameter, ...]
    line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class ActorTypeSummary:
    """An actor type; ``id`` is the number that actors carry. ``main`` is 0, the top level of the program."""

    id: int
    name: str
    kind: str
    """``main``, ``actor`` or ``agent``."""
    line: int
    fields: tuple[Parameter, ...]


@dataclass(frozen=True, slots=True)
class ProgramSummary:
    """What a compiled program consists of."""

    file: str
    actor_types: tuple[ActorTypeSummary, ...]
    handlers: tuple[HandlerSummary, ...]
