"""A command replaces only what it could have written: every command that writes, and every kind of file in its way."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.cli.test_commands import aeroflow

PROGRAM = 'render "hello"\ntest "never" { assert false }\n'
READING = 'import fs\nrender fs.read_bytes("in.bin").length\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a program, its recording, and a text of the user."""
    monkeypatch.chdir(tmp_path)
    Path("s.aefl").write_text(PROGRAM)
    Path("aeroflow.toml").write_text('name = "kept"\n')
    Path("notes.txt").write_text("written by hand\n")
    assert aeroflow("run", "s.aefl", "--record", "r.aft").exit_code == 0
    return tmp_path


WRITERS: dict[str, list[str]] = {
    "out.aft": ["run", "s.aefl", "--record", "out.aft"],
    "fork.aft": ["fork", "r.aft", "--at", "0", "-o", "fork.aft"],
    "again.aft": ["verify", "r.aft", "-o", "again.aft"],
    "out.json": ["export", "r.aft", "-o", "out.json"],
    "out.xml": ["test", "s.aefl", "--junit", "out.xml"],
    "dd/s.md": ["doc", "s.aefl", "-o", "dd"],
    "tr/": ["test", "s.aefl", "--traces", "tr"],
    "out.png": ["ide", "s.aefl", "--shot", "out.png"],
}
"""What each command writes; a name that ends in a stroke is a folder with one file."""


def written(name: str, words: list[str]) -> Path:
    """The file that a command writes, after it was called once. A picture needs a window, and is made here."""
    if words[0] == "ide":
        Path(name).write_bytes(b"\x89PNG\r\n")
        return Path(name)
    aeroflow(*words)
    return next(Path(name).iterdir()) if name.endswith("/") else Path(name)


def linked(path: Path, target: Path) -> None:
    path.symlink_to(target.absolute())


def copied(path: Path, target: Path) -> None:
    path.write_bytes(target.read_bytes())


@pytest.mark.parametrize("way", [linked, os.link, copied])
@pytest.mark.parametrize("target", ["s.aefl", "aeroflow.toml", "notes.txt"])
@pytest.mark.parametrize("name", WRITERS)
def test_a_file_of_another_kind_is_refused_and_stays(
    folder: Path, name: str, target: str, way: Callable[[Path, Path], None]
) -> None:
    path = written(name, WRITERS[name])
    path.unlink()
    if way is os.link:
        os.link(target, path)
    else:
        way(path, Path(target))
    before = Path(target).read_bytes()
    result = aeroflow(*WRITERS[name])
    assert result.exit_code == (1 if name == "tr/" else 2), result.output
    assert re.search(r"choose another\s+name", result.output), result.output
    assert Path(target).read_bytes() == path.read_bytes() == before


@pytest.mark.parametrize("name", [name for name in WRITERS if name != "out.png"])
def test_what_the_command_wrote_before_is_replaced_and_so_is_an_empty_file(folder: Path, name: str) -> None:
    path = written(name, WRITERS[name])
    first = path.read_bytes()
    if name == "out.xml":  # it has the time that a test took
        first = first[:30]
    for _ in range(2):
        aeroflow(*WRITERS[name])
        assert path.read_bytes().startswith(first)
        path.write_bytes(b"")


@pytest.mark.parametrize("record", ["in.bin", "link.bin", "./sub/../in.bin"])
def test_a_run_is_not_recorded_into_the_data_that_it_reads(folder: Path, record: str) -> None:
    Path("sub").mkdir()
    Path("reads.aefl").write_text(READING)
    Path("in.bin").write_bytes(b"0123456789")
    Path("link.bin").symlink_to("in.bin")
    result = aeroflow("run", "reads.aefl", "--record", record)
    assert result.exit_code == 2
    assert "exists and is not a recording; choose another name" in " ".join(result.output.split())
    assert Path("in.bin").read_bytes() == b"0123456789"


def test_a_project_is_not_made_through_a_link_that_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / ".gitignore").symlink_to(tmp_path / "elsewhere")
    result = aeroflow("new", tmp_path / "p")
    assert result.exit_code == 2, result.output
    assert not (tmp_path / "elsewhere").exists()
