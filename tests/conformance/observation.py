"""What a run shows to the world, so that two executors can be compared: every byte of it must be the same.

Executors that run the same module have equal observations. The interpreter runs the program before the passes: its
strings lie elsewhere, and its places have other numbers. ``comparable`` is what must be the same there too.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np

from engine.base.events import EVENT_DTYPE, MARK_DTYPE
from engine.base.source import SourceFile
from engine.compiler.check.library import Library
from engine.compiler.driver import ALONE, CompiledProgram, CompileResult, compile_program, load_library
from engine.compiler.ir.nodes import FAULT_KINDS, Module, Site
from engine.compiler.ir.passes.depth import limit_depth
from engine.compiler.modules import Surroundings
from engine.project.cache import DiskCache
from engine.project.library_files import compiler_version, library_texts
from engine.project.project import project_of
from engine.reference.machine import Written
from engine.vm.assemble import assemble
from engine.vm.machine import LOG_PAYLOADS, Batch
from engine.vm.program import Program
from engine.vm.records import OUTPUT_FAULT, OutputRecord, read_outputs
from tests.conformance.corpus import EVENTS_MAX, CorpusFile, Settings
from tests.conformance.litter import Littered, littered_machine


@dataclass(frozen=True)
class Observation:
    """A whole run. ``events``, ``payloads`` and ``outputs`` are the bytes of the kernel's buffers, in their order."""

    status: str
    tick: int
    handled: int
    execution_hash: int
    digest: int
    events: bytes
    payloads: bytes
    outputs: bytes


def as_run(program: CompiledProgram) -> Program:
    """A compiled program as a machine takes it."""
    return Program(program.wasm, program.metadata, program.sources, program.digest)


def on_wasmtime(program: CompiledProgram, settings: Settings, events_max: int = EVENTS_MAX) -> Observation:
    """The run of the optimised module as machine code, in memory full of litter."""
    machine = littered_machine(as_run(program), settings.seed)
    machine.logging = LOG_PAYLOADS
    pieces: list[tuple[bytes, bytes, bytes]] = []

    def keep(batch: Batch) -> None:
        pieces.append((batch.events.tobytes(), batch.payloads.tobytes(), batch.outputs.tobytes()))

    status = machine.run(settings.until_tick, events_max, keep)
    events, payloads, outputs = (b"".join(parts) for parts in zip(*pieces, strict=True)) if pieces else (b"", b"", b"")
    return Observation(
        status=status.value,
        tick=machine.tick,
        handled=machine.events,
        execution_hash=machine.execution_hash,
        digest=machine.digest(),
        events=events,
        payloads=payloads,
        outputs=outputs,
    )


def on_reference(module: Module, settings: Settings, events_max: int = EVENTS_MAX) -> Observation:
    """The run of a module in Python, in memory full of litter."""
    pieces: list[Written] = []
    machine = Littered(module, settings.seed, pieces.append, LOG_PAYLOADS)
    status = machine.run(settings.until_tick, events_max)
    return Observation(
        status=status.value,
        tick=machine.cell("tick"),
        handled=machine.cell("events"),
        execution_hash=machine.execution_hash,
        digest=machine.digest(),
        events=b"".join(piece.events for piece in pieces),
        payloads=b"".join(piece.payloads for piece in pieces),
        outputs=b"".join(piece.outputs for piece in pieces),
    )


def unoptimised(program: CompiledProgram) -> Module:
    """The program without what passes do to it, but with a recursion limit, which every executor needs.

    The limit counts estimated bytes of frames, and without inlining there are more of them. So a recursion that ends
    between the two limits faults in one of the modules only; endless ones fault in both.
    """
    return limit_depth(program.unoptimised, {file.name for file in program.sources.files})


def comparable(observation: Observation, sites: tuple[Site, ...]) -> tuple[object, ...]:
    """What is the same for every module that means the same."""
    seen = observation
    empty = np.empty(0, np.uint8)
    batch = Batch(0, np.empty(0, EVENT_DTYPE), empty, np.frombuffer(seen.outputs, np.uint8), np.empty(0, MARK_DTYPE))
    outputs = tuple(_comparable_output(output, sites) for output in read_outputs(batch, seen.handled))
    return (
        *(seen.status, seen.tick, seen.handled, seen.execution_hash, seen.digest),
        *(seen.events, seen.payloads, outputs),
    )


def _comparable_output(output: OutputRecord, sites: tuple[Site, ...]) -> tuple[object, ...]:
    where = (output.tick, output.actor, output.seq, output.kind, output.event, output.text)
    if output.kind != OUTPUT_FAULT:
        return (*where, output.data)
    fault = output.fault()
    kind = FAULT_KINDS[fault.kind]
    # which function of a circle meets the limit depends on what was inlined
    return (*where, kind, None if kind == "recursion_too_deep" else sites[fault.site])


def compiled(file: CorpusFile) -> CompiledProgram | None:
    """The program of a file, if it has no errors; kept on disk, for several tests ask for it."""
    around = project_of(file.path).around(str(file.path), file.text)
    source = SourceFile(str(file.path), file.text)
    return compile_program(source, _library(), assemble, DiskCache(compiler_version()), around).program


def compiled_text(text: str, name: str, around: Surroundings = ALONE) -> CompileResult:
    """A program of a text that stands alone, or in some surroundings, or what is wrong with it."""
    return compile_program(SourceFile(name, text), _library(), assemble, around=around)


def difference(program: CompiledProgram, settings: Settings, events_max: int = EVENTS_MAX) -> str:
    """Where the run on wasmtime and that of the interpreter differ, in words; empty if they do not."""
    module = unoptimised(program)
    fast = comparable(on_wasmtime(program, settings, events_max), program.metadata.sites)
    slow = comparable(on_reference(module, settings, events_max), module.sites)
    names = [field.name for field in fields(Observation)]
    lines = [f"{n}: {a!r}\n  in the interpreter: {b!r}" for n, a, b in zip(names, fast, slow, strict=True) if a != b]
    return "\n".join(lines)


@lru_cache(maxsize=1)
def _library() -> Library:
    return load_library(library_texts(), DiskCache(compiler_version()))
