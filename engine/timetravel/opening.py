"""A short recording is replayed and compared when it is opened, before anything of it is shown.

What views show is computed from checkpoints, seeds and answers of the file. A replay of a million events takes about a
tenth of a second, so a forged recording of that length is told before the first look. A longer one is compared as far
as its views replay it, and whole by ``verify``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.base.counts import counted
from engine.base.errors import Interrupted
from engine.timetravel.misbehaviour import MISBEHAVIOUR, misbehaviour
from engine.timetravel.pacing import interrupting_after
from engine.timetravel.verify import verify

if TYPE_CHECKING:
    from engine.timetravel.session import Session

COMPARED_EVENTS_MAX = 1_000_000
"""So many events, of all branches together, are replayed when a recording is opened …"""
COMPARED_SECONDS_MAX = 2.0
"""… but not longer than this: turns can take any time."""
_EVENTS_PER_BRANCH = 1_000
"""What a replay of a branch costs besides its events, in events."""


def compare_at_opening(session: Session) -> None:
    """Replays all branches of a session and warns where one differs; says in ``not_compared`` if it did not. Raises
    Interrupted where the session's signal asks for that."""
    events = sum(line.total for line in session.history.lines)
    if events + _EVENTS_PER_BRANCH * len(session.history.lines) > COMPARED_EVENTS_MAX:
        session.not_compared = f"its {counted(events, 'event')} were not compared with a replay before they are shown"
        return
    with interrupting_after(COMPARED_SECONDS_MAX, session.signal.request) as late:
        try:
            difference = _difference(session)
        except Interrupted:
            if not late.is_set():
                raise
            session.not_compared = "its events take long to replay and were not compared before they are shown"
            difference = ""
    if late.is_set():
        session.signal.clear()
    if difference:
        session.warnings = (*session.warnings, f"this recording does not replay as it says: {difference}")


def _difference(session: Session) -> str:
    """What a replay finds in the first branch that differs, but for what is told of the program already."""
    for line in session.history.lines:
        try:
            result = verify(session, line.id, replaces=False)
        except MISBEHAVIOUR as error:
            return misbehaviour(error)
        if not result.ok and not (session.origin and session.origin.lie and session.origin.lie in result.message):
            return result.message
    return ""
