"""The whole way of a program: text in, a module with its metadata out, or what is wrong with it.

    source → parse → check → lower → optimise → emit → assemble (given by the caller)

Nothing here touches a disk: a ``Cache`` is given too, or none. A program that was compiled before comes out of it whole; the
library's parsed form is kept there for the next process.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from typing import Protocol

import msgpack
from blake3 import blake3

from engine.base.diagnostics import Diagnostic
from engine.base.source import SourceFile
from engine.compiler.check.checker import check
from engine.compiler.check.library import Library
from engine.compiler.ir.nodes import Module
from engine.compiler.ir.passes import optimise
from engine.compiler.ir.printer import print_module
from engine.compiler.lower.program import lower
from engine.compiler.metadata import CellInfo, Metadata
from engine.compiler.syntax import ast
from engine.compiler.syntax.parser import parse
from engine.compiler.wasm.emit import emit

RECURSION_MAX = 20_000
"""Passes follow the nesting of a program by recursion; the parser bounds that nesting."""


class Cache(Protocol):
    """Keeps bytes by key; may forget anything at any time, but never gives back other bytes."""

    def get(self, key: str) -> bytes | None:
        """What was kept under the key, or None."""

    def put(self, key: str, content: bytes) -> None:
        """Keeps the content, if it can."""


@dataclass(frozen=True)
class CompiledProgram:
    """A program that can be run: ``digest`` is the BLAKE3 of ``wasm``, in hex."""

    wasm: bytes
    metadata: Metadata
    source: SourceFile
    _make_ir: Callable[[], Module] = field(repr=False, compare=False)

    @cached_property
    def digest(self) -> str:
        """What names the module."""
        return str(blake3(self.wasm).hexdigest())

    @cached_property
    def ir_text(self) -> str:
        """The IR that the module was emitted from, for people; made when it is first asked for."""
        return print_module(self._make_ir())


@dataclass(frozen=True)
class CompileResult:
    """A program, unless one of the diagnostics is an error."""

    program: CompiledProgram | None
    diagnostics: tuple[Diagnostic, ...]


def load_library(texts: Mapping[str, str], cache: Cache | None = None) -> Library:
    """The kernel and the standard library, parsed now or by an earlier process; ``texts`` by file name."""
    _allow_recursion()
    key = f"library-{_digest(*texts, *texts.values())}"
    kept = cache.get(key) if cache else None
    if kept is not None:
        return Library({name: SourceFile(name, text) for name, text in texts.items()}, pickle.loads(kept))
    library = Library.parse(texts)
    if cache:
        cache.put(key, pickle.dumps(library.modules, pickle.HIGHEST_PROTOCOL))
    return library


def check_source(source: SourceFile, library: Library) -> tuple[tuple[Diagnostic, ...], ast.Module]:
    """What is wrong with a text, and its tree, which is there however broken the text is."""
    _allow_recursion()
    module, problems = parse(source)
    _, more = check(module, source, library)
    return (*problems, *more), module


def compile_program(
    source: SourceFile,
    library: Library,
    assemble: Callable[[str], bytes],
    cache: Cache | None = None,
    *,
    counting: bool = False,
) -> CompileResult:
    """Compiles a program. ``assemble`` turns WebAssembly text into bytes. With ``counting`` the module counts the calls of
    the program's functions in the cell ``calls``."""
    _allow_recursion()
    tree, problems = parse(source)
    program, more = check(tree, source, library)
    diagnostics = (*problems, *more)
    if any(diagnostic.is_error for diagnostic in diagnostics):
        return CompileResult(None, diagnostics)

    def make() -> tuple[Module, Metadata]:
        module, metadata = lower(program, library, source)
        module = optimise(module, metadata.file, counting)
        cells = tuple(CellInfo(cell.name, cell.address, cell.type) for cell in module.cells)
        return module, replace(metadata, sites=module.sites, cells=cells)

    key = f"program-{_digest(source.name, source.text, str(counting), _library_digest(library))}"
    kept = _kept_program(cache, key)
    if kept is None:
        module, metadata = make()
        wasm = assemble(emit(module))
        if cache:
            cache.put(key, msgpack.packb([wasm, metadata.to_plain()]))
        return CompileResult(CompiledProgram(wasm, metadata, source, lambda: module), diagnostics)
    return CompileResult(CompiledProgram(*kept, source, lambda: make()[0]), diagnostics)


def _kept_program(cache: Cache | None, key: str) -> tuple[bytes, Metadata] | None:
    kept = cache.get(key) if cache else None
    if kept is None:
        return None
    wasm, plain = msgpack.unpackb(kept)
    return wasm, Metadata.from_plain(plain)


def _library_digest(library: Library) -> str:
    return _digest(*library.sources, *(file.text for file in library.sources.values()))


def _digest(*texts: str) -> str:
    digest = blake2b(digest_size=16)
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()


def _allow_recursion() -> None:
    if sys.getrecursionlimit() < RECURSION_MAX:
        sys.setrecursionlimit(RECURSION_MAX)
