"""Numbers on the command line: what does not fit into the engine is refused, and never wraps around."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typer

from engine import api
from engine.cli.report import fail

INT_MAX = 2**63 - 1


def count(name: str, help: str, least: int = 0) -> Any:
    """An option for a number of things, a tick or an id."""
    return typer.Option(name, help=help, callback=_bounded(name, least, INT_MAX))


def seed_option(help: str) -> Any:
    """The option ``--seed``: any whole number of 64 bits."""
    return typer.Option("--seed", help=help, callback=_bounded("--seed", api.SEED_MIN, api.SEED_MAX))


def _bounded(name: str, least: int, most: int) -> Callable[[int | None], int | None]:
    """A check that ends the command for a number outside the bounds."""

    def check(value: int | None) -> int | None:
        if value is not None and not least <= value <= most:
            fail(f"{name} goes from {least:,} to {most:,}")
        return value

    return check
