"""The list of everything an installation put somewhere, so that all of it, and nothing else, can be taken away."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from engine.base.foreign_text import JSON_BYTES_MAX, read_json
from engine.files.reading import read_text
from engine.files.whole import write_whole


def manifest_path() -> Path:
    """Where the list is kept."""
    return Path(platformdirs.user_state_dir("aeroflow", appauthor=False)) / "install-ide.json"


@dataclass
class Manifest:
    """``files`` by path with the SHA-256 of what was written; ``packages`` that were new; ``registry`` keys."""

    files: dict[str, str] = field(default_factory=dict)
    packages: list[str] = field(default_factory=list)
    registry: list[str] = field(default_factory=list)

    @staticmethod
    def load(path: Path | None = None) -> Manifest:
        """What was installed; an empty list where nothing was, or where the list cannot be read."""
        try:
            plain = read_json(read_text(path or manifest_path(), JSON_BYTES_MAX))
            return Manifest(dict(plain["files"]), list(plain["packages"]), list(plain["registry"]))
        except (OSError, ValueError, KeyError, TypeError):
            return Manifest()

    def save(self, path: Path | None = None) -> None:
        """Writes the list, whole or not at all; an empty list leaves no file."""
        target = path or manifest_path()
        if not (self.files or self.packages or self.registry):
            target.unlink(missing_ok=True)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        plain = {"files": self.files, "packages": sorted(set(self.packages)), "registry": self.registry}
        write_whole(target, json.dumps(plain, indent=2, sort_keys=True).encode("utf-8"))

    def write_file(self, path: Path, content: bytes) -> None:
        """Writes a file and enters it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
        self.files[str(path)] = hashlib.sha256(content).hexdigest()

    def remove_files(self) -> tuple[list[str], list[str]]:
        """Removes what was written: (removed, kept because somebody changed them since)."""
        removed, kept = [], []
        for name, digest in sorted(self.files.items()):
            path = Path(name)
            if not path.exists():
                continue
            if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
                kept.append(name)
                continue
            path.unlink()
            removed.append(name)
        self.files = {}
        return removed, kept
