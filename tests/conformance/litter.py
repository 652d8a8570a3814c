"""Memory of which nothing is promised, full of random bytes: no run may notice.

Before a run that is all memory behind the static data. Between two turns it is the host's buffers, what no turn uses
of the arena, of the text buffer and of the room for messages, the free places of the heap, and all that lies
behind it. ``Littered`` runs a module in such memory on the interpreter, ``littered_machine`` a program on wasmtime.
"""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.compiler.metadata import CellInfo
from engine.reference.machine import ReferenceMachine
from engine.reference.memory import PAGE
from engine.vm import instances
from engine.vm.machine import Machine
from engine.vm.program import Program

Bytes = npt.NDArray[np.uint8]
SPARE = 1 << 20
"""How much memory a run gets before it asks for it."""
_BLOCK = np.frombuffer(Random(20).randbytes(1 << 16), np.uint8)
_SIZE_CLASSES = 23


def fill(place: Bytes) -> None:
    """Random bytes, which are the same every time."""
    place[:] = np.resize(_BLOCK, len(place))


class Littered(ReferenceMachine):
    """The interpreter, in memory that another run has used."""

    def call(self, export: str, *arguments: int | float) -> Any:
        """Calls an export; before the first one memory is filled."""
        if export == "boot":
            self.memory.bytes.extend(bytes(-(-SPARE // PAGE) * PAGE))
            fill(np.frombuffer(self.memory.bytes, np.uint8)[self.cell("static_end") :])
        return super().call(export, *arguments)


def littered_machine(program: Program, seed: int) -> Machine:
    """A run at its beginning, in memory that another run has used."""
    used = instances.Instance(program)
    used.grow(SPARE)
    fill(used.view()[used.static_bytes :])
    instances.keep(used)
    machine = Machine(program, seed)
    assert machine.memory.ctypes.data == used.address
    return machine


def litter(memory: Bytes, cells: tuple[CellInfo, ...]) -> None:
    """Fills what may be filled between two turns, when the host has emptied its buffers."""
    words = memory[: len(memory) & -4].view("<u4")
    addresses = {cell.name: cell.address for cell in cells}

    def cell(name: str) -> int:
        return int(words[addresses[name] >> 2])

    fill(memory[(cell("static_end") + 15) & -16 : cell("heap_base")])
    fill(memory[cell("heap_end") :])
    fill(memory[cell("arena_start") : cell("arena_end")])
    fill(memory[cell("build_next") : cell("build_end")])
    fill(memory[cell("text_buffer") : cell("text_end")])
    fill(memory[cell("small_next") : cell("small_end")])
    for number in range(_SIZE_CLASSES):
        place = int(words[(cell("free_lists") >> 2) + number])
        while place:
            following = int(words[place >> 2])
            fill(memory[place + 4 : place + _class_size(number)])
            place = following
    place = cell("free_spans")
    while place:
        fill(memory[place + 8 : place + int(words[(place >> 2) + 1])])
        place = int(words[place >> 2])


def _class_size(number: int) -> int:
    """How large the places of a free list are."""
    if number == 0:
        return 16
    power = (number + 7) >> 1
    return 3 << (power - 1) if number & 1 else 1 << (power + 1)
