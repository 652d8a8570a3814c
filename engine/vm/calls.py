"""Calls into compiled code, at a tenth of the price of ``wasmtime.Func``.

``Func.__call__`` reads the function's type again and boxes every argument on each call (tens of microseconds). Here the
type is read once and numbers go straight into the slots of wasmtime's unchecked entry point (about two).
"""

from __future__ import annotations

from ctypes import POINTER, byref
from typing import Any

import wasmtime
from wasmtime import _bindings

_KINDS = {"i32": "i32", "i64": "i64", "f64": "f64"}


class CallError(Exception):
    """A call that did not come back with a result. ``code`` is wasmtime's trap code, or None where there is none."""

    def __init__(self, message: str, code: wasmtime.TrapCode | None) -> None:
        super().__init__(message)
        self.code = code


class Export:
    """An exported function of an instance, as a Python callable of numbers that gives a number or None."""

    def __init__(self, store: wasmtime.Store, function: wasmtime.Func) -> None:
        signature = function.type(store)
        self._params = tuple(_KINDS[str(kind)] for kind in signature.params)
        results = tuple(_KINDS[str(kind)] for kind in signature.results)
        if len(results) > 1:
            raise TypeError("functions with several results are not called")
        self._result = results[0] if results else None
        self._slots = (_bindings.wasmtime_val_raw_t * max(1, len(self._params)))()
        self._count = len(self._slots)
        self._context = store._context()
        self._function = byref(function._func)
        self._keep = (store, function)

    def __call__(self, *arguments: int | float) -> Any:
        """Calls it. Raises CallError if the code traps."""
        slots = self._slots
        for i, (kind, value) in enumerate(zip(self._params, arguments, strict=True)):
            setattr(slots[i], kind, value)
        trap = POINTER(_bindings.wasm_trap_t)()
        error = _bindings.wasmtime_func_call_unchecked(self._context, self._function, slots, self._count, byref(trap))
        if error:
            raise CallError(str(wasmtime.WasmtimeError._from_ptr(error)), None)
        if trap:
            failure = wasmtime.Trap._from_ptr(trap)
            raise CallError(failure.message, failure.trap_code)
        return None if self._result is None else getattr(slots[0], self._result)
