"""The rate of a run is said only where the run was long enough to have one."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import api
from engine.cli import run as cli_run


@pytest.mark.parametrize(("seconds", "rate"), [(0.0, ""), (0.002, ""), (2.0, ", 2/s")])
def test_a_short_run_has_no_rate(seconds: float, rate: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "three.aefl"
    program = api.compile("actor A { on go() {} }\nlet a = spawn A()\na.go()\na.go()\n", str(path)).program
    assert program is not None
    session = api.Session.start(program, 0)
    last = session.advance(100)
    cli_run._say_how_it_ended(path, last, None, seconds, None)
    assert f"{last.total} events{rate}, hash" in capsys.readouterr().err
