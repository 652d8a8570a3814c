"""The project that a file belongs to: the nearest ``aeroflow.toml`` above it, or, without one, just its folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.base.errors import AeroFlowError
from engine.base.foreign_text import TOML_BYTES_MAX
from engine.compiler.modules import Surroundings
from engine.files.reading import read_text
from engine.project.manifest import FILE_NAME, Manifest, ManifestProblem, find_manifest, read_manifest
from engine.project.modules import FolderModules


class ProjectError(AeroFlowError):
    """A folder is not a project that can be run."""


@dataclass(frozen=True, slots=True)
class Project:
    """Where modules are looked up, and how programs run. ``path`` is that of the ``aeroflow.toml``, if there is one."""

    source_folder: Path
    manifest: Manifest
    path: Path | None = None

    @property
    def entry(self) -> Path:
        """The file that runs."""
        return self.source_folder / self.manifest.entry

    @property
    def seed(self) -> int:
        """The seed of runs for which nothing else is said."""
        return self.manifest.seed

    def around(self, file: str, text: str, unsaved: Mapping[str, str] | None = None) -> Surroundings:
        """What a file of the project is compiled in; ``unsaved`` texts, by path, count more than the disk's."""
        return Surroundings(FolderModules(file, text, self.source_folder, unsaved), self.manifest.tick_us)


def project_of(file: Path) -> Project:
    """The project of a file or folder; its paths are relative where ``file`` is."""
    folder = file if os.path.isdir(file) else file.parent
    try:
        path = find_manifest(Path(os.path.abspath(folder)))
    except FileNotFoundError:  # the current folder is gone
        path = None
    if path is None:
        return Project(folder, Manifest())
    if not file.is_absolute():
        path = Path(os.path.relpath(path))
    try:
        manifest = read_manifest(read_text(path, TOML_BYTES_MAX))
    except (OSError, UnicodeDecodeError) as error:
        problem = ManifestProblem(1, 1, f"this file cannot be read: {error}", True)
        manifest = Manifest(problems=(problem,))
    return Project(path.parent / manifest.source, manifest, path)


def entry_of(path: Path) -> Path:
    """The file to run where a folder was named: the project's, or ``main.aefl``. Raises ProjectError where there is
    none."""
    if not os.path.isdir(path):
        return path
    own = path / FILE_NAME
    entry = project_of(path).entry if own.is_file() else path / "main.aefl"
    if not os.path.isfile(entry):  # False for a name that no file can have
        asked = f"{own} names {entry}" if own.is_file() else f"there is no {FILE_NAME} and no main.aefl in {path}"
        missing = ", which is not there" if own.is_file() else ""
        raise ProjectError(f"{asked}{missing}")
    if not Path(os.path.realpath(entry)).is_relative_to(os.path.realpath(path)):
        raise ProjectError(f"{entry} is a link that leads out of the project")
    return entry
