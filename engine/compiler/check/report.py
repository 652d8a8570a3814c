"""Where the checker puts what it finds wrong.

A default value is checked at every call that uses it, so the same mistake can be met many times; it is reported once.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from engine.base.diagnostics import Diagnostic, Fix, Severity
from engine.base.source import Span
from engine.compiler.check.codes import CODES
from engine.compiler.check.types import TYPE_SIZE_MAX

COMPARED_MAX = 100_000
"""How many pairs of names one file may have compared: each costs some microseconds, and there is a pair for every
mistake and every name."""


class Report:
    """The diagnostics of one file, in the order in which they were found."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.diagnostics: list[Diagnostic] = []
        self.errors = 0
        self._seen: set[tuple[str, Span, str]] = set()
        self._compared = 0

    def error(self, code: str, span: Span, message: str, note: str = "", fix: Fix | None = None) -> None:
        """Adds a mistake that stops the program from running."""
        self._add(Diagnostic(code, message, span, self.file, Severity.ERROR, note, fix))

    def warning(self, code: str, span: Span, message: str, note: str = "", fix: Fix | None = None) -> None:
        """Adds something doubtful that does not stop the program."""
        self._add(Diagnostic(code, message, span, self.file, Severity.WARNING, note, fix))

    def meant(self, name: str, span: Span, candidates: Iterable[str]) -> tuple[str, Fix | None]:
        """A note "did you mean …" with the fix that writes it; an empty note where nothing is close, or where so much
        was compared in this file already that another guess would help no one."""
        if self._compared > COMPARED_MAX:
            return "", None
        names = {candidate for candidate in candidates if candidate != name}
        self._compared += len(names)
        guess = closest(name, names)
        if guess is None:
            return "", None
        return f"did you mean `{guess}`?", Fix(f"write `{guess}`", span, guess)

    def _add(self, diagnostic: Diagnostic) -> None:
        assert diagnostic.code in CODES, diagnostic.code
        key = (diagnostic.code, diagnostic.span, diagnostic.message)
        if key in self._seen:
            return
        self._seen.add(key)
        self.diagnostics.append(diagnostic)
        self.errors += diagnostic.is_error


def report_large_type(report: Report, span: Span) -> None:
    """Reports a type that consists of too many types."""
    message = f"the type of this is too large: it consists of more than {TYPE_SIZE_MAX} types"
    report.error("E0231", span, message, "declare a `struct` for a part of it")


def closest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate that was probably meant by ``name``, or None, whatever the order of the candidates."""
    names = sorted({c for c in candidates if c != name})
    folded = [c for c in names if c.lower() == name.lower()]
    found = folded or get_close_matches(name, names, n=1, cutoff=0.6)
    return found[0] if found else None
