"""What is asked of the command line and cannot be done ends in a sentence and an exit code, and harms nothing."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, get_args, get_origin, get_type_hints

import pytest
import typer
from typer.testing import CliRunner, Result

from engine import api
from engine.base.errors import MachineError
from engine.cli import files
from engine.cli import test_case as case_module
from engine.cli.last_resort import last_resort
from engine.cli.main import app
from engine.files.reading import read_regular

TWO_TO_63 = 2**63


def aeroflow(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def in_a_process(*words: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
    """The command as the shell runs it."""
    command = [sys.executable, "-m", "engine.cli", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload,no-any-return]


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "ticks.aefl"
    path.write_text("every 10ms { render now() }\n")
    return path


@pytest.fixture
def trace(program: Path, tmp_path: Path) -> Path:
    path = tmp_path / "ticks.aft"
    assert aeroflow("run", program, "--ticks", 50, "--record", path).exit_code == 0
    return path


# --- numbers ----------------------------------------------------------------------------------


def integer_options(commands: typer.Typer) -> Iterator[tuple[str, str]]:
    """Each option that takes a whole number, with its command, from the functions behind the commands."""
    for group in commands.registered_groups:
        assert group.typer_instance is not None
        yield from integer_options(group.typer_instance)
    for command in commands.registered_commands:
        assert command.callback is not None
        for name, hint in get_type_hints(command.callback, include_extras=True).items():
            kind, *extras = get_args(hint) if get_origin(hint) is Annotated else (hint,)
            if int in (kind, *get_args(kind)):
                declared = [
                    word
                    for extra in extras
                    for word in (extra.default, *(extra.param_decls or ()))
                    if isinstance(word, str)
                ]
                yield command.name or "", declared[0] if declared else f"--{name.replace('_', '-')}"


def test_every_number_of_every_command_has_bounds_that_the_engine_can_hold() -> None:
    options = list(integer_options(app))
    assert len(options) > 10
    for command, option in options:
        for number in (2**64 + 1, -(2**63) - 1):
            said = aeroflow(command, option, str(number)).stderr
            assert f"{option} goes from " in said, f"{command} {option}: use engine.cli.numbers"


@pytest.mark.parametrize("number", [TWO_TO_63, 2**64 + 1, 2**70, -1])
def test_a_tick_beyond_64_bits_is_refused_and_does_not_wrap(program: Path, trace: Path, number: int) -> None:
    for words in (
        ("run", program, "--ticks", number),
        ("fork", trace, "--at", 10, "--ticks", number, "-o", trace.with_name("fork.aft")),
        ("events", trace, "--from", number),
    ):
        result = aeroflow(*map(str, words))
        assert result.exit_code == 2, words
        assert " goes from 0 to 9,223,372,036,854,775,807" in result.stderr


def test_a_seed_beyond_64_bits_is_refused(program: Path) -> None:
    for seed in (TWO_TO_63, 2**64 + 1, -TWO_TO_63 - 1):
        assert aeroflow("run", program, "--ticks", "5", "--seed", str(seed)).exit_code == 2
        assert aeroflow("test", program, "--seed", str(seed)).exit_code == 2
    for seed in (TWO_TO_63 - 1, -TWO_TO_63):
        assert aeroflow("run", program, "--ticks", "5", "--seed", str(seed)).exit_code == 0


@pytest.mark.parametrize("at", ["²", "1:²:0", "٣", "", "1:2", "-1", "1.5", "9" * 5000])
def test_a_moment_that_is_no_number_is_refused(trace: Path, at: str) -> None:
    result = aeroflow("state", trace, "--at", at)
    assert result.exit_code == 2
    assert isinstance(result.exception, SystemExit)


@pytest.mark.parametrize("field", ["².x = 1", "9" * 30 + ".x = 1", ".x = 1", "0 = 1", "0.x", "0.x ="])
def test_a_field_that_cannot_be_meant_is_refused(trace: Path, tmp_path: Path, field: str) -> None:
    result = aeroflow("fork", trace, "--at", 10, "--set", field, "-o", tmp_path / "other.aft")
    assert result.exit_code == 2
    assert isinstance(result.exception, SystemExit)
    assert not (tmp_path / "other.aft").exists()


def test_a_branch_that_is_not_there_is_refused(trace: Path) -> None:
    for words in (("events", trace), ("state", trace, "--at", 10), ("verify", trace)):
        result = aeroflow(*map(str, words), "--branch", "7")
        assert (result.exit_code, "there is no branch 7" in result.stderr) == (2, True)


def test_times_of_an_export_do_not_wrap_around(tmp_path: Path) -> None:
    program = tmp_path / "far.aefl"
    program.write_text("actor A { on go(n: int) { render n } }\nlet a = spawn A()\nafter 9000000000000s a.go(1)\n")
    trace, out = tmp_path / "far.aft", tmp_path / "far.json"
    assert aeroflow("run", program, "--record", trace).exit_code == 0
    assert aeroflow("export", trace, "-o", out).exit_code == 0
    times = [event["ts"] for event in json.loads(out.read_text())["traceEvents"] if "ts" in event]
    assert min(times) >= 0
    assert max(times) == pytest.approx(9e18)


# --- files ------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with a good entry, and mistakes beside it."""
    root = tmp_path / "shop"
    (root / "tests").mkdir(parents=True)
    (root / "aeroflow.toml").write_text("")
    (root / "main.aefl").write_text("render 1\n")
    (root / "tests" / "a_test.aefl").write_text("render nope\n")
    return root


