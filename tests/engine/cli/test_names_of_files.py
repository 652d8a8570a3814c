"""Names of files are bytes on Linux: every command takes those that are no Unicode."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.cli.main import app

pytestmark = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names of files are Unicode there")
NAME = b"bad\xff.aefl"


def aeroflow(folder: Path, *words: bytes) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONUTF8": "1", "XDG_CACHE_HOME": str(folder / "cache")}
    command = [os.fsencode(sys.executable), b"-m", b"engine.cli", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False, timeout=300)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + NAME)).write_text("render 1 + 1\n")
    return tmp_path


def test_a_program_whose_name_is_no_unicode_runs_is_recorded_and_verified(folder: Path) -> None:
    for _ in range(2):  # compiled, then out of the cache
        done = aeroflow(folder, b"run", NAME)
        assert (done.returncode, done.stdout.split()) == (0, [b"2"]), done.stderr
    recorded = aeroflow(folder, b"run", NAME, b"--record", b"a\xfe.aft")
    assert recorded.returncode == 0, recorded.stderr
    verified = aeroflow(folder, b"verify", b"a\xfe.aft")
    assert verified.returncode == 0, verified.stderr


def test_what_is_wrong_with_it_is_told_with_its_name(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/" + NAME)).write_text("render y\n")
    done = aeroflow(folder, b"check", NAME, b"--json")
    assert b"Traceback" not in done.stderr
    assert json.loads(done.stdout)[0]["file"] == os.fsdecode(NAME)
    assert NAME in aeroflow(folder, b"check", NAME).stdout
    assert aeroflow(folder, b"run", NAME).returncode == 1


@pytest.mark.parametrize(
    "words",
    [
        "check X", "fmt X", "fmt --check X", "run X", "ir X", "doc X", "test X", "verify X", "events X",
        "state X --at 1", "fork X --at 1 -o b.aft", "diff X X", "export X -o b.json",
    ],
)  # fmt: skip
def test_no_command_waits_for_a_pipe(tmp_path: Path, words: str) -> None:
    os.mkfifo(tmp_path / "pipe.aefl")
    done = CliRunner().invoke(app, [word.replace("X", str(tmp_path / "pipe.aefl")) for word in words.split()])
    assert done.exit_code == 2
    assert "it is a device or a pipe, not a file" in done.output
