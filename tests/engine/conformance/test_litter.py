"""Programs of the corpus do the same where everything that a run may not count on is random bytes, all the time."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.base.events import Status
from engine.compiler.metadata import CellInfo
from engine.vm.machine import LOG_PAYLOADS, Machine
from tests.conformance.corpus import CORPUS, EVENTS_MAX, Settings, corpus_paths, read_corpus_file
from tests.conformance.litter import litter, littered_machine
from tests.conformance.observation import as_run, compiled

EVENTS_BETWEEN = 3
"""How many events are handled between two times of littering; a program of the corpus has some tens."""


def _name(path: Path) -> str:
    return path.relative_to(CORPUS).with_suffix("").as_posix()


def _outcome(
    machine: Machine, settings: Settings, cells: tuple[CellInfo, ...], between: int | None
) -> tuple[object, ...]:
    """What a run comes to. With ``between``, memory is littered after every so many events."""
    outputs: list[bytes] = []
    machine.logging = LOG_PAYLOADS
    while True:
        until = EVENTS_MAX if between is None else min(EVENTS_MAX, machine.events + between)
        status = machine.run(settings.until_tick, until, lambda batch: outputs.append(batch.outputs.tobytes()))
        if between is None or status is not Status.AT_LIMIT or machine.events < until or until == EVENTS_MAX:
            break
        litter(machine.memory, cells)
    return status, machine.tick, machine.events, machine.execution_hash, machine.digest(), b"".join(outputs)


@pytest.mark.parametrize("path", corpus_paths()[::6], ids=_name)
def test_no_run_notices_what_memory_holds(path: Path) -> None:
    file = read_corpus_file(path)
    program = compiled(file)
    if program is None:
        return
    made, settings, cells = as_run(program), file.settings, program.metadata.cells
    clean = _outcome(Machine(made, settings.seed), settings, cells, None)
    littered = _outcome(littered_machine(made, settings.seed), settings, cells, EVENTS_BETWEEN)
    assert littered == clean
