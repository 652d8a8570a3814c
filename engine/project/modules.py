"""Modules as files in folders.

``import geometry.shapes`` means ``geometry/shapes.aefl``, first beside the importing file, then in the project's source
folder. What an editor holds and has not saved yet counts more than what is on disk.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.base.errors import ModuleError
from engine.compiler.modules import FoundModule
from engine.files.reading import read_text

SUFFIX = ".aefl"
NAMES_MAX = 500


class FolderModules:
    """The modules around a file. ``folder`` is the source folder; ``unsaved`` are texts by the path of their file."""

    def __init__(self, file: str, text: str, folder: Path, unsaved: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.unsaved = {_key(Path(path)): unsaved_text for path, unsaved_text in (unsaved or {}).items()}
        self.found = {_key(Path(file)): FoundModule(file, text, "")}

    def find(self, module: str, importer: str) -> FoundModule | None:
        """The module that a file means by a dotted name. Raises ModuleError where it cannot be read."""
        inside = Path(*module.split(".")).with_suffix(SUFFIX)
        for folder in (Path(importer).parent, self.folder):
            path = folder / inside
            key = _key(path)
            if key in self.found:
                return self.found[key]
            text = self.unsaved.get(key)
            if text is None and _is_file(path):
                self._check_inside(path, key, importer)
                text = _read(path)
            if text is not None:
                found = self.found[key] = FoundModule(str(path), text, self._name(key, module))
                return found
        return None

    def names(self, importer: str) -> Sequence[str]:
        """The modules in the two folders and the folders directly in them."""
        found: dict[str, None] = {}
        for folder in (Path(importer).parent, self.folder):
            for path in (*sorted(folder.glob(f"*{SUFFIX}")), *sorted(folder.glob(f"*/*{SUFFIX}"))):
                if len(found) < NAMES_MAX and _key(path) != _key(Path(importer)):
                    found[".".join(path.relative_to(folder).with_suffix("").parts)] = None
        return list(found)

    def _check_inside(self, path: Path, key: str, importer: str) -> None:
        """Raises ModuleError for a link that leads out: errors in a module quote it, whatever file that is."""
        folders = (_key(Path(importer).parent), _key(self.folder))
        if not any(Path(key).is_relative_to(folder) for folder in folders):
            raise ModuleError(f"{path} is a link that leads out of the project")

    def _name(self, key: str, module: str) -> str:
        """The dotted name from the source folder; outside of it, what was written."""
        folder = _key(self.folder)
        inside = os.path.relpath(key, folder) if key.startswith(folder + os.sep) else ""
        return ".".join(Path(inside).with_suffix("").parts) if inside else module


def _key(path: Path) -> str:
    """One text for all ways to write a path."""
    try:
        return os.path.realpath(path)
    except FileNotFoundError:  # the current folder is gone
        return os.path.normpath(path)


def _is_file(path: Path) -> bool:
    """Whether a module is there; a name that the system refuses, such as one too long, is that of no file."""
    try:
        return path.is_file()
    except OSError:
        return False


def _read(path: Path) -> str:
    try:
        return read_text(path)
    except UnicodeDecodeError as error:
        raise ModuleError(f"{path} is not UTF-8 text (byte {error.start})") from error
    except OSError as error:
        raise ModuleError(f"{path}: {error.strerror}") from error
