"""What files, programs and recordings say cannot steer a terminal, add lines of its own or look like something else."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from engine.cli import shown
from engine.cli.escapes import on_one_line
from engine.cli.main import app

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="names of files have no line breaks there")
HOSTILE = "x\n1 file: no problems\nz\u202e\u2066\u200b\x1b[2J.aefl"
ESCAPED = "x\\n1 file: no problems\\nz\\u{202e}\\u{2066}\\u{200b}\\x1b[2J"
TEXT = 'test "t\\u{202e}\\u{1b}" {\n assert false\n}\nlet y = z\n'


def aeroflow(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.mark.parametrize(
    "words",
    [
        "check F", "check X", "fmt F", "fmt --check F", "run X", "ir X", "doc F", "doc X", "test F", "test X",
        "verify X", "events X", "state X --at 1", "fork X --at 1 -o o.aft", "diff X X", "export X -o o.json",
        "run missing/X", "check missing/X", "new X", "run good.aefl --record X", "fmt good.aefl X",
        "export good.aft -o X/y", "test good.aefl --junit X/y",
    ],
)  # fmt: skip
def test_no_name_of_a_file_adds_a_line_or_turns_one(
    tmp_path: Path, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "f").mkdir()
    for path in (tmp_path / "f" / HOSTILE, tmp_path / HOSTILE):
        path.write_text(TEXT)
    (tmp_path / "good.aefl").write_text("render   1\n")
    done = aeroflow(*[HOSTILE if w == "X" else w.replace("F", "f").replace("X", HOSTILE) for w in words.split()])
    lines = done.output.splitlines()
    assert not [line for line in lines if line.startswith("1 file: no problems")], done.output
    assert not set("\u202e\u2066\u200b\x1b") & set(done.output), done.output
    is_named = not words.startswith(("export good", "test good", "run good")) and "formatted" not in done.output
    assert not is_named or ESCAPED in done.output, done.output


def test_json_says_the_same_value_without_such_characters(tmp_path: Path) -> None:
    path = tmp_path / HOSTILE
    path.write_text("let y = z\n")
    done = aeroflow("check", "--json", str(path))
    assert json.loads(done.stdout)[0]["file"] == str(path)
    assert not set("\u202e\u2066\u200b\x1b") & set(done.stdout)


def test_what_languages_are_written_with_stays() -> None:
    for text in (
        "می\u200cخواهم",
        "👩\u200d👧 ❤\ufe0f",
        "全\u3000角",
        "1\u202f000\xa0€",
        "a\tb",
    ):
        assert on_one_line(text) == text


def test_only_a_recording_from_elsewhere_is_escaped_on_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, recording, forked = (str(tmp_path / name) for name in ("a.aefl", "a.aft", "b.aft"))
    Path(program).write_text('actor A {\n on go() { render "\\u{1b}[2J\\u{202e}\\nend" }\n}\nspawn A().go()\n')
    ran = aeroflow("run", program, "--record", recording)
    assert ran.stdout == "\x1b[2J\u202e\nend\n"
    fork = ["fork", recording, "--at", "0", "-o", forked]
    assert aeroflow(*fork).stdout == ran.stdout, "into a pipe or a file it is as it was"
    monkeypatch.setattr(shown, "is_a_terminal", lambda: True)
    assert aeroflow(*fork).stdout == "\\x1b[2J\\u{202e}\nend\n"
    assert aeroflow("run", program).stdout == ran.stdout
