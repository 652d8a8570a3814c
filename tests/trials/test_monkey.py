"""The short form of the monkey: it finds nothing that breaks the window."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize("seed", [1, 2])
def test_a_monkey_at_the_window_causes_no_fault(seed: int) -> None:
    command = [sys.executable, "-m", "tests.trials.monkey", "--events", "400", "--seed", str(seed), "--runs", "1"]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, f"400 events, 0 faults, seed {seed}"), done.stderr
