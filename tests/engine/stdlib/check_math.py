"""The full check of ``math`` against correctly rounded values, for people: it takes minutes.

    python -m tests.engine.stdlib.check_math --points 1000000 [NAME …]

prints, for each function, the largest distance from the true value in units in the last place, the largest from the
correctly rounded value in floats, and the share of results that are correctly rounded.
"""

from __future__ import annotations

import argparse
import sys

import numpy as np

from tests.engine.stdlib.math_points import CASES, columns_of, distances, probe, values


def main() -> int:
    """Checks the functions; fails where one is further off than one float."""
    parser = argparse.ArgumentParser(description="math against correctly rounded values")
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    cases = tuple(case for case in CASES if not options.names or case.name in options.names)
    world = probe(cases)
    worst = 0
    print(f"{'function':<10}{'points':>10}{'ulp':>10}{'floats':>8}{'rounded':>10}  at")
    for case in cases:
        columns = columns_of(case, np.random.default_rng(options.seed), options.points)
        units, steps = distances(case, columns, values(world, case, columns))
        at = int(np.argmax(units))
        place = ", ".join(repr(float(column[at])) for column in columns)
        print(
            f"{case.name:<10}{len(units):>10}{units[at]:>10.4f}{steps.max():>8}{np.mean(steps == 0):>9.2%}  {place}",
            flush=True,
        )
        worst = max(worst, int(steps.max()))
    return int(worst > 1)


if __name__ == "__main__":
    sys.exit(main())
