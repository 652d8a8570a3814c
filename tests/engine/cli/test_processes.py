"""The processes of ``aeroflow test`` end with the command, and Ctrl-C is told once, by the command."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no process groups to send signals to")

ENDLESS = "".join(f'test "{number}" {{\n    while true {{ }}\n}}\n' for number in range(5))
TELLS = """\
import os, sys
if any(argument.startswith("from multiprocessing.spawn") for argument in sys.orig_argv):
    with open(os.environ["STARTED"], "w") as pipe:
        pipe.write("started")
"""
"""What each process does first of all, before it imports anything of ours: it says that it has started."""


@pytest.fixture
def command(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """``aeroflow test``, in a process group of its own, whose children tell a pipe when they start."""
    (tmp_path / "endless.aefl").write_text(ENDLESS, encoding="utf-8")
    (tmp_path / "sitecustomize.py").write_text(TELLS, encoding="utf-8")
    os.mkfifo(tmp_path / "started")
    started = os.open(tmp_path / "started", os.O_RDWR)  # open at both ends, so no process waits for the other end
    here = Path(__file__).parents[3]
    environment = {"PYTHONPATH": f"{tmp_path}{os.pathsep}{here}", "STARTED": str(tmp_path / "started")}
    process = subprocess.Popen(
        [sys.executable, "-m", "engine.cli", "test", "endless.aefl"],
        cwd=tmp_path,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    yield process, started
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    os.close(started)


def test_ctrl_c_while_processes_start_is_one_sentence(command: tuple[subprocess.Popen[str], int]) -> None:
    process, started = command
    assert os.read(started, 1)
    os.killpg(process.pid, signal.SIGINT)
    output, errors = process.communicate(timeout=30)
    assert (process.returncode, output, errors) == (130, "", "aeroflow: interrupted\n")


def test_the_processes_end_when_the_command_is_killed(command: tuple[subprocess.Popen[str], int]) -> None:
    process, started = command
    assert os.read(started, 1)
    process.kill()
    process.communicate(timeout=30)  # until the last process has closed what it shares with the command
