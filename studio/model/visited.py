"""Where jumps of the playhead came from, to go back there and forward again."""

from __future__ import annotations

Place = tuple[int, int]
"""A branch, and one of its moments."""


class Visited:
    """The places that were left. A place where the playhead is already is none to go to."""

    def __init__(self) -> None:
        self._before: list[Place] = []
        self._after: list[Place] = []

    def leave(self, place: Place) -> None:
        """A jump begins here."""
        self._before.append(place)
        self._after.clear()

    def can_go_back(self, here: Place) -> bool:
        """Whether there is a place to return to."""
        return any(place != here for place in self._before)

    def can_go_forward(self, here: Place) -> bool:
        """Whether there is a return to undo."""
        return any(place != here for place in self._after)

    def back(self, here: Place) -> Place | None:
        """The place to return to, None without one."""
        return _take(here, self._before, self._after)

    def forward(self, here: Place) -> Place | None:
        """The place that was returned from, None without one."""
        return _take(here, self._after, self._before)


def _take(here: Place, places: list[Place], others: list[Place]) -> Place | None:
    while places and places[-1] == here:
        places.pop()
    if not places:
        return None
    others.append(here)
    return places.pop()
