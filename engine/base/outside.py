"""The outside of a run as a port: what a program asks for, and who answers.

A request names what is asked for (``fs.read``) with its arguments. Whoever answers does so in a thread of its own; the
run asks now and then whether the answer is there. What an answer is depends on the request; a ``Refused`` says in a
sentence why there is none, and becomes a fault of the actor that awaits it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Request:
    """What a program asks for. ``arguments`` are strings."""

    name: str
    arguments: tuple[str, ...]

    @property
    def shown(self) -> str:
        """The name as programs write it."""
        return {"env.get": "env", "input.line": "input"}.get(self.name, self.name)

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(repr, self.arguments))})"


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer: a string, bytes, a bool, an int, None for ``none``, or a list of the fields of a struct, where a dict
    is a list of pairs."""

    value: object


@dataclass(frozen=True, slots=True)
class Refused:
    """Why there is no answer, as a sentence without a full stop."""

    why: str


class Pending(Protocol):
    """A request on its way."""

    def wait(self, seconds: float) -> Answered | Refused | None:
        """The answer, or None if it is not there after so long."""


class Outside(Protocol):
    """Performs requests."""

    def begin(self, request: Request) -> Pending:
        """Starts to perform a request; does not wait for it."""


@dataclass(frozen=True, slots=True)
class Ready:
    """An answer that is there already."""

    answer: Answered | Refused

    def wait(self, seconds: float) -> Answered | Refused:
        """The answer."""
        return self.answer


class NoOutside:
    """The outside of a run that is offline."""

    def begin(self, request: Request) -> Pending:
        """Refuses."""
        return Ready(Refused(f"{request.shown} is not possible here: this run is cut off from the outside"))
