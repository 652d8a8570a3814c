"""Runs the installer of packages and turns what it prints into progress."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
from collections.abc import Callable

_PROGRESS = re.compile(r"^Progress (\d+) of (\d+)")
_STEP = re.compile(
    r"^\s*(Collecting|Downloading|Using cached|Installing collected packages|Successfully installed)\b(.*)"
)

Listener = Callable[[str, int, int], None]
"""Hears (what is going on, bytes done, bytes in all; both 0 where they are unknown)."""


class InstallError(Exception):
    """The installer failed; the text is the end of what it printed."""


def run_installer(command: list[str], listener: Listener) -> None:
    """Runs a package installer to its end. Raises InstallError with its last lines where it fails."""
    if command[:3] == [sys.executable, "-m", "pip"]:
        command = [*command, "--disable-pip-version-check", "--no-input"]
        if command[3] == "install" and _pip_reports_progress():
            command += ["--progress-bar", "raw"]
    try:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
    except OSError as error:
        raise InstallError(f"{command[0]} cannot be started: {error.strerror}") from error
    tail: list[str] = []
    step = "starting"
    assert process.stdout is not None
    for raw in process.stdout:
        line = raw.rstrip()
        if progress := _PROGRESS.match(line):
            listener(step, int(progress[1]), int(progress[2]))
            continue
        if found := _STEP.match(line):
            words = found[2].split()
            step = f"{found[1]} {words[0].rpartition('/')[2]}" if words else found[1]
            listener(step, 0, 0)
        tail = [*tail[-11:], line]
    if process.wait() != 0:
        raise InstallError(" / ".join(tail))


def installed_names() -> set[str]:
    """The distributions that are there now, by lower-case name."""
    return {str(d.metadata["Name"]).lower() for d in importlib.metadata.distributions() if d.metadata["Name"]}


def _pip_reports_progress() -> bool:
    """Progress in a form for programs came with pip 24.1."""
    major, minor = (int(part) for part in importlib.metadata.version("pip").split(".")[:2])
    return (major, minor) >= (24, 1)
