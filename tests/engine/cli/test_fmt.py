"""``aeroflow fmt`` on files, folders and standard input."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from engine.cli.main import app

UGLY, NEAT = "let  a=1\r\n", "let a = 1\n"


def fmt(*words: str | Path, text: str | bytes = "") -> Result:
    return CliRunner().invoke(app, ["fmt", *map(str, words)], input=text)


def test_files_in_folders_are_formatted_and_hidden_folders_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / ".hidden").mkdir()
    files = [tmp_path / "a.aefl", tmp_path / "inner" / "b.aefl", tmp_path / ".hidden" / "c.aefl", tmp_path / "d.txt"]
    for file in files:
        file.write_bytes(UGLY.encode())
    result = fmt(tmp_path)
    assert (result.exit_code, result.stderr) == (0, "2 files: 2 formatted\n")
    assert [file.read_bytes().decode() for file in files] == [NEAT, NEAT, UGLY, UGLY]
    assert fmt(tmp_path).stderr == "2 files: 0 formatted\n"


def test_without_a_path_this_folder_is_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.aefl").write_text(UGLY)
    assert fmt().exit_code == 0
    assert (tmp_path / "a.aefl").read_bytes() == NEAT.encode()


def test_check_lists_what_would_change_and_changes_nothing(tmp_path: Path) -> None:
    ugly, neat = tmp_path / "ugly.aefl", tmp_path / "neat.aefl"
    ugly.write_bytes(UGLY.encode())
    neat.write_bytes(NEAT.encode())
    result = fmt("--check", ugly, neat)
    assert (result.exit_code, result.stdout) == (1, f"{ugly}\n")
    assert ugly.read_bytes() == UGLY.encode()
    assert fmt("--check", neat).exit_code == 0


def test_a_file_with_a_mistake_is_left_alone_and_told_while_others_are_formatted(tmp_path: Path) -> None:
    broken, ugly = tmp_path / "broken.aefl", tmp_path / "ugly.aefl"
    broken.write_text("let  = 1\n")
    ugly.write_bytes(UGLY.encode())
    result = fmt(broken, ugly)
    assert result.exit_code == 1
    assert f"{broken}:1:6: error[E0023]" in result.stderr
    assert broken.read_text() == "let  = 1\n"
    assert ugly.read_bytes() == NEAT.encode()


def test_standard_input_goes_to_standard_output() -> None:
    assert (fmt("--stdin", text=UGLY).stdout, fmt("--stdin", text="let = 1").exit_code) == (NEAT, 1)
    checked = fmt("--stdin", "--check", text=UGLY)
    assert (checked.exit_code, checked.stdout) == (1, "<stdin>\n")
    assert fmt("--stdin", "--check", text=NEAT).exit_code == 0


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    assert "there is no file" in fmt(tmp_path / "none.aefl").stderr
    assert "not both" in fmt("--stdin", tmp_path).stderr
    assert "not UTF-8" in fmt("--stdin", text=b"\xff").stderr


def test_a_file_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "a.aefl"
    path.write_text(UGLY)
    path.chmod(0o640)
    fmt(path)
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("command", ["fmt", "check", "doc"])
def test_a_folder_without_programs_is_a_mistake_of_the_call(tmp_path: Path, command: str) -> None:
    result = CliRunner().invoke(app, [command, str(tmp_path)])
    assert (result.exit_code, "there is no program here" in result.output) == (2, True)
