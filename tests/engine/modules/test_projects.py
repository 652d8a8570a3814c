"""``aeroflow.toml``, and modules as files in folders."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from engine import api
from engine.project.manifest import read_manifest
from engine.project.modules import FolderModules


def write(folder: Path, files: dict[str, str]) -> None:
    """Puts files into a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def outputs(path: Path, unsaved: dict[str, str] | None = None) -> list[str]:
    """What a program on disk renders."""
    build = api.compile_in_project(path.read_text(encoding="utf-8"), str(path), unsaved)
    assert build.program is not None, build.problems
    session = api.Session.start(build.program)
    session.advance(until_tick=100)
    return [output.text for output in session.outputs(0)]


def test_a_file_without_a_project_finds_its_neighbours(tmp_path: Path) -> None:
    write(tmp_path, {"main.aefl": "from deep.a import f\nrender f()\n", "deep/a.aefl": "fn f() -> int { return 1 }\n"})
    assert outputs(tmp_path / "main.aefl") == ["1"]


def test_a_project_looks_in_its_source_folder(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "aeroflow.toml": 'source = "src"\n',
            "src/units.aefl": 'let CM = "cm"\n',
            "src/shapes/square.aefl": "from units import CM\nrender CM\n",
        },
    )
    assert outputs(tmp_path / "src/shapes/square.aefl") == ["cm"]


def test_a_neighbour_comes_before_the_source_folder(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "aeroflow.toml": "",
            "units.aefl": 'let CM = "outer"\n',
            "in/units.aefl": 'let CM = "inner"\n',
            "in/main.aefl": "from units import CM\nrender CM\n",
        },
    )
    assert outputs(tmp_path / "in/main.aefl") == ["inner"]


def test_one_file_is_one_module_by_whatever_way(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "aeroflow.toml": "",
            "in/log.aefl": 'actor Log { on note(n: int) { render f"{self} {n}" } }\n',
            "in/a.aefl": "import log\nactor A { on go() { log.Log.note(2) } }\n",
            "main.aefl": "import in.log as l\nfrom in.a import A\nl.Log.note(1)\nA.go()\n",
        },
    )
    (tmp_path / "main.aefl").write_text("import inside.log as l\nfrom inside.a import A\nl.Log.note(1)\nA.go()\n")
    (tmp_path / "in").rename(tmp_path / "inside")
    assert outputs(tmp_path / "main.aefl") == ["Log#1 1", "Log#1 2"]


def test_an_unsaved_text_counts_more_than_the_file(tmp_path: Path) -> None:
    write(tmp_path, {"main.aefl": "from a import n\nrender n\n", "a.aefl": "let n = 1\n"})
    assert outputs(tmp_path / "main.aefl", {str(tmp_path / "a.aefl"): "let n = 2\n"}) == ["2"]
    assert outputs(tmp_path / "main.aefl", {str(tmp_path / "b.aefl"): "let n = 3\n"}) == ["1"]


def test_a_started_file_that_is_imported_back_closes_a_circle(tmp_path: Path) -> None:
    write(tmp_path, {"main.aefl": "import a\n", "a.aefl": "import main\n"})
    os.chdir(tmp_path)
    build = api.compile_in_project("import a\n", "main.aefl")
    assert [p.code for p in build.problems] == ["E0122"]
    assert "main.aefl → `a` → main.aefl" in build.problems[0].message


def test_a_module_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    write(tmp_path, {"main.aefl": "import a\n"})
    (tmp_path / "a.aefl").write_bytes(b"fn \xff")
    problem = api.compile_in_project("import a\n", str(tmp_path / "main.aefl")).problems[0]
    assert problem.message.startswith("the module `a` cannot be read")
    assert "not UTF-8 text (byte 3)" in problem.message


def test_the_project_file_sets_tick_and_seed(tmp_path: Path) -> None:
    write(tmp_path, {"aeroflow.toml": 'name = "x"\n[run]\ntick = "250us"\nseed = 7\n', "main.aefl": "render 1\n"})
    project = api.project_of(tmp_path / "main.aefl")
    assert project.seed == 7
    assert project.manifest.tick_us == 250
    assert project.entry == tmp_path / "main.aefl"


@pytest.mark.parametrize(
    ("text", "line", "column", "words", "is_error"),
    [
        ('name = "a"\nauthor = "me"\n', 2, 1, "there is no setting `author`", False),
        ('verison = "1"\n', 1, 1, "did you mean `version`?", False),
        ("[run]\n  sed = 1\n", 2, 3, "`[run]` has no setting `sed`; did you mean `seed`?", False),
        ("[rnu]\nseed = 1\n", 1, 1, "did you mean `run`?", False),
        ('[run]\ntick = "soon"\n', 2, 1, '`tick` must be a time such as "1ms"', True),
        ('[run]\ntick = "0ms"\n', 2, 1, "`tick` must be a time", True),
        ('[run]\nseed = "x"\n', 2, 1, "`seed` must be a whole number", True),
        ("[run]\nseed = true\n", 2, 1, "`seed` must be a whole number", True),
        ("name = 5\n", 1, 1, "`name` must be a text in quotes", True),
        ('entry = "../x.aefl"\n', 1, 1, "`entry` must be a path inside the project", True),
        ("name = \n", 1, 8, "this is not TOML", True),
        ('[run]\ntick = "1ms"\ntick = "2ms"\n', 3, 1, "`tick` is there twice", True),
        ("[run]\n[run]\n", 2, 1, "`run` is there twice", True),
        ("run.seed = 1\n[run]\nseed = 2\n", 2, 1, "`run` is there twice", True),
        ("run = 5\n", 1, 1, "`run` is a table", True),
        ('[run]\ntick = "1h"\n', 2, 1, 'up to "3600s"', True),
        ('source = "a\\u0000b"\n', 1, 1, "`source` must not contain control characters", True),
        ("seed = " + "9" * 5000, 1, 5008, "a number has too many digits", True),
        ("x = " + "[" * 60_000, 1, 1, "nested too deeply", True),
    ],
)
def test_mistakes_in_the_project_file_have_a_place(
    text: str, line: int, column: int, words: str, is_error: bool
) -> None:
    (problem,) = read_manifest(text).problems
    assert words in problem.message
    assert (problem.line, problem.column, problem.is_error) == (line, column, is_error)