def test_check_looks_at_every_program_of_a_folder(folder: Path) -> None:
    result = aeroflow("check", folder)
    assert result.exit_code == 1
    assert "a_test.aefl:1:8: error" in result.stdout
    assert "2 files: 1 error, 0 warnings" in result.stderr


def test_a_file_that_cannot_be_read_does_not_keep_the_others_from_being_treated(folder: Path) -> None:
    (folder / "bytes.aefl").write_bytes(b"render \xff\n")
    for command in ("check", "fmt", "doc"):
        result = aeroflow(command, folder)
        assert result.exit_code == 2
        assert "bytes.aefl is not UTF-8 text (byte 7)" in result.stderr
    assert "a_test.aefl" in aeroflow("check", folder).stdout


def test_doc_writes_a_file_for_each_program_also_where_names_are_equal(tmp_path: Path) -> None:
    for part in ("one", "two"):
        (tmp_path / part).mkdir()
        (tmp_path / part / "same.aefl").write_text(f"struct {part.capitalize()} {{ n: int }}\n")
    assert aeroflow("doc", tmp_path, "-o", tmp_path / "out").exit_code == 0
    assert "One" in (tmp_path / "out" / "one" / "same.md").read_text()
    assert "Two" in (tmp_path / "out" / "two" / "same.md").read_text()


def test_doc_refuses_a_place_that_is_no_folder(program: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    for place in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / ("x" * 300)):
        result = aeroflow("doc", program, "-o", place)
        assert result.exit_code == 2
        assert isinstance(result.exception, SystemExit)
    assert (tmp_path / "file").read_text() == "kept"


def test_a_program_that_cannot_run_is_a_json_document_too(tmp_path: Path) -> None:
    (tmp_path / "wrong.aefl").write_text("render nope\n")
    result = aeroflow("run", tmp_path / "wrong.aefl", "--json")
    plain = json.loads(result.stdout)
    assert (result.exit_code, plain["status"]) == (1, "not run")
    assert [problem["line"] for problem in plain["problems"]] == [1]


def test_a_current_folder_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    script = f"import os; os.mkdir({str(gone)!r}); os.chdir({str(gone)!r}); os.rmdir({str(gone)!r})"
    run = "from engine.cli.main import main; import sys; sys.argv = ['aeroflow', 'run', '../x.aefl']; main()"
    environment = os.environ | {"PYTHONPATH": os.getcwd()}
    result = subprocess.run(
        [sys.executable, "-c", f"{script}; {run}"], capture_output=True, text=True, env=environment, check=False
    )
    assert result.returncode == 2
    assert "Traceback" not in result.stderr


