"""Where a place of a text is after the text was formatted: at the same character. And what two texts share.

Formatting changes only blanks, line breaks and ``;`` between tokens, so counting all other characters finds the place
again.
"""

from __future__ import annotations


def _is_kept(char: str) -> bool:
    return not char.isspace() and char != ";"


def moved(before: str, after: str, offset: int) -> int:
    """The place in ``after`` for a place in ``before``, both in code points. What stands in the blanks before a line
    stays before it; what stands anywhere else stays behind the character on its left."""
    count = sum(map(_is_kept, before[:offset]))
    line = before[before.rfind("\n", 0, offset) + 1 : offset]
    rest = before[offset:].split("\n", 1)[0]
    if rest.strip() and (not line.strip() or _is_kept(rest[0])):
        return _nth(after, count)
    if count == 0:
        return 0
    end = _nth(after, count - 1) + 1
    return end + 1 if not (line + rest).strip() and after[end : end + 1] == "\n" else end


def _nth(text: str, number: int) -> int:
    """Where the kept character of a number, from 0, is; the end of the text where there are not so many."""
    for position, char in enumerate(text):
        if _is_kept(char):
            if number == 0:
                return position
            number -= 1
    return len(text)


def common_start(one: str, other: str) -> int:
    """How many characters two texts begin with that are the same; large pieces are compared, not characters."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
