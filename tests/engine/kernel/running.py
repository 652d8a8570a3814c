"""Programs on the real machine, and conversations with them: messages go in from outside, texts come out."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgpack
import numpy as np
import numpy.typing as npt

from engine.base.diagnostics import format_diagnostic
from engine.base.events import EVENT_DTYPE, Status
from engine.base.source import SourceFile
from engine.compiler.check.library import Library
from engine.compiler.driver import compile_program, load_library
from engine.compiler.metadata import ENCODED, FieldInfo, Metadata
from engine.project.library_files import library_texts
from engine.vm.assemble import assemble
from engine.vm.faults import fault_kind
from engine.vm.machine import Batch, Machine
from engine.vm.program import Program
from engine.vm.records import OUTPUT_FAULT, OUTPUT_TEXT, OutputRecord, read_outputs

FOREVER = 2**62


@cache
def library() -> Library:
    """The library as it is in the package."""
    return load_library(library_texts())


@cache
def compiled(text: str) -> Program:
    """A program that must have no errors."""
    source = SourceFile("test.aefl", text)
    result = compile_program(source, library(), assemble)
    assert result.program is not None, "\n".join(format_diagnostic(d, source) for d in result.diagnostics)
    made = result.program
    return Program(made.wasm, made.metadata, made.sources, made.digest)


def carried(metadata: Metadata, kind: int, value: Any) -> Any:
    """A value as msgpack carries it: a list of numbers is the bytes of their words."""
    info = metadata.types[kind]
    match info.kind:
        case "optional" | "optional_word":
            return None if value is None else carried(metadata, info.parts[0], value)
        case "list" if metadata.types[info.parts[0]].kind in ("int", "float", "actor", "duration", "enum"):
            return b"".join(struct.pack("<d" if isinstance(item, float) else "<q", item) for item in value)
        case "list" | "set":
            return [carried(metadata, info.parts[0], item) for item in value]
        case "dict":
            return {k: carried(metadata, info.parts[1], item) for k, item in value.items()}
        case "struct" | "tuple":
            return [carried(metadata, part, item) for part, item in zip(info.parts, value, strict=True)]
    return value


def packed(metadata: Metadata, params: Sequence[FieldInfo], args: Sequence[Any]) -> bytes:
    """Arguments as messages carry them: words for numbers, then the others in msgpack."""
    words, others = [], []
    for param, arg in zip(params, args, strict=True):
        if param.offset == ENCODED:
            others.append(msgpack.packb(carried(metadata, param.type, arg)))
        else:
            words.append(struct.pack("<d" if isinstance(arg, float) else "<q", arg))
    return b"".join([*words, *others])


@dataclass
class World:
    """A running program with everything that it wrote down so far."""

    program: Program
    machine: Machine
    outputs: list[OutputRecord]
    batches: list[npt.NDArray[np.void]]
    payloads: list[bytes]

    def run(self, until_tick: int | None = None, until_event: int = FOREVER) -> Status:
        """Goes on until nothing is left, or to a limit."""
        return self.machine.run(until_tick, until_event, self._take)

    def _take(self, batch: Batch) -> None:
        self.outputs.extend(read_outputs(batch, self.machine.events))
        self.batches.append(batch.events.copy())
        buffer = batch.payloads.tobytes()
        for row in batch.events:
            start = int(row["payload_offset"])
            if start != 0xFFFFFFFF:
                self.payloads.append(buffer[start : start + int(row["payload_length"])])

    @property
    def events(self) -> npt.NDArray[np.void]:
        """All events that were logged."""
        return np.concatenate([np.empty(0, EVENT_DTYPE), *self.batches])

    @property
    def texts(self) -> list[str]:
        """What was rendered."""
        return [output.text for output in self.outputs if output.kind == OUTPUT_TEXT]

    @property
    def faults(self) -> list[str]:
        """The faults, as ``kind: message``."""
        metadata = self.program.metadata
        records = [output.fault() for output in self.outputs if output.kind == OUTPUT_FAULT]
        return [f"{fault_kind(metadata, record)}: {record.message}" for record in records]

    def handler(self, actor: str, name: str) -> int:
        """The number of a handler."""
        rows = enumerate(self.program.metadata.handlers)
        return next(i for i, row in rows if (row.actor, row.name) == (actor, name))

    def actor(self, actor_type: str) -> int:
        """The id of the first actor of a type."""
        number = next(i for i, info in enumerate(self.program.metadata.actors) if info.name == actor_type)
        actors = self.machine.actors()
        return int(actors["id"][actors["type"] == number][0])

    def tell(self, actor: str, name: str, *args: Any) -> None:
        """Puts a message for the first actor of a type into its mailbox."""
        handler = self.handler(actor, name)
        metadata = self.program.metadata
        payload = packed(metadata, metadata.handlers[handler].params, args)
        assert self.machine.inject(self.actor(actor), handler, payload)

    def ask(self, actor: str, name: str, *args: Any) -> list[str]:
        """What is rendered because of a message."""
        before = len(self.texts)
        self.tell(actor, name, *args)
        self.run()
        return self.texts[before:]


def start(text: str, seed: int = 0, logging: int = 1) -> World:
    """A program before its first event."""
    program = compiled(text)
    machine = Machine(program, seed)
    machine.logging = logging
    return World(program, machine, [], [], [])


def ran(text: str, seed: int = 0, logging: int = 1) -> World:
    """A program after its last event."""
    world = start(text, seed, logging)
    world.run()
    return world


def rows(world: World, *names: str) -> Iterator[tuple[int, ...]]:
    """Columns of the events, row by row."""
    for row in world.events:
        yield tuple(int(row[name]) for name in names)
