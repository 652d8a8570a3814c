"""What a program may ask the outside for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ANY_HOST = "*"


@dataclass(frozen=True, slots=True)
class Host:
    """A host that a program may reach: its name, or ``*`` for every host; ``port`` is None for every port."""

    name: str
    port: int | None = None

    @staticmethod
    def parse(text: str) -> Host:
        """``example.com``, ``example.com:8080``, ``[::1]:8080`` or ``*``. Raises ValueError for anything else."""
        if text == ANY_HOST:
            return Host(ANY_HOST)
        wrong = ValueError("write a host such as example.com, example.com:8080 or '*' for every host")
        try:
            parts = urlsplit(f"//{text}")
            name, port = parts.hostname, parts.port
        except ValueError as error:
            raise wrong from error
        if not name or parts.netloc != text or any(mark in text for mark in "@* "):
            raise wrong
        return Host(name, port)

    def covers(self, name: str, port: int) -> bool:
        """Whether a request to this host and port is meant; names are compared without regard to case."""
        return self.name in (ANY_HOST, name.lower()) and self.port in (None, port)


@dataclass(frozen=True, slots=True)
class Permissions:
    """Files below ``folders`` may be read; relative paths begin at ``base``, which may lie outside them.

    Requests may go to ``hosts``, also when a server redirects there. The clock and the input are always permitted.
    """

    base: Path
    folders: Sequence[Path] = ()
    hosts: Sequence[Host] = ()
    environment: bool = False

    def file(self, path: str) -> Path | None:
        """The file that a program means, links followed, or None if the program may not read it.

        Raises OSError, ValueError or RuntimeError where the path cannot be followed.
        """
        target = (self.base / path).resolve()
        return target if any(target.is_relative_to(folder.resolve()) for folder in self.folders) else None

    def may_reach(self, name: str, port: int) -> bool:
        """Whether a request may go to a host."""
        return any(host.covers(name, port) for host in self.hosts)
