"""Where results are kept that can be computed again; the core is given one, and never asks where it is."""

from __future__ import annotations

from typing import Protocol


class Cache(Protocol):
    """Keeps bytes by key. It may forget anything at any time, but never gives back other bytes than were put in."""

    def get(self, key: str) -> bytes | None:
        """What was kept under the key, or None."""

    def put(self, key: str, content: bytes) -> None:
        """Keeps the content, if it can."""
