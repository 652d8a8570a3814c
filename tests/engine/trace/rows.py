"""Small hand-made runs, as rows of events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from engine.base.events import EVENT_DTYPE, OUTSIDE


def events(rows: Iterable[tuple[int, int, int, int, int]]) -> npt.NDArray[np.void]:
    """Events of ``(tick, actor, seq, sender, sender_seq)``; sends are counted from who names whom."""
    rows = list(rows)
    sends = Counter(row[3:] for row in rows)
    made = np.zeros(len(rows), EVENT_DTYPE)
    for i, (tick, actor, seq, sender, sender_seq) in enumerate(rows):
        made[i]["tick"], made[i]["actor"], made[i]["seq"] = tick, actor, seq
        made[i]["sender"], made[i]["sender_seq"] = sender, sender_seq
        made[i]["sends"] = sends[actor, seq]
    return made


def relay(length: int) -> npt.NDArray[np.void]:
    """One message that goes round between actors 0, 1 and 2, a tick each."""
    rows = [(0, 0, 0, OUTSIDE, 0)]
    for n in range(1, length):
        rows.append((n, n % 3, n // 3, (n - 1) % 3, (n - 1) // 3))
    return events(rows)
