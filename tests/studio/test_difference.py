"""The difference of two texts is that of difflib, and costs no more than the texts are long."""

from __future__ import annotations

import difflib
from random import Random

from studio.model.difference import PAIRS_MAX, difference


def applied(old: str, lines: list[str]) -> list[str]:
    """The new text, from the old one and a difference of one block."""
    place = lines[2].split()[1].removeprefix("-")
    first, count = (int(part) for part in place.split(","))
    before = old.splitlines()
    return before[: first - 1] + [line[1:] for line in lines[3:] if line[0] in " +"] + before[first - 1 + count :]


def test_small_texts_have_the_difference_of_the_library() -> None:
    random = Random(1)
    for _ in range(200):
        old = [random.choice("abc") for _ in range(random.randint(0, 12))]
        new = [random.choice("abc") for _ in range(random.randint(0, 12))]
        expected = "\n".join(difflib.unified_diff(old, new, "old", "new", lineterm=""))
        assert difference("\n".join(old), "\n".join(new), "old", "new") == expected


def test_large_texts_that_differ_everywhere_are_one_block_that_gives_the_new_text() -> None:
    same = [f"same {n}" for n in range(10)]
    old = "\n".join([*same, *(f"old {n % 7}" for n in range(30_000)), *same])
    new = "\n".join([*same, *(f"new {n % 5}" for n in range(20_000)), *same])
    assert PAIRS_MAX < 30_000 * 20_000
    lines = difference(old, new, "old", "new").splitlines()
    assert lines[:2] == ["--- old", "+++ new"]
    assert applied(old, lines) == new.splitlines()


def test_a_change_in_the_middle_of_a_large_text_is_small() -> None:
    lines = [f"line {n}" for n in range(50_000)]
    changed = [*lines[:25_000], "another", *lines[25_001:]]
    shown = difference("\n".join(lines), "\n".join(changed), "old", "new").splitlines()
    assert len(shown) == 3 + 3 + 1 + 1 + 3
