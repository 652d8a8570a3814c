"""The installer knows whose environment it is in, and changes only its own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from engine.install import environment


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    folder = tmp_path / "prefix"
    folder.mkdir()
    return folder


def test_a_prefix_of_its_own_is_a_virtual_environment(prefix: Path, tmp_path: Path) -> None:
    assert environment.detect(prefix, tmp_path / "base").kind == "venv"


def test_pipx_and_uv_leave_a_mark_in_their_environments(prefix: Path, tmp_path: Path) -> None:
    (prefix / "pipx_metadata.json").touch()
    assert environment.detect(prefix, tmp_path / "base").kind == "pipx"
    (prefix / "pipx_metadata.json").unlink()
    (prefix / "uv-receipt.toml").touch()
    assert environment.detect(prefix, tmp_path / "base").kind == "uv-tool"


def test_a_python_that_the_system_manages_is_recognised(prefix: Path, tmp_path: Path) -> None:
    (tmp_path / "EXTERNALLY-MANAGED").touch()
    assert environment.detect(prefix, prefix, tmp_path).kind == "managed"


def test_the_installer_runs_pip_itself_only_in_an_environment_of_its_own(prefix: Path) -> None:
    requirements = ("PySide6-Essentials<6.12",)
    own = environment.Environment("venv", prefix, has_pip=True, writable=True)
    command, may_run = environment.install_command(own, requirements)
    assert command == [sys.executable, "-m", "pip", "install", *requirements]
    assert may_run
    for kind in ("managed", "system", "uv-tool"):
        foreign = environment.Environment(kind, prefix, has_pip=True, writable=True)
        _, may_run = environment.install_command(foreign, requirements)
        assert not may_run, kind


def test_the_shown_command_can_be_pasted_into_a_shell(prefix: Path) -> None:
    own = environment.Environment("pipx", prefix, has_pip=True, writable=True)
    command, _ = environment.install_command(own, ("PySide6-Essentials>=6.11.2,<6.12",))
    assert environment.shown(command) == "pipx inject aeroflow 'PySide6-Essentials>=6.11.2,<6.12'"


def test_the_extra_asks_for_a_qt_that_does_not_crash() -> None:
    requirements = environment.ide_requirements()
    assert any(t.lower().startswith("pyside6-essentials") and "<6.12" in t for t in requirements)
