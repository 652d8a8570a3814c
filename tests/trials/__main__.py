"""All trials, one after another: ``python -m tests.trials``; the long forms with ``--long``, some by their names.

A trial is a program that tries to break a promise, many times with a seed, and prints "N tried, M faults" and the seed.
Its short form runs with the tests; the long one takes minutes to an hour and is run before a release.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

LONG = {
    "sources": ("tests.trials.fuzz_sources", "--count", "24000"),
    "traces": ("tests.trials.fuzz_traces", "--count", "20000"),
    "outside": ("tests.trials.fuzz_outside", "--count", "5000"),
    "limits": ("tests.trials.limits",),
    "places": ("tests.trials.places",),
    "kills": ("tests.trials.kills", "--count", "400"),
    "typing": ("tests.trials.typing_kills", "--count", "30"),
    "views": ("tests.trials.views", "--count", "2000"),
    "rounds": ("tests.trials.rounds", "--count", "200"),
    "monkey": ("tests.trials.monkey", "--events", "50000"),
}
SHORT = {"--count": "20", "--events": "2000"}


def main() -> int:
    """Runs the trials; gives 1 if one found a fault."""
    parser = argparse.ArgumentParser(prog="python -m tests.trials", description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="only these: " + ", ".join(LONG))
    parser.add_argument("--long", action="store_true", help="the long forms")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in LONG]
    if unknown:
        parser.error(f"there is no trial {unknown[0]}; there are {', '.join(LONG)}")
    broken = []
    for name in options.names or LONG:
        module, *words = LONG[name]
        if not options.long:
            words = [SHORT.get(before, word) for before, word in zip(["", *words], words, strict=False)]
        started = time.monotonic()
        print(f"== {name}", flush=True)
        done = subprocess.run([sys.executable, "-m", module, *words, "--seed", str(options.seed)], check=False)
        print(f"   {time.monotonic() - started:,.0f} s", flush=True)
        if done.returncode:
            broken.append(name)
    print(
        f"{len(options.names or LONG)} trials, {len(broken)} with faults" + (": " + ", ".join(broken) if broken else "")
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
