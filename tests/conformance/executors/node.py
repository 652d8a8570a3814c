"""Runs programs in Node."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.conformance.executors.jobs import DRIVER, LITTER, SECONDS_MAX, Job, observation, plain
from tests.conformance.observation import Observation


def node() -> str | None:
    """Where Node is, if it is installed."""
    return shutil.which("node")


def on_node(jobs: Sequence[Job], folder: Path, littered: bool = False) -> list[Observation | str]:
    """What the programs do, perhaps in memory full of random bytes; ``folder`` is for the batch."""
    program = node()
    assert program is not None
    batch = folder / "jobs.json"
    batch.write_text(json.dumps(plain(jobs, LITTER.as_uri() if littered else None)), encoding="utf-8")
    done = subprocess.run(
        [program, str(DRIVER / "node.mjs"), str(batch)], capture_output=True, timeout=SECONDS_MAX, check=False
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return [observation(result) for result in json.loads(done.stdout)]
