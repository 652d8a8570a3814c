"""Stopping code that runs, from another thread.

Compiled code looks into the first bytes of its memory, which are zero, at the head of every loop and at every recursive
call (``engine/compiler/wasm/emit.py``). Where they are not it traps. That costs less than half of what the
engine's own epochs cost, which every function asks for. The scheduler's loop looks at cells of the kernel instead, and
returns at the end of the turn: that is how code comes up for air.
"""

from __future__ import annotations

import ctypes
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

import wasmtime

from engine.base.errors import MachineError
from engine.compiler.wasm.emit import STOP_BYTES

_ALL: list[weakref.ref[StopArea]] = []


class StopArea:
    """The places in the memory of one machine that other threads may write. Keeps that memory alive."""

    def __init__(
        self,
        store: wasmtime.Store,
        memory: tuple[int, int],
        pause_cell: int,
        look_up_cell: int,
        foreign: wasmtime.Engine | None = None,
    ) -> None:
        """``memory`` is its address and its size; ``foreign`` the engine of a module that may not look up by itself.
        Raises MachineError where a cell lies outside: it would be written all the same."""
        memory_address, size = memory
        if not all(STOP_BYTES <= cell <= size - 8 and cell % 8 == 0 for cell in (pause_cell, look_up_cell)):
            raise MachineError("the program's cells are not in its memory")
        self._store = store
        self._foreign = foreign
        self._bytes = (ctypes.c_ubyte * STOP_BYTES).from_address(memory_address)
        self._pause = ctypes.c_uint32.from_address(memory_address + pause_cell)
        self._look_up_at = ctypes.c_int64.from_address(memory_address + look_up_cell)
        _ALL.append(weakref.ref(self, _ALL.remove))

    def stop(self) -> None:
        """The code traps at its next loop or recursive call."""
        ctypes.memset(self._bytes, 0xFF, STOP_BYTES)
        self._bytes[3] = 0x7F  # recursive functions take the first word for a number with a sign: the largest one
        if self._foreign is not None:
            self._foreign.increment_epoch()

    def go_on(self) -> None:
        """Takes that back."""
        ctypes.memset(self._bytes, 0, STOP_BYTES)

    def pause(self) -> None:
        """The scheduler returns at the end of the turn, or a thousand turns later if it sees to its log right now."""
        self._pause.value = 1
        self._look_up_at.value = 0


class StopSignal:
    """A request to stop the code that runs now, from any thread. One signal may serve several machines of one owner."""

    def __init__(self) -> None:
        self._requested = False
        self._areas: list[weakref.ref[StopArea]] = []
        self._lock = threading.Lock()

    @property
    def requested(self) -> bool:
        """Whether somebody wants the current work to stop."""
        return self._requested

    def attach(self, area: StopArea) -> None:
        """From now on the signal reaches this machine too, as long as it lives."""
        self._areas.append(weakref.ref(area, self._areas.remove))
        self.renew(area)

    def renew(self, area: StopArea) -> None:
        """Tells a machine whose memory was written over, perhaps with what it was while somebody wanted it to stop."""
        with self._lock:
            if self._requested:
                area.stop()
            else:
                area.go_on()

    def request(self) -> None:
        """Asks for it; compiled code looks up at its next loop or recursive call."""
        with self._lock:
            self._requested = True
            for area in _living(self._areas):
                area.stop()
                area.pause()

    @contextmanager
    def undisturbed(self, area: StopArea, may_stop: bool = False) -> Iterator[None]:
        """Inside, a call into this machine that takes a moment is not stopped; whoever wants that waits so long. Where
        it ``may_stop`` because it perhaps has no end, only requests of before are not heard."""
        with self._lock:
            area.go_on()
            if not may_stop:
                try:
                    yield
                finally:
                    if self._requested:
                        area.stop()
                return
        try:
            yield
        finally:
            self.renew(area)

    def clear(self) -> None:
        """Forgets earlier requests, at the start of new work."""
        with self._lock:
            self._requested = False
            for area in _living(self._areas):
                area.go_on()


def come_up_for_air() -> None:
    """Asks all running code to pause at the end of its turn, from any thread; what may go on goes on."""
    for area in _living(_ALL):
        area.pause()


def _living(areas: list[weakref.ref[StopArea]]) -> list[StopArea]:
    return [area for area in (reference() for reference in tuple(areas)) if area is not None]
