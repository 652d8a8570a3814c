"""What the Savina programs compute, once more in plain Python: no actors, no order of messages."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

MASK = 2**64 - 1


def step(seed: int) -> int:
    """The next state of the random numbers that all programs use, as a signed number."""
    bits = (seed * 6364136223846793005 + 1442695040888963407) & MASK
    return bits - 2**64 if bits >> 63 else bits


def words(seed: int) -> Iterator[int]:
    """The states that follow a seed."""
    while True:
        seed = step(seed)
        yield seed


def below(state: int, n: int) -> int:
    """A number from 0 up to, not including, n."""
    return ((state >> 33) & 0x7FFFFFFF) % n


def signed(value: int) -> int:
    """The value as a wrapping addition would have it."""
    value &= MASK
    return value - 2**64 if value >> 63 else value


def of_sorted(seed: int, n: int, bits: int) -> int:
    """So many random numbers in order, each times its place."""
    numbers = sorted((word >> 3) & (2**bits - 1) for word in itertools.islice(words(seed), n))
    return signed(sum(place * x for place, x in enumerate(numbers, 1)))


def pings(actors: int, n: int) -> int:
    """Big: the pings that each actor gets, weighted by its number."""
    return sum(below(state, actors) + 1 for i in range(actors) for state in itertools.islice(words(i), n))


def worker_draws(workers: int, messages: int, values: int) -> Iterator[tuple[int, int]]:
    """The percentages and values that workers draw."""
    for i in range(workers):
        stream = words(i)
        for _ in range(messages):
            yield below(next(stream), 100), below(next(stream), values)


def dictionary(entries: int, workers: int, messages: int) -> int:
    """The sum of all values after the writes."""
    written = {key for percent, key in worker_draws(workers, messages, entries) if percent < 10}
    return sum(key * 3 if key in written else key for key in range(entries))


def linked_list(workers: int, messages: int, values: int) -> int:
    """The values of the list by their places."""
    kept = sorted(x for percent, x in worker_draws(workers, messages, values) if 1 <= percent < 11)
    return sum(place * x for place, x in enumerate(kept, 1))


def smoked(rounds: int, smokers: int) -> int:
    """How many odd numbers the smokers draw."""
    stream = words(rounds)
    total = 0
    for _ in range(rounds):
        next(stream)
        period = below(next(stream), 1000) + 10
        total += sum((state >> 33) & 1 for state in itertools.islice(words(period), period))
    return total


def logistic(terms: int, series: int) -> float:
    """The last terms of all series."""
    total = 0.0
    for i in range(series):
        term, rate = i * 0.0025, 3.46 + i * 0.0025
        for _ in range(terms):
            term = rate * term * (1.0 - term)
        total += term
    return total


def balances(accounts: int, transfers: int) -> int:
    """The accounts' balances, weighted by their numbers."""
    stream = words(123456)
    balance = [1_000_000] * accounts
    for _ in range(transfers):
        giver = below(next(stream), accounts // 10 * 8)
        taker = giver + max(1, below(next(stream), accounts - giver))
        amount = below(next(stream), 1000)
        balance[giver] -= amount
        balance[taker] += amount
    return sum((i + 1) * amount for i, amount in enumerate(balance))


def filtered(columns: int, simulations: int, channels: int) -> float:
    """The sum of what comes out of the filter bank."""
    total = 0.0
    for channel in range(channels):
        first = [i * columns + channel * channels + 2 * channel + i + 1.0 for i in range(columns)]
        second = [i * channel + channel * channel + channel + float(i) for i in range(columns)]
        values = [float(i % 1000) for i in range(simulations)]
        values = fir([0.0] * (columns - 1) + values[: 1 - columns], first, columns)
        values = [x if i % columns == 0 else 0.0 for i, x in enumerate(values)]
        total += math.fsum(fir(([0.0] * (columns - 1) + values)[: len(values)], second, columns))
    return total


def fir(values: list[float], factors: list[float], columns: int) -> list[float]:
    """A filter as Savina's: its ring of values is multiplied from its first place on, wherever the newest one lies."""
    out, ring = [], [0.0] * columns
    for n, x in enumerate(values):
        ring[n % columns] = x
        if n >= columns - 1:
            out.append(sum(y * factors[columns - i - 1] for i, y in enumerate(ring)))
    return out


def shortest_paths(n: int) -> int:
    """The sum of all distances."""
    way = [[0 if i == j else below(step(step(i * n + j)), 100) + 1 for j in range(n)] for i in range(n)]
    for k in range(n):
        for i in range(n):
            for j in range(n):
                way[i][j] = min(way[i][j], way[i][k] + way[k][j])
    return sum(map(sum, way))


def relaxed(size: int, rounds: int) -> float:
    """The sum of all cells: those of one colour, then those of the other, so many times."""
    stream = words(10_101_010)
    cells = [below(next(stream), 2**31) / 2**31 * 1e-6 for _ in range(size * size)]
    for half_round in range(1, 2 * rounds):
        for place in range(size * size):
            row, column = divmod(place, size)
            if (row + column) % 2 == half_round % 2:
                continue
            near = [(row + a, column + b) for a, b in ((0, 1), (1, 0), (0, -1), (-1, 0))]
            total = sum(cells[r * size + c] for r, c in near if 0 <= r < size and 0 <= c < size)
            cells[place] = 0.25 * 1.25 * total - 0.25 * cells[place]
    return math.fsum(cells)


def reached(grid: int) -> int:
    """How many nodes of the grid can be reached."""
    seen, todo = {0}, [0]
    while todo:
        place = todo.pop()
        i, j, k = place // (grid * grid), place // grid % grid, place % grid
        bits = step(step(place)) >> 40
        found: list[int] = []
        for way in range(1, 7):
            if (way == 6 and not found) or (bits >> way) & 1:
                a, b, c = (min(x + y, grid - 1) for x, y in ((i, way >> 2), (j, way >> 1 & 1), (k, way & 1)))
                other = (a * grid + b) * grid + c
                if other != place and other not in found:
                    found.append(other)
        todo.extend(other for other in found if other not in seen)
        seen.update(found)
    return len(seen)


def integral(pieces: int) -> float:
    """The trapezoidal rule in one go."""

    def height(x: float) -> float:
        return math.sin(x**3 - 1) / (x + 1) * math.sqrt(1 + math.exp(math.sqrt(2 * x)))

    width = 4 / pieces
    return math.fsum(width * (height(1 + i * width) + height(1 + (i + 1) * width)) / 2 for i in range(pieces))
