"""Failures from outside: raised where they are known, caught where they can be shown.

A user's mistake in a program is a ``Diagnostic``, never one of these.
"""

from __future__ import annotations

from engine.base.bounded import bounded


class AeroFlowError(Exception):
    """The base of all failures that a user is told about; ``str()`` is a sentence for them, of bounded length."""

    def __str__(self) -> str:
        return bounded(super().__str__())


class ModuleError(AeroFlowError):
    """A file that a program imports is there, and cannot be read."""


class TraceFileError(AeroFlowError):
    """A trace file cannot be read, or not whole; the message says what could be saved."""


class SeekError(AeroFlowError):
    """There is no such event or tick in the run."""


class MachineError(AeroFlowError):
    """The machine cannot do what was asked in the state it is in."""


class ForkError(AeroFlowError):
    """A change cannot be applied at that point of the run."""


class Interrupted(AeroFlowError):
    """Work was stopped from outside before it was done; nothing has changed."""


class FormatError(AeroFlowError):
    """Formatting would have changed what a program means: a mistake of the formatter, and nothing was changed."""
