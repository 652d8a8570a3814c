"""Modules that a person with bad intentions would put into a trace file, and how to load them without hanging."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import wasmtime

from engine import api
from engine.base.host_calls import HOST_CALLS, Signature
from engine.cli.engine_thread import STACK_BYTES
from tests.engine.trace.mutants import frames_of, write_frames

T = TypeVar("T")
PATIENCE_SECONDS = 60.0
"""No test takes that long; one that hangs fails then."""

FOREVER = "(loop $again (br $again))"
_ZERO = {"i32": "(i32.const 0)", "i64": "(i64.const 0)"}


def module(
    bodies: dict[str, str] | None = None,
    memory: str = '(memory (export "memory") 4 65536)',
    more: str = "",
    without: tuple[str, ...] = (),
    signatures: dict[str, Signature] | None = None,
) -> bytes:
    """A module with the host's functions, which do nothing but for ``bodies``."""
    functions = []
    for name, (params, results) in (HOST_CALLS | (signatures or {})).items():
        if name in without:
            continue
        given = f"(param {' '.join(params)})" if params else ""
        gives = f"(result {' '.join(results)})" if results else ""
        zero = "".join(_ZERO.get(result, f"({result}.const 0)") for result in results)
        functions.append(f'(func (export "{name}") {given} {gives} {(bodies or {}).get(name, "")} {zero})')
    return bytes(wasmtime.wat2wasm(f"(module {more} {memory} {' '.join(functions)})"))


def put_into(path: Path, wasm: bytes) -> None:
    """Gives a trace file another module, with a right digest."""
    frames = [(kind, body | {"module": wasm} if kind == "header" else body) for kind, body in frames_of(path)]
    write_frames(path, frames)


def insisting(work: Callable[[api.StopSignal], T], signal: api.StopSignal | None = None) -> T:
    """What work gives, or raises, that is asked again and again to stop from the beginning on."""
    results: list[T] = []
    failures: list[BaseException] = []
    signal, done = signal or api.StopSignal(), threading.Event()

    def body() -> None:
        try:
            results.append(work(signal))
        except BaseException as failure:  # noqa: BLE001 - handed over to the test's thread
            failures.append(failure)
        finally:
            done.set()

    before = threading.stack_size(STACK_BYTES)
    try:
        thread = threading.Thread(target=body, daemon=True)
        thread.start()
    finally:
        threading.stack_size(before)
    waited = 0.0
    while not done.wait(0.05):
        signal.request()
        waited += 0.05
        assert waited < PATIENCE_SECONDS, "it does not stop"
    thread.join()
    if failures:
        raise failures[0]
    return results[0]
