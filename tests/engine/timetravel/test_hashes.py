"""The hash of a run says what it did: what was delivered, what was put out, and to which states that came."""

from __future__ import annotations

from itertools import combinations

import pytest

from engine.timetravel.session import Session
from engine.vm.machine import Machine
from tests.engine.timetravel.programs import BANK, program, run_on

COUNTER = """
actor C {{
    state n: int = 0
    on go(x: int) {{ {body} }}
}}
let c = spawn C()
c.go(3)
c.go(4)
"""
PICTURES = """
actor A {{ state n: int = 1 }}
let a = spawn A()
let b = spawn A()
render distributed state {{ {0}.n }}
render distributed state {{ {1}.n }}
"""


def run_hash(text: str, seed: int = 0) -> int:
    session = Session.start(program(text), seed)
    return run_on(session).execution_hash


@pytest.mark.parametrize(
    "texts",
    [
        ("render 1", "render 2", "render 1.0", 'render "1 "', "", "render 1\nrender 1"),
        ("render 1\nrender 2", "render 2\nrender 1", "render 12"),
        tuple(COUNTER.format(body=body) for body in ("n += x", "n += x * 7", "n = x", "render x", "render x + 100")),
        tuple(PICTURES.format(*names) for names in ("ab", "ba", "aa")),
        ('fail "a"', 'fail "b"', "assert false", "let xs = [1]\nrender xs[1]"),
    ],
)
def test_runs_that_do_something_else_have_other_hashes(texts: tuple[str, ...]) -> None:
    hashes = [run_hash(text) for text in texts]
    assert [pair for pair in combinations(range(len(texts)), 2) if hashes[pair[0]] == hashes[pair[1]]] == []


def test_what_a_failed_turn_rendered_is_no_part_of_it() -> None:
    assert run_hash('render 1\nfail "a"') == run_hash('render 2\nfail "a"')


def test_seeds_are_part_of_it() -> None:
    assert len({run_hash("", seed) for seed in range(50)}) == 50


def test_the_hash_of_a_moment_does_not_ask_how_the_run_came_there() -> None:
    compiled = program(BANK)
    whole = Machine(compiled, 3)
    hashes = []
    while whole.run(None, whole.events + 1).value == "at limit" and whole.events < 60:
        hashes.append(whole.execution_hash)
    assert len(set(hashes)) == len(hashes)
    for n in range(1, len(hashes) + 1):
        other = Machine(compiled, 3)
        other.run(None, n)
        assert other.execution_hash == hashes[n - 1]
        cells, heap = other.picture()
        image = heap.copy()
        other.run(None, n + 20)
        other.restore(cells, len(image), lambda place, image=image: place.__setitem__(slice(None), image))
        assert other.execution_hash == hashes[n - 1]


def test_looking_at_the_end_of_a_tick_that_has_nothing_left_changes_no_hash() -> None:
    machine = Machine(program("actor A { every 10ms { render now() } }\nlet a = spawn A()"), 0)
    machine.run(25, 10**6)
    events, before = machine.events, machine.execution_hash
    machine.run(29, 10**6)
    assert (machine.events, machine.execution_hash) == (events, before)


def test_a_run_that_goes_on_has_the_hash_of_one_that_never_stood_still() -> None:
    there, stopped = Session.start(program(BANK), 0), Session.start(program(BANK), 0)
    stopped.advance(until_tick=3)
    assert run_on(stopped).execution_hash == run_on(there).execution_hash == there.branches()[0].execution_hash


@pytest.mark.parametrize("seed", [0, 5])
def test_the_digest_is_a_sum_over_actors(seed: int) -> None:
    """So that parts of it, computed apart, add up: an actor more adds the same wherever the others are."""
    text = "actor A(n: int) { state m: int = n }\nlet a = spawn A(1)\nlet b = spawn A({n})"
    digests = []
    for n in (2, 3):
        for first in (1, 9):
            machine = Machine(program(text.replace("{n}", str(n)).replace("A(1)", f"A({first})")), seed)
            machine.run(None, 100)
            digests.append(machine.digest())
    assert (digests[1] - digests[0]) % 2**64 == (digests[3] - digests[2]) % 2**64
    assert len(set(digests)) == 4