def test_an_error_in_the_project_file_keeps_its_programs_from_running(tmp_path: Path) -> None:
    write(tmp_path, {"aeroflow.toml": "[run]\ntick = 5\n", "main.aefl": "render 1\n"})
    build = api.compile_in_project("render 1\n", str(tmp_path / "main.aefl"))
    assert build.program is None
    assert [(p.file, p.code, p.severity) for p in build.problems] == [
        (str(tmp_path / "aeroflow.toml"), "E0130", "error")
    ]


def test_a_byte_order_mark_is_no_part_of_the_project_file() -> None:
    assert read_manifest('\ufeffname = "x"\n').name == "x"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_a_project_file_that_somebody_else_put_above_a_program_does_not_count(tmp_path: Path) -> None:
    write(tmp_path, {"aeroflow.toml": "[run]\nseed = 7\n", "mine/main.aefl": "render 1\n"})
    assert api.project_of(tmp_path / "mine/main.aefl").seed == 7
    os.chown(tmp_path / "aeroflow.toml", 12345, 12345)
    assert api.project_of(tmp_path / "mine/main.aefl").path is None
    os.chown(tmp_path / "mine", 12345, 12345)  # a whole project of another user is read as it is
    assert api.project_of(tmp_path / "mine/main.aefl").seed == 7


def test_above_the_home_folder_no_project_file_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"aeroflow.toml": "[run]\nseed = 7\n", "home/deep/main.aefl": "render 1\n"})
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert api.project_of(tmp_path / "home/deep/main.aefl").path is None
    assert api.project_of(tmp_path / "home/deep/main.aefl").seed == 0


def test_a_module_that_leads_out_of_the_project_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, {"secret": "root:x:0:0\n", "p/lib/real.aefl": "fn f() -> int { return 1 }\n"})
    (tmp_path / "p/evil.aefl").symlink_to(tmp_path / "secret")
    (tmp_path / "p/inner.aefl").symlink_to(tmp_path / "p/lib/real.aefl")
    problem = api.compile_in_project("import evil\n", str(tmp_path / "p/main.aefl")).problems[0]
    assert "is a link that leads out of the project" in problem.message
    assert "x:0:0" not in problem.message
    write(tmp_path, {"p/main.aefl": "from inner import f\nrender f()\n"})
    assert outputs(tmp_path / "p/main.aefl") == ["1"]


@pytest.mark.parametrize("name", ["x" * 300, "a.b", "con"])
def test_a_module_whose_name_no_file_can_have_is_not_there(tmp_path: Path, name: str) -> None:
    problem = api.compile_in_project(f"import {name}\n", str(tmp_path / "main.aefl")).problems[0]
    assert problem.code.startswith("E01")


@pytest.mark.parametrize("entry", ["[" * 600, "a/" * 3000 + "main.aefl", "gone.aefl", "."])
def test_an_entry_that_no_file_can_be_or_is_gets_a_sentence(tmp_path: Path, entry: str) -> None:
    (tmp_path / "aeroflow.toml").write_text(f'name = "p"\nentry = "{entry}"\n', encoding="utf-8")
    with pytest.raises(api.ProjectError, match="which is not there"):
        api.entry_of(tmp_path)


def test_an_entry_that_leads_out_of_the_project_is_not_run(tmp_path: Path) -> None:
    write(tmp_path, {"secret.aefl": "render 1\n", "p/aeroflow.toml": 'name = "p"\nentry = "src/start.aefl"\n'})
    (tmp_path / "p/src").mkdir()
    (tmp_path / "p/src/start.aefl").symlink_to(tmp_path / "secret.aefl")
    with pytest.raises(api.ProjectError, match="leads out of the project"):
        api.entry_of(tmp_path / "p")


def test_the_folder_is_looked_through_once_however_many_imports_are_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    names = FolderModules.names

    def counting(self: FolderModules, importer: str) -> Sequence[str]:
        asked.append(importer)
        return names(self, importer)

    monkeypatch.setattr(FolderModules, "names", counting)
    text = "".join(f"import m{n}\n" for n in range(50))
    assert len(api.analyse_in_project(text, str(tmp_path / "main.aefl")).problems) == 50
    assert len(asked) == 1
