"""What ``aeroflow doctor`` looks at: each check is a name, whether it is well, and a sentence."""

from __future__ import annotations

import importlib.metadata
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from engine.install import environment, qt_libraries

CORE = ("wasmtime", "msgpack", "numpy", "zstandard", "blake3", "tomlkit", "typer", "rich", "platformdirs", "pygments")
IDE = ("PySide6-Essentials",)


@dataclass(frozen=True, slots=True)
class Check:
    """``state``: ok, warning (works, but look at it) or broken."""

    name: str
    state: str
    detail: str


def version_of(name: str) -> str | None:
    """The version of an installed distribution."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def bad_qt(qt_version: str, python: tuple[int, int]) -> str | None:
    """A sentence where this pair is known to crash: Qt for Python 6.12.0 drops references to None below Python 3.12."""
    if qt_version.startswith("6.12.") and python < (3, 12):
        return (
            f"PySide6 {qt_version} aborts on Python {python[0]}.{python[1]}; install PySide6-Essentials>=6.11.2,<6.12"
        )
    return None


def checks() -> list[Check]:
    """All checks, in the order in which a person wants to read them."""
    here = environment.detect()
    found = [
        Check("Python", "ok" if sys.version_info >= (3, 11) else "broken", sys.version.split()[0]),
        Check("environment", "ok", f"{here.title} at {here.prefix}"),
    ]
    for name in CORE:
        version = version_of(name)
        found.append(Check(name, "ok" if version else "broken", version or "not installed"))
    found.append(_folder_check("cache folder", Path(platformdirs.user_cache_dir("aeroflow", appauthor=False))))
    found.append(_folder_check("state folder", Path(platformdirs.user_state_dir("aeroflow", appauthor=False))))
    found.extend(_ide_checks())
    return found


def _folder_check(name: str, folder: Path) -> Check:
    existing = next(p for p in (folder, *folder.parents) if p.exists())
    if os.access(existing, os.W_OK):
        return Check(name, "ok", str(folder))
    return Check(name, "warning", f"{folder} cannot be written, so nothing is remembered there")


def _ide_checks() -> list[Check]:
    versions = {name: version_of(name) for name in IDE}
    if versions["PySide6-Essentials"] is None:
        return [Check("Studio", "warning", "not installed; `aeroflow install ide` installs it")]
    found = []
    for name, version in versions.items():
        found.append(Check(name, "ok" if version else "broken", version or "not installed"))
    qt = str(versions["PySide6-Essentials"])
    if sentence := bad_qt(qt, (sys.version_info[0], sys.version_info[1])):
        found.append(Check("Qt and Python", "broken", sentence))
    if sentence := qt_libraries.glibc_problem():
        found.append(Check("C library", "broken", sentence))
    missing = qt_libraries.missing_libraries()
    if missing:
        names = ", ".join(item.library for item in missing)
        found.append(Check("system libraries", "warning", f"missing {names}: {qt_libraries.advice(missing)}"))
    else:
        found.append(Check("system libraries", "ok", "everything that Qt opens is there"))
    return found
