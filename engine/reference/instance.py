"""A module in memory, with its functions as functions of Python.

Functions are translated when they are first called, and a translation serves every module that has the same function.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from types import CodeType
from typing import Any

from engine.base.recursion import deep_recursion
from engine.compiler.ir.nodes import F64, I32, Function, FunctionIndex, Module, StaticAddress
from engine.compiler.ir.walk import walk
from engine.reference.memory import PAGE, Memory
from engine.reference.numbers import FUNCTIONS
from engine.reference.translate import python_name, translate

STATIC_END = "static_end"
"""The cell that is told where free memory starts."""
FREE_PAGES = 16
FRAMES_MAX = 500_000
"""A program has a recursion limit of its own; Python's must be far behind it."""
TRANSLATIONS_MAX = 20_000

_translations: dict[Function, CodeType] = {}


class Instance:
    """A module that can be called."""

    def __init__(self, module: Module) -> None:
        self._functions = {function.name: function for function in module.functions}
        self._exports = {function.exported: function.name for function in module.functions if function.exported}
        self._cells = {cell.name: cell for cell in module.cells}
        self._table = list(module.table)
        self._static: dict[bytes, int] = {}
        data = self._place(module)
        self.memory = Memory(-(-len(data) // PAGE) + FREE_PAGES)
        self.memory.bytes[: len(data)] = data
        self._namespace = self._surroundings()

    def _place(self, module: Module) -> bytearray:
        """What memory holds at the start: cells, then static data; fills in where static data and functions are."""
        data = bytearray(max(cell.address + 8 for cell in module.cells))
        for function in module.functions:
            for node in walk(function.body):
                if isinstance(node, StaticAddress) and node.data not in self._static:
                    data.extend(b"\0" * (-len(data) % 16))
                    self._static[node.data] = len(data)
                    data.extend(node.data)
                elif isinstance(node, FunctionIndex) and node.function not in self._table:
                    self._table.append(node.function)
        data.extend(b"\0" * (-len(data) % 16))
        for cell in module.cells:
            value = len(data) if cell.name == STATIC_END else cell.value
            layout = {I32: "<i", F64: "<d"}.get(cell.type, "<q")
            struct.pack_into(layout, data, cell.address, value)
        return data

    def _surroundings(self) -> dict[str, Any]:
        """The names that translated functions use."""
        names: dict[str, Any] = {
            **FUNCTIONS,
            **self.memory.functions,
            "memory": self.memory,
            "data": self.memory.bytes,
            "static": self._static,
            "index": {name: number for number, name in reversed(list(enumerate(self._table)))},
        }
        for name in self._functions:
            names[python_name(name)] = self._untranslated(name)
        names["table"] = [names[python_name(name)] for name in self._table]
        return names

    def _untranslated(self, name: str) -> Callable[..., Any]:
        """Stands for a function until it is called, then makes room for its translation."""

        def first_call(*arguments: int | float) -> Any:
            function = self._functions[name]
            code = _translations.get(function)
            if code is None:
                if len(_translations) > TRANSLATIONS_MAX:
                    _translations.clear()
                code = _translations[function] = compile(translate(function), f"<{name}>", "exec")
            exec(code, self._namespace)
            translated = self._namespace[python_name(name)]
            table = self._namespace["table"]
            for number, entry in enumerate(self._table):
                if entry == name:
                    table[number] = translated
            return translated(*arguments)

        return first_call

    def call(self, export: str, *arguments: int | float) -> Any:
        """Calls an export. Raises Trap where the code does."""
        with deep_recursion(FRAMES_MAX):
            return self._namespace[python_name(self._exports[export])](*arguments)

    def cell(self, name: str) -> int:
        """A variable of the kernel."""
        cell = self._cells[name]
        return int(struct.unpack_from("<i" if cell.type == I32 else "<q", self.memory.bytes, cell.address)[0])

    def set_cell(self, name: str, value: int) -> None:
        """Sets a variable of the kernel that has 32 bits."""
        struct.pack_into("<i", self.memory.bytes, self._cells[name].address, value)
