"""Dicts and sets of many keys, put in and taken out, in the turn and in the state, against Python's."""

from __future__ import annotations

import random

from tests.engine.kernel.running import ran

PROGRAM = """
actor Probe {
    state counts: dict<string, int> = {}
    state nested: dict<int, dict<string, int>> = {}
    state seen: set<int> = {}
    on ready() {}
    on count(words: list<string>) { for word in words { counts[word] = (counts.get(word) ?? 0) + 1 } }
    on forget(words: list<string>) { for word in words { counts.remove(word) } }
    on nest(a: int, word: string, n: int) {
        var inner = nested.get(a) ?? {}
        inner[word] = n
        nested[a] = inner
    }
    on see(xs: list<int>) { for x in xs { if x < 0 { seen.remove(-x) } else { seen.add(x) } } }
    on show() {
        render counts.items()
        render nested
        render seen.items()
    }
}
Probe.ready()
"""


def _text(items: list[tuple[str, int]]) -> str:
    return "[" + ", ".join(f'("{key}", {value})' for key, value in items) + "]"


def test_dicts_and_sets_of_many_keys_do_as_pythons() -> None:
    rng = random.Random(4)
    world = ran(PROGRAM)
    counts: dict[str, int] = {}
    nested: dict[int, dict[str, int]] = {}
    seen: dict[int, None] = {}
    for _ in range(30):
        words = [f"word {rng.randrange(400)}" for _ in range(200)]
        for word in words:
            counts[word] = counts.get(word, 0) + 1
        gone = [f"word {rng.randrange(400)}" for _ in range(100)]
        for word in gone:
            counts.pop(word, None)
        world.tell("Probe", "count", words)
        world.tell("Probe", "forget", gone)
        for i in range(10):
            a, word = rng.randrange(12), f"w{rng.randrange(9)}"
            nested.setdefault(a, {})[word] = i
            world.tell("Probe", "nest", a, word, i)
        numbers = [rng.choice([1, 1, -1]) * rng.randrange(1, 500) for _ in range(100)]
        for x in numbers:
            if x < 0:
                seen.pop(-x, None)
            else:
                seen.setdefault(x)
        world.tell("Probe", "see", numbers)
    inner = [f"{a}: {{" + ", ".join(f'"{w}": {n}' for w, n in d.items()) + "}" for a, d in nested.items()]
    assert world.ask("Probe", "show") == [
        _text(list(counts.items())),
        "{" + ", ".join(inner) + "}",
        "[" + ", ".join(map(str, seen)) + "]",
    ]
