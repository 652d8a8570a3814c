"""The kernel's output buffer as values: what was rendered, and faults."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from engine.vm.faults import FaultRecord
from engine.vm.machine import Batch

OUTPUT_TEXT, OUTPUT_STATE, OUTPUT_TIMELINE, OUTPUT_FAULT = 0, 1, 2, 3

_HEAD = struct.Struct("<qIIIIII")
_KIND_AND_LENGTHS = struct.Struct("<16xIII")
_FAULT = struct.Struct("<II")


@dataclass(frozen=True, slots=True)
class OutputRecord:
    """One output. ``event`` is the number of the event in whose turn it was made; ``data`` depends on the kind:
    msgpack for pictures of state and timelines, kind and site for faults."""

    tick: int
    actor: int
    seq: int
    kind: int
    event: int
    text: str
    data: bytes

    def fault(self) -> FaultRecord:
        """The fault that an output of that kind tells of."""
        kind, site = _FAULT.unpack_from(self.data)
        return FaultRecord(kind, site, self.text)


PIECE_BYTES = 1 << 20


def pieces(buffer: bytes) -> Iterator[tuple[bytes, bytes | None]]:
    """An output buffer in pieces of whole records, about a megabyte each, so that a reader can stop between two. With
    each come its texts, a line break behind each; None if anything else is among them."""
    lines: list[bytes] = []
    is_plain, begin, offset, end = True, 0, 0, len(buffer)
    read, head = _KIND_AND_LENGTHS.unpack_from, _HEAD.size
    while offset < end:
        kind, text_length, data_length = read(buffer, offset)
        is_plain = is_plain and kind == OUTPUT_TEXT
        start = offset + head
        stop = start + text_length
        lines.append(buffer[start:stop])
        offset = (stop + data_length + 7) & -8
        if offset - begin >= PIECE_BYTES or offset >= end:
            lines.append(b"")
            yield buffer[begin:offset], b"\n".join(lines) if is_plain else None
            lines, is_plain, begin = [], True, offset


def read_outputs(batch: Batch, events_now: int) -> Iterator[OutputRecord]:
    """The outputs of a batch in their order; ``events_now`` is the machine's count."""
    return read_buffer(batch.outputs.tobytes(), events_now)


def read_buffer(buffer: bytes, events_now: int) -> Iterator[OutputRecord]:
    """The outputs of a buffer in their order. Event numbers have 32 bits; ``events_now``, the machine's count,
    completes them."""
    offset = 0
    while offset < len(buffer):
        tick, actor, seq, kind, text_length, data_length, event_low = _HEAD.unpack_from(buffer, offset)
        text_start = offset + _HEAD.size
        data_start = text_start + text_length
        end = data_start + data_length
        yield OutputRecord(
            tick=tick,
            actor=actor,
            seq=seq,
            kind=kind,
            event=events_now - ((events_now - event_low) & 0xFFFFFFFF),
            text=buffer[text_start:data_start].decode("utf-8", "replace"),
            data=buffer[data_start:end],
        )
        offset = end + (-end % 8)
