"""The whole way of a program: text in, a module with its metadata out, or what is wrong with it.

    source → parse → check → lower → optimise → emit → assemble (given by the caller)

Nothing here touches a disk: a ``Cache`` is given too, or none. A program that was compiled before comes out of it
whole; the library's parsed form is kept there for the next process.
"""

from __future__ import annotations

import gc
import pickle
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from hashlib import blake2b
from weakref import WeakKeyDictionary

import msgpack
from blake3 import blake3

from engine.base.cache import Cache
from engine.base.diagnostics import Diagnostic, format_diagnostic
from engine.base.recursion import deep_recursion
from engine.base.source import SourceFile, Sources, Span
from engine.compiler.check.checker import check_program
from engine.compiler.check.library import Library
from engine.compiler.check.tree import Program
from engine.compiler.ir.memo import Memo
from engine.compiler.ir.nodes import Module
from engine.compiler.ir.passes import optimise
from engine.compiler.ir.printer import print_module
from engine.compiler.lower.program import lower
from engine.compiler.metadata import CellInfo, Metadata
from engine.compiler.modules import Surroundings, load, tests_of
from engine.compiler.pickles import pickled
from engine.compiler.syntax import ast
from engine.compiler.syntax.parser import parse
from engine.compiler.wasm.emit import emit

__all__ = [
    "Cache",
    "CompileResult",
    "CompiledProgram",
    "at_full_speed",
    "check_source",
    "compile_program",
    "load_library",
]

ALONE = Surroundings()
"""The surroundings of a text that has none."""

RECURSION_MAX = 120_000
"""Enough for the longest row of ``else if`` and the deepest nesting that the parser lets through, many times inlined.
Calls of Python functions by each other take none of the thread's own stack."""


@dataclass(frozen=True)
class CompiledProgram:
    """A program that can be run: ``digest`` is the BLAKE3 of ``wasm``, in hex."""

    wasm: bytes
    metadata: Metadata
    sources: Sources
    _make_ir: Callable[[], Module] = field(repr=False, compare=False)
    _make_unoptimised: Callable[[], Module] = field(repr=False, compare=False)

    @property
    def source(self) -> SourceFile:
        """The file that is started."""
        return self.sources.files[0]

    @cached_property
    def digest(self) -> str:
        """What names the module."""
        return str(blake3(self.wasm).hexdigest())

    @cached_property
    def ir_text(self) -> str:
        """The IR that the module was emitted from, for people; made when it is first asked for."""
        with at_full_speed():
            return print_module(self._make_ir())

    @cached_property
    def unoptimised(self) -> Module:
        """The IR as lowering made it, before any pass; it means the same."""
        with at_full_speed():
            return self._make_unoptimised()


@dataclass(frozen=True)
class CompileResult:
    """A program, unless one of the diagnostics is an error."""

    program: CompiledProgram | None
    diagnostics: tuple[Diagnostic, ...]
    sources: Sources


def load_library(texts: Mapping[str, str], cache: Cache | None = None) -> Library:
    """The kernel and the standard library, parsed now or by an earlier process; ``texts`` by file name.

    Their trees are many objects that live as long as the process: the collector is told not to look at them again.
    """
    sources = {name: SourceFile(name, text) for name, text in texts.items()}
    key = f"library-{_digest(*texts, *texts.values())}"
    with at_full_speed():
        kept = cache.get(key) if cache else None
        modules = None if kept is None else _unpickled(kept)
        if modules is None:
            modules = {name: _parse_library_file(source) for name, source in sources.items()}
            if cache:
                cache.put(key, pickled(modules))
        library = Library(sources, modules)
    gc.freeze()
    return library


def _unpickled(data: bytes) -> dict[str, ast.Module] | None:
    """Trees that an earlier process kept; None where this version of Python or AeroFlow cannot read them."""
    try:
        modules: dict[str, ast.Module] = pickle.loads(data)
    except Exception:  # noqa: BLE001 - a pickle of other classes can fail in any way; parsing again is always right
        return None
    return modules


def _parse_library_file(source: SourceFile) -> ast.Module:
    module, problems = parse(source, library=True)
    assert not problems, "the library has mistakes:\n" + "\n".join(format_diagnostic(p, source) for p in problems)
    return module


@dataclass(frozen=True)
class Checked:
    """What is wrong with a program, where its spans point, and the tree of the started file, which is there however
    broken the text is."""

    diagnostics: tuple[Diagnostic, ...]
    sources: Sources
    tree: ast.Module
    program: Program = field(repr=False)


def check_source(source: SourceFile, library: Library, around: Surroundings = ALONE) -> Checked:
    """Checks a file and what it imports."""
    with at_full_speed():
        return _checked(source, library, around)


