"""What a step of running rendered, as the kernel wrote it down; it is turned into values when someone looks.

A program that renders ten million lines into a file needs no value for each of them: ``pieces`` that hold texts only
are lines of UTF-8 already. One turn may render hundreds of megabytes, so a reader can stop between two pieces.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.timetravel.describe import Describer
from engine.timetravel.views import Output
from engine.vm.machine import Machine
from engine.vm.records import pieces, read_buffer


class Rendered:
    """The outputs of one step. ``buffers`` are copies of the kernel's, each with the machine's count of events."""

    def __init__(self, describer: Describer, machine: Machine, buffers: list[tuple[bytes, int]]) -> None:
        self._describer = describer
        self._machine = machine
        self._buffers = buffers
        self._outputs: tuple[Output, ...] | None = None

    @property
    def outputs(self) -> tuple[Output, ...]:
        """All outputs in order."""
        if self._outputs is None:
            self._outputs = tuple(self)
        return self._outputs

    def __iter__(self) -> Iterator[Output]:
        """The outputs in order, one by one."""
        return (output for buffer, events in self._buffers for output in self._read(buffer, events))

    def pieces(self) -> Iterator[bytes | tuple[Output, ...]]:
        """The outputs in order, in pieces: many texts as lines of UTF-8, where nothing else is among them."""
        for buffer, events in self._buffers:
            for piece, lines in pieces(buffer):
                yield lines if lines is not None else tuple(self._read(piece, events))

    def _read(self, buffer: bytes, events: int) -> Iterator[Output]:
        return (self._describer.output(record, self._machine) for record in read_buffer(buffer, events))
