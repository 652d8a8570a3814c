"""Fuzzy search: do the letters of a query stand in a text in this order, and how good is that match?

Beginnings of words and runs of letters count most, so that ``tco`` finds *Toggle Comment* before *Stop recording*.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")

LENGTH_MAX = 256
"""Letters that do not stand together are looked for in so much of a text; a phrase is found anywhere."""
STARTS_MAX = 32
"""So many places are tried for the first letter."""


@dataclass(frozen=True, slots=True)
class Match:
    """A higher score is better; ``places`` are the indices of the letters that matched."""

    score: int
    places: tuple[int, ...]


def match(query: str, text: str) -> Match | None:
    """How well the letters of a query are found in a text; spaces and case do not count."""
    wanted = [char for char in query.casefold() if not char.isspace()]
    if not wanted:
        return Match(0, ())
    folded = text.casefold()
    if len(folded) != len(text):
        folded = text.lower() if len(text.lower()) == len(text) else text
    phrase = query.strip().casefold()
    whole = folded.find(phrase)
    if whole >= 0:
        begins = 200 if whole == 0 or not folded[whole - 1].isalnum() else 0
        return Match(1000 + begins - whole - len(text) // 4, tuple(range(whole, whole + len(phrase))))
    text, folded = text[:LENGTH_MAX], folded[:LENGTH_MAX]
    if not _contains(wanted, folded, 0):
        return None
    best: Match | None = None
    for start in itertools.islice((i for i, char in enumerate(folded) if char == wanted[0]), STARTS_MAX):
        found = _from(wanted, folded, text, start)
        if found is not None and (best is None or found.score > best.score):
            best = found
    return best


def _from(wanted: list[str], folded: str, text: str, start: int) -> Match | None:
    """The match that begins at ``start``: every letter at the next beginning of a word, else as early as can be."""
    places: list[int] = []
    at = start
    for index, char in enumerate(wanted):
        if index == 0:
            found = start
        else:
            found = folded.find(char, at)
            if found < 0:
                return None
            if found != at:
                word = next((i for i in range(found, len(folded)) if folded[i] == char and _begins_word(text, i)), None)
                rest = wanted[index + 1 :]
                if word is not None and _contains(rest, folded, word + 1):
                    found = word
        places.append(found)
        at = found + 1
    score = sum(30 if _begins_word(text, place) else 5 for place in places)
    score += sum(20 for one, two in itertools.pairwise(places) if two == one + 1)
    return Match(score - places[0] - (places[-1] - places[0]) // 2 - len(text) // 4, tuple(places))


def _begins_word(text: str, index: int) -> bool:
    return index == 0 or not text[index - 1].isalnum() or (text[index].isupper() and text[index - 1].islower())


def _contains(wanted: list[str], folded: str, at: int) -> bool:
    for char in wanted:
        at = folded.find(char, at) + 1
        if at == 0:
            return False
    return True


def search(query: str, items: Sequence[Item], text: Callable[[Item], str]) -> list[tuple[Item, Match]]:
    """The items that match, best first; equal ones stay in their order."""
    found = [(item, hit) for item in items if (hit := match(query, text(item))) is not None]
    return sorted(found, key=lambda pair: -pair[1].score)
