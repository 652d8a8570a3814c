"""What a program may read, and that every request is answered."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine import api
from engine.base.outside import Answered, Request
from engine.outside import real
from tests.engine.outside.asking import ask, why


def test_files_of_permitted_folders_are_read(tmp_path: Path) -> None:
    inner = tmp_path / "project"
    inner.mkdir()
    (inner / "a.txt").write_text("héllo", encoding="utf-8")
    (inner / "b.bin").write_bytes(b"\xff\x00")
    (tmp_path / "secret.txt").write_text("no", encoding="utf-8")
    outside = api.RealOutside(api.Permissions(inner, (inner,)))
    assert ask(outside, "fs.read", "a.txt") == Answered("héllo")
    assert ask(outside, "fs.read_bytes", "b.bin") == Answered(b"\xff\x00")
    assert ask(outside, "fs.exists", "c.txt") == Answered(False)
    assert "`fs.read_bytes` takes any file" in why(ask(outside, "fs.read", "b.bin"))
    assert "there is no such file" in why(ask(outside, "fs.read", "c.txt"))
    assert "this is a folder" in why(ask(outside, "fs.read", "."))
    for path in ("../secret.txt", str(tmp_path / "secret.txt")):
        assert "is not permitted" in why(ask(outside, "fs.read", path))
        assert "is not permitted" in why(ask(outside, "fs.exists", path))


def test_a_program_reads_its_project_and_without_one_nothing(tmp_path: Path) -> None:
    (tmp_path / "lone.aefl").write_text("render 1")
    (tmp_path / "notes.txt").write_text("private")
    project = tmp_path / "project"
    (project / "tests").mkdir(parents=True)
    (project / "aeroflow.toml").write_text("")
    (project / "data.txt").write_text("for the program")
    lone = api.RealOutside(api.permissions_of(tmp_path / "lone.aefl"))
    assert "`--allow-read FOLDER` permits it" in why(ask(lone, "fs.read", "notes.txt"))
    allowed = api.RealOutside(api.permissions_of(tmp_path / "lone.aefl", (tmp_path,)))
    assert ask(allowed, "fs.read", "notes.txt") == Answered("private")
    tested = api.RealOutside(api.permissions_of(project / "tests" / "a.aefl"))
    assert ask(tested, "fs.read", "../data.txt") == Answered("for the program")
    assert "is not permitted" in why(ask(tested, "fs.read", "../../notes.txt"))


def test_a_path_that_cannot_be_followed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    os.mkfifo(tmp_path / "pipe")
    outside = api.RealOutside(api.Permissions(tmp_path, (tmp_path,)))
    for path in ("a\0b", "circle", "a", "pipe", "x" * 5000, "y/" * 3000):
        for request in ("fs.read", "fs.read_bytes"):
            assert why(ask(outside, request, path)).startswith(f"{request}(")
    for path in ("a\0b", "circle", "a", "x" * 5000):
        assert ask(outside, "fs.exists", path)


def test_a_failure_that_was_not_foreseen_is_an_answer_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(self: object, request: Request) -> Answered:
        raise ZeroDivisionError("a mistake of the library")

    monkeypatch.setattr(real.RealOutside, "_perform", fails)
    outside = api.RealOutside(api.Permissions(tmp_path))
    for name in ("fs.read", "http.get", "env.get", "clock.wall", "no.such"):
        assert "a mistake of the library" in why(ask(outside, name, "x"))


def test_a_line_of_input_that_cannot_be_read_is_refused_and_the_next_one_is_read(tmp_path: Path) -> None:
    def failing(problem: Exception) -> str:
        raise problem

    lines = iter([ZeroDivisionError("broken"), UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), "\udcff", "well"])

    def read(prompt: str) -> str | None:
        line = next(lines)
        return failing(line) if isinstance(line, Exception) else line

    outside = api.RealOutside(api.Permissions(tmp_path), read)
    jobs = [outside.begin(Request("input.line", ("",))) for _ in range(4)]
    answers = [job.wait(30) for job in jobs]
    assert [why(answer) for answer in answers[:3] if answer is not None] == [
        "the input cannot be read: broken",
        "the input is not UTF-8 text",
        "input(): its value is not UTF-8 text",
    ]
    assert answers[3] == Answered("well")


def test_lines_of_input_come_in_the_order_in_which_they_are_asked_for(tmp_path: Path) -> None:
    lines = iter(["one", "two", None])
    outside = api.RealOutside(api.Permissions(tmp_path), read=lambda prompt: next(lines))
    jobs = [outside.begin(Request("input.line", ("",))) for _ in range(3)]
    assert [job.wait(30) for job in jobs] == [Answered("one"), Answered("two"), Answered(None)]


def test_the_environment_needs_a_permission_and_gives_text_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AEROFLOW_TEST", "there")
    monkeypatch.setitem(os.environ, "AEROFLOW_BYTES", "\udcff\udcfe")
    closed, opened = (api.RealOutside(api.Permissions(tmp_path, environment=given)) for given in (False, True))
    assert "`--allow-env` permits it" in why(ask(closed, "env.get", "AEROFLOW_TEST"))
    assert ask(opened, "env.get", "AEROFLOW_TEST") == Answered("there")
    assert ask(opened, "env.get", "AEROFLOW_TEST_MISSING") == Answered(None)
    assert "is not UTF-8 text" in why(ask(opened, "env.get", "AEROFLOW_BYTES"))
    assert ask(opened, "env.get", "a\0b") == Answered(None)
