"""How near the functions of ``math`` come to the true values: points, references and distances.

The reference is the machine's 80-bit float (11 bits more than a float has), which is right to within a thousandth of
the distances that are measured here. Points cover a function's whole domain: plain ranges, all exponents, the
neighbourhoods of zero and one, and the edges where results become infinite, subnormal or zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgpack
import numpy as np
import numpy.typing as npt

from tests.engine.kernel.running import World, start

Floats = npt.NDArray[np.float64]
Points = Callable[[np.random.Generator, int], Floats]

CHUNK = 8000
"""Points in one message."""


def evenly(low: float, high: float) -> Points:
    """Evenly between two numbers."""
    return lambda rng, n: rng.uniform(low, high, n)


def scaled(low: float, high: float, signed: bool = True) -> Points:
    """Evenly over the exponents of two, from 2^low to 2^high."""

    def points(rng: np.random.Generator, n: int) -> Floats:
        size = np.exp2(rng.uniform(low, high, n)) * rng.uniform(0.75, 1.25, n)
        return size * rng.choice([-1.0, 1.0], n) if signed else size

    return points


def any_bits(low: float = -np.inf, high: float = np.inf) -> Points:
    """Any finite floats whose bits are random, between two numbers."""

    def points(rng: np.random.Generator, n: int) -> Floats:
        found = rng.integers(0, 2**64, 3 * n, dtype=np.uint64).view(np.float64)
        found = found[np.isfinite(found) & (found >= low) & (found <= high)]
        return np.resize(found, n)

    return points


def near(place: float, size: float) -> Points:
    """Around a number, most of them very near."""
    return lambda rng, n: place + np.exp2(rng.uniform(-60, np.log2(size), n)) * rng.choice([-1.0, 1.0], n)


def quarters(rng: np.random.Generator, n: int) -> Floats:
    """The floats next to multiples of pi/2, where almost nothing is left of an angle."""
    turns = rng.integers(1, 2**40, n).astype(np.longdouble)
    return np.asarray(turns * (np.pi / np.longdouble(2) + np.longdouble(6.123233995736766e-17)), np.float64)


@dataclass(frozen=True)
class Case:
    """A function of ``math`` with its reference and its points; two lists of points for a function of two numbers."""

    name: str
    reference: Callable[..., Any]
    points: tuple[tuple[Points, ...], ...]

    @property
    def arity(self) -> int:
        """How many numbers it takes."""
        return len(self.points[0])


def _one(name: str, reference: Callable[..., Any], *points: Points) -> Case:
    return Case(name, reference, tuple((p,) for p in points))


TINY = scaled(-1074, -20)
POSITIVE = scaled(-1074, 1023, signed=False)
UNIT = (evenly(-1, 1), near(1.0, 0.2), near(-1.0, 0.2), near(0.0, 0.5), TINY)
ANGLES = (evenly(-0.8, 0.8), evenly(-10, 10), evenly(-2e6, 2e6), scaled(20, 1023), quarters, TINY, any_bits())
HYPERBOLIC = (evenly(-1, 1), evenly(-25, 25), evenly(-720, 720), near(0.0, 1.0), TINY)
LOGARITHM = (evenly(0, 10), near(1.0, 0.5), POSITIVE, any_bits(0.0))

CASES = (
    _one("exp", np.exp, evenly(-1, 1), evenly(-750, 715), near(0.0, 1.0), evenly(-746, -700), TINY),
    _one("exp2", np.exp2, evenly(-1, 1), evenly(-1080, 1030), near(0.0, 1.0), evenly(-1076, -1020), TINY),
    _one("expm1", np.expm1, evenly(-1, 1), evenly(-60, 720), near(0.0, 1.0), evenly(-5, 5), TINY),
    _one("log", np.log, *LOGARITHM),
    _one("log2", np.log2, *LOGARITHM),
    _one("log10", np.log10, *LOGARITHM),
    _one("log1p", np.log1p, evenly(-1, 10), near(0.0, 0.5), near(-1.0, 0.1), POSITIVE, TINY),
    _one("sqrt", np.sqrt, evenly(0, 10), POSITIVE, any_bits(0.0)),
    _one("cbrt", np.cbrt, evenly(-10, 10), scaled(-1074, 1023), any_bits()),
    _one("sin", np.sin, *ANGLES),
    _one("cos", np.cos, *ANGLES),
    _one("tan", np.tan, *ANGLES),
    _one("asin", np.arcsin, *UNIT),
    _one("acos", np.arccos, *UNIT),
    _one("atan", np.arctan, evenly(-3, 3), scaled(-1074, 1023), near(1.0, 0.9), any_bits()),
    _one("sinh", np.sinh, *HYPERBOLIC),
    _one("cosh", np.cosh, *HYPERBOLIC),
    _one("tanh", np.tanh, *HYPERBOLIC),
    _one("asinh", np.arcsinh, evenly(-5, 5), scaled(-1074, 1023), near(0.0, 1.0)),
    _one("acosh", np.arccosh, evenly(1, 10), scaled(0, 1023, signed=False), near(1.0, 0.1)),
    _one("atanh", np.arctanh, *UNIT),
    Case(
        "pow",
        np.power,
        (
            (evenly(0, 10), evenly(-30, 30)),
            (near(1.0, 0.5), scaled(-10, 40)),
            (POSITIVE, evenly(-2, 2)),
            (any_bits(0.0), scaled(-60, 3)),
            (evenly(0.5, 2), evenly(-1080, 1080)),
        ),
    ),
    Case(
        "atan2",
        np.arctan2,
        (
            (evenly(-5, 5), evenly(-5, 5)),
            (scaled(-1074, 1023), scaled(-1074, 1023)),
            (scaled(-2, 2), scaled(-60, 60)),
            (scaled(900, 1023), scaled(900, 1023)),
            (scaled(-1074, -900), scaled(-1074, -900)),
        ),
    ),
    Case(
        "hypot",
        np.hypot,
        (
            (evenly(-5, 5), evenly(-5, 5)),
            (scaled(-1074, 1022), scaled(-1074, 1022)),
            (scaled(900, 1022), scaled(900, 1022)),
            (scaled(-1074, -900), scaled(-1074, -900)),
        ),
    ),
)


def program(cases: tuple[Case, ...]) -> str:
    """A program with a handler for each function, which sends the results on."""
    lines = ["actor Sink { on take(values: list<float>) {} }", "actor Probe {", "on ready() {}"]
    for case in cases:
        call = "x" if case.arity == 1 else "x, ys[i]"
        of = "for x in xs" if case.arity == 1 else "for i in 0..xs.len()"
        value = f"math.{case.name}({call})" if case.arity == 1 else f"math.{case.name}(xs[i], ys[i])"
        lines.append(f"on {case.name}(xs: list<float>, ys: list<float>) {{ Sink.take([{value} {of}]) }}")
    return "\n".join([*lines, "}", "Probe.ready()"])


def probe(cases: tuple[Case, ...]) -> World:
    """The program, ready to be asked."""
    world = start(program(cases), logging=2)
    world.run()
    return world


def values(world: World, case: Case, columns: tuple[Floats, ...]) -> Floats:
    """What the language's function gives for points."""
    found = []
    for begin in range(0, len(columns[0]), CHUNK):
        parts = [column[begin : begin + CHUNK].tolist() for column in columns]
        world.payloads.clear()
        world.tell("Probe", case.name, *parts, *([[]] if len(parts) == 1 else []))
        world.run()
        world.batches.clear()
        found.append(np.frombuffer(msgpack.unpackb(world.payloads[-1])))
    return np.concatenate(found)


