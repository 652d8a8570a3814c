"""Programs as a batch for JavaScript, and what came back as observations."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.compiler.driver import CompiledProgram
from tests.conformance.corpus import EVENTS_MAX, Settings
from tests.conformance.observation import Observation

DRIVER = Path(__file__).parents[3] / "engine" / "targets" / "javascript"
LITTER = Path(__file__).with_name("litter.mjs")
SECONDS_MAX = 240

Job = tuple[CompiledProgram, Settings]


def plain(jobs: Sequence[Job], litter: str | None = None) -> list[dict[str, object]]:
    """The jobs for JSON. ``litter`` is the address of the script that fills memory with random bytes on the way."""
    return [
        {
            "wasm": b64encode(program.wasm).decode(),
            "cells": {cell.name: [cell.address, cell.type] for cell in program.metadata.cells},
            "seed": str(settings.seed),
            "until_tick": settings.until_tick,
            "until_event": EVENTS_MAX,
            "litter": litter,
        }
        for program, settings in jobs
    ]


def observation(result: dict[str, Any]) -> Observation | str:
    """What one program did, or why it could not be run."""
    if "error" in result:
        return str(result["error"])
    return Observation(
        status=result["status"],
        tick=int(result["tick"]),
        handled=int(result["handled"]),
        execution_hash=int(result["execution_hash"]),
        digest=int(result["digest"]),
        events=bytes.fromhex(result["events"]),
        payloads=bytes.fromhex(result["payloads"]),
        outputs=bytes.fromhex(result["outputs"]),
    )
