"""What a trace file holds, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.compiler.metadata import Metadata

VERSION = 4
PAGE = 4096


@dataclass(frozen=True, slots=True)
class TraceHeader:
    """What was run. ``sources`` are its files, name and text, the started one first; ``metadata`` is what the module
    says about itself; ``settings`` say how it was compiled."""

    sources: tuple[tuple[str, str], ...]
    seed: int
    compiler: str
    module: bytes
    metadata: Metadata
    settings: dict[str, Any]
    branch_count: int


RecordedAnswer = tuple[int, bytes, int, bytes]


@dataclass(frozen=True, slots=True)
class BranchRecord:
    """A branch. ``change`` is its kind and operands, empty without one. ``digest`` hashes the state at its end; it is
    None where the recording was cut off, and the branch then ends where ``total``, ``tick`` and hash say."""

    id: int
    name: str
    parent: int | None
    at: int
    open_tick: int | None
    change: tuple[str | int, ...]
    change_text: str
    total: int
    tick: int
    status: str
    execution_hash: int
    digest: int | None
    answers: tuple[RecordedAnswer, ...] = ()
    """What the outside has answered: handler and payload of the request, and of the answer."""


@dataclass(frozen=True, slots=True)
class CheckpointRecord:
    """The machine's memory after ``n`` events of a branch: the kernel's cells, and the heap in pages of 4 KiB, the last
    one padded with zeros.

    ``positions`` are the pages that differ from the checkpoint before in the file, whose contents ``pages`` has one
    after the other; pages beyond the end of that one are always there. ``digest`` is the BLAKE3 of cells and pages.
    """

    branch: int
    n: int
    tick: int
    cells: bytes
    heap_length: int
    positions: npt.NDArray[np.uint32]
    pages: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class Trace:
    """What a trace file holds. ``warnings`` are sentences about what was lost."""

    header: TraceHeader
    branches: tuple[BranchRecord, ...]
    marks: dict[int, npt.NDArray[np.void]]
    checkpoints: tuple[CheckpointRecord, ...]
    warnings: tuple[str, ...] = ()
