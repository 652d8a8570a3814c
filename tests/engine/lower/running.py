"""Runs a program through the whole path, from text to WebAssembly to what it puts out."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import wasmtime

import engine
from engine.base.source import SourceFile, Sources
from engine.compiler.check.checker import check
from engine.compiler.check.library import Library
from engine.compiler.ir import nodes as ir
from engine.compiler.ir.validate import validate
from engine.compiler.lower.program import lower
from engine.compiler.metadata import Metadata
from engine.compiler.syntax.parser import parse
from engine.compiler.wasm.emit import emit
from engine.vm.assemble import assemble

_OUTPUT_HEAD = struct.Struct("<qIIIIII")
_LONG_AGO = 2**40


@cache
def library() -> Library:
    """The kernel and the standard library, as they are in the package."""
    root = Path(engine.__file__).parent
    files = [path for folder in ("kernel", "stdlib") for path in sorted((root / folder).glob("*.aefl"))]
    return Library.parse({path.relative_to(root).as_posix(): path.read_text("utf-8") for path in files})


@cache
def _engine() -> wasmtime.Engine:
    return wasmtime.Engine()


@dataclass(frozen=True)
class Output:
    """One output record."""

    tick: int
    actor: int
    kind: int
    text: str
    data: bytes


@dataclass(frozen=True)
class Fault:
    """What a fault left in the kernel's cells."""

    kind: str
    line: int
    a: int
    b: int
    text: str


@dataclass(frozen=True)
class Run:
    """What a run did."""

    outputs: tuple[Output, ...]
    faults: tuple[Fault, ...]
    digest: int
    state_bytes: tuple[int, ...]
    """Bytes of the heap that each actor's state has."""

    @property
    def texts(self) -> list[str]:
        """What it rendered."""
        return [output.text for output in self.outputs if output.kind == 0]


def lowered(text: str) -> tuple[ir.Module, Metadata]:
    """The IR of a program that must have no errors."""
    source = SourceFile("test.aefl", text)
    module, problems = parse(source)
    program, more = check(module, source, library())
    assert not [p for p in (*problems, *more) if p.is_error], (problems, more)
    return lower(program, library(), Sources((source,)))


def run(text: str, ticks: int = 1000) -> Run:
    """Runs a program up to a tick."""
    module, metadata = lowered(text)
    validate(module)
    binary = assemble(emit(module))
    store = wasmtime.Store(_engine())
    instance = wasmtime.Instance(store, wasmtime.Module(_engine(), binary), [])
    exports = instance.exports(store)
    memory: wasmtime.Memory = exports["memory"]
    cells = {cell.name: cell for cell in metadata.cells}

    def cell(name: str) -> int:
        size, kind = (8, "<q") if cells[name].type == "i64" else (4, "<I")
        address = cells[name].address
        return int(struct.unpack(kind, bytes(memory.read(store, address, address + size)))[0])

    def string(address: int) -> str:
        length = int.from_bytes(memory.read(store, address, address + 4), "little")
        return bytes(memory.read(store, address + 8, address + 8 + length)).decode()

    def state_bytes() -> Iterator[int]:
        for actor in range(cell("actor_count")):
            chunk = cell("actor_directory") + 4 * (actor // 1024)
            record = int.from_bytes(memory.read(store, chunk, chunk + 4), "little") + 64 * (actor % 1024)
            yield int.from_bytes(memory.read(store, record + 48, record + 52), "little")

    exports["boot"](store, 1)
    faults: list[Fault] = []
    while True:
        try:
            status = exports["run"](store, ticks, _LONG_AGO)
        except wasmtime.Trap:
            kind = ir.FAULT_KINDS[cell("fault_kind")]
            if kind == "none" or not cell("turn_message"):
                raise
            a, b = cell("fault_a"), cell("fault_b")
            shown = string(a) if kind in ("missing_key", "assert_failed", "fail", "model_missing") else ""
            faults.append(Fault(kind, metadata.sites[cell("fault_site")].line, a, b, shown))
            exports["recover"](store)
            continue
        assert status != 3, "the program puts out more than the buffers of the test hold"
        break
    start = cell("output_address")
    data = bytes(memory.read(store, start, start + cell("output_used")))
    return Run(tuple(_outputs(data)), tuple(faults), exports["digest"](store), tuple(state_bytes()))


def _outputs(data: bytes) -> list[Output]:
    outputs, at = [], 0
    while at < len(data):
        tick, actor, _seq, kind, text_length, data_length, _event = _OUTPUT_HEAD.unpack_from(data, at)
        at += _OUTPUT_HEAD.size
        text, rest = data[at : at + text_length], data[at + text_length : at + text_length + data_length]
        outputs.append(Output(tick, actor, kind, text.decode(), rest))
        at += (text_length + data_length + 7) // 8 * 8
    return outputs
