"""Instances of modules: memory and exported functions. The last one that was let go serves the next run of its program.

A run that needs much memory spends a part of its time on pages that the system has to make and to clear. Running the
same program again is what people do most, in Studio and from tests, so the instance of a machine that is gone is kept
until another program starts. Cells and static data are written back as they were in the beginning; the kernel counts on
nothing that the rest of memory holds.
"""

from __future__ import annotations

import ctypes
import weakref
from collections import deque

import numpy as np
import numpy.typing as npt
import wasmtime

from engine.base.errors import MachineError
from engine.base.host_calls import HOST_CALLS
from engine.vm.calls import Export
from engine.vm.engine import foreign_engine, shared_engine
from engine.vm.memory_advice import may_be_taken_back, prefer_large_pages
from engine.vm.native import foreign_module, native_module
from engine.vm.program import Program

Bytes = npt.NDArray[np.uint8]
WASM_PAGE = 65536
FOREIGN_MEMORY_MAX = 2**31
"""How much memory a foreign module may have: as much as the kernel lets a program have."""
FOREIGN_TABLE_MAX = 1_000_000


class Instance:
    """A module that was started. Belongs to one machine at a time."""

    def __init__(self, program: Program) -> None:
        self.wasm = program.wasm
        self.foreign = program.foreign
        self.store = wasmtime.Store(foreign_engine() if program.foreign else shared_engine())
        if program.foreign:
            self.store.set_limits(FOREIGN_MEMORY_MAX, FOREIGN_TABLE_MAX, 1, 1, 1)
            self.let_run()
        try:
            module = foreign_module(program.wasm) if program.foreign else native_module(program.wasm)
            instance = wasmtime.Instance(self.store, module, [])
        except (wasmtime.WasmtimeError, wasmtime.Trap) as error:
            raise MachineError(f"the compiled program cannot be started: {error}") from error
        items = dict(instance.exports(self.store))
        self.exports = {
            name: Export(self.store, item)
            for name, item in items.items()
            if isinstance(item, wasmtime.Func) and (name in HOST_CALLS or not program.foreign)
        }
        memory = items["memory"]
        assert isinstance(memory, wasmtime.Memory)
        self.memory = memory
        prefer_large_pages(self.address)
        (static_end,) = (cell.address for cell in program.metadata.cells if cell.name == "static_end")
        self.static_bytes = int(self.view().view("<u4")[static_end >> 2])
        """What a run counts on: memory up to here, as it is in the beginning."""
        self._beginning = self.view()[: self.static_bytes].copy()

    def let_run(self) -> None:
        """Forgets earlier requests to stop; to be called before a foreign module runs."""
        self.store.set_epoch_deadline(1)

    @property
    def address(self) -> int:
        """Where its memory begins; it never moves."""
        return ctypes.addressof(self.memory.data_ptr(self.store).contents)

    @property
    def size(self) -> int:
        """How many bytes its memory has now."""
        return int(self.memory.data_len(self.store))

    def view(self) -> Bytes:
        """All of its memory, as large as it is now."""
        return np.ctypeslib.as_array((ctypes.c_ubyte * self.size).from_address(self.address))

    def grow(self, more: int) -> None:
        """At least so many bytes more. Raises MachineError where the system has no more."""
        try:
            self.memory.grow(self.store, -(-more // WASM_PAGE))
        except wasmtime.WasmtimeError as error:
            raise MachineError(f"there is not enough memory to go back to that moment: {error}") from error

    def start_over(self) -> None:
        """Makes memory what it was in the beginning, as far as anybody counts on it."""
        self.view()[: len(self._beginning)] = self._beginning


_IDLE: deque[Instance] = deque(maxlen=1)
"""An instance that nobody uses. A deque needs no lock, and a machine may be let go in any thread, at any time."""


def instance_of(program: Program) -> Instance:
    """An instance of a program's module, as after its start. Raises MachineError where it cannot be started."""
    try:
        idle = _IDLE.pop()
    except IndexError:
        return Instance(program)
    if idle.wasm != program.wasm or program.foreign:
        return Instance(program)
    idle.start_over()
    return idle


def keep_after(owner: object, instance: Instance) -> None:
    """When ``owner`` is gone, the last that may touch its memory, the instance is there for another run."""
    weakref.finalize(owner, keep, instance).atexit = False


def keep(instance: Instance) -> None:
    """The next run of the same program gets an instance that no machine uses any more, memory and all."""
    if instance.foreign:
        return
    may_be_taken_back(instance.address, instance.size)
    _IDLE.append(instance)
