"""What is said when nothing can run and some actors still await answers.

Each of them asked somebody, so from every one a chain of waits leads to a cycle, or to an actor that is not waiting and
still will not answer: then a fork has taken the message or its answer away.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.timetravel.views import Wait


def stuck(waits: Sequence[Wait]) -> tuple[str, ...]:
    """A line for every cycle of waits, and one for every actor that waits without being part of one; none where nobody
    waits."""
    by_actor = {wait.actor: wait for wait in waits}
    cycles, told = [], set[int]()
    for wait in waits:
        cycle = _cycle_from(wait, by_actor)
        if cycle and cycle[0].actor not in told:
            told.update(member.actor for member in cycle)
            cycles.append("a cycle of waits: " + "; ".join(member.text for member in cycle))
    return (*cycles, *(_alone(wait, by_actor) for wait in waits if wait.actor not in told))


def _cycle_from(start: Wait, by_actor: dict[int, Wait]) -> list[Wait]:
    """The cycle that an actor is part of, from its member with the lowest id on; empty where it is part of none."""
    chain = [start]
    seen = {start.actor}
    while (after := by_actor.get(chain[-1].asked)) is not None and after.actor not in seen:
        chain.append(after)
        seen.add(after.actor)
    if after is None or after.actor != start.actor:
        return []
    first = min(range(len(chain)), key=lambda i: chain[i].actor)
    return chain[first:] + chain[:first]


def _alone(wait: Wait, by_actor: dict[int, Wait]) -> str:
    if wait.asked in by_actor:
        return f"{wait.text}, which waits itself"
    return f"{wait.text}; the message or its answer was lost"