# --- whatever else ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (MachineError("the engine stopped"), 2, "aeroflow: the engine stopped\n"),
        (MemoryError(), 2, "there is not enough memory"),
        (PermissionError(13, "Permission denied", "/x"), 2, "aeroflow: /x: Permission denied\n"),
        (IndexError("list index out of range"), 70, "AeroFlow itself made a mistake (IndexError"),
    ],
)
def test_a_failure_that_no_command_foresaw_is_a_sentence(
    error: BaseException, code: int, words: str, capsys: pytest.CaptureFixture[str],
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with pytest.raises(SystemExit) as ended, last_resort():
        raise error
    assert ended.value.code == code
    said = capsys.readouterr().err
    assert words in said
    assert "Traceback" not in said
    if code == 70:
        assert "list index out of range" in (tmp_path / "aeroflow" / "last-mistake.txt").read_text()


def test_a_test_that_the_engine_cannot_run_fails_and_the_others_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "tests.aefl"
    path.write_text('test "first" { assert true }\ntest "second" { assert true }\n')
    judge = api.judge

    def fails_once(*arguments: object) -> object:
        monkeypatch.setattr(case_module.api, "judge", judge)
        raise MachineError("the engine stopped")

    monkeypatch.setattr(case_module.api, "judge", fails_once)
    result = aeroflow("test", path)
    assert result.exit_code == 1
    assert "the test could not be run: the engine stopped" in result.stdout
    assert "2 tests: 1 failed" in result.stderr


@pytest.mark.parametrize("statement", ["raise KeyboardInterrupt", "exec('raise KeyboardInterrupt')"])
def test_ctrl_c_while_the_command_starts_is_no_traceback(tmp_path: Path, statement: str) -> None:
    (tmp_path / "typer.py").write_text(f"{statement}\n")  # what the user does, at a moment that is always the same
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{os.getcwd()}"}
    result = in_a_process("--version", env=environment)
    assert (result.returncode, result.stdout, result.stderr) == (130, "", "aeroflow: interrupted\n")


def test_names_and_faults_of_a_program_cannot_steer_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "red.aefl"
    named = 'test "\\u{1b}[31m red" { fail "\\u{1b}]0;title\\u{7}" }\n'
    path.write_text(named + 'actor A { on go() { fail "\\u{9b}2J" } }\nA.go()\nrender "\\u{1b}[1m"\n')
    tested, ran = aeroflow("test", path, "--traces", tmp_path / "traces"), aeroflow("run", path)
    assert "\\x1b[31m red" in tested.stdout
    assert not set("\x1b\x07\x9b") & set(tested.stdout + tested.stderr + ran.stderr)
    assert ran.stdout == "\x1b[1m\n"  # what a program puts out is its own affair


# --- folders that cannot be read --------------------------------------------------------------


@pytest.fixture
def half_readable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a program, a folder that cannot be listed, and one of which the entries cannot be looked at."""
    (tmp_path / "b").mkdir()
    (tmp_path / "c").mkdir()
    test = 'test "t" { assert 1 == 1 }\n'
    for name in ("a.aefl", "b/x.aefl", "c/y.aefl", "d.aefl"):
        (tmp_path / name).write_text(test)
    listed, looked_at = os.scandir, Path.stat

    def scandir(path: str | Path = ".") -> object:
        if Path(path).name == "b":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return listed(path)

    def stat(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if path.parent.name == "c":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return looked_at(path, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(os, "scandir", scandir)
    monkeypatch.setattr(Path, "stat", stat)

    def read(path: Path) -> bytes:
        stat(path)
        return read_regular(path)

    monkeypatch.setattr(files, "read_regular", read)
    return tmp_path


@pytest.mark.parametrize("command", ["check", "fmt", "doc", "test"])
def test_a_folder_that_cannot_be_read_is_told_and_the_rest_is_done(command: str, half_readable: Path) -> None:
    result = aeroflow(command, half_readable)
    assert result.exit_code == 2
    assert f"aeroflow: {half_readable / 'b'} cannot be read: Permission denied" in result.stderr
    assert f"aeroflow: {half_readable / 'c' / 'y.aefl'} cannot be read: Permission denied" in result.stderr
    assert "2 tests passed" in result.stderr or "2 files: " in result.stderr or "# d.aefl" in result.stdout


@pytest.mark.parametrize("command", ["fmt", "doc"])
def test_a_file_that_cannot_be_written_is_told_and_the_rest_is_done(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.aefl").write_text("let  A=1\n")

    def write(path: Path, data: bytes) -> None:
        if path.stem == "b":
            raise OSError(errno.ENOSPC, "No space left on device")
        path.write_bytes(data)

    monkeypatch.setattr(f"engine.cli.{command}.write_whole", write)
    more = ["-o", tmp_path / "out"] if command == "doc" else []
    result = aeroflow(command, tmp_path, *more)
    assert result.exit_code == 2
    assert "cannot be written: No space left on device" in result.stderr
    written = tmp_path / "out" / "c.md" if command == "doc" else tmp_path / "c.aefl"
    assert "let  A" not in written.read_text()
