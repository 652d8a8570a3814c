"""What Studio says after a crash about the texts and runs that are back: one sentence for each kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from studio.model.figures import counted


@dataclass(frozen=True, slots=True)
class RecoveredRun:
    """A run that was not saved and is back; ``warnings`` tell what is missing of it."""

    number: int
    name: str
    events: int
    warnings: tuple[str, ...] = ()


def recovery_text(texts: Sequence[str], runs: Sequence[RecoveredRun]) -> str:
    """Which texts, by their names, and which runs are back."""
    return " ".join(filter(None, (_texts(texts), _runs(runs))))


def _texts(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(f"{name}: changes that were not saved last time are back." for name in names)
    return f"{len(names)} files with changes that were not saved last time are back: {', '.join(names)}."


def _runs(runs: Sequence[RecoveredRun]) -> str:
    if len(runs) < 2:
        return "".join(f"A run that was not saved last time is back: {_run(run)}." for run in runs)
    return f"{len(runs)} runs that were not saved last time are back: {', '.join(map(_run, runs))}."


def _run(run: RecoveredRun) -> str:
    return f"{run.name} ({'; '.join((counted(run.events, 'event'), *run.warnings))})"