def _checked(source: SourceFile, library: Library, around: Surroundings) -> Checked:
    loaded = load(source, around)
    program, more = check_program(loaded, library)
    tests = tests_of(loaded.started.tree)
    if tests and not loaded.tests:  # what is wrong with them is found in a program of their own
        _, found = check_program(replace(loaded, tests=tests), library)
        more = sorted({*more, *found}, key=lambda d: (d.span, d.code, d.message))
    diagnostics = (*loaded.diagnostics, *_without_echoes(loaded.diagnostics, more, loaded.sources))
    return Checked(diagnostics, loaded.sources, loaded.started.tree, program)


def _without_echoes(problems: Sequence[Diagnostic], more: list[Diagnostic], sources: Sources) -> list[Diagnostic]:
    """What the checker found, but for lines that were not well formed: there it would say the same thing again."""
    if not problems:
        return more

    def line(span: Span) -> tuple[str, int]:
        return sources.at(span.start).name, sources.position(span.start).line

    troubled = {line(p.fix.span if p.fix is not None else p.span) for p in problems} | {line(p.span) for p in problems}
    return [diagnostic for diagnostic in more if line(diagnostic.span) not in troubled]


def compile_program(
    source: SourceFile,
    library: Library,
    assemble: Callable[[str], bytes],
    cache: Cache | None = None,
    around: Surroundings = ALONE,
    *,
    counting: bool = False,
) -> CompileResult:
    """Compiles a program. ``assemble`` turns WebAssembly text into bytes. With ``counting`` the module counts the
    calls of the program's functions in the cell ``calls``."""
    with at_full_speed():
        return _compiled(source, library, assemble, cache, around, counting)


def _compiled(
    source: SourceFile,
    library: Library,
    assemble: Callable[[str], bytes],
    cache: Cache | None,
    around: Surroundings,
    counting: bool,
) -> CompileResult:
    """What ``compile_program`` gives. The IR is not kept: whoever wants to see it has it made once more."""
    checked = check_source(source, library, around)
    program, diagnostics, sources = checked.program, checked.diagnostics, checked.sources
    if any(diagnostic.is_error for diagnostic in diagnostics):
        return CompileResult(None, diagnostics, sources)
    settings = (str(counting), str(around.tick_us), repr(around.test), str(around.checked))
    key = f"program-{_digest(*_texts(sources), *settings, _library_digest(library))}"
    kept = _kept_program(cache, key)
    if kept is None:
        module, metadata = _optimised(*lower(program, library, sources), library, sources, counting)
        wasm = assemble(emit(module, _memo(library)))
        if cache:
            cache.put(key, msgpack.packb([wasm, metadata.to_plain()], unicode_errors="surrogateescape"))
        kept = wasm, metadata
    make = partial(lower, program, library, sources)
    optimised = partial(_optimised, library=library, sources=sources, counting=counting)
    compiled = CompiledProgram(*kept, sources, lambda: optimised(*make())[0], lambda: make()[0])
    return CompileResult(compiled, diagnostics, sources)


_memos: WeakKeyDictionary[Library, Memo] = WeakKeyDictionary()
"""What was made of the functions of earlier programs, for the next one."""


def _memo(library: Library) -> Memo:
    return _memos.setdefault(library, Memo())


def _optimised(
    module: Module, metadata: Metadata, library: Library, sources: Sources, counting: bool
) -> tuple[Module, Metadata]:
    """A lowered module after the passes, and what it says about itself then."""
    files = frozenset(file.name for file in sources.files)
    module = optimise(module, files, counting, _memo(library))
    cells = tuple(CellInfo(cell.name, cell.address, cell.type) for cell in module.cells)
    return module, replace(metadata, sites=module.sites, cells=cells)


def _kept_program(cache: Cache | None, key: str) -> tuple[bytes, Metadata] | None:
    kept = cache.get(key) if cache else None
    if kept is None:
        return None
    wasm, plain = msgpack.unpackb(kept, unicode_errors="surrogateescape")
    return wasm, Metadata.from_plain(plain)


def _texts(sources: Sources) -> list[str]:
    return [text for file in sources.files for text in (file.name, file.text)]


def _library_digest(library: Library) -> str:
    return _digest(*library.sources, *(file.text for file in library.sources.values()))


def _digest(*texts: str) -> str:
    digest = blake2b(digest_size=16)
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()


_one_at_a_time = threading.RLock()
"""Threads take turns: the library learns while it is used, and the collector is one for all. They would wait for the
interpreter anyway."""


@contextmanager
def at_full_speed() -> Iterator[None]:
    """Passes follow the nesting of a program by recursion, and make many small objects but no circles of them.

    The collector looks at all that is there when it is let go on, so what is inside belongs in a function of its own,
    that has let go of its own things by then.
    """
    with _one_at_a_time:
        collecting = gc.isenabled()
        gc.disable()
        try:
            with deep_recursion(RECURSION_MAX):
                yield
        finally:
            if collecting:
                gc.enable()
