"""Machine code for modules, compiled once: in this process, and through a ``Cache`` in the next one too."""

from __future__ import annotations

import platform
from functools import lru_cache
from hashlib import blake2b

import wasmtime

from engine.base.cache import Cache
from engine.vm.engine import foreign_engine, shared_engine

_caches: list[Cache] = []


def keep_native_code_in(cache: Cache | None) -> None:
    """From now on machine code is looked for, and kept, in a cache; None for nowhere."""
    _caches[:] = [] if cache is None else [cache]


@lru_cache(maxsize=8)
def native_module(wasm: bytes) -> wasmtime.Module:
    """The machine code for a module; the last few are kept, so that opening a second machine costs nothing.

    Raises ``wasmtime.WasmtimeError`` where the bytes are no module.
    """
    key = f"native-{platform.machine()}-{blake2b(wasm, digest_size=16).hexdigest()}"
    for cache in _caches:
        kept = cache.get(key)
        if kept is not None:
            try:
                return wasmtime.Module.deserialize(shared_engine(), kept)
            except wasmtime.WasmtimeError:
                break  # made by another version of wasmtime, or for another processor
    module = wasmtime.Module(shared_engine(), wasm)
    for cache in _caches:
        cache.put(key, bytes(module.serialize()))
    return module


@lru_cache(maxsize=2)
def foreign_module(wasm: bytes) -> wasmtime.Module:
    """The machine code for a module out of a file; nothing of it is kept on disk.

    Raises ``wasmtime.WasmtimeError`` where the bytes are no module.
    """
    return wasmtime.Module(foreign_engine(), wasm)
