"""WebAssembly text to module bytes: the port that the compiler is given, because only this folder knows wasmtime."""

from __future__ import annotations

import wasmtime


def assemble(text: str) -> bytes:
    """The module in binary form. Raises ``wasmtime.WasmtimeError`` on text that is not valid, which is a mistake of
    ours."""
    return bytes(wasmtime.wat2wasm(text))
