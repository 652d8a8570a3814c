"""What other programs read is UTF-8 and complete, whatever the locale is and whichever streams are closed."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="streams and locales as POSIX has them")

AEROFLOW = [sys.executable, "-m", "engine.cli"]
TEXT = '// é😀\n\nrender "é😀"\n'
LOCALES = [
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    {"PYTHONIOENCODING": "cp1252"},
    {"PYTHONIOENCODING": "utf-16"},
]


def ended(
    folder: Path, *words: str, env: dict[str, str] | None = None, text: str = "", streams: str = ""
) -> subprocess.CompletedProcess[bytes]:
    """A command in a process of its own, with some of its streams redirected as a shell does it."""
    line = f"exec {shlex.join([*AEROFLOW, *words])} {streams}"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3]), **(env or {})}
    return subprocess.run(
        ["sh", "-c", line], cwd=folder, env=environment, input=text.encode(), capture_output=True, check=False
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "s.aefl").write_text(TEXT, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("locale", LOCALES)
def test_a_program_and_its_description_keep_every_letter(folder: Path, locale: dict[str, str]) -> None:
    formatted = ended(folder, "fmt", "--stdin", env=locale, text=TEXT)
    assert (formatted.returncode, formatted.stdout) == (0, TEXT.encode()), formatted.stderr
    described = ended(folder, "doc", "s.aefl", env=locale)
    assert "é😀".encode() in described.stdout


@pytest.mark.parametrize("locale", LOCALES)
def test_json_is_utf8(folder: Path, locale: dict[str, str]) -> None:
    (folder / "bad\x7f.aefl").write_text("render nope\n")
    recorded = ended(folder, "run", "s.aefl", "--record", "r.aft", "--json", env=locale)
    assert json.loads(recorded.stdout.decode("utf-8"))["outputs"][0]["text"] == "é😀"
    problems = ended(folder, "check", "bad\x7f.aefl", "--json", env=locale)
    assert json.loads(problems.stdout.decode("utf-8"))[0]["file"] == "bad\x7f.aefl"
    for words in (["events", "r.aft"], ["state", "r.aft", "--at", "0"], ["verify", "r.aft"], ["diff", "r.aft"]):
        json.loads(ended(folder, *words, "--json", env=locale).stdout.decode("utf-8"))
    exported = ended(folder, "export", "r.aft", "-o", "/dev/stdout", env=locale)
    json.loads(exported.stdout.decode("utf-8"))


@pytest.mark.parametrize("streams", ["<&-", "0>/dev/null", "<&- >&-", "<&- >&- 2>&-"])
def test_a_text_that_cannot_be_read_is_a_sentence(folder: Path, streams: str) -> None:
    result = ended(folder, "fmt", "--stdin", streams=streams)
    assert result.returncode == 2, result.stderr
    if "2>" not in streams:
        assert result.stderr.startswith(b"aeroflow: the standard input "), result.stderr


COMMANDS = (
    "run s.aefl", "check s.aefl", "test s.aefl", "ir s.aefl", "fmt s.aefl", "doc s.aefl", "state r.aft --at 0",
    "events r.aft", "fork r.aft --at 0 -o f.aft", "diff r.aft", "verify r.aft", "export r.aft -o e.json", "new n",
    "--version",
)  # fmt: skip


def test_no_command_stumbles_over_a_stream_that_is_closed(folder: Path) -> None:
    assert ended(folder, "run", "s.aefl", "--record", "r.aft").returncode == 0
    for command in COMMANDS:
        result = ended(folder, *command.split(), streams="<&- >&- 2>&-")
        assert result.returncode == (2 if command == "test s.aefl" else 0), command


def test_a_program_that_asks_for_input_is_told_that_it_is_closed(folder: Path) -> None:
    (folder / "asks.aefl").write_text('let line = await input("? ")\n')
    result = ended(folder, "run", "asks.aefl", streams="<&-")
    assert result.returncode == 3
    assert b"the standard input is closed" in result.stderr
