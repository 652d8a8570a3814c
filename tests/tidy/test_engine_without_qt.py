"""The engine works where PySide6 is not installed."""

from __future__ import annotations

import subprocess
import sys

from tests.tidy.sources import ROOT

PROGRAM = """
import importlib, pkgutil, sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("PySide6", "shiboken6", "studio"):
            raise ModuleNotFoundError(f"{name} is not there", name=name)
        return None

sys.meta_path.insert(0, Refuse())
import engine
for module in pkgutil.walk_packages(engine.__path__, "engine."):
    importlib.import_module(module.name)
from engine import api
build = api.compile("render 6 * 7", "answer.aefl")
session = api.Session.start(build.program)
print(session.advance().outputs[0].text)
"""


def test_every_engine_module_imports_and_a_program_runs_without_qt() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "42"
