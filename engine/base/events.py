"""Events and actors as rows of arrays: the layouts that the kernel writes and everybody else reads."""

from __future__ import annotations

from enum import Enum

import numpy as np

OUTSIDE = 0xFFFFFFFF
"""The sender of messages that no actor sent."""

EVENT_DTYPE = np.dtype(
    [
        ("tick", "<i8"),
        ("actor", "<u4"),
        ("seq", "<u4"),
        ("sender", "<u4"),
        ("sender_seq", "<u4"),
        ("type", "<u2"),
        ("flags", "<u2"),
        ("payload_length", "<u4"),
        ("payload_offset", "<u4"),
        ("sends", "<u4"),
    ]
)
"""One delivery, 40 bytes. ``(actor, seq)`` names it; its cause is the event ``(sender, sender_seq)``, in whose turn the
message was sent. ``type`` is a handler's number. ``flags`` are those below."""

FLAG_START, FLAG_TIMER, FLAG_INJECTED, FLAG_DEAD_LETTER, FLAG_FAULT = 1, 2, 4, 8, 16

ACTOR_DTYPE = np.dtype(
    [("id", "<u4"), ("type", "<u4"), ("status", "<u4"), ("waiting", "<u4"), ("handled", "<u4"), ("parent", "<u4")]
)
"""One actor; ``status`` is 1 starting, 2 alive, 3 faulted, 4 stopped, 5 alive and awaiting an answer."""

MARK_DTYPE = np.dtype([("tick", "<i8"), ("events", "<i8"), ("hash", "<i8")])
"""The chained hash of all up to the end of a tick, 24 bytes; the kernel writes one every thousand events or so."""


class Status(Enum):
    """Why a run is not moving."""

    RUNNING = "running"
    """More can be done at once."""
    FINISHED = "finished"
    """Nothing is left to do."""
    AT_LIMIT = "at limit"
    """The tick or the number of events that was asked for is reached."""
    INTERRUPTED = "interrupted"
    """Stopped from outside; the run ends at its last whole turn."""
