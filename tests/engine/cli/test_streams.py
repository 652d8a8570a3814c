"""Outputs that are closed, full, given up or of another encoding: no traceback, and no recording is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine import api
from tests.engine.cli.test_commands import aeroflow

pytestmark = pytest.mark.skipif(os.name != "posix", reason="streams and signals as POSIX has them")

AEROFLOW = [sys.executable, "-m", "engine.cli"]
LETTERS = 'render "é😀"\nrender "plain"\n'
ENDLESS = """
actor A {
    state n: int = 0
    every 1ms {
        n += 1
        render f"line {n}"
    }
}
spawn A()
"""
SPINNING = ENDLESS.replace("n += 1", "n += 1\n        while n == 410_000 { }")
"""A step has 200,000 events at most, so outputs of the first 200,000 are told before it hangs."""


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return tmp_path / "run.aft"


def program(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "program.aefl"
    path.write_text(text, encoding="utf-8")
    return path


def ended(*words: str | Path, env: dict[str, str] | None = None, **how: Any) -> subprocess.CompletedProcess[bytes]:
    """A command in a process of its own."""
    command = [*AEROFLOW, *map(str, words)]
    how = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "timeout": 60} | how
    return subprocess.run(command, check=False, env={**os.environ, **(env or {})}, **how)


def whole(recording: Path) -> api.Session:
    session = api.Session.load(recording)
    assert session.warnings == ()
    assert session.verify().ok
    return session


@pytest.mark.parametrize(
    ("env", "first"),
    [
        ({"PYTHONIOENCODING": "cp1252"}, b"\xe9\\U0001f600"),
        ({"PYTHONIOENCODING": "ascii"}, b"\\xe9\\U0001f600"),
        ({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, b"\\xe9\\U0001f600"),
        ({"PYTHONIOENCODING": "utf-8"}, "é😀".encode()),
    ],
)
def test_what_an_encoding_cannot_show_is_written_another_way(
    tmp_path: Path, recording: Path, env: dict[str, str], first: bytes
) -> None:
    result = ended("run", program(tmp_path, LETTERS), "--record", recording, env=env)
    assert (result.returncode, result.stdout) == (0, first + b"\nplain\n"), result.stderr
    assert [output.text for output in whole(recording).outputs()] == ["é😀", "plain"]


def test_a_full_output_ends_in_a_sentence_and_the_recording_is_saved(tmp_path: Path, recording: Path) -> None:
    with open("/dev/full", "wb") as full:
        result = ended("run", program(tmp_path, ENDLESS), "--record", recording, stdout=full)
        assert result.returncode == 2
        assert result.stderr.decode() == "aeroflow: the standard output cannot be written: No space left on device\n"
        assert whole(recording).total() > 0
        for command in (["check"], ["run", "--ticks", "3"], ["--version"]):
            path = [] if command == ["--version"] else [tmp_path / "program.aefl"]
            result = ended(*command, *path, stdout=full)
            assert b"Traceback" not in result.stderr
            assert b"Exception" not in result.stderr


def test_a_reader_that_leaves_ends_the_run_silently(tmp_path: Path, recording: Path) -> None:
    path = program(tmp_path, ENDLESS)
    with subprocess.Popen(
        [*AEROFLOW, "run", str(path), "--record", str(recording)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"line 1\n"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=20) == 141
    assert whole(recording).total() > 0


def test_closed_streams_swallow_what_is_written(tmp_path: Path, recording: Path) -> None:
    path = program(tmp_path, LETTERS)
    command = " ".join([*AEROFLOW, "run", str(path), "--record", str(recording)])
    for closed in (">&-", ">&- 2>&-", "<&- >&- 2>&-"):
        result = subprocess.run(["sh", "-c", f"{command} {closed}"], check=False, capture_output=True, timeout=20)
        assert result.returncode == 0, result.stderr
        assert b"Traceback" not in result.stderr
        assert [output.text for output in whole(recording).outputs()] == ["é😀", "plain"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("source", [ENDLESS, SPINNING])
def test_signals_end_a_run_cleanly_and_the_recording_is_whole(
    tmp_path: Path, recording: Path, number: signal.Signals, source: str
) -> None:
    recording.write_bytes(b"AEROFLOWTRACE of before")
    command = [*AEROFLOW, "run", str(program(tmp_path, source)), "--record", str(recording)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for n in range(1, 200_000 if source == SPINNING else 2):
            assert process.stdout.readline() == f"line {n}\n"
        for _ in range(4):  # an impatient user
            process.send_signal(number)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 128 + number, errors
    assert "interrupted at tick" in errors
    assert "Traceback" not in errors
    assert whole(recording).total() > 0
    assert sorted(tmp_path.iterdir()) == [tmp_path / "program.aefl", recording]


def test_a_signal_that_is_ignored_stays_ignored(tmp_path: Path) -> None:
    command = [*AEROFLOW, "run", str(program(tmp_path, ENDLESS))]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    ) as process:  # fmt: skip
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGHUP)
        for _ in range(200):
            process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert process.returncode == 143


@pytest.mark.parametrize(
    "kind", ["folder", "root", "missing", "read-only", "program", "link", "dots", "module", "manifest"]
)
def test_where_a_recording_cannot_go_is_said_before_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    assert aeroflow("new", tmp_path / "shop").exit_code == 0
    monkeypatch.chdir(tmp_path / "shop")
    main = Path("main.aefl")
    before = {path: path.read_bytes() for path in sorted(Path().rglob("*")) if path.is_file()}
    path = {
        "folder": Path(), "root": Path("/"), "missing": Path("none/x.aft"), "read-only": Path("x.aft"),
        "program": main, "link": Path("link.aft"), "dots": Path("tests/../main.aefl"), "module": Path("counter.aefl"),
        "manifest": Path("aeroflow.toml"),
    }[kind]  # fmt: skip
    if kind == "read-only":
        path.write_bytes(b"old")
        path.chmod(0o444)
        before[path] = b"old"
    if kind == "link":
        path.symlink_to(main)
        before[path] = before[main]
    result = aeroflow("run", main, "--record", path)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("aeroflow: ")
    if kind in ("program", "link", "dots"):
        assert "is the program; choose another name" in result.stderr
    assert {path: path.read_bytes() for path in sorted(Path().rglob("*")) if path.is_file()} == before


def test_a_recording_is_never_written_over_the_one_that_is_read(tmp_path: Path, recording: Path) -> None:
    assert aeroflow("run", program(tmp_path, LETTERS), "--record", recording).exit_code == 0
    before = recording.read_bytes()
    link = tmp_path / "link.aft"
    link.symlink_to(recording)
    for output in (recording, link, tmp_path):
        for command in (["export"], ["verify"], ["fork", "--at", "0"]):
            result = aeroflow(*command, recording, "-o", output)
            assert result.exit_code == 2
            assert result.stdout == ""
            assert ("the recording that is read" in result.stderr) is (output != tmp_path)
    assert recording.read_bytes() == before
    assert link.is_symlink()


@pytest.mark.parametrize("name", ["other.aefl", "aeroflow.toml"])
def test_no_command_writes_over_a_program(tmp_path: Path, recording: Path, name: str) -> None:
    """A recording holds its program, so that this file is none that the command reads."""
    assert aeroflow("run", program(tmp_path, LETTERS), "--record", recording).exit_code == 0
    work, link = tmp_path / "work" / name, tmp_path / "link.aft"
    work.parent.mkdir()
    work.write_text("render {1}\n", encoding="utf-8")
    link.symlink_to(work)
    hard = work.with_name("hard.aft")
    os.link(work, hard)
    for output in (work, link, hard):
        for command in (["export"], ["verify"], ["fork", "--at", "0"]):
            result = aeroflow(*command, recording, "-o", output)
            assert result.exit_code == 2
            assert "choose another name" in result.stderr
    assert work.read_text(encoding="utf-8") == "render {1}\n"


def test_a_recording_to_a_device_leaves_the_device(tmp_path: Path) -> None:
    result = aeroflow("run", program(tmp_path, LETTERS), "--record", "/dev/null")
    assert result.exit_code == 0
    assert not Path("/dev/null").is_file()


def test_an_export_to_the_standard_output_is_what_others_read(tmp_path: Path, recording: Path) -> None:
    assert aeroflow("run", program(tmp_path, LETTERS), "--record", recording).exit_code == 0
    result = ended("export", recording, "-o", "/dev/stdout")
    assert json.loads(result.stdout)["traceEvents"]


def test_json_of_a_run_is_one_document_with_all_outputs(tmp_path: Path) -> None:
    path = program(tmp_path, 'actor B { on go(xs: list<int>) {\n render xs[1] } }\nrender "a"\nB.go([])\n')
    result = aeroflow("run", path, "--json")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert document["status"] == "finished"
    assert document["outputs"][0]["text"] == "a"
    assert document["outputs"][1]["fault"]["line"] == 2
    path.write_text("let a = 1\n", encoding="utf-8")
    assert json.loads(aeroflow("run", path, "--json").stdout)["outputs"] == []


def test_an_engine_failure_leaves_what_was_recorded_and_says_where(
    tmp_path: Path, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    advance = api.Session.advance

    def failing(session: api.Session, **how: Any) -> api.Progress:
        if session.total() > 100:
            raise api.MachineError("the engine stopped")
        return advance(session, max_events=50)

    monkeypatch.setattr(api.Session, "advance", failing)
    result = aeroflow("run", program(tmp_path, ENDLESS), "--record", recording)
    assert result.exit_code != 0
    assert f"what was recorded until then is in {recording}" in result.stderr
    session = api.Session.load(recording)
    assert session.total() > 100
    assert session.verify().ok
    assert "cut off at event" in session.warnings[0]


@pytest.mark.skipif(sys.platform == "darwin", reason="names of files are Unicode there")
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "ascii"])
@pytest.mark.parametrize("word", ["run", "check"])
def test_a_parser_reads_json_in_every_encoding_of_the_output(tmp_path: Path, word: str, encoding: str) -> None:
    """The name of the file is no Unicode, and what the program renders is more than the output can show."""
    path = tmp_path / os.fsdecode(b"odd\xff.aefl")
    path.write_text('render "é😀"\nfail "é"\n' + ("" if word == "run" else "nope\n"), encoding="utf-8")
    done = ended(word, path, "--json", env={"PYTHONIOENCODING": encoding})
    document = json.loads(done.stdout.decode(encoding))
    if word == "run":
        assert [output["text"] for output in document["outputs"]] == ["é"]
        assert document["outputs"][0]["fault"]["file"] == str(path)
    else:
        assert Path(document[0]["file"]).name == path.name
