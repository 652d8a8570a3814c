"""The wasmtime engines of the process, with switches chosen for determinism and speed.

Threads and relaxed SIMD are off: both would let two machines differ. A runaway turn is stopped by the code itself
(``stopping.py``), not by epochs. NaN bits are made canonical by the library where they become visible, not by the
engine's switch, which costs 1.76x on vector code. Memory keeps its default reservation and guards, so that bounds cost
nothing.
"""

from __future__ import annotations

from functools import cache

import wasmtime
from wasmtime import _bindings

WASM_STACK_BYTES = 6 * 1024 * 1024
"""The compiled code's own recursion limit is 3 MiB of estimated frames, so this one is never met. A thread that runs
modules needs a stack larger than this."""


@cache
def shared_engine() -> wasmtime.Engine:
    """The engine of all modules that our compiler made in this process; compiled modules belong to its settings."""
    return wasmtime.Engine(_config())


@cache
def foreign_engine() -> wasmtime.Engine:
    """The engine of modules that came out of files: it asks at every loop and call whether to stop, because their code
    may not. Raising its epoch stops all of them."""
    config = _config()
    config.epoch_interruption = True
    return wasmtime.Engine(config)


def _config() -> wasmtime.Config:
    config = wasmtime.Config()
    config.wasm_threads = False
    config.wasm_relaxed_simd = False
    # the engine refuses to start with a stack larger than the one of its (unused) asynchronous calls
    _bindings.wasmtime_config_async_stack_size_set(config.ptr(), 2 * WASM_STACK_BYTES)
    config.max_wasm_stack = WASM_STACK_BYTES
    config.parallel_compilation = True
    config.cranelift_opt_level = "speed"
    return config
