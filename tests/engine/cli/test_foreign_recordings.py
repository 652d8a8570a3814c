"""Commands on recordings from elsewhere: what is doubtful is said, and Ctrl-C always ends them."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine import api
from tests.engine.timetravel.hostile import FOREVER, module, put_into
from tests.engine.timetravel.programs import BANK, finished

SECONDS = 60


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A recording whose module can be replaced."""
    path = tmp_path / "run.aft"
    finished(BANK).save(path)
    return path


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to send")
@pytest.mark.parametrize("words", [("verify",), ("state", "--at", "3"), ("events",)])
def test_ctrl_c_ends_a_command_whose_recording_never_ends(path: Path, words: tuple[str, ...]) -> None:
    put_into(path, module(dict.fromkeys(("run", "digest"), FOREVER)))
    command = [sys.executable, "-m", "engine.cli", words[0], str(path), *words[1:]]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            assert "not what its source text gives" in process.stderr.readline()
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=SECONDS)
        finally:
            process.kill()
    assert process.returncode == 130, err
    assert "Traceback" not in out + err


def test_a_recording_of_another_compiler_is_replayed_with_a_word_about_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.timetravel import origin

    monkeypatch.setattr(origin, "_compiler", [("another", origin._compiler[0][1])])
    session = api.Session.load(path)
    assert session.warnings == (
        "the program was compiled by another version of AeroFlow, so its source text cannot be checked; "
        "it runs under limits",
    )
    assert session.total() == finished(BANK).total()