def columns_of(case: Case, rng: np.random.Generator, count: int) -> tuple[Floats, ...]:
    """About so many points of all kinds."""
    share = -(-count // len(case.points))
    columns: tuple[list[Floats], ...] = tuple([] for _ in range(case.arity))
    for kinds in case.points:
        for column, kind in zip(columns, kinds, strict=True):
            column.append(kind(rng, share))
    return tuple(np.concatenate(column) for column in columns)


def distances(case: Case, columns: tuple[Floats, ...], found: Floats) -> tuple[Floats, npt.NDArray[np.int64]]:
    """How far values are from the true ones in units in the last place; in floats from the rounded ones."""
    with np.errstate(all="ignore"):
        true = case.reference(*(column.astype(np.longdouble) for column in columns))
        rounded = true.astype(np.float64)
        unit = np.spacing(np.abs(rounded)).astype(np.longdouble)
        units = np.asarray(np.abs(found - true) / unit, np.float64)
    same = (rounded == found) | (np.isnan(rounded) & np.isnan(found))
    units[same & ~np.isfinite(found)] = 0.0
    steps = np.abs(_place(rounded) - _place(found))
    steps[same] = 0
    return units, steps


def _place(x: Floats) -> npt.NDArray[np.int64]:
    """The number of a float in the order of all floats."""
    bits = np.ascontiguousarray(x).view(np.int64)
    return np.where(bits < 0, np.int64(-(2**63)) - bits, bits)
