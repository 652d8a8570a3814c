"""Random numbers: Philox4x32-10 over (draw, actor) keyed by the seed, and fair."""

from __future__ import annotations

import math
import statistics

import pytest

from tests.engine.kernel.running import ran

MASK = 2**32 - 1

VECTORS = (
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
)
"""Counter, key and output, from the known answers that Random123, the authors' library, is tested with."""


def philox(counter: list[int], key: list[int]) -> list[int]:
    """Philox4x32-10, as its paper has it."""
    c, k = list(counter), list(key)
    for _ in range(10):
        a, b = c[0] * 0xD2511F53, c[2] * 0xCD9E8D57
        c = [(b >> 32) ^ c[1] ^ k[0], b & MASK, (a >> 32) ^ c[3] ^ k[1], a & MASK]
        k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
    return c


def word(draw: int, actor: int, seed: int) -> int:
    """The 64 bits that an actor draws."""
    block = philox([draw, 0, actor, 0], [seed & MASK, (seed >> 32) & MASK])
    return block[0] | block[1] << 32


@pytest.mark.parametrize(("counter", "key", "expected"), VECTORS)
def test_the_generator_of_these_tests_gives_the_published_numbers(counter: str, key: str, expected: str) -> None:
    words = [[int(part, 16) for part in text.split()] for text in (counter, key, expected)]
    assert philox(words[0], words[1]) == words[2]


@pytest.mark.parametrize("seed", [0, 1, 2**63 - 1, 0x299F31D0A4093822])
def test_every_actor_draws_the_generators_numbers(seed: int) -> None:
    draws = "random_int(math.int_min, math.int_max), random_int(math.int_min, math.int_max), random()"
    program = f"actor A {{ on go() {{ render [{draws}] }} }}\nA.go()\nspawn A().go()\nrender [{draws}]"
    program = f"""
    actor A {{ on go() {{ render ({draws}) }} }}
    let other = spawn A()
    A.go()
    other.go()
    render ({draws})
    """

    def shown(actor: int) -> str:
        signed = [(word(i, actor, seed) + 2**63) % 2**64 - 2**63 for i in range(2)]
        return f"({signed[0]}, {signed[1]}, {(word(2, actor, seed) >> 11) / 2**53!r})"

    assert ran(program, seed=seed).texts == [shown(0), shown(1), shown(2)]


def test_all_numbers_of_a_range_are_equally_likely() -> None:
    for low, high in ((0, 5), (-3, 3), (0, 99)):
        [text] = ran(f"render [random_int({low}, {high}) for i in 0..20000]", seed=5).texts
        drawn = [int(part) for part in text.strip("[]").split(",")]
        expected = len(drawn) / (high - low + 1)
        counts = [drawn.count(x) for x in range(low, high + 1)]
        assert sum(counts) == len(drawn)
        # Chi squared: as far off as six standard deviations, which no fair generator is.
        chi = sum((count - expected) ** 2 / expected for count in counts)
        assert chi < (high - low) + 6 * math.sqrt(2 * (high - low)) + 10


def test_a_range_of_more_than_32_bits_reaches_both_ends() -> None:
    [text] = ran("render [random_int(-5, 12_000_000_000) for i in 0..3000]", seed=6).texts
    drawn = [int(part) for part in text.strip("[]").split(",")]
    assert min(drawn) >= -5
    assert max(drawn) <= 12_000_000_000
    assert abs(statistics.mean(drawn) - 6e9) < 6 * 12e9 / math.sqrt(12 * len(drawn))


def test_distributions_have_their_means_and_deviations() -> None:
    program = """
    render [random.normal(10.0, 2.0) for i in 0..10000]
    render [random.exponential(3.0) for i in 0..10000]
    render [random.uniform(-1.0, 3.0) for i in 0..10000]
    render sum([1 for i in 0..10000 if random.bool(0.25)])
    """
    normal, exponential, uniform, yes = ran(program, seed=7).texts
    columns = [[float(part) for part in text.strip("[]").split(",")] for text in (normal, exponential, uniform)]
    for values, mean, deviation in zip(columns, (10, 3, 1), (2, 3, 4 / math.sqrt(12)), strict=True):
        assert abs(statistics.mean(values) - mean) < 6 * deviation / 100
        assert abs(statistics.stdev(values) - deviation) < 0.1 * deviation
    assert min(columns[1]) >= 0
    assert min(columns[2]) >= -1
    assert max(columns[2]) < 3
    assert abs(int(yes) - 2500) < 6 * math.sqrt(10000 * 0.25 * 0.75)


def test_shuffles_and_samples_have_the_items_once_and_every_order() -> None:
    program = """
    let xs = [n for n in 0..50]
    render random.shuffle(xs).sort() == xs
    render random.shuffle(xs) != xs
    let some = random.sample(xs, 20)
    render (some.len(), some.unique().len(), xs.len())
    render random.choice(["only"])
    render random.sample(xs, 0)
    render [random.shuffle(["a", "b", "c"]).join("") for i in 0..200].unique().sort()
    render [random.choice([1, 2, 3]) for i in 0..100].unique().sort()
    """
    assert ran(program, seed=8).texts == [
        "true",
        "true",
        "(20, 20, 50)",
        "only",
        "[]",
        '["abc", "acb", "bac", "bca", "cab", "cba"]',
        "[1, 2, 3]",
    ]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("random_int(2, 1)", "random_int(a, b) with b below a"),
        ("random.sample([1, 2], 3)", "random.sample of more items than there are"),
        ("random.sample([1, 2], -1)", "random.sample(items, count) with count below 0"),
        ("random.choice([n for n in 0..0])", "random.choice of an empty list"),
        ("random.bool(2.0)", "random.bool(2.0): a probability is a number from 0 to 1"),
        ("random.bool(-0.5)", "random.bool(-0.5): a probability is a number from 0 to 1"),
        ("random.bool(math.nan)", "random.bool(nan): a probability is a number from 0 to 1"),
        ("random.uniform(5.0, 3.0)", "random.uniform(low, high) with high below low"),
        ("random.uniform(0.0, math.inf)", "random.uniform(0.0, inf): both bounds are finite numbers"),
        ("random.uniform(math.nan, 1.0)", "random.uniform(nan, 1.0): both bounds are finite numbers"),
        ("random.exponential(-3.0)", "random.exponential(-3.0): the mean is a finite number above 0"),
        ("random.exponential(0.0)", "random.exponential(0.0): the mean is a finite number above 0"),
        ("random.exponential(math.inf)", "random.exponential(inf): the mean is a finite number above 0"),
        ("random.normal(0.0, -1.0)", "random.normal(0.0, -1.0): both are finite numbers, the deviation from 0 up"),
        ("random.normal(math.nan)", "random.normal(nan, 1.0): both are finite numbers, the deviation from 0 up"),
    ],
)
def test_what_cannot_be_drawn_is_a_fault(call: str, message: str) -> None:
    assert ran(f"render {call}").faults == [f"fail: {message}"]


def test_a_uniform_number_is_below_its_upper_bound_however_near_or_far_that_is() -> None:
    near = "render [random.uniform(4.0, 4.000000000000001) for i in 0..50].unique()"
    far = "render [random.uniform(-1.7e308, 1.7e308) for i in 0..50].all(fn(x) => x >= -1.7e308 and x < 1.7e308)"
    assert ran(f"{near}\n{far}\nrender random.uniform(2.0, 2.0)", seed=2).texts == ["[4.0]", "true", "2.0"]
