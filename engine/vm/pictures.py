"""What of a picture's cells is not the run's: where the buffers of the host are, what the compiler says, the seed.

A picture may come out of a trace file, where somebody else wrote it. The code of the kernel believes its cells, and so
does the host: one that says something else of these would make both read and write in the wrong places.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.base.errors import MachineError

_FIXED = (
    "static_end", "handler_count", "actor_type_count", "refusal", "tick_microseconds", "log_address", "mark_address",
    "heap_base", "log_payload_home", "output_home", "memory_limit", "seed",
)  # fmt: skip
"""What never changes from the start of a run on."""
_DRAINED = ("log_used", "log_payload_used", "output_used", "mark_count")
_BUFFERS = (
    ("log_payload_address", "log_payload_capacity"),
    ("output_address", "output_capacity"),
    ("input_address", "input_capacity"),
)
"""Buffers that move into the heap while they must be larger."""
_LOW = 2**32 - 1


class OwnCells:
    """The cells of a machine that no picture may change, as they are at the start of its run."""

    def __init__(self, addresses: Mapping[str, int], cells: bytes) -> None:
        self._places = {name: address >> 3 for name, address in addresses.items()}
        self._start = np.frombuffer(cells, np.uint64)

    def check(self, cells: bytes) -> None:
        """Raises MachineError where a picture's cells are none that this machine could have."""
        found = np.frombuffer(cells, np.uint64)
        for name in _FIXED:
            if self._of(found, name) != self._of(self._start, name):
                raise MachineError("the picture belongs to another program or run")
        if any(self._of(found, name) for name in _DRAINED):
            raise MachineError("the picture was taken before all was read that was written down")
        for address, capacity in _BUFFERS:
            place, size = self._of(found, address), self._of(found, capacity)
            is_home = (place, size) == (self._of(self._start, address), self._of(self._start, capacity))
            end = self._of(found, "heap_end") & _LOW
            if not is_home and not self._of(found, "heap_base") <= place <= place + size <= end:
                raise MachineError("the picture says of its buffers that they are where none can be")

    def _of(self, cells: np.ndarray[tuple[int, ...], np.dtype[np.uint64]], name: str) -> int:
        place = self._places.get(name)
        return 0 if place is None else int(cells[place])
