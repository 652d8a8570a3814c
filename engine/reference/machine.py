"""A program that runs in Python: what the host does for a module while it runs, as the fast machine does it.

The machine takes any module; that of a program as lowering made it, before any pass, is what makes it a second
opinion.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.base.errors import MachineError
from engine.base.events import MARK_DTYPE, Status
from engine.compiler.ir.nodes import Module
from engine.reference.instance import Instance
from engine.reference.numbers import Trap

TICKS_MAX = 2**63 - 1
_OUTCOMES = {0: Status.FINISHED, 1: Status.AT_LIMIT, 2: Status.AT_LIMIT, 4: Status.RUNNING}
"""Why the kernel came back. The last is that it waits for the outside, which is not asked here."""
_DRAIN = 3


@dataclass(frozen=True, slots=True)
class Written:
    """What the kernel wrote down, as the bytes of its buffers."""

    events: bytes
    payloads: bytes
    outputs: bytes
    marks: bytes


class ReferenceMachine(Instance):
    """A run at its beginning. ``written`` is called with what the kernel wrote down, and keeps what it likes."""

    def __init__(
        self, module: Module, seed: int, written: Callable[[Written], None] = lambda _: None, logging: int = 0
    ) -> None:
        super().__init__(module)
        self._written = written
        self.call("boot", seed - (seed >> 63 << 64))
        self.set_cell("logging", logging)

    @property
    def execution_hash(self) -> int:
        """The running hash over all deliveries and outputs, as an unsigned number of 64 bits."""
        return int(self.call("execution_hash")) & (2**64 - 1)

    def digest(self) -> int:
        """A hash over all actors' states, as an unsigned number of 64 bits."""
        return int(self.call("digest")) & (2**64 - 1)

    def run(self, until_tick: int | None, until_event: int) -> Status:
        """Handles events up to the end of ``until_tick`` and up to event number ``until_event`` (not included). Turns
        that fault are rolled back. Raises MachineError where the engine itself made a mistake."""
        while True:
            try:
                outcome = self.call("run", TICKS_MAX if until_tick is None else until_tick, until_event)
            except Trap as trap:
                if self.cell("fault_kind") == 0:
                    raise MachineError(f"the engine stopped at event {self.cell('events')}: {trap}") from trap
                self.call("recover")
                continue
            self._drain()
            if outcome != _DRAIN:
                return _OUTCOMES[outcome]

    def _drain(self) -> None:
        """Hands over what was written down, and empties the buffers."""
        self._written(
            Written(
                events=self._buffer("log_address", self.cell("log_used")),
                payloads=self._buffer("log_payload_address", self.cell("log_payload_used")),
                outputs=self._buffer("output_address", self.cell("output_used")),
                marks=self._buffer("mark_address", self.cell("mark_count") * MARK_DTYPE.itemsize),
            )
        )
        for name in ("log_used", "log_payload_used", "output_used", "mark_count"):
            self.set_cell(name, 0)

    def _buffer(self, cell: str, length: int) -> bytes:
        address = self.cell(cell)
        return bytes(self.memory.bytes[address : address + length])
