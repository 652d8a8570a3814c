"""Which kind of Python environment this is, and how a package gets into it.

An installer that runs inside its own environment must know who owns that environment: pipx and uv keep
tool environments that only they should change, and some systems refuse changes to their own Python
(PEP 668, a file ``EXTERNALLY-MANAGED`` beside the standard library).
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shlex
import shutil
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

DISTRIBUTION = "aeroflow"


@dataclass(frozen=True, slots=True)
class Environment:
    """``kind``: venv, pipx, uv-tool, conda, managed (by the system) or system. ``has_pip`` is about this Python."""

    kind: str
    prefix: Path
    has_pip: bool
    writable: bool

    @property
    def title(self) -> str:
        """The kind in words."""
        return {
            "venv": "virtual environment",
            "pipx": "pipx environment",
            "uv-tool": "uv tool environment",
            "conda": "conda environment",
            "managed": "Python managed by the system",
            "system": "Python without a virtual environment",
        }[self.kind]


def detect(prefix: Path | None = None, base_prefix: Path | None = None, stdlib: Path | None = None) -> Environment:
    """The environment of this process; the arguments stand in for ``sys.prefix`` and its like."""
    prefix = prefix or Path(sys.prefix)
    base_prefix = base_prefix or Path(sys.base_prefix)
    stdlib = stdlib or Path(sysconfig.get_path("stdlib"))
    if (prefix / "pipx_metadata.json").exists():
        kind = "pipx"
    elif (prefix / "uv-receipt.toml").exists():
        kind = "uv-tool"
    elif (prefix / "conda-meta").is_dir():
        kind = "conda"
    elif prefix != base_prefix:
        kind = "venv"
    elif (stdlib / "EXTERNALLY-MANAGED").exists():
        kind = "managed"
    else:
        kind = "system"
    return Environment(kind, prefix, importlib.util.find_spec("pip") is not None, os.access(prefix, os.W_OK))


def ide_requirements() -> tuple[str, ...]:
    """What the extra ``ide`` asks for, as requirement texts. Raises PackageNotFoundError outside an installation."""
    found = []
    for text in importlib.metadata.requires(DISTRIBUTION) or []:
        requirement, _, marker = text.partition(";")
        if "extra == 'ide'" in marker or 'extra == "ide"' in marker:
            found.append(requirement.strip())
    return tuple(found)


def install_command(environment: Environment, requirements: tuple[str, ...]) -> tuple[list[str], bool]:
    """The command that installs, and whether the installer may run it itself (otherwise it only shows it)."""
    if environment.kind == "pipx":
        return ["pipx", "inject", DISTRIBUTION, *requirements], shutil.which("pipx") is not None
    if environment.kind == "uv-tool":
        extra = [word for requirement in requirements for word in ("--with", requirement)]
        return ["uv", "tool", "install", "--force", DISTRIBUTION, *extra], False
    if environment.kind in ("managed", "system"):
        name = str(Path.home() / ".aeroflow" / "venv")
        return ["python3", "-m", "venv", name, "&&", f"{name}/bin/pip", "install", f"{DISTRIBUTION}[ide]"], False
    if environment.has_pip:
        return [sys.executable, "-m", "pip", "install", *requirements], environment.writable
    return ["uv", "pip", "install", "--python", sys.executable, *requirements], shutil.which("uv") is not None


def shown(command: list[str]) -> str:
    """A command as a person types it."""
    return " ".join(word if word == "&&" else shlex.quote(word) for word in command)
