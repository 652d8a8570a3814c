"""Numbers on the command line: decimal digits only; what does not fit into the engine is refused, and never wraps."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import typer

from engine import api
from engine.cli.report import fail

INT_MAX = 2**63 - 1
SECONDS_MAX = 1_000_000
"""More than eleven days; a thread cannot wait much longer on every system."""
_WHOLE = re.compile(r"(-?)0*([0-9]+)")
_SECONDS = re.compile(r"-?[0-9]{1,300}(\.[0-9]{1,300})?")
_DIGITS_MAX = 40
"""Python refuses to read numbers of more than a few thousand digits; none of more than this fits anywhere."""


def count(name: str, help: str, least: int = 0) -> Any:
    """An option for a number of things, a tick or an id."""
    return typer.Option(name, help=help, metavar="INTEGER", parser=_bounded(name, least, INT_MAX))


def seed_option(help: str) -> Any:
    """The option ``--seed``: any whole number of 64 bits."""
    check = _bounded("--seed", api.SEED_MIN, api.SEED_MAX)
    return typer.Option("--seed", help=help, metavar="INTEGER", parser=check)


def seconds_option(help: str) -> Any:
    """The option ``--seconds``: how long something may take."""
    return typer.Option("--seconds", help=help, metavar="SECONDS", parser=_seconds)


def whole_number(text: str) -> int | None:
    """The number that a text says, cut to what has forty digits; None where the text is no whole number."""
    found = _WHOLE.fullmatch(text)
    if found is None:
        return None
    number = int(found[2]) if len(found[2]) <= _DIGITS_MAX else 10**_DIGITS_MAX
    return -number if found[1] else number


def _bounded(name: str, least: int, most: int) -> Callable[[Any], int]:
    """Reads a number; ends the command for a text that is none and for a number outside the bounds."""

    def read(given: str | int) -> int:
        number = whole_number(str(given))
        if number is None:
            fail(f"{name} {given}: write a whole number such as 10")
        if not least <= number <= most:
            fail(f"{name} goes from {least:,} to {most:,}")
        return number

    return read


def _seconds(given: str | float) -> float:
    """Reads ``--seconds``; ends the command for what is no number, and for more than a thread can wait."""
    if _SECONDS.fullmatch(str(given)) is None:
        fail(f"--seconds {given}: write a number of seconds such as 2.5")
    seconds = float(given)
    if not 0 <= seconds <= SECONDS_MAX:
        fail(f"--seconds goes from 0 to {SECONDS_MAX:,}")
    return seconds
