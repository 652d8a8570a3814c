"""What a program may ask the outside for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Permissions:
    """Files below ``folders`` may be read; relative paths begin in the first of them. The clock and the input are
    always there."""

    folders: tuple[Path, ...]
    network: bool = False
    environment: bool = False

    def file(self, path: str) -> Path | None:
        """The file that a program means, or None if it may not read it."""
        found = (self.folders[0] / path).resolve() if self.folders else None
        if found is None or not any(found.is_relative_to(folder.resolve()) for folder in self.folders):
            return None
        return found
